//! Families of the exporter, and of hosts as such.

use std::borrow::Cow;

use grapevine_sub::{Fault, Freshness};

use crate::metrics::family::FamilyKind::{self, Counter, Gauge, Info};
use crate::metrics::family::{Family, Source};
use crate::metrics::samples::Samples;
use crate::metrics::scrape::{Scrape, Seen};

pub(super) fn families() -> Vec<Family> {
    let exporter = EXPORTER.iter().map(|(head, tell)| head.family(Source::Exporter(*tell)));
    let hosts = HOSTS.iter().map(|(head, tell)| head.family(Source::Hosts(Box::new(tell))));
    exporter.chain(hosts).collect()
}

struct Head {
    name: &'static str,
    kind: FamilyKind,
    unit: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
}

impl Head {
    const fn new(
        name: &'static str,
        kind: FamilyKind,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Self {
        Self { name, kind, unit: "", labels, help }
    }

    fn family(&self, source: Source) -> Family {
        Family {
            name: self.name.into(),
            kind: self.kind,
            unit: self.unit.into(),
            labels: self.labels.iter().copied().map(Cow::Borrowed).collect(),
            help: self.help.into(),
            origin: "".into(),
            source,
        }
    }
}

type OfExporter = (Head, fn(&Scrape, &mut Samples<'_>));
type OfHost = (Head, fn(&Scrape, &Seen, &mut Samples<'_>));

static EXPORTER: [OfExporter; 6] = [
    (Head::new("grapevine_exporter_info", Info, &["version"], "Version of this exporter."), |_, samples| {
        samples.put([("version", env!("CARGO_PKG_VERSION"))], 1.0);
    }),
    (
        Head::new("grapevine_hosts", Gauge, &["freshness"], "Hosts by how current their readings are."),
        tell_hosts,
    ),
    (
        Head::new(
            "grapevine_received_messages_total",
            Counter,
            &[],
            "Messages that this exporter received from its agent.",
        ),
        |scrape, samples| samples.put([], number(scrape.counters.messages)),
    ),
    (
        Head::new(
            "grapevine_duplicate_frames_total",
            Counter,
            &[],
            "Frames that said nothing new, because another agent or a later frame had brought it already.",
        ),
        |scrape, samples| samples.put([], number(scrape.counters.duplicates)),
    ),
    (
        Head::new("grapevine_early_frames_total", Counter, &[], "Deltas whose keyframe had not come yet."),
        |scrape, samples| samples.put([], number(scrape.counters.early)),
    ),
    (
        Head::new(
            "grapevine_faults_total",
            Counter,
            &["fault"],
            "Messages that were not taken in, by what was wrong with them.",
        ),
        |scrape, samples| {
            for fault in Fault::ALL {
                samples.put([("fault", word(fault))], number(scrape.counters.faults(fault)));
            }
        },
    ),
];

static HOSTS: [OfHost; 8] = [
    (
        Head::new("grapevine_up", Gauge, &[], "Whether a host's frames come: 1 if it is fresh or late."),
        |scrape, seen, samples| {
            let is_up = matches!(seen.host.freshness(scrape.now), Freshness::Fresh | Freshness::Late);
            samples.put([], f64::from(u8::from(is_up)));
        },
    ),
    (
        Head::new(
            "grapevine_host_freshness",
            Gauge,
            &["freshness"],
            "How current a host's readings are: fresh, late, silent, dead (most of its neighbours lost it) or left.",
        ),
        |scrape, seen, samples| {
            samples.put([("freshness", seen.host.freshness(scrape.now).as_str())], 1.0);
        },
    ),
    (
        Head {
            unit: "seconds",
            ..Head::new("grapevine_host_age_seconds", Gauge, &[], "Age of a host's newest frame.")
        },
        |scrape, seen, samples| samples.put([], number(seen.host.age_ms(scrape.now)) / 1000.0),
    ),
    (
        Head::new(
            "grapevine_host_info",
            Info,
            &["id", "role", "groups"],
            "Who a host is: the identity that nobody else can claim, its role, and its groups with a comma before \
             and after each.",
        ),
        tell_identity,
    ),
    (
        Head::new(
            "grapevine_host_epoch",
            Gauge,
            &[],
            "Run of a host's agent: what counts from the agent's start falls back when this grows.",
        ),
        |_, seen, samples| samples.put([], f64::from(seen.host.position().epoch)),
    ),
    (
        Head::new(
            "grapevine_host_hops",
            Gauge,
            &[],
            "Links between agents that a host's newest frame crossed.",
        ),
        |_, seen, samples| samples.put([], f64::from(seen.host.hops())),
    ),
    (
        Head::new("grapevine_host_links", Gauge, &[], "Neighbours to which a host's agent has links."),
        |_, seen, samples| samples.put([], number(count(seen.host.links().up.len()))),
    ),
    (
        Head::new(
            "grapevine_status",
            Gauge,
            &["panel"],
            "How grave it is what is wrong with a panel of a host: 0 ok, 1 unknown, 2 warning, 3 stale, 4 critical.",
        ),
        |_, seen, samples| {
            for (panel, status) in seen.panels() {
                samples.put([("panel", panel.as_str())], f64::from(status.gravity()));
            }
        },
    ),
];

fn tell_hosts(scrape: &Scrape, samples: &mut Samples<'_>) {
    use Freshness::{Dead, Fresh, Late, Left, Silent};
    for freshness in [Fresh, Late, Silent, Dead, Left] {
        let hosts = scrape.hosts.iter().filter(|seen| seen.host.freshness(scrape.now) == freshness);
        samples.put([("freshness", freshness.as_str())], number(count(hosts.count())));
    }
}

fn tell_identity(_: &Scrape, seen: &Seen, samples: &mut Samples<'_>) {
    let identity = seen.host.identity();
    let groups: String = identity.groups.iter().map(|group| format!(",{group}")).collect();
    let groups = if groups.is_empty() { groups } else { groups + "," };
    let id = seen.host.origin().to_string();
    samples.put([("id", &*id), ("role", &*identity.role), ("groups", &*groups)], 1.0);
}

const fn word(fault: Fault) -> &'static str {
    match fault {
        Fault::Layout => "layout",
        Fault::Signature => "signature",
        Fault::Name => "name",
        Fault::Version => "version",
        Fault::Body => "body",
        Fault::Full => "full",
    }
}

fn count(things: usize) -> u64 {
    u64::try_from(things).unwrap_or(u64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn number(count: u64) -> f64 {
    count as f64
}

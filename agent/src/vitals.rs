//! The agent's readings of itself.

use std::time::Duration;

use grapevine_collectors::Sample;
use grapevine_proto::catalogue::agent as rows;
use grapevine_proto::gossip::Counters;
use grapevine_proto::{Absence, Moment};
use rustix::time::{ClockId, clock_gettime};

use crate::collecting::PassReport;

/// What the rest of the agent knows about itself.
pub(crate) struct Facts<'a> {
    pub(crate) neighbours: usize,
    pub(crate) hosts: usize,
    /// Configured neighbours without a link.
    pub(crate) unreachable: usize,
    pub(crate) held_bytes: usize,
    pub(crate) recorded_bytes: usize,
    pub(crate) engine: Counters,
    pub(crate) sockets: grapevine_zmtp::Counters,
    pub(crate) reports: &'a mut dyn Iterator<Item = (&'static str, PassReport)>,
}

/// Turns facts and the kernel's accounts of this process into readings.
pub(crate) struct Vitals {
    sample: Sample,
    before: Totals,
}

/// What grows from the start of the agent on.
#[derive(Clone, Copy, Default)]
struct Totals {
    at: Moment,
    cpu: Duration,
    sent: u64,
    received: u64,
}

impl Vitals {
    pub(crate) fn new(now: Moment) -> Self {
        Self { sample: Sample::default(), before: Totals { at: now, cpu: cpu_time(), ..Totals::default() } }
    }

    /// The readings as of now.
    pub(crate) fn read(&mut self, facts: Facts<'_>, now: Moment) -> &Sample {
        let Facts { engine, sockets, .. } = facts;
        let totals = Totals { at: now, cpu: cpu_time(), sent: sockets.bytes_out, received: sockets.bytes_in };
        let before = std::mem::replace(&mut self.before, totals);
        let seconds = Duration::from_millis(now.since(before.at)).as_secs_f64();
        let rate = |now: u64, then: u64| float(now.saturating_sub(then)) / seconds;
        let sample = &mut self.sample;
        sample.begin(now.0);
        sample.text(&rows::VERSION, &[], env!("CARGO_PKG_VERSION"));
        sample.number(&rows::CPU, &[], totals.cpu.saturating_sub(before.cpu).as_secs_f64() / seconds * 100.0);
        memory(sample);
        sample.number(&rows::SENT, &[], rate(totals.sent, before.sent));
        sample.number(&rows::RECEIVED, &[], rate(totals.received, before.received));
        for (metric, size) in [
            (&rows::NEIGHBOURS, facts.neighbours),
            (&rows::UNREACHABLE, facts.unreachable),
            (&rows::HOSTS, facts.hosts),
            (&rows::HELD, facts.held_bytes),
            (&rows::RECORDED, facts.recorded_bytes),
        ] {
            sample.number(metric, &[], float(size.try_into().unwrap_or(u64::MAX)));
        }
        for (metric, count) in [
            (&rows::QUEUE_DROPS, sockets.queue_drops),
            (&rows::REFUSED, engine.refused),
            (&rows::NOT_ALLOWED, engine.not_allowed),
            (&rows::EXCESS, engine.excess),
            (&rows::OVERLOAD, engine.overload),
            (&rows::UNHELD, engine.unheld),
            (&rows::HOP_LIMIT_DROPS, engine.hop_limit_drops),
            (&rows::GRAFTS, engine.grafts),
            (&rows::REJECTED, sockets.turned_away + sockets.rejected),
        ] {
            sample.number(metric, &[], float(count));
        }
        for (collector, report) in facts.reports {
            if let Some(pass_us) = report.pass_us {
                sample.number(&rows::COLLECTOR_PASS, &[collector], pass_us.into());
            }
            sample.number(&rows::COLLECTOR_FAILURES, &[collector], report.failures.into());
        }
        sample.finish();
        sample
    }
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
}

/// The second figure of /proc/self/statm is the resident set in pages (proc_pid_statm(5)).
fn memory(sample: &mut Sample) {
    let statm = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = statm.and_then(|text| text.split(' ').nth(1)?.parse::<u32>().ok());
    let page_bytes = u32::try_from(rustix::param::page_size()).ok();
    match pages.zip(page_bytes) {
        Some((pages, page_bytes)) => {
            sample.number(&rows::MEMORY, &[], f64::from(pages) * f64::from(page_bytes));
        }
        None => sample.absent(&rows::MEMORY, &[], Absence::Failed),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counters stay far below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

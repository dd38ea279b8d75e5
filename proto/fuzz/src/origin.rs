//! A host that seals frames: what it really says, and whatever an input wants it to say.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use grapevine_proto::{
    Absence, Composer, Envelope, Frame, FrameKind, Identity, Kind, LabelKeys, Labels, Links, Lost, Metric,
    MetricId, MetricRef, Mirror, Moment, OriginId, OriginKey, Position, PublicKey, Reading, Scale, State,
    Unit, Value, Verifier, catalogue,
};

/// The host's key.
pub static KEY: LazyLock<OriginKey> = LazyLock::new(|| OriginKey::from_seed(&SEED));

/// Checks what [`KEY`] has signed.
pub static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let verifier = KEY.public().verifier();
    let Ok(verifier) = verifier else { unreachable!("a key that was made of a seed is one") };
    verifier
});

/// What the host really says.
pub static STORY: LazyLock<Story> = LazyLock::new(Story::tell);

/// A row of frames as an agent composes them.
#[derive(Debug)]
pub struct Story {
    /// Says that [`Story::keyframe`]'s readings were fewer; sequence 1.
    pub earlier: Frame,
    /// Readings of all sorts; sequence [`KEYFRAME_SEQUENCE`].
    pub keyframe: Frame,
    /// A delta of `keyframe`; its sequence is the next.
    pub delta: Frame,
    /// A delta of `keyframe`; sequence [`LATER_SEQUENCE`].
    pub later: Frame,
    /// The farewell after that.
    pub leave: Frame,
}

/// The sequence of the story's main keyframe.
pub const KEYFRAME_SEQUENCE: u32 = 5;

/// The sequence of the story's last delta.
pub const LATER_SEQUENCE: u32 = 40;

/// Readings of all sorts: numbers of each scale, texts, labels, metrics that are not in the catalogue, and absences.
pub fn readings(number: f64) -> Vec<Reading> {
    let present = |value: f64| State::Present(Value::Number(value));
    let kept = |absence: Absence| State::Kept { value: Value::Number(7.0), absence, age_ms: 4000 };
    let mut readings = vec![
        known(1, &[], State::Present(Value::Text("6.12.5".to_owned()))),
        known(32, &[], present(number)),
        known(33, &["0"], State::Absent(Absence::Denied)),
        known(33, &["1"], kept(Absence::Sleeping)),
        known(64, &[], present(2e10)),
        known(128, &[], present(number / 8.0)),
        known(192, &["eth0"], present(number * 1e6)),
        known(194, &["eth0"], State::Absent(Absence::Unsupported)),
    ];
    for (id, kind, scale) in [
        (1300, Kind::Counter, Scale::Multiple(1024)),
        (1301, Kind::Gauge, Scale::Fraction(1000)),
        (1302, Kind::Gauge, Scale::Octaves),
    ] {
        let metric = learned(id, kind, scale);
        readings.push(Reading { metric, labels: Labels::new(&["falcon", "2"]), state: present(number) });
    }
    let text = State::Present(Value::Text(format!("höher {number}")));
    let metric = learned(1303, Kind::Text, Scale::Whole);
    readings.push(Reading { metric, labels: Labels::new(&["falcon", "3"]), state: text });
    readings
}

/// A composer of frames of the host, in its first epoch.
pub fn composer() -> Composer {
    let identity = Identity {
        public_key: PublicKey([0; 32]),
        host: host(),
        interval_ms: 1000,
        role: "agent".to_owned(),
        groups: vec!["lab".to_owned()],
    };
    Composer::new(OriginKey::from_seed(&SEED), identity, 32, 1)
}

/// A genuine frame around `body`, in epoch 1; none if the body is too long for one.
pub fn sealed(kind: FrameKind, sequence: u32, schema: u16, body: &[u8]) -> Option<Frame> {
    let position = Position { epoch: 1, sequence };
    Envelope { kind, hop_limit: 32, position, schema, is_critical: false }.seal(&KEY, body).ok()
}

/// What a mirror shows, to compare. Numbers are finite, so that they equal themselves.
pub(crate) fn shown(mirror: &Mirror) -> (&Identity, Position, bool, Vec<Reading>, &Links) {
    (mirror.identity(), mirror.position(), mirror.has_left(), mirror.readings(), mirror.links())
}

/// Links with two hosts, and the `sequence` at which another was lost.
fn links(sequence: u32) -> Links {
    let position = Position { epoch: 1, sequence };
    Links { up: vec![OriginId(7), OriginId(u64::MAX)], lost: vec![Lost { origin: OriginId(9), position }] }
}

/// The mirror of a keyframe of the story.
pub(crate) fn mirror_of(keyframe: &Frame) -> Mirror {
    let mirror = Mirror::new(keyframe);
    let Ok(mirror) = mirror else { unreachable!("what a composer writes can be read: {mirror:?}") };
    mirror
}

impl Story {
    fn tell() -> Self {
        let mut composer = composer();
        let mut say = |readings: &[Reading], links: Links| {
            composer.set_links(links);
            let frame = composer.frame(readings.iter(), Moment(0));
            let Ok(frame) = frame else { unreachable!("these readings fit a frame: {frame:?}") };
            frame
        };
        let few = [known(32, &[], State::Present(Value::Number(1.0)))];
        let earlier = say(&few, Links::default());
        (2..KEYFRAME_SEQUENCE).for_each(|_| drop(say(&few, Links::default())));
        let keyframe = say(&readings(20.0), links(80));
        let delta = say(&readings(60.0), links(300));
        (KEYFRAME_SEQUENCE + 2..LATER_SEQUENCE).for_each(|_| drop(say(&readings(20.0), links(80))));
        let later = say(&readings(99.0), links(80));
        let leave = composer.leave();
        let Ok(leave) = leave else { unreachable!("a leave has no body: {leave:?}") };
        Self { earlier, keyframe, delta, later, leave }
    }
}

fn host() -> grapevine_proto::HostName {
    let name = "srv-01".parse();
    let Ok(name) = name else { unreachable!("this is a name: {name:?}") };
    name
}

fn known(id: u16, labels: &[&str], state: State) -> Reading {
    let metric = catalogue::row(MetricId(id));
    let Some(metric) = metric else { unreachable!("the catalogue has a metric {id}") };
    Reading { metric: MetricRef::Known(metric), labels: Labels::new(labels), state }
}

fn learned(id: u16, kind: Kind, scale: Scale) -> MetricRef {
    MetricRef::Learned(Arc::new(Metric {
        id: MetricId(id),
        name: Cow::Owned(format!("later.metric{id}")),
        kind,
        unit: Unit::named("parsecs".to_owned()),
        scale,
        deadband: 0,
        labels: LabelKeys::Learned(vec!["ship".to_owned(), "deck".to_owned()]),
        max_age_ms: 20_000,
        help: Cow::Borrowed(""),
    }))
}

pub(crate) const SEED: [u8; 32] = [42; 32];

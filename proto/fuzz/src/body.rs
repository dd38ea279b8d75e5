//! A keyframe whose signature holds, with any body.
//!
//! The input's first byte is odd where the host's own identity section goes before the rest, so that few inputs fail
//! at that. The rest is the body.
//!
//! What holds: a body is read or refused, and means the same to a new reader and to one that knows the host; a
//! refused one leaves no trace; what is read is bounded and makes sense; and it can be composed and read again.

use std::sync::LazyLock;

use grapevine_proto::limits::{
    GROUPS_MAX, LABEL_BYTES_MAX, LABELS_MAX, LINKED_MAX, READINGS_MAX, TEXT_BYTES_MAX,
};
use grapevine_proto::{
    Applied, Composer, FrameKind, Kind, Links, MetricRef, Mirror, Moment, OriginKey, Reading, State, Value,
    links_of,
};

use crate::origin::{self, KEYFRAME_SEQUENCE, STORY, mirror_of, sealed, shown};

/// Runs the target.
pub fn run(input: &[u8]) {
    let Some((choice, rest)) = input.split_first() else { return };
    let identity: &[u8] = if choice % 2 == 1 { &IDENTITY } else { &[] };
    let body = [identity, rest].concat();
    let Some(frame) = sealed(FrameKind::Keyframe, KEYFRAME_SEQUENCE + 1, 9, &body) else { return };
    let before = &*KNOWN;
    let mut known = before.clone();
    let applied = known.apply(&frame).ok();
    let Ok(mut mirror) = Mirror::new(&frame) else {
        assert_eq!(applied, None, "good for one who knows the host, bad for one who does not");
        return assert_eq!(shown(&known), shown(before), "a refused keyframe leaves a trace");
    };
    assert_eq!(applied, Some(Applied::Replaced));
    assert_eq!(shown(&known), shown(&mirror));
    assert_eq!(mirror.links(), &links_of(&frame, None));
    assert!(matches!(mirror.apply(&frame), Ok(Applied::Old)), "the same frame is news");
    check_readings(&mirror);
    check_links(mirror.links());
    check_composed_again(&mirror);
}

/// Checks that what a mirror shows is bounded and makes sense.
pub(crate) fn check_readings(mirror: &Mirror) {
    assert!(mirror.identity().groups.len() <= GROUPS_MAX, "many groups");
    let readings = mirror.readings();
    assert!(readings.len() <= READINGS_MAX, "{} readings", readings.len());
    assert!(readings.is_sorted_by_key(|reading| reading.metric.id), "readings out of order");
    for Reading { metric, labels, state } in &readings {
        assert!(metric.labels.len() <= LABELS_MAX, "many labels");
        assert_eq!(metric.labels.len(), labels.iter().len(), "labels of {}", metric.name);
        assert!(labels.iter().all(|label| label.len() <= LABEL_BYTES_MAX), "a long label");
        match state.value() {
            Some(Value::Text(text)) => {
                assert_eq!(metric.kind, Kind::Text);
                assert!(text.len() <= TEXT_BYTES_MAX, "a text of {} bytes", text.len());
            }
            Some(Value::Number(number)) => {
                assert_ne!(metric.kind, Kind::Text);
                assert!(number.is_finite(), "{number} is no reading");
            }
            None => assert!(matches!(state, State::Absent(_))),
        }
    }
}

/// Checks that nobody is named twice, and not too many are.
pub(crate) fn check_links(Links { up, lost }: &Links) {
    assert!(up.len() <= LINKED_MAX && lost.len() <= LINKED_MAX, "many links");
    assert!(up.is_sorted_by(|a, b| a < b) && lost.is_sorted_by(|a, b| a.origin < b.origin), "out of order");
}

/// Lets a host with the same key say the same, and checks that it arrives.
fn check_composed_again(mirror: &Mirror) {
    let is_own = |metric: &MetricRef| matches!(metric, MetricRef::Known(_)) || metric.id.0 >= BASE_ROWS_END;
    let readings = mirror.readings();
    if readings.len() > COMPOSED_MAX || !readings.iter().all(|reading| is_own(&reading.metric)) {
        return;
    }
    let mut composer = Composer::new(OriginKey::from_seed(&origin::SEED), mirror.identity().clone(), 32, 1);
    composer.set_links(mirror.links().clone());
    let frame = composer.frame(readings.iter(), Moment(0));
    let Ok(frame) = frame else { return };
    let again = mirror_of(&frame);
    assert_eq!(again.identity(), mirror.identity());
    assert_eq!(again.links(), mirror.links());
    assert_eq!(again.readings().len(), readings.len());
    for (then, now) in readings.iter().zip(again.readings()) {
        assert_eq!((&then.metric, &then.labels), (&now.metric, &now.labels));
        assert!(is_same(&then.state, &now.state), "{then:?} became {now:?}");
    }
}

/// Whether two states say the same. A number of steps beyond 2^53 may be a step off, an age is in whole seconds.
fn is_same(then: &State, now: &State) -> bool {
    let is_same_value = match (then.value(), now.value()) {
        (Some(Value::Number(then)), Some(Value::Number(now))) => (then - now).abs() <= then.abs() * 1e-12,
        (then, now) => then == now,
    };
    let age_s = |state: &State| match state {
        State::Kept { age_ms, .. } => Some(age_ms / 1000),
        State::Present(_) | State::Absent(_) => None,
    };
    is_same_value && then.absence() == now.absence() && age_s(then) == age_s(now)
}

/// What a reader shows who knows the host.
static KNOWN: LazyLock<Mirror> = LazyLock::new(|| mirror_of(&STORY.keyframe));

/// The host's identity section.
static IDENTITY: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let body = STORY.keyframe.body();
    let length = body.get(1..).and_then(<[u8]>::first_chunk).map_or(0, |length| u16::from_le_bytes(*length));
    body.get(..SECTION_HEAD_BYTES + usize::from(length)).unwrap_or_default().to_vec()
});

const SECTION_HEAD_BYTES: usize = 3;

/// Rows of metrics below this number prevail over the catalogue, but no host of ours sends them.
const BASE_ROWS_END: u16 = 1024;

/// A host looks for each label among all that it has, which takes long for the most that a stranger can send.
const COMPOSED_MAX: usize = 256;

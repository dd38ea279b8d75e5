//! A delta whose signature holds, with any body.
//!
//! The input's first byte says by how much the delta's sequence is above its keyframe's, modulo 16 and plus one; 16
//! added, and it is of another schema; 32 added, and it is a leave; 64 added, and it is of an unknown kind. The rest
//! is the body.
//!
//! What holds: a refused delta leaves no trace; one that is read keeps the set of readings, and they make sense; it
//! does not matter whether the delta or its keyframe comes first; and a later delta supersedes it, whatever it said.

use std::sync::LazyLock;

use grapevine_proto::{Applied, FrameKind, Mirror, links_of};

use crate::body::{check_links, check_readings};
use crate::origin::{KEYFRAME_SEQUENCE, STORY, mirror_of, sealed, shown};

/// Runs the target.
pub fn run(input: &[u8]) {
    let Some((&choice, body)) = input.split_first() else { return };
    let sequence = KEYFRAME_SEQUENCE + 1 + u32::from(choice % 16);
    let schema = STORY.keyframe.schema() + u16::from(choice & 16 != 0);
    let kind = match choice & (32 | 64) {
        0 => FrameKind::Delta,
        32 => FrameKind::Leave,
        _ => FrameKind::Unknown(choice),
    };
    let Some(delta) = sealed(kind, sequence, schema, body) else { return };

    let Stages { earlier, keyframe: before, later: expected } = &*STAGES;
    let mut mirror = before.clone();
    match mirror.apply(&delta) {
        Err(_) | Ok(Applied::Old | Applied::Early) => assert_eq!(shown(&mirror), shown(before)),
        Ok(Applied::Left) => assert!(mirror.has_left()),
        Ok(Applied::Updated) => {
            assert_eq!(mirror.position(), delta.position());
            assert_eq!(mirror.links(), &links_of(&STORY.keyframe, Some(&delta)));
        }
        Ok(Applied::Replaced) => assert_eq!(kind, FrameKind::Keyframe, "a delta replaces the readings"),
    }
    let series = |mirror: &Mirror| -> Vec<_> {
        mirror.readings().iter().map(|reading| (reading.metric.clone(), reading.labels.clone())).collect()
    };
    assert_eq!(series(&mirror), series(before));
    check_readings(&mirror);
    check_links(mirror.links());

    let mut delta_first = earlier.clone();
    drop(delta_first.apply(&delta));
    assert!(matches!(delta_first.apply(&STORY.keyframe), Ok(Applied::Replaced)));
    assert_eq!(delta_first.readings(), mirror.readings(), "the order of arrival shows");
    assert_eq!(delta_first.links(), mirror.links(), "the order of arrival shows");

    for mirror in [&mut mirror, &mut delta_first] {
        assert!(matches!(mirror.apply(&STORY.later), Ok(Applied::Updated)));
    }
    assert_eq!(shown(&mirror), shown(expected), "an earlier delta shows through a later one");
    assert_eq!(shown(&delta_first), shown(expected), "an early delta shows through a later one");
}

/// What a reader shows after each frame of the story.
struct Stages {
    earlier: Mirror,
    keyframe: Mirror,
    later: Mirror,
}

static STAGES: LazyLock<Stages> = LazyLock::new(|| {
    let keyframe = mirror_of(&STORY.keyframe);
    let mut later = keyframe.clone();
    assert!(matches!(later.apply(&STORY.later), Ok(Applied::Updated)));
    Stages { earlier: mirror_of(&STORY.earlier), keyframe, later }
});

//! How many frames of one origin an agent takes.

use super::bucket::Bucket;
use crate::frame::{Frame, FrameKind};
use crate::limits::{EPOCH_RATE, EXCESS_RATE, FRAME_RATE};
use crate::moment::Moment;

/// What an origin may send, as every agent on the way holds it to: a host that babbles is contained by its neighbours,
/// and one whose neighbours are hostile too by theirs.
///
/// Tokens are looked for before a frame's signature is checked, and spent only once it held, so that forgeries cannot
/// use up those of the origin. A frame without a token is dropped. Most are deltas then, and the next one makes up for
/// it. A lost keyframe would be missed for 30 s, so the last token is only for keyframes and leaves; the first frame
/// of an epoch draws on tokens of its own, so that a host that comes back is heard however much it said before.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Allowance {
    frames: Bucket,
    epochs: Bucket,
    excess: Bucket,
}

/// On which tokens a frame draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Draw {
    /// The first of an epoch.
    Epoch,
    /// A keyframe or a leave.
    Vital,
    /// Anything that the next frame makes up for.
    Ordinary,
}

impl Draw {
    /// What a frame of an origin draws on whose newest known epoch is `epoch`.
    pub(super) fn of(frame: &Frame, epoch: u32) -> Self {
        match frame.kind() {
            _ if frame.position().epoch > epoch => Self::Epoch,
            FrameKind::Keyframe | FrameKind::Leave => Self::Vital,
            FrameKind::Delta | FrameKind::Unknown(_) => Self::Ordinary,
        }
    }
}

impl Allowance {
    /// The allowance of an origin whose first frame came just now.
    pub(super) fn begun(now: Moment) -> Self {
        let mut allowance = Self::default();
        allowance.spend(Draw::Epoch, now);
        allowance
    }

    /// Whether a frame may come.
    pub(super) fn has(&self, draw: Draw, now: Moment) -> bool {
        match draw {
            Draw::Epoch => self.epochs.has(1, EPOCH_RATE, now),
            Draw::Vital => self.frames.has(1, FRAME_RATE, now),
            Draw::Ordinary => self.frames.has(2, FRAME_RATE, now),
        }
    }

    /// A frame came.
    pub(super) fn spend(&mut self, draw: Draw, now: Moment) {
        match draw {
            Draw::Epoch => self.epochs.spend(1, EPOCH_RATE, now),
            Draw::Vital | Draw::Ordinary => self.frames.spend(1, FRAME_RATE, now),
        }
    }

    /// A frame was dropped. Whether these are so many by now that no link that stalled explains it.
    pub(super) fn is_beyond_excuse(&mut self, now: Moment) -> bool {
        !self.excess.take(EXCESS_RATE, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How many frames of `draw`, one every `interval_ms`, come through in a minute.
    fn taken(draw: Draw, interval_ms: u64) -> usize {
        let mut allowance = Allowance::begun(Moment(0));
        let mut taken = 0;
        for at in (0..60_000).step_by(usize::try_from(interval_ms).unwrap()).map(Moment) {
            if allowance.has(draw, at) {
                allowance.spend(draw, at);
                taken += 1;
            }
        }
        taken
    }

    #[test]
    fn two_frames_a_second_always_come_through() {
        for draw in [Draw::Vital, Draw::Ordinary] {
            assert_eq!(taken(draw, 1000), 60, "{draw:?}");
            assert_eq!(taken(draw, 500), 120, "{draw:?}");
            assert!((133..=138).contains(&taken(draw, 10)), "{draw:?}: {}", taken(draw, 10));
        }
        assert!((60..=65).contains(&taken(Draw::Epoch, 10)));
    }

    proptest! {
        /// Frames that were sent every half second by a clock up to 5 % fast and then waited up to three
        /// times 450 ms on their way, without overtaking each other.
        #[test]
        fn jitter_is_excused(waits_ms in prop::collection::vec(0_u64..1350, 1..300), interval_ms in 475_u64..2000) {
            let mut allowance = Allowance::begun(Moment(0));
            let mut arrived = Moment(0);
            for (n, wait_ms) in (1..).zip(waits_ms) {
                arrived = arrived.max(Moment(n * interval_ms + wait_ms));
                prop_assert!(allowance.has(Draw::Ordinary, arrived), "frame {}", n);
                allowance.spend(Draw::Ordinary, arrived);
            }
        }
    }
}

//! Room for the frames held.

use crate::limits::{HELD_POOL_BYTES, HELD_SHARE_BYTES};

/// How many bytes of frames are held, and how many there is room for.
///
/// Each origin has a share that nobody can take from it; what it needs beyond that comes from a pool for all. So hosts
/// of ordinary size are held however much large ones need, and all together never pass
/// [`HELD_BYTES_MAX`](crate::limits::HELD_BYTES_MAX).
#[derive(Debug, Default)]
pub(super) struct Room {
    bytes: usize,
    pooled: usize,
}

impl Room {
    /// How many bytes are held.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether an origin of which `before` bytes are held may have `after`. It may always have less.
    pub(super) fn fits(&self, before: usize, after: usize) -> bool {
        pooled(after) <= pooled(before) || self.pooled - pooled(before) + pooled(after) <= HELD_POOL_BYTES
    }

    /// Of an origin, `after` bytes are held instead of `before`.
    pub(super) fn exchange(&mut self, before: usize, after: usize) {
        self.bytes = self.bytes - before + after;
        self.pooled = self.pooled - pooled(before) + pooled(after);
    }
}

/// What `bytes` of one origin take from the pool.
pub(super) fn pooled(bytes: usize) -> usize {
    bytes.saturating_sub(HELD_SHARE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::{FRAME_BYTES_MAX, HELD_BYTES_MAX, ORIGINS_MAX};
    use proptest::prelude::*;

    /// Sizes of what is held of one origin: mostly the greatest, so that the pool runs out.
    fn bytes() -> impl Strategy<Value = usize> {
        prop_oneof![2 => 0..2 * HELD_SHARE_BYTES, 3 => 0..=2 * FRAME_BYTES_MAX, 5 => Just(2 * FRAME_BYTES_MAX)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_fits_stays_within_the_limit_and_shares_always_fit(
            changes in prop::collection::vec((0_usize..600, bytes()), 1..1500),
        ) {
            let (mut room, mut held) = (Room::default(), vec![0; 600]);
            for (origin, bytes) in changes {
                let fits = room.fits(held[origin], bytes);
                prop_assert!(fits || bytes > HELD_SHARE_BYTES && bytes > held[origin]);
                if fits {
                    room.exchange(held[origin], bytes);
                    held[origin] = bytes;
                }
                prop_assert_eq!(room.bytes(), held.iter().sum::<usize>());
                let unused_shares = (ORIGINS_MAX - held.len()) * HELD_SHARE_BYTES;
                prop_assert!(room.bytes() + unused_shares <= HELD_BYTES_MAX);
            }
        }
    }
}

//! Which frames of an epoch were seen.

/// The newest sequence seen and a window of the 64 up to it, as IPsec suppresses replays (RFC 4303, section 3.4.3).
/// Frames that take different paths may overtake each other within the window; older ones count as seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    newest: u32,
    /// Bit n is sequence `newest - n`.
    window: u64,
}

impl Seen {
    pub(super) fn newest(self) -> u32 {
        self.newest
    }

    pub(super) fn contains(self, sequence: u32) -> bool {
        match self.newest.checked_sub(sequence) {
            None => false,
            Some(back) if back < u64::BITS => self.window >> back & 1 == 1,
            Some(_) => true,
        }
    }

    pub(super) fn insert(&mut self, sequence: u32) {
        if let Some(ahead) = sequence.checked_sub(self.newest) {
            self.window = self.window.checked_shl(ahead).unwrap_or(0) | 1;
            self.newest = sequence;
        } else {
            self.window |= 1_u64.checked_shl(self.newest - sequence).unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn agrees_with_a_plain_set(sequences in prop::collection::vec(1_u32..300, 0..200), probe in 1_u32..300) {
            let mut seen = Seen::default();
            let mut all = BTreeSet::new();
            for sequence in sequences {
                let newest = all.last().copied().unwrap_or(0);
                let expected = all.contains(&sequence) || sequence + 64 <= newest;
                prop_assert_eq!(seen.contains(sequence), expected);
                seen.insert(sequence);
                all.insert(sequence);
            }
            let newest = all.last().copied().unwrap_or(0);
            prop_assert_eq!(seen.newest(), newest);
            prop_assert_eq!(seen.contains(probe), all.contains(&probe) || probe + 64 <= newest);
        }
    }
}

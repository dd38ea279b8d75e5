//! Who has a link with whom.

use std::collections::{BTreeSet, VecDeque};

use crate::random::Random;

/// A ring with chords: everybody has some six neighbours, and everybody is near.
#[derive(Debug)]
pub(crate) struct Topology(Vec<Vec<usize>>);

impl Topology {
    pub(crate) fn new(count: usize, random: &mut Random) -> Self {
        let mut neighbours = vec![BTreeSet::new(); count];
        let mut link = |a: usize, b: usize| {
            if a != b {
                for (from, to) in [(a, b), (b, a)] {
                    neighbours.get_mut(from).map(|of: &mut BTreeSet<usize>| of.insert(to));
                }
            }
        };
        for index in 0..count {
            link(index, (index + 1) % count);
            // Two chords of one's own and two of others; a few hosts need none.
            for _ in 0..(count / 5).min(2) {
                link(index, random.below(count));
            }
        }
        Self(neighbours.into_iter().map(|of| of.into_iter().collect()).collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn neighbours(&self, index: usize) -> &[usize] {
        self.0.get(index).map(Vec::as_slice).unwrap_or_default()
    }

    /// How many links are between each host and the first.
    pub(crate) fn hops(&self) -> Vec<u8> {
        let mut hops = vec![u8::MAX; self.len()];
        let mut next = VecDeque::from([(0, 0_u8)]);
        while let Some((index, distance)) = next.pop_front() {
            let Some(known) = hops.get_mut(index) else { continue };
            if *known <= distance {
                continue;
            }
            *known = distance;
            next.extend(
                self.neighbours(index).iter().map(|neighbour| (*neighbour, distance.saturating_add(1))),
            );
        }
        hops
    }
}

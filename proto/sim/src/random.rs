//! Pseudo-random numbers: one seed decides everything.

/// The generator xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its state
/// filled by SplitMix64 as they advise.
#[derive(Clone, Debug)]
pub(crate) struct Random([u64; 4]);

impl Random {
    /// The numbers that belong to `seed` and `purpose`. Each purpose has its own, so that one more fault does not move
    /// the delays of all links.
    pub(crate) fn of(seed: u64, purpose: Purpose) -> Self {
        let mut state = mix(seed ^ mix(purpose as u64));
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(GOLDEN_GAMMA);
            mix(state)
        }))
    }

    pub(crate) fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// A number below `bound`; 0 if that is 0. By multiplication (Lemire, "Fast random integer generation in an
    /// interval", 2019), whose bias of `bound` in 2^64 nobody sees here.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        u64::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` up to and with `high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// A place in something that has `length` places.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// So many different places in something that has `length` places, all if that is fewer, in random order.
    pub(crate) fn places(&mut self, count: usize, length: usize) -> Vec<usize> {
        let mut places: Vec<usize> = (0..length).collect();
        let count = count.min(length);
        for at in 0..count {
            let other = at + self.place(length - at);
            places.swap(at, other);
        }
        places.truncate(count);
        places
    }
}

/// What random numbers are for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// Who has whom for a seed.
    Overlay = 1,
    /// Jitter of paths and of pauses.
    Jitter,
    /// Whom faults hit, and when.
    Faults,
    /// Which pairs of hosts are watched.
    Watch,
}

/// A number that looks random and follows from `number`: the output function of SplitMix64 (Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", 2014).
pub(crate) fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_published_generator() {
        let mut random = Random([1, 2, 3, 4]);
        let first: Vec<u64> = (0..4).map(|_| random.next()).collect();
        assert_eq!(first, [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386]);
    }

    #[test]
    fn bounds_hold_and_places_differ() {
        let mut random = Random::of(1, Purpose::Overlay);
        assert!((0..1000).all(|_| (3..=5).contains(&random.between(3, 5))));
        assert_eq!(random.below(0), 0);
        let mut places = random.places(50, 60);
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), 50);
        assert_eq!(random.places(9, 4).len(), 4);
    }
}

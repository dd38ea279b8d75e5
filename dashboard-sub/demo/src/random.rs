//! Numbers that look drawn and are the same for the same seed.

/// A generator of the SplitMix64 family (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014):
/// small, and good enough for what only has to look alive.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// A generator for the part `part` of what `seed` decides. Parts do not disturb each other.
    pub(crate) fn of(seed: u64, part: u64) -> Self {
        let mut random = Self(seed ^ part.wrapping_mul(0xd134_2543_de82_ef95));
        random.next();
        random
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    pub(crate) fn share(&mut self) -> f64 {
        f64::from(self.word()) / (f64::from(u32::MAX) + 1.0)
    }

    /// From `low` up to `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// Whether something happens that does so with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// A number below `end`; 0 if `end` is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }

    /// 32 bytes, such as a key is made of.
    pub(crate) fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for chunk in bytes.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes());
        }
        bytes
    }

    fn word(&mut self) -> u32 {
        u32::try_from(self.next() >> 32).unwrap_or(u32::MAX)
    }
}

/// A figure that follows a target with inertia: of the distance a part is covered each second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lagging {
    pub(crate) value: f64,
    rate: f64,
}

impl Lagging {
    /// Starts at `value` and has covered 63 % of the way to a new target after `seconds`.
    pub(crate) fn new(value: f64, seconds: f64) -> Self {
        Self { value, rate: 1.0 - (-1.0 / seconds.max(0.1)).exp() }
    }

    /// A second further towards `target`.
    pub(crate) fn follow(&mut self, target: f64) -> f64 {
        self.value += (target - self.value) * self.rate;
        self.value
    }
}

/// A share from 0 to 1 that wanders around its middle.
#[derive(Clone, Debug)]
pub(crate) struct Wander {
    random: Random,
    value: f64,
    step: f64,
}

impl Wander {
    /// Moves by up to `step` a second.
    pub(crate) fn new(mut random: Random, step: f64) -> Self {
        let value = random.share();
        Self { random, value, step }
    }

    /// Where it is a second later.
    pub(crate) fn next(&mut self) -> f64 {
        let pull = (0.5 - self.value) * self.step * 0.3;
        self.value = (self.value + pull + self.random.between(-self.step, self.step)).clamp(0.0, 1.0);
        self.value
    }
}

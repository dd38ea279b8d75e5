//! From values to small integers and back.
//!
//! A reading goes over the wire as an integer of steps. Most integers are small and change by little, which the
//! codec stores in one byte; a 64-bit float would always take eight.

/// How many steps of the octave scale lie between a number and its double: 2^5, so that a step is at most 3.2 %
/// and a decoded value at most 1.6 % off.
const STEPS_PER_OCTAVE: i64 = 32;

/// How a value in its unit becomes an integer of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// A step is one unit.
    Whole,
    /// A step is this many units: bytes in steps of a MiB.
    Multiple(u32),
    /// A unit has this many steps: degrees in tenths.
    Fraction(u32),
    /// Whole units up to 32, from there on 32 steps from each number to its double. For rates, which span nine
    /// decades and matter to a few percent. Negative values become 0.
    Octaves,
}

impl Scale {
    /// The number of steps nearest to `value`, or none if `value` is no finite number.
    pub fn quantise(self, value: f64) -> Option<i64> {
        if !value.is_finite() {
            return None;
        }
        Some(match self {
            Self::Whole => saturate(value),
            Self::Multiple(units) => saturate(value / f64::from(units.max(1))),
            Self::Fraction(steps) => saturate(value * f64::from(steps.max(1))),
            Self::Octaves => octave_step(saturate(value)),
        })
    }

    /// The value that `steps` stand for, in units.
    pub fn restore(self, steps: i64) -> f64 {
        match self {
            Self::Whole => float(steps),
            Self::Multiple(units) => float(steps) * f64::from(units.max(1)),
            Self::Fraction(per_unit) => float(steps) / f64::from(per_unit.max(1)),
            Self::Octaves => float(octave_value(steps)),
        }
    }
}

/// Largest magnitude of a number of steps: 2^53, up to which a 64-bit float holds every integer.
const STEPS_MAX: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "rounded and clamped to integers that both types hold")]
fn saturate(value: f64) -> i64 {
    value.round().clamp(-STEPS_MAX, STEPS_MAX) as i64
}

#[expect(clippy::cast_precision_loss, reason = "clamped to integers that both types hold")]
fn float(steps: i64) -> f64 {
    const MAX: i64 = 1 << 53;
    steps.clamp(-MAX, MAX) as f64
}

/// Step of the octave scale for a whole number: below 32 the number itself, then octave * 32 + position.
fn octave_step(value: i64) -> i64 {
    if value < STEPS_PER_OCTAVE {
        return value.max(0);
    }
    let octave = i64::from(value.ilog2()) - 5;
    let rounded = (value + (1 << octave >> 1)) >> octave;
    // Rounding up can reach the next octave's first step; the formula yields just that step then.
    octave * STEPS_PER_OCTAVE + rounded
}

/// Inverse of [`octave_step`] up to its rounding. A step from the network that is out of range saturates.
fn octave_value(step: i64) -> i64 {
    if step < STEPS_PER_OCTAVE {
        return step.max(0);
    }
    let octave = (step / STEPS_PER_OCTAVE - 1).min(48);
    (step % STEPS_PER_OCTAVE + STEPS_PER_OCTAVE) << octave
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tenths_come_back_without_float_noise() {
        let scale = Scale::Fraction(10);
        assert_eq!(scale.restore(scale.quantise(23.7).unwrap()).to_string(), "23.7");
    }

    #[test]
    fn no_number_is_no_reading() {
        assert_eq!(Scale::Whole.quantise(f64::NAN), None);
        assert_eq!(Scale::Octaves.quantise(f64::INFINITY), None);
    }

    #[test]
    fn octaves_are_exact_when_small_and_continuous() {
        for value in 0..=64 {
            assert_eq!(octave_value(octave_step(value)), value);
        }
        assert_eq!(octave_step(63) + 1, octave_step(64));
        assert_eq!(octave_step(127), octave_step(128), "127 rounds up into the next octave");
    }

    proptest! {
        #[test]
        fn octaves_are_within_a_sixty_fourth(value in 0_i64..1 << 52) {
            let restored = octave_value(octave_step(value));
            prop_assert!((restored - value).abs() <= value / 64 + 1, "{value} became {restored}");
        }

        #[test]
        fn octave_steps_are_monotonic(a in 0_i64..1 << 52, b in 0_i64..1 << 52) {
            if a <= b { prop_assert!(octave_step(a) <= octave_step(b)); }
        }

        #[test]
        fn any_step_restores_to_a_finite_number(step: i64, units: u32) {
            for scale in [Scale::Whole, Scale::Multiple(units), Scale::Fraction(units), Scale::Octaves] {
                prop_assert!(scale.restore(step).is_finite());
            }
        }

        #[test]
        fn a_restored_value_quantises_to_itself(step in 0_i64..1400) {
            for scale in [Scale::Whole, Scale::Multiple(1 << 20), Scale::Fraction(10), Scale::Octaves] {
                prop_assert_eq!(scale.quantise(scale.restore(step)), Some(step));
            }
        }
    }
}

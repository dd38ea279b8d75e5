//! Figures as programs print them: `341.25 W`, `9501MHz`, `N/A`, `[GPU is lost]`.

use grapevine_collectors::gpu::Figure;
use grapevine_proto::Absence;

/// The names of a unit's multiples, and what one of each is in the unit of the catalogue.
pub(super) type Units = [(&'static str, f64)];

pub(super) const PERCENT: &Units = &[("%", 1.0)];
pub(super) const CELSIUS: &Units = &[("C", 1.0)];
pub(super) const WATTS: &Units = &[("W", 1.0), ("mW", 1e-3)];
pub(super) const HERTZ: &Units = &[("MHz", 1e6), ("GHz", 1e9)];
pub(super) const SECONDS: &Units = &[("us", 1e-6), ("ms", 1e-3), ("s", 1.0)];
pub(super) const BYTES: &Units =
    &[("MiB", MIB), ("KiB", 1024.0), ("GiB", 1024.0 * MIB), ("B", 1.0), ("", 1.0)];
/// What the driver calls KB are 1024 bytes.
pub(super) const BYTES_PER_SECOND: &Units = &[("KB/s", 1024.0), ("MB/s", MIB)];
pub(super) const LANES: &Units = &[("x", 1.0)];
pub(super) const PLAIN: &Units = &[("", 1.0)];

const MIB: f64 = 1_048_576.0;

/// A number with one of `units` behind it, or why there is none.
pub(super) fn number(printed: &str, units: &Units) -> Figure<f64> {
    let printed = printed.trim();
    let end = printed.find(|c: char| !matches!(c, '0'..='9' | '.' | '-')).unwrap_or(printed.len());
    let Some((digits, unit)) = printed.split_at_checked(end) else { return Err(absence(printed)) };
    let number = digits.parse::<f64>().ok().filter(|number| number.is_finite());
    let scale = units.iter().find(|(name, _)| *name == unit.trim()).map(|(_, scale)| *scale);
    match (number, scale) {
        (Some(number), Some(scale)) => Ok(number * scale),
        _ => Err(absence(printed)),
    }
}

/// A text, or why there is none.
pub(super) fn text(printed: &str) -> Figure<&str> {
    let printed = printed.trim();
    if printed.is_empty() || printed.starts_with('[') || is_of(UNSUPPORTED, printed) || is_error(printed) {
        return Err(absence(printed));
    }
    Ok(printed)
}

/// Yes or no.
pub(super) fn flag(printed: &str) -> Figure<bool> {
    match printed.trim() {
        "Enabled" | "Active" | "Yes" => Ok(true),
        "Disabled" | "Not Active" | "No" => Ok(false),
        other => Err(absence(other)),
    }
}

/// Whether this is what is printed for all figures of a GPU that has fallen off the bus.
pub(super) fn is_lost(printed: &str) -> bool {
    bare(printed).eq_ignore_ascii_case("GPU is lost")
}

/// What a text that stands in place of a figure says.
fn absence(printed: &str) -> Absence {
    if is_of(UNSUPPORTED, printed) {
        Absence::Unsupported
    } else if is_of(DENIED, printed) {
        Absence::Denied
    } else {
        Absence::Failed
    }
}

fn is_error(printed: &str) -> bool {
    is_lost(printed) || is_of(DENIED, printed) || is_of(ERRORS, printed)
}

fn is_of(words: &[&str], printed: &str) -> bool {
    words.iter().any(|word| word.eq_ignore_ascii_case(bare(printed)))
}

/// Errors have brackets around them in most places.
fn bare(printed: &str) -> &str {
    printed.trim().trim_start_matches('[').trim_end_matches(']').trim()
}

const UNSUPPORTED: &[&str] =
    &["", "N/A", "Not Supported", "Function Not Found", "Requested functionality has been deprecated"];

const DENIED: &[&str] = &["Insufficient Permissions", "GPU access blocked by the operating system"];

const ERRORS: &[&str] = &["Unknown Error", "ERR!", "GPU requires reset", "Not Found", "Insufficient Size"];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_in_the_units_of_the_catalogue() {
        for (printed, units, expected) in [
            ("24576 MiB", BYTES, 24576.0 * MIB),
            ("25769803776", BYTES, 25_769_803_776.0),
            ("341.25 W", WATTS, 341.25),
            ("9501MHz", HERTZ, 9.501e9),
            (" 74 C ", CELSIUS, 74.0),
            ("-2 C", CELSIUS, -2.0),
            ("409600 KB/s", BYTES_PER_SECOND, 419_430_400.0),
            ("12500000 us", SECONDS, 12.5),
            ("16x", LANES, 16.0),
            ("71%", PERCENT, 71.0),
        ] {
            assert_eq!(number(printed, units), Ok(expected), "{printed}");
        }
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (printed, expected) in [
            ("N/A", Absence::Unsupported),
            ("[N/A]", Absence::Unsupported),
            ("", Absence::Unsupported),
            ("Requested functionality has been deprecated", Absence::Unsupported),
            ("[Insufficient Permissions]", Absence::Denied),
            ("[Unknown Error]", Absence::Failed),
            ("[GPU is lost]", Absence::Failed),
            ("CPU Fan", Absence::Failed),
            ("1179RPM", Absence::Failed),
            ("1.2.3 %", Absence::Failed),
            ("%", Absence::Failed),
        ] {
            assert_eq!(number(printed, PERCENT), Err(expected), "{printed}");
        }
        assert_eq!(text("[Unknown Error]"), Err(Absence::Failed));
        assert_eq!(text("GPU is lost"), Err(Absence::Failed));
        assert_eq!(text("NVIDIA H200"), Ok("NVIDIA H200"));
        assert_eq!(flag("N/A"), Err(Absence::Unsupported));
    }

    proptest! {
        #[test]
        fn any_text_is_a_finite_number_or_none(printed in ".{0,40}") {
            if let Ok(number) = number(&printed, BYTES) {
                prop_assert!(number.is_finite());
            }
        }

        #[test]
        fn a_number_comes_through_any_spacing(digits in 0_u32..1_000_000, spaces in " {0,3}") {
            prop_assert_eq!(number(&format!("{spaces}{digits}{spaces}%{spaces}"), PERCENT), Ok(f64::from(digits)));
        }
    }
}

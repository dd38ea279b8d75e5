//! Times as people and programs read them.

/// `seconds` since 1970 as ISO 8601 in UTC, to the millisecond: `2026-03-02T14:20:00.000Z`. Times before 1970 and after
/// 9999 are those of these years' bounds.
pub(crate) fn iso8601(seconds: f64) -> String {
    let ms = (seconds.clamp(0.0, LAST_S) * 1000.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "bounded above")]
    let ms = ms as i64;
    let (days, of_day) = (ms.div_euclid(DAY_MS), ms.rem_euclid(DAY_MS));
    let (year, month, day) = civil(days);
    let [hour, minute, second, ms] =
        [of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1000 % 60, of_day % 1000];
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
}

/// Year, month and day of the day that is so many days after 1970-01-01: `civil_from_days` of Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms".
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// 9999-12-31T23:59:59Z.
const LAST_S: f64 = 253_402_300_799.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_date() {
        // date -u -d @SECONDS +%FT%T
        let cases = [
            (0.0, "1970-01-01T00:00:00.000Z"),
            (951_782_400.5, "2000-02-29T00:00:00.500Z"),
            (1_772_461_200.0, "2026-03-02T14:20:00.000Z"),
            (4_107_542_399.999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400.0, "2100-03-01T00:00:00.000Z"),
            (-5.0, "1970-01-01T00:00:00.000Z"),
            (f64::INFINITY, "9999-12-31T23:59:59.000Z"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(iso8601(seconds), expected);
        }
    }
}

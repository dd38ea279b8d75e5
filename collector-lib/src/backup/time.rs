//! Times as texts, in the profile of RFC 3339 that borg and restic write.

/// Seconds since 1970 of `2024-02-29T12:34:56.789+02:00`.
///
/// A time without a zone, as borg writes it, is taken for UTC where `zoneless_is_utc`, because the program was told so;
/// elsewhere it could be any of 24 hours and is refused.
pub(super) fn unix_seconds(text: &str, zoneless_is_utc: bool) -> Option<u64> {
    let (date, rest) = text.trim().split_once(['T', ' '])?;
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(zone_at);
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    let is_date = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    // 60 is a leap second.
    let is_clock = hour < 24 && minute < 60 && second <= 60;
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    if !(is_date && is_clock && is_fraction) {
        return None;
    }
    let offset_s = match zone {
        "" => zoneless_is_utc.then_some(0)?,
        "Z" | "z" => 0,
        zone => offset_s(zone)?,
    };
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset_s;
    u64::try_from(seconds).ok()
}

/// `+02:00`
fn offset_s(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let [hours, minutes] = numbers(digits, ':', [2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Numbers of so many digits with `separator` between them.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        *number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(numbers)
}

/// Days from 1970-01-01 in the Gregorian calendar. Years begin in March here, so that a leap day is their last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    365 * year + leap_days + (153 * month + 2) / 5 + day - 719_469
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_of_both_tools_are_read() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-03-01T00:00:00Z", 951_868_800),
            ("2024-02-29T12:34:56.789+02:00", 1_709_202_896),
            ("2026-11-21T20:59:04.143354169Z", 1_795_294_744),
            ("2026-11-21 15:29:04-05:30", 1_795_294_744),
        ] {
            assert_eq!(unix_seconds(text, false), Some(seconds), "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_only_read_where_the_zone_is_known() {
        assert_eq!(unix_seconds("2026-11-21T20:58:56.000000", true), Some(1_795_294_736));
        assert_eq!(unix_seconds("2026-11-21T20:58:56.000000", false), None);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "T",
            "2024-02-30T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-1-01T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00Z",
            "2024-01-01T00:00:00.Z",
            "1969-12-31T23:59:59Z",
            "2024-01-01T00:00:00+2",
            "2024-01-01T00:00:00é",
        ] {
            assert_eq!(unix_seconds(text, true), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn days_follow_each_other(days in 0_i64..2_900_000) {
            let (mut year, mut month, mut day) = (1970 + days / 366, 1, 1);
            let mut at = days_since_1970(year, month, day);
            prop_assert!(at <= days);
            while at < days {
                day += 1;
                if day > days_in(year, month) {
                    (month, day) = (month + 1, 1);
                }
                if month > 12 {
                    (year, month) = (year + 1, 1);
                }
                at += 1;
                if day == 1 {
                    prop_assert_eq!(days_since_1970(year, month, day), at);
                }
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text: String, zoneless: bool) {
            unix_seconds(&text, zoneless);
        }
    }
}

//! Values as people read them.

use grapevine_proto::catalogue::{backup, host, service};
use grapevine_proto::{Metric, ValueRef};
use grapevine_sub::HostReading;

/// `value` with its unit, scaled to a handy size: `1.5 GiB`, `23 %`.
pub fn quantity(value: f64, unit: &str) -> String {
    match unit {
        "percent" => format!("{} %", significant(value)),
        "bytes" => scaled(value, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]),
        "bytes/second" => scaled(value, 1024.0, &["B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s"]),
        "bits/second" => scaled(value, 1000.0, &["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]),
        "hertz" => scaled(value, 1000.0, &["Hz", "kHz", "MHz", "GHz"]),
        "microseconds" => scaled(value, 1000.0, &["µs", "ms", "s"]),
        "celsius" => format!("{} °C", significant(value)),
        "seconds" => duration(value),
        "1/second" => format!("{}/s", significant(value)),
        "boolean" => if value == 0.0 { "no" } else { "yes" }.to_owned(),
        "count" => format!("{value:.0}"),
        "none" => significant(value),
        other => format!("{} {}", significant(value), printable(other)),
    }
}

/// A span of time with two units at most: `45 s`, `3 h 5 min`, `12 d 4 h`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.floor();
    let parts = |big: f64, small: f64| ((whole / big).floor(), (whole % big / small).floor());
    match whole {
        _ if whole < MINUTE_S => format!("{} s", significant(seconds)),
        _ if whole < HOUR_S => format!("{:.0} min", parts(MINUTE_S, 1.0).0),
        _ if whole < DAY_S => {
            let (hours, minutes) = parts(HOUR_S, MINUTE_S);
            format!("{hours:.0} h {minutes:.0} min")
        }
        _ => {
            let (days, hours) = parts(DAY_S, HOUR_S);
            format!("{days:.0} d {hours:.0} h")
        }
    }
}

/// A span of time in as few signs as a table has room for: `45s`, `3h`, `12d`.
pub fn short_duration(seconds: f64) -> String {
    match seconds {
        _ if seconds < MINUTE_S => format!("{seconds:.0}s"),
        _ if seconds < HOUR_S => format!("{:.0}m", (seconds / MINUTE_S).floor()),
        _ if seconds < 2.0 * DAY_S => format!("{:.0}h", (seconds / HOUR_S).floor()),
        _ => format!("{:.0}d", (seconds / DAY_S).floor()),
    }
}

/// An age in milliseconds: `0.4 s`, `12 s`, `3 min`.
pub fn age(milliseconds: u64) -> String {
    if milliseconds < 10_000 {
        return format!("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100);
    }
    // Three decades are more than any agent remembers.
    let seconds = u32::try_from(milliseconds / 1000).unwrap_or(u32::MAX);
    duration(f64::from(seconds))
}

/// Metrics whose values are seconds since 1970.
const TIMES: [&Metric; 8] = [
    &host::BOOT_TIME,
    &service::STARTED,
    &service::TIMER_LAST,
    &service::TIMER_NEXT,
    &backup::STARTED,
    &backup::FINISHED,
    &backup::NEXT_DUE,
    &backup::LAST_SUCCESS,
];

/// A time as it lies from now, both in seconds since 1970: `3 h 5 min ago`, `in 12 d 4 h`.
fn moment(then_s: f64, now_s: f64) -> String {
    if then_s > now_s {
        format!("in {}", duration(then_s - now_s))
    } else {
        format!("{} ago", duration(now_s - then_s))
    }
}

/// What a reading says, with its unit; none where there is no value. The clock on the wall shows `wall_s` seconds since
/// 1970.
pub fn value_of(reading: &HostReading<'_>, wall_s: f64) -> Option<String> {
    Some(match reading.state.value()? {
        ValueRef::Number(then_s) if TIMES.iter().any(|time| time.name == reading.metric.name) => {
            moment(then_s, wall_s)
        }
        ValueRef::Number(number) => quantity(number, reading.metric.unit.as_str()),
        ValueRef::Text(text) => printable(text),
    })
}

/// Hours and minutes of the day in UTC, of seconds since 1970.
pub fn time_of_day(wall_s: f64) -> String {
    let minutes = (wall_s % DAY_S / MINUTE_S).floor();
    format!("{:02.0}:{:02.0} UTC", (minutes / 60.0).floor(), minutes % 60.0)
}

/// `text` without what could steer a terminal: control characters become replacement characters.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn scaled(mut value: f64, base: f64, units: &[&str]) -> String {
    let mut units = units.iter();
    let mut unit = units.next();
    while value.abs() >= base
        && let Some(larger) = units.next()
    {
        value /= base;
        unit = Some(larger);
    }
    format!("{} {}", significant(value), unit.unwrap_or(&""))
}

/// Three digits, and no zeros that say nothing.
fn significant(value: f64) -> String {
    let decimals = match value.abs() {
        magnitude if magnitude >= 99.95 => 0,
        magnitude if magnitude >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    if decimals == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

const MINUTE_S: f64 = 60.0;
const HOUR_S: f64 = 3600.0;
const DAY_S: f64 = 86_400.0;

#[cfg(test)]
mod tests {
    use grapevine_proto::catalogue;

    use super::*;

    #[test]
    fn quantities_are_scaled_and_short() {
        let cases = [
            (0.0, "bytes", "0 B"),
            (1023.0, "bytes", "1023 B"),
            (1536.0, "bytes", "1.5 KiB"),
            (33_554_432_000.0, "bytes", "31.2 GiB"),
            (1e30, "bytes", "867361737988 EiB"),
            (1_250_000.0, "bytes/second", "1.19 MiB/s"),
            (1e9, "bits/second", "1 Gbit/s"),
            (3_450_000_000.0, "hertz", "3.45 GHz"),
            (7.0, "percent", "7 %"),
            (99.96, "percent", "100 %"),
            (0.4, "percent", "0.4 %"),
            (-3.5, "celsius", "-3.5 °C"),
            (1.0, "boolean", "yes"),
            (1234567.0, "count", "1234567"),
            (0.07, "none", "0.07"),
            (2.5, "furlongs", "2.5 furlongs"),
            (90_000.0, "seconds", "1 d 1 h"),
        ];
        for (value, unit, expected) in cases {
            assert_eq!(quantity(value, unit), expected);
        }
    }

    #[test]
    fn ages_are_rough_when_long() {
        let cases = [(0, "0.0 s"), (420, "0.4 s"), (9_999, "9.9 s"), (12_345, "12 s"), (180_000, "3 min")];
        for (milliseconds, expected) in cases {
            assert_eq!(age(milliseconds), expected);
        }
    }

    #[test]
    fn spans_of_time_are_short_in_tables() {
        let spans = [0.0, 59.0, 3599.0, 90_000.0, 200_000.0].map(short_duration);
        assert_eq!(spans, ["0s", "59s", "59m", "25h", "2d"]);
    }

    #[test]
    fn a_time_is_no_span_since_1970() {
        let now_s = 1_772_461_200.0;
        assert_eq!(moment(now_s - 3900.0, now_s), "1 h 5 min ago");
        assert_eq!(moment(now_s + 90_000.0, now_s), "in 1 d 1 h");
        let is_known = |metric: &Metric| TIMES.iter().any(|time| time.id == metric.id);
        for metric in catalogue::rows().filter(|metric| metric.help.contains("since 1970")) {
            assert!(is_known(metric), "{}", metric.name);
        }
    }

    #[test]
    fn the_day_has_hours_and_minutes() {
        assert_eq!(time_of_day(0.0), "00:00 UTC");
        assert_eq!(time_of_day(1_700_000_000.0), "22:13 UTC");
    }

    #[test]
    fn no_text_from_the_network_steers_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\u{9b}"), "a\u{fffd}[2Jb\u{fffd}c\u{fffd}");
    }
}

//! Figures in sentences.

/// A share, in whole percent. Rounded down: what is not quite full is not full.
pub(super) fn percent(percent: f64) -> String {
    format!("{:.0} %", percent.floor())
}

/// How long ago something was, in its largest unit.
pub(super) fn ago(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => return format!("{seconds} s ago"),
        60..3600 => (seconds / 60, "minute"),
        3600..86_400 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

/// Text of a host without what could steer a terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

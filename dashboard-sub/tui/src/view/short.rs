//! Numbers in a few columns, for tables.

/// Bytes with three digits and the letter of the binary unit: `512K`, `9.8M`, `1.95T`.
pub(super) fn bytes(bytes: f64) -> String {
    scaled(bytes, 1024.0, &["B", "K", "M", "G", "T", "P", "E"])
}

/// Bytes a second, likewise.
pub(super) fn rate(bytes: f64) -> String {
    format!("{}/s", self::bytes(bytes))
}

/// Things that are counted: `812`, `41.2k`, `1.28M`.
pub(super) fn count(count: f64) -> String {
    if count < 10_000.0 { format!("{count:.0}") } else { scaled(count, 1000.0, &["", "k", "M", "G", "T"]) }
}

/// Bytes with the letter of the decimal unit, as drives are sold: `16T`, `960G`.
pub(super) fn decimal(bytes: f64) -> String {
    scaled(bytes, 1000.0, &["B", "k", "M", "G", "T", "P"])
}

/// Bits a second, as interfaces are called: `1G`, `200G`, `100M`.
pub(super) fn speed(bits: f64) -> String {
    scaled(bits, 1000.0, &["", "k", "M", "G", "T"])
}

/// A clock rate: `210 MHz`, `5.45 GHz`.
pub(super) fn hertz(hertz: f64) -> String {
    if hertz < 1e9 { format!("{:.0} MHz", hertz / 1e6) } else { format!("{:.2} GHz", hertz / 1e9) }
}

/// A span of time in one or two units without spaces within: `45s`, `12m`, `3h05`, `4d 2h`, `2.1y`.
pub(super) fn span(seconds: f64) -> String {
    let parts = |unit: f64, rest: f64| ((seconds / unit).floor(), (seconds % unit / rest).floor());
    match seconds {
        _ if seconds < 0.0 => format!("-{}", span(-seconds)),
        _ if seconds < MINUTE_S => format!("{seconds:.0}s"),
        _ if seconds < HOUR_S => format!("{:.0}m", (seconds / MINUTE_S).floor()),
        _ if seconds < DAY_S => {
            let (hours, minutes) = parts(HOUR_S, MINUTE_S);
            format!("{hours:.0}h{minutes:02.0}")
        }
        _ if seconds < 100.0 * DAY_S => {
            let (days, hours) = parts(DAY_S, HOUR_S);
            format!("{days:.0}d {hours:.0}h")
        }
        _ if seconds < 2.0 * YEAR_S => format!("{:.0}d", seconds / DAY_S),
        _ => format!("{:.1}y", seconds / YEAR_S),
    }
}

fn scaled(mut value: f64, base: f64, units: &[&str]) -> String {
    let mut units = units.iter();
    let mut unit = units.next();
    // What would be rounded to four digits goes to the next unit.
    while value.abs() >= base.min(999.5)
        && let Some(larger) = units.next()
    {
        value /= base;
        unit = Some(larger);
    }
    let unit = unit.copied().unwrap_or_default();
    match value.abs() {
        0.0 => "0".to_owned(),
        _ if matches!(unit, "" | "B") => format!("{value:.0}{unit}"),
        magnitude if magnitude >= 99.95 || value.fract() == 0.0 => format!("{value:.0}{unit}"),
        magnitude if magnitude >= 9.995 => format!("{value:.1}{unit}"),
        _ => format!("{value:.2}{unit}"),
    }
}

const MINUTE_S: f64 = 60.0;
const HOUR_S: f64 = 3600.0;
const DAY_S: f64 = 86_400.0;
const YEAR_S: f64 = 365.25 * DAY_S;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_take_few_columns() {
        let sizes = [0.0, 820.0, 1000.0, 1536.0, 10.0 * 1024.0, 1e9, 2.0e12].map(bytes);
        assert_eq!(sizes, ["0", "820B", "0.98K", "1.50K", "10K", "954M", "1.82T"]);
        assert_eq!([812.0, 41_234.0, 1_284_512.0].map(count), ["812", "41.2k", "1.28M"]);
        assert_eq!([1e9, 200e9, 2.5e9, 100e6].map(speed), ["1G", "200G", "2.50G", "100M"]);
        assert_eq!([210e6, 5.45e9].map(hertz), ["210 MHz", "5.45 GHz"]);
        let spans = [45.0, 720.0, 11_100.0, 352_800.0, 9e6, 1e8, -90.0].map(span);
        assert_eq!(spans, ["45s", "12m", "3h05", "4d 2h", "104d", "3.2y", "-1m"]);
        assert!([0.0, 9.99, 99.96, 999.4, 1023.9, 1e7, 9.999e11].iter().all(|size| bytes(*size).len() <= 5));
    }
}

//! Which text format a client wants, by its header `Accept` (RFC 9110, section 12.5.1).

use super::format::Format;

impl Format {
    /// The format that the value of a header `Accept` prefers. Where it accepts both alike the one that it names more
    /// precisely, else Prometheus' text; that one also where it accepts neither, as RFC 9110 allows.
    pub fn accepted(accept: &str) -> Self {
        let [text, open] = [Self::Prometheus, Self::OpenMetrics].map(|format| {
            let wishes = ranges(accept).filter_map(|range| range.wish(format));
            // The most precise range that names a format decides how much it is wanted.
            wishes.max_by_key(|wish| wish.precision).unwrap_or_default()
        });
        let rank = |wish: Wish| (wish.quality, wish.precision);
        if open.quality > 0 && rank(open) > rank(text) { Self::OpenMetrics } else { Self::Prometheus }
    }
}

/// How much a format is wanted.
#[derive(Clone, Copy, Debug, Default)]
struct Wish {
    /// In thousandths; 0 is not at all.
    quality: u16,
    /// 3 for a type with its version, 2 for a type, 1 for a family of types, 0 for any.
    precision: u8,
}

/// A media range of the header.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    version: Option<&'a str>,
    quality: u16,
}

impl Range<'_> {
    /// How much it wants `format`, if at all.
    fn wish(&self, format: Format) -> Option<Wish> {
        let (kind, subtype, versions): (_, _, &[&str]) = match format {
            Format::Prometheus => ("text", "plain", &["0.0.4"]),
            Format::OpenMetrics => ("application", "openmetrics-text", &["1.0.0", "0.0.1"]),
        };
        let is = |mine: &str, asked: &str| mine.eq_ignore_ascii_case(asked);
        let precision = match (self.kind, self.subtype, self.version) {
            ("*", "*", _) => 0,
            (asked, "*", _) if is(kind, asked) => 1,
            (asked, of, None) if is(kind, asked) && is(subtype, of) => 2,
            (asked, of, Some(version))
                if is(kind, asked) && is(subtype, of) && versions.contains(&version) =>
            {
                3
            }
            _ => return None,
        };
        Some(Wish { quality: self.quality, precision })
    }
}

fn ranges(accept: &str) -> impl Iterator<Item = Range<'_>> {
    accept.split(',').take(RANGES_MAX).filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let mut range = Range { kind, subtype, version: None, quality: 1000 };
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name.trim() {
                "q" | "Q" => range.quality = thousandths(value.trim())?,
                "version" => range.version = Some(value.trim().trim_matches('"')),
                _ => {}
            }
        }
        Some(range)
    })
}

/// A weight from 0 to 1 with up to three digits behind its point.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, digits) = weight.split_once('.').unwrap_or((weight, ""));
    if digits.len() > 3 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let fraction =
        digits.bytes().chain(*b"000").take(3).fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

/// Clients send four or five.
const RANGES_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accept: &str, expected: Format) {
        assert_eq!(Format::accepted(accept), expected, "{accept}");
    }

    #[test]
    fn prometheus_gets_what_it_likes_best() {
        // Prometheus 2.42, 2.53 and 3.0.
        let open = "application/openmetrics-text;version=1.0.0";
        check(
            &format!(
                "{open},application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
            ),
            Format::OpenMetrics,
        );
        check(
            &format!(
                "{open};escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3"
            ),
            Format::OpenMetrics,
        );
        check(&format!("text/plain;version=0.0.4;q=0.6,{open};q=0.5,*/*;q=0.2"), Format::Prometheus);
    }

    #[test]
    fn everybody_else_gets_plain_text() {
        for accept in [
            "",
            "*/*",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/*",
            "image/png",
        ] {
            check(accept, Format::Prometheus);
        }
    }

    #[test]
    fn the_most_precise_range_counts() {
        check("application/openmetrics-text, text/plain", Format::Prometheus);
        check("application/openmetrics-text, */*", Format::OpenMetrics);
        check("application/*, */*;q=0.5", Format::OpenMetrics);
        check("text/plain;q=0, */*;q=0.1", Format::OpenMetrics);
        check("application/openmetrics-text;q=0, */*", Format::Prometheus);
        check("application/openmetrics-text;version=2.0.0", Format::Prometheus);
        check("APPLICATION/OpenMetrics-Text;version=\"1.0.0\"", Format::OpenMetrics);
    }

    #[test]
    fn what_is_no_weight_is_no_wish() {
        for weight in ["2", "1.1", "0.1234", "-1", "", "0,5", "NaN"] {
            check(&format!("application/openmetrics-text;q={weight}"), Format::Prometheus);
        }
        check("application/openmetrics-text;q=1.000", Format::OpenMetrics);
    }
}

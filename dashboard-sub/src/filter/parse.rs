//! From text to terms.

use grapevine_proto::Unit;

use super::Term;
use super::key::{Key, Sort};
use super::scan::{FilterError, Scanner};
use super::value::{Op, Values};
use crate::glob::Glob;
use crate::limits::FILTER_BYTES_MAX;
use crate::status::Status;

pub(super) fn terms(text: &str) -> Result<Vec<Term>, FilterError> {
    let mut scanner = Scanner::new(text);
    if text.len() > FILTER_BYTES_MAX {
        return Err(
            scanner.error(0, format!("expected at most {FILTER_BYTES_MAX} bytes, not {}", text.len()))
        );
    }
    let mut terms = Vec::new();
    loop {
        scanner.skip_spaces();
        if scanner.is_at_end() {
            return Ok(terms);
        }
        terms.push(term(&mut scanner)?);
    }
}

fn term(scanner: &mut Scanner<'_>) -> Result<Term, FilterError> {
    let is_not = negation(scanner);
    let start = scanner.at();
    let is_quoted = scanner.rest().starts_with('"');
    let Some(word) = scanner.take_text()? else {
        return Err(scanner.error(start, "expected a key such as gpu.temp, or a part of a host's name"));
    };
    let after = *scanner;
    scanner.skip_spaces();
    let op = if is_quoted { None } else { scanner.take_op() };
    let Some(op) = op else {
        *scanner = after;
        let name = Glob::new(&word);
        let op = if name.has_wildcards() { Op::Is } else { Op::Contains };
        return Ok(Term { is_not, key: Key::Host, op, values: Values::Texts(vec![name]) });
    };
    let Some(key) = Key::named(&word) else {
        let expected =
            "expected host, group, role, status, a figure such as gpu.temp or disk, or a metric's name";
        return Err(scanner.error(start, format!("{expected}; nobody knows `{word}`")));
    };
    let values = values(scanner, key, op)?;
    Ok(Term { is_not, key, op, values })
}

/// Takes `!` and `not ` as often as they come; an even number of them is none.
fn negation(scanner: &mut Scanner<'_>) -> bool {
    let mut is_not = false;
    loop {
        let before = *scanner;
        let taken =
            scanner.take("!") || (scanner.take("not") && scanner.rest().starts_with(char::is_whitespace));
        if !taken {
            *scanner = before;
            return is_not;
        }
        scanner.skip_spaces();
        // `not` at the end is a part of a name.
        if scanner.is_at_end() && !before.rest().starts_with('!') {
            *scanner = before;
            return is_not;
        }
        is_not = !is_not;
    }
}

fn values(scanner: &mut Scanner<'_>, key: Key, op: Op) -> Result<Values, FilterError> {
    let start = scanner.at();
    let sort = key.sort();
    match (&sort, op.is_of_order()) {
        (Sort::Text, true) => {
            return Err(scanner
                .error(start - op.as_str().len(), format!("expected =, != or ~ after {key}, not {op}")));
        }
        (Sort::Number(_), _) if op == Op::Contains => {
            return Err(
                scanner.error(start - 1, format!("expected =, !=, >, >=, < or <= after {key}, not ~"))
            );
        }
        _ => {}
    }
    let (mut texts, mut numbers) = (Vec::new(), Vec::new());
    loop {
        scanner.skip_spaces();
        let at = scanner.at();
        let Some(text) = scanner.take_text()? else {
            return Err(scanner.error(at, format!("expected {} after {key}{op}", expected(&sort))));
        };
        if let Sort::Number(unit) = &sort {
            let Some(number) = number(&text, unit) else {
                return Err(scanner.error(at, format!("expected {}, not `{text}`", expected(&sort))));
            };
            numbers.push(number);
        } else {
            let pattern = Glob::new(&text);
            if sort == Sort::Status && !is_status(&pattern, op) {
                return Err(scanner.error(at, format!("expected {}, not `{text}`", expected(&sort))));
            }
            texts.push(pattern);
        }
        if !scanner.take("|") {
            break;
        }
        if op.is_of_order() {
            return Err(scanner.error(
                scanner.at() - 1,
                format!("expected one value after {key}{op}: only = and != take several"),
            ));
        }
    }
    Ok(if matches!(sort, Sort::Number(_)) { Values::Numbers(numbers) } else { Values::Texts(texts) })
}

fn is_status(pattern: &Glob, op: Op) -> bool {
    match op {
        Op::Is | Op::IsNot => Status::ALL.iter().any(|status| pattern.matches(status.as_str())),
        Op::Contains => true,
        _ => Status::named(pattern.as_str()).is_some(),
    }
}

fn expected(sort: &Sort) -> String {
    match sort {
        Sort::Text => "a text such as lab or srv*".to_owned(),
        Sort::Status => "ok, unknown, warning, stale or critical".to_owned(),
        Sort::Number(unit) => match unit.as_str() {
            "bytes" | "bytes/second" => "a number such as 10G".to_owned(),
            "seconds" => "a number of seconds, or one such as 2d".to_owned(),
            "percent" => "a number such as 80 or 80%".to_owned(),
            "celsius" => "a number such as 70 or 70C".to_owned(),
            _ => "a number".to_owned(),
        },
    }
}

/// A number in `unit`, with a suffix or without.
fn number(text: &str, unit: &Unit) -> Option<f64> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let factor = factor(text.get(digits.len()..)?, unit)?;
    let number = digits.parse::<f64>().ok()? * factor;
    number.is_finite().then_some(number)
}

fn factor(suffix: &str, unit: &Unit) -> Option<f64> {
    let power: f64 = if unit.as_str().starts_with("bytes") { 1024.0 } else { 1000.0 };
    match (suffix, unit.as_str()) {
        ("", _) | ("%", "percent") | ("C", "celsius") | ("W", "watts") | ("s", "seconds") => Some(1.0),
        ("m", "seconds") => Some(60.0),
        ("h", "seconds") => Some(3600.0),
        ("d", "seconds") => Some(86_400.0),
        (_, "percent" | "celsius" | "seconds" | "boolean") => None,
        ("k" | "K", _) => Some(power),
        ("M", _) => Some(power.powi(2)),
        ("G", _) => Some(power.powi(3)),
        ("T", _) => Some(power.powi(4)),
        _ => None,
    }
}

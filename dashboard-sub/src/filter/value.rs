//! What a term compares with, and how.

use std::fmt;

use crate::glob::Glob;
use crate::status::Status;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Is,
    IsNot,
    AtLeast,
    AtMost,
    Above,
    Below,
    Contains,
}

impl Op {
    /// All of them; one that another begins with comes after it.
    pub(super) const ALL: [Self; 7] =
        [Self::IsNot, Self::AtLeast, Self::AtMost, Self::Is, Self::Above, Self::Below, Self::Contains];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Is => "=",
            Self::IsNot => "!=",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::Below => "<",
            Self::Contains => "~",
        }
    }

    /// Whether it asks for more or less.
    pub(super) fn is_of_order(self) -> bool {
        matches!(self, Self::AtLeast | Self::AtMost | Self::Above | Self::Below)
    }

    fn holds<T: PartialOrd>(self, left: T, right: T) -> bool {
        match self {
            Self::Is => left == right,
            Self::IsNot => left != right,
            Self::AtLeast => left >= right,
            Self::AtMost => left <= right,
            Self::Above => left > right,
            Self::Below => left < right,
            Self::Contains => false,
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Alternatives.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Values {
    Texts(Vec<Glob>),
    Numbers(Vec<f64>),
}

impl Values {
    pub(super) fn hold_for_text(&self, op: Op, text: &str) -> bool {
        let Self::Texts(patterns) = self else { return false };
        match op {
            Op::Contains => {
                let text = text.to_ascii_lowercase();
                patterns.iter().any(|part| text.contains(&part.as_str().to_ascii_lowercase()))
            }
            _ => (op == Op::Is) == patterns.iter().any(|pattern| pattern.matches(text)),
        }
    }

    pub(super) fn hold_for_status(&self, op: Op, status: Status) -> bool {
        match self {
            Self::Texts(patterns) if op.is_of_order() => patterns
                .iter()
                .filter_map(|pattern| Status::named(pattern.as_str()))
                .any(|other| op.holds(status.gravity(), other.gravity())),
            _ => self.hold_for_text(op, status.as_str()),
        }
    }

    pub(super) fn hold_for_number(&self, op: Op, number: f64) -> bool {
        let Self::Numbers(numbers) = self else { return false };
        let mut each = numbers.iter().map(|other| op.holds(number, *other));
        if op == Op::IsNot { each.all(|holds| holds) } else { each.any(|holds| holds) }
    }
}

impl fmt::Display for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bar = |place| if place == 0 { "" } else { "|" };
        match self {
            Self::Numbers(numbers) => {
                numbers.iter().enumerate().try_for_each(|(place, number)| write!(f, "{}{number}", bar(place)))
            }
            Self::Texts(texts) => texts.iter().enumerate().try_for_each(|(place, text)| {
                f.write_str(bar(place))?;
                write_text(text.as_str(), f)
            }),
        }
    }
}

/// With quotes where it would be read as something else without.
fn write_text(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if !text.is_empty() && text.chars().all(is_bare) {
        return f.write_str(text);
    }
    write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Whether a text may have the character without quotes.
pub(super) fn is_bare(c: char) -> bool {
    c.is_alphanumeric() || "-_.:/@+,*?%#[]()".contains(c)
}

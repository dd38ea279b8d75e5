//! Names of units with wildcards.

use std::fmt;
use std::str::FromStr;

/// A name of a service or a timer, in which `*` stands for any characters and `?` for one; `sshd` is `sshd.service`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(String);

/// Why a text is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no name of a service: 1 to {UNIT_NAME_BYTES_MAX} bytes without spaces and slashes")]
pub struct BadPattern {
    text: String,
}

impl Pattern {
    /// Whether the pattern stands for `unit`.
    pub fn matches(&self, unit: &str) -> bool {
        matches(self.0.as_bytes(), unit.as_bytes())
    }

    /// The one name that the pattern stands for, if it has no wildcard.
    pub fn name(&self) -> Option<&str> {
        (!self.0.contains(WILDCARDS)).then_some(&self.0)
    }
}

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let is_name = |c: char| !c.is_whitespace() && !c.is_control() && c != '/';
        if text.is_empty() || text.len() > UNIT_NAME_BYTES_MAX || !text.chars().all(is_name) {
            return Err(BadPattern { text: text.to_owned() });
        }
        let is_whole =
            text.contains(WILDCARDS) || [".service", ".timer"].iter().any(|kind| text.ends_with(kind));
        Ok(Self(if is_whole { text.to_owned() } else { format!("{text}.service") }))
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Goes back to the latest `*` only: an earlier one could match no more than it does. So the time is at most the
/// product of both lengths.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut at, mut in_name) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, in_name));
                at += 1;
            }
            Some(one) if *one == b'?' || Some(one) == name.get(in_name) => {
                at += 1;
                in_name += 1;
            }
            _ => {
                let Some((star_at, matched)) = star else { return false };
                star = Some((star_at, matched + 1));
                at = star_at + 1;
                in_name = matched + 1;
            }
        }
    }
    pattern.get(at..).unwrap_or_default().iter().all(|rest| *rest == b'*')
}

const WILDCARDS: [char; 2] = ['*', '?'];

/// `UNIT_NAME_MAX` of systemd.
pub(crate) const UNIT_NAME_BYTES_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pattern(text: &str) -> Pattern {
        text.parse().unwrap()
    }

    #[test]
    fn stands_for_names() {
        for (text, name, expected) in [
            ("sshd", "sshd.service", true),
            ("sshd", "sshd.timer", false),
            ("*.timer", "fstrim.timer", true),
            ("getty@*", "getty@tty1.service", true),
            ("postgresql@1?-*", "postgresql@15-main.service", true),
            ("postgresql@1?-*", "postgresql@9-main.service", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("*", "", true),
        ] {
            assert_eq!(pattern(text).matches(name), expected, "{text} {name}");
        }
    }

    #[test]
    fn refuses_what_is_no_name() {
        for text in ["", "two words", "/etc/systemd", &"x".repeat(UNIT_NAME_BYTES_MAX + 1)] {
            assert!(text.parse::<Pattern>().is_err(), "{text:?}");
        }
    }

    /// The plain definition, which takes exponential time.
    fn model(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, rest) => rest.is_none(),
            (Some((b'*', after)), rest) => {
                model(after, name) || rest.is_some_and(|(_, rest)| model(pattern, rest))
            }
            (Some((one, after)), Some((first, rest))) => (*one == b'?' || one == first) && model(after, rest),
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn matches_as_defined(pattern in "[ab*?]{0,7}", name in "[ab]{0,8}") {
            prop_assert_eq!(matches(pattern.as_bytes(), name.as_bytes()), model(pattern.as_bytes(), name.as_bytes()));
        }
    }
}

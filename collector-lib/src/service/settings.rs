//! What an operator can say about the reading of services.

use super::pattern::Pattern;

/// Which services are told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Only services and timers that one of these matches; all if there are none. A service that is named in full is told
    /// of even while it does nothing.
    pub include: Vec<Pattern>,
    /// Not those that one of these matches, whatever includes them.
    pub exclude: Vec<Pattern>,
}

impl Settings {
    pub(super) fn admits(&self, unit: &str) -> bool {
        let is_included = self.include.is_empty() || self.include.iter().any(|pattern| pattern.matches(unit));
        is_included && !self.exclude.iter().any(|pattern| pattern.matches(unit))
    }

    /// Whether `unit` is to be told of even while it does nothing.
    pub(super) fn names(&self, unit: &str) -> bool {
        self.named().any(|name| name == unit)
    }

    /// What is included by its full name.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        self.include.iter().filter_map(Pattern::name)
    }
}

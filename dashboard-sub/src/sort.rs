//! In which order hosts are shown, and in which groups.

use std::cmp::Ordering;
use std::fmt;

use crate::host::Host;
use crate::status::Assessment;
use crate::summary::{Measure, Summary};

/// By what hosts are put in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// Their names.
    #[default]
    Host,
    /// Their roles.
    Role,
    /// How they are, by gravity.
    Status,
    /// How current they are, from fresh to left.
    Freshness,
    /// The state of the worst backup job.
    Backup,
    /// A figure.
    Measure(Measure),
}

impl SortKey {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let plain = [Self::Host, Self::Role, Self::Status, Self::Freshness, Self::Backup];
        plain.into_iter().chain(Measure::ALL.iter().copied().map(Self::Measure))
    }

    /// The key of this name, as [`SortKey::as_str`] gives it.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|key| key.as_str() == name)
    }

    /// Its name; that of a measure is the same as in filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Role => "role",
            Self::Status => "status",
            Self::Freshness => "freshness",
            Self::Backup => "backup",
            Self::Measure(measure) => measure.as_str(),
        }
    }

    /// The direction in which people look for it first: names from a on, everything else with the greatest first.
    pub const fn direction(self) -> Direction {
        match self {
            Self::Host | Self::Role => Direction::Ascending,
            _ => Direction::Descending,
        }
    }
}

impl fmt::Display for SortKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// The least.
    #[default]
    Ascending,
    /// The greatest.
    Descending,
}

/// An order of hosts. What a host does not tell of comes last in both directions, and equal hosts are in the order of
/// their names, then of their origins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Which end comes first.
    pub direction: Direction,
}

/// What there is to know of a host for its place.
pub type Sorted<'h> = (&'h Host, &'h Summary, &'h Assessment);

impl Sort {
    /// By `key`, in the direction in which people look for it first.
    pub const fn by(key: SortKey) -> Self {
        Self { key, direction: key.direction() }
    }

    /// The same the other way round.
    #[must_use]
    pub const fn reversed(self) -> Self {
        let direction = match self.direction {
            Direction::Ascending => Direction::Descending,
            Direction::Descending => Direction::Ascending,
        };
        Self { direction, ..self }
    }

    /// Puts `items` in order, of which `host` tells what is to be known.
    pub fn sort<T>(self, items: &mut [T], host: impl Fn(&T) -> Sorted<'_>) {
        items.sort_by(|a, b| self.compare(host(a), host(b)));
    }

    /// How two hosts follow each other. Never equal for two different ones.
    pub fn compare(self, a: Sorted<'_>, b: Sorted<'_>) -> Ordering {
        let of_name = || a.0.name().cmp(b.0.name()).then(a.0.origin().cmp(&b.0.origin()));
        self.compare_keys(a, b).then_with(of_name)
    }

    fn compare_keys(self, a: Sorted<'_>, b: Sorted<'_>) -> Ordering {
        let number = |(_, summary, assessment): Sorted<'_>| match self.key {
            SortKey::Status => Some(f64::from(assessment.status.gravity())),
            SortKey::Freshness => Some(f64::from(summary.freshness as u8)),
            SortKey::Backup => summary.backup.map(|state| f64::from(state as u8)),
            SortKey::Measure(measure) => summary.figure(measure).value,
            SortKey::Host | SortKey::Role => None,
        };
        match self.key {
            SortKey::Host => self.directed(a.0.name().cmp(b.0.name())),
            SortKey::Role => self.directed(a.0.identity().role.cmp(&b.0.identity().role)),
            _ => match (number(a), number(b)) {
                (Some(a), Some(b)) => self.directed(a.total_cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
        }
    }

    fn directed(self, order: Ordering) -> Ordering {
        match self.direction {
            Direction::Ascending => order,
            Direction::Descending => order.reverse(),
        }
    }
}

/// By what hosts are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKey {
    /// Their role.
    Role,
    /// Their groups; a host can be in several.
    Group,
    /// How they are.
    Status,
}

impl GroupKey {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Role, Self::Group, Self::Status];

    /// One lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::Group => "group",
            Self::Status => "status",
        }
    }

    /// The names of the groups in which `host` is: one, or with [`GroupKey::Group`] as many as it has, and the empty one
    /// if it has none.
    pub fn names<'h>(
        self,
        host: &'h Host,
        assessment: &Assessment,
    ) -> impl Iterator<Item = &'h str> + use<'h> {
        let identity = host.identity();
        let (one, several): (Option<&'h str>, &'h [String]) = match self {
            Self::Role => (Some(&identity.role), &[]),
            Self::Status => (Some(assessment.status.as_str()), &[]),
            Self::Group if identity.groups.is_empty() => (Some(""), &[]),
            Self::Group => (None, &identity.groups),
        };
        one.into_iter().chain(several.iter().map(String::as_str))
    }
}

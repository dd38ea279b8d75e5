//! What befalls the hosts of a fleet.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::kind::Kind;

/// A story that a fleet plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scenario {
    /// Hosts of all kinds. Most are well, some have one fault each, services restart, and one host dies for a while.
    #[default]
    Mixed,
    /// Hosts of all kinds, all of them well.
    Healthy,
    /// Every host has all faults that its parts can have.
    Degraded,
    /// As [`Scenario::Healthy`]; the second host dies for good after [`DIES_AFTER_S`].
    Dead,
    /// DGX Sparks only.
    Gb10,
    /// Hosts without GPUs only.
    NoGpu,
    /// As [`Scenario::Healthy`]; the last host claims the name of the first.
    Conflict,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Mixed, Self::Healthy, Self::Degraded, Self::Dead, Self::Gb10, Self::NoGpu, Self::Conflict];

    /// One lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Dead => "dead",
            Self::Gb10 => "gb10",
            Self::NoGpu => "no-gpu",
            Self::Conflict => "conflict",
        }
    }

    /// The kind of the host at this place.
    pub(crate) fn kind(self, index: usize) -> Kind {
        match self {
            Self::Gb10 => Kind::Spark,
            Self::NoGpu => {
                let mut without = (0..).map(Kind::at).filter(|kind| !kind.has_gpu());
                without.nth(index % 64).unwrap_or(Kind::VirtualMachine)
            }
            Self::Mixed | Self::Healthy | Self::Degraded | Self::Dead | Self::Conflict => Kind::at(index),
        }
    }

    /// The faults of the host at this place.
    pub(crate) fn faults(self, index: usize) -> Faults {
        let none = Faults::default();
        match self {
            Self::Healthy | Self::Dead | Self::Gb10 | Self::NoGpu | Self::Conflict => none,
            Self::Degraded => Faults {
                service: true,
                drive: true,
                disk: true,
                backup: true,
                hot_gpu: true,
                lost_gpu: true,
                restarts: false,
            },
            Self::Mixed => {
                let faults = Faults { restarts: true, ..none };
                match index % 29 {
                    1 => Faults { hot_gpu: true, ..faults },
                    2 => Faults { lost_gpu: true, ..faults },
                    3 => Faults { drive: true, ..faults },
                    4 => Faults { backup: true, ..faults },
                    6 => Faults { service: true, ..faults },
                    20 => Faults { disk: true, ..faults },
                    _ => faults,
                }
            }
        }
    }

    /// From which second to which one the host at this place is silent.
    pub(crate) fn silence(self, index: usize) -> Option<(u64, u64)> {
        match (self, index) {
            (Self::Dead, 1) => Some((DIES_AFTER_S, u64::MAX)),
            (Self::Mixed, 11) => Some((DIES_AFTER_S * 2, DIES_AFTER_S * 6)),
            _ => None,
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Scenario {
    type Err = UnknownScenario;

    fn from_str(name: &str) -> Result<Self, UnknownScenario> {
        let scenario = Self::ALL.into_iter().find(|scenario| scenario.as_str() == name);
        scenario.ok_or_else(|| UnknownScenario(name.escape_debug().take(40).collect()))
    }
}

/// There is no scenario of this name.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is no scenario: use mixed, healthy, degraded, dead, gb10, no-gpu or conflict")]
pub struct UnknownScenario(String);

/// What is wrong with a host.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    /// A service failed for good.
    pub(crate) service: bool,
    /// A drive is worn and about to fail.
    pub(crate) drive: bool,
    /// A file system is 95 % full.
    pub(crate) disk: bool,
    /// A backup did not succeed for days.
    pub(crate) backup: bool,
    /// The first GPU is too hot.
    pub(crate) hot_gpu: bool,
    /// The last GPU fell off the bus.
    pub(crate) lost_gpu: bool,
    /// Services crash now and then and come back.
    pub(crate) restarts: bool,
}

/// Seconds until a host dies.
pub const DIES_AFTER_S: u64 = 30;

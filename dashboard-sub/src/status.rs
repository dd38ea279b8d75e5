//! How a host and its panels are: what every dashboard shows, exports and alerts of.

use std::fmt;

use crate::thresholds::Rule;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nothing is wrong with what is known.
    Ok,
    /// Somebody should look at it some time.
    Warning,
    /// Somebody should look at it now.
    Critical,
    /// Nobody knows: readings are denied, failed, or the host took leave.
    Unknown,
    /// It is known only how it was before.
    Stale,
}

impl Status {
    /// All of them, from the least grave to the gravest.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Unknown, Self::Warning, Self::Stale, Self::Critical];

    /// How grave it is, from 0 for [`Status::Ok`] to 4 for [`Status::Critical`]. What is stale comes before a warning,
    /// because it may be anything; what is unknown comes after, because nothing says that it ever was known.
    pub const fn gravity(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Unknown => 1,
            Self::Warning => 2,
            Self::Stale => 3,
            Self::Critical => 4,
        }
    }

    /// The graver of the two.
    #[must_use]
    pub const fn or_graver(self, other: Self) -> Self {
        if other.gravity() > self.gravity() { other } else { self }
    }

    /// One lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Unknown => "unknown",
            Self::Stale => "stale",
        }
    }
}

impl Status {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A panel of a host that has a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Panel {
    /// The host itself: whether its frames come, and whether it has its name alone.
    Host,
    /// Processor and load.
    Cpu,
    /// Memory.
    Memory,
    /// Pressure.
    Pressure,
    /// GPUs.
    Gpu,
    /// Drives.
    Drive,
    /// File systems.
    Disk,
    /// Services and timers.
    Service,
    /// Containers.
    Container,
    /// Backup jobs.
    Backup,
    /// Interfaces.
    Network,
    /// Processes.
    Process,
    /// The agent.
    Agent,
}

impl Panel {
    /// All of them, in the order in which they are declared.
    pub const ALL: [Self; 13] = [
        Self::Host,
        Self::Cpu,
        Self::Memory,
        Self::Pressure,
        Self::Gpu,
        Self::Drive,
        Self::Disk,
        Self::Service,
        Self::Container,
        Self::Backup,
        Self::Network,
        Self::Process,
        Self::Agent,
    ];

    /// One lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Pressure => "pressure",
            Self::Gpu => "gpu",
            Self::Drive => "drive",
            Self::Disk => "disk",
            Self::Service => "service",
            Self::Container => "container",
            Self::Backup => "backup",
            Self::Network => "network",
            Self::Process => "process",
            Self::Agent => "agent",
        }
    }
}

impl fmt::Display for Panel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Something that is not as it should be. Panel, rule and subject tell it from all others of its host and stay while it
/// lasts; the text may change.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Where it shows.
    pub panel: Panel,
    /// Which rule says so.
    pub rule: Rule,
    /// How grave it is, never [`Status::Ok`].
    pub status: Status,
    /// What it is about: a drive, a service, a GPU. Empty if it is the host.
    pub subject: String,
    /// A short sentence that names the subject. What comes from the host is without control characters.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// How a host is at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// The gravest of the findings; ok without any, unknown if the host tells nothing.
    pub status: Status,
    /// How each panel is, in the order of [`Panel::ALL`]; none for what the host does not have.
    pub(crate) panels: [Option<Status>; Panel::ALL.len()],
    /// What is wrong, the gravest first, at most [`crate::limits::FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// How many more findings there are.
    pub findings_left_out: usize,
}

impl Assessment {
    /// How `panel` is; none if the host has no such thing, or tells nothing of it.
    pub fn panel(&self, panel: Panel) -> Option<Status> {
        self.panels.get(panel as usize).copied().flatten()
    }

    /// The findings of one panel.
    pub fn findings_of(&self, panel: Panel) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.panel == panel)
    }
}

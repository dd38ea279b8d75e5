//! What happened, in one line each.

mod log;
mod vigil;

use std::fmt;

use grapevine_proto::{HostName, OriginId};

use crate::status::Status;
use crate::thresholds::Rule;

pub(crate) use self::log::EventLog;
pub(crate) use self::vigil::{News, Vigil};

/// Something that happened to a host, or to the link to its network.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// How many were found out before. Some are found out later than others that happened after them.
    pub number: u64,
    /// When, in seconds since 1970-01-01T00:00:00Z by the dashboard's clock.
    pub at_s: f64,
    /// To which host; none if to the link.
    pub host: Option<HostName>,
    /// Who seals that host's frames.
    pub origin: Option<OriginId>,
    /// What kind of thing.
    pub kind: EventKind,
    /// How grave it is: [`Status::Ok`] for good news and for what is neither.
    pub severity: Status,
    /// A short sentence that names the subject, not the host. Without control characters.
    pub what: String,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// A host was heard of for the first time.
    Joined,
    /// A host's agent was restarted.
    Restarted,
    /// A host's agent took leave.
    Left,
    /// A host fell silent.
    Silent,
    /// A host was given up by its neighbours.
    Dead,
    /// A host that was silent, dead or had left is there again.
    Back,
    /// A host is shown no more: it was silent for a day, or changed its name.
    Forgotten,
    /// Another host claims the same name.
    Conflict,
    /// A host has its name for itself again.
    ConflictOver,
    /// Something is not as it should be, or became worse.
    Appeared(Rule),
    /// Something is as it should be again.
    Cleared(Rule),
    /// The driver of a GPU reported another error (XID).
    GpuError,
    /// An agent was found.
    Connected,
    /// No agent answers any more.
    Disconnected,
    /// So much happened to a host that some is left out.
    LeftOut,
}

impl EventKind {
    /// One word or a few.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Restarted => "restarted",
            Self::Left => "left",
            Self::Silent => "silent",
            Self::Dead => "dead",
            Self::Back => "back",
            Self::Forgotten => "forgotten",
            Self::Conflict => "conflict",
            Self::ConflictOver => "conflict over",
            Self::Appeared(_) => "appeared",
            Self::Cleared(_) => "cleared",
            Self::GpuError => "gpu error",
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::LeftOut => "left out",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// `what`, after the host's name if it is of a host.
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Some(host) => write!(f, "{host}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// Whether something happens when a finding of this rule comes or goes. That a host is silent, or that a GPU had another
/// error, are events of their own.
const fn is_event(rule: Rule) -> bool {
    !matches!(
        rule,
        Rule::GpuError
            | Rule::HostLate
            | Rule::HostSilent
            | Rule::HostLeft
            | Rule::NameConflict
            | Rule::Unread
    )
}

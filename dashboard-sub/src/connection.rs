//! Whether an agent is there.

use std::fmt;
use std::time::Instant;

use grapevine_zmtp::Endpoint;

/// The state of a subscription's connection.
#[derive(Clone, Debug)]
pub enum Connection {
    /// No endpoint has answered or refused yet.
    Connecting {
        /// When the attempts began.
        since: Instant,
    },
    /// An agent sends its network's frames.
    Attached {
        /// Where the agent is.
        endpoint: Endpoint,
        /// When the connection was made.
        since: Instant,
    },
    /// No agent answers. The attempts go on.
    Unreachable {
        /// The endpoints that were tried, in the order of the subscription's, and what became of it.
        attempts: Vec<Attempt>,
        /// When the last connection was lost or the first attempt failed.
        since: Instant,
    },
}

/// A failed attempt to reach an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Where an agent was sought.
    pub endpoint: Endpoint,
    /// What happened, as the operating system or the other side put it.
    pub reason: String,
}

impl Connection {
    /// Where the agent is, if attached.
    pub fn endpoint(&self) -> Option<&Endpoint> {
        match self {
            Self::Attached { endpoint, .. } => Some(endpoint),
            Self::Connecting { .. } | Self::Unreachable { .. } => None,
        }
    }
}

/// One line, such as `no agent answers at 127.0.0.1:6130 (connection refused)`.
impl fmt::Display for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting { .. } => f.write_str("no agent has answered yet"),
            Self::Attached { endpoint, .. } => write!(f, "attached to {endpoint}"),
            Self::Unreachable { attempts, .. } => {
                f.write_str("no agent answers")?;
                for (index, Attempt { endpoint, reason }) in attempts.iter().enumerate() {
                    f.write_str(if index == 0 { " at " } else { ", nor at " })?;
                    write!(f, "{endpoint} ({reason})")?;
                }
                Ok(())
            }
        }
    }
}

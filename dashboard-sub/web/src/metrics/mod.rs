//! All hosts in the text formats of Prometheus and OpenMetrics.
//!
//! ```no_run
//! use grapevine_web::metrics::{Exposition, Format, Naming, Scrape};
//! # fn example(fleet: &grapevine_sub::Fleet, view: &grapevine_sub::View, accept: &str) {
//! # let (now, wall_s) = (std::time::Instant::now(), 0.0);
//! let scrape = Scrape::of_fleet(fleet, view.counters(), now, wall_s);
//! let format = Format::accepted(accept);
//! for piece in Exposition::new(scrape, Naming::Own, format) {
//!     print!("{piece}");
//! }
//! # }
//! ```
//!
//! The formats want all series of one metric, a family, together, while hosts have their readings by host. So an
//! [`Exposition`] walks all hosts once for each family, and hands out what it has written in pieces of some 64 KiB: memory
//! grows with the hosts, never with their series.
//!
//! - `scrape`: the hosts at one moment
//! - `accept`, `format`: which text a client wants
//! - `family`: a metric as Prometheus has it, and who writes its samples
//! - `samples`: the text itself; whatever hosts say is escaped here
//! - `own`: the names `grapevine_*`, made from the catalogue by rule
//! - `node` and `dcgm`: the names of node_exporter and dcgm-exporter, as tables; `meters` has the counters that
//!   node_exporter has and hosts do not tell
//! - `exposition`: the walk
//!
//! `METRICS.md` lists all names.

mod accept;
mod dcgm;
mod exposition;
mod family;
mod format;
mod meters;
mod node;
mod own;
mod samples;
mod scrape;

pub use exposition::{Exposition, PIECE_BYTES};
pub use family::{Family, FamilyKind};
pub use format::Format;
pub use meters::Meters;
pub use scrape::Scrape;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Whose names series go by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// Our own: `grapevine_*`, and all that hosts tell.
    #[default]
    Own,
    /// Those of Prometheus' node_exporter, as far as readings reach, with the label `instance`.
    Node,
    /// Those of NVIDIA's dcgm-exporter, as far as readings reach, with the label `instance`.
    Dcgm,
}

impl Naming {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Own, Self::Node, Self::Dcgm];

    /// One lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Node => "node",
            Self::Dcgm => "dcgm",
        }
    }

    /// All families that go by these names and are known beforehand, in the order in which they are written.
    pub fn families(self) -> Vec<Family> {
        match self {
            Self::Own => own::families(),
            Self::Node => node::families(),
            Self::Dcgm => dcgm::families(),
        }
    }

    /// The label that says which host a series is of.
    pub const fn host_label(self) -> &'static str {
        match self {
            Self::Own => "host",
            Self::Node | Self::Dcgm => "instance",
        }
    }
}

impl fmt::Display for Naming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Naming {
    type Err = UnknownNaming;

    fn from_str(name: &str) -> Result<Self, UnknownNaming> {
        Self::ALL.into_iter().find(|naming| naming.as_str() == name).ok_or(UnknownNaming)
    }
}

/// There are no such names.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("there are no such names: use own, node or dcgm")]
pub struct UnknownNaming;

//! A metric as Prometheus has it, and who writes its samples.

use std::borrow::Cow;
use std::fmt;

use grapevine_proto::MetricId;

use super::samples::Samples;
use super::scrape::{Scrape, Seen};

/// How the samples of a family are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FamilyKind {
    /// A number that goes up and down.
    Gauge,
    /// A number that only grows, and falls back at a restart.
    Counter,
    /// Always 1: what there is to know stands in the labels.
    Info,
}

impl FamilyKind {
    /// One lower-case word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Info => "info",
        }
    }
}

/// All series of one name.
pub struct Family {
    /// Its name as Prometheus' text has it, with `_total` or `_info` where it has that.
    pub name: Cow<'static, str>,
    /// How its samples are to be read.
    pub kind: FamilyKind,
    /// The unit of its samples, as its name ends; empty if it has none.
    pub unit: Cow<'static, str>,
    /// The keys of its labels beside those that say which host.
    pub labels: Vec<Cow<'static, str>>,
    /// One sentence for people.
    pub help: Cow<'static, str>,
    /// What of the catalogue it is made of; empty if it is of the exporter or of frames.
    pub origin: Cow<'static, str>,
    pub(super) source: Source,
}

/// Who writes the samples.
pub(super) enum Source {
    /// Samples of no host.
    Exporter(fn(&Scrape, &mut Samples<'_>)),
    /// Samples of each host.
    Hosts(Tell),
    /// Samples of these hosts, by their places, each of a metric that the host describes itself.
    Learned(Vec<(u32, MetricId)>),
}

/// Writes the samples of one host.
pub(super) type Tell = Box<dyn Fn(&Scrape, &Seen, &mut Samples<'_>) + Send + Sync>;

impl fmt::Debug for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Family").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

//! Which origins' frames take which link.

use serde::{Deserialize, Serialize};

use crate::body::bounded;
use crate::limits::TREES_MAX;
use crate::origin::OriginId;

/// A number that stands for an origin on one link, given by the agent that sends it.
pub type Alias = u16;

/// How neighbours lay the trees by which frames spread: one for each origin.
///
/// The lists are taken in this order. Names come before the first use of an alias.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trees {
    /// What the sender's aliases stand for from now on.
    #[serde(deserialize_with = "bounded::list::<_, _, TREES_MAX>")]
    pub names: Vec<Name>,
    /// PRUNE: the sender gets these origins' frames by another link; announce them only. Aliases of the sender.
    #[serde(deserialize_with = "bounded::list::<_, _, TREES_MAX>")]
    pub prune: Vec<Alias>,
    /// GRAFT, and UNPRUNE for many: send these origins' frames from now on, and what the sender misses at once.
    #[serde(deserialize_with = "bounded::list::<_, _, TREES_MAX>")]
    pub graft: Vec<Graft>,
    /// Announcements of these were not understood: send all that is held of them, and their frames from now on.
    /// Aliases of the receiver.
    #[serde(deserialize_with = "bounded::list::<_, _, TREES_MAX>")]
    pub unknown: Vec<Alias>,
}

/// What an alias stands for: a run of an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// The alias.
    pub alias: Alias,
    /// The origin.
    pub origin: OriginId,
    /// The newest epoch of it that the sender knows.
    pub epoch: u32,
}

/// A wish for an origin's frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Graft {
    /// The origin, by the sender's alias.
    pub alias: Alias,
    /// The sequence, in the epoch of the alias, after which the sender lacks frames.
    pub held: u32,
}

impl Trees {
    pub(in crate::gossip) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.prune.is_empty() && self.graft.is_empty() && self.unknown.is_empty()
    }
}

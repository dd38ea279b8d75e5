//! One link to a neighbour.

use std::fmt;
use std::net::SocketAddr;

use super::bucket::Bucket;
use super::budget::Share;
use super::control::{Alias, Graft, Name, Trees};
use super::known::Known;
use super::membership::Purpose;
use super::origins::Origins;
use super::slot::Slot;
use super::ties::{Tie, Ties, Unsaid};
use crate::limits::TREES_MAX;
use crate::moment::Moment;
use crate::origin::{HostName, OriginId};

/// The number of a link, given by the caller and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkId(pub u64);

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The agent at the other end of a link, as it introduced itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Who it is.
    pub origin: OriginId,
    /// Which run of it.
    pub epoch: u32,
    /// Its host's name.
    pub host: HostName,
    /// Version of the protocol that it speaks.
    pub protocol: u8,
    /// Where it listens, as far as that is known.
    pub address: Option<SocketAddr>,
}

/// Whom this agent dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A neighbour that the configuration names, by its place there. The caller dials it for as long as it has no
    /// link.
    Seed(u16),
    /// An agent that the engine chose.
    Address(SocketAddr),
}

/// A link, and what the engine knows of its other end.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) dialled: Option<Target>,
    pub(super) remote: Option<SocketAddr>,
    pub(super) half_round_trip_ms: u32,
    pub(super) neighbour: Option<Neighbour>,
    pub(super) forgeries: Bucket,
    pub(super) repeats: Bucket,
    pub(super) introductions: Bucket,
    pub(super) share: Share,
    pub(super) ties: Ties,
    /// When the last message came.
    pub(super) heard_at: Moment,
    /// When the last message was sent.
    pub(super) sent_at: Moment,
    /// Whether this agent told the neighbour that it gets all frames by other links.
    pub(super) said_fed: bool,
    /// Questions for addresses that the neighbour may put.
    pub(super) questions: Bucket,
    /// What this agent dialled it for, if the engine chose it.
    pub(super) purpose: Option<Purpose>,
    /// Invitations that the neighbour may bring.
    pub(super) invitations: Bucket,
    /// When this agent last asked or told the neighbour what is held.
    pub(super) synced_at: Option<Moment>,
    pub(super) syncs: Bucket,
    /// Comparisons because of frames whose keyframe has not come.
    pub(super) strangers: Bucket,
}

impl Link {
    pub(super) fn new(dialled: Option<Target>, remote: Option<SocketAddr>, now: Moment) -> Self {
        Self {
            dialled,
            remote,
            half_round_trip_ms: 0,
            neighbour: None,
            forgeries: Bucket::default(),
            repeats: Bucket::default(),
            introductions: Bucket::default(),
            share: Share::default(),
            ties: Ties::default(),
            heard_at: now,
            sent_at: now,
            said_fed: false,
            questions: Bucket::default(),
            purpose: None,
            invitations: Bucket::default(),
            synced_at: None,
            syncs: Bucket::default(),
            strangers: Bucket::default(),
        }
    }

    /// Whether the configuration names the neighbour.
    pub(super) fn is_pinned(&self) -> bool {
        matches!(self.dialled, Some(Target::Seed(_)))
    }

    /// Whether the neighbour sends the origin's frames by this link, as far as this agent wants them.
    pub(super) fn feeds(&self, slot: Slot) -> bool {
        self.neighbour.is_some() && !self.ties.get(slot).is(Tie::PRUNED)
    }

    /// Whether it may be that the neighbour only announces the origin's frames. Those that were new to this agent when
    /// the link was young need not have been new to the neighbour.
    pub(super) fn may_hold_back(&self, slot: Slot) -> bool {
        self.said_fed || !self.feeds(slot)
    }

    /// What there is to say of trees, as much as a message takes.
    pub(super) fn take_trees(&mut self, origins: &Origins) -> Trees {
        let mut trees = Trees::default();
        while trees.prune.len() + trees.graft.len() < TREES_MAX
            && let Some((slot, unsaid)) = self.ties.take_unsaid()
        {
            let Some(known) = origins.get(slot) else { continue };
            let Some(alias) = self.name(slot, known, &mut trees) else { continue };
            match unsaid {
                Unsaid::Prune => trees.prune.push(alias),
                Unsaid::Graft { lacks_keyframe } => {
                    trees.graft.push(Graft { alias, held: known.held_sequence(lacks_keyframe) });
                }
            }
        }
        while trees.unknown.len() < TREES_MAX
            && let Some(alias) = self.ties.take_untold()
        {
            trees.unknown.push(alias);
        }
        trees
    }

    /// This agent's alias for an origin, named to the neighbour if it was not yet. None if that has no room left.
    pub(super) fn name(&mut self, slot: Slot, known: &Known, trees: &mut Trees) -> Option<Alias> {
        let Slot(alias) = slot;
        let tie = self.ties.get_mut(slot)?;
        if !tie.is(Tie::NAMED) {
            if trees.names.len() >= TREES_MAX {
                return None;
            }
            tie.set(Tie::NAMED);
            trees.names.push(Name { alias, origin: known.origin(), epoch: known.position().epoch });
        }
        Some(alias)
    }
}

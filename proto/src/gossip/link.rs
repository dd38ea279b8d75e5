//! One link to a neighbour.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;

use super::bucket::Bucket;
use super::budget::Share;
use super::control::{Alias, Graft, Name, Trees};
use super::slot::Slot;
use super::ties::{Tie, Ties};
use crate::frame::Position;
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
    /// What to say of trees at the next flush.
    pub(super) pending: Trees,
    /// Origins of whom frames are owed to the neighbour, and whether the keyframe is among them.
    pub(super) owed: BTreeMap<Slot, bool>,
    /// When the last message came.
    pub(super) heard_at: Moment,
    /// When the last message was sent.
    pub(super) sent_at: Moment,
    /// When this agent last asked or told the neighbour what is held.
    pub(super) synced_at: Option<Moment>,
    pub(super) syncs: Bucket,
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
            pending: Trees::default(),
            owed: BTreeMap::new(),
            heard_at: now,
            sent_at: now,
            synced_at: None,
            syncs: Bucket::default(),
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

    /// Asks the neighbour to announce the origin's frames only. Whether something new is to be sent.
    pub(super) fn prune(&mut self, slot: Slot, origin: OriginId, at: Position) {
        let alias = self.alias(slot, origin, at);
        if let Some(tie) = self.ties.get_mut(slot) {
            tie.set(Tie::PRUNED);
        }
        if !self.pending.prune.contains(&alias) {
            self.pending.prune.push(alias);
        }
    }

    /// Asks the neighbour for the origin's frames above `at`.
    pub(super) fn graft(&mut self, slot: Slot, origin: OriginId, at: Position) {
        let alias = self.alias(slot, origin, at);
        if let Some(tie) = self.ties.get_mut(slot) {
            tie.clear(Tie::PRUNED);
        }
        self.pending.prune.retain(|pruned| *pruned != alias);
        self.pending.graft.push(Graft { alias, held: at.sequence });
    }

    /// This agent's alias for an origin, named to the neighbour if it was not yet.
    pub(super) fn alias(&mut self, slot: Slot, origin: OriginId, at: Position) -> Alias {
        let Slot(alias) = slot;
        if let Some(tie) = self.ties.get_mut(slot)
            && !tie.is(Tie::NAMED)
        {
            tie.set(Tie::NAMED);
            self.pending.names.push(Name { alias, origin, epoch: at.epoch });
        }
        alias
    }

    /// Owes the neighbour the newest frame of an origin, and its keyframe too if it is to have that.
    pub(super) fn owe(&mut self, slot: Slot, keyframe: bool) {
        *self.owed.entry(slot).or_default() |= keyframe;
    }
}

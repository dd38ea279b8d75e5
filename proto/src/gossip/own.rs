//! Where this host stands among its own frames, and what to do when others know of later ones.

use super::bucket::Bucket;
use crate::frame::{Frame, Position};
use crate::limits::{
    CLAIM_RATE, CLAIMED_EPOCHS_MAX, FORGOTTEN_RUN_RATE, JUMP_RATE, KEY_WARNING_RATE, POSITION_MAX,
};
use crate::moment::Moment;
use crate::origin::{OriginId, Verifier};

/// This host, its last frame, and the newest one of its key that it has not sent.
///
/// A host that lost its state or was set back to an earlier one starts in an epoch that the network has seen already;
/// nobody would listen. What the network holds of it comes back to it, signed by itself, and it jumps above that
/// epoch. If a second agent runs with the same key, as on a machine that was cloned, both jump above each other; that
/// must come to rest and to somebody's ears.
#[derive(Debug)]
pub(super) struct Own {
    origin: OriginId,
    verifier: Verifier,
    position: Position,
    heard: Position,
    /// The latest epoch that the agent was told to jump above.
    told: Option<u32>,
    jumps: Bucket,
    claims: Bucket,
    forgotten_runs: Bucket,
    warnings: Bucket,
}

/// What the agent is to do about frames of its key that it has not sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CatchUp {
    /// Jump above this epoch.
    pub(super) jump_above: Option<u32>,
    /// Tell that another agent uses the key.
    pub(super) is_key_shared: bool,
}

impl Own {
    pub(super) fn new(origin: OriginId, verifier: Verifier, epoch: u32) -> Self {
        Self {
            origin,
            verifier,
            position: Position { epoch, sequence: 0 },
            heard: Position::default(),
            told: None,
            jumps: Bucket::default(),
            claims: Bucket::default(),
            forgotten_runs: Bucket::default(),
            warnings: Bucket::default(),
        }
    }

    pub(super) fn origin(&self) -> OriginId {
        self.origin
    }

    /// Whether a frame of this host says nothing new, so that its signature needs no check.
    pub(super) fn knows(&self, frame: &Frame) -> bool {
        frame.position() <= self.position.max(self.heard)
    }

    /// Whether this host's key has signed the frame.
    pub(super) fn has_signed(&self, frame: &Frame) -> bool {
        frame.verify(&self.verifier)
    }

    /// This host has sent a frame.
    pub(super) fn sent(&mut self, position: Position, now: Moment) -> CatchUp {
        self.position = position;
        self.catch_up(now)
    }

    /// Somebody sent a frame that this host has signed.
    pub(super) fn heard(&mut self, position: Position, now: Moment) -> CatchUp {
        self.heard = self.heard.max(position);
        self.catch_up(now)
    }

    /// A neighbour says that it holds a frame of this host at `held`. The epoch to jump above, if any.
    pub(super) fn heard_claim(&mut self, held: Position, now: Moment) -> Option<u32> {
        let is_near =
            held.epoch.saturating_sub(self.position.epoch) <= CLAIMED_EPOCHS_MAX && held.epoch < POSITION_MAX;
        let jumps = held > self.position
            && self.told < Some(held.epoch)
            && is_near
            && self.claims.take(CLAIM_RATE, now);
        jumps.then(|| {
            self.told = Some(held.epoch);
            held.epoch
        })
    }

    /// Jumps above the newest frame heard, if that is later than what this host has sent.
    fn catch_up(&mut self, now: Moment) -> CatchUp {
        let epoch = self.heard.epoch;
        if self.heard <= self.position || self.told >= Some(epoch) || epoch >= POSITION_MAX {
            return CatchUp::default();
        }
        let jumps = self.jumps.take(JUMP_RATE, now);
        if jumps {
            self.told = Some(epoch);
        }
        let is_explained = jumps && self.forgotten_runs.take(FORGOTTEN_RUN_RATE, now);
        CatchUp {
            jump_above: jumps.then_some(epoch),
            is_key_shared: !is_explained && self.warnings.take(KEY_WARNING_RATE, now),
        }
    }
}

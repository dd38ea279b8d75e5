//! The engine itself: one function takes in what happened, another hands out what to do.

use std::collections::{BTreeSet, VecDeque};

use super::budget::Budget;
use super::control::Control;
use super::counters::Counters;
use super::held::Held;
use super::input::Input;
use super::links::{CloseReason, LinkId, Links, Neighbour, Verdict};
use super::origins::Origins;
use super::output::{Output, RefuseReason};
use super::own::{CatchUp, Own};
use super::told::Told;
use crate::frame::Position;
use crate::moment::Moment;
use crate::origin::{HostName, OriginId, Verifier};

/// The state of one agent's gossip.
#[derive(Debug)]
pub struct Engine {
    pub(super) hello: Control,
    pub(super) own: Own,
    allowed: Option<BTreeSet<OriginId>>,
    pub(super) links: Links,
    pub(super) origins: Origins,
    pub(super) budget: Budget,
    pub(super) told_outsiders: Told<OriginId>,
    pub(super) told_excess: Told<OriginId>,
    pub(super) told_overload: Told<LinkId>,
    pub(super) told_full: Told<LinkId>,
    pub(super) counters: Counters,
    pub(super) outputs: VecDeque<Output>,
}

impl Engine {
    /// The engine of the host `host`, who signs with the key behind `verifier` as `own`.
    pub fn new(own: OriginId, own_verifier: Verifier, host: HostName, epoch: u32, now: Moment) -> Self {
        Self {
            hello: Control::hello(own, epoch, host),
            own: Own::new(own, own_verifier, epoch),
            allowed: None,
            links: Links::default(),
            origins: Origins::new(now),
            budget: Budget::default(),
            told_outsiders: Told::new(),
            told_excess: Told::new(),
            told_overload: Told::new(),
            told_full: Told::new(),
            counters: Counters::default(),
            outputs: VecDeque::new(),
        }
    }

    /// The same, which takes frames of no other origins than these and its own, and no others for neighbours. Without
    /// such a list whoever can link to an agent of the network can bring hosts into it.
    #[must_use]
    pub fn allowing(self, origins: BTreeSet<OriginId>) -> Self {
        Self { allowed: Some(origins), ..self }
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: Input, now: Moment) {
        match input {
            Input::LinkUp { link, dialled } => self.link_up(link, dialled),
            Input::LinkDown { link } => self.links.remove(link),
            Input::RoundTrip { link, rtt_ms } => self.links.set_round_trip(link, rtt_ms),
            Input::Message { link, bytes } => self.message(link, bytes, now),
            Input::Publish { frame } => self.publish(frame, now),
            Input::Timeout => self.origins.forget_silent(now),
        }
    }

    /// The next thing to do, if any is left.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to come back with [`Input::Timeout`] at the latest.
    pub fn deadline(&self) -> Moment {
        self.origins.sweep_at()
    }

    /// What is held of the first origin after `after` in the order of ids, or of the very first. Walking all of them
    /// in steps lets a snapshot go out at the pace of its reader.
    pub fn held_after(&self, after: Option<OriginId>) -> Option<Held<'_>> {
        self.origins.held_after(after)
    }

    /// The neighbours whose links are up, in the order of link numbers.
    pub fn neighbours(&self) -> impl Iterator<Item = (LinkId, &Neighbour)> {
        self.links.neighbours()
    }

    /// How many origins are known, this host included.
    pub fn origin_count(&self) -> usize {
        self.origins.len()
    }

    /// The name of the host that is `origin`, if it is known.
    pub fn host(&self, origin: OriginId) -> Option<&HostName> {
        self.origins.host(origin)
    }

    /// How many bytes of frames are held: of other hosts at most
    /// [`HELD_BYTES_MAX`](crate::limits::HELD_BYTES_MAX).
    pub fn held_bytes(&self) -> usize {
        self.origins.held_bytes()
    }

    /// How often what happened.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    fn link_up(&mut self, link: LinkId, dialled: bool) {
        if self.links.add(link, dialled) {
            let bytes = self.hello.encode();
            self.outputs.push_back(Output::SendControl { link, bytes });
        } else {
            self.close(link, CloseReason::TooManyLinks);
        }
    }

    pub(super) fn control(&mut self, link: LinkId, control: Control, now: Moment) {
        match control {
            Control::Hello { .. } if self.links.neighbour(link).is_some() => {
                self.close(link, CloseReason::HelloTwice);
            }
            Control::Hello { origin, .. } if !self.is_allowed(origin) => {
                self.close(link, CloseReason::NotAllowed);
            }
            Control::Hello { protocol, origin, epoch, host } => {
                let neighbour = Neighbour { origin, epoch, host, protocol };
                match self.links.introduce(link, neighbour, self.own.origin()) {
                    Verdict::Keep { loser } => {
                        if let Some((loser, reason)) = loser {
                            self.close(loser, reason);
                        }
                        let held = self.origins.position(origin).unwrap_or_default();
                        let bytes = Control::Welcome { held_epoch: held.epoch, held_sequence: held.sequence }
                            .encode();
                        self.outputs.push_back(Output::SendControl { link, bytes });
                        self.outputs.push_back(Output::Snapshot { link });
                    }
                    Verdict::Close(reason) => self.close(link, reason),
                }
            }
            Control::Welcome { held_epoch, held_sequence } => {
                let held = Position { epoch: held_epoch, sequence: held_sequence };
                let jump_above = self.own.heard_claim(held, now);
                self.catch_up(CatchUp { jump_above, is_key_shared: false });
            }
        }
    }

    pub(super) fn catch_up(&mut self, CatchUp { jump_above, is_key_shared }: CatchUp) {
        if is_key_shared {
            self.outputs.push_back(Output::KeyShared);
        }
        if let Some(epoch) = jump_above {
            self.outputs.push_back(Output::JumpAbove { epoch });
        }
    }

    pub(super) fn is_allowed(&self, origin: OriginId) -> bool {
        origin == self.own.origin() || self.allowed.as_ref().is_none_or(|allowed| allowed.contains(&origin))
    }

    pub(super) fn refuse(&mut self, link: LinkId, reason: RefuseReason) {
        self.counters.refused += 1;
        self.outputs.push_back(Output::Refused { link, reason });
    }

    pub(super) fn close(&mut self, link: LinkId, reason: CloseReason) {
        self.links.remove(link);
        self.outputs.push_back(Output::Close { link, reason });
    }
}

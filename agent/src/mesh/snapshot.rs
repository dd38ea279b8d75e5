//! The state of all hosts, for a subscriber that has just come.

use bytes::Bytes;
use grapevine_proto::gossip::Engine;
use grapevine_proto::{Moment, OriginId};
use grapevine_zmtp::{Message, Slot};

use super::{slot_of, to_subscriber};

/// A walk over what the engine holds.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// What the names of the hosts begin with whose frames the reader gets.
    prefix: Bytes,
    sent: Option<OriginId>,
}

impl Snapshot {
    pub(super) fn of(prefix: Bytes) -> Self {
        Self { prefix, sent: None }
    }

    /// Goes on until `send` says that there is no room. Whether all is sent.
    pub(super) fn advance(
        &mut self,
        engine: &Engine,
        now: Moment,
        mut send: impl FnMut(Slot, Message) -> bool,
    ) -> bool {
        while let Some(held) = engine.held_after(self.sent) {
            if held.host.as_str().as_bytes().starts_with(&self.prefix) {
                for frame in held.frames(now) {
                    if !send(slot_of(&frame), to_subscriber(held.host, &frame)) {
                        return false;
                    }
                }
            }
            self.sent = Some(held.origin);
        }
        true
    }
}

//! The last minutes of this host and its neighbours, for a subscriber that asks for them.

use bytes::Bytes;
use grapevine_proto::gossip::Engine;
use grapevine_proto::{FrameKind, HISTORY_PREFIX, Moment, OriginId, Position};
use grapevine_zmtp::{Message, Slot};

use super::of_topic;

/// A walk over what the engine recorded.
#[derive(Debug)]
pub(super) struct History {
    /// What the names of the hosts begin with whose frames the reader gets.
    prefix: Bytes,
    sent: Option<(OriginId, Position)>,
    /// The origin of whom a keyframe was sent: without one its deltas mean nothing.
    begun: Option<OriginId>,
}

impl History {
    pub(super) fn of(prefix: Bytes) -> Self {
        Self { prefix, sent: None, begun: None }
    }

    /// Goes on until `send` says that there is no room. Whether all is sent.
    pub(super) fn advance(
        &mut self,
        engine: &Engine,
        now: Moment,
        mut send: impl FnMut(Slot, Message) -> bool,
    ) -> bool {
        while let Some(frame) = engine.recorded_after(self.sent, now) {
            let origin = frame.origin();
            let host = engine.host(origin);
            let host = host.filter(|host| host.as_str().as_bytes().starts_with(&self.prefix));
            let Some(host) = host else {
                self.sent = Some((origin, Position { epoch: u32::MAX, sequence: u32::MAX }));
                continue;
            };
            if self.begun == Some(origin) || frame.kind() == FrameKind::Keyframe {
                if !send(Slot::Single, of_topic(&format!("{HISTORY_PREFIX}{host}"), &frame)) {
                    return false;
                }
                self.begun = Some(origin);
            }
            self.sent = Some((origin, frame.position()));
        }
        true
    }
}

//! Snapshots under way: what is held, sent to a new subscriber at the pace of its queue.

use std::collections::BTreeMap;

use bytes::Bytes;
use grapevine_proto::gossip::Engine;
use grapevine_proto::{Moment, OriginId};
use grapevine_zmtp::{LinkId, Message, Slot};

use super::{slot_of, to_subscriber};

/// How far each reader's snapshots are. Frames that arrive in the meantime reach the reader as they do later.
#[derive(Debug, Default)]
pub(super) struct Feeds(BTreeMap<LinkId, Vec<Feed>>);

#[derive(Debug)]
struct Feed {
    /// What the names of the hosts begin with whose frames the reader gets.
    prefix: Bytes,
    sent: Option<OriginId>,
}

impl Feeds {
    /// Begins a snapshot. A reader may have as many at once as the sockets grant it prefixes.
    pub(super) fn start(&mut self, link: LinkId, prefix: Bytes) {
        self.0.entry(link).or_default().push(Feed { prefix, sent: None });
    }

    pub(super) fn stop(&mut self, link: LinkId) {
        self.0.remove(&link);
    }

    /// Goes on with the snapshots of `link` until `send` says that there is no room, or all is sent.
    pub(super) fn advance(
        &mut self,
        link: LinkId,
        engine: &Engine,
        now: Moment,
        mut send: impl FnMut(Slot, Message) -> bool,
    ) {
        let Some(feeds) = self.0.get_mut(&link) else { return };
        while let Some(feed) = feeds.first_mut() {
            while let Some(held) = engine.held_after(feed.sent) {
                if held.host.as_str().as_bytes().starts_with(&feed.prefix) {
                    for frame in held.frames(now) {
                        if !send(slot_of(&frame), to_subscriber(held.host, &frame)) {
                            return;
                        }
                    }
                }
                feed.sent = Some(held.origin);
            }
            feeds.remove(0);
        }
        self.0.remove(&link);
    }
}

#[cfg(test)]
mod tests;

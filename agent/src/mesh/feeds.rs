//! Snapshots under way: what is held, sent to a new reader at the pace of its queue.

use std::collections::BTreeMap;

use bytes::Bytes;
use grapevine_proto::gossip::{Engine, Held};
use grapevine_proto::{Frame, Moment, OriginId};
use grapevine_zmtp::{LinkId, Message, Slot};

use super::{slot_of, to_subscriber};

/// Who is to get a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// An agent: gets all frames, one hop further.
    Neighbour,
    /// A dashboard: gets the frames of hosts whose names begin with the prefix, with the name before each.
    Subscriber {
        /// The prefix.
        prefix: Bytes,
    },
}

/// How far each reader's snapshots are. Frames that arrive in the meantime reach the reader as they do later.
#[derive(Debug, Default)]
pub(super) struct Feeds(BTreeMap<LinkId, Vec<Feed>>);

#[derive(Debug)]
struct Feed {
    reader: Reader,
    sent: Option<OriginId>,
}

impl Feeds {
    /// Begins a snapshot. A reader may have as many at once as the sockets grant it prefixes.
    pub(super) fn start(&mut self, link: LinkId, reader: Reader) {
        self.0.entry(link).or_default().push(Feed { reader, sent: None });
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
                for (slot, message) in feed.reader.messages(&held, now) {
                    if !send(slot, message) {
                        return;
                    }
                }
                feed.sent = Some(held.origin);
            }
            feeds.remove(0);
        }
        self.0.remove(&link);
    }
}

impl Reader {
    fn messages(&self, held: &Held<'_>, now: Moment) -> Vec<(Slot, Message)> {
        let message = |frame: Frame| match self {
            Self::Neighbour => frame.forwarded(0).map(|frame| Message::of([frame.bytes().clone()])),
            Self::Subscriber { prefix } => {
                held.host.as_str().as_bytes().starts_with(prefix).then(|| to_subscriber(held.host, &frame))
            }
        };
        held.frames(now).filter_map(|frame| Some((slot_of(&frame), message(frame)?))).collect()
    }
}

#[cfg(test)]
mod tests;

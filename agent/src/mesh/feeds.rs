//! What subscribers are owed: what is held, and what was recorded, sent at the pace of their queues.

use std::collections::BTreeMap;

use bytes::Bytes;
use grapevine_proto::gossip::Engine;
use grapevine_proto::{HISTORY_PREFIX, Moment};
use grapevine_zmtp::{LinkId, Message, Slot};

use super::history::History;
use super::snapshot::Snapshot;

/// How far each reader's feeds are. Frames that arrive in the meantime reach the reader as they do later.
#[derive(Debug, Default)]
pub(super) struct Feeds(BTreeMap<LinkId, Vec<Feed>>);

/// What one subscription brings at first.
#[derive(Debug)]
struct Feed {
    /// What the reader subscribed to.
    prefix: Bytes,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Snapshot(Snapshot),
    History(History),
}

impl Feeds {
    /// Begins what a subscription brings. A reader has as many at once as the sockets grant it prefixes.
    pub(super) fn start(&mut self, link: LinkId, prefix: Bytes) {
        let source = match prefix.strip_prefix(HISTORY_PREFIX.as_bytes()) {
            Some(of_hosts) => Source::History(History::of(Bytes::copy_from_slice(of_hosts))),
            None => Source::Snapshot(Snapshot::of(prefix.clone())),
        };
        self.0.entry(link).or_default().push(Feed { prefix, source });
    }

    /// Ends what a subscription brings that the reader has taken back.
    pub(super) fn cancel(&mut self, link: LinkId, prefix: &Bytes) {
        if let Some(feeds) = self.0.get_mut(&link) {
            feeds.retain(|feed| feed.prefix != *prefix);
        }
    }

    /// Forgets a reader.
    pub(super) fn stop(&mut self, link: LinkId) {
        self.0.remove(&link);
    }

    /// Goes on with the feeds of `link` until `send` says that there is no room, or all is sent.
    pub(super) fn advance(
        &mut self,
        link: LinkId,
        engine: &Engine,
        now: Moment,
        mut send: impl FnMut(Slot, Message) -> bool,
    ) {
        let Some(feeds) = self.0.get_mut(&link) else { return };
        while let Some(Feed { source, .. }) = feeds.first_mut() {
            let is_over = match source {
                Source::Snapshot(snapshot) => snapshot.advance(engine, now, &mut send),
                Source::History(history) => history.advance(engine, now, &mut send),
            };
            if !is_over {
                return;
            }
            feeds.remove(0);
        }
        self.0.remove(&link);
    }
}

#[cfg(test)]
mod tests;

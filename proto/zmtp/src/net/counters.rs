//! What a node counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the node was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Connections that are open, handshakes included.
    pub connections: u64,
    /// Bytes that were received.
    pub bytes_in: u64,
    /// Bytes that were sent.
    pub bytes_out: u64,
    /// Messages that were received.
    pub messages_in: u64,
    /// Messages that were sent.
    pub messages_out: u64,
    /// Writes to sockets, each of one batch or of a part of one.
    pub writes: u64,
    /// Messages that full queues dropped, or that still waited when their link ended.
    pub queue_drops: u64,
    /// Connections that were turned away because there were too many.
    pub turned_away: u64,
    /// Connections of others that did not get through the handshake.
    pub rejected: u64,
    /// Connections that ended because the peer did not keep to the protocol.
    pub protocol_errors: u64,
    /// Connections that ended because the peer said or acknowledged nothing, or not enough, in time.
    pub timeouts: u64,
    /// Connections that ended because the peer took nothing in time, or too little.
    pub stalls: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counting {
    pub(super) connections: AtomicU64,
    pub(super) bytes_in: AtomicU64,
    pub(super) bytes_out: AtomicU64,
    pub(super) messages_in: AtomicU64,
    pub(super) messages_out: AtomicU64,
    pub(super) writes: AtomicU64,
    pub(super) queue_drops: AtomicU64,
    pub(super) turned_away: AtomicU64,
    pub(super) rejected: AtomicU64,
    pub(super) protocol_errors: AtomicU64,
    pub(super) timeouts: AtomicU64,
    pub(super) stalls: AtomicU64,
}

impl Counting {
    pub(super) fn read(&self) -> Counters {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counters {
            connections: read(&self.connections),
            bytes_in: read(&self.bytes_in),
            bytes_out: read(&self.bytes_out),
            messages_in: read(&self.messages_in),
            messages_out: read(&self.messages_out),
            writes: read(&self.writes),
            queue_drops: read(&self.queue_drops),
            turned_away: read(&self.turned_away),
            rejected: read(&self.rejected),
            protocol_errors: read(&self.protocol_errors),
            timeouts: read(&self.timeouts),
            stalls: read(&self.stalls),
        }
    }
}

/// Adds to a counter.
pub(super) fn add(counter: &AtomicU64, amount: impl TryInto<u64>) {
    counter.fetch_add(amount.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
}

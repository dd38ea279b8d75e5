//! How much a peer's process may have left unread.

use crate::limits::{UNREAD_BYTES_MAX, WRITE_OVERHEAD_BYTES};

/// Counts what was sent since the last PING that the peer answered: no more waits in the buffers of the peer's host.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    /// Sent before a PING that has no answer yet.
    before_ping: usize,
    since_ping: usize,
}

impl Unread {
    /// Bytes of messages were sent.
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.since_ping += bytes;
    }

    /// What was sent so far becomes a write.
    pub(crate) fn written(&mut self) {
        self.since_ping += WRITE_OVERHEAD_BYTES;
    }

    /// A PING was sent.
    pub(crate) fn pinged(&mut self) {
        self.before_ping += std::mem::take(&mut self.since_ping);
    }

    /// The last PING was answered.
    pub(crate) fn ponged(&mut self) {
        self.before_ping = 0;
    }

    /// Whether nothing more is to be sent until the peer answers.
    pub(crate) fn is_full(&self) -> bool {
        self.before_ping + self.since_ping >= UNREAD_BYTES_MAX
    }

    /// Whether it is time to ask how far the peer is: early enough that the answer is there before the rest is sent.
    pub(crate) fn wants_ping(&self) -> bool {
        self.since_ping >= UNREAD_BYTES_MAX / 4
    }
}

//! The side of a link that the rest of the program sees.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use super::lock;
use crate::message::Message;
use crate::queue::{Queue, Slot};
use crate::subscriptions::Subscriptions;

/// A link's queue, and what its peer is subscribed to.
#[derive(Debug, Default)]
pub(super) struct Outlet {
    pub(super) queue: Mutex<Queue>,
    pub(super) subscriptions: Mutex<Subscriptions>,
    /// Something is queued, or the link is to close.
    pub(super) changed: Notify,
    is_closing: AtomicBool,
    is_overrun: AtomicBool,
}

impl Outlet {
    /// Queues a message. A closing link takes no more, so that it comes to an end.
    pub(super) fn push(&self, slot: Slot, message: Message, now: Duration) {
        if self.is_closing() || self.is_overrun() {
            return;
        }
        if lock(&self.queue).push(slot, message, now).is_err() {
            self.is_overrun.store(true, Ordering::Relaxed);
        }
        self.changed.notify_one();
    }

    pub(super) fn has_room(&self) -> bool {
        lock(&self.queue).has_room()
    }

    pub(super) fn wants(&self, topic: &[u8]) -> bool {
        lock(&self.subscriptions).match_topic(topic)
    }

    pub(super) fn close(&self) {
        self.is_closing.store(true, Ordering::Relaxed);
        self.changed.notify_one();
    }

    pub(super) fn is_closing(&self) -> bool {
        self.is_closing.load(Ordering::Relaxed)
    }

    /// Whether control messages did not fit into the queue.
    pub(super) fn is_overrun(&self) -> bool {
        self.is_overrun.load(Ordering::Relaxed)
    }
}

//! The thin shell: sockets and timers around the pure parts.
//!
//! A [`Net`] owns any number of listeners and dials. Each connection is a task of its own, which feeds a
//! [`Connection`](crate::Connection) and drains a [`Queue`](crate::Queue); nobody ever waits for a neighbour but
//! that neighbour's own task. What happens comes out of [`Events`].

mod counters;
mod dialler;
mod event;
mod link;
mod listener;
mod outlet;
mod rates;
mod reach;
mod seats;
mod socket;
mod source;
mod stop;
mod token_bucket;
mod unix;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use thiserror::Error;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

pub use counters::Counters;
use counters::{Counting, add};
pub use dialler::{Dial, DialAs};
pub use event::{DialId, DownReason, Event, Events, LinkId, Peer};
use outlet::Outlet;
use rates::Rates;
use seats::Seats;
use token_bucket::TokenBucket;

use crate::endpoint::Endpoint;
use crate::limits::{CLOSE_LINGER, EVENTS_MAX, MESSAGE_BYTES_MAX, REJECTED_BURST, REJECTED_PER_SECOND};
use crate::mechanism::Security;
use crate::message::Message;
use crate::queue::Slot;

/// Ages what waited in a queue: given the last part of a message and how long it waited, the part to send instead.
pub type Stamp = fn(Bytes, Duration) -> Bytes;

/// What a node can be told.
#[derive(Clone, Debug, Default)]
pub struct NetConfig {
    /// Applied to the last part of news just before it is written.
    pub stamp: Option<Stamp>,
    /// How connections that others make over TCP are secured. Unix sockets are what their files' permissions say.
    pub listen: Security,
    /// How connections that this node makes over TCP are secured.
    pub dial: Security,
}

/// A node: all the sockets of one program. Clones are the same node.
#[derive(Clone, Debug)]
pub struct Net(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: NetConfig,
    clock: Instant,
    events: mpsc::Sender<Event>,
    links: Mutex<BTreeMap<LinkId, Arc<Outlet>>>,
    next_id: AtomicU64,
    counting: Counting,
    /// How often others may connect.
    rates: Mutex<Rates>,
    /// How many others are connected.
    seats: Mutex<Seats>,
    /// How often failed handshakes may be told.
    rejections: Mutex<TokenBucket>,
    /// How often it may be told that a connection was turned away: apart, as such a flood is to hide nothing else.
    turnings_away: Mutex<TokenBucket>,
    /// When all is to end: set once, to the time by which it has to have ended.
    ending: watch::Sender<Option<Instant>>,
    /// How many sockets are open, those that listen included.
    open: watch::Sender<usize>,
}

impl Net {
    /// A node without sockets, and what will happen at them. Needs a running tokio from the first socket on.
    pub fn new(config: NetConfig) -> (Self, Events) {
        let (events, receiver) = mpsc::channel(EVENTS_MAX);
        let inner = Inner {
            config,
            clock: Instant::now(),
            events,
            links: Mutex::default(),
            next_id: AtomicU64::new(1),
            counting: Counting::default(),
            rates: Mutex::default(),
            seats: Mutex::default(),
            rejections: Mutex::new(TokenBucket::full(REJECTED_BURST, Duration::ZERO)),
            turnings_away: Mutex::new(TokenBucket::full(REJECTED_BURST, Duration::ZERO)),
            ending: watch::Sender::new(None),
            open: watch::Sender::new(0),
        };
        (Self(Arc::new(inner)), Events(receiver))
    }

    /// Listens on an endpoint, as ROUTER to DEALERs and XPUB to SUBs. Port 0 takes a free one. Yields what it
    /// listens on.
    ///
    /// # Errors
    /// A [`NetError`] that says why not.
    pub async fn listen(&self, endpoint: &Endpoint) -> Result<Endpoint, NetError> {
        listener::listen(self, endpoint).await
    }

    /// Keeps a link to an endpoint for as long as the returned guard lives.
    pub fn dial(&self, endpoint: Endpoint, dial_as: DialAs) -> Dial {
        dialler::dial(self, endpoint, dial_as)
    }

    /// Makes one attempt at a link to an endpoint, waiting for a connection no longer than
    /// [`DIAL_ONCE`](crate::limits::DIAL_ONCE). Then comes [`Event::Up`], or [`Event::DialFailed`] once; after the link
    /// went [`Event::Down`] nothing more. Dropping the guard ends the attempt or the link; an attempt without a word.
    pub fn dial_once(&self, endpoint: Endpoint, dial_as: DialAs) -> Dial {
        dialler::dial_once(self, endpoint, dial_as)
    }

    /// Queues a message for one link.
    ///
    /// # Errors
    /// A [`SendError`]; the link, if it is there, is none the worse for it.
    pub fn send(&self, link: LinkId, slot: Slot, message: Message) -> Result<(), SendError> {
        let outlet = self.outlet(link).ok_or(SendError::Gone)?;
        if message.len() > MESSAGE_BYTES_MAX {
            return Err(SendError::TooLong { bytes: message.len() });
        }
        outlet.push(slot, message, self.now());
        Ok(())
    }

    /// Queues a message for every subscriber of its first part. One that is longer than [`MESSAGE_BYTES_MAX`] is
    /// dropped and counted.
    pub fn publish(&self, slot: Slot, message: &Message) {
        let Some(topic) = message.parts().first() else { return };
        if message.len() > MESSAGE_BYTES_MAX {
            add(&self.0.counting.queue_drops, 1_u64);
            return;
        }
        let now = self.now();
        for outlet in lock(&self.0.links).values().filter(|outlet| outlet.wants(topic)) {
            outlet.push(slot, message.clone(), now);
        }
    }

    /// Whether the link's queue has room for more of a snapshot. If not, [`Event::Room`] tells when.
    pub fn has_room(&self, link: LinkId) -> bool {
        self.outlet(link).is_some_and(|outlet| outlet.has_room())
    }

    /// Closes a link after what is queued was sent, or a moment later.
    pub fn close(&self, link: LinkId) {
        if let Some(outlet) = self.outlet(link) {
            outlet.close();
        }
    }

    /// What was counted since the node was made.
    pub fn counters(&self) -> Counters {
        self.0.counting.read()
    }

    /// Closes all sockets, after what is queued was sent or `linger` (a minute at most) has passed, and removes the files of Unix
    /// sockets. Events for which there is no room any more are lost. Dropping [`Events`] does the same, but nobody
    /// waits for it.
    pub async fn shutdown(&self, linger: Duration) {
        let ends = Instant::now() + linger.min(LINGER_MAX);
        self.0.ending.send_if_modified(|ending| ending.replace(ends).is_none());
        let mut open = self.0.open.subscribe();
        // A peer that does not take its last messages in time misses them.
        drop(tokio::time::timeout_at(ends, open.wait_for(|open| *open == 0)).await);
    }

    /// Counts and tells that a handshake failed, unless too many did lately.
    fn reject(&self, address: String, reason: DownReason) {
        add(&self.0.counting.rejected, 1_u64);
        self.tell_rarely(&self.0.rejections, Event::Rejected { address, reason });
    }

    /// Counts and tells that a connection was turned away, unless too many were lately.
    fn turn_away(&self, address: String) {
        add(&self.0.counting.turned_away, 1_u64);
        let reason = DownReason::TurnedAway;
        self.tell_rarely(&self.0.turnings_away, Event::Rejected { address, reason });
    }

    /// Tells of a stranger, unless the owner is busy: strangers cost no memory.
    fn tell_rarely(&self, bucket: &Mutex<TokenBucket>, event: Event) {
        if lock(bucket).take(REJECTED_BURST, REJECTED_PER_SECOND, self.now()) {
            drop(self.0.events.try_send(event));
        }
    }

    /// Time on the node's own clock.
    fn now(&self) -> Duration {
        self.0.clock.elapsed()
    }

    /// Returns once the node is shut down.
    async fn ends(&self) {
        // The sender lives as long as we do.
        drop(self.0.ending.subscribe().wait_for(Option::is_some).await);
    }

    /// Until when a link that closes now may write and wait for its peer.
    fn lingers_until(&self) -> Instant {
        let ending = *self.0.ending.borrow();
        ending.unwrap_or_else(|| Instant::now() + CLOSE_LINGER)
    }

    fn new_id(&self) -> u64 {
        self.0.next_id.fetch_add(1, Ordering::Relaxed)
    }

    fn outlet(&self, link: LinkId) -> Option<Arc<Outlet>> {
        lock(&self.0.links).get(&link).cloned()
    }
}

/// A message was not queued.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SendError {
    /// The link is gone, as links go.
    #[error("the link is gone")]
    Gone,
    /// The caller made a message that no peer takes.
    #[error("a message of {bytes} bytes, at most {MESSAGE_BYTES_MAX} are allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
}

/// A socket cannot be opened; the operator must act.
#[derive(Debug, Error)]
pub enum NetError {
    /// Somebody else has the address.
    #[error(
        "{endpoint} is in use: stop what listens there (`ss -lxtnp` shows it) or take another {}",
        place(endpoint)
    )]
    InUse {
        /// Which.
        endpoint: Endpoint,
    },
    /// The system refused.
    #[error("cannot listen on {endpoint}")]
    Listen {
        /// Where.
        endpoint: Endpoint,
        /// Why.
        source: std::io::Error,
    },
}

/// What to take another of.
fn place(endpoint: &Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Tcp { .. } => "port",
        Endpoint::Unix(_) => "path",
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The data behind our locks is whole between any two statements.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Longest linger of a shutdown: so long nobody waits.
const LINGER_MAX: Duration = Duration::from_secs(60);

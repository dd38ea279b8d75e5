//! The handle of a subscription.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::vec;

use grapevine_proto::HISTORY_PREFIX;
use grapevine_zmtp::{Endpoint, ViewerKey};
use thiserror::Error;
use tokio::runtime::Handle;
use tokio::sync::{broadcast, oneshot, watch};
use tokio::task::JoinHandle;

use crate::change::{Change, HostChange};
use crate::connection::Connection;
use crate::driver::Driver;
use crate::follower::Follower;
use crate::freshness::INTERVAL_MS_MAX;
use crate::host::Host;
use crate::limits::{CHANGES_WAITING_MAX, ENDPOINTS_MAX, PREFIX_BYTES_MAX, PREFIXES_MAX, SILENCE_MAX};
use crate::recording::{RecordError, Recorder};
use crate::view::View;

/// A network seen through one of its agents. Ends when dropped.
///
/// Keeps a link to the first of several endpoints that answers, and to the next one when that agent goes away or
/// falls silent. It never gives up; what it knows stays readable in the meantime and grows older.
#[derive(Debug)]
pub struct Subscription {
    shared: Arc<Shared>,
    driver: JoinHandle<Result<(), RecordError>>,
    /// Dropped to end the driver.
    alive: oneshot::Sender<()>,
}

/// How to subscribe.
#[derive(Debug)]
pub struct Options {
    /// Hosts whose names start with one of these are followed. Empty: all hosts.
    pub prefixes: Vec<String>,
    /// Whether to ask for the past of these hosts as well, as far as the agent kept it: see [`Change::Past`]. It takes
    /// as many prefixes again, of 8 bytes more each.
    pub history: bool,
    /// What opens agents over TCP that have keys. With it only such agents are attached to, without it only others;
    /// Unix sockets need none.
    pub key: Option<ViewerKey>,
    /// Where to record all messages.
    pub recorder: Option<Recorder>,
    /// How long an agent may send nothing before another is tried.
    pub silence_max: Duration,
    /// How many changes may wait for a slow reader before it loses the oldest; rounded up to a power of two.
    pub changes_waiting_max: usize,
}

impl Default for Options {
    /// All hosts, no history, no key, no recording, [`SILENCE_MAX`] and [`CHANGES_WAITING_MAX`].
    fn default() -> Self {
        Self {
            prefixes: Vec::new(),
            history: false,
            key: None,
            recorder: None,
            silence_max: SILENCE_MAX,
            changes_waiting_max: CHANGES_WAITING_MAX,
        }
    }
}

impl Options {
    /// What to subscribe to. No prefix at all would match no host, the empty one matches every host.
    pub(crate) fn subscribed_prefixes(&self) -> Vec<String> {
        let live = if self.prefixes.is_empty() { vec![String::new()] } else { self.prefixes.clone() };
        let past: Vec<String> = if self.history {
            live.iter().map(|prefix| format!("{HISTORY_PREFIX}{prefix}")).collect()
        } else {
            Vec::new()
        };
        [live, past].concat()
    }
}

impl Subscription {
    /// Starts to look for an agent at `endpoints`, in this order. Returns at once.
    ///
    /// # Errors
    /// An [`AttachError`] if that can never succeed.
    pub fn attach(
        endpoints: impl IntoIterator<Item = Endpoint>,
        options: Options,
    ) -> Result<Self, AttachError> {
        let endpoints: Vec<Endpoint> = endpoints.into_iter().collect();
        check(&endpoints, &options)?;
        let runtime = Handle::try_current().map_err(|_| AttachError::NoRuntime)?;
        let shared = Arc::new(Shared::new(options.changes_waiting_max));
        let (alive, ended) = oneshot::channel();
        let driver = Driver::new(endpoints, options, Arc::clone(&shared));
        let driver = runtime.spawn(driver.run(ended));
        Ok(Self { shared, driver, alive })
    }

    /// All hosts as they are now.
    pub fn view(&self) -> Arc<View> {
        self.shared.follower().view()
    }

    /// What happens from now on, after a [`HostChange::Joined`] for each host that is known already.
    pub fn changes(&self) -> Changes {
        // Changes are sent under the same lock, so that none falls between the snapshot and the stream.
        let follower = self.shared.follower();
        let receiver = self.shared.changes.subscribe();
        Changes { snapshot: follower.hosts().to_vec().into_iter(), receiver }
    }

    /// Whether an agent is there.
    pub fn connection(&self) -> Connection {
        self.shared.connection.borrow().clone()
    }

    /// Waits until an agent is there and returns where.
    pub async fn attached(&self) -> Endpoint {
        let mut connection = self.shared.connection.subscribe();
        let attached = connection.wait_for(|connection| connection.endpoint().is_some()).await;
        match attached.ok().and_then(|connection| connection.endpoint().cloned()) {
            Some(endpoint) => endpoint,
            // The sender lives as long as this subscription.
            None => std::future::pending().await,
        }
    }

    /// Ends the subscription and completes its recording.
    ///
    /// # Errors
    /// The [`RecordError`] that cut the recording short.
    pub async fn close(self) -> Result<(), RecordError> {
        drop(self.alive);
        match self.driver.await {
            Ok(recorded) => recorded,
            // The runtime that the driver ran in was shut down: there was nothing left to write.
            Err(failed) if failed.is_cancelled() => Ok(()),
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
}

fn check(endpoints: &[Endpoint], options: &Options) -> Result<(), AttachError> {
    if endpoints.is_empty() || endpoints.len() > ENDPOINTS_MAX {
        return Err(AttachError::Endpoints { count: endpoints.len() });
    }
    let prefixes = options.subscribed_prefixes();
    if prefixes.len() > PREFIXES_MAX {
        return Err(AttachError::Prefixes { count: prefixes.len() });
    }
    match prefixes.into_iter().find(|prefix| prefix.len() > PREFIX_BYTES_MAX) {
        Some(prefix) => Err(AttachError::PrefixTooLong { prefix }),
        None => Ok(()),
    }
}

/// What happens to a view, as it happens. A reader who is too slow loses the oldest changes and is told how many.
#[derive(Debug)]
pub struct Changes {
    snapshot: vec::IntoIter<Arc<Host>>,
    receiver: broadcast::Receiver<Change>,
}

impl Changes {
    /// The next change, or none when the subscription has ended. Safe to cancel.
    pub async fn next(&mut self) -> Option<Change> {
        if let Some(host) = self.snapshot.next() {
            return Some(Change::Host { host, what: HostChange::Joined });
        }
        match self.receiver.recv().await {
            Ok(change) => Some(change),
            Err(broadcast::error::RecvError::Lagged(count)) => Some(Change::Lagged(count)),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }
}

/// What the driver writes and the handle reads.
#[derive(Debug)]
pub(crate) struct Shared {
    follower: Mutex<Follower>,
    changes: broadcast::Sender<Change>,
    connection: watch::Sender<Connection>,
}

impl Shared {
    fn new(changes_waiting_max: usize) -> Self {
        Self {
            follower: Mutex::default(),
            changes: broadcast::Sender::new(changes_waiting_max.clamp(1, CHANGES_WAITING_LIMIT)),
            connection: watch::Sender::new(Connection::Connecting { since: Instant::now() }),
        }
    }

    /// Lets the follower take something in, and tells everybody what changed.
    pub(crate) fn fold(&self, fold: impl FnOnce(&mut Follower)) {
        let mut follower = self.follower();
        fold(&mut follower);
        while let Some(change) = follower.poll_change() {
            self.tell(change);
        }
    }

    /// The shortest interval of all hosts that are there, in milliseconds.
    pub(crate) fn shortest_interval_ms(&self) -> Option<u32> {
        let follower = self.follower();
        let hosts = follower.hosts().iter().filter(|host| !host.has_left());
        hosts.map(|host| host.identity().interval_ms.min(INTERVAL_MS_MAX)).min()
    }

    pub(crate) fn set_connection(&self, connection: Connection) {
        self.connection.send_replace(connection.clone());
        self.tell(Change::Connection(connection));
    }

    pub(crate) fn tell(&self, change: Change) {
        // An error means that nobody listens, which is nobody's fault.
        drop(self.changes.send(change));
    }

    /// The follower is whole at every moment at which a holder of the lock could panic.
    fn follower(&self) -> std::sync::MutexGuard<'_, Follower> {
        self.follower.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A subscription that cannot even start: the caller's fault.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AttachError {
    /// Nowhere to look for an agent, or too many places.
    #[error("{count} endpoints where 1 to {ENDPOINTS_MAX} are possible")]
    Endpoints {
        /// How many were given.
        count: usize,
    },
    /// More prefixes than agents take.
    #[error("{count} prefixes where agents take {PREFIXES_MAX}")]
    Prefixes {
        /// How many were given.
        count: usize,
    },
    /// A longer prefix than agents take.
    #[error("the prefix {prefix:?} is longer than {PREFIX_BYTES_MAX} bytes")]
    PrefixTooLong {
        /// The prefix.
        prefix: String,
    },
    /// There is no runtime to run in.
    #[error("no tokio runtime: attach from within one, with time and IO enabled")]
    NoRuntime,
}

/// Room for changes is made at once, so that not any wish can be granted.
const CHANGES_WAITING_LIMIT: usize = 1 << 20;

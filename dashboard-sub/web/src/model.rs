//! What is known of the network: one task folds it, and everybody else reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use grapevine_proto::OriginId;
use grapevine_sub::{
    Assessment, Change, Changes, Connection, Counters, Entry, Event, Fleet, FleetOptions, Host, HostChange,
    Subscription, Summary, Thresholds, Totals,
};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::{Interval, MissedTickBehavior, interval};

use crate::limits::{QUESTIONS_MAX, SNAPSHOT_INTERVAL};
use crate::metrics::Meters;
use crate::problem::Problem;

/// All hosts at one moment. Never changes; whatever is answered from one is of one moment.
#[derive(Debug)]
pub(crate) struct Snapshot {
    /// In the order of names, then of origins.
    entries: Vec<Shown>,
    /// What all hosts add up to.
    pub(crate) totals: Totals,
    /// What happened lately, the newest first.
    pub(crate) events: Arc<[Arc<Event>]>,
    /// How many events there were ever.
    pub(crate) event_count: u64,
    /// What became of all frames so far.
    pub(crate) counters: Counters,
    /// Whether an agent is there.
    pub(crate) connection: Connection,
    /// Whether an agent has told of all hosts that it knows, once.
    pub(crate) is_full: bool,
    /// When it was taken.
    pub(crate) at: Instant,
    /// The same in seconds since 1970, by this machine's clock.
    pub(crate) wall_s: f64,
}

/// A host as it is shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// Its readings.
    pub(crate) host: Arc<Host>,
    /// Its figures.
    pub(crate) summary: Arc<Summary>,
    /// How it is.
    pub(crate) assessment: Arc<Assessment>,
}

impl Snapshot {
    /// All hosts, in the order of their names, then of their origins.
    pub(crate) fn entries(&self) -> &[Shown] {
        &self.entries
    }

    /// The hosts of this name.
    pub(crate) fn named(&self, name: &str) -> &[Shown] {
        let start = self.entries.partition_point(|entry| entry.host.name().as_str() < name);
        let named = self.entries.get(start..).unwrap_or_default();
        let count = named.partition_point(|entry| entry.host.name().as_str() == name);
        named.get(..count).unwrap_or_default()
    }

    /// The host of this origin.
    pub(crate) fn of_origin(&self, origin: OriginId) -> Option<&Shown> {
        self.entries.iter().find(|entry| entry.host.origin() == origin)
    }

    /// The host whose agent is attached to: the one whose frames cross no link between agents.
    pub(crate) fn attached(&self) -> Option<&Shown> {
        self.entries.iter().find(|entry| entry.host.hops() == 0)
    }
}

impl Shown {
    fn of(entry: &Entry) -> Self {
        let Entry { host, summary, assessment, .. } = entry;
        Self { host: Arc::clone(host), summary: Arc::clone(summary), assessment: Arc::clone(assessment) }
    }
}

/// Something to be done with the fleet itself, by the task that has it.
type Question = Box<dyn FnOnce(&mut Known, Instant) + Send>;

/// What the task knows.
struct Known {
    fleet: Fleet,
    /// Sums of rates, once somebody asked for them.
    meters: Option<Meters>,
}

/// What the task publishes, and how to ask it.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    questions: mpsc::Sender<Question>,
    is_looked_at: Arc<AtomicBool>,
}

/// The model cannot be asked now: it has too many questions, or ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Busy;

impl Busy {
    /// As whoever asked is told.
    pub(crate) fn problem(self) -> Problem {
        Problem::unavailable("too many questions are being asked at once")
    }
}

impl Model {
    /// Begins to follow `subscription`, until it is dropped with the task.
    pub(crate) fn start(subscription: Subscription, thresholds: Thresholds) -> (Self, JoinHandle<()>) {
        let now = Instant::now();
        let options = FleetOptions { thresholds, ..FleetOptions::default() };
        let changes = subscription.changes();
        let attached = subscription.connection().endpoint().map(|_| now);
        let settling = Settling { attached, latest: None };
        let known = Known { fleet: Fleet::new(options, now), meters: None };
        let mut folder =
            Folder { known, changes, subscription, settling, was_attached: None, events: Arc::default() };
        let (publisher, snapshots) = watch::channel(Arc::new(folder.snapshot(now)));
        let (questions, asked) = mpsc::channel(QUESTIONS_MAX);
        let is_looked_at = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn(folder.run(publisher, asked, Arc::clone(&is_looked_at)));
        (Self { snapshots, questions, is_looked_at }, task)
    }

    /// The newest snapshot: a second old at most, and [`SNAPSHOT_INTERVAL`] while somebody looks.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.is_looked_at.store(true, Ordering::Relaxed);
        Arc::clone(&self.snapshots.borrow())
    }

    /// All snapshots from now on, beginning with the newest one.
    pub(crate) fn follow(&self) -> Follow {
        let mut snapshots = self.snapshots.clone();
        snapshots.mark_changed();
        Follow { snapshots, is_looked_at: Arc::clone(&self.is_looked_at) }
    }

    /// What `ask` says of the fleet, its past included.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Fleet, Instant) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let question: Question = Box::new(move |known, now| {
            // Whoever asked may have gone away.
            drop(answer.send(ask(&mut known.fleet, now)));
        });
        self.questions.try_send(question).map_err(|_| Busy)?;
        answered.await.map_err(|_| Busy)
    }

    /// Sums of what hosts tell as rates. They begin with the first that asks for them.
    pub(crate) async fn meters(&self) -> Result<Meters, Busy> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let question: Question = Box::new(move |known, now| {
            let hosts = known.fleet.entries().iter().map(|entry| &entry.host);
            let meters = known.meters.get_or_insert_default();
            meters.advance(hosts, now);
            drop(answer.send(meters.clone()));
        });
        self.questions.try_send(question).map_err(|_| Busy)?;
        answered.await.map_err(|_| Busy)
    }
}

/// Snapshots as they are published.
#[derive(Debug)]
pub(crate) struct Follow {
    snapshots: watch::Receiver<Arc<Snapshot>>,
    is_looked_at: Arc<AtomicBool>,
}

impl Follow {
    /// Waits for the next one, and leaves out those that were missed meanwhile. None once the server ends. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Option<Arc<Snapshot>> {
        self.is_looked_at.store(true, Ordering::Relaxed);
        self.snapshots.changed().await.ok()?;
        Some(Arc::clone(&self.snapshots.borrow_and_update()))
    }
}

/// The task's own.
struct Folder {
    known: Known,
    changes: Changes,
    subscription: Subscription,
    settling: Settling,
    /// Whether an agent was there when that was logged last.
    was_attached: Option<bool>,
    /// Those of the newest snapshot.
    events: Arc<[Arc<Event>]>,
}

impl Folder {
    async fn run(
        mut self,
        publisher: watch::Sender<Arc<Snapshot>>,
        mut asked: mpsc::Receiver<Question>,
        is_looked_at: Arc<AtomicBool>,
    ) {
        let (mut tick, mut publish) = (every(TICK), every(SNAPSHOT_INTERVAL));
        let mut is_new = false;
        loop {
            tokio::select! {
                change = self.changes.next() => match change {
                    Some(change) => {
                        self.fold(&change);
                        is_new = true;
                    }
                    None => return,
                },
                Some(question) = asked.recv() => question(&mut self.known, Instant::now()),
                _ = publish.tick() => {
                    if is_new && is_looked_at.swap(false, Ordering::Relaxed) {
                        publisher.send_replace(Arc::new(self.snapshot(Instant::now())));
                        is_new = false;
                    }
                }
                _ = tick.tick() => {
                    self.handle_tick();
                    publisher.send_replace(Arc::new(self.snapshot(Instant::now())));
                    is_new = false;
                }
            }
        }
    }

    fn fold(&mut self, change: &Change) {
        let (now, wall_s) = (Instant::now(), wall_s());
        self.settling.note(change, now);
        if let Change::Connection(connection) = change {
            self.log(connection);
        }
        match change {
            Change::Lagged(count) => {
                tracing::warn!(count, "too slow: changes were missed, the view is read again");
                self.known.fleet.resync(&self.subscription.view(), now, wall_s);
            }
            change => self.known.fleet.handle(change, now, wall_s),
        }
    }

    /// One line when an agent is found or lost, and not for each attempt.
    fn log(&mut self, connection: &Connection) {
        let is_attached = match connection {
            Connection::Connecting { .. } => return,
            Connection::Attached { .. } => true,
            Connection::Unreachable { .. } => false,
        };
        match (self.was_attached.replace(is_attached), is_attached) {
            (_, true) => tracing::info!("{connection}"),
            (Some(false), false) => {}
            (_, false) => tracing::warn!("{connection}; trying on"),
        }
    }

    fn handle_tick(&mut self) {
        let now = Instant::now();
        let Known { fleet, meters } = &mut self.known;
        fleet.handle_tick(&self.subscription.view(), now, wall_s());
        if let Some(meters) = meters {
            meters.advance(fleet.entries().iter().map(|entry| &entry.host), now);
        }
    }

    fn snapshot(&mut self, now: Instant) -> Snapshot {
        let newest = |event: &Arc<Event>| event.number + 1;
        if self.events.iter().map(newest).max().unwrap_or_default() != self.known.fleet.event_count() {
            self.events = self.known.fleet.events().cloned().collect();
        }
        Snapshot {
            entries: self.known.fleet.entries().iter().map(Shown::of).collect(),
            totals: self.known.fleet.totals(),
            events: Arc::clone(&self.events),
            event_count: self.known.fleet.event_count(),
            counters: *self.subscription.view().counters(),
            connection: self.subscription.connection(),
            is_full: self.settling.is_over(now),
            at: now,
            wall_s: wall_s(),
        }
    }
}

/// Whether an agent has told of all hosts that it knows. It tells of them at once, so that it has when no further one
/// came for a while.
#[derive(Clone, Copy, Debug)]
struct Settling {
    attached: Option<Instant>,
    latest: Option<Instant>,
}

impl Settling {
    fn note(&mut self, change: &Change, now: Instant) {
        match change {
            Change::Connection(Connection::Attached { .. }) => self.attached = self.attached.or(Some(now)),
            Change::Host { what: HostChange::Joined, .. } => self.latest = Some(now),
            _ => {}
        }
    }

    fn is_over(self, now: Instant) -> bool {
        let Some(latest) = self.latest else { return false };
        let since = |earlier: Instant| now.saturating_duration_since(earlier);
        self.attached
            .is_some_and(|attached| since(latest) >= QUIET_TIME || since(attached) >= SETTLING_TIME_MAX)
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

/// Seconds since 1970 by this machine's clock.
pub(crate) fn wall_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

const TICK: Duration = Duration::from_secs(1);
const QUIET_TIME: Duration = Duration::from_millis(200);
const SETTLING_TIME_MAX: Duration = Duration::from_secs(2);

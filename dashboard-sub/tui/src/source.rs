//! Where the hosts come from: a live network, or messages that were taken down before.

use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_sub::{Change, Changes, Connection, Follower, Record, RecordingError, Subscription, View};
use tokio::sync::mpsc;

use crate::message::Message;

/// What hosts are shown.
pub enum Source {
    /// Those of a live network.
    Live(Subscription),
    /// Those of messages with the times at which they came, in their order.
    Messages {
        /// Whether they are of real hosts.
        origin: Origin,
        /// The messages.
        messages: Messages,
        /// Seconds since 1970 on the clock on the wall when they began to come; now, if none.
        wall_s: Option<f64>,
    },
}

/// Messages with the times at which they came, in their order.
pub type Messages = Box<dyn Iterator<Item = Result<Record, RecordingError>> + Send>;

/// Where what is shown comes from. Whatever is not live is labelled, everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A network as it is now.
    Live,
    /// A recording.
    Replay,
    /// Made up.
    Demo,
}

/// A source that is being read.
pub(crate) enum Reader {
    Live { subscription: Subscription, changes: Changes },
    Messages(Box<Replayed>),
}

/// Messages that are told again in their own pace.
pub(crate) struct Replayed {
    messages: mpsc::Receiver<Result<Record, RecordingError>>,
    next: Option<Record>,
    follower: Follower,
    start: Instant,
    ended: bool,
}

impl Source {
    pub(crate) fn origin(&self) -> Origin {
        match self {
            Self::Live(_) => Origin::Live,
            Self::Messages { origin, .. } => *origin,
        }
    }

    /// How many seconds what is shown lies behind the clock on the wall, which shows `wall_s`.
    pub(crate) fn behind_s(&self, wall_s: f64) -> f64 {
        match self {
            Self::Messages { wall_s: Some(began_s), .. } => wall_s - began_s,
            Self::Messages { wall_s: None, .. } | Self::Live(_) => 0.0,
        }
    }

    pub(crate) fn read(self, now: Instant) -> Reader {
        match self {
            Self::Live(subscription) => Reader::Live { changes: subscription.changes(), subscription },
            Self::Messages { messages, .. } => Reader::Messages(Box::new(Replayed {
                messages: told_ahead(messages),
                next: None,
                follower: Follower::new(),
                start: now,
                ended: false,
            })),
        }
    }
}

impl Reader {
    /// What the user should know at first.
    pub(crate) fn connection(&self) -> Option<Connection> {
        match self {
            Self::Live { subscription, .. } => Some(subscription.connection()),
            Self::Messages(_) => None,
        }
    }

    /// All hosts as they are now.
    pub(crate) fn view(&self) -> Arc<View> {
        match self {
            Self::Live { subscription, .. } => subscription.view(),
            Self::Messages(replayed) => replayed.follower.view(),
        }
    }

    /// Waits for what happens next. Safe to cancel.
    pub(crate) async fn next(&mut self) -> Message {
        match self {
            Self::Live { subscription, changes } => match changes.next().await {
                Some(Change::Lagged(_)) => Message::Missed(subscription.view()),
                Some(change) => Message::Change(change),
                None => Message::Ended,
            },
            Self::Messages(replayed) => replayed.next().await,
        }
    }
}

impl Replayed {
    async fn next(&mut self) -> Message {
        loop {
            if let Some(change) = self.follower.poll_change() {
                return Message::Change(change);
            }
            if self.ended {
                return std::future::pending().await;
            }
            let record = match self.next.take() {
                Some(record) => record,
                None => match self.messages.recv().await {
                    Some(Ok(record)) => record,
                    Some(Err(error)) => {
                        self.ended = true;
                        return Message::Trouble(error.to_string());
                    }
                    None => {
                        self.ended = true;
                        return Message::Ended;
                    }
                },
            };
            let due = self.start + record.elapsed;
            // Kept while waiting, so that nothing is lost when the wait is cancelled.
            self.next = Some(record);
            self.wait(due).await;
            if let Some(record) = self.next.take() {
                self.follower.handle_message(&record.name, record.frame, due);
            }
        }
    }

    /// Waits until `due`, and lets hosts grow older in the meantime.
    async fn wait(&mut self, due: Instant) {
        while Instant::now() < due {
            let step = due.min(Instant::now() + TICK);
            tokio::time::sleep_until(step.into()).await;
            self.follower.handle_tick(Instant::now());
        }
    }
}

/// Reads or makes up messages on a thread of their own, so that neither a slow disk nor a large fleet holds up a key. It
/// ends with them, or when nobody wants more.
fn told_ahead(messages: Messages) -> mpsc::Receiver<Result<Record, RecordingError>> {
    let (sender, receiver) = mpsc::channel(AHEAD_MAX);
    std::thread::spawn(move || {
        for message in messages {
            if sender.blocking_send(message).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Most messages that wait for their time: some 200 KB.
const AHEAD_MAX: usize = 512;

const TICK: Duration = Duration::from_millis(250);

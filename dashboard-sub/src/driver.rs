//! The task behind a subscription: owns the links, the clock and the recording.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_proto::HISTORY_PREFIX;
use grapevine_zmtp::{
    Dial, DialAs, DialId, Endpoint, Event, Events, LinkId, Message, Net, NetConfig, ViewerKey,
};
use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval, sleep_until};

use crate::change::Change;
use crate::chooser::Chooser;
use crate::follower::Follower;
use crate::gathering::Gathering;
use crate::limits::{SILENCE_INTERVALS, TICK};
use crate::recording::{RecordError, Recorder};
use crate::subscription::{Options, Shared};

/// Keeps one link to one of the endpoints and feeds what it brings to the follower.
pub(crate) struct Driver {
    shared: Arc<Shared>,
    chooser: Chooser,
    net: Net,
    events: Events,
    prefixes: Vec<Bytes>,
    /// Endpoints that are dialled, by the dial's id; dropping a dial gives it up.
    dials: BTreeMap<DialId, (usize, Dial)>,
    link: Option<Link>,
    gathering: Gathering,
    silence_max: Duration,
    recorder: Option<Recorder>,
    recorded: Result<(), RecordError>,
}

/// The link to the attached agent.
struct Link {
    id: LinkId,
    heard: Instant,
    /// Whether silence is suspicious: a selective subscription may match no host.
    expects_messages: bool,
}

impl Driver {
    pub(crate) fn new(endpoints: Vec<Endpoint>, options: Options, shared: Arc<Shared>) -> Self {
        let dial = options.key.as_ref().map(ViewerKey::client).unwrap_or_default();
        let (net, events) = Net::new(NetConfig { dial, ..NetConfig::default() });
        Self {
            shared,
            chooser: Chooser::new(endpoints, Instant::now()),
            net,
            events,
            prefixes: options.subscribed_prefixes().into_iter().map(Bytes::from).collect(),
            dials: BTreeMap::new(),
            link: None,
            gathering: Gathering::new(Instant::now()),
            silence_max: options.silence_max,
            recorder: options.recorder,
            recorded: Ok(()),
        }
    }

    /// Runs until the sender of `ended` is dropped. Returns what became of the recording.
    pub(crate) async fn run(mut self, mut ended: oneshot::Receiver<()>) -> Result<(), RecordError> {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            self.dial_what_is_due();
            let (deadline, gathered) = (self.chooser.deadline(), self.gathering.deadline());
            tokio::select! {
                _ = &mut ended => break,
                event = self.events.recv() => match event {
                    Some(event) => self.handle_all(event, Instant::now()),
                    None => break,
                },
                _ = ticks.tick() => self.tick(Instant::now()),
                () = until(gathered) => self.fold_gathered(),
                () = until(deadline) => {}
            }
        }
        self.fold_gathered();
        self.net.shutdown(Duration::ZERO).await;
        self.record(Recorder::flush);
        self.recorded
    }

    fn dial_what_is_due(&mut self) {
        while let Some((place, endpoint)) = self.chooser.poll_dial(Instant::now()) {
            let dial = self.net.dial(endpoint, DialAs::Sub { prefixes: self.prefixes.clone() });
            self.dials.insert(dial.id(), (place, dial));
        }
    }

    /// Handles `event` and those that wait behind it, as far as messages of one batch go.
    fn handle_all(&mut self, event: Event, now: Instant) {
        let mut next = Some(event);
        while let Some(event) = next {
            self.handle(event, now);
            next = if self.gathering.has_room() { self.events.try_recv() } else { None };
        }
        if self.gathering.deadline().is_some_and(|deadline| deadline <= now) {
            self.fold_gathered();
        }
    }

    fn handle(&mut self, event: Event, now: Instant) {
        match event {
            Event::Up { link, peer } => {
                let place = peer.dial.and_then(|dial| Some(self.dials.get(&dial)?.0));
                match place {
                    Some(place) if self.chooser.handle_up(place, now) => self.attach(link, place, now),
                    // Another agent answered first.
                    _ => self.net.close(link),
                }
            }
            Event::Message { link, message } if self.is_attached(link) => self.take(&message, now),
            Event::Down { link, reason } if self.is_attached(link) => {
                self.lose(reason.to_string(), now);
            }
            Event::Unreachable { dial, reason, .. } => {
                let Some((place, _)) = self.dials.get(&dial) else { return };
                self.chooser.handle_unreachable(*place, plain(&reason), now);
                if self.link.is_none() {
                    self.shared.set_connection(self.chooser.connection());
                }
            }
            _ => {}
        }
    }

    fn attach(&mut self, link: LinkId, place: usize, now: Instant) {
        self.dials.retain(|_, (dialled, _)| *dialled == place);
        let expects_messages = self.prefixes.iter().any(Bytes::is_empty);
        self.link = Some(Link { id: link, heard: now, expects_messages });
        self.shared.set_connection(self.chooser.connection());
    }

    fn is_attached(&self, link: LinkId) -> bool {
        self.link.as_ref().is_some_and(|attached| attached.id == link)
    }

    fn lose(&mut self, reason: String, now: Instant) {
        self.fold_gathered();
        self.link = None;
        self.chooser.handle_down(reason, now);
        self.shared.set_connection(self.chooser.connection());
    }

    fn take(&mut self, message: &Message, now: Instant) {
        if let Some(link) = &mut self.link {
            link.heard = now;
            let is_past =
                message.parts().first().is_some_and(|name| name.starts_with(HISTORY_PREFIX.as_bytes()));
            link.expects_messages |= !is_past;
        }
        let [name, frame] = message.parts() else {
            self.shared.fold(Follower::handle_malformed);
            return;
        };
        self.record(|recorder| recorder.record(name, frame, now));
        self.gathering.push(name.clone(), frame.clone(), now);
    }

    fn fold_gathered(&mut self) {
        let messages = self.gathering.take();
        if !messages.is_empty() {
            self.shared.fold(|follower| follower.handle_messages(&messages, Instant::now()));
        }
    }

    fn tick(&mut self, now: Instant) {
        self.shared.fold(|follower| follower.handle_tick(now));
        self.record(Recorder::flush);
        let Some(link) = &self.link else { return };
        if link.expects_messages && now.saturating_duration_since(link.heard) > self.patience() {
            self.net.close(link.id);
            self.lose("silent".to_owned(), now);
        }
    }

    /// How long the agent may send nothing: an agent whose hosts all have long intervals is given some of them.
    fn patience(&self) -> Duration {
        let shortest_ms = self.shared.shortest_interval_ms().unwrap_or_default();
        self.silence_max.max(SILENCE_INTERVALS * Duration::from_millis(u64::from(shortest_ms)))
    }

    /// Lets the recorder do something; after an error there is no recorder any more.
    fn record(&mut self, step: impl FnOnce(&mut Recorder) -> Result<(), RecordError>) {
        let Some(recorder) = &mut self.recorder else { return };
        if let Err(error) = step(recorder) {
            let source = error.source().map_or_else(String::new, |source| format!(": {source}"));
            self.shared.tell(Change::RecordingFailed(format!("{error}{source}")));
            self.recorded = Err(error);
            self.recorder = None;
        }
    }
}

/// The system's words for an error, without its number.
fn plain(reason: &str) -> String {
    reason.split(" (os error").next().unwrap_or(reason).to_lowercase()
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

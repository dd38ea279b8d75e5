//! A host: the real engine, the real composer, and all that passes between them and the simulated world.

use std::collections::VecDeque;
use std::net::SocketAddr;

use bytes::Bytes;
use grapevine_proto::gossip::{CloseReason, Control, Engine, Input, LinkId, Output, Target};
use grapevine_proto::limits::{HOP_LIMIT, INTERVAL_MS_MIN};
use grapevine_proto::{Composer, Envelope, Frame, Identity, OriginId, OriginKey, PublicKey};

use crate::calendar::Event;
use crate::clock::{HostClock, MS, Micros, S};
use crate::ends::other;
use crate::inspector;
use crate::paths::{PORT, address_of};
use crate::random::mix;
use crate::readings::Readings;
use crate::simulation::{Simulation, number};
use crate::story;

/// A machine of the network, whether its agent runs or not.
#[derive(Debug)]
pub(crate) struct Host {
    agent: Option<Agent>,
    pub(crate) is_running: bool,
    /// Counts the starts of its agent.
    pub(crate) run: u32,
    /// The epoch of the last run.
    epoch: u32,
    pub(crate) clock: HostClock,
    pub(crate) interval: Micros,
    pub(crate) is_later_version: bool,
    /// Whether its readings are worth a frame; others only relay.
    is_speaker: bool,
    readings: Readings,
    step: u32,
    pub(crate) timer_at: Micros,
    pub(crate) publish_at: Micros,
    /// When in its interval it publishes.
    phase: Micros,
    started_at: Micros,
    /// How many origins it has heard of in this run.
    heard: usize,
    /// Until when its processor is taken, and what waits for it.
    busy_until: Micros,
    /// What each message costs of it.
    pub(crate) message_us: Micros,
    pub(crate) inbox: VecDeque<Event>,
    pub(crate) ends: Vec<usize>,
    pub(crate) seeds: Vec<usize>,
    pub(crate) dials: Vec<usize>,
}

/// A run of an agent.
#[derive(Debug)]
struct Agent {
    engine: Engine,
    composer: Composer,
    key: OriginKey,
    /// When it sends a frame out of turn, and when it did last.
    extra_at: Option<Micros>,
    extra_sent_at: Option<Micros>,
}

impl Host {
    pub(crate) fn new(host: usize, is_speaker: bool, seed: u64) -> Self {
        Self {
            agent: None,
            is_running: false,
            run: 0,
            epoch: 0,
            clock: HostClock::new(mix(seed ^ host as u64) % BOOTED_MAX, 0),
            interval: S,
            is_later_version: false,
            is_speaker,
            readings: Readings::of(host),
            step: 0,
            timer_at: Micros::MAX,
            publish_at: Micros::MAX,
            phase: 0,
            started_at: 0,
            heard: 0,
            busy_until: 0,
            message_us: 0,
            inbox: VecDeque::new(),
            ends: Vec::new(),
            seeds: Vec::new(),
            dials: Vec::new(),
        }
    }

    pub(crate) fn is_busy(&self, now: Micros) -> bool {
        now < self.busy_until
    }

    /// Takes its processor for some messages.
    pub(crate) fn work(&mut self, messages: u64, now: Micros) {
        if self.message_us > 0 {
            self.stall_until(now + messages * self.message_us);
        }
    }

    pub(crate) fn stall_until(&mut self, until: Micros) {
        self.busy_until = self.busy_until.max(until);
    }

    pub(crate) fn busy_until(&self) -> Micros {
        self.busy_until
    }

    /// How many neighbours its agent has.
    pub(crate) fn neighbours(&self) -> usize {
        self.agent.as_ref().map_or(0, |agent| agent.engine.neighbours().count())
    }

    /// The epoch of its last run.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }
}

/// The origin that a host is.
pub(crate) fn origin_of(host: usize) -> OriginId {
    key_of(host).origin()
}

fn key_of(host: usize) -> OriginKey {
    let mut seed = [0; 32];
    for (place, bytes) in (0..).zip(seed.chunks_exact_mut(8)) {
        bytes.copy_from_slice(&mix(mix(host as u64) ^ place).to_le_bytes());
    }
    OriginKey::from_seed(&seed)
}

impl Simulation {
    /// Starts a host's agent in `epoch`.
    pub(crate) fn start_agent(&mut self, host: usize, epoch: u32) {
        let key = key_of(host);
        let public = key.public();
        let (Ok(name), Ok(verifier)) = (format!("host-{host}").parse(), public.verifier()) else { return };
        let identity = Identity {
            public_key: PublicKey([0; 32]),
            host: name,
            interval_ms: u32::try_from(self.hosts[host].interval / MS).unwrap_or(u32::MAX),
            role: String::new(),
            groups: Vec::new(),
        };
        let now = self.hosts[host].clock.at(self.now);
        let engine = Engine::new(key.origin(), verifier, identity.host.clone(), epoch, now)
            .listening(PORT)
            .linking(self.degree)
            .trusting();
        let engine = if self.is_flooding { engine.flooding() } else { engine };
        let schema = u16::try_from(mix(self.seed ^ self.now ^ host as u64) & 0x7fff).unwrap_or(0);
        let composer = Composer::new(key, identity, HOP_LIMIT, epoch).numbering_schemas_after(schema);
        let composer = if self.are_critical { composer.critical() } else { composer };
        let key = key_of(host);
        let started = &mut self.hosts[host];
        started.agent = Some(Agent { engine, composer, key, extra_at: None, extra_sent_at: None });
        started.is_running = true;
        started.run += 1;
        started.epoch = epoch;
        started.started_at = self.now;
        started.heard = 0;
        started.busy_until = self.now;
        if started.is_speaker {
            started.phase = self.jitter.below(started.interval);
            self.publish_at(host, self.now + FIRST_FRAME);
        }
        self.after_input(host);
    }

    /// Ends a host's agent without a word.
    pub(crate) fn end_agent(&mut self, host: usize) {
        let ended = &mut self.hosts[host];
        ended.agent = None;
        ended.is_running = false;
        ended.timer_at = Micros::MAX;
        ended.publish_at = Micros::MAX;
        ended.inbox.clear();
        ended.dials.clear();
    }

    /// A host's agent takes leave of the network.
    pub(crate) fn take_leave(&mut self, host: usize) {
        if let Some(agent) = &mut self.hosts[host].agent
            && let Ok(frame) = agent.composer.leave()
        {
            self.publish_frame(host, frame);
        }
    }

    /// A host's interval is over, or news of its links are to go out: it publishes what it measures now.
    pub(crate) fn publish(&mut self, host: usize) {
        let speaker = &mut self.hosts[host];
        let Some(agent) = &mut speaker.agent else { return };
        if agent.extra_at.is_some_and(|at| at <= self.now) {
            agent.extra_sent_at = Some(self.now);
        }
        agent.extra_at = None;
        speaker.step += 1;
        let now = speaker.clock.at(self.now);
        agent.composer.set_links(agent.engine.links());
        let Ok(frame) = agent.composer.frame(speaker.readings.at(speaker.step).iter(), now) else { return };
        let frame = if speaker.is_later_version { agent.as_of_later_version(&frame) } else { Some(frame) };
        let interval = speaker.clock.true_length(speaker.interval);
        let beats = self.now.saturating_sub(speaker.phase) / interval + 1;
        let next = speaker.phase + beats * interval;
        self.publish_at(host, next);
        if let Some(frame) = frame {
            self.publish_frame(host, frame);
        }
        if self.hosts[host].is_later_version {
            self.say_unknown(host);
        }
    }

    /// Says something to all neighbours that only a later version understands.
    fn say_unknown(&mut self, host: usize) {
        let Some(agent) = &self.hosts[host].agent else { return };
        let ends: Vec<usize> = agent.engine.neighbours().map(|(link, _)| end_of(link)).collect();
        for end in ends {
            self.ends[end].queue.push_control(Bytes::from_static(UNKNOWN_CONTROL));
            self.queued(end);
        }
    }

    /// From now on a host publishes at that time next.
    pub(crate) fn publish_at(&mut self, host: usize, at: Micros) {
        self.hosts[host].publish_at = at;
        self.calendar.add(at, Event::Publish(number(host)));
    }

    fn publish_frame(&mut self, host: usize, frame: Frame) {
        let step = self.hosts[host].step;
        self.hosts[host].epoch = frame.position().epoch;
        self.ledger.published(host, &frame, step, &self.paths, self.now);
        self.tell(host, Input::Publish { frame });
    }

    /// A message came to a host.
    pub(crate) fn hear(&mut self, end: usize, bytes: Bytes) {
        self.narrate(|| story::of_message(end, &bytes));
        let is_frame = !Control::is_control(&bytes);
        self.measures.frames_arrived += u64::from(is_frame);
        self.tell(self.ends[end].host, Input::Message { link: link_of(end), bytes });
    }

    /// A host's engine wanted to be asked by now.
    pub(crate) fn time_out(&mut self, host: usize) {
        self.hosts[host].timer_at = Micros::MAX;
        self.tell(host, Input::Timeout);
    }

    pub(crate) fn tell_link_up(&mut self, end: usize, dialled: Option<Target>) {
        let (host, peer) = (self.ends[end].host, self.ends[other(end)].host);
        let remote = Some(address_of(peer));
        self.tell(host, Input::LinkUp { link: link_of(end), dialled, remote });
    }

    pub(crate) fn tell_link_down(&mut self, end: usize, by_peer: bool) {
        self.tell(self.ends[end].host, Input::LinkDown { link: link_of(end), by_peer });
    }

    pub(crate) fn tell_dial_failed(&mut self, host: usize, address: SocketAddr) {
        self.tell(host, Input::DialFailed { target: Target::Address(address) });
    }

    pub(crate) fn learn_round_trip(&mut self, end: usize, rtt_ms: u32) {
        self.tell(self.ends[end].host, Input::RoundTrip { link: link_of(end), rtt_ms });
    }

    /// Sends of what is owed to a neighbour as much as there is room for.
    pub(crate) fn feed(&mut self, end: usize) {
        let host = self.ends[end].host;
        let now = self.hosts[host].clock.at(self.now);
        let Some(agent) = &mut self.hosts[host].agent else { return };
        while self.ends[end].is_open
            && self.ends[end].queue.has_room()
            && let Some(frame) = agent.engine.take_owed(link_of(end), now)
        {
            self.ends[end].queue.push(frame, self.now);
        }
        self.queued(end);
    }

    fn tell(&mut self, host: usize, input: Input) {
        let now = self.hosts[host].clock.at(self.now);
        let Some(agent) = &mut self.hosts[host].agent else { return };
        agent.engine.handle(input, now);
        while let Some(output) = self.hosts[host].agent.as_mut().and_then(|agent| agent.engine.poll_output())
        {
            self.carry_out(host, output);
        }
        self.after_input(host);
    }

    /// Looks at the engine's bounds and when it wants to be asked.
    fn after_input(&mut self, host: usize) {
        let told = &mut self.hosts[host];
        let Some(agent) = &told.agent else { return };
        let due = told.clock.when(agent.engine.deadline()).max(self.now + TIMER_MIN);
        if due < told.timer_at {
            told.timer_at = due;
            self.calendar.add(due, Event::Timer(number(host)));
        }
        self.measures.held_bytes_max = self.measures.held_bytes_max.max(agent.engine.held_bytes());
        let bounds = inspector::check_bounds(host, &agent.engine);
        self.note(bounds);
    }

    fn carry_out(&mut self, host: usize, output: Output) {
        match output {
            Output::Send { link, frame } => {
                let end = end_of(link);
                if self.ends[end].is_open {
                    self.ends[end].queue.push(frame, self.now);
                    self.queued(end);
                }
            }
            Output::SendControl { link, bytes } => {
                let end = end_of(link);
                if self.ends[end].is_open {
                    let is_later = self.hosts[host].is_later_version;
                    let bytes = if is_later { greeting_of_later_version(bytes) } else { bytes };
                    self.ends[end].queue.push_control(bytes);
                    self.queued(end);
                }
            }
            Output::Feed { link } => self.feed(end_of(link)),
            Output::Dial { address } => self.dial_address(host, address),
            Output::Undial { address } => self.undial(host, address),
            Output::DialSeed { seed } => self.dial_full_seed(host, seed),
            Output::PublishSoon => self.publish_soon(host),
            Output::Died { origin } => self.found_dead(host, origin),
            Output::Deliver { frame, .. } => self.deliver(host, &frame),
            Output::Close { link, reason } => {
                self.narrate(|| format!("  host {host} closes link end {link}: {reason}"));
                match reason {
                    CloseReason::Duplicate { kept } => self.suspend(end_of(link), Some(end_of(kept))),
                    CloseReason::ToItself | CloseReason::NotAllowed | CloseReason::TurnedAway => {
                        self.suspend(end_of(link), None);
                    }
                    CloseReason::Replaced
                    | CloseReason::Malformed
                    | CloseReason::Forgery
                    | CloseReason::HelloTwice
                    | CloseReason::NoHello
                    | CloseReason::TooManyLinks
                    | CloseReason::Full => {}
                }
                self.close(end_of(link));
            }
            Output::JumpAbove { epoch } => {
                if let Some(agent) = &mut self.hosts[host].agent {
                    self.hosts[host].epoch = agent.composer.jump_above(epoch);
                }
            }
            Output::Linked { .. } | Output::KeyShared | Output::Refused { .. } => {}
        }
    }

    /// A frame comes to a host for the first time.
    fn deliver(&mut self, host: usize, frame: &Frame) {
        let delivery = match self.ledger.delivered(host, frame, &self.paths, self.now) {
            Ok(Some(delivery)) => delivery,
            Ok(None) => return,
            Err(violation) => return self.note(Err(violation)),
        };
        self.narrate(|| format!("  host {host} delivers {}", story::of_frame(frame)));
        self.measures.deliveries += 1;
        self.measures.hops += u64::from(frame.hop_count());
        self.measures.hops_max = self.measures.hops_max.max(frame.hop_count());
        if let Some(latency) = delivery.latency {
            self.measures.latency.add(latency);
        }
        self.mark(host as u64 ^ u64::from(frame.position().sequence) << 32 ^ (delivery.speaker as u64) << 16);
        if delivery.is_first {
            self.heard_of_one_more(host);
        }
        let inspected = self.inspector.delivered(host, delivery.speaker, frame, &mut self.ledger);
        self.note(inspected);
    }

    /// News of a host's links go out before its interval is over, together with what else breaks at the same time.
    fn publish_soon(&mut self, host: usize) {
        let speaker = &mut self.hosts[host];
        let Some(agent) = speaker.agent.as_mut().filter(|_| speaker.is_speaker) else { return };
        let soon = self.now + EXTRA_FRAME;
        let spaced = agent.extra_sent_at.map_or(soon, |at| at + Micros::from(INTERVAL_MS_MIN) * MS);
        let at = *agent.extra_at.get_or_insert(soon.max(spaced));
        if at + EXTRA_FRAME < speaker.publish_at {
            self.publish_at(host, at);
        }
    }

    /// A host takes another one for dead.
    fn found_dead(&mut self, host: usize, origin: OriginId) {
        self.narrate(|| format!("  host {host} takes {origin} for dead"));
        let Some(dead) = self.ledger.host_of(origin) else { return };
        match self.died_at[dead] {
            Some(died_at) if died_at >= self.counted_from => {
                self.measures.death_known.add(self.now - died_at);
            }
            Some(_) => {}
            // Who has just come back need not be known to be back yet.
            None if self.hosts[dead].is_running && self.now - self.hosts[dead].started_at > S => {
                self.measures.false_deaths += 1;
            }
            None => {}
        }
        self.mark((host as u64) << 32 ^ dead as u64);
    }

    fn heard_of_one_more(&mut self, host: usize) {
        let joiner = &mut self.hosts[host];
        joiner.heard += 1;
        let (heard, took) = (joiner.heard, self.now - joiner.started_at);
        if heard == self.speakers_running - usize::from(joiner.is_speaker) {
            self.joins.push(took);
        }
    }
}

impl Agent {
    /// The frame as a later version might send it: with a section that nobody knows, and sealed again.
    fn as_of_later_version(&self, frame: &Frame) -> Option<Frame> {
        let envelope = Envelope {
            kind: frame.kind(),
            hop_limit: frame.hop_limit(),
            position: frame.position(),
            schema: frame.schema(),
            is_critical: frame.is_critical(),
        };
        envelope.seal(&self.key, &[frame.body(), &UNKNOWN_SECTION].concat()).ok()
    }
}

/// A control message as a later version might send it.
fn greeting_of_later_version(bytes: Bytes) -> Bytes {
    match Control::decode(&bytes) {
        Some(Control::Hello(mut hello)) => {
            hello.protocol += 1;
            Control::Hello(hello).encode()
        }
        _ => bytes,
    }
}

fn link_of(end: usize) -> LinkId {
    LinkId(end as u64)
}

fn end_of(link: LinkId) -> usize {
    usize::try_from(link.0).unwrap_or(usize::MAX)
}

/// Hosts have been up for up to a day when the network comes together.
const BOOTED_MAX: Micros = 86_400 * S;

/// When an agent that starts sends its first frame, and how long a frame out of turn waits: `agent/src/run.rs`.
const FIRST_FRAME: Micros = 300 * MS;
const EXTRA_FRAME: Micros = 50 * MS;

/// Kind 200, two bytes long.
const UNKNOWN_SECTION: [u8; 5] = [200, 2, 0, 1, 2];

/// What a later version might say to its neighbours once a second: a control message of an unknown number.
const UNKNOWN_CONTROL: &[u8] = &[0, 250, 1, 2];

/// A timer is never due at once: an engine that asks for that must not stop the world.
const TIMER_MIN: Micros = 10;

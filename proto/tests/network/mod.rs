//! A network of engines in one process: every link is a first-in first-out queue, and the test decides which moves.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use grapevine_proto::gossip::{
    CloseReason, Control, Engine, Hello, Input, LinkId, Output, RefuseReason, Target,
};
use grapevine_proto::{
    Composer, Frame, Identity, Labels, Metric, MetricRef, Moment, OriginId, OriginKey, Position, PublicKey,
    Reading, Scale, State, Unit, Value,
};

static VALUE: Metric = Metric::gauge(400, "test.value", Unit::COUNT, Scale::Whole, "Test.");

pub(crate) struct Agent {
    pub(crate) engine: Engine,
    pub(crate) composer: Composer,
    /// Everything delivered to this agent's subscribers.
    pub(crate) delivered: Vec<Frame>,
    pub(crate) closed: Vec<CloseReason>,
    /// The hosts that it found dead.
    pub(crate) died: Vec<OriginId>,
    pub(crate) refused: Vec<RefuseReason>,
    /// The epochs that it was told to jump above.
    pub(crate) jumps: Vec<u32>,
    /// How often it was told that another agent has its key.
    pub(crate) key_warnings: usize,
}

#[derive(Default)]
pub(crate) struct Network {
    pub(crate) agents: Vec<Agent>,
    pub(crate) now: Moment,
    next_link: u64,
    /// Which agent holds a link, and the link at its other end.
    ends: BTreeMap<LinkId, (usize, LinkId)>,
    /// What is under way to the agent that holds the link.
    wires: BTreeMap<LinkId, VecDeque<Bytes>>,
    /// Agents whose messages get lost, and those to them.
    swallowed: BTreeSet<usize>,
}

impl Network {
    pub(crate) fn of(count: u8) -> Self {
        let mut network = Self::default();
        for seed in 1..=count {
            network.start(seed, 1);
        }
        network
    }

    /// Starts an agent whose key and name follow from `seed`; returns its number.
    pub(crate) fn start(&mut self, seed: u8, epoch: u32) -> usize {
        self.agents.push(agent(seed, epoch, 32, self.now));
        self.agents.len() - 1
    }

    /// Starts the agent `who` anew, without a memory, its links cut.
    pub(crate) fn restart(&mut self, who: usize, seed: u8, epoch: u32) {
        for link in self.links_of(who) {
            self.cut(link);
        }
        self.agents[who] = agent(seed, epoch, 32, self.now);
    }

    /// Opens a link that `from` dialled.
    pub(crate) fn connect(&mut self, from: usize, to: usize) {
        let (near, far) = (LinkId(self.next_link), LinkId(self.next_link + 1));
        self.next_link += 2;
        for (end, other, who) in [(near, far, from), (far, near, to)] {
            self.ends.insert(end, (who, other));
            self.wires.insert(end, VecDeque::new());
        }
        self.tell(from, Input::LinkUp { link: near, dialled: Some(Target::Seed(0)), remote: None });
        self.tell(to, Input::LinkUp { link: far, dialled: None, remote: None });
    }

    /// Breaks a link as the end of a process does: what is under way is lost.
    pub(crate) fn cut(&mut self, link: LinkId) {
        self.end(link, true);
    }

    /// Breaks a link as the end of a path does.
    pub(crate) fn silence(&mut self, link: LinkId) {
        self.end(link, false);
    }

    fn end(&mut self, link: LinkId, by_peer: bool) {
        let Some((who, other)) = self.ends.remove(&link) else { return };
        self.wires.remove(&link);
        self.tell(who, Input::LinkDown { link, by_peer });
        self.end(other, by_peer);
    }

    /// Loses all messages to and from an agent from now on, without a word to anybody.
    pub(crate) fn swallow(&mut self, who: usize) {
        self.swallowed.insert(who);
    }

    /// The agent at the other end of a link.
    pub(crate) fn other_end(&self, link: LinkId) -> Option<usize> {
        let (_, other) = self.ends.get(&link)?;
        Some(self.ends.get(other)?.0)
    }

    /// The agent `who` hears a frame from a stranger whose link is gone at once.
    pub(crate) fn overhear(&mut self, who: usize, frame: &Frame) {
        let link = LinkId(self.next_link);
        self.next_link += 1;
        let hello = Hello::new(OriginId(link.0), 1, "stranger".parse().unwrap());
        self.tell(who, Input::LinkUp { link, dialled: None, remote: None });
        self.tell(who, Input::Message { link, bytes: Control::Hello(hello).encode() });
        self.tell(who, Input::Message { link, bytes: frame.bytes().clone() });
        self.tell(who, Input::LinkDown { link, by_peer: true });
    }

    /// The agent `who` publishes a frame that says which neighbours it has and has lost.
    pub(crate) fn say_links(&mut self, who: usize) {
        let links = self.agents[who].engine.links();
        self.agents[who].composer.set_links(links);
        self.publish_now(who, 0);
    }

    /// The frames of the agent `who`, which has sent none, take two paths.
    pub(crate) fn make_critical(&mut self, who: usize) {
        let Agent { composer, .. } = agent(u8::try_from(who).unwrap() + 1, 1, 32, self.now);
        self.agents[who].composer = composer.critical();
    }

    pub(crate) fn links_of(&self, who: usize) -> Vec<LinkId> {
        self.ends.iter().filter(|(_, (holder, _))| *holder == who).map(|(link, _)| *link).collect()
    }

    /// A second passes, and the agent `who` publishes a reading of `value`.
    pub(crate) fn publish(&mut self, who: usize, value: u32) -> Frame {
        self.pass_ms(1000);
        self.publish_now(who, value)
    }

    /// Time passes, and nobody notices.
    pub(crate) fn wait_ms(&mut self, milliseconds: u64) {
        self.now = self.now.after_ms(milliseconds);
    }

    /// Time passes. Whatever is under way arrives at once, and so does what the agents say when their deadlines pass.
    pub(crate) fn pass_ms(&mut self, milliseconds: u64) {
        let end = self.now.after_ms(milliseconds);
        loop {
            self.settle();
            let due = self.agents.iter().map(|agent| agent.engine.deadline()).min();
            let Some(due) = due.filter(|due| *due <= end) else { break };
            self.now = due;
        }
        self.now = end;
    }

    /// The agent `who` publishes a reading of `value`.
    pub(crate) fn publish_now(&mut self, who: usize, value: u32) -> Frame {
        let frame = self.compose(who, value);
        self.tell(who, Input::Publish { frame: frame.clone() });
        frame
    }

    /// The agent `who` takes leave.
    pub(crate) fn leave(&mut self, who: usize) -> Frame {
        let frame = self.agents[who].composer.leave().unwrap();
        self.tell(who, Input::Publish { frame: frame.clone() });
        frame
    }

    /// The next frame of the agent `who`, which it does not publish.
    pub(crate) fn compose(&mut self, who: usize, value: u32) -> Frame {
        let reading = Reading {
            metric: MetricRef::Known(&VALUE),
            labels: Labels::default(),
            state: State::Present(Value::Number(value.into())),
        };
        self.agents[who].composer.frame([&reading].into_iter(), self.now).unwrap()
    }

    /// Lets everything under way arrive, and all deadlines that have passed be kept.
    pub(crate) fn settle(&mut self) {
        loop {
            while self.step(0) {}
            let due = |agent: &Agent| agent.engine.deadline() <= self.now;
            let Some(who) = self.agents.iter().position(due) else { break };
            self.tell(who, Input::Timeout);
        }
    }

    /// Lets the oldest message on one of the links that carry any arrive. False if none does.
    pub(crate) fn step(&mut self, choice: usize) -> bool {
        let busy: Vec<LinkId> =
            self.wires.iter().filter(|(_, wire)| !wire.is_empty()).map(|(link, _)| *link).collect();
        if busy.is_empty() {
            return false;
        }
        let link = busy[choice % busy.len()];
        let bytes = self.wires.get_mut(&link).unwrap().pop_front().unwrap();
        let (who, _) = self.ends[&link];
        self.tell(who, Input::Message { link, bytes });
        true
    }

    /// Puts bytes on the wire towards `who`, as if its neighbour on `link` had sent them.
    pub(crate) fn inject(&mut self, link: LinkId, bytes: Bytes) {
        self.wires.get_mut(&link).unwrap().push_back(bytes);
    }

    pub(crate) fn origin(&self, who: usize) -> OriginId {
        OriginId::of(&self.agents[who].composer.identity().public_key)
    }

    /// Where the newest frame of `origin` stands that `who` delivered.
    pub(crate) fn newest(&self, who: usize, origin: OriginId) -> Option<Position> {
        self.agents[who].delivered.iter().filter(|frame| frame.origin() == origin).map(Frame::position).max()
    }

    fn tell(&mut self, who: usize, input: Input) {
        self.agents[who].engine.handle(input, self.now);
        while let Some(output) = self.agents[who].engine.poll_output() {
            self.carry_out(who, output);
        }
    }

    fn carry_out(&mut self, who: usize, output: Output) {
        match output {
            Output::Send { link, frame } => self.send(link, frame.bytes().clone()),
            Output::SendControl { link, bytes } => self.send(link, bytes),
            Output::Feed { link } => {
                while let Some(frame) = self.agents[who].engine.take_owed(link, self.now) {
                    self.send(link, frame.bytes().clone());
                }
            }
            Output::Dial { address } => {
                self.tell(who, Input::DialFailed { target: Target::Address(address) });
            }
            Output::Linked { .. } | Output::Undial { .. } | Output::DialSeed { .. } | Output::PublishSoon => {
            }
            Output::Died { origin } => self.agents[who].died.push(origin),
            Output::Deliver { frame, .. } => self.agents[who].delivered.push(frame),
            Output::Close { link, reason } => {
                self.agents[who].closed.push(reason);
                self.cut(link);
            }
            Output::JumpAbove { epoch } => {
                self.agents[who].composer.jump_above(epoch);
                self.agents[who].jumps.push(epoch);
            }
            Output::KeyShared => self.agents[who].key_warnings += 1,
            Output::Refused { reason, .. } => self.agents[who].refused.push(reason),
        }
    }

    fn send(&mut self, link: LinkId, bytes: Bytes) {
        if let Some((from, other)) = self.ends.get(&link)
            && !self.swallowed.contains(from)
            && !self.ends.get(other).is_some_and(|(to, _)| self.swallowed.contains(to))
            && let Some(wire) = self.wires.get_mut(other)
        {
            wire.push_back(bytes);
        }
    }
}

/// An agent whose key and name follow from `seed`.
pub(crate) fn agent(seed: u8, epoch: u32, hop_limit: u8, now: Moment) -> Agent {
    let key = OriginKey::from_seed(&[seed; 32]);
    let (own, public) = (key.origin(), key.public());
    let identity = Identity {
        public_key: PublicKey([0; 32]),
        host: format!("host-{seed}").parse().unwrap(),
        interval_ms: 1000,
        role: String::new(),
        groups: Vec::new(),
    };
    Agent {
        engine: Engine::new(own, public.verifier().unwrap(), identity.host.clone(), epoch, now).linking(0),
        composer: Composer::new(key, identity, hop_limit, epoch),
        delivered: Vec::new(),
        closed: Vec::new(),
        died: Vec::new(),
        refused: Vec::new(),
        jumps: Vec::new(),
        key_warnings: 0,
    }
}

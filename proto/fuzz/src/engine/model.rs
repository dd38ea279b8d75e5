//! What the engine may do, and what it must.
//!
//! The model knows which links are up, what each neighbour said it is, and which frames were delivered. It says *may*
//! where a limit could have dropped a frame: it expects delivery only from a calm network.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

use grapevine_proto::gossip::{Announcement, Control, Engine, Have, Input, LinkId, Output, Target};
use grapevine_proto::limits::{DIALS_MAX, ORIGIN_FORGET_MS};
use grapevine_proto::{Frame, FrameKind, Moment, OriginId, Position};

use super::neighbour::Neighbour;
use super::network::{HOSTS, is_genuine, own};

#[derive(Default)]
pub(super) struct Model {
    /// Links that are up, and their neighbours once they have said HELLO.
    links: BTreeMap<LinkId, Option<Neighbour>>,
    /// Agents that are being dialled.
    dials: BTreeSet<SocketAddr>,
    origins: BTreeMap<OriginId, Delivered>,
    /// When frames of an origin came, genuine or not.
    arrivals: BTreeMap<OriginId, Vec<Moment>>,
    /// What was sent to a link.
    sent: BTreeSet<(LinkId, OriginId, Position)>,
    bad_messages: usize,
    /// What the engine was told last.
    step: Step,
}

/// What was delivered of one origin.
struct Delivered {
    positions: BTreeSet<Position>,
    keyframe: Position,
    /// The newest delta or leave.
    later: Option<Position>,
    /// Whether the newest frame that is held may go further.
    may_go_on: bool,
    at: Moment,
}

/// What came of one input.
#[derive(Default)]
struct Step {
    ingress: Option<LinkId>,
    /// The frame that came or was published, if its bytes are one.
    frame: Option<Frame>,
    /// Whether it has to be delivered.
    is_news: bool,
    delivered: usize,
    sent_to: BTreeSet<LinkId>,
    /// The neighbours that are to be sent it, as things were when it came.
    must_get: BTreeSet<LinkId>,
    /// What a neighbour is to be sent because it grafted.
    wanted: Vec<(LinkId, OriginId)>,
    fed: BTreeSet<(LinkId, OriginId)>,
}

impl Model {
    /// Takes note of what the engine is about to be told.
    pub(super) fn begin(&mut self, input: &Input, now: Moment) {
        self.step = Step::default();
        match input {
            Input::LinkUp { link, dialled, .. } => {
                self.links.insert(*link, None);
                if let Some(Target::Address(address)) = dialled {
                    self.dials.remove(address);
                }
            }
            Input::LinkDown { link, .. } => drop(self.links.remove(link)),
            Input::DialFailed { target: Target::Address(address) } => drop(self.dials.remove(address)),
            Input::Message { link, bytes } => {
                self.step.ingress = Some(*link);
                match (Control::decode(bytes), Have::decode(bytes)) {
                    (Some(control), _) => self.heard(*link, &control, now),
                    (_, Some(announcements)) => {
                        if let Some(neighbour) = self.neighbour_mut(*link) {
                            announcements
                                .flatten()
                                .for_each(|have| neighbour.announces(have.alias, have.low));
                        }
                    }
                    (None, None) => {
                        self.step.frame = Frame::parse(bytes.clone()).ok();
                        self.step.is_news = self.is_news(*link, now);
                        self.arrived(*link, now);
                    }
                }
            }
            Input::Publish { frame } => self.step.frame = Some(frame.clone()),
            Input::RoundTrip { .. } | Input::DialFailed { .. } | Input::Heard { .. } | Input::Timeout => {}
        }
        if let Some(frame) = &self.step.frame {
            let must_get = |neighbour: &Neighbour| neighbour.must_get(frame.origin(), frame.position());
            let all = self.neighbours().filter(|(_, neighbour)| must_get(neighbour));
            self.step.must_get = all.map(|(link, _)| link).collect();
        }
    }

    /// Checks something that the engine wants done.
    pub(super) fn output(&mut self, output: &Output, now: Moment) {
        match output {
            Output::Deliver { host, frame } => {
                let known = HOSTS.iter().find(|known| known.origin == frame.origin());
                assert_eq!(known.map(|known| &known.name), Some(host), "another host's frame");
                self.delivered(frame, now);
            }
            Output::Send { link, frame } => self.sent(*link, frame),
            Output::SendControl { link, bytes } => {
                assert!(self.links.contains_key(link), "a word to {link}, which is not up");
                self.said(*link, bytes);
            }
            Output::Dial { address } => {
                assert!(self.dials.insert(*address), "{address} is dialled twice");
                assert!(self.dials.len() <= DIALS_MAX, "{} dials", self.dials.len());
            }
            Output::Undial { address } => {
                assert!(self.dials.remove(address), "{address} is not dialled");
            }
            Output::Feed { link } => {
                assert!(self.is_introduced(*link), "frames for {link}, which is not a neighbour's");
            }
            Output::Close { link, .. } => {
                let is_there = self.links.remove(link).is_some();
                assert!(is_there || self.step.ingress == Some(*link), "closes {link}, which is not up");
            }
            // All else moves neither frames nor links.
            _ => {}
        }
    }

    /// Checks that the engine has done all that it must.
    pub(super) fn end(&mut self, now: Moment) {
        let Step { ingress, frame, is_news, delivered, sent_to, must_get, wanted, fed } =
            std::mem::take(&mut self.step);
        assert!(delivered <= 1, "a frame is delivered {delivered} times");
        assert!(delivered == 1 || !is_news, "news is not delivered at {now:?}: {frame:?}");
        let goes_on = frame.as_ref().filter(|frame| delivered == 1 && frame.hop_count() < frame.hop_limit());
        assert!(goes_on.is_some() || sent_to.is_empty(), "no news, and yet sent");
        assert!(ingress.is_none_or(|ingress| !sent_to.contains(&ingress)), "sent back");
        if goes_on.is_some() {
            let is_up = |link: &&LinkId| self.is_introduced(**link) && Some(**link) != ingress;
            let missed: Vec<&LinkId> = must_get.difference(&sent_to).filter(is_up).collect();
            assert!(missed.is_empty(), "{missed:?} miss news");
        }
        for (link, origin) in wanted {
            let is_fed = fed.contains(&(link, origin)) || !self.is_introduced(link);
            assert!(is_fed, "{origin} was grafted on {link} and does not come");
        }
        self.check_trees(now);
    }

    /// Checks a frame that is sent because it was owed.
    pub(super) fn fed(&mut self, link: LinkId, frame: &Frame) {
        assert!(is_genuine(frame), "a forgery is sent on");
        assert!(frame.hop_count() <= frame.hop_limit(), "beyond the hop limit");
        let origin = frame.origin();
        let newest = self.origins.get(&origin).and_then(|known| known.positions.last()).copied();
        assert!(Some(frame.position()) <= newest, "a frame that nobody delivered");
        self.step.fed.insert((link, origin));
        let Some(neighbour) = self.neighbour_mut(link) else { unreachable!("{link} is not a neighbour's") };
        neighbour.gets(origin, newest.unwrap_or_default());
    }

    /// Checks that the engine has just these neighbours.
    pub(super) fn check_links(&self, engine: &Engine) {
        let links: Vec<LinkId> = engine.neighbours().map(|(link, _)| link).collect();
        assert!(self.neighbours().map(|(link, _)| link).eq(links), "others are neighbours");
        let origins: BTreeSet<OriginId> = self.neighbours().map(|(_, neighbour)| neighbour.origin).collect();
        assert!(engine.links().up.into_iter().eq(origins), "others are said to be neighbours");
    }

    /// Checks that the engine asked at least one neighbour not to prune an origin, or none.
    fn check_trees(&self, now: Moment) {
        let is_known = |known: &Delivered| now.since(known.at) < ORIGIN_FORGET_MS;
        let others =
            self.origins.iter().filter(|(origin, known)| **origin != own().origin && is_known(known));
        for (origin, _) in others {
            let mut neighbours = self.neighbours().peekable();
            let is_fed = neighbours.peek().is_none()
                || neighbours.any(|(_, neighbour)| !neighbour.is_pruned.contains(origin));
            assert!(is_fed, "{origin} is pruned on all links");
        }
    }

    /// A neighbour says something that is no frame.
    fn heard(&mut self, link: LinkId, control: &Control, now: Moment) {
        let is_known = |origin: OriginId| {
            self.origins.get(&origin).is_some_and(|known| now.since(known.at) < ORIGIN_FORGET_MS)
        };
        let known: BTreeSet<OriginId> =
            self.origins.keys().copied().filter(|origin| is_known(*origin)).collect();
        match (control, self.links.get_mut(&link)) {
            (Control::Hello(hello), Some(neighbour @ None)) => *neighbour = Some(Neighbour::new(hello)),
            (Control::Trees(trees), Some(Some(neighbour))) => {
                let grafted = neighbour.says(trees, |origin| known.contains(&origin));
                for (origin, held) in grafted {
                    let newest =
                        self.origins.get(&origin).filter(|of| known.contains(&origin) && of.may_go_on);
                    if newest.is_some_and(|known| known.positions.last() > Some(&held)) {
                        self.step.wanted.push((link, origin));
                    }
                }
            }
            _ => {}
        }
    }

    /// The engine says something to a neighbour.
    fn said(&mut self, link: LinkId, bytes: &[u8]) {
        if let Some(announcements) = Have::decode(bytes) {
            let Some(neighbour) = self.neighbour_mut(link) else {
                unreachable!("{link} is not a neighbour's")
            };
            let all: Option<Vec<Announcement>> = announcements.collect();
            let are_known = all.is_some_and(|all| all.iter().all(|have| neighbour.knows(have.alias)));
            assert!(are_known, "an announcement that the neighbour cannot understand");
            return;
        }
        let Some(control) = Control::decode(bytes) else { unreachable!("a word that is none") };
        if let Control::Trees(trees) = control {
            let Some(neighbour) = self.neighbour_mut(link) else {
                unreachable!("{link} is not a neighbour's")
            };
            for origin in neighbour.hears(&trees) {
                let brings = |neighbour: &Neighbour| {
                    neighbour.brought.contains(&origin) && !neighbour.is_pruned.contains(&origin)
                };
                let has_other =
                    self.neighbours().any(|(other, neighbour)| other != link && brings(neighbour));
                assert!(has_other || origin == own().origin, "{origin} comes by no other link than {link}");
            }
        }
    }

    /// Checks that what the engine holds for newcomers is the newest that it delivered.
    pub(super) fn check_held(&self, engine: &Engine, now: Moment) {
        let mut after = None;
        while let Some(held) = engine.held_after(after) {
            assert!(after < Some(held.origin), "origins out of order");
            after = Some(held.origin);
            let Some(delivered) = self.origins.get(&held.origin) else {
                unreachable!("{} is held and was not delivered", held.origin)
            };
            let frames: Vec<Frame> = held.frames(now).collect();
            assert!(frames.iter().all(is_genuine), "a forgery is held");
            if now.since(delivered.at) < ORIGIN_FORGET_MS {
                let later = delivered.later.filter(|later| *later > delivered.keyframe);
                let expected = [delivered.keyframe].into_iter().chain(later);
                assert!(frames.iter().map(Frame::position).eq(expected), "{frames:?} are not the newest");
            }
        }
    }

    /// Whether the link is up and its neighbour has said HELLO.
    pub(super) fn is_introduced(&self, link: LinkId) -> bool {
        self.links.get(&link).is_some_and(Option::is_some)
    }

    fn neighbours(&self) -> impl Iterator<Item = (LinkId, &Neighbour)> {
        self.links.iter().filter_map(|(link, neighbour)| Some((*link, neighbour.as_ref()?)))
    }

    fn neighbour_mut(&mut self, link: LinkId) -> Option<&mut Neighbour> {
        self.links.get_mut(&link)?.as_mut()
    }

    /// Whether the frame that comes must be delivered.
    fn is_news(&self, link: LinkId, now: Moment) -> bool {
        let Some(frame) = self.step.frame.as_ref().filter(|frame| is_genuine(frame)) else { return false };
        let (origin, position) = (frame.origin(), frame.position());
        let is_next = match self.origins.get(&origin) {
            Some(known) => {
                let newest = known.positions.last().copied().unwrap_or_default();
                now.since(known.at) < ORIGIN_FORGET_MS && newest.epoch == position.epoch && newest < position
            }
            None => frame.kind() == FrameKind::Keyframe,
        };
        let is_far = position.epoch > FAR || position.sequence > FAR;
        self.is_introduced(link)
            && is_next
            && !is_far
            && origin != own().origin
            && self.bad_messages <= BAD_MESSAGES_MAX
            && self.is_calm(origin, now)
    }

    fn is_calm(&self, origin: OriginId, now: Moment) -> bool {
        let arrivals = self.arrivals.get(&origin).map_or(&[][..], Vec::as_slice);
        arrivals.iter().filter(|at| now.since(**at) < CALM_MS).count() <= CALM_FRAMES_MAX
    }

    fn arrived(&mut self, link: LinkId, now: Moment) {
        let Some(frame) = &self.step.frame else {
            self.bad_messages += 1;
            return;
        };
        let (origin, position) = (frame.origin(), frame.position());
        self.arrivals.entry(origin).or_default().push(now);
        self.bad_messages += usize::from(!is_genuine(frame) || frame.hop_count() > frame.hop_limit());
        if let Some(neighbour) = self.neighbour_mut(link) {
            neighbour.gets(origin, position);
            neighbour.brought.insert(origin);
        }
    }

    fn delivered(&mut self, frame: &Frame, now: Moment) {
        let position = frame.position();
        let came = self.step.frame.as_ref().map(crate::frame::signed);
        assert_eq!(came, Some(crate::frame::signed(frame)), "another frame than came is delivered");
        assert!(is_genuine(frame), "a forgery is delivered");
        self.step.delivered += 1;
        let is_keyframe = frame.kind() == FrameKind::Keyframe;
        let known = self.origins.get_mut(&frame.origin());
        let Some(known) = known.filter(|known| now.since(known.at) < ORIGIN_FORGET_MS || !is_keyframe) else {
            assert!(is_keyframe, "delivered without a key");
            let positions = BTreeSet::from([position]);
            let may_go_on = frame.hop_count() < frame.hop_limit();
            let delivered = Delivered { positions, keyframe: position, later: None, may_go_on, at: now };
            self.links.values_mut().flatten().for_each(|neighbour| neighbour.is_met(frame.origin()));
            self.sent.retain(|(_, origin, _)| *origin != frame.origin());
            return drop(self.origins.insert(frame.origin(), delivered));
        };
        let newest = known.positions.last().copied().unwrap_or_default();
        let is_old = position.epoch < newest.epoch
            || position.epoch == newest.epoch && position.sequence.saturating_add(WINDOW) <= newest.sequence;
        assert!(!is_old, "{position:?} is delivered after {newest:?}");
        assert!(known.positions.insert(position), "{position:?} is delivered twice");
        known.at = now;
        if newest.epoch < position.epoch {
            self.links.values_mut().flatten().for_each(|neighbour| neighbour.forget_name(frame.origin()));
        }
        match frame.kind() {
            FrameKind::Keyframe => known.keyframe = known.keyframe.max(position),
            FrameKind::Delta | FrameKind::Leave => known.later = known.later.max(Some(position)),
            FrameKind::Unknown(_) => {}
        }
        if Some(position) == known.later.max(Some(known.keyframe)) {
            known.may_go_on = frame.hop_count() < frame.hop_limit();
        }
    }

    fn sent(&mut self, link: LinkId, frame: &Frame) {
        let Some(neighbour) = self.neighbour_mut(link) else { unreachable!("{link} is not a neighbour's") };
        assert!(neighbour.may_get(frame.origin()), "{link} pruned that");
        neighbour.gets(frame.origin(), frame.position());
        assert!(is_genuine(frame), "a forgery is sent on");
        let news = (link, frame.origin(), frame.position());
        assert!(self.sent.insert(news), "sent twice");
        assert!(self.step.sent_to.insert(link), "two frames for one");
        let Some(came) = &self.step.frame else { unreachable!("a frame is sent of itself") };
        assert_eq!(u16::from(frame.hop_count()), u16::from(came.hop_count()) + 1, "hop count");
        assert!(frame.hop_count() <= frame.hop_limit(), "beyond the hop limit");
        assert!(frame.age_ms() >= came.age_ms(), "the frame grew younger");
    }
}

/// A frame of the newest epoch is old by so many (PROTOCOL.md, section 3).
const WINDOW: u32 = 64;

/// Positions beyond this leave little room for later ones; an engine may refuse them.
const FAR: u32 = u32::MAX / 2;

/// A network is calm towards an origin if so few of its frames have come in so many milliseconds...
const CALM_FRAMES_MAX: usize = 2;
const CALM_MS: u64 = 10_000;

/// ...and so few messages were forged or damaged in all.
const BAD_MESSAGES_MAX: usize = 4;

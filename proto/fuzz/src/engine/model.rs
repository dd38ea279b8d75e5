//! What the engine may do, and what it must.
//!
//! The model knows which links are up, what each neighbour said it is, and which frames were delivered. It says *may*
//! where a limit could have dropped a frame: it expects delivery only from a calm network.

use std::collections::{BTreeMap, BTreeSet};

use grapevine_proto::gossip::{Control, Engine, Have, Input, LinkId, Output};
use grapevine_proto::limits::ORIGIN_FORGET_MS;
use grapevine_proto::{Frame, FrameKind, Moment, OriginId, Position};

use super::network::{HOSTS, is_genuine, own};

#[derive(Default)]
pub(super) struct Model {
    /// Links that are up, and whether their neighbours have said HELLO.
    links: BTreeMap<LinkId, bool>,
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
}

impl Model {
    /// Takes note of what the engine is about to be told.
    pub(super) fn begin(&mut self, input: &Input, now: Moment) {
        self.step = Step::default();
        match input {
            Input::LinkUp { link, .. } => drop(self.links.insert(*link, false)),
            Input::LinkDown { link } => drop(self.links.remove(link)),
            Input::Message { link, bytes } => {
                self.step.ingress = Some(*link);
                match Control::decode(bytes) {
                    Some(Control::Hello(_)) => {
                        self.links.entry(*link).and_modify(|introduced| *introduced = true);
                    }
                    Some(_) => {}
                    None => {
                        self.step.frame = Frame::parse(bytes.clone()).ok();
                        self.step.is_news = self.is_news(*link, now);
                        self.arrived(now);
                    }
                }
            }
            Input::Publish { frame } => self.step.frame = Some(frame.clone()),
            Input::RoundTrip { .. } | Input::DialFailed { .. } | Input::Heard { .. } | Input::Timeout => {}
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
                let is_word = Control::decode(bytes).is_some() || Have::decode(bytes).is_some();
                assert!(is_word, "a word that is none");
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
        let Step { ingress, frame, is_news, delivered, sent_to } = std::mem::take(&mut self.step);
        assert!(delivered <= 1, "a frame is delivered {delivered} times");
        assert!(delivered == 1 || !is_news, "news is not delivered at {now:?}: {frame:?}");
        let expected: BTreeSet<LinkId> = match frame {
            Some(frame) if delivered == 1 && frame.hop_count() < frame.hop_limit() => {
                let links = self.links.iter().filter(|(_, introduced)| **introduced);
                links.map(|(link, _)| *link).filter(|link| Some(*link) != ingress).collect()
            }
            Some(_) | None => BTreeSet::new(),
        };
        assert!(sent_to.is_subset(&expected), "a frame goes to neighbours other than the one it came from");
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
        self.links.get(&link) == Some(&true)
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

    fn arrived(&mut self, now: Moment) {
        match &self.step.frame {
            Some(frame) => {
                self.arrivals.entry(frame.origin()).or_default().push(now);
                self.bad_messages += usize::from(!is_genuine(frame));
            }
            None => self.bad_messages += 1,
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
            let delivered = Delivered { positions, keyframe: position, later: None, at: now };
            return drop(self.origins.insert(frame.origin(), delivered));
        };
        let newest = known.positions.last().copied().unwrap_or_default();
        let is_old = position.epoch < newest.epoch
            || position.epoch == newest.epoch && position.sequence.saturating_add(WINDOW) <= newest.sequence;
        assert!(!is_old, "{position:?} is delivered after {newest:?}");
        assert!(known.positions.insert(position), "{position:?} is delivered twice");
        known.at = now;
        match frame.kind() {
            FrameKind::Keyframe => known.keyframe = known.keyframe.max(position),
            FrameKind::Delta | FrameKind::Leave => known.later = known.later.max(Some(position)),
            FrameKind::Unknown(_) => {}
        }
    }

    fn sent(&mut self, link: LinkId, frame: &Frame) {
        assert!(self.is_introduced(link), "a frame for {link}, which is not a neighbour's");
        assert!(is_genuine(frame), "a forgery is sent on");
        let news = (link, frame.origin(), frame.position());
        assert!(self.sent.insert(news) || self.was_forgotten(frame), "sent twice");
        assert!(self.step.sent_to.insert(link), "two frames for one");
        let Some(came) = &self.step.frame else { unreachable!("a frame is sent of itself") };
        assert_eq!(u16::from(frame.hop_count()), u16::from(came.hop_count()) + 1, "hop count");
        assert!(frame.hop_count() <= frame.hop_limit(), "beyond the hop limit");
        assert!(frame.age_ms() >= came.age_ms(), "the frame grew younger");
    }

    /// Whether a frame is delivered anew since its origin was silent for long.
    fn was_forgotten(&self, frame: &Frame) -> bool {
        self.origins.get(&frame.origin()).is_some_and(|known| known.positions.len() == 1)
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

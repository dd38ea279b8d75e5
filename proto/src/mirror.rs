//! The reader's side: from an origin's frames to its readings.

use std::sync::Arc;

use thiserror::Error;

use crate::body::{self, BodyError, Cell, Cells, Changes, Identity, Links, Rows, Series};
use crate::frame::{Frame, FrameKind, Position, VERSION};
use crate::genuine::Genuine;
use crate::metric::Kind;
use crate::origin::Verifier;
use crate::reading::Reading;
use crate::shape::{MetricLists, Shape};
use crate::states::States;

/// What an origin has said so far. Starts with a keyframe; frames may come late, twice or out of order.
///
/// Shape, states, links and identity are handed out shared: who shows them needs no copy. The keyframe, which the next
/// delta is read against, stays as it came over the wire, in a fifth of the bytes.
#[derive(Clone, Debug)]
pub struct Mirror {
    identity: Arc<Identity>,
    verifier: Verifier,
    keyframe: Keyframe,
    /// A delta that came before its keyframe; its signature holds.
    early: Option<Frame>,
    position: Position,
    left: bool,
    shape: Arc<Shape>,
    states: Arc<States>,
    links: Arc<Links>,
}

#[derive(Clone, Debug)]
struct Keyframe {
    position: Position,
    schema: u16,
    /// The cells section, written anew: in the fewest bytes, and none from a buffer that holds more than this frame.
    cells: Box<[u8]>,
    links: Arc<Links>,
}

/// What a keyframe says of the readings.
struct Told {
    keyframe: Keyframe,
    shape: Shape,
    states: States,
}

/// What a frame did to a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The state moved on; the set of readings and their order stayed.
    Updated,
    /// The state moved on, and the set of readings or the identity may have changed.
    Replaced,
    /// The origin took leave; its last state stays readable.
    Left,
    /// A delta whose keyframe is yet to come; it is kept until then.
    Early,
    /// Nothing that was not known before.
    Old,
}

impl Mirror {
    /// What a first keyframe says.
    ///
    /// # Errors
    /// A [`MirrorError`] if the frame is no genuine, readable keyframe.
    pub fn new(frame: &Frame) -> Result<Self, MirrorError> {
        check_version(frame)?;
        let (identity, verifier) = Identity::of_keyframe(frame)?;
        Self::of(frame, identity, verifier)
    }

    /// The same of a keyframe that was checked already.
    ///
    /// # Errors
    /// A [`MirrorError`] if the frame is no readable keyframe, or its key another than it was checked with.
    pub fn of_genuine(genuine: &Genuine) -> Result<Self, MirrorError> {
        let frame = genuine.frame();
        check_version(frame)?;
        let identity = Identity::of_verified(frame)?;
        if identity.public_key != genuine.verifier().key() {
            return Err(MirrorError::BadSignature);
        }
        Self::of(frame, identity, genuine.verifier().clone())
    }

    fn of(frame: &Frame, identity: Identity, verifier: Verifier) -> Result<Self, MirrorError> {
        let Told { keyframe, shape, states } = read_keyframe(frame)?;
        let (position, links) = (keyframe.position, Arc::clone(&keyframe.links));
        Ok(Self {
            identity: Arc::new(identity),
            verifier,
            keyframe,
            early: None,
            position,
            left: false,
            shape: Arc::new(shape),
            states: Arc::new(states),
            links,
        })
    }

    /// Takes in a further frame of the same origin. After an error the mirror is as it was before.
    ///
    /// # Errors
    /// A [`MirrorError`] if the frame is not genuine or cannot be read.
    pub fn apply(&mut self, frame: &Frame) -> Result<Applied, MirrorError> {
        self.apply_if(frame, |verifier| frame.verify(verifier))
    }

    /// The same of a frame that was checked already.
    ///
    /// # Errors
    /// A [`MirrorError`] if the frame cannot be read, or was checked with another key than this origin's.
    pub fn apply_genuine(&mut self, genuine: &Genuine) -> Result<Applied, MirrorError> {
        self.apply_if(genuine.frame(), |verifier| verifier.key() == genuine.verifier().key())
    }

    /// Whether the frame, if it is genuine, may say something that is not known yet.
    pub fn awaits(&self, frame: &Frame) -> bool {
        match frame.kind() {
            FrameKind::Keyframe => frame.position() > self.keyframe.position,
            FrameKind::Delta | FrameKind::Leave | FrameKind::Unknown(_) => frame.position() > self.position,
        }
    }

    /// Bytes that the mirror keeps of what the origin said, to bound those of many: shape, states, keyframe and links,
    /// and a frame that waits. What every origin takes comes on top, some 1 KiB.
    pub fn held_bytes(&self) -> usize {
        let links = |links: &Links| size_of_val(&*links.up) + size_of_val(&*links.lost);
        self.shape.heap_bytes()
            + self.states.heap_bytes()
            + self.keyframe.cells.len()
            + links(&self.keyframe.links)
            + links(&self.links)
            + self.early.as_ref().map_or(0, |frame| frame.bytes().len())
    }

    /// What checks the origin's signatures.
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    fn apply_if(
        &mut self,
        frame: &Frame,
        is_genuine: impl FnOnce(&Verifier) -> bool,
    ) -> Result<Applied, MirrorError> {
        check_version(frame)?;
        if !self.awaits(frame) {
            return Ok(Applied::Old);
        }
        if !is_genuine(&self.verifier) {
            return Err(MirrorError::BadSignature);
        }
        match frame.kind() {
            FrameKind::Keyframe => self.apply_keyframe(frame),
            FrameKind::Delta => self.apply_delta(frame),
            FrameKind::Leave => {
                self.position = frame.position();
                self.left = true;
                Ok(Applied::Left)
            }
            FrameKind::Unknown(_) => Ok(Applied::Old),
        }
    }

    /// Who the origin is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The same, to keep. It stays the same, and not only equal, until a frame changes it.
    pub fn shared_identity(&self) -> Arc<Identity> {
        Arc::clone(&self.identity)
    }

    /// Where the newest frame that counts stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Whether the origin's agent took leave.
    pub fn has_left(&self) -> bool {
        self.left
    }

    /// Which readings there are. The same as before, and not only equal, unless a frame changed it.
    pub fn shape(&self) -> &Arc<Shape> {
        &self.shape
    }

    /// The states of the readings, in the order of the shape.
    pub fn states(&self) -> &Arc<States> {
        &self.states
    }

    /// All readings, in ascending order of their metrics' numbers, each a copy of its own.
    pub fn readings(&self) -> Vec<Reading> {
        let readings = self.shape.iter().zip(self.states.iter());
        readings.map(|((metric, labels), state)| Reading::of(metric, labels, state)).collect()
    }

    /// Lets other hosts of its kind share its list of metrics. To be called when the shape is another one.
    pub fn share(&mut self, lists: &mut MetricLists) {
        self.shape = Arc::new((*self.shape).clone().sharing(lists));
    }

    /// Whom the origin has links with, and whom it lost. The same as [`links_of`](crate::links_of) its frames.
    pub fn links(&self) -> &Links {
        &self.links
    }

    /// The same, to keep.
    pub fn shared_links(&self) -> Arc<Links> {
        Arc::clone(&self.links)
    }

    fn apply_keyframe(&mut self, frame: &Frame) -> Result<Applied, MirrorError> {
        let identity = Identity::of_verified(frame)?;
        let Told { keyframe, shape, states } = read_keyframe(frame)?;
        // A keyframe that was overtaken by frames that follow it says nothing new by itself.
        let overtaken_by = (frame.position() < self.position).then_some(self.position);
        if *self.identity != identity {
            self.identity = Arc::new(identity);
        }
        if *self.shape != shape {
            self.shape = Arc::new(shape);
        }
        self.states = Arc::new(states);
        self.show_links(&keyframe.links);
        self.keyframe = keyframe;
        self.position = overtaken_by.unwrap_or(frame.position());
        self.left &= overtaken_by.is_some();
        if let Some(early) = self.early.take()
            && self.follows_keyframe(&early)
        {
            // A broken one must not take the keyframe back; the next delta makes up for it.
            drop(self.apply_delta(&early));
        }
        Ok(Applied::Replaced)
    }

    fn apply_delta(&mut self, frame: &Frame) -> Result<Applied, MirrorError> {
        let changes: Changes<'_> = body::require(frame.body())?;
        let position = frame.position();
        let keyframe = Changes::keyframe_of(position, changes.since_keyframe);
        if keyframe > self.keyframe.position {
            self.early = Some(frame.unshared());
            return Ok(Applied::Early);
        }
        if keyframe != self.keyframe.position {
            return Ok(Applied::Old);
        }
        if frame.schema() != self.keyframe.schema {
            return Err(BodyError::Mismatch { section: "changes" }.into());
        }
        let is_text = |at| self.shape.metric(at).is_some_and(|metric| metric.kind == Kind::Text);
        let mut cells = self.keyframe.cells(&self.shape)?;
        changes.apply(&mut cells, is_text)?;
        self.states = Arc::new(States::of(&cells, self.shape.iter().map(|(metric, _)| metric)));
        match body::links(frame) {
            Some(links) => self.show_links(&Arc::new(links)),
            None => self.links = Arc::clone(&self.keyframe.links),
        }
        // An early delta may have been overtaken by a leave.
        if position > self.position {
            self.position = position;
            self.left = false;
        }
        Ok(Applied::Updated)
    }

    /// Takes over `links`, unless they are what is known already.
    fn show_links(&mut self, links: &Arc<Links>) {
        if self.links != *links {
            self.links = Arc::clone(links);
        }
    }

    fn follows_keyframe(&self, frame: &Frame) -> bool {
        frame.position().epoch == self.keyframe.position.epoch && frame.position() > self.keyframe.position
    }
}

fn check_version(frame: &Frame) -> Result<(), MirrorError> {
    match frame.version() {
        VERSION => Ok(()),
        version => Err(MirrorError::Version { version }),
    }
}

fn read_keyframe(frame: &Frame) -> Result<Told, BodyError> {
    let rows: Rows = body::find(frame.body())?.unwrap_or_default();
    let shape = body::require::<Series<'_>>(frame.body())?.resolve(&rows)?;
    let metrics = || shape.iter().map(|(metric, _)| metric);
    let cells = body::require::<Cells<'_>>(frame.body())?.resolve(metrics())?;
    let states = States::of(&cells, metrics());
    let keyframe = Keyframe {
        position: frame.position(),
        schema: frame.schema(),
        cells: body::encode(&Cells::of(metrics().zip(&cells)))?.into(),
        links: Arc::new(body::links(frame).unwrap_or_default()),
    };
    Ok(Told { keyframe, shape, states })
}

impl Keyframe {
    /// The cells of the readings of `shape`.
    fn cells(&self, shape: &Shape) -> Result<Vec<Cell<&str>>, BodyError> {
        body::decode::<Cells<'_>>(&self.cells)?.resolve(shape.iter().map(|(metric, _)| metric))
    }
}

/// A frame cannot be taken in.
#[derive(Debug, Error)]
pub enum MirrorError {
    /// Not sealed by its origin: forged or damaged on the way.
    #[error("the signature does not hold")]
    BadSignature,
    /// Written by a later version of Grapevine.
    #[error("the frame is of version {version}, this program reads {VERSION}: update it")]
    Version {
        /// The frame's version.
        version: u8,
    },
    /// The body is broken, or does not certify the origin.
    #[error("the frame's body cannot be read")]
    Body(#[from] BodyError),
}

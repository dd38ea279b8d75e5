//! The reader's side: from an origin's frames to its readings.

use thiserror::Error;

use crate::body::{self, BodyError, Cell, Cells, Changes, Identity, Links, Rows, Series};
use crate::frame::{Frame, FrameKind, Position, VERSION};
use crate::metric::{Kind, MetricRef};
use crate::origin::Verifier;
use crate::reading::{Labels, Reading};

/// What an origin has said so far. Starts with a keyframe; frames may come late, twice or out of order.
#[derive(Clone, Debug)]
pub struct Mirror {
    identity: Identity,
    verifier: Verifier,
    keyframe: Keyframe,
    /// A delta that came before its keyframe; its signature holds.
    early: Option<Frame>,
    position: Position,
    left: bool,
    readings: Vec<Reading>,
    /// The links of the newest delta, where they differ from the keyframe's.
    links: Option<Links>,
}

#[derive(Clone, Debug)]
struct Keyframe {
    position: Position,
    schema: u16,
    cells: Vec<Cell>,
    links: Links,
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
        let (keyframe, readings) = read_keyframe(frame)?;
        let position = keyframe.position;
        Ok(Self { identity, verifier, keyframe, early: None, position, left: false, readings, links: None })
    }

    /// Takes in a further frame of the same origin. After an error the mirror is as it was before.
    ///
    /// # Errors
    /// A [`MirrorError`] if the frame is not genuine or cannot be read.
    pub fn apply(&mut self, frame: &Frame) -> Result<Applied, MirrorError> {
        check_version(frame)?;
        let is_news = match frame.kind() {
            FrameKind::Keyframe => frame.position() > self.keyframe.position,
            FrameKind::Delta | FrameKind::Leave | FrameKind::Unknown(_) => frame.position() > self.position,
        };
        if !is_news {
            return Ok(Applied::Old);
        }
        if !frame.verify(&self.verifier) {
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

    /// Where the newest frame that counts stands.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Whether the origin's agent took leave.
    pub fn has_left(&self) -> bool {
        self.left
    }

    /// All readings, in ascending order of their metrics' numbers.
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// Whom the origin has links with, and whom it lost. The same as [`links_of`](crate::links_of) its frames.
    pub fn links(&self) -> &Links {
        self.links.as_ref().unwrap_or(&self.keyframe.links)
    }

    fn apply_keyframe(&mut self, frame: &Frame) -> Result<Applied, MirrorError> {
        let identity = Identity::of_verified(frame)?;
        let (keyframe, readings) = read_keyframe(frame)?;
        // A keyframe that was overtaken by frames that follow it says nothing new by itself.
        let overtaken_by = (frame.position() < self.position).then_some(self.position);
        self.identity = identity;
        self.keyframe = keyframe;
        self.readings = readings;
        self.links = None;
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
        let changes: Changes = body::require(frame.body())?;
        let position = frame.position();
        let keyframe = Changes::keyframe_of(position, changes.since_keyframe);
        if keyframe > self.keyframe.position {
            self.early = Some(frame.clone());
            return Ok(Applied::Early);
        }
        if keyframe != self.keyframe.position {
            return Ok(Applied::Old);
        }
        if frame.schema() != self.keyframe.schema {
            return Err(BodyError::Mismatch { section: "changes" }.into());
        }
        let is_text =
            |at: usize| self.readings.get(at).is_some_and(|reading| reading.metric.kind == Kind::Text);
        let cells = changes.apply(&self.keyframe.cells, is_text)?;
        for (reading, cell) in self.readings.iter_mut().zip(&cells) {
            reading.state = cell.state(&reading.metric);
        }
        self.links = body::links(frame);
        // An early delta may have been overtaken by a leave.
        if position > self.position {
            self.position = position;
            self.left = false;
        }
        Ok(Applied::Updated)
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

fn read_keyframe(frame: &Frame) -> Result<(Keyframe, Vec<Reading>), BodyError> {
    let rows: Rows = body::find(frame.body())?.unwrap_or_default();
    let series: Vec<(MetricRef, Labels)> = body::require::<Series>(frame.body())?.resolve(&rows)?;
    let cells = body::require::<Cells>(frame.body())?.resolve(series.iter().map(|(metric, _)| metric))?;
    let readings = series
        .into_iter()
        .zip(&cells)
        .map(|((metric, labels), cell)| Reading { state: cell.state(&metric), metric, labels })
        .collect();
    let links = body::links(frame).unwrap_or_default();
    Ok((Keyframe { position: frame.position(), schema: frame.schema(), cells, links }, readings))
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

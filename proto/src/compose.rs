//! The origin's side: from readings to sealed frames.

use crate::body::{self, BodyError, Cell, Cells, Changes, Identity, Links, Rows, Series};
use crate::frame::{Envelope, Frame, FrameError, FrameKind, Position};
use crate::limits::{DELTA_PERCENT_MAX, KEYFRAME_INTERVAL_MS, READINGS_MAX};
use crate::metric::MetricRef;
use crate::moment::Moment;
use crate::origin::OriginKey;
use crate::reading::{Labels, Reading};
use thiserror::Error;

/// Turns the readings of this host into frames: keyframes now and then, cumulative deltas between them.
///
/// A delta says what differs from the last keyframe, so any later frame supersedes an earlier one and a lost one
/// needs no repair. A change within a metric's deadband of the value *sent* last is left out; slow drift is sent as
/// soon as it adds up to more than that.
#[derive(Debug)]
pub struct Composer {
    key: OriginKey,
    identity: Identity,
    hop_limit: u8,
    is_critical: bool,
    position: Position,
    schema: u16,
    series: Vec<(MetricRef, Labels)>,
    keyframe: Option<Keyframe>,
    sent: Vec<Cell>,
    links: Links,
}

#[derive(Debug)]
struct Keyframe {
    sequence: u32,
    at: Moment,
    body_bytes: usize,
    cells: Vec<Cell>,
    links: Links,
}

impl Composer {
    /// A composer whose frames are of `epoch` and from the origin that owns `key`. The identity's public key is set
    /// to that of `key`.
    pub fn new(key: OriginKey, mut identity: Identity, hop_limit: u8, epoch: u32) -> Self {
        identity.public_key = key.public();
        let position = Position { epoch, sequence: 0 };
        Self {
            key,
            identity,
            hop_limit,
            is_critical: false,
            position,
            schema: 0,
            series: Vec::new(),
            keyframe: None,
            sent: Vec::new(),
            links: Links::default(),
        }
    }

    /// The same, with schemas numbered from after `schema` on. A random start keeps a delta from being read against a
    /// keyframe of another run that has the same epoch, as after a machine was set back to an earlier state.
    #[must_use]
    pub fn numbering_schemas_after(self, schema: u16) -> Self {
        Self { schema, ..self }
    }

    /// What the frames from now on say of this host's links. They are put in order; of more than
    /// [`LINKED_MAX`](crate::limits::LINKED_MAX) in a list the later ones are left out.
    pub fn set_links(&mut self, links: Links) {
        self.links = links.bounded();
    }

    /// The same, whose frames take two paths through the network, so that none has to wait when an agent on the way
    /// fails. Everybody pays for it: they cost twice the bytes.
    #[must_use]
    pub fn critical(self) -> Self {
        Self { is_critical: true, ..self }
    }

    /// The frame that says what `readings` say. Their order does not matter; of more than [`READINGS_MAX`] the rest
    /// is left out.
    ///
    /// # Errors
    /// A [`ComposeError`] if the readings do not fit a frame. The next call starts with a keyframe then.
    pub fn frame<'a>(
        &mut self,
        readings: impl Iterator<Item = &'a Reading>,
        now: Moment,
    ) -> Result<Frame, ComposeError> {
        let mut readings: Vec<&Reading> = readings.take(READINGS_MAX).collect();
        readings.sort_by_key(|reading| reading.metric.id);
        self.position.sequence += 1;
        if !self.has_series_of(&readings) {
            self.adopt_series(&readings);
        }
        if let Some(frame) = self.delta(&readings, now)? {
            return Ok(frame);
        }
        self.keyframe(&readings, now)
    }

    /// The frame that takes leave of the network.
    ///
    /// # Errors
    /// None in practice: an empty body always fits.
    pub fn leave(&mut self) -> Result<Frame, ComposeError> {
        self.position.sequence += 1;
        self.seal(FrameKind::Leave, &[])
    }

    /// Continues in a later epoch, because the network remembers one as late as `held` from an earlier run. Does
    /// nothing if the current one is later already. Returns the epoch that counts from now on.
    pub fn jump_above(&mut self, held: u32) -> u32 {
        if self.position.epoch <= held {
            self.position = Position { epoch: held.saturating_add(1), sequence: 0 };
            self.keyframe = None;
        }
        self.position.epoch
    }

    /// Epoch and sequence of the last frame.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Who signs the frames.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    fn has_series_of(&self, readings: &[&Reading]) -> bool {
        self.series.len() == readings.len()
            && self.series.iter().zip(readings).all(|((metric, labels), reading)| {
                metric.id == reading.metric.id && *labels == reading.labels
            })
    }

    fn adopt_series(&mut self, readings: &[&Reading]) {
        self.series =
            readings.iter().map(|reading| (reading.metric.clone(), reading.labels.clone())).collect();
        self.schema = self.schema.wrapping_add(1);
        self.keyframe = None;
    }

    /// A delta, unless a keyframe is due.
    fn delta(&mut self, readings: &[&Reading], now: Moment) -> Result<Option<Frame>, ComposeError> {
        let Some(keyframe) = &self.keyframe else { return Ok(None) };
        if now.since(keyframe.at) >= KEYFRAME_INTERVAL_MS {
            return Ok(None);
        }
        for ((sent, base), reading) in self.sent.iter_mut().zip(&keyframe.cells).zip(readings) {
            // What is in the delta anyway is brought up to date for free.
            let deadband = if sent == base { reading.metric.deadband } else { 0 };
            let cell = Cell::of(&reading.metric, &reading.state);
            if cell.passes(sent, deadband) {
                *sent = cell;
            }
        }
        let since_keyframe = self.position.sequence - keyframe.sequence;
        let mut body = Vec::new();
        body::put(&mut body, &Changes::between(&keyframe.cells, &self.sent, since_keyframe))?;
        let is_short = |body: &[u8]| body.len() * 100 <= keyframe.body_bytes * DELTA_PERCENT_MAX;
        if is_short(&body) && self.links != keyframe.links {
            body::put(&mut body, &self.links)?;
        }
        if !is_short(&body) {
            return Ok(None);
        }
        self.seal(FrameKind::Delta, &body).map(Some)
    }

    fn keyframe(&mut self, readings: &[&Reading], now: Moment) -> Result<Frame, ComposeError> {
        self.keyframe = None;
        let cells: Vec<Cell> =
            readings.iter().map(|reading| Cell::of(&reading.metric, &reading.state)).collect();
        let mut body = Vec::new();
        body::put(&mut body, &self.identity)?;
        let rows = Rows::beyond_base(self.series.iter().map(|(metric, _)| metric));
        if !rows.is_empty() {
            body::put(&mut body, &rows)?;
        }
        body::put(&mut body, &Series::of(readings.iter().copied()))?;
        body::put(&mut body, &Cells::of(self.series.iter().map(|(metric, _)| metric).zip(&cells)))?;
        // Readings go before links: where there is no room for both, the deltas may have some.
        let has_links = !self.links.is_empty() && body::put(&mut body, &self.links).is_ok();
        let links = if has_links { self.links.clone() } else { Links::default() };
        let frame = self.seal(FrameKind::Keyframe, &body)?;
        self.sent.clone_from(&cells);
        let Position { sequence, .. } = self.position;
        self.keyframe = Some(Keyframe { sequence, at: now, body_bytes: body.len(), cells, links });
        Ok(frame)
    }

    fn seal(&self, kind: FrameKind, body: &[u8]) -> Result<Frame, ComposeError> {
        let Self { hop_limit, position, schema, is_critical, .. } = *self;
        Ok(Envelope { kind, hop_limit, position, schema, is_critical }.seal(&self.key, body)?)
    }
}

/// The readings of this host do not fit a frame.
#[derive(Debug, Error)]
pub enum ComposeError {
    /// A section could not be written.
    #[error("the readings do not fit a frame")]
    Body(#[from] BodyError),
    /// The frame could not be sealed.
    #[error("the frame cannot be sealed")]
    Frame(#[from] FrameError),
}

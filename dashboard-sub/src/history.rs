//! What hosts said before: frames that an agent kept and replays.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use grapevine_proto::{Applied, Frame, FrameKind, Mirror, OriginId};

use crate::counters::Fault;
use crate::host::Host;
use crate::limits::{REPLAY_IDLE, REPLAY_READINGS_MAX, REPLAYS_MAX};

/// Turns replayed frames into hosts as they were. Each origin has a mirror of its own for that, which shares nothing
/// with the view, and goes when its replay rests.
#[derive(Debug, Default)]
pub(crate) struct History {
    replays: BTreeMap<OriginId, Replay>,
    readings_total: usize,
}

#[derive(Debug)]
struct Replay {
    mirror: Mirror,
    host: Arc<Host>,
    heard: Instant,
}

impl History {
    /// The host of `name` as it was when it sealed `frame`. None if the frame adds nothing to what was replayed
    /// before, or has no keyframe to build on: the oldest frames kept may have lost theirs.
    pub(crate) fn replay(
        &mut self,
        name: &[u8],
        frame: &Frame,
        now: Instant,
    ) -> Result<Option<Arc<Host>>, Fault> {
        let known = self.replays.get_mut(&frame.origin());
        if frame.kind() == FrameKind::Keyframe {
            let is_news = known.is_none_or(|replay| frame.position() > replay.mirror.position());
            return if is_news { self.begin(name, frame, now).map(Some) } else { Ok(None) };
        }
        let Some(replay) = known else { return Ok(None) };
        if replay.mirror.identity().host.as_str().as_bytes() != name {
            return Err(Fault::Name);
        }
        Ok(replay.go_on(frame, now)?.then(|| Arc::clone(&replay.host)))
    }

    /// Lets go of replays that rest.
    pub(crate) fn handle_tick(&mut self, now: Instant) {
        let idle = |replay: &Replay| now.saturating_duration_since(replay.heard) > REPLAY_IDLE;
        for (_, replay) in self.replays.extract_if(.., |_, replay| idle(replay)) {
            self.readings_total = self.readings_total.saturating_sub(replay.readings());
        }
    }

    fn begin(&mut self, name: &[u8], frame: &Frame, now: Instant) -> Result<Arc<Host>, Fault> {
        let mirror = Mirror::new(frame)?;
        if mirror.identity().host.as_str().as_bytes() != name {
            return Err(Fault::Name);
        }
        let replaced = self.replays.get(&frame.origin());
        let others = self.replays.len() - usize::from(replaced.is_some());
        let readings_of_others = self.readings_total - replaced.map_or(0, Replay::readings);
        let readings_total = readings_of_others + mirror.shape().len();
        if others >= REPLAYS_MAX || readings_total > REPLAY_READINGS_MAX {
            return Err(Fault::Full);
        }
        self.readings_total = readings_total;
        let host = Arc::new(Host::new(&mirror, frame, now));
        self.replays.insert(frame.origin(), Replay { mirror, host: Arc::clone(&host), heard: now });
        Ok(host)
    }
}

impl Replay {
    /// Whether the frame leads to another state.
    fn go_on(&mut self, frame: &Frame, now: Instant) -> Result<bool, Fault> {
        let applied = self.mirror.apply(frame)?;
        if matches!(applied, Applied::Old | Applied::Early) {
            return Ok(false);
        }
        self.heard = now;
        Arc::make_mut(&mut self.host).follow(&self.mirror, frame, now);
        Ok(true)
    }

    fn readings(&self) -> usize {
        self.mirror.shape().len()
    }
}

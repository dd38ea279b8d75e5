//! What hosts said before: frames that an agent kept and replays.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use grapevine_proto::{Applied, FrameKind, Mirror, OriginId};

use crate::arrived::Arrived;
use crate::counters::Fault;
use crate::host::Host;
use crate::limits::{REPLAY_BYTES_MAX, REPLAY_IDLE, REPLAYS_MAX};

/// Turns replayed frames into hosts as they were. Each origin has a mirror of its own for that, which shares nothing
/// with the view, and goes when its replay rests.
#[derive(Debug, Default)]
pub(crate) struct History {
    replays: BTreeMap<OriginId, Replay>,
    /// What all mirrors hold.
    held_bytes: usize,
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
        arrived: &Arrived,
        now: Instant,
    ) -> Result<Option<Arc<Host>>, Fault> {
        let frame = arrived.frame();
        let known = self.replays.get_mut(&frame.origin());
        if frame.kind() == FrameKind::Keyframe {
            let is_news = known.is_none_or(|replay| frame.position() > replay.mirror.position());
            return if is_news { self.begin(name, arrived, now).map(Some) } else { Ok(None) };
        }
        let Some(replay) = known else { return Ok(None) };
        if replay.mirror.identity().host.as_str().as_bytes() != name {
            return Err(Fault::Name);
        }
        let held_before = replay.mirror.held_bytes();
        let is_news = replay.go_on(arrived, now)?;
        self.held_bytes = (self.held_bytes + replay.mirror.held_bytes()).saturating_sub(held_before);
        Ok(is_news.then(|| Arc::clone(&replay.host)))
    }

    /// What was replayed of the origin so far.
    pub(crate) fn mirror(&self, origin: OriginId) -> Option<&Mirror> {
        self.replays.get(&origin).map(|replay| &replay.mirror)
    }

    /// Lets go of replays that rest.
    pub(crate) fn handle_tick(&mut self, now: Instant) {
        let idle = |replay: &Replay| now.saturating_duration_since(replay.heard) > REPLAY_IDLE;
        for (_, replay) in self.replays.extract_if(.., |_, replay| idle(replay)) {
            self.held_bytes = self.held_bytes.saturating_sub(replay.mirror.held_bytes());
        }
    }

    fn begin(&mut self, name: &[u8], arrived: &Arrived, now: Instant) -> Result<Arc<Host>, Fault> {
        let (frame, mirror) = (arrived.frame(), arrived.mirror()?);
        if mirror.identity().host.as_str().as_bytes() != name {
            return Err(Fault::Name);
        }
        let replaced = self.replays.get(&frame.origin());
        let others = self.replays.len() - usize::from(replaced.is_some());
        let held_by_others =
            self.held_bytes.saturating_sub(replaced.map_or(0, |replay| replay.mirror.held_bytes()));
        let held_bytes = held_by_others + mirror.held_bytes();
        if others >= REPLAYS_MAX || held_bytes > REPLAY_BYTES_MAX {
            return Err(Fault::Full);
        }
        self.held_bytes = held_bytes;
        let host = Arc::new(Host::new(&mirror, frame, now));
        self.replays.insert(frame.origin(), Replay { mirror, host: Arc::clone(&host), heard: now });
        Ok(host)
    }
}

impl Replay {
    /// Whether the frame leads to another state.
    fn go_on(&mut self, arrived: &Arrived, now: Instant) -> Result<bool, Fault> {
        let applied = arrived.apply_to(&mut self.mirror)?;
        if matches!(applied, Applied::Old | Applied::Early) {
            return Ok(false);
        }
        self.heard = now;
        Arc::make_mut(&mut self.host).follow(&self.mirror, arrived.frame(), now);
        Ok(true)
    }
}

//! Looks at every event whether what must hold holds.

use std::collections::BTreeMap;

use grapevine_proto::gossip::Engine;
use grapevine_proto::limits::{HELD_BYTES_MAX, LINKS_MAX, ORIGINS_MAX};
use grapevine_proto::{Applied, Frame, FrameKind, Mirror, MirrorError};

use crate::ledger::Ledger;
use crate::queue::QUEUE_BYTES_MAX;
use crate::random::{Purpose, Random};
use crate::readings::Readings;
use crate::violation::Violation;

/// Follows some pairs of a host and an origin with a real mirror.
#[derive(Debug)]
pub(crate) struct Inspector {
    /// Whether any origin is watched at a host.
    is_watched: Vec<bool>,
    mirrors: BTreeMap<(usize, usize), Option<Mirror>>,
}

impl Inspector {
    /// Watches `pairs` pairs, or all where there are no more.
    pub(crate) fn new(hosts: usize, speakers: usize, pairs: usize, seed: u64) -> Self {
        let mut inspector = Self { is_watched: vec![false; hosts], mirrors: BTreeMap::new() };
        let mut random = Random::of(seed, Purpose::Watch);
        let all = (0..hosts).flat_map(|host| (0..speakers).map(move |origin| (host, origin)));
        if hosts * speakers <= pairs {
            all.for_each(|pair| inspector.watch(pair));
        } else {
            (0..pairs).for_each(|_| inspector.watch((random.place(hosts), random.place(speakers))));
        }
        inspector
    }

    /// A new run of a host knows nothing.
    pub(crate) fn forget(&mut self, host: usize) {
        for (_, mirror) in self.mirrors.range_mut((host, 0)..(host + 1, 0)) {
            *mirror = None;
        }
    }

    /// A host delivered a frame.
    ///
    /// # Errors
    /// A [`Violation`] if the frame went too far, or what it leads to is not what its origin measured.
    pub(crate) fn delivered(
        &mut self,
        host: usize,
        origin: usize,
        frame: &Frame,
        ledger: &mut Ledger,
    ) -> Result<(), Violation> {
        if frame.hop_count() > frame.hop_limit() {
            return Err(Violation::TooManyHops { host, hops: frame.hop_count(), limit: frame.hop_limit() });
        }
        if !self.is_watched[host] {
            return Ok(());
        }
        let Some(mirror) = self.mirrors.get_mut(&(host, origin)) else { return Ok(()) };
        let unreadable =
            |error: MirrorError| Violation::Unreadable { host, origin, error: error.to_string() };
        let Some(mirror) = mirror else {
            if frame.kind() == FrameKind::Keyframe {
                *mirror = Some(Mirror::new(frame).map_err(unreadable)?);
            }
            return Ok(());
        };
        let from = mirror.position();
        let applied = mirror.apply(frame).map_err(unreadable)?;
        let to = mirror.position();
        if to < from {
            return Err(Violation::MirrorWentBack { host, origin, from, to });
        }
        let shows_frame = matches!(applied, Applied::Updated | Applied::Replaced) && to == frame.position();
        if shows_frame
            && let Some(step) = ledger.step_of(frame)
            && mirror.readings() != Readings::of(origin).at(step)
        {
            return Err(Violation::WrongState { host, origin, position: to });
        }
        Ok(())
    }

    fn watch(&mut self, (host, origin): (usize, usize)) {
        if host != origin {
            self.is_watched[host] = true;
            self.mirrors.insert((host, origin), None);
        }
    }
}

/// Whether an engine keeps its bounds.
///
/// # Errors
/// A [`Violation`] if it does not.
pub(crate) fn check_bounds(host: usize, engine: &Engine) -> Result<(), Violation> {
    let bounds = [
        ("bytes held", engine.held_bytes(), HELD_BYTES_MAX),
        ("origins", engine.origin_count(), ORIGINS_MAX),
    ];
    check(host, &bounds)
}

/// Whether a host has no more links than it may, and their queues no more bytes.
///
/// # Errors
/// A [`Violation`] if it has.
pub(crate) fn check_links(host: usize, links: usize, queued_bytes: usize) -> Result<(), Violation> {
    check(host, &[("links", links, 2 * LINKS_MAX), ("bytes in a queue", queued_bytes, QUEUE_BYTES_MAX)])
}

fn check(host: usize, bounds: &[(&'static str, usize, usize)]) -> Result<(), Violation> {
    match bounds.iter().find(|(_, value, limit)| value > limit) {
        Some((what, value, limit)) => Err(Violation::OverLimit { what, host, value: *value, limit: *limit }),
        None => Ok(()),
    }
}

//! Neighbours that were lost, and whether they are dead.

use std::collections::BTreeMap;

use super::engine::Engine;
use super::output::Output;
use crate::body::{self, Links, Lost};
use crate::frame::{Frame, Position};
use crate::limits::LINKED_MAX;
use crate::liveness;
use crate::moment::Moment;
use crate::origin::OriginId;

/// Neighbours whose links broke without a word, and the newest frame of each that was known then.
#[derive(Debug, Default)]
pub(super) struct LostNeighbours(BTreeMap<OriginId, (Position, Moment)>);

impl Engine {
    /// The neighbours that this host has and has lost, to be said in its frames.
    pub fn links(&self) -> Links {
        let mut up: Vec<OriginId> = self.links.neighbours().map(|(_, neighbour)| neighbour.origin).collect();
        up.sort_unstable();
        up.dedup();
        let lost =
            self.lost.0.iter().map(|(origin, (position, _))| Lost { origin: *origin, position: *position });
        Links { up, lost: lost.collect() }
    }

    /// Whether its neighbours agree that the host is dead, and nothing came from it since.
    pub fn is_dead(&self, origin: OriginId) -> bool {
        self.origins.of(origin).is_some_and(|known| known.is_dead)
    }

    /// The link to a neighbour broke.
    pub(super) fn lost_neighbour(&mut self, origin: OriginId, now: Moment) {
        let is_linked = self.links.neighbours().any(|(_, neighbour)| neighbour.origin == origin);
        if is_linked || !self.health.is_well(now) {
            return;
        }
        let Some(position) = self.origins.position(origin) else { return };
        if self.lost.0.len() >= LINKED_MAX {
            self.lost.0.pop_first();
        }
        self.lost.0.insert(origin, (position, now));
        self.outputs.push_back(Output::PublishSoon);
    }

    /// There is a link to a neighbour.
    pub(super) fn found_neighbour(&mut self, origin: OriginId) {
        self.lost.0.remove(&origin);
    }

    /// A frame came: its host is alive, unless it was under way when the link broke. It may say of others that they
    /// are not.
    pub(super) fn take_testimony(&mut self, frame: &Frame, now: Moment) {
        if let Some((position, lost_at)) = self.lost.0.get_mut(&frame.origin())
            && *position < frame.position()
        {
            *position = frame.position();
            if now.since(*lost_at) > frame.age_ms().into() {
                self.lost.0.remove(&frame.origin());
            } else {
                self.outputs.push_back(Output::PublishSoon);
            }
        }
        let Some(links) = body::links(frame) else { return };
        for Lost { origin, position } in links.lost.into_iter().take(LINKED_MAX) {
            self.judge(origin, position);
        }
    }

    /// Asks all neighbours of a host whether it is dead, one of whom says that it lost it at `position`.
    fn judge(&mut self, origin: OriginId, position: Position) {
        let Some(known) = self.origins.of(origin) else { return };
        if known.is_dead || known.position() > position || origin == self.own.origin() {
            return;
        }
        let newest = known.position();
        let neighbours = known.frames.links().up;
        let is_dead = liveness::is_dead(origin, newest, &neighbours, |neighbour| {
            if neighbour == self.own.origin() {
                return self.lost.0.get(&origin).map(|(position, _)| *position);
            }
            self.origins.of(neighbour)?.frames.links().lost_at(origin)
        });
        let slot = self.origins.slot(origin);
        if let Some(known) = slot.and_then(|slot| self.origins.get_mut(slot))
            && is_dead
        {
            known.is_dead = true;
            self.outputs.push_back(Output::Died { origin });
        }
    }
}

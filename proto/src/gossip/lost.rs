//! Neighbours that were lost, and whether they are dead.

use std::collections::BTreeMap;

use super::engine::Engine;
use super::output::Output;
use crate::body::{self, Links, Lost};
use crate::frame::{Frame, Position};
use crate::limits::{ACCUSE_WAIT_MS, LINKED_MAX, VERDICT_LOOKS_MAX};
use crate::liveness;
use crate::moment::Moment;
use crate::origin::OriginId;

/// Neighbours whose links broke without a word.
#[derive(Debug, Default)]
pub(super) struct LostNeighbours(BTreeMap<OriginId, LostNeighbour>);

#[derive(Clone, Copy, Debug)]
struct LostNeighbour {
    /// Where its newest frame stands, and when that was sealed.
    position: Position,
    heard_at: Moment,
    /// Time between its frames.
    interval_ms: u64,
    lost_at: Moment,
    /// Whether the neighbour's end closed the link.
    by_peer: bool,
    /// Whether others are told.
    is_said: bool,
}

impl LostNeighbour {
    /// When to tell others. A link that the neighbour's kernel closed says enough. One that fell silent may have lost its
    /// way only, and then frames come by other ways: one is missed first. A neighbour that lives sends one early, as its
    /// end of the link broke, too.
    fn say_at(&self) -> Moment {
        let Self { heard_at, interval_ms, lost_at, by_peer, .. } = *self;
        if by_peer {
            return lost_at;
        }
        heard_at.after_ms(interval_ms + interval_ms / 4).min(lost_at.after_ms(ACCUSE_WAIT_MS))
    }
}

impl Engine {
    /// The neighbours that this host has and has lost, to be said in its frames.
    pub fn links(&self) -> Links {
        let mut up: Vec<OriginId> = self.links.neighbours().map(|(_, neighbour)| neighbour.origin).collect();
        up.sort_unstable();
        up.dedup();
        let said = self.lost.0.iter().filter(|(_, lost)| lost.is_said);
        let lost = said.map(|(origin, lost)| Lost { origin: *origin, position: lost.position }).collect();
        Links { up, lost }
    }

    /// Whether its neighbours agree that the host is dead, and nothing came from it since.
    pub fn is_dead(&self, origin: OriginId) -> bool {
        self.origins.of(origin).is_some_and(|known| known.is_dead)
    }

    /// The link to a neighbour broke, or the neighbour closed it.
    pub(super) fn lost_neighbour(&mut self, origin: OriginId, by_peer: bool, now: Moment) {
        let is_linked = self.links.neighbours().any(|(_, neighbour)| neighbour.origin == origin);
        if is_linked || !self.health.is_well(now) {
            return;
        }
        let Some(known) = self.origins.of(origin) else { return };
        let lost = LostNeighbour {
            position: known.position(),
            heard_at: known.heard_at,
            interval_ms: known.frames.interval_ms().unwrap_or_default().into(),
            lost_at: now,
            by_peer,
            is_said: false,
        };
        if self.lost.0.len() >= LINKED_MAX {
            self.lost.0.pop_first();
        }
        self.lost.0.insert(origin, lost);
        // Others may have lost this agent just as well, and hear of it now.
        self.outputs.push_back(Output::PublishSoon);
        self.accuse(now);
    }

    /// Has others told of neighbours that are lost for long enough.
    pub(super) fn accuse(&mut self, now: Moment) {
        let mut said = Vec::new();
        for (origin, lost) in &mut self.lost.0 {
            if !lost.is_said && lost.say_at() <= now {
                lost.is_said = true;
                said.push((*origin, lost.position));
            }
        }
        for (origin, position) in said {
            self.outputs.push_back(Output::PublishSoon);
            self.judge(origin, position);
        }
    }

    /// There is a link to a neighbour.
    pub(super) fn found_neighbour(&mut self, origin: OriginId) {
        self.lost.0.remove(&origin);
    }

    /// A frame came: its host is alive, unless it was under way when the link broke. It may say of others that they
    /// are not.
    pub(super) fn take_testimony(&mut self, frame: &Frame, now: Moment) {
        if let Some(lost) = self.lost.0.get_mut(&frame.origin())
            && lost.position < frame.position()
        {
            lost.position = frame.position();
            lost.heard_at = Moment(now.0.saturating_sub(frame.age_ms().into()));
            if lost.heard_at > lost.lost_at {
                self.lost.0.remove(&frame.origin());
            } else if lost.is_said {
                self.outputs.push_back(Output::PublishSoon);
            }
        }
        let Some(Links { lost, .. }) = body::links(frame) else { return };
        // The next frame begins elsewhere, so that all have their turn.
        let first = usize::try_from(frame.position().sequence).unwrap_or_default() % lost.len().max(1);
        let mut looks = 0;
        for Lost { origin, position } in lost.iter().cycle().skip(first).take(lost.len()) {
            if looks >= VERDICT_LOOKS_MAX {
                break;
            }
            looks += self.judge(*origin, *position);
        }
    }

    /// Asks all neighbours of a host whether it is dead, one of whom says that it lost it at `position`. Returns how many
    /// hosts' links were read for that.
    fn judge(&mut self, origin: OriginId, position: Position) -> usize {
        let Some(known) = self.origins.of(origin) else { return 0 };
        if known.is_dead || known.position() > position || origin == self.own.origin() {
            return 0;
        }
        let newest = known.position();
        let neighbours = known.frames.links().up;
        let looks = 1 + neighbours.len();
        let is_dead = liveness::is_dead(origin, newest, &neighbours, |neighbour| {
            if neighbour == self.own.origin() {
                return self.lost.0.get(&origin).filter(|lost| lost.is_said).map(|lost| lost.position);
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
        looks
    }
}

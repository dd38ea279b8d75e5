//! The trees by which frames spread: one for each origin.

use std::collections::BTreeSet;

use super::control::{Alias, Announcement, Control, Have, Trees};
use super::engine::Engine;
use super::journal::{Entry, Flush};
use super::link::{Link, LinkId};
use super::links::Links;
use super::missing::Ask;
use super::origins::Origins;
use super::output::{Output, RefuseReason};
use super::slot::Slot;
use super::ties::{Named, Tie};
use crate::body;
use crate::frame::{Frame, Position};
use crate::limits::{CRITICAL_GRAFT_MS, GRAFT_MS, GRAFT_ROUND_TRIPS, HAVE_MAX, SILENT_LINK_MS};
use crate::moment::Moment;
use crate::origin::OriginId;

impl Engine {
    /// Hands a frame to the subscribers and sends it to every neighbour who wants it, but for the one it came from.
    pub(super) fn spread(&mut self, ingress: Option<LinkId>, slot: Slot, frame: &Frame, now: Moment) {
        let Some(known) = self.origins.get(slot) else { return };
        let newest = low_byte(known.position().sequence);
        self.outputs.push_back(Output::Deliver { host: known.host.clone(), frame: frame.clone() });
        let Some(forwarded) = frame.forwarded(0) else {
            return self.ends_here(ingress, frame, now);
        };
        let low = low_byte(frame.position().sequence);
        let mut announces = false;
        for (id, link) in self.links.introduced_mut() {
            let Some(tie) = link.ties.get_mut(slot) else { continue };
            if Some(id) == ingress {
                tie.set_has(low);
            } else if !self.has_trees || !(tie.is(Tie::LAZY) || tie.has(low)) {
                tie.set_has(low);
                link.sent_at = now;
                self.counters.forwarded += 1;
                self.outputs.push_back(Output::Send { link: id, frame: forwarded.clone() });
            } else {
                announces |= tie.is(Tie::LAZY);
            }
        }
        if announces {
            let cost = cost_of(frame);
            self.journal.note(Entry { slot, low: newest, cost, ingress }, now);
            if frame.is_critical() {
                self.journal.hurry(now);
            }
        }
    }

    /// A frame goes no further because of its hop limit.
    fn ends_here(&mut self, ingress: Option<LinkId>, frame: &Frame, now: Moment) {
        self.counters.hop_limit_drops += 1;
        if let Some(link) = ingress
            && self.told_hop_limit.tell((), now)
        {
            let reason = RefuseReason::HopLimit { origin: frame.origin(), hop_limit: frame.hop_limit() };
            self.outputs.push_back(Output::Refused { link, reason });
        }
    }

    /// A frame came by `link` that had not come before.
    pub(super) fn came_first(&mut self, link: LinkId, slot: Slot, frame: &Frame, now: Moment) {
        if !self.has_trees {
            return;
        }
        let Some(known) = self.origins.get_mut(slot) else { return };
        let newest = known.position();
        if known.paths.is_missing && self.missing.came(slot, newest) {
            known.paths.is_missing = false;
        }
        if frame.position() < newest {
            return;
        }
        known.paths.cost = cost_of(frame);
        let is_new_path = known.paths.first() != Some(link);
        known.paths.delivered_first(link);
        // Who brought it first is the path, also if it was to announce only: the one that was may wait for this very
        // agent.
        let is_pruned = !self.links.feeds(link, slot);
        // And it may hold back unasked, and send the frame because a comparison showed that it was missing: if it knew the
        // origin when the link came up and this agent, fed by others, did not.
        let may_hold_back = self.links.get(link).is_some_and(|link| link.said_fed);
        if is_pruned || is_new_path && may_hold_back {
            self.graft(link, slot, now);
        }
    }

    /// A frame came by `link` that had come before.
    pub(super) fn came_again(&mut self, link: LinkId, slot: Slot, frame: &Frame, now: Moment) {
        let Some(known) = self.origins.get_mut(slot) else { return };
        let newest = known.position();
        if !self.has_trees || frame.position() != newest {
            return;
        }
        let Self { links, .. } = self;
        let feeds = |path: Option<LinkId>| path.is_some_and(|path| path != link && links.feeds(path, slot));
        if frame.origin() != self.own.origin() {
            if known.paths.first() == Some(link) {
                return;
            }
            if !feeds(known.paths.first()) {
                return known.paths.delivered_first(link);
            }
            if frame.is_critical() && !feeds(known.paths.second()) {
                return known.paths.set_second(Some(link));
            }
        }
        if let Some(link) = self.links.get_mut(link) {
            if let Some(tie) = link.ties.get_mut(slot) {
                tie.set_has(low_byte(newest.sequence));
            }
            link.ties.prune(slot);
            self.journal.wake(now);
        }
    }

    /// A delta came whose keyframe has not: asks whoever brought it.
    pub(super) fn ask_for_keyframe(&mut self, link: LinkId, slot: Slot, frame: &Frame, now: Moment) {
        let Some(known) = self.origins.get(slot) else { return };
        let held = known.frames.keyframe();
        let needs = body::keyframe_sequence(frame);
        let lacks = needs.is_some_and(|sequence| held < Position { sequence, ..frame.position() });
        if lacks && self.has_trees && self.links.feeds(link, slot) {
            self.ask(link, slot, true, now);
        }
    }

    /// Asks the neighbour on `link` for an origin's frames from the newest that is known here on.
    pub(super) fn graft(&mut self, link: LinkId, slot: Slot, now: Moment) {
        self.ask(link, slot, false, now);
    }

    fn ask(&mut self, link: LinkId, slot: Slot, lacks_keyframe: bool, now: Moment) {
        if self.wish(link, slot, lacks_keyframe) {
            self.send_trees(link, now);
        }
    }

    /// Notes what to ask the neighbour on `link` for, if there is one.
    fn wish(&mut self, link: LinkId, slot: Slot, lacks_keyframe: bool) -> bool {
        let up = self.links.get_mut(link).filter(|up| up.neighbour.is_some());
        let Some(up) = up else { return false };
        self.counters.grafts += 1;
        up.ties.graft(slot, lacks_keyframe);
        true
    }

    /// A link is gone: asks all neighbours that are left for the frames that came by it.
    pub(super) fn reroute(&mut self, lost: LinkId, now: Moment) {
        let Self { origins, links, .. } = self;
        for (slot, known) in origins.iter_mut() {
            if known.paths.lose(lost) {
                ask_all_but(lost, slot, links);
            }
        }
        self.send_all_trees(now);
    }

    /// A neighbour says which origins' frames it wants by this link. False if it says nonsense.
    pub(super) fn heard_trees(&mut self, link: LinkId, trees: Trees, now: Moment) -> bool {
        let Trees { names, prune, graft, unknown } = trees;
        for name in names {
            let slot = self.origins.slot(name.origin);
            let Some(link) = self.links.get_mut(link) else { return true };
            if !link.ties.learn(name, slot) {
                return false;
            }
            if slot.is_none() {
                link.ties.tell(name.alias);
                self.journal.wake(now);
            }
        }
        for alias in prune {
            let Some(named) = self.meant_by(link, alias) else { return false };
            if let Named::Origin { slot, .. } = named
                && let Some(tie) = self.tie_mut(link, slot)
            {
                tie.set(Tie::LAZY);
            }
        }
        let mut is_cut_off = false;
        for wish in graft {
            let Some(named) = self.meant_by(link, wish.alias) else { return false };
            if let Named::Origin { slot, epoch } = named {
                is_cut_off |= self.heard_graft(link, slot, Position { epoch, sequence: wish.held });
            }
        }
        if is_cut_off {
            self.send_all_trees(now);
        }
        for alias in unknown {
            let slot = Slot(alias);
            let tie = self.tie_mut(link, slot).filter(|tie| tie.is(Tie::NAMED));
            if let Some(tie) = tie {
                tie.clear(Tie::NAMED);
                self.heard_graft(link, slot, Position::default());
            }
        }
        self.feed(link);
        true
    }

    /// A neighbour wants an origin's frames by this link, and has those up to `held`. One that brought them itself so far
    /// has lost its own way to them: then all others are asked, too. Whether that is so.
    fn heard_graft(&mut self, id: LinkId, slot: Slot, held: Position) -> bool {
        let Self { origins, links, has_trees, .. } = self;
        let Some(known) = origins.get_mut(slot) else { return false };
        let (newest, keyframe) = (known.position(), known.frames.keyframe());
        let Some(link) = links.get_mut(id) else { return false };
        if let Some(tie) = link.ties.get_mut(slot) {
            tie.clear(Tie::LAZY);
            tie.forget_has();
        }
        if newest > held {
            link.ties.owe(slot, keyframe > held);
        }
        let is_cut_off = *has_trees && newest <= held && known.paths.first() == Some(id);
        if is_cut_off {
            known.paths.lose(id);
            ask_all_but(id, slot, links);
        }
        is_cut_off
    }

    /// A neighbour announces frames. False if it says nonsense.
    pub(super) fn heard_announcements(
        &mut self,
        link: LinkId,
        announcements: impl Iterator<Item = Option<Announcement>>,
        now: Moment,
    ) -> bool {
        let patience_ms = self.patience_ms(link);
        let hop_cost = HOP_COST + self.links.half_round_trip_ms(link);
        let mut better = Vec::new();
        let Self { links, origins, missing, journal, .. } = self;
        let Some(up) = links.get_mut(link) else { return true };
        for announcement in announcements {
            let Some(Announcement { alias, low, cost }) = announcement else { return false };
            match up.ties.meant_by(alias) {
                Some(Named::Origin { slot, epoch }) => {
                    let Some(known) = origins.get_mut(slot) else { continue };
                    let newest = known.position();
                    if epoch == newest.epoch
                        && let Some(tie) = up.ties.get_mut(slot)
                    {
                        tie.set_has(low);
                    }
                    let sequence = if epoch > newest.epoch { 0 } else { nearest(newest.sequence, low) };
                    let position = Position { epoch, sequence };
                    if position > newest {
                        known.paths.is_missing = true;
                        let is_critical = known.frames.is_critical();
                        let patience_ms = if is_critical { CRITICAL_GRAFT_MS } else { patience_ms };
                        missing.announced(slot, position, link, patience_ms, now);
                    } else if position == newest
                        && cost.is_some_and(|cost| known.paths.is_beaten_by(cost, hop_cost))
                    {
                        known.paths.try_another();
                        better.push(slot);
                    }
                }
                Some(Named::Nothing) => {
                    up.ties.tell(alias);
                    journal.wake(now);
                }
                Some(Named::Untold | Named::Told) => {}
                None => return false,
            }
        }
        if !better.is_empty() {
            self.counters.grafts += u64::try_from(better.len()).unwrap_or(u64::MAX);
            better.into_iter().for_each(|slot| up.ties.graft(slot, false));
            self.send_trees(link, now);
        }
        true
    }

    /// Asks for the frames that were announced and have not come.
    pub(super) fn ask_for_missing(&mut self, now: Moment) {
        let mut asked = BTreeSet::new();
        while let Some(ask) = self.missing.ask(now) {
            match ask {
                Ok(Ask { slot, link }) => {
                    if self.wish(link, slot, false) {
                        asked.insert(link);
                    }
                }
                Err(slot) => {
                    if let Some(known) = self.origins.get_mut(slot) {
                        known.paths.is_missing = false;
                    }
                }
            }
        }
        asked.into_iter().for_each(|link| self.send_trees(link, now));
    }

    /// Says what there is to say of trees, and announces what came a moment ago.
    pub(super) fn flush(&mut self, now: Moment) {
        if self.journal.flush_at().is_none_or(|flush_at| now < flush_at) {
            return;
        }
        let flush = self.journal.flush(now);
        let own = self.own.origin();
        let Self { links, origins, outputs, journal, .. } = self;
        for (id, link) in links.introduced_mut() {
            if now.since(link.heard_at) > SILENT_LINK_MS {
                // It would pile up there.
                continue;
            }
            let mut trees = link.take_trees(origins);
            let have = announcements(own, id, link, &flush, origins, &mut trees);
            if link.ties.has_to_speak() {
                journal.wake(now);
            }
            if !trees.is_empty() {
                link.sent_at = now;
                outputs.push_back(Output::SendControl { link: id, bytes: Control::Trees(trees).encode() });
            }
            for part in have.chunks(HAVE_MAX) {
                link.sent_at = now;
                outputs.push_back(Output::SendControl { link: id, bytes: Have(part.to_vec()).encode() });
            }
        }
    }

    /// Says what there is to say of trees on a link: now as much as a message takes, the rest at the next flushes, so
    /// that it fills no queue.
    pub(super) fn send_trees(&mut self, link: LinkId, now: Moment) {
        let Self { links, origins, journal, .. } = self;
        let Some(up) = links.get_mut(link) else { return };
        let trees = up.take_trees(origins);
        if up.ties.has_to_speak() {
            journal.wake(now);
        }
        if !trees.is_empty() {
            self.send_control(link, &Control::Trees(trees), now);
        }
    }

    fn send_all_trees(&mut self, now: Moment) {
        let links: Vec<LinkId> = self.links.neighbours().map(|(link, _)| link).collect();
        links.into_iter().for_each(|link| self.send_trees(link, now));
    }

    /// How long to wait for a frame that the neighbour on `link` announced.
    fn patience_ms(&self, link: LinkId) -> u64 {
        GRAFT_MS.max(GRAFT_ROUND_TRIPS * 2 * self.links.half_round_trip_ms(link))
    }

    fn meant_by(&self, link: LinkId, alias: Alias) -> Option<Named> {
        self.links.get(link)?.ties.meant_by(alias)
    }

    fn tie_mut(&mut self, link: LinkId, slot: Slot) -> Option<&mut Tie> {
        self.links.get_mut(link)?.ties.get_mut(slot)
    }
}

/// Has all neighbours but one send an origin's frames that may announce them only so far.
fn ask_all_but(lost: LinkId, slot: Slot, links: &mut Links) {
    for (id, link) in links.introduced_mut() {
        if id != lost && link.may_hold_back(slot) {
            link.ties.graft(slot, false);
        }
    }
}

/// What to announce on a link now. Names that the neighbour needs for that go to `trees`; if there are too many, some
/// frames go unannounced, and the next ones of these origins do not.
fn announcements(
    own: OriginId,
    id: LinkId,
    link: &mut Link,
    Flush { first, second }: &Flush,
    origins: &Origins,
    trees: &mut Trees,
) -> Vec<Announcement> {
    let Some(neighbour) = link.neighbour.as_ref().map(|neighbour| neighbour.origin) else {
        return Vec::new();
    };
    let mut have = Vec::new();
    for (entries, is_first) in [(first, true), (second, false)] {
        for Entry { slot, low, cost, ingress } in entries {
            let tie = link.ties.get(*slot);
            if !tie.is(Tie::LAZY) || tie.has(*low) || *ingress == Some(id) {
                continue;
            }
            if let Some(known) = origins.get(*slot)
                && (known.frames.is_critical() || speaks_first(own, neighbour, known.origin())) == is_first
                && let Some(alias) = link.name(*slot, known, trees)
            {
                have.push(Announcement { alias, low: *low, cost: Some(*cost) });
            }
        }
    }
    have.sort_unstable();
    have.dedup_by_key(|announcement| announcement.alias);
    have
}

/// Of two neighbours, the one that announces an origin's frames first: each does for half of the origins.
fn speaks_first(own: OriginId, neighbour: OriginId, origin: OriginId) -> bool {
    (own < neighbour) == (origin.0 & 1 == 0)
}

/// What the way of a frame has cost.
fn cost_of(frame: &Frame) -> u8 {
    u8::try_from(u64::from(frame.age_ms()) + HOP_COST * u64::from(frame.hop_count())).unwrap_or(u8::MAX)
}

/// How many milliseconds a hop counts for, besides what it takes: where all links are short, the tree is to be flat.
const HOP_COST: u64 = 2;

/// The last byte of a sequence.
pub(super) fn low_byte(sequence: u32) -> u8 {
    let [low, ..] = sequence.to_le_bytes();
    low
}

/// The sequence nearest to `newest` that ends in `low`.
fn nearest(newest: u32, low: u8) -> u32 {
    let ahead = low.wrapping_sub(low_byte(newest)).cast_signed();
    newest.saturating_add_signed(ahead.into())
}

//! What the engine does with frames.

use bytes::Bytes;

use super::control::{Control, Have, PROTOCOL};
use super::engine::Engine;
use super::link::LinkId;
use super::links::CloseReason;
use super::origins::{Admission, Look};
use super::output::{Output, RefuseReason};
use super::slot::Slot;
use crate::frame::{Frame, Position};
use crate::limits::{OUTPUTS_WAITING_MAX, POSITION_MAX};
use crate::moment::Moment;
use crate::origin::OriginId;

impl Engine {
    pub(super) fn message(&mut self, link: LinkId, bytes: Bytes, now: Moment) {
        // What its neighbour had sent before a link was closed still arrives.
        let Some(up) = self.links.get_mut(link) else { return };
        up.heard_at = now;
        if self.outputs.len() > OUTPUTS_WAITING_MAX {
            self.counters.overload += 1;
            return;
        }
        if Control::is_control(&bytes) && !Have::is_have(&bytes) {
            return match Control::decode(&bytes) {
                Some(control) => self.control(link, control, now),
                None if self.is_ahead(link) && Control::is_of_later_protocol(&bytes) => {}
                None => self.close(link, CloseReason::Malformed, now),
            };
        }
        if self.links.neighbour(link).is_none() {
            return self.close(link, CloseReason::NoHello, now);
        }
        if let Some(announcements) = Have::decode(&bytes) {
            if !self.heard_announcements(link, announcements, now) {
                self.close(link, CloseReason::Malformed, now);
            }
            return;
        }
        self.counters.received += 1;
        match Frame::parse(bytes) {
            Ok(frame) => self.frame(link, &frame, now),
            Err(error) => self.refuse_forgery(link, RefuseReason::Malformed(error), now),
        }
    }

    fn frame(&mut self, link: LinkId, frame: &Frame, now: Moment) {
        if !self.is_allowed(frame.origin()) {
            return self.refuse_outsider(link, frame.origin(), now);
        }
        let Position { epoch, sequence } = frame.position();
        if epoch.max(sequence) > POSITION_MAX {
            return self.refuse_forgery(link, RefuseReason::FarAhead(frame.origin()), now);
        }
        if frame.hop_count() > frame.hop_limit() {
            return self.refuse_forgery(link, RefuseReason::TooFar(frame.origin()), now);
        }
        if frame.origin() == self.own.origin() {
            return self.own_frame(link, frame, now);
        }
        match self.origins.look(frame, now) {
            Look::Stranger if !self.links.may_introduce(link, now) => self.refuse_stranger(link, frame, now),
            Look::Fresh(slot) => self.news(link, Some(slot), frame, now),
            Look::Stranger => self.news(link, None, frame, now),
            Look::Duplicate(slot) => {
                self.note_duplicate(link, now);
                self.came_again(link, slot, frame, now);
            }
            Look::Unverifiable => {
                self.counters.unverifiable += 1;
                self.sync_about_stranger(link, now);
            }
            Look::Excess { is_beyond_excuse } => {
                self.counters.excess += 1;
                if is_beyond_excuse && self.told_excess.tell(frame.origin(), now) {
                    self.outputs
                        .push_back(Output::Refused { link, reason: RefuseReason::Excess(frame.origin()) });
                }
            }
        }
    }

    /// Whether the neighbour on `link` speaks a later protocol.
    fn is_ahead(&self, link: LinkId) -> bool {
        self.links.neighbour(link).is_some_and(|neighbour| neighbour.protocol > PROTOCOL)
    }

    /// Refuses a frame of an origin that is not on the list. Neighbours need not have the same list.
    fn refuse_outsider(&mut self, link: LinkId, origin: OriginId, now: Moment) {
        self.counters.not_allowed += 1;
        if self.told_outsiders.tell(origin, now) {
            self.outputs.push_back(Output::Refused { link, reason: RefuseReason::NotAllowed(origin) });
        }
    }

    /// Takes in a frame that may be news, of the origin in `slot` if it is known.
    fn news(&mut self, link: LinkId, slot: Option<Slot>, frame: &Frame, now: Moment) {
        if !self.may_check(link, now) {
            return;
        }
        let frame = frame.aged(self.links.half_round_trip_ms(link));
        let admission = match slot {
            Some(slot) => self.origins.admit(slot, &frame, now),
            None => self.origins.meet(&frame, now),
        };
        match admission {
            Admission::New { slot, is_new_epoch, has_room } => {
                self.counters.unheld += u64::from(!has_room);
                self.renew(slot, is_new_epoch);
                self.came_first(link, slot, &frame, now);
                self.ask_for_keyframe(link, slot, &frame, now);
                self.spread(Some(link), slot, &frame, now);
                let is_neighbour =
                    self.links.neighbour(link).is_some_and(|neighbour| neighbour.origin == frame.origin());
                self.recorder.record(&frame, is_neighbour, now);
                self.take_testimony(&frame, now);
            }
            Admission::BadSignature => {
                self.refuse_forgery(link, RefuseReason::BadSignature(frame.origin()), now);
            }
            Admission::Full => self.refuse_stranger(link, &frame, now),
        }
        self.release_vacated();
    }

    /// The links have to know of a new epoch.
    fn renew(&mut self, slot: Slot, is_new_epoch: bool) {
        if is_new_epoch {
            for (_, link) in self.links.introduced_mut() {
                link.ties.renew(slot);
            }
        }
    }

    fn own_frame(&mut self, link: LinkId, frame: &Frame, now: Moment) {
        if self.own.knows(frame) {
            self.note_duplicate(link, now);
            if let Some(slot) = self.origins.slot(frame.origin()) {
                self.came_again(link, slot, frame, now);
            }
        } else if self.may_check(link, now) {
            if self.own.has_signed(frame) {
                let catch_up = self.own.heard(frame.position(), now);
                self.catch_up(catch_up);
            } else {
                self.refuse_forgery(link, RefuseReason::BadSignature(frame.origin()), now);
            }
        }
    }

    /// Counts a frame that came before, and tells of a neighbour that sends more of them than a network makes.
    fn note_duplicate(&mut self, link: LinkId, now: Moment) {
        self.counters.duplicates += 1;
        if !self.links.may_repeat(link, now) && self.told_repeats.tell(link, now) {
            self.outputs.push_back(Output::Refused { link, reason: RefuseReason::Repeats });
        }
    }

    /// Whether there is time to check a signature for the neighbour on `link`.
    fn may_check(&mut self, link: LinkId, now: Moment) -> bool {
        let may = self.links.take_signature(link, &mut self.budget, now);
        if !may {
            self.counters.overload += 1;
            if self.told_overload.tell(link, now) {
                self.outputs.push_back(Output::Refused { link, reason: RefuseReason::Overload });
            }
        }
        may
    }

    /// Refuses the first keyframe of an origin that there is no room for.
    fn refuse_stranger(&mut self, link: LinkId, frame: &Frame, now: Moment) {
        self.counters.refused += 1;
        if self.told_full.tell(link, now) {
            self.outputs
                .push_back(Output::Refused { link, reason: RefuseReason::TooManyOrigins(frame.origin()) });
        }
    }

    /// Refuses what no honest neighbour sends.
    fn refuse_forgery(&mut self, link: LinkId, reason: RefuseReason, now: Moment) {
        self.refuse(link, reason);
        if self.links.has_forged(link, now) {
            self.close(link, CloseReason::Forgery, now);
        }
    }

    pub(super) fn publish(&mut self, frame: Frame, now: Moment) {
        let catch_up = self.own.sent(frame.position(), now);
        self.set_epoch(frame.position().epoch);
        if let Some((slot, is_new_epoch)) = self.origins.publish(&frame, now) {
            self.renew(slot, is_new_epoch);
            self.spread(None, slot, &frame, now);
            self.recorder.record(&frame, true, now);
        }
        self.catch_up(catch_up);
    }
}

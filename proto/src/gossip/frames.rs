//! What the engine does with frames.

use bytes::Bytes;

use super::control::{Control, PROTOCOL};
use super::engine::Engine;
use super::links::{CloseReason, LinkId};
use super::origins::{Admission, Look};
use super::output::{Output, RefuseReason};
use crate::frame::{Frame, Position};
use crate::limits::{OUTPUTS_WAITING_MAX, POSITION_MAX};
use crate::moment::Moment;
use crate::origin::{HostName, OriginId};

impl Engine {
    pub(super) fn message(&mut self, link: LinkId, bytes: Bytes, now: Moment) {
        if !self.links.is_up(link) {
            // What its neighbour had sent before it was closed still arrives.
            return;
        }
        if Control::is_control(&bytes) {
            return match Control::decode(&bytes) {
                Some(control) => self.control(link, control, now),
                None if self.is_ahead(link) && Control::is_of_later_protocol(&bytes) => {}
                None => self.close(link, CloseReason::Malformed),
            };
        }
        if self.links.neighbour(link).is_none() {
            return self.close(link, CloseReason::NoHello);
        }
        self.counters.received += 1;
        if self.outputs.len() > OUTPUTS_WAITING_MAX {
            self.counters.overload += 1;
            return;
        }
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
        if frame.origin() == self.own.origin() {
            return self.own_frame(link, frame, now);
        }
        match self.origins.look(frame, now) {
            Look::Stranger if !self.links.may_introduce(link, now) => self.refuse_stranger(link, frame, now),
            Look::Fresh | Look::Stranger => self.news(link, frame, now),
            Look::Duplicate => self.counters.duplicates += 1,
            Look::Unverifiable => self.counters.unverifiable += 1,
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

    fn news(&mut self, link: LinkId, frame: &Frame, now: Moment) {
        if !self.may_check(link, now) {
            return;
        }
        let frame = frame.aged(self.links.half_round_trip_ms(link));
        match self.origins.admit(&frame, now) {
            Admission::New { host, has_room } => {
                self.counters.unheld += u64::from(!has_room);
                self.spread(Some(link), &host, &frame);
            }
            Admission::BadSignature => {
                self.refuse_forgery(link, RefuseReason::BadSignature(frame.origin()), now);
            }
            Admission::Full => self.refuse_stranger(link, &frame, now),
        }
    }

    fn own_frame(&mut self, link: LinkId, frame: &Frame, now: Moment) {
        if self.own.knows(frame) {
            self.counters.duplicates += 1;
        } else if self.may_check(link, now) {
            if self.own.has_signed(frame) {
                let catch_up = self.own.heard(frame.position(), now);
                self.catch_up(catch_up);
            } else {
                self.refuse_forgery(link, RefuseReason::BadSignature(frame.origin()), now);
            }
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
            self.close(link, CloseReason::Forgery);
        }
    }

    pub(super) fn publish(&mut self, frame: Frame, now: Moment) {
        let catch_up = self.own.sent(frame.position(), now);
        self.hello.set_epoch(frame.position().epoch);
        if let Some(host) = self.origins.publish(&frame, now) {
            self.spread(None, &host, &frame);
        }
        self.catch_up(catch_up);
    }

    fn spread(&mut self, ingress: Option<LinkId>, host: &HostName, frame: &Frame) {
        self.outputs.push_back(Output::Deliver { host: host.clone(), frame: frame.clone() });
        let Some(forwarded) = frame.forwarded(0) else {
            self.counters.hop_limit_drops += 1;
            return;
        };
        // Its origin is no exception: a frame of an earlier run that reaches it tells it to jump above that.
        for (link, _) in self.links.neighbours() {
            if Some(link) != ingress {
                self.counters.forwarded += 1;
                self.outputs.push_back(Output::Send { link, frame: forwarded.clone() });
            }
        }
    }
}

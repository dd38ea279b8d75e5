//! Invitations: an agent makes itself known to another one anywhere in the network.
//!
//! What neighbours tell of others are mostly their own neighbours. An overlay that grew from such addresses alone stays
//! as long as the chain of seeds that it began with. Random walks would mix it (HyParView, Leitao et al. 2007, section
//! 4.3), but in a long overlay they stay near. The way to any agent is known, though: it is the one by which its frames
//! come. So an invitation is addressed to an origin, drawn from all, and goes up that origin's tree.

use std::net::SocketAddr;

use super::control::{Control, Invite};
use super::engine::Engine;
use super::known::Known;
use super::link::{LinkId, Neighbour};
use super::membership::{Purpose, has_near_end, is_heard, is_linked, is_local};
use crate::limits::{
    FAR_LINK_RATE, HOP_LIMIT, INVITE_FAR_MS, INVITE_MS, INVITE_MS_MAX, INVITE_RATE, NEIGHBOURS_PER_DEGREE,
};
use crate::moment::Moment;
use crate::origin::OriginId;

impl Engine {
    /// Invites another agent now and then: one that is too far away as long as there is any, else ever more seldom.
    pub(super) fn invite(&mut self, now: Moment) {
        if now < self.invite_at || self.degree == 0 || self.port() == 0 {
            return;
        }
        let Some(Guest { to, link, distance }) = self.choose_guest(now) else {
            self.invite_at = now.after_ms(INVITE_MS);
            return;
        };
        let is_far = distance > self.distance_expected();
        self.invite_at = now.after_ms(if is_far { INVITE_FAR_MS } else { self.invite_wait_ms });
        self.invite_wait_ms = (2 * self.invite_wait_ms).min(INVITE_MS_MAX);
        let from = self.own.origin();
        let invite = Invite { to, from, address: None, distance, hops_left: HOP_LIMIT };
        self.send_control(link, &Control::Invite(invite), now);
    }

    /// A neighbour passes on an invitation, or invites somebody itself.
    pub(super) fn heard_invite(&mut self, id: LinkId, invite: Invite, now: Moment) {
        let Invite { to, from, address, hops_left, .. } = invite;
        let Some(link) = self.links.get_mut(id) else { return };
        let is_near = link.remote.is_some_and(|remote| is_local(remote.ip()));
        let address = address.filter(|address| is_near || !is_local(address.ip()));
        let address = address.or_else(|| address_of(link.neighbour.as_ref()?, from));
        let Some(address) = address.filter(|_| link.invitations.take(INVITE_RATE, now)) else { return };
        if !self.is_allowed(from) || from == self.own.origin() {
            return;
        }
        if to == self.own.origin() {
            return self.invited(from, address, invite.distance, now);
        }
        let next = self.origins.of(to).and_then(|known| known.paths.first()).filter(|next| *next != id);
        if let Some(next) = next
            && let Some(hops_left) = hops_left.checked_sub(1)
            && (!is_local(address.ip()) || self.links.get(next).is_some_and(has_near_end))
        {
            let invite = Invite { address: Some(address), hops_left, ..invite };
            self.send_control(next, &Control::Invite(invite), now);
        }
    }

    /// The agent `from` wants to be known here. It is dialled at once if the way between both is too long.
    fn invited(&mut self, from: OriginId, address: SocketAddr, distance: u8, now: Moment) {
        self.learn(address, now);
        let is_dialled = self.dials.contains_key(&address) || is_linked(&self.links, address);
        let has_place = self.links.neighbours().count() < self.target_degree() * NEIGHBOURS_PER_DEGREE;
        if self.degree > 0
            && has_place
            && !is_dialled
            && !self.own_addresses.contains(&address)
            && self.is_far_away(from, distance, now)
            && self.far_links.take(FAR_LINK_RATE, now)
        {
            self.dial(address, Purpose::Shorten, now);
        }
        self.fill(now);
    }

    /// Whether the way between this agent and another one is longer than it should be: the mean of both directions,
    /// `distance` being what the other one says.
    fn is_far_away(&self, origin: OriginId, distance: u8, now: Moment) -> bool {
        let known = self.origins.of(origin).filter(|known| is_heard(known, now));
        let both = u16::from(distance.min(HOP_LIMIT)) + known.map_or(0, |known| known.frames.hops().into());
        known.is_some() && both > 2 * u16::from(self.distance_expected())
    }

    /// An agent to invite: one of those that are too far away, or any.
    fn choose_guest(&mut self, now: Moment) -> Option<Guest> {
        let expected = self.distance_expected();
        let Self { origins, random, .. } = self;
        let guests = || origins.iter().filter_map(|known| Guest::of(known, now));
        let far = || guests().filter(|guest| guest.distance > expected);
        match far().count() {
            0 => guests().nth(random.below(guests().count())),
            count => far().nth(random.below(count)),
        }
    }

    /// Most links that frames cross in a network of this size whose neighbours are drawn from all: as many as the size
    /// has binary digits. Of 100 hosts with [`DEGREE`](crate::limits::DEGREE) they were 7 to 9, in
    /// simulations (`proto/sim/RESULTS.md`).
    fn distance_expected(&self) -> u8 {
        let digits = usize::BITS - self.origins.len().leading_zeros();
        u8::try_from(digits).unwrap_or(u8::MAX)
    }
}

/// An agent that may be invited.
#[derive(Clone, Copy)]
struct Guest {
    to: OriginId,
    /// By which its frames come.
    link: LinkId,
    /// How many links the newest one has crossed.
    distance: u8,
}

impl Guest {
    fn of(known: &Known, now: Moment) -> Option<Self> {
        let link = known.paths.first().filter(|_| is_heard(known, now))?;
        Some(Self { to: known.origin(), link, distance: known.frames.hops() })
    }
}

/// Where the agent `from` listens, if it is the neighbour.
fn address_of(neighbour: &Neighbour, from: OriginId) -> Option<SocketAddr> {
    neighbour.address.filter(|_| neighbour.origin == from)
}

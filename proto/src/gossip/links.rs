//! The links to neighbours: at most one for each pair of agents.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::SocketAddr;

use super::budget::Budget;
use super::link::{Link, LinkId, Neighbour, Target};
use super::slot::Slot;
use crate::limits::{
    FORGERY_RATE, HOST_NAME_BYTES_MAX, INTRODUCTION_RATE, LINK_BYTES, LINKS_MAX, REPEAT_RATE,
};
use crate::moment::Moment;
use crate::origin::OriginId;

/// Why a link is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// It leads back to this very agent.
    ToItself,
    /// Another link to the same neighbour is kept; the neighbour is reached by that.
    Duplicate {
        /// The link that is kept.
        kept: LinkId,
    },
    /// The neighbour came back on a newer link.
    Replaced,
    /// This agent has as many neighbours as it takes.
    Full,
    /// The neighbour has as many neighbours as it takes.
    TurnedAway,
    /// It is not on the list of allowed origins.
    NotAllowed,
    /// It sent a control message that is none.
    Malformed,
    /// It sent more than a few frames that are none, or that their origins did not seal.
    Forgery,
    /// It introduced itself twice.
    HelloTwice,
    /// It sent a frame before it introduced itself.
    NoHello,
    /// There are as many links as the engine takes.
    TooManyLinks,
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ToItself => f.write_str("the link leads back to this agent: remove it from `neighbors`"),
            Self::Duplicate { kept } => write!(f, "link {kept} to the same neighbour is kept"),
            Self::Replaced => f.write_str("the neighbour came back on a newer link"),
            Self::Full => f.write_str("there are enough neighbours already"),
            Self::TurnedAway => f.write_str("the neighbour has enough neighbours already"),
            Self::NotAllowed => f.write_str("the neighbour is not on the list of allowed origins"),
            Self::Malformed => f.write_str("the neighbour sent bytes that are no Grapevine message"),
            Self::Forgery => f.write_str("the neighbour sent forged or damaged frames"),
            Self::HelloTwice => f.write_str("the neighbour introduced itself twice"),
            Self::NoHello => f.write_str("the neighbour sent frames before its hello"),
            Self::TooManyLinks => write!(f, "there are {LINKS_MAX} links already"),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Links {
    all: BTreeMap<LinkId, Link>,
}

const _: () = assert!(size_of::<(LinkId, Link)>() + HOST_NAME_BYTES_MAX <= LINK_BYTES);

/// What to do with a link whose neighbour introduced itself.
pub(super) enum Verdict {
    /// Use it, and close the other one that loses against it.
    Keep { loser: Option<(LinkId, CloseReason)> },
    /// Close it.
    Close(CloseReason),
}

impl Links {
    /// Whether there was room for it.
    pub(super) fn add(
        &mut self,
        link: LinkId,
        dialled: Option<Target>,
        remote: Option<SocketAddr>,
        now: Moment,
    ) -> bool {
        let has_room = self.all.len() < LINKS_MAX;
        if has_room {
            self.all.insert(link, Link::new(dialled, remote, now));
        }
        has_room
    }

    pub(super) fn remove(&mut self, link: LinkId) -> Option<Link> {
        self.all.remove(&link)
    }

    pub(super) fn get(&self, link: LinkId) -> Option<&Link> {
        self.all.get(&link)
    }

    pub(super) fn get_mut(&mut self, link: LinkId) -> Option<&mut Link> {
        self.all.get_mut(&link)
    }

    /// All links, introduced or not.
    pub(super) fn iter(&self) -> impl Iterator<Item = (LinkId, &Link)> {
        self.all.iter().map(|(id, link)| (*id, link))
    }

    /// The links whose neighbours introduced themselves.
    pub(super) fn introduced_mut(&mut self) -> impl Iterator<Item = (LinkId, &mut Link)> {
        self.all.iter_mut().filter(|(_, link)| link.neighbour.is_some()).map(|(id, link)| (*id, link))
    }

    pub(super) fn set_round_trip(&mut self, link: LinkId, rtt_ms: u32) {
        if let Some(link) = self.all.get_mut(&link) {
            link.half_round_trip_ms = rtt_ms / 2;
        }
    }

    pub(super) fn half_round_trip_ms(&self, link: LinkId) -> u64 {
        self.all.get(&link).map_or(0, |link| link.half_round_trip_ms.into())
    }

    pub(super) fn neighbour(&self, link: LinkId) -> Option<&Neighbour> {
        self.all.get(&link)?.neighbour.as_ref()
    }

    pub(super) fn neighbours(&self) -> impl Iterator<Item = (LinkId, &Neighbour)> {
        self.all.iter().filter_map(|(id, link)| Some((*id, link.neighbour.as_ref()?)))
    }

    /// Whether an origin's frames come by `link`, as far as this agent wants them.
    pub(super) fn feeds(&self, link: LinkId, slot: Slot) -> bool {
        self.all.get(&link).is_some_and(|link| link.feeds(slot))
    }

    /// Other origins will take these places.
    pub(super) fn vacate(&mut self, slots: &BTreeSet<Slot>) {
        for link in self.all.values_mut() {
            link.ties.vacate(slots);
        }
    }

    /// Counts a frame that no honest neighbour sends. Whether it was one too many.
    pub(super) fn has_forged(&mut self, link: LinkId, now: Moment) -> bool {
        self.all.get_mut(&link).is_some_and(|link| {
            link.forgeries.spend(1, FORGERY_RATE, now);
            !link.forgeries.has(1, FORGERY_RATE, now)
        })
    }

    /// Whether the neighbour may send a frame that came before; counts as one if so.
    pub(super) fn may_repeat(&mut self, link: LinkId, now: Moment) -> bool {
        self.all.get_mut(&link).is_some_and(|link| link.repeats.take(REPEAT_RATE, now))
    }

    /// Whether the neighbour may bring a further origin; counts as one if so.
    pub(super) fn may_introduce(&mut self, link: LinkId, now: Moment) -> bool {
        self.all.get_mut(&link).is_some_and(|link| link.introductions.take(INTRODUCTION_RATE, now))
    }

    /// Takes one check of a signature for a neighbour from `budget`, if it may have one.
    pub(super) fn take_signature(&mut self, link: LinkId, budget: &mut Budget, now: Moment) -> bool {
        let links = u64::try_from(self.neighbours().count()).unwrap_or(u64::MAX);
        self.all.get_mut(&link).is_some_and(|link| budget.take(&mut link.share, links, now))
    }

    /// Decides which of several links to a neighbour to keep that introduced itself on `link`.
    ///
    /// A later run of the neighbour replaces the links of earlier ones. Of two links of the same run that both ends
    /// dialled, both keep the one that the agent with the smaller id dialled, and the dialler closes the other, so that
    /// it knows not to dial again. Two that the neighbour dialled both stay: the older one is broken and ends by itself,
    /// or there are two agents with one key, who would take turns for ever.
    pub(super) fn judge(&self, link: LinkId, neighbour: &Neighbour, own: OriginId) -> Verdict {
        let Neighbour { origin, epoch, .. } = *neighbour;
        if origin == own {
            return Verdict::Close(CloseReason::ToItself);
        }
        let other = self.neighbours().find(|(id, other)| *id != link && other.origin == origin);
        let other = other.map(|(id, other)| (id, other.epoch));
        let dialled = self.is_dialled(link);
        let loser = match other {
            Some((other, other_epoch)) if other_epoch < epoch => Some((other, CloseReason::Replaced)),
            Some((kept, _)) if dialled && (own > origin || self.is_dialled(kept)) => {
                return Verdict::Close(CloseReason::Duplicate { kept });
            }
            Some((other, _)) if !dialled && own > origin && self.is_dialled(other) => {
                Some((other, CloseReason::Duplicate { kept: link }))
            }
            Some(_) | None => None,
        };
        Verdict::Keep { loser }
    }

    fn is_dialled(&self, link: LinkId) -> bool {
        self.all.get(&link).is_some_and(|link| link.dialled.is_some())
    }
}

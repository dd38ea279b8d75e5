//! The links to neighbours: at most one for each pair of agents.

use std::collections::BTreeMap;
use std::fmt;

use super::bucket::Bucket;
use super::budget::{Budget, Share};
use crate::limits::{FORGERY_RATE, HOST_NAME_BYTES_MAX, INTRODUCTION_RATE, LINK_BYTES, LINKS_MAX};
use crate::moment::Moment;
use crate::origin::{HostName, OriginId};

/// The number of a link, given by the caller and never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkId(pub u64);

impl fmt::Display for LinkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The agent at the other end of a link, as it introduced itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// Who it is.
    pub origin: OriginId,
    /// Which run of it.
    pub epoch: u32,
    /// Its host's name.
    pub host: HostName,
    /// Version of the protocol that it speaks.
    pub protocol: u8,
}

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

#[derive(Debug)]
struct Link {
    dialled: bool,
    half_round_trip_ms: u32,
    neighbour: Option<Neighbour>,
    forgeries: Bucket,
    introductions: Bucket,
    share: Share,
}

const _: () = assert!(size_of::<(LinkId, Link)>() + HOST_NAME_BYTES_MAX <= LINK_BYTES);

impl Link {
    fn new(dialled: bool) -> Self {
        Self {
            dialled,
            half_round_trip_ms: 0,
            neighbour: None,
            forgeries: Bucket::default(),
            introductions: Bucket::default(),
            share: Share::default(),
        }
    }
}

/// What to do with a link whose neighbour introduced itself.
pub(super) enum Verdict {
    /// Use it, and close the other one that loses against it.
    Keep { loser: Option<(LinkId, CloseReason)> },
    /// Close it.
    Close(CloseReason),
}

impl Links {
    /// Whether there was room for it.
    pub(super) fn add(&mut self, link: LinkId, dialled: bool) -> bool {
        let has_room = self.all.len() < LINKS_MAX;
        if has_room {
            self.all.insert(link, Link::new(dialled));
        }
        has_room
    }

    pub(super) fn is_up(&self, link: LinkId) -> bool {
        self.all.contains_key(&link)
    }

    pub(super) fn remove(&mut self, link: LinkId) {
        self.all.remove(&link);
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

    /// Counts a frame that no honest neighbour sends. Whether it was one too many.
    pub(super) fn has_forged(&mut self, link: LinkId, now: Moment) -> bool {
        self.all.get_mut(&link).is_some_and(|link| {
            link.forgeries.spend(1, FORGERY_RATE, now);
            !link.forgeries.has(1, FORGERY_RATE, now)
        })
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

    /// Learns who is at the other end of `link` and decides which of several links to it to keep.
    ///
    /// A later run of the neighbour replaces the links of earlier ones. Of two links of the same run, both ends keep
    /// the one that the agent with the smaller id dialled, and the dialler closes the other, so that it knows not to
    /// dial again.
    pub(super) fn introduce(&mut self, link: LinkId, neighbour: Neighbour, own: OriginId) -> Verdict {
        let Neighbour { origin, epoch, .. } = neighbour;
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
        if let Some(link) = self.all.get_mut(&link) {
            link.neighbour = Some(neighbour);
        }
        Verdict::Keep { loser }
    }

    fn is_dialled(&self, link: LinkId) -> bool {
        self.all.get(&link).is_some_and(|link| link.dialled)
    }
}

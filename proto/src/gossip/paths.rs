//! The links by which an origin's frames come.

use super::link::LinkId;

/// By which links an origin's frames come: one, or two for an origin whose frames must not wait for a repair. All
/// others are pruned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Paths {
    first: LinkOrNone,
    second: LinkOrNone,
    /// What the way of the newest frame has cost: milliseconds and hops, added up.
    pub(super) cost: u8,
    /// Whether a frame was announced that has not come.
    pub(super) is_missing: bool,
    /// How often another path was tried since one was lost.
    tries: u8,
}

/// A link or none, in eight bytes: a number that no link has, as they count up from 0, stands for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LinkOrNone(u64);

impl Paths {
    /// The link that delivers first.
    pub(super) fn first(&self) -> Option<LinkId> {
        self.first.link()
    }

    /// The link that delivers the same once more, for an origin with two paths.
    pub(super) fn second(&self) -> Option<LinkId> {
        self.second.link()
    }

    /// A frame came by `link` before all others.
    pub(super) fn delivered_first(&mut self, link: LinkId) {
        let link = LinkOrNone::of(Some(link));
        if self.first != link {
            self.second = if self.second == link { self.first } else { self.second };
            self.first = link;
        }
    }

    /// `link` is a second path from now on.
    pub(super) fn set_second(&mut self, link: Option<LinkId>) {
        self.second = LinkOrNone::of(link);
    }

    /// Whether the newest frame would have come clearly sooner from a neighbour whom it cost `cost` to get, by a link
    /// that costs `hop_cost` more.
    pub(super) fn is_beaten_by(&self, cost: u8, hop_cost: u64) -> bool {
        u64::from(cost) + hop_cost + BETTER_BY + u64::from(self.tries) <= self.cost.into()
    }

    /// A path is tried that may be better. The next one has to be better still: what is left in the end are
    /// differences that come and go.
    pub(super) fn try_another(&mut self) {
        self.tries = (self.tries + 1).min(TRIES_MAX);
    }

    /// A link is gone. Whether it was one of the paths.
    pub(super) fn lose(&mut self, link: LinkId) -> bool {
        let link = LinkOrNone::of(Some(link));
        let was_path = self.first == link || self.second == link;
        self.tries = if was_path { 0 } else { self.tries };
        if self.first == link {
            self.first = std::mem::take(&mut self.second);
        } else if self.second == link {
            self.second = LinkOrNone::default();
        }
        was_path
    }
}

impl LinkOrNone {
    fn of(link: Option<LinkId>) -> Self {
        link.map_or_else(Self::default, |LinkId(number)| Self(number))
    }

    fn link(self) -> Option<LinkId> {
        (self != Self::default()).then_some(LinkId(self.0))
    }
}

impl Default for LinkOrNone {
    fn default() -> Self {
        Self(u64::MAX)
    }
}

/// How much better the first path has to be that is tried.
const BETTER_BY: u64 = 1;

/// How much better still at most a path has to be because others were tried: waits on the way differ by a few
/// milliseconds from frame to frame.
const TRIES_MAX: u8 = 11;

#[cfg(test)]
mod tests;

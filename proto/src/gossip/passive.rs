//! The passive view: agents that could be neighbours.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::random::Random;
use crate::limits::{PASSIVE_MAX, REDIAL_MS};
use crate::moment::Moment;
use crate::origin::OriginId;

/// Where other agents listen, as neighbours and the LAN told, and which of them did not answer.
///
/// It is what an agent falls back on when its neighbours are lost. Every entry is a stranger's word: it costs a dial at
/// most (HyParView, Leitao et al. 2007, section 4.1).
#[derive(Debug, Default)]
pub(super) struct Passive {
    /// Each address, and when to dial it again at the earliest.
    known: BTreeMap<SocketAddr, Moment>,
    /// Those that had a link or an entry once, and who they were: partitions merge by them.
    lost: Vec<(SocketAddr, Option<OriginId>)>,
}

impl Passive {
    /// Learns of an agent. One of those known gives way if there are too many. False if it was known.
    pub(super) fn learn(&mut self, address: SocketAddr, random: &mut Random, now: Moment) -> bool {
        if self.known.contains_key(&address) {
            return false;
        }
        if self.known.len() >= PASSIVE_MAX {
            let place = random.below(self.known.len());
            if let Some(gone) = self.known.keys().nth(place).copied() {
                self.known.remove(&gone);
            }
        }
        self.known.insert(address, now);
        true
    }

    /// An agent does not answer, or is lost; `origin` if it is known who it was.
    pub(super) fn lose(&mut self, address: SocketAddr, origin: Option<OriginId>) {
        self.known.remove(&address);
        let before = self.lost.iter().position(|(lost, _)| *lost == address);
        let before = before.and_then(|place| self.lost.remove(place).1);
        if self.lost.len() >= PASSIVE_MAX {
            self.lost.remove(0);
        }
        self.lost.push((address, origin.or(before)));
    }

    /// An agent answers, but is no use as a neighbour for a while.
    pub(super) fn put_off(&mut self, address: SocketAddr, now: Moment) {
        if let Some(dial_at) = self.known.get_mut(&address) {
            *dial_at = now.after_ms(REDIAL_MS);
        }
    }

    /// An address is not that of another agent, or not to be dialled.
    pub(super) fn forget(&mut self, address: SocketAddr) {
        self.known.remove(&address);
        self.lost.retain(|(lost, _)| *lost != address);
    }

    /// An agent to dial now, other than those that `is_out` says.
    pub(super) fn choose(
        &self,
        random: &mut Random,
        now: Moment,
        is_out: impl Fn(SocketAddr) -> bool,
    ) -> Option<SocketAddr> {
        let due = |(address, dial_at): &(&SocketAddr, &Moment)| **dial_at <= now && !is_out(**address);
        let count = self.known.iter().filter(due).count();
        let chosen = self.known.iter().filter(due).nth(random.below(count));
        chosen.map(|(address, _)| *address)
    }

    /// One of the lost, in turn.
    pub(super) fn choose_lost(
        &mut self,
        is_out: impl Fn(SocketAddr, Option<OriginId>) -> bool,
    ) -> Option<SocketAddr> {
        let place = self.lost.iter().position(|(address, origin)| !is_out(*address, *origin))?;
        let lost = self.lost.remove(place);
        self.lost.push(lost);
        Some(lost.0)
    }

    /// Some of those known, at most `count`, that `is_fit`.
    pub(super) fn sample(
        &self,
        count: usize,
        random: &mut Random,
        is_fit: impl Fn(SocketAddr) -> bool,
    ) -> Vec<SocketAddr> {
        let mut all: Vec<SocketAddr> =
            self.known.keys().copied().filter(|address| is_fit(*address)).collect();
        while all.len() > count {
            all.swap_remove(random.below(all.len()));
        }
        all
    }
}

#[cfg(test)]
mod tests;

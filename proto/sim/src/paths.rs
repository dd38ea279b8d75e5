//! The paths between hosts: how long bytes take, and where they vanish.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};

use crate::clock::Micros;
use crate::random::mix;

/// What lies between the hosts.
#[derive(Debug)]
pub(crate) struct Paths {
    seed: u64,
    /// Shortest and longest time from one host to another.
    delay: (Micros, Micros),
    /// Hosts whose packets vanish, both ways.
    dark: Vec<bool>,
    /// In which part of the network each host is, while it is in parts.
    sides: Option<Vec<u8>>,
    /// The same of the last time that it was in parts, and from when until when.
    past: Option<(Vec<u8>, Micros, Micros)>,
    split_at: Micros,
    /// Pairs between which packets vanish, from the first to the second.
    blocked: BTreeSet<(usize, usize)>,
    is_troubled: bool,
}

impl Paths {
    pub(crate) fn new(seed: u64, hosts: usize, delay: (Micros, Micros)) -> Self {
        Self {
            seed,
            delay,
            dark: vec![false; hosts],
            sides: None,
            past: None,
            split_at: 0,
            blocked: BTreeSet::new(),
            is_troubled: false,
        }
    }

    /// Time from one host to the other, without jitter: the same both ways.
    pub(crate) fn delay(&self, one: usize, other: usize) -> Micros {
        let pair = (one.min(other) as u64) << 32 | one.max(other) as u64;
        let (min, max) = self.delay;
        min + mix(self.seed ^ mix(pair)) % (max.saturating_sub(min) + 1)
    }

    /// Whether packets reach `to` from `from`.
    pub(crate) fn pass(&self, from: usize, to: usize) -> bool {
        !self.is_troubled
            || !(self.dark[from]
                || self.dark[to]
                || self.is_split(from, to)
                || self.blocked.contains(&(from, to)))
    }

    /// Whether packets pass both ways.
    pub(crate) fn pass_both_ways(&self, one: usize, other: usize) -> bool {
        self.pass(one, other) && self.pass(other, one)
    }

    /// Whether two hosts are in different parts of the network.
    pub(crate) fn is_split(&self, one: usize, other: usize) -> bool {
        self.sides.as_ref().is_some_and(|sides| sides[one] != sides[other])
    }

    /// Whether two hosts were in different parts of the network at a time.
    pub(crate) fn were_split(&self, one: usize, other: usize, at: Micros) -> bool {
        let is = self.sides.is_some() && at >= self.split_at && self.is_split(one, other);
        is || self
            .past
            .as_ref()
            .is_some_and(|(sides, from, to)| (*from..*to).contains(&at) && sides[one] != sides[other])
    }

    pub(crate) fn darken(&mut self, host: usize, is_dark: bool) {
        self.dark[host] = is_dark;
        self.look_for_trouble();
    }

    pub(crate) fn split(&mut self, sides: Option<Vec<u8>>, now: Micros) {
        if let Some(past) = std::mem::replace(&mut self.sides, sides) {
            self.past = Some((past, self.split_at, now));
        }
        self.split_at = now;
        self.look_for_trouble();
    }

    pub(crate) fn block(&mut self, pairs: BTreeSet<(usize, usize)>) {
        self.blocked = pairs;
        self.look_for_trouble();
    }

    fn look_for_trouble(&mut self) {
        self.is_troubled = self.sides.is_some() || !self.blocked.is_empty() || self.dark.contains(&true);
    }
}

/// Where a host listens.
pub(crate) fn address_of(host: usize) -> SocketAddr {
    let number = u32::try_from(host).unwrap_or(u32::MAX);
    SocketAddr::from((Ipv4Addr::from_bits(FIRST_ADDRESS + number), PORT))
}

/// The host that listens at an address.
pub(crate) fn host_at(address: SocketAddr) -> Option<usize> {
    let SocketAddr::V4(address) = address else { return None };
    usize::try_from(address.ip().to_bits().checked_sub(FIRST_ADDRESS)?).ok()
}

/// 10.1.0.0
const FIRST_ADDRESS: u32 = 0x0a01_0000;

/// Grapevine's port.
pub(crate) const PORT: u16 = 6130;

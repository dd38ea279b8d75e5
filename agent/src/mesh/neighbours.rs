//! Whom this agent dials, and which links lead to whom.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use grapevine_proto::Moment;
use grapevine_proto::gossip::Target;
use grapevine_zmtp::{Dial, DialAs, DialId, Endpoint, LinkId, Net};

use super::seeds::Seeds;

/// The neighbours: those that the configuration names and those that the engine chose.
pub(super) struct Neighbours {
    seeds: Seeds,
    /// Agents that the engine chose and that have not answered yet.
    dials: BTreeMap<SocketAddr, Dial>,
    links: BTreeMap<LinkId, Link>,
    /// Whether only agents on this machine may be dialled: without keys nothing else is safe.
    stays_here: bool,
}

struct Link {
    target: Option<Target>,
    address: String,
    /// Ends the link when it is dropped, if the engine chose the neighbour.
    _dial: Option<Dial>,
}

impl Neighbours {
    pub(super) fn new(
        net: &Net,
        seeds: impl Iterator<Item = Endpoint>,
        stays_here: bool,
        now: Moment,
    ) -> Self {
        Self {
            seeds: Seeds::dial(net, seeds, now),
            dials: BTreeMap::new(),
            links: BTreeMap::new(),
            stays_here,
        }
    }

    /// Dials an agent that the engine chose. Whether that is allowed.
    pub(super) fn dial(&mut self, net: &Net, address: SocketAddr) -> bool {
        let may_dial = !self.stays_here || address.ip().is_loopback();
        if may_dial {
            let endpoint = Endpoint::Tcp { host: address.ip().to_string(), port: address.port() };
            self.dials.insert(address, net.dial_once(endpoint, DialAs::Dealer));
        }
        may_dial
    }

    /// Gives up dialling an agent that the engine chose.
    pub(super) fn undial(&mut self, address: SocketAddr) {
        self.dials.remove(&address);
    }

    /// Forgets a dial that failed. Whom it was to reach, if the engine waits for it.
    pub(super) fn dial_failed(&mut self, dial: DialId) -> Option<Target> {
        let address = self.chosen(dial)?;
        self.dials.remove(&address);
        Some(Target::Address(address))
    }

    /// Takes note of a link. Whom this agent dialled, if it did.
    pub(super) fn up(&mut self, link: LinkId, dial: Option<DialId>, address: String) -> Option<Target> {
        let seed = dial.and_then(|dial| self.seeds.of_dial(dial));
        let chosen = dial.and_then(|dial| self.chosen(dial));
        let target = seed.map(Target::Seed).or(chosen.map(Target::Address));
        let dial = chosen.and_then(|address| self.dials.remove(&address));
        if let Some(seed) = seed {
            self.seeds.link_up(seed);
        }
        self.links.insert(link, Link { target, address, _dial: dial });
        target
    }

    /// Whether a link leads to a neighbour, and not to a dashboard.
    pub(super) fn has(&self, link: LinkId) -> bool {
        self.links.contains_key(&link)
    }

    /// Whether a link is one to a configured neighbour.
    pub(super) fn is_seed(&self, link: LinkId) -> bool {
        self.seed(link).is_some()
    }

    /// Forgets a link, and dials again where it stood in for a seed's own.
    pub(super) fn down(&mut self, net: &Net, link: LinkId, now: Moment) {
        let seed = self.seed(link);
        self.links.remove(&link);
        self.seeds.link_down(net, link, seed, now);
    }

    /// Stops dialling the seed of `link`: until `reached_by` ends, or for good if there is none.
    pub(super) fn suspend(&mut self, link: LinkId, reached_by: Option<LinkId>) {
        let seed = self.seed(link);
        if let Some(seed) = seed {
            self.seeds.suspend(seed, reached_by);
        }
    }

    /// Stops dialling the seed of `link`, because it has enough neighbours, until the engine wants it again.
    pub(super) fn put_off(&mut self, link: LinkId) {
        if let Some(seed) = self.seed(link) {
            self.seeds.put_off(seed);
        }
    }

    /// Dials a seed again that had no place.
    pub(super) fn dial_seed(&mut self, net: &Net, seed: u16, now: Moment) {
        self.seeds.resume(seed, net, now);
    }

    /// Tells of seeds that cannot be reached for long.
    pub(super) fn tell_unreachable(&mut self, now: Moment) {
        self.seeds.tell_unreachable(now);
    }

    /// Remembers why a seed cannot be reached.
    pub(super) fn unreachable(&mut self, dial: DialId, reason: String) {
        self.seeds.unreachable(dial, reason);
    }

    /// How many seeds are dialled and have no link.
    pub(super) fn unreachable_count(&self) -> usize {
        self.seeds.unreachable_count()
    }

    /// What the operator calls the other end of a link: the configured endpoint, or the address that it came from.
    pub(super) fn describe(&self, link: LinkId) -> String {
        let Some(Link { address, .. }) = self.links.get(&link) else { return format!("link {link}") };
        let endpoint = self.seed(link).and_then(|seed| self.seeds.endpoint(seed));
        endpoint.map_or_else(|| address.clone(), Endpoint::to_string)
    }

    fn seed(&self, link: LinkId) -> Option<u16> {
        match self.links.get(&link)?.target? {
            Target::Seed(seed) => Some(seed),
            Target::Address(_) => None,
        }
    }

    /// The agent that the engine chose and that `dial` is to reach.
    fn chosen(&self, dial: DialId) -> Option<SocketAddr> {
        self.dials.iter().find(|(_, dialled)| dialled.id() == dial).map(|(address, _)| *address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grapevine_zmtp::NetConfig;

    #[tokio::test]
    async fn an_agent_without_keys_dials_nobody_beyond_its_machine() {
        let (net, _events) = Net::new(NetConfig::default());
        let (near, far) = ("127.0.0.1:6131".parse().unwrap(), "192.0.2.1:6130".parse().unwrap());
        for (stays_here, expected) in [(true, false), (false, true)] {
            let mut neighbours = Neighbours::new(&net, std::iter::empty(), stays_here, Moment(0));
            assert_eq!((neighbours.dial(&net, near), neighbours.dial(&net, far)), (true, expected));
        }
    }
}

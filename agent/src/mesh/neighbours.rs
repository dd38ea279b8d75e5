//! The neighbours that the configuration names: dialled, and dialled again whenever no link to them is left.

use std::collections::BTreeMap;

use grapevine_proto::gossip::Target;
use grapevine_zmtp::{Dial, DialAs, DialId, Endpoint, LinkId, Net};

/// The configured neighbours and which links lead to them.
pub(super) struct Neighbours {
    seeds: Vec<Seed>,
    links: BTreeMap<LinkId, Link>,
}

struct Link {
    /// The number of the seed that dialled it, if it was one.
    seed: Option<usize>,
    address: String,
}

struct Seed {
    endpoint: Endpoint,
    /// Dials as long as this lives.
    dial: Option<Dial>,
    /// The link that makes dialling pointless: its end starts it anew.
    reached_by: Option<LinkId>,
}

impl Neighbours {
    pub(super) fn dial(net: &Net, endpoints: impl Iterator<Item = Endpoint>) -> Self {
        let seeds = endpoints
            .map(|endpoint| Seed {
                dial: Some(net.dial(endpoint.clone(), DialAs::Dealer)),
                endpoint,
                reached_by: None,
            })
            .collect();
        Self { seeds, links: BTreeMap::new() }
    }

    /// Takes note of a link. Which seed dialled it, if one did.
    pub(super) fn up(&mut self, link: LinkId, dial: Option<DialId>, address: String) -> Option<Target> {
        let seed = dial.and_then(|id| {
            self.seeds.iter().position(|seed| seed.dial.as_ref().is_some_and(|dial| dial.id() == id))
        });
        self.links.insert(link, Link { seed, address });
        Some(Target::Seed(u16::try_from(seed?).unwrap_or(u16::MAX)))
    }

    /// Whether a link leads to a neighbour, and not to a dashboard.
    pub(super) fn has(&self, link: LinkId) -> bool {
        self.links.contains_key(&link)
    }

    /// Whether this agent dialled a link.
    pub(super) fn has_dialled(&self, link: LinkId) -> bool {
        self.links.get(&link).is_some_and(|link| link.seed.is_some())
    }

    /// Forgets a link, and dials again where it stood in for a seed's own.
    pub(super) fn down(&mut self, net: &Net, link: LinkId) {
        self.links.remove(&link);
        for seed in self.seeds.iter_mut().filter(|seed| seed.reached_by == Some(link)) {
            seed.reached_by = None;
            seed.dial = Some(net.dial(seed.endpoint.clone(), DialAs::Dealer));
        }
    }

    /// Stops dialling the seed of `link`: until `reached_by` ends, or for good if there is none.
    pub(super) fn suspend(&mut self, link: LinkId, reached_by: Option<LinkId>) {
        let seed = self.links.get(&link).and_then(|link| link.seed);
        if let Some(seed) = seed.and_then(|seed| self.seeds.get_mut(seed)) {
            seed.dial = None;
            seed.reached_by = reached_by;
        }
    }

    /// What the operator calls the other end of a link: the configured endpoint, or the address that it came from.
    pub(super) fn describe(&self, link: LinkId) -> String {
        let Some(Link { seed, address }) = self.links.get(&link) else { return format!("link {link}") };
        let seed = seed.and_then(|seed| self.seeds.get(seed));
        seed.map_or_else(|| address.clone(), |seed| seed.endpoint.to_string())
    }
}

//! The neighbours that the configuration names: dialled, and dialled again whenever no link to them is left.

use std::collections::BTreeMap;

use grapevine_zmtp::{Dial, DialAs, DialId, Endpoint, LinkId, Net};

/// The configured neighbours and which links lead to them.
pub(super) struct Neighbours {
    seeds: Vec<Seed>,
    /// The links to neighbours, with the number of the seed that dialled each.
    links: BTreeMap<LinkId, Option<usize>>,
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

    pub(super) fn up(&mut self, link: LinkId, dial: Option<DialId>) {
        let seed = dial.and_then(|id| {
            self.seeds.iter().position(|seed| seed.dial.as_ref().is_some_and(|dial| dial.id() == id))
        });
        self.links.insert(link, seed);
    }

    /// Forgets a link, and dials again where it stood in for a seed's own.
    pub(super) fn down(&mut self, net: &Net, link: LinkId, reason: &str) {
        if self.links.contains_key(&link) {
            tracing::info!(neighbour = self.describe(link), reason, "neighbour lost");
            self.links.remove(&link);
        }
        for seed in self.seeds.iter_mut().filter(|seed| seed.reached_by == Some(link)) {
            seed.reached_by = None;
            seed.dial = Some(net.dial(seed.endpoint.clone(), DialAs::Dealer));
        }
    }

    /// Stops dialling the seed of `link`: until `reached_by` ends, or for good if there is none.
    pub(super) fn suspend(&mut self, link: LinkId, reached_by: Option<LinkId>) {
        let seed = self.links.get(&link).copied().flatten();
        if let Some(seed) = seed.and_then(|seed| self.seeds.get_mut(seed)) {
            seed.dial = None;
            seed.reached_by = reached_by;
        }
    }

    /// What the operator calls the other end of a link.
    pub(super) fn describe(&self, link: LinkId) -> String {
        match self.links.get(&link).copied().flatten().and_then(|seed| self.seeds.get(seed)) {
            Some(seed) => seed.endpoint.to_string(),
            None => format!("link {link}"),
        }
    }
}

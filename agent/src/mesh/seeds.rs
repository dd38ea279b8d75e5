//! The neighbours that the configuration names: dialled, and dialled again whenever no link to them is left.

use std::collections::BTreeMap;

use grapevine_proto::Moment;
use grapevine_zmtp::{Dial, DialAs, DialId, Endpoint, LinkId, Net};

/// The configured neighbours, by their place in the configuration.
pub(super) struct Seeds(BTreeMap<u16, Seed>);

struct Seed {
    endpoint: Endpoint,
    state: State,
}

/// What is done about a seed.
enum State {
    /// It is dialled as long as this lives.
    Dialled(Dial),
    /// A link that leads to it makes dialling pointless: its end starts it anew.
    ReachedBy(LinkId),
    /// It has enough neighbours without this agent, who comes back then.
    Full { dial_at: Moment },
    /// Dialling is pointless for good.
    Dropped,
}

impl Seeds {
    pub(super) fn dial(net: &Net, endpoints: impl Iterator<Item = Endpoint>) -> Self {
        let seeds = (0..=u16::MAX).zip(endpoints).map(|(number, endpoint)| {
            let state = State::dialled(net, &endpoint);
            (number, Seed { endpoint, state })
        });
        Self(seeds.collect())
    }

    /// The seed that `dial` is to reach.
    pub(super) fn of_dial(&self, dial: DialId) -> Option<u16> {
        let is_it = |seed: &Seed| matches!(&seed.state, State::Dialled(dialled) if dialled.id() == dial);
        self.0.iter().find(|(_, seed)| is_it(seed)).map(|(number, _)| *number)
    }

    pub(super) fn endpoint(&self, number: u16) -> Option<&Endpoint> {
        self.0.get(&number).map(|seed| &seed.endpoint)
    }

    /// Dials those that `link` led to, which is gone.
    pub(super) fn link_down(&mut self, net: &Net, link: LinkId) {
        for seed in self.0.values_mut() {
            if matches!(seed.state, State::ReachedBy(by) if by == link) {
                seed.state = State::dialled(net, &seed.endpoint);
            }
        }
    }

    /// Stops dialling a seed: until `reached_by` ends, or for good if there is none.
    pub(super) fn suspend(&mut self, number: u16, reached_by: Option<LinkId>) {
        if let Some(seed) = self.0.get_mut(&number) {
            seed.state = reached_by.map_or(State::Dropped, State::ReachedBy);
        }
    }

    /// Stops dialling a seed that has enough neighbours, for [`FULL_WAIT_MS`].
    pub(super) fn put_off(&mut self, number: u16, now: Moment) {
        if let Some(seed) = self.0.get_mut(&number) {
            seed.state = State::Full { dial_at: now.after_ms(FULL_WAIT_MS) };
        }
    }

    /// Dials those that were put off long enough; all of them if this agent has no neighbour left.
    pub(super) fn resume(&mut self, net: &Net, is_alone: bool, now: Moment) {
        for seed in self.0.values_mut() {
            if matches!(seed.state, State::Full { dial_at } if is_alone || now >= dial_at) {
                seed.state = State::dialled(net, &seed.endpoint);
            }
        }
    }
}

impl State {
    fn dialled(net: &Net, endpoint: &Endpoint) -> Self {
        Self::Dialled(net.dial(endpoint.clone(), DialAs::Dealer))
    }
}

/// Time until a seed is dialled again that had no place, in milliseconds. A popular one would be dialled every 2 s by
/// all whom it turned away.
const FULL_WAIT_MS: u64 = 60_000;

#[cfg(test)]
mod tests {
    use super::*;
    use grapevine_zmtp::NetConfig;

    fn is_dialled(seeds: &Seeds) -> bool {
        matches!(seeds.0[&0].state, State::Dialled(_))
    }

    #[tokio::test]
    async fn a_seed_that_is_full_is_left_alone_for_a_minute_unless_it_is_the_last() {
        let (net, _events) = Net::new(NetConfig::default());
        let mut seeds = Seeds::dial(&net, ["127.0.0.1:1".parse().unwrap()].into_iter());
        for (is_alone, later_ms, expected) in [(false, 59_999, false), (false, 60_000, true), (true, 0, true)]
        {
            seeds.put_off(0, Moment(1000));
            seeds.resume(&net, is_alone, Moment(1000 + later_ms));
            assert_eq!(is_dialled(&seeds), expected, "alone: {is_alone}, after {later_ms} ms");
        }
    }

    #[tokio::test]
    async fn a_seed_that_is_reached_by_another_link_is_dialled_when_that_ends() {
        let (net, _events) = Net::new(NetConfig::default());
        let mut seeds = Seeds::dial(&net, ["127.0.0.1:1".parse().unwrap()].into_iter());
        seeds.suspend(0, Some(LinkId(7)));
        seeds.link_down(&net, LinkId(6));
        assert!(!is_dialled(&seeds));
        seeds.link_down(&net, LinkId(7));
        assert!(is_dialled(&seeds));
        seeds.suspend(0, None);
        seeds.resume(&net, true, Moment(u64::MAX));
        assert!(!is_dialled(&seeds), "dropped for good");
    }
}

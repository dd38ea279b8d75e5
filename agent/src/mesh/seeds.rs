//! The neighbours that the configuration names: dialled, and dialled again whenever no link to them is left.

use std::collections::BTreeMap;

use grapevine_proto::Moment;
use grapevine_zmtp::{Dial, DialAs, DialId, Endpoint, LinkId, Net};

/// The configured neighbours, by their place in the configuration.
pub(super) struct Seeds(BTreeMap<u16, Seed>);

struct Seed {
    endpoint: Endpoint,
    state: State,
    /// Why the last dial led to no link.
    reason: String,
    /// When to tell again that it cannot be reached.
    tell_at: Moment,
}

/// What is done about a seed.
enum State {
    /// It is dialled as long as this lives, and has had no link since then, if it has none.
    Dialled { dial: Dial, lost_at: Option<Moment> },
    /// A link that leads to it makes dialling pointless: its end starts it anew.
    ReachedBy(LinkId),
    /// It has enough neighbours without this agent. The engine says when to come back.
    Full,
    /// Dialling is pointless for good.
    Dropped,
}

impl Seeds {
    pub(super) fn dial(net: &Net, endpoints: impl Iterator<Item = Endpoint>, now: Moment) -> Self {
        let seeds = (0..=u16::MAX).zip(endpoints).map(|(number, endpoint)| {
            let (state, tell_at) = (State::dialled(net, &endpoint, now), now.after_ms(UNREACHABLE_MS));
            (number, Seed { endpoint, state, reason: String::new(), tell_at })
        });
        Self(seeds.collect())
    }

    /// The seed that `dial` is to reach.
    pub(super) fn of_dial(&self, dial: DialId) -> Option<u16> {
        self.0.iter().find(|(_, seed)| seed.is_dialled_by(dial)).map(|(number, _)| *number)
    }

    pub(super) fn endpoint(&self, number: u16) -> Option<&Endpoint> {
        self.0.get(&number).map(|seed| &seed.endpoint)
    }

    /// The dial of a seed led to a link.
    pub(super) fn link_up(&mut self, number: u16) {
        if let Some(Seed { state: State::Dialled { lost_at, .. }, .. }) = self.0.get_mut(&number) {
            *lost_at = None;
        }
    }

    /// Takes note that `link` is gone, which `seed` dialled, and dials those that it led to.
    pub(super) fn link_down(&mut self, net: &Net, link: LinkId, seed: Option<u16>, now: Moment) {
        let seed = seed.and_then(|seed| self.0.get_mut(&seed));
        if let Some(Seed { state: State::Dialled { lost_at, .. }, tell_at, .. }) = seed {
            *lost_at = Some(now);
            *tell_at = now.after_ms(UNREACHABLE_MS);
        }
        for seed in self.0.values_mut() {
            if matches!(seed.state, State::ReachedBy(by) if by == link) {
                seed.dial(net, now);
            }
        }
    }

    /// Remembers why a dial led to no link.
    pub(super) fn unreachable(&mut self, dial: DialId, reason: String) {
        if let Some(seed) = self.0.values_mut().find(|seed| seed.is_dialled_by(dial)) {
            seed.reason = reason;
        }
    }

    /// How many are dialled and have no link.
    pub(super) fn unreachable_count(&self) -> usize {
        self.0.values().filter(|seed| seed.lost_at().is_some()).count()
    }

    /// Tells of those that have had no link for [`UNREACHABLE_MS`], and again every [`TELL_AGAIN_MS`]. How many.
    pub(super) fn tell_unreachable(&mut self, now: Moment) -> usize {
        let mut told = 0;
        for seed in self.0.values_mut().filter(|seed| now >= seed.tell_at) {
            let Some(lost_at) = seed.lost_at() else { continue };
            let Seed { endpoint, reason, .. } = &seed;
            let unreachable_s = now.since(lost_at) / 1000;
            tracing::warn!(%endpoint, reason, unreachable_s, "neighbour still cannot be reached");
            seed.tell_at = now.after_ms(TELL_AGAIN_MS);
            told += 1;
        }
        told
    }

    /// Stops dialling a seed: until `reached_by` ends, or for good if there is none.
    pub(super) fn suspend(&mut self, number: u16, reached_by: Option<LinkId>) {
        if let Some(seed) = self.0.get_mut(&number) {
            seed.state = reached_by.map_or(State::Dropped, State::ReachedBy);
        }
    }

    /// Stops dialling a seed that has enough neighbours.
    pub(super) fn put_off(&mut self, number: u16) {
        if let Some(seed) = self.0.get_mut(&number) {
            seed.state = State::Full;
        }
    }

    /// Dials a seed again that was put off.
    pub(super) fn resume(&mut self, number: u16, net: &Net, now: Moment) {
        if let Some(seed) = self.0.get_mut(&number)
            && matches!(seed.state, State::Full)
        {
            seed.dial(net, now);
        }
    }
}

impl Seed {
    fn dial(&mut self, net: &Net, now: Moment) {
        self.state = State::dialled(net, &self.endpoint, now);
        self.tell_at = now.after_ms(UNREACHABLE_MS);
    }

    fn is_dialled_by(&self, id: DialId) -> bool {
        matches!(&self.state, State::Dialled { dial, .. } if dial.id() == id)
    }

    fn lost_at(&self) -> Option<Moment> {
        match self.state {
            State::Dialled { lost_at, .. } => lost_at,
            State::ReachedBy(_) | State::Full | State::Dropped => None,
        }
    }
}

impl State {
    fn dialled(net: &Net, endpoint: &Endpoint, now: Moment) -> Self {
        Self::Dialled { dial: net.dial(endpoint.clone(), DialAs::Dealer), lost_at: Some(now) }
    }
}

/// Time without a link after which the operator hears of a seed again, in milliseconds: longer than a machine takes to
/// start anew.
const UNREACHABLE_MS: u64 = 60_000;

/// Time between two such lines about one seed, in milliseconds.
const TELL_AGAIN_MS: u64 = 10 * 60_000;

#[cfg(test)]
mod tests {
    use super::*;
    use grapevine_zmtp::NetConfig;

    const START: Moment = Moment(1000);

    fn one_seed(net: &Net) -> Seeds {
        Seeds::dial(net, ["127.0.0.1:1".parse().unwrap()].into_iter(), START)
    }

    fn is_dialled(seeds: &Seeds) -> bool {
        matches!(seeds.0[&0].state, State::Dialled { .. })
    }

    #[tokio::test]
    async fn a_seed_that_is_full_is_left_alone_until_the_engine_wants_it() {
        let (net, _events) = Net::new(NetConfig::default());
        let mut seeds = one_seed(&net);
        seeds.put_off(0);
        seeds.link_down(&net, LinkId(1), Some(0), START);
        assert!(!is_dialled(&seeds));
        seeds.resume(0, &net, START);
        assert!(is_dialled(&seeds));
    }

    #[tokio::test]
    async fn a_seed_that_is_reached_by_another_link_is_dialled_when_that_ends() {
        let (net, _events) = Net::new(NetConfig::default());
        let mut seeds = one_seed(&net);
        seeds.suspend(0, Some(LinkId(7)));
        seeds.link_down(&net, LinkId(6), None, START);
        assert!(!is_dialled(&seeds));
        seeds.link_down(&net, LinkId(7), None, START);
        assert!(is_dialled(&seeds));
        seeds.suspend(0, None);
        seeds.resume(0, &net, START);
        assert!(!is_dialled(&seeds), "dropped for good");
    }

    #[tokio::test]
    async fn a_seed_without_a_link_is_told_of_after_a_minute_and_every_ten() {
        let (net, _events) = Net::new(NetConfig::default());
        let mut seeds = one_seed(&net);
        let told_at = |seeds: &mut Seeds, from: Moment| -> Vec<u64> {
            let times = (0..30).map(|minute| minute * 60_000);
            times.filter(|later_ms| seeds.tell_unreachable(from.after_ms(*later_ms)) > 0).collect()
        };
        assert_eq!(told_at(&mut seeds, START), [60_000, 660_000, 1_260_000]);
        assert_eq!(seeds.unreachable_count(), 1);
        seeds.link_up(0);
        assert_eq!(seeds.unreachable_count(), 0);
        let later = START.after_ms(10_000_000);
        assert!(told_at(&mut seeds, later).is_empty());
        seeds.link_down(&net, LinkId(1), Some(0), later);
        assert_eq!(told_at(&mut seeds, later)[0], 60_000);
        seeds.suspend(0, Some(LinkId(7)));
        assert_eq!(seeds.unreachable_count(), 0);
    }
}

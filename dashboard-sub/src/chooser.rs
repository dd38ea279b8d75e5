//! Which endpoints to dial, and when: pure, with the clock handed in.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use grapevine_zmtp::Endpoint;

use crate::connection::{Attempt, Connection};
use crate::limits::ATTEMPT_DELAY;

/// Chooses among several endpoints. They are dialled one after the other, each a little later than the one before
/// or as soon as that one failed, until the first answers; the others are given up then. A dialled endpoint is
/// dialled again by the link layer for as long as it is not given up.
#[derive(Debug)]
pub(crate) struct Chooser {
    endpoints: Vec<Endpoint>,
    /// What became of each endpoint since it was attached to last.
    reasons: Vec<Option<String>>,
    /// Endpoints that are being dialled or attached to, by their places.
    dialled: BTreeSet<usize>,
    attached: Option<usize>,
    /// Where the search goes on.
    next: usize,
    /// Not before this the next endpoint joins in.
    not_before: Instant,
    since: Instant,
}

impl Chooser {
    pub(crate) fn new(endpoints: Vec<Endpoint>, now: Instant) -> Self {
        let reasons = endpoints.iter().map(|_| None).collect();
        Self {
            endpoints,
            reasons,
            dialled: BTreeSet::new(),
            attached: None,
            next: 0,
            not_before: now,
            since: now,
        }
    }

    /// The endpoint to dial now, if one is due.
    pub(crate) fn poll_dial(&mut self, now: Instant) -> Option<(usize, Endpoint)> {
        if self.deadline().is_none_or(|deadline| deadline > now) {
            return None;
        }
        let place = self.waiting()?;
        self.dialled.insert(place);
        self.next = place + 1;
        self.not_before = now + ATTEMPT_DELAY;
        Some((place, self.endpoints.get(place)?.clone()))
    }

    /// When to poll again, if ever.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        (self.attached.is_none() && self.waiting().is_some()).then_some(self.not_before)
    }

    /// The endpoint at `place` answered. False if another one did before.
    pub(crate) fn handle_up(&mut self, place: usize, now: Instant) -> bool {
        if self.attached.is_some() || !self.dialled.contains(&place) {
            return false;
        }
        self.attached = Some(place);
        self.dialled = BTreeSet::from([place]);
        self.reasons.fill(None);
        self.since = now;
        true
    }

    /// The attached endpoint was lost.
    pub(crate) fn handle_down(&mut self, reason: String, now: Instant) {
        let Some(place) = self.attached.take() else { return };
        self.note(place, reason);
        self.next = place + 1;
        // An agent that hangs up at once must not be asked again at once.
        let held_long = now.saturating_duration_since(self.since) >= SHORT_ATTACHMENT;
        self.not_before = if held_long { now } else { now + ATTEMPT_DELAY };
        self.since = now;
    }

    /// The endpoint at `place` could not be reached.
    pub(crate) fn handle_unreachable(&mut self, place: usize, reason: String, now: Instant) {
        if self.attached.is_some() {
            return;
        }
        if self.reasons.iter().all(Option::is_none) {
            self.since = now;
        }
        let is_first = self.note(place, reason);
        if is_first {
            self.not_before = self.not_before.min(now);
        }
    }

    pub(crate) fn connection(&self) -> Connection {
        let attempts: Vec<Attempt> = self
            .endpoints
            .iter()
            .zip(&self.reasons)
            .filter_map(|(endpoint, reason)| {
                Some(Attempt { endpoint: endpoint.clone(), reason: reason.clone()? })
            })
            .collect();
        let since = self.since;
        match self.attached.and_then(|place| self.endpoints.get(place)) {
            Some(endpoint) => Connection::Attached { endpoint: endpoint.clone(), since },
            None if attempts.is_empty() => Connection::Connecting { since },
            None => Connection::Unreachable { attempts, since },
        }
    }

    /// The next endpoint that is not being dialled.
    fn waiting(&self) -> Option<usize> {
        let count = self.endpoints.len();
        (0..count).map(|step| (self.next + step) % count).find(|place| !self.dialled.contains(place))
    }

    /// Notes what became of an endpoint. True if nothing was known before.
    fn note(&mut self, place: usize, reason: String) -> bool {
        self.reasons.get_mut(place).is_some_and(|known| known.replace(reason).is_none())
    }
}

/// An attachment that ends sooner was none.
const SHORT_ATTACHMENT: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn chooser(count: u16, now: Instant) -> Chooser {
        let endpoint = |port| Endpoint::Tcp { host: "127.0.0.1".to_owned(), port };
        Chooser::new((1..=count).map(endpoint).collect(), now)
    }

    fn dialled(chooser: &mut Chooser, now: Instant) -> Vec<usize> {
        std::iter::from_fn(|| chooser.poll_dial(now)).map(|(place, _)| place).collect()
    }

    #[test]
    fn a_slow_endpoint_does_not_hold_up_the_next() {
        let start = Instant::now();
        let mut chooser = chooser(2, start);
        assert_eq!(dialled(&mut chooser, start), [0]);
        assert_eq!(chooser.deadline(), Some(start + ATTEMPT_DELAY));
        assert_eq!(dialled(&mut chooser, start + ATTEMPT_DELAY), [1]);
        assert_eq!(chooser.deadline(), None);
        assert!(chooser.handle_up(1, start + ATTEMPT_DELAY));
        assert!(!chooser.handle_up(0, start + ATTEMPT_DELAY), "the second to answer is not needed");
    }

    #[test]
    fn a_refusal_brings_in_the_next_at_once() {
        let now = Instant::now();
        let mut chooser = chooser(3, now);
        assert_eq!(dialled(&mut chooser, now), [0]);
        chooser.handle_unreachable(0, "connection refused".to_owned(), now);
        assert_eq!(dialled(&mut chooser, now), [1]);
        chooser.handle_unreachable(0, "connection refused".to_owned(), now);
        assert_eq!(dialled(&mut chooser, now), Vec::<usize>::new(), "only a first refusal hurries");
        let told = chooser.connection().to_string();
        assert_eq!(told, "no agent answers at 127.0.0.1:1 (connection refused)");
    }

    #[test]
    fn a_lost_agent_is_replaced_by_the_next_at_once_and_by_none_preferred() {
        let start = Instant::now();
        let mut chooser = chooser(2, start);
        dialled(&mut chooser, start);
        chooser.handle_up(0, start);
        assert_eq!(chooser.deadline(), None);
        let later = start + Duration::from_secs(60);
        chooser.handle_down("closed".to_owned(), later);
        assert_eq!(dialled(&mut chooser, later), [1]);
        assert!(chooser.handle_up(1, later));
        assert_eq!(dialled(&mut chooser, later + Duration::from_secs(60)), Vec::<usize>::new());
    }

    #[test]
    fn agents_that_hang_up_at_once_are_not_dialled_in_a_tight_loop() {
        let start = Instant::now();
        let mut chooser = chooser(2, start);
        let mut now = start;
        let mut dials = 0;
        while now < start + Duration::from_secs(10) {
            for place in dialled(&mut chooser, now) {
                dials += 1;
                chooser.handle_up(place, now);
                chooser.handle_down("closed".to_owned(), now);
            }
            now += Duration::from_millis(1);
        }
        assert!(dials <= 41, "{dials} dials in 10 s");
    }
}

//! A neighbour of the configuration that has no place is dialled again, but not by all whom it turned away at once.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use grapevine_proto::gossip::{CloseReason, Control, Engine, Hello, Input, LinkId, Output, Target};
use grapevine_proto::limits::{DEGREE, SEED_WAIT_MS_MAX, UPKEEP_MS};
use grapevine_proto::{Moment, OriginId, OriginKey};

struct Agent {
    engine: Engine,
    now: Moment,
    links: u64,
}

impl Agent {
    /// An agent that has so many neighbours.
    fn of(neighbours: u64) -> Self {
        let key = OriginKey::from_seed(&[1; 32]);
        let (own, verifier) = (key.origin(), key.public().verifier().unwrap());
        let engine = Engine::new(own, verifier, "srv-01".parse().unwrap(), 1, Moment(0));
        let mut agent = Self { engine, now: Moment(0), links: 0 };
        for _ in 0..neighbours {
            agent.link(None);
        }
        agent
    }

    fn handle(&mut self, input: Input) -> Vec<Output> {
        self.engine.handle(input, self.now);
        std::iter::from_fn(|| self.engine.poll_output()).collect()
    }

    fn hear(&mut self, control: &Control) -> Vec<Output> {
        self.handle(Input::Message { link: LinkId(self.links), bytes: control.encode() })
    }

    fn link(&mut self, dialled: Option<Target>) {
        self.links += 1;
        let link = LinkId(self.links);
        self.handle(Input::LinkUp { link, dialled, remote: None });
        self.hear(&Control::Hello(Hello::new(OriginId(self.links), 1, "other".parse().unwrap())));
    }

    /// The seed has no place.
    fn turn_away(&mut self) {
        self.link(Some(Target::Seed(3)));
        let outputs = self.hear(&Control::Full);
        let closed = Output::Close { link: LinkId(self.links), reason: CloseReason::TurnedAway };
        assert!(outputs.contains(&closed), "{outputs:?}");
    }

    /// Milliseconds until it dials the seed, if it does within five minutes.
    fn waits_ms(&mut self) -> Option<u64> {
        let from = self.now;
        while self.now.since(from) < 300_000 {
            self.now = self.now.after_ms(UPKEEP_MS);
            if self.handle(Input::Timeout).contains(&Output::DialSeed { seed: 3 }) {
                return Some(self.now.since(from));
            }
        }
        None
    }
}

#[test]
fn pauses_double_until_it_has_a_place() {
    let mut agent = Agent::of(1);
    for wait_ms in [1000, 2000, 4000, 8000, 16_000, 32_000, SEED_WAIT_MS_MAX, SEED_WAIT_MS_MAX] {
        agent.turn_away();
        assert_eq!(agent.waits_ms(), Some(wait_ms));
        assert_eq!(agent.waits_ms(), None, "until it turns away again");
    }
    agent.link(Some(Target::Seed(3)));
    agent.hear(&Control::Welcome { held_epoch: 0, held_sequence: 0 });
    agent.hear(&Control::Full);
    assert_eq!(agent.waits_ms(), Some(1000), "after it had a place");
}

#[test]
fn it_is_left_alone_while_there_are_enough_neighbours_and_asked_often_while_there_is_none() {
    let mut agent = Agent::of(DEGREE.try_into().unwrap());
    agent.turn_away();
    assert_eq!(agent.waits_ms(), None);
    agent.handle(Input::LinkDown { link: LinkId(1), by_peer: true });
    assert_eq!(agent.waits_ms(), Some(UPKEEP_MS), "it has lost one");
    let mut alone = Agent::of(0);
    for _ in 0..4 {
        alone.turn_away();
        assert_eq!(alone.waits_ms(), Some(1000));
    }
}

//! Agents that are far apart hear of each other, and link.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::net::SocketAddr;

use grapevine_proto::gossip::{Control, Engine, Hello, Input, Invite, LinkId, Output, Target};
use grapevine_proto::limits::{HOP_LIMIT, INVITE_FAR_MS, INVITE_MS, INVITE_RATE};
use grapevine_proto::{Composer, Frame, Identity, Moment, OriginId, OriginKey, PublicKey};

const START: Moment = Moment(1000);
const BEFORE: LinkId = LinkId(1);
const AFTER: LinkId = LinkId(2);

struct Host {
    origin: OriginId,
    composer: Composer,
}

impl Host {
    fn of(seed: u8) -> Self {
        let key = OriginKey::from_seed(&[seed; 32]);
        let identity = Identity {
            public_key: PublicKey([0; 32]),
            host: format!("host-{seed}").parse().unwrap(),
            interval_ms: 1000,
            role: String::new(),
            groups: Vec::new(),
        };
        Self { origin: key.origin(), composer: Composer::new(key, identity, HOP_LIMIT, 1) }
    }

    /// Its next frame, as it comes after so many links.
    fn frame(&mut self, hops: u8, now: Moment) -> Frame {
        let frame = self.composer.frame(std::iter::empty(), now).unwrap();
        (0..hops).fold(frame, |frame, _| frame.forwarded(0).unwrap())
    }
}

/// An agent between two neighbours, and what it says to them.
struct Between {
    engine: Engine,
    own: OriginId,
    now: Moment,
}

impl Between {
    fn new(before: &Host, after: &Host) -> Self {
        let key = OriginKey::from_seed(&[9; 32]);
        let (own, verifier) = (key.origin(), key.public().verifier().unwrap());
        let engine = Engine::new(own, verifier, "between".parse().unwrap(), 1, START).listening(6130);
        let mut between = Self { engine, own, now: START };
        for (link, host) in [(BEFORE, before), (AFTER, after)] {
            let remote = Some(SocketAddr::new(address_of(link).ip(), 40_000));
            between.handle(Input::LinkUp { link, dialled: None, remote });
            let name = format!("host-{link}").parse().unwrap();
            between.hear(link, Control::Hello(Hello { port: 6130, ..Hello::new(host.origin, 1, name) }));
        }
        between
    }

    fn handle(&mut self, input: Input) -> Vec<Output> {
        self.engine.handle(input, self.now);
        std::iter::from_fn(|| self.engine.poll_output()).collect()
    }

    fn hear(&mut self, link: LinkId, control: Control) -> Vec<Output> {
        self.handle(Input::Message { link, bytes: control.encode() })
    }

    fn take(&mut self, link: LinkId, frame: &Frame) {
        self.handle(Input::Message { link, bytes: frame.bytes().clone() });
    }

    /// What it passes on, and by which link.
    fn passed(&mut self, link: LinkId, invite: Invite) -> Vec<(LinkId, Invite)> {
        invites(self.hear(link, Control::Invite(invite)))
    }

    /// Whom it dials.
    fn dialled(&mut self, link: LinkId, invite: Invite) -> Vec<SocketAddr> {
        let outputs = self.hear(link, Control::Invite(invite)).into_iter();
        outputs
            .filter_map(|output| if let Output::Dial { address } = output { Some(address) } else { None })
            .collect()
    }
}

fn invites(outputs: Vec<Output>) -> Vec<(LinkId, Invite)> {
    let invite = |output| match output {
        Output::SendControl { link, bytes } => match Control::decode(&bytes) {
            Some(Control::Invite(invite)) => Some((link, invite)),
            _ => None,
        },
        _ => None,
    };
    outputs.into_iter().filter_map(invite).collect()
}

fn address_of(LinkId(link): LinkId) -> SocketAddr {
    ([10, 0, 0, u8::try_from(link).unwrap()], 6130).into()
}

#[test]
fn an_invitation_goes_the_way_by_which_its_guests_frames_come() {
    let (before, mut after) = (Host::of(1), Host::of(2));
    let mut between = Between::new(&before, &after);
    let invite =
        Invite { to: after.origin, from: before.origin, address: None, distance: 1, hops_left: HOP_LIMIT };
    assert!(between.passed(BEFORE, invite).is_empty(), "nothing has come of the guest");
    between.take(AFTER, &after.frame(0, START));
    let passed = Invite { address: Some(address_of(BEFORE)), hops_left: HOP_LIMIT - 1, ..invite };
    assert_eq!(
        between.passed(BEFORE, invite),
        [(AFTER, passed)],
        "a neighbour's address is where it is reached"
    );
    let of_another = Invite { from: OriginId(7), address: Some(address_of(LinkId(7))), ..invite };
    assert_eq!(
        between.passed(BEFORE, of_another),
        [(AFTER, Invite { hops_left: HOP_LIMIT - 1, ..of_another })]
    );
    for dropped in [
        Invite { address: None, ..of_another },
        Invite { address: Some("127.0.0.1:6130".parse().unwrap()), ..of_another },
        Invite { hops_left: 0, ..of_another },
        Invite { from: between.own, ..of_another },
    ] {
        assert!(between.passed(BEFORE, dropped).is_empty(), "{dropped:?}");
    }
    assert!(between.passed(AFTER, of_another).is_empty(), "back to where it came from");
    let passed = (0..2 * INVITE_RATE.burst).filter(|_| !between.passed(BEFORE, invite).is_empty());
    assert!(u64::try_from(passed.count()).unwrap() < INVITE_RATE.burst, "no more than the rate allows");
}

#[test]
fn whoever_is_invited_dials_those_that_are_far_away_and_no_others() {
    let (before, after, mut far) = (Host::of(1), Host::of(2), Host::of(3));
    let mut between = Between::new(&before, &after);
    let (to, from, address) = (between.own, far.origin, address_of(LinkId(3)));
    let invite = Invite { to, from, address: Some(address), distance: HOP_LIMIT, hops_left: 1 };
    for seed in 4..8 {
        between.take(AFTER, &Host::of(seed).frame(0, START));
    }
    assert_eq!(between.dialled(AFTER, invite), [address], "it lacks neighbours");
    between.handle(Input::DialFailed { target: Target::Address(address) });
    for number in 20..26 {
        let (link, origin) = (LinkId(number), OriginId(number));
        between.handle(Input::LinkUp { link, dialled: None, remote: Some(address_of(link)) });
        let name = format!("host-{number}").parse().unwrap();
        between.hear(link, Control::Hello(Hello::new(origin, 1, name)));
    }
    assert!(between.dialled(AFTER, invite).is_empty(), "nothing is heard of it");
    let mut dialled_at = |hops, distance, address| {
        between.now = between.now.after_ms(INVITE_FAR_MS);
        let frame = far.frame(hops, between.now);
        between.take(AFTER, &frame);
        !between.dialled(AFTER, Invite { distance, address: Some(address), ..invite }).is_empty()
    };
    assert!(!dialled_at(1, 1, address), "as near as the only other host should be");
    assert!(dialled_at(7, 7, address), "far");
}

#[test]
fn agents_invite_others_ever_more_seldom_unless_those_are_far_away() {
    let (before, mut after) = (Host::of(1), Host::of(2));
    for (hops, pauses_ms) in [(0, [2000, 4000, 8000, 16_000]), (10, [INVITE_FAR_MS; 4])] {
        let mut between = Between::new(&before, &after);
        let mut times = Vec::new();
        for quarter in 1..=140 {
            between.now = START.after_ms(250 * quarter);
            if quarter % 4 == 0 {
                let frame = after.frame(hops, between.now);
                between.take(AFTER, &frame);
            }
            for (link, invite) in invites(between.handle(Input::Timeout)) {
                assert_eq!((link, invite.to, invite.from), (AFTER, after.origin, between.own));
                assert_eq!((invite.address, invite.distance, invite.hops_left), (None, hops, HOP_LIMIT));
                times.push(between.now.since(START));
            }
        }
        assert_eq!(times.first(), Some(&INVITE_MS));
        let pauses: Vec<u64> = times.iter().zip(times.iter().skip(1)).map(|(a, b)| b - a).take(4).collect();
        assert_eq!(pauses, pauses_ms, "{hops} hops");
        after = Host::of(2);
    }
}

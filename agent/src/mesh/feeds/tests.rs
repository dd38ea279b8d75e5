use super::*;
use grapevine_proto::gossip::{Control, Hello, Input};
use grapevine_proto::{Composer, Frame, FrameKind, Identity, OriginId, OriginKey};
use grapevine_zmtp::{Rank, Slot};

const NOW: Moment = Moment(5000);
const LINK: LinkId = LinkId(1);

/// An engine that holds a keyframe and a delta of each of so many hosts.
fn engine(hosts: u8) -> Engine {
    let own = OriginKey::from_seed(&[0; 32]);
    let name = "own".parse().unwrap();
    let mut engine = Engine::new(own.origin(), own.public().verifier().unwrap(), name, 1, NOW);
    let link = grapevine_proto::gossip::LinkId(1);
    engine.handle(Input::LinkUp { link, dialled: None, remote: None }, NOW);
    let hello = Control::Hello(Hello::new(OriginId(1), 1, "peer".parse().unwrap()));
    engine.handle(Input::Message { link, bytes: hello.encode() }, NOW);
    for seed in 1..=hosts {
        let key = OriginKey::from_seed(&[seed; 32]);
        let identity = Identity {
            public_key: key.public(),
            host: format!("{}-{seed}", if seed % 2 == 0 { "even" } else { "odd" }).parse().unwrap(),
            interval_ms: 1000,
            role: String::new(),
            groups: Vec::new(),
        };
        let mut composer = Composer::new(key, identity, 32, 1);
        for _ in 0..2 {
            let frame = composer.frame(std::iter::empty(), NOW).unwrap();
            engine.handle(Input::Message { link, bytes: frame.bytes().clone() }, NOW);
        }
    }
    engine
}

/// Advances the feeds of a reader that takes `room` messages at a time, until nothing more comes.
fn read(feeds: &mut Feeds, engine: &Engine, room: usize) -> Vec<(Slot, Message)> {
    let mut taken = Vec::new();
    loop {
        let before = taken.len();
        feeds.advance(LINK, engine, NOW, |slot, message| {
            let has_room = taken.len() < before + room;
            if has_room {
                taken.push((slot, message));
            }
            has_room
        });
        if taken.len() == before {
            return taken;
        }
    }
}

#[test]
fn a_subscriber_gets_all_frames_however_slowly_it_reads() {
    let engine = engine(9);
    for room in [2, 3, 100] {
        let mut feeds = Feeds::default();
        feeds.start(LINK, Bytes::new());
        let mut taken = read(&mut feeds, &engine, room);
        // Where the room ends between the two frames of a host, both come again.
        taken.dedup_by(|a, b| a.1 == b.1);
        let frames: Vec<Frame> = taken
            .into_iter()
            .map(|(_, message)| Frame::parse(message.into_last().unwrap()).unwrap())
            .collect();
        let mut distinct: Vec<_> = frames.iter().map(|frame| (frame.origin(), frame.position())).collect();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), 18, "room for {room}");
        assert!(feeds.0.is_empty(), "nothing is left to do");
    }
}

#[test]
fn a_subscriber_gets_the_hosts_of_its_prefix_with_their_names() {
    let engine = engine(9);
    let mut feeds = Feeds::default();
    feeds.start(LINK, Bytes::from_static(b"even-"));
    let taken = read(&mut feeds, &engine, 100);
    assert_eq!(taken.len(), 8);
    for pair in taken.chunks(2) {
        let ranks: Vec<Slot> = pair.iter().map(|(slot, _)| *slot).collect();
        assert!(matches!(ranks[0], Slot::Origin { rank: Rank::Keyframe, .. }), "the keyframe comes first");
        assert!(matches!(ranks[1], Slot::Origin { rank: Rank::Delta, .. }));
        let frame = Frame::parse(pair[0].1.clone().into_last().unwrap()).unwrap();
        assert!(pair.iter().all(|(_, message)| message.parts()[0].starts_with(b"even-")));
        assert_eq!(frame.hop_count(), 0);
    }
}

#[test]
fn a_reader_that_is_gone_is_forgotten() {
    let mut feeds = Feeds::default();
    feeds.start(LINK, Bytes::new());
    feeds.stop(LINK);
    assert!(read(&mut feeds, &engine(1), 100).is_empty());
}

/// An engine that has sent three frames itself and recorded five of its neighbour.
fn recording_engine() -> Engine {
    let [own, peer] = [(0, "own"), (9, "peer")].map(|(seed, host)| {
        let key = OriginKey::from_seed(&[seed; 32]);
        let identity = Identity {
            public_key: key.public(),
            host: host.parse().unwrap(),
            interval_ms: 1000,
            role: String::new(),
            groups: Vec::new(),
        };
        (key.origin(), key.public(), Composer::new(key, identity, 32, 1))
    });
    let (own, public, mut composer) = own;
    let mut engine = Engine::new(own, public.verifier().unwrap(), "own".parse().unwrap(), 1, NOW);
    for at in 0..3 {
        let frame = composer.frame(std::iter::empty(), NOW).unwrap();
        engine.handle(Input::Publish { frame }, NOW.after_ms(1000 * at));
    }
    let (origin, _, mut composer) = peer;
    let link = grapevine_proto::gossip::LinkId(1);
    engine.handle(Input::LinkUp { link, dialled: None, remote: None }, NOW);
    let hello = Control::Hello(Hello::new(origin, 1, "peer".parse().unwrap()));
    engine.handle(Input::Message { link, bytes: hello.encode() }, NOW);
    for at in 0..5 {
        let frame = composer.frame(std::iter::empty(), NOW).unwrap();
        while engine.poll_output().is_some() {}
        engine.handle(Input::Message { link, bytes: frame.bytes().clone() }, NOW.after_ms(1000 * at));
    }
    engine
}

#[test]
fn history_comes_to_whom_asks_for_it_and_to_nobody_else() {
    let engine = recording_engine();
    for (prefix, expected) in [
        ("history/", 8),
        ("history/p", 5),
        ("history/own", 3),
        ("history/x", 0),
        ("history", 0),
        ("", 0),
        ("h", 0),
    ] {
        for room in [1, 100] {
            let mut feeds = Feeds::default();
            feeds.start(LINK, Bytes::from_static(prefix.as_bytes()));
            let taken = read(&mut feeds, &engine, room.max(2));
            let past: Vec<&Message> = taken
                .iter()
                .filter(|(slot, message)| {
                    let is_past = message.parts()[0].starts_with(b"history/");
                    assert_eq!(*slot == Slot::Single, is_past);
                    is_past
                })
                .map(|(_, message)| message)
                .collect();
            assert_eq!(past.len(), expected, "{prefix:?} with room for {room}");
        }
    }
}

#[test]
fn history_is_in_order_and_says_how_old_it_is() {
    let engine = recording_engine();
    let mut feeds = Feeds::default();
    feeds.start(LINK, Bytes::from_static(b"history/peer"));
    let mut taken = Vec::new();
    feeds.advance(LINK, &engine, NOW.after_ms(4000), |_, message| {
        assert_eq!(message.parts()[0], "history/peer");
        taken.push(Frame::parse(message.into_last().unwrap()).unwrap());
        true
    });
    assert_eq!(taken[0].kind(), FrameKind::Keyframe);
    let sequences: Vec<u32> = taken.iter().map(|frame| frame.position().sequence).collect();
    assert!(sequences.is_sorted_by(|a, b| a + 1 == *b), "{sequences:?}");
    let ages: Vec<u32> = taken.iter().map(Frame::age_ms).collect();
    assert_eq!(ages, [4000, 3000, 2000, 1000, 0]);
}

#[test]
fn a_subscription_that_is_taken_back_brings_nothing_more() {
    let engine = recording_engine();
    let mut feeds = Feeds::default();
    for _ in 0..100 {
        feeds.start(LINK, Bytes::from_static(b"history/"));
        feeds.cancel(LINK, &Bytes::from_static(b"history/"));
    }
    assert!(feeds.0[&LINK].is_empty());
    assert!(read(&mut feeds, &engine, 100).is_empty());
}

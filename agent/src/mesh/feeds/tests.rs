use super::*;
use grapevine_proto::gossip::{Control, Hello, Input};
use grapevine_proto::{Composer, Frame, Identity, OriginKey};
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

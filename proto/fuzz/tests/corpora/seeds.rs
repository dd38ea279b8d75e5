//! Seeds: real frames, handshakes and runs, so that fuzzing starts deep inside.
//!
//! `GRAPEVINE_BLESS=1 cargo test -p grapevine-fuzz` writes them anew where the protocol has changed.

use std::collections::BTreeMap;
use std::{env, fs};

use bytes::Bytes;
use grapevine_fuzz::TARGETS;
use grapevine_fuzz::origin::{STORY, composer, readings};
use grapevine_fuzz::stream::{End, opening};
use grapevine_proto::gossip::{
    Announcement, Control, Digest, Graft, Have, Hello, Holding, Invite, Name, Summary, Trees,
};
use grapevine_proto::{Beacon, Frame, Moment, OriginId};
use grapevine_zmtp::{Message, Side};

use crate::{corpus, root};

type Seeds = BTreeMap<String, Vec<u8>>;

#[test]
fn the_seeds_are_those_of_the_protocol() {
    for (target, _) in TARGETS {
        let seeds = seeds_of(target);
        assert!(!seeds.is_empty(), "{target} has no seeds");
        if env::var_os("GRAPEVINE_BLESS").is_some() {
            write(target, &seeds);
        }
        let (found, _): (Seeds, Seeds) =
            corpus(target).into_iter().partition(|(name, _)| name.starts_with("seed-"));
        assert!(
            found == seeds,
            "the seeds of {target} are not what real agents say; if the protocol changed, run \
             GRAPEVINE_BLESS=1 cargo test -p grapevine-fuzz"
        );
    }
}

fn write(target: &str, seeds: &Seeds) {
    let folder = root().join(target);
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap()) {
        if entry.file_name().to_str().unwrap().starts_with("seed-") {
            fs::remove_file(entry.path()).unwrap();
        }
    }
    for (name, bytes) in seeds {
        fs::write(folder.join(name), bytes).unwrap();
    }
}

fn seeds_of(target: &str) -> Seeds {
    let seeds = match target {
        "greeting_listener" => greetings_to_a_listener(),
        "greeting_dialler" => greetings_to_a_dialler(),
        "zmtp_frames" => traffic(),
        "curve" => talks(),
        "frame" => story().map(|(name, frame)| (name, frame.bytes().to_vec())).to_vec(),
        "body" => bodies(),
        "delta" => deltas(),
        "control" => controls(),
        "beacon" => beacons(),
        "engine" => runs(),
        _ => Vec::new(),
    };
    seeds.into_iter().map(|(name, bytes)| (format!("seed-{name}"), bytes)).collect()
}

type Named = Vec<(&'static str, Vec<u8>)>;

/// Cuts of all sorts, for a stream to go after.
const CUTS: [u8; 4] = [3, 0, 30, 255];

fn greetings_to_a_listener() -> Named {
    let whole = |dialler| [&[0], &opening(Side::Listener, dialler)[..]].concat();
    let cut = |dialler| [&CUTS, &opening(Side::Listener, dialler)[..]].concat();
    let mut curve = whole(Side::Dealer);
    curve[13..18].copy_from_slice(b"CURVE");
    vec![
        ("neighbour", whole(Side::Dealer)),
        ("neighbour-cut", cut(Side::Dealer)),
        ("subscriber", whole(Side::Subscriber)),
        ("subscriber-cut", cut(Side::Subscriber)),
        ("curve", curve),
        ("frame-follows", [cut(Side::Dealer), frame(0, STORY.keyframe.bytes())].concat()),
        ("subscription-follows", [cut(Side::Subscriber), command("SUBSCRIBE", b"srv")].concat()),
    ]
}

fn greetings_to_a_dialler() -> Named {
    let answered = |choice: u8, side| [&[choice, 0], &opening(side, Side::Listener)[..]].concat();
    let refusal =
        [&[0, 0], &opening(Side::Dealer, Side::Listener)[..64], &command("ERROR", b"\x02no")].concat();
    vec![
        ("router", answered(0, Side::Dealer)),
        ("publisher", answered(1, Side::Subscriber)),
        ("refusal", refusal),
        ("frame-follows", [answered(1, Side::Subscriber), frame(0, STORY.keyframe.bytes())].concat()),
    ]
}

fn traffic() -> Named {
    let of = |choice: u8, pieces: &[Vec<u8>]| [&[choice], &CUTS[..], &pieces.concat()].concat();
    // The context of a first PING, which comes after 5 s: 255 * 64 ms are enough.
    let pong = command("PONG", &[0, 0, 0, 1]);
    let slow = [&[0, 1, 80][..], &command("X", &[0; 150]), &pong].concat();
    vec![
        ("neighbour", of(0, &[frame(0, STORY.keyframe.bytes()), frame(0, STORY.delta.bytes())])),
        ("published", of(3, &[said(&[b"srv-01", STORY.delta.bytes()]), said(&[b"a", b"", b"c", b"d"])])),
        ("subscriber", of(1, &[command("SUBSCRIBE", b"srv"), command("CANCEL", b"srv")])),
        ("subscriber-3.0", of(5, &[frame(0, b"\x01srv"), frame(0, b"\0srv")])),
        ("all-hosts", of(1, &[command("SUBSCRIBE", b""), command("SUBSCRIBE", b"")])),
        ("ping", of(2, &[command("PING", b"\0\x96context"), command("ERROR", b"\x02no")])),
        ("pong", slow),
        ("long", of(0, &[long(1, &[1; 300]), long(0, &[2; 30])])),
        ("claim", [&[0, 0][..], &[2], &u64::MAX.to_be_bytes()].concat()),
    ]
}

/// Talks between ends with keys. A neighbour's first message begins at byte 567 of what it says, that of its listener at
/// byte 301; each has 52 bytes.
fn talks() -> Named {
    let of = |choice: u8, changes: &[[u8; 4]]| {
        let count = u8::try_from(changes.len()).unwrap();
        [&[choice, count], &changes.concat()[..], b"what is said once the talk is open, and a bit more"]
            .concat()
    };
    vec![
        ("neighbours", of(0, &[])),
        ("subscriber", of(1, &[])),
        ("viewer", of(3, &[])),
        ("viewer-as-neighbour", of(2, &[])),
        ("hello-damaged", of(0, &[[150, 0, 0, 1]])),
        ("initiate-damaged", of(0, &[[44, 1, 0, 1]])),
        ("welcome-damaged", of(4, &[[100, 0, 0, 128]])),
        ("message-repeated", of(0, &[[0x37, 2, 3, 52]])),
        ("message-left-out", of(4, &[[0x2d, 1, 2, 52]])),
        ("mechanism-changed", of(0, &[[12, 0, 0, 13]])),
    ]
}

fn story() -> [(&'static str, Frame); 5] {
    let story = &*STORY;
    [
        ("earlier", story.earlier.clone()),
        ("keyframe", story.keyframe.clone()),
        ("delta", story.delta.clone()),
        ("later", story.later.clone()),
        ("leave", story.leave.clone()),
    ]
}

fn bodies() -> Named {
    let body = |choice: u8, frame: &Frame| [&[choice], frame.body()].concat();
    let few = composer().frame(readings(3.0)[..5].iter(), Moment(0)).unwrap();
    let nothing = composer().frame(std::iter::empty(), Moment(0)).unwrap();
    // One reading of cpu.core.use, metric 33, whose label has 200 bytes.
    let long_label = [&[1, 200][..], &[b'x'; 200], &[1, 33, 1, 1, 0]].concat();
    vec![
        ("whole", body(0, &STORY.keyframe)),
        ("after-identity", body(1, &STORY.keyframe)),
        ("few", body(0, &few)),
        ("nothing", body(0, &nothing)),
        ("delta", body(1, &STORY.delta)),
        ("links-cut-short", [body(0, &nothing), section(6, &[3, 1, 2])].concat()),
        ("long-label", [&[1], &section(3, &long_label)[..], &section(4, &[1, 4, 0, 0])].concat()),
    ]
}

fn deltas() -> Named {
    let body = |choice: u8, frame: &Frame| [&[choice], frame.body()].concat();
    vec![
        ("next", body(0, &STORY.delta)),
        ("of-another-schema", body(16, &STORY.delta)),
        ("before-its-keyframe", body(3, &STORY.delta)),
        ("of-long-ago", body(0, &STORY.later)),
        ("leave", body(32, &STORY.leave)),
        ("unknown-kind", body(64, &STORY.delta)),
        // The first reading is a text, the second a number.
        ("number-for-text", [&[0], &section(5, &[1, 1, 0, 4, 0, 0])[..]].concat()),
        ("links-out-of-order", [&[0], &section(5, &[1, 0, 0, 0])[..], &section(6, &[2, 9, 8, 0])].concat()),
        ("text-for-number", [&[0], &section(5, &[1, 0, 1, 1, 1, b'x', 0])[..]].concat()),
    ]
}

fn section(kind: u8, bytes: &[u8]) -> Vec<u8> {
    [&[kind], &u16::try_from(bytes.len()).unwrap().to_le_bytes()[..], bytes].concat()
}

fn controls() -> Named {
    let host = "srv-01".parse().unwrap();
    let hello = Control::Hello(Hello::new(OriginId(u64::MAX), 300, host));
    let origin = OriginId(7);
    let trees = Trees {
        names: vec![Name { alias: 3, origin, epoch: 9 }],
        prune: vec![3, 300],
        graft: vec![Graft { alias: 3, held: 70_000 }],
        unknown: vec![1],
    };
    let holdings = vec![Holding { origin, epoch: 1, keyframe: 2, newest: 300 }];
    let address = Some(([10, 0, 0, 1], 6130).into());
    let invite = Invite { to: origin, from: OriginId(8), address, distance: 12, hops_left: 32 };
    let have = [(3, 255, None), (4, 0, Some(9)), (900, 7, None)].map(|(alias, low, cost)| Announcement {
        alias,
        low,
        cost,
    });
    let messages = [
        ("hello", hello),
        ("welcome", Control::Welcome { held_epoch: 1, held_sequence: 70_000 }),
        ("trees", Control::Trees(trees)),
        (
            "digest",
            Control::Digest(Digest { hashes: vec![70_000; 64], peers: vec![([10, 0, 0, 1], 6130).into()] }),
        ),
        ("summary", Control::Summary(Summary { from: OriginId(0), to: OriginId(u64::MAX), holdings })),
        ("want", Control::Want { origins: vec![origin] }),
        ("full", Control::Full),
        ("peers", Control::Peers { peers: vec![([10, 0, 0, 1], 6130).into()], asks: true }),
        ("invite", Control::Invite(invite)),
    ];
    let mut seeds: Named = messages.map(|(name, control)| (name, control.encode().to_vec())).into();
    seeds.extend([("have", Have(have.to_vec()).encode().to_vec()), ("none", vec![0])]);
    seeds
}

fn beacons() -> Named {
    let beacon = Beacon { port: 6130 }.encode();
    vec![
        ("beacon", beacon.to_vec()),
        ("no-port", [&beacon[..5], &[0, 0]].concat()),
        ("cut", beacon[..6].to_vec()),
    ]
}

/// Runs of the engine, in the steps that its target reads.
fn runs() -> Named {
    let damaged = |at: u8| [9, 1, 1, 0, 8, 0, at, 0, 4];
    let mut runs = vec![
        ("spread", run(&[&news(1, 1), &[12, 20], &news(1, 2), &[12, 20], &news(0, 2), &[11]])),
        ("overtaken", run(&[&news(1, 8), &[12, 20], &news(1, 7), &[12, 20], &news(1, 5)])),
        ("forged", run(&[&news(1, 1), &[12, 20], &damaged(40), &[12, 20], &damaged(90), &news(1, 9)])),
        ("forgotten", run(&[&news(1, 1), &[13, 200, 15], &news(0, 1)])),
        ("later-run", run(&[&news(1, 1), &[6, 1, 1, 1, 0, 0], &[12, 20], &news(1, 2)])),
        ("own-past", run(&[&[11], &[6, 1, 0, 1, 3, 0], &[5, 1, 2, 0], &[11]])),
        ("doubled", run(&[&[1, 3, 0, 1, 0], &[0, 4, 0, 1, 1], &[14, 0, 90], &news(0, 1)])),
        ("closed", run(&[&[10, 1, 2, 0, 9], &[3, 1, 1, 0], &news(1, 1)])),
        ("invited", run(&[&news(1, 1), &news(1, 2), &[23, 4, 128, 23, 4, 129, 23, 4, 161, 23, 4, 152]])),
        ("far", run(&[&news(1, 1), &[6, 1, 1, 0, 255, 250], &[6, 1, 1, 3, 255, 3]])),
    ];
    runs.extend(runs_of_trees());
    runs
}

/// Runs in which frames take trees, agents are dialled, and what is held is compared.
fn runs_of_trees() -> Named {
    // Host 1 by the alias 0, on the last link; that alias pruned and grafted; and 25 ms.
    let (name, prune, graft, soon) = ([16, 0, 0, 1, 0], [17, 0, 0], [18, 0, 0, 0], [23, 0, 5]);
    let twice = |sequence: u8| [news(1, sequence), news(0, sequence)].concat();
    let compared: &[u8] = &[21, 0, 0, 21, 0, 7, 22, 0, 1, 0, 2, 22, 0, 1, 0, 1, 12, 31];
    let dialled: &[u8] =
        &[23, 1, 5, 23, 1, 6, 12, 1, 23, 2, 5, 23, 3, 6, 3, 0, 9, 0, 12, 2, 23, 4, 0, 12, 31];
    let lazy = [&[1, 3, 0, 1, 0, 0, 3, 0, 6, 0][..], &twice(1), &name, &graft, &soon, &news(1, 3)];
    vec![
        ("pruned", run(&[&twice(1), &soon, &twice(2), &soon, &[2, 1], &news(0, 3), &soon])),
        ("prunes", run(&[&news(1, 1), &name, &prune, &news(1, 2), &soon, &graft, &news(1, 3), &soon])),
        (
            "announces",
            run(&[&news(1, 1), &name, &[20, 0, 1, 0, 3, 23, 0, 10], &news(0, 3), &news(1, 4), &soon]),
        ),
        ("not-understood", run(&[&[16, 0, 1, 3, 0, 20, 0, 1, 1, 1], &soon])),
        ("unknown", run(&[&news(1, 1), &name, &prune, &news(1, 2), &soon, &[19, 0, 0], &news(1, 3)])),
        ("compared", run(&[&news(1, 1), compared])),
        ("dials", run(&[dialled])),
        ("lazy", lazy.concat()),
    ]
}

/// A run with two neighbours: host 1 on link 2, which is one back, and host 2 on link 3.
fn run(steps: &[&[u8]]) -> Vec<u8> {
    [&[0, 3, 0, 1, 0, 1, 3, 0, 2, 0][..], &steps.concat()].concat()
}

/// The frame of host 1 with this sequence, on the link that is so many back.
fn news(back: u8, sequence: u8) -> [u8; 6] {
    [6, back, 1, 0, sequence - 1, 0]
}

/// What a neighbour says to send a message of these parts.
fn said(parts: &[&[u8]]) -> Vec<u8> {
    let mut end = End::after(Side::Dealer, &opening(Side::Dealer, Side::Listener));
    let handshake_bytes = end.said().len();
    let parts: Vec<Bytes> = parts.iter().map(|part| Bytes::copy_from_slice(part)).collect();
    let message = match parts.as_slice() {
        [a, b] => Message::of([a.clone(), b.clone()]),
        [a, b, c, d] => Message::of([a.clone(), b.clone(), c.clone(), d.clone()]),
        _ => Message::default(),
    };
    end.connection.send(&message);
    end.said()[handshake_bytes..].to_vec()
}

/// A frame of ZMTP, as RFC 37 has it.
fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
    match u8::try_from(body.len()) {
        Ok(length) => [&[flags, length], body].concat(),
        Err(_) => long(flags, body),
    }
}

fn long(flags: u8, body: &[u8]) -> Vec<u8> {
    [&[flags | 2][..], &u64::try_from(body.len()).unwrap().to_be_bytes(), body].concat()
}

fn command(name: &str, body: &[u8]) -> Vec<u8> {
    frame(4, &[&[u8::try_from(name.len()).unwrap()], name.as_bytes(), body].concat())
}

//! A hostile network against a real agent. Whatever is sent, the agent lives within its bound of memory, an honest
//! neighbour's news keep coming, and the operator is told where the harm comes from.

#![expect(clippy::unwrap_used, reason = "tests may panic")]

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use bytes::Bytes;
use grapevine_proto::Moment;
use grapevine_tests::attack::{composer, flood, frames, greeting, hello, neighbour, ready, up};
use grapevine_tests::stage::{Stage, is_closed};
use grapevine_zmtp::{ClusterKeys, DialAs, Event, Message, Net, NetConfig, Slot, ViewerKey};

#[test]
fn claimed_lengths_and_endless_parts() {
    let stage = Stage::new(false);
    for shift in [17, 32, 38, 62, 63] {
        let mut stream = neighbour(&stage);
        let claim = [&[2_u8][..], &(1_u64 << shift).to_be_bytes()].concat();
        flood(&mut stream, &claim, 1);
        assert!(is_closed(&mut stream), "2^{shift}");
    }
    let mut stream = neighbour(&stage);
    flood(&mut stream, &[&[3_u8][..], &4096_u64.to_be_bytes(), &[7; 4096]].concat(), 10_000);
    assert!(is_closed(&mut stream));
    stage
        .log
        .wait_for("the cause", 20, |line| line.contains("longer than 65536 bytes") || line.contains("parts"));
    stage.survived();
}

#[test]
fn garbage_and_half_open_connections() {
    let stage = Stage::new(false);
    let mut garbage = stage.connect().unwrap();
    flood(&mut garbage, b"GET / HTTP/1.1\r\n\r\n", 1);
    assert!(is_closed(&mut garbage));
    stage.log.wait_for("the cause", 20, |line| {
        line.contains("127.0.0.66") && line.contains("does not speak ZMTP")
    });
    let mut open = Vec::new();
    for _ in 0..5000 {
        // The victim turns most away; what it takes says half a greeting and no more.
        if let Ok(mut stream) = stage.connect() {
            flood(&mut stream, &greeting()[..20], 1);
            open.push(stream);
        }
        if open.len() == 500 {
            open.clear();
        }
    }
    stage.survived();
}

#[test]
fn a_handshake_of_a_byte_now_and_then_is_given_up() {
    let stage = Stage::new(false);
    let mut slow = stage.connect().unwrap();
    slow.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    let mut closed = false;
    for byte in greeting() {
        closed = closed || slow.write_all(&[byte]).is_err();
        closed = closed || matches!(std::io::Read::read(&mut slow, &mut [0; 64]), Ok(0));
        if closed {
            break;
        }
    }
    assert!(closed, "64 bytes at two a second take longer than a handshake may");
    stage.log.wait_for("the cause", 20, |line| line.contains("127.0.0.66") && line.contains("handshake"));
    stage.survived();
}

#[test]
fn readers_that_never_read() {
    let stage = Stage::new(false);
    let readers: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = stage.connect().unwrap();
            let subscribe = b"\x04\x0a\x09SUBSCRIBE";
            stream.write_all(&[&greeting()[..], &ready("SUB"), subscribe].concat()).unwrap();
            stream
        })
        .collect();
    stage.survived();
    drop(readers);
}

#[test]
fn a_client_without_a_key_and_one_with_another() {
    let stage = Stage::new(true);
    let mut plain = neighbour(&stage);
    assert!(is_closed(&mut plain));
    stage
        .log
        .wait_for("the cause", 20, |line| line.contains("127.0.0.66") && line.contains("mechanism CURVE"));
    let (net, mut events) =
        Net::new(NetConfig { dial: ClusterKeys::new([9; 32]).client(), ..NetConfig::default() });
    let reason = block_on(async {
        let _dial = net.dial(stage.endpoint.to_string().parse().unwrap(), DialAs::Dealer);
        match events.recv().await.unwrap() {
            Event::Unreachable { reason, .. } => reason,
            other => panic!("{other:?}"),
        }
    });
    assert!(reason.contains("closed") || reason.contains("refused"), "{reason}");
    stage.log.wait_for("the cause", 20, |line| line.contains("another key"));
    stage.survived();
}

#[test]
fn a_viewer_that_sends_frames_is_not_heard() {
    let stage = Stage::new(true);
    let viewer = std::fs::read_to_string(stage.key("viewer.key")).unwrap();
    let dial = ViewerKey::parse(&viewer).unwrap().client();
    block_on(async {
        let (net, mut events) = Net::new(NetConfig { dial, ..NetConfig::default() });
        let _dial = net
            .dial(stage.endpoint.to_string().parse().unwrap(), DialAs::Sub { prefixes: vec![Bytes::new()] });
        let link = up(&mut events).await;
        for bytes in [hello(66), frames(66, 1)[0].bytes().clone()] {
            net.send(link, Slot::Control, Message::of([bytes])).unwrap();
        }
        // Its frames come in order, so that the answer to what follows would come after one to those.
        loop {
            if let Event::Message { message, .. } = events.recv().await.unwrap() {
                assert_ne!(&*message.parts()[0], b"host-66");
                if &*message.parts()[0] == b"honest" {
                    break;
                }
            }
        }
        net.shutdown(Duration::from_secs(1)).await;
    });
    stage.survived();
}

/// What a neighbour with the right key and a bad heart sends.
fn bad_neighbour(stage: &Stage, messages: Vec<Bytes>) {
    let cluster = std::fs::read_to_string(stage.key("cluster.key")).unwrap();
    let dial = ClusterKeys::parse(&cluster).unwrap().client();
    block_on(async {
        let (net, mut events) = Net::new(NetConfig { dial, ..NetConfig::default() });
        let _dial = net.dial(stage.endpoint.to_string().parse().unwrap(), DialAs::Dealer);
        let link = up(&mut events).await;
        net.send(link, Slot::Control, Message::of([hello(66)])).unwrap();
        for message in messages {
            while !net.has_room(link) {
                if let Event::Down { .. } = events.recv().await.unwrap() {
                    return;
                }
            }
            if net.send(link, Slot::Control, Message::of([message])).is_err() {
                return;
            }
        }
        net.shutdown(Duration::from_secs(2)).await;
    });
}

#[test]
fn a_thousand_frames_a_second_of_one_origin_stop_at_the_first_hop() {
    let stage = Stage::new(true);
    let messages = frames(66, 3000).into_iter().map(|frame| frame.bytes().clone()).collect();
    bad_neighbour(&stage, messages);
    stage.log.wait_for("the cause", 20, |line| line.contains("WARN") && line.contains("66"));
    stage.survived();
}

#[test]
fn forged_replayed_and_far_travelled_frames() {
    let stage = Stage::new(true);
    let genuine = frames(77, 3);
    let forged = genuine.iter().map(|frame| {
        let bytes: Vec<u8> =
            frame.bytes().iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == 40)).collect();
        Bytes::from(bytes)
    });
    let replayed = genuine.iter().chain(&genuine).chain(&genuine).map(|frame| frame.bytes().clone());
    let far = genuine.iter().map(|frame| {
        let mut bytes = frame.bytes().to_vec();
        let hop_count = bytes.len() - 5;
        bytes[hop_count] = 255;
        Bytes::from(bytes)
    });
    let garbage = (0..200_u8).map(|seed| Bytes::from(vec![seed | 1; usize::from(seed) * 7]));
    let messages = replayed.chain(far).chain(forged.cycle().take(300)).chain(garbage).collect();
    bad_neighbour(&stage, messages);
    stage.log.wait_for("the cause", 20, |line| line.contains("WARN"));
    stage.survived();
}

#[test]
fn another_agents_identity_is_not_taken_over() {
    let stage = Stage::new(true);
    // Names are claimed freely; what tells hosts apart is their key.
    let mut composer = composer(66, "honest");
    let messages = (0..2)
        .map(|n| composer.frame(std::iter::empty(), Moment(n * 1000)).unwrap().bytes().clone())
        .collect();
    bad_neighbour(&stage, messages);
    stage.survived();
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), future).await.unwrap() })
}

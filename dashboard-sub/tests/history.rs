//! What an agent replays becomes hosts as they were, and leaves the view alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod agent;
mod origin;
mod story;

use std::sync::Arc;
use std::time::Duration;

use agent::Agent;
use bytes::Bytes;
use grapevine_proto::limits::LINKS_MAX;
use grapevine_proto::{HISTORY_PREFIX, Position};
use grapevine_sub::limits::REPLAYS_MAX;
use grapevine_sub::{AttachError, Change, Fault, Host, Options, Subscription};
use origin::{Origin, aged};
use story::Story;
use tokio::time::timeout;

/// The past that a replayed frame shows.
fn replay(story: &mut Story, name: &str, frame: Bytes) -> Vec<Arc<Host>> {
    let name = format!("{HISTORY_PREFIX}{name}");
    story.follower.handle_message(name.as_bytes(), frame, story.now);
    let past = std::iter::from_fn(|| story.follower.poll_change());
    past.filter_map(|change| match change {
        Change::Past(host) => Some(host),
        Change::Bad { .. } => None,
        other => panic!("{other:?}"),
    })
    .collect()
}

/// A host's frames of ten seconds, each with the age that it has at their end.
fn ten_seconds(srv: &mut Origin) -> Vec<Bytes> {
    (0..10_u32)
        .map(|second| aged(&srv.frame(f64::from(5 * second)), Duration::from_secs(10 - u64::from(second))))
        .collect()
}

fn shown(host: &Host, story: &Story) -> (f64, u32, u64) {
    (host.number("cpu.use").unwrap(), host.position().sequence, host.age_ms(story.now) / 1000)
}

#[test]
fn replayed_frames_are_a_series_in_time_and_the_view_stays_as_it_is() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let past = ten_seconds(&mut srv);
    let mut again = srv.restarted();
    story.frame(&mut again, 99.0);
    let before = story.host("srv-01");

    let told: Vec<_> = past.iter().flat_map(|frame| replay(&mut story, "srv-01", frame.clone())).collect();

    let series: Vec<_> = told.iter().map(|host| shown(host, &story)).collect();
    let expected: Vec<_> = (0..10_u32).map(|n| (f64::from(5 * n), n + 1, u64::from(10 - n))).collect();
    assert_eq!(series, expected);
    let view = story.follower.view();
    assert!(Arc::ptr_eq(view.host("srv-01").unwrap(), &before));
    assert_eq!((view.counters().messages, view.counters().faults_total()), (11, 0));
}

#[test]
fn what_is_replayed_twice_or_out_of_order_is_told_once_and_in_order() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let past = ten_seconds(&mut srv);
    let order = [0, 1, 3, 2, 0, 3, 7, 5, 9];
    let told: Vec<u32> = order
        .iter()
        .flat_map(|at| replay(&mut story, "srv-01", past.get(*at).unwrap().clone()))
        .map(|host| host.position().sequence)
        .collect();
    assert_eq!(told, [1, 2, 4, 8, 10]);
}

#[test]
fn the_past_of_a_host_that_nobody_hears_any_more_is_told() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let (keyframe, delta, leave) = (srv.frame(10.0), srv.frame(20.0), srv.leave());
    let mut again = srv.restarted();
    let told: Vec<_> = [keyframe, delta, leave, again.frame(30.0)]
        .into_iter()
        .flat_map(|frame| replay(&mut story, "srv-01", frame))
        .map(|host| host.position())
        .collect();
    let at = |epoch, sequence| Position { epoch, sequence };
    assert_eq!(told, [at(1, 1), at(1, 2), at(1, 3), at(2, 1)]);
    assert!(story.follower.view().hosts().is_empty());
}

#[test]
fn deltas_without_their_keyframe_wait_for_the_next() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let mut past = (0..40).map(|n| srv.frame(f64::from(n))).skip(20);
    let told: Vec<u32> = past
        .by_ref()
        .flat_map(|frame| replay(&mut story, "srv-01", frame))
        .map(|host| host.position().sequence)
        .collect();
    assert_eq!(told, (31..=40).collect::<Vec<u32>>());
}

#[test]
fn forged_and_misnamed_frames_are_counted_and_not_told() {
    let (mut story, mut srv) = (Story::new(), Origin::new("srv-01", 1));
    let (keyframe, delta, later) = (srv.frame(10.0), srv.frame(20.0), srv.frame(30.0));
    let forge = |frame: &Bytes| {
        let mut bytes = frame.to_vec();
        let at = bytes.len() - 6;
        *bytes.get_mut(at).unwrap() ^= 1;
        Bytes::from(bytes)
    };
    assert!(replay(&mut story, "srv-01", forge(&keyframe)).is_empty());
    assert!(replay(&mut story, "srv-02", keyframe.clone()).is_empty());
    assert_eq!(replay(&mut story, "srv-01", keyframe).len(), 1);
    assert!(replay(&mut story, "srv-01", forge(&delta)).is_empty());
    assert!(replay(&mut story, "srv-02", delta).is_empty());
    assert_eq!(replay(&mut story, "srv-01", later).len(), 1, "what was refused left no trace");
    assert_eq!((story.faults(Fault::Signature), story.faults(Fault::Name)), (2, 2));
}

#[test]
fn a_flood_of_invented_pasts_is_bounded_and_makes_room_when_it_rests() {
    const { assert!(REPLAYS_MAX > LINKS_MAX, "an agent may keep the past of all its neighbours") };
    let mut story = Story::new();
    let mut keys = (0_u32..).map(|n| {
        let mut seed = [7; 32];
        seed.first_chunk_mut::<4>().unwrap().copy_from_slice(&n.to_le_bytes());
        Origin::seeded("h", seed).frame(1.0)
    });
    let told = keys
        .by_ref()
        .take(REPLAYS_MAX + 3)
        .filter(|frame| !replay(&mut story, "h", frame.clone()).is_empty());
    assert_eq!(told.count(), REPLAYS_MAX);
    assert_eq!(story.faults(Fault::Full), 3);
    assert_eq!(story.later(61_000).tick(), []);
    assert_eq!(replay(&mut story, "h", keys.next().unwrap()).len(), 1);
}

#[tokio::test]
async fn a_subscription_with_history_asks_for_it_and_tells_it() {
    let (mut agent, mut srv) = (Agent::start().await, Origin::new("srv-01", 1));
    let options = Options { history: true, prefixes: vec!["srv".to_owned()], ..Options::default() };
    let subscription = Subscription::attach([agent.endpoint.clone()], options).unwrap();
    let mut changes = subscription.changes();
    agent.subscriptions(&["history/srv", "srv"]).await;
    let name = Bytes::from("history/srv-01");
    agent.send([name, srv.frame(10.0)]);
    let past = async {
        loop {
            if let Change::Past(host) = changes.next().await.unwrap() {
                return host;
            }
        }
    };
    let host = timeout(Duration::from_secs(10), past).await.unwrap();
    assert_eq!(host.number("cpu.use"), Some(10.0));
    assert!(subscription.view().hosts().is_empty());
}

#[tokio::test]
async fn prefixes_for_history_count_as_prefixes() {
    let refused = |prefixes: Vec<String>| {
        let options = Options { history: true, prefixes, ..Options::default() };
        Subscription::attach(["127.0.0.1:1".parse().unwrap()], options).unwrap_err()
    };
    assert_eq!(refused(vec!["a".to_owned(); 9]), AttachError::Prefixes { count: 18 });
    let prefix = "a".repeat(57);
    assert_eq!(
        refused(vec![prefix.clone()]),
        AttachError::PrefixTooLong { prefix: format!("history/{prefix}") }
    );
}

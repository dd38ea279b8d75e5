//! A subscription over real sockets: snapshot, stream, and what happens when agents go away.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod agent;
mod origin;

use std::io::{self, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use agent::Agent;
use bytes::{Bytes, BytesMut};
use grapevine_proto::Position;
use grapevine_sub::{
    AttachError, Change, Changes, Connection, Endpoint, Fault, Follower, Host, HostChange, Options, Recorder,
    Recording, Subscription,
};
use origin::Origin;
use tokio::time::timeout;

fn attach<const N: usize>(agents: [&Agent; N]) -> Subscription {
    let endpoints = agents.map(|agent| agent.endpoint.clone());
    Subscription::attach(endpoints, Options::default()).unwrap()
}

/// The next change that `pick` picks; the others are passed over.
async fn next<T>(changes: &mut Changes, mut pick: impl FnMut(&Change) -> Option<T>) -> T {
    let picked = async {
        loop {
            let change = changes.next().await.unwrap();
            if let Some(picked) = pick(&change) {
                return picked;
            }
        }
    };
    timeout(Duration::from_secs(10), picked).await.unwrap()
}

/// Waits until a host has this CPU use.
async fn cpu_use(changes: &mut Changes, name: &str, expected: f64) {
    next(changes, |change| match change {
        Change::Host { host, .. } if host.name().as_str() == name => {
            (host.number("cpu.use") == Some(expected)).then_some(())
        }
        _ => None,
    })
    .await;
}

async fn attached_to(changes: &mut Changes, expected: &Endpoint) {
    next(changes, |change| match change {
        Change::Connection(connection) => (connection.endpoint() == Some(expected)).then_some(()),
        _ => None,
    })
    .await;
}

/// Holds a recording's start, but no frame.
struct SmallDisk {
    left: usize,
}

impl Write for SmallDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.left = self.left.checked_sub(bytes.len()).ok_or(io::ErrorKind::StorageFull)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What happened to hosts so far, without waiting for more.
async fn told(changes: &mut Changes) -> Vec<HostChange> {
    let mut told = Vec::new();
    while let Ok(Some(change)) = timeout(Duration::ZERO, changes.next()).await {
        if let Change::Host { what, .. } = change {
            told.push(what);
        }
    }
    told
}

#[tokio::test]
async fn the_state_comes_first_and_then_the_stream() {
    let agent = Agent::start().await;
    let (mut one, mut two) = (Origin::new("srv-01", 1), Origin::new("srv-02", 2));
    agent.say("srv-01", one.frame(10.0));
    agent.say("srv-02", two.frame(20.0));
    agent.say("srv-02", two.frame(40.0));

    let subscription = attach([&agent]);
    let mut changes = subscription.changes();
    cpu_use(&mut changes, "srv-01", 10.0).await;
    cpu_use(&mut changes, "srv-02", 40.0).await;
    agent.say("srv-01", one.frame(30.0));
    cpu_use(&mut changes, "srv-01", 30.0).await;

    let view = subscription.view();
    assert_eq!(view.hosts().len(), 2);
    assert_eq!(subscription.connection().endpoint(), Some(&agent.endpoint));
    let mut later = subscription.changes();
    let first = timeout(Duration::from_secs(10), later.next()).await.unwrap();
    assert!(
        matches!(first, Some(Change::Host { what: HostChange::Joined, .. })),
        "a later reader is told what is known first"
    );
}

#[tokio::test]
async fn many_hosts_at_once_all_come_and_their_news_too() {
    let agent = Agent::start().await;
    let mut origins: Vec<Origin> = (0..120).map(|key| Origin::new(&format!("srv-{key:03}"), key)).collect();
    let say = |origins: &mut [Origin], cpu_use| {
        origins.iter_mut().for_each(|origin| agent.say(&origin.name.clone(), origin.frame(cpu_use)));
    };
    say(&mut origins, 10.0);
    let subscription = attach([&agent]);
    let mut changes = subscription.changes();
    for said in [10.0, 20.0, 30.0] {
        if said > 10.0 {
            say(&mut origins, said);
        }
        let is_shown = || {
            let view = subscription.view();
            view.hosts().len() == 120 && view.hosts().iter().all(|host| host.number("cpu.use") == Some(said))
        };
        while !is_shown() {
            timeout(Duration::from_secs(10), changes.next()).await.unwrap();
        }
    }
    assert_eq!(subscription.view().counters().faults_total(), 0);
}

#[tokio::test]
async fn only_hosts_with_the_prefixes_come() {
    let agent = Agent::start().await;
    for (name, key) in [("db-01", 1), ("srv-01", 2), ("web-01", 3)] {
        agent.say(name, Origin::new(name, key).frame(10.0));
    }
    let options = Options { prefixes: vec!["db".to_owned(), "web".to_owned()], ..Options::default() };
    let subscription = Subscription::attach([agent.endpoint.clone()], options).unwrap();
    let mut changes = subscription.changes();
    cpu_use(&mut changes, "db-01", 10.0).await;
    cpu_use(&mut changes, "web-01", 10.0).await;
    let names: Vec<String> = subscription.view().hosts().iter().map(|host| host.name().to_string()).collect();
    assert_eq!(names, ["db-01", "web-01"]);
}

#[tokio::test]
async fn another_agent_takes_over_within_a_second() {
    let (first, second) = (Agent::start().await, Agent::start().await);
    let mut srv = Origin::new("srv-01", 1);
    let frames = [srv.frame(10.0), srv.frame(30.0), srv.frame(50.0)];
    // The second agent is behind the first.
    first.say("srv-01", frames[0].clone());
    second.say("srv-01", frames[0].clone());
    first.say("srv-01", frames[1].clone());
    let subscription = attach([&first, &second]);
    let mut changes = subscription.changes();
    cpu_use(&mut changes, "srv-01", 30.0).await;

    let lost = Instant::now();
    first.die().await;
    attached_to(&mut changes, &second.endpoint).await;
    assert!(lost.elapsed() < Duration::from_secs(1), "{:?}", lost.elapsed());

    second.say("srv-01", frames[2].clone());
    cpu_use(&mut changes, "srv-01", 50.0).await;
    let view = subscription.view();
    let host = view.host("srv-01").unwrap();
    assert_eq!(host.position(), Position { epoch: 1, sequence: 3 }, "the view never went back");
    assert_eq!(view.counters().duplicates, 1, "what the second agent repeated counts once");
    assert_eq!(view.hosts().len(), 1);
}

#[tokio::test]
async fn an_agent_that_never_answers_does_not_hold_up_the_next() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = Endpoint::Tcp { host: "127.0.0.1".to_owned(), port: mute.local_addr().unwrap().port() };
    let agent = Agent::start().await;
    let subscription = Subscription::attach([mute, agent.endpoint.clone()], Options::default()).unwrap();
    let attached = timeout(Duration::from_secs(1), subscription.attached()).await;
    assert_eq!(attached.unwrap(), agent.endpoint);
}

#[tokio::test]
async fn an_agent_that_falls_silent_is_left() {
    let (mut first, second) = (Agent::start().await, Agent::start().await);
    let mut srv = Origin::new("srv-01", 1);
    first.say("srv-01", srv.frame(10.0));
    let endpoints = [first.endpoint.clone(), second.endpoint.clone()];
    // Hosts of 1 s are given 3 s.
    let options = Options { silence_max: Duration::from_millis(100), ..Options::default() };
    let subscription = Subscription::attach(endpoints, options).unwrap();
    let mut changes = subscription.changes();
    cpu_use(&mut changes, "srv-01", 10.0).await;
    attached_to(&mut changes, &second.endpoint).await;
    first.subscribers(0).await;
}

#[tokio::test]
async fn a_subscription_never_gives_up() {
    let agent = Agent::start().await;
    let endpoint = agent.endpoint.clone();
    agent.die().await;
    let subscription = Subscription::attach([endpoint.clone()], Options::default()).unwrap();
    let mut changes = subscription.changes();
    let reason = next(&mut changes, |change| match change {
        Change::Connection(connection @ Connection::Unreachable { .. }) => Some(connection.to_string()),
        _ => None,
    })
    .await;
    assert_eq!(reason, format!("no agent answers at {endpoint} (connection refused)"));

    let agent = Agent::start_at(&endpoint).await;
    agent.say("srv-01", Origin::new("srv-01", 1).frame(10.0));
    cpu_use(&mut changes, "srv-01", 10.0).await;
}

#[tokio::test]
async fn a_restarted_host_is_told_and_both_claimants_of_a_name_are_shown() {
    let agent = Agent::start().await;
    let mut srv = Origin::new("srv-01", 1);
    agent.say("srv-01", srv.frame(10.0));
    let subscription = attach([&agent]);
    let mut changes = subscription.changes();
    cpu_use(&mut changes, "srv-01", 10.0).await;

    agent.say("srv-01", srv.restarted().frame(1.0));
    let epoch = next(&mut changes, |change| match change {
        Change::Host { host, what: HostChange::Restarted } => Some(host.position().epoch),
        _ => None,
    })
    .await;
    assert_eq!(epoch, 2);

    agent.say("srv-01", Origin::new("srv-01", 9).frame(90.0));
    for _ in 0..2 {
        next(&mut changes, |change| match change {
            Change::Host { what: HostChange::Conflict, .. } => Some(()),
            _ => None,
        })
        .await;
    }
    let view = subscription.view();
    assert!(view.named("srv-01").len() == 2 && view.hosts().iter().all(|host| host.in_conflict()));
}

#[tokio::test]
async fn bad_messages_are_counted_and_do_no_harm() {
    let mut agent = Agent::start().await;
    let mut srv = Origin::new("srv-01", 1);
    let mut forged = BytesMut::from(&*srv.frame(99.0));
    let signature_ends = forged.len() - 6;
    forged[signature_ends] ^= 1;
    let subscription = attach([&agent]);
    let mut changes = subscription.changes();
    agent.subscribers(1).await;
    let name = Bytes::from_static(b"srv-01");
    agent.send([name.clone(), forged.freeze()]);
    agent.send([name.clone(), Bytes::from_static(b"junk")]);
    agent.send([name.clone()]);
    agent.send([name.clone(), srv.restarted().frame(1.0), Bytes::new()]);
    agent.say("srv-01", srv.restarted().frame(10.0));
    cpu_use(&mut changes, "srv-01", 10.0).await;
    let view = subscription.view();
    assert_eq!((view.counters().faults(Fault::Signature), view.counters().faults(Fault::Layout)), (1, 3));
    assert_eq!(view.hosts().len(), 1);
}

#[tokio::test]
async fn a_recording_replays_to_the_same_view() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("recording");
    let agent = Agent::start().await;
    let mut srv = Origin::new("srv-01", 1);
    agent.say("srv-01", srv.frame(10.0));
    let start = Instant::now();
    let recorder = Recorder::create(&path, start, 0).unwrap();
    let options = Options { recorder: Some(recorder), ..Options::default() };
    let subscription = Subscription::attach([agent.endpoint.clone()], options).unwrap();
    let mut changes = subscription.changes();
    cpu_use(&mut changes, "srv-01", 10.0).await;
    agent.say("srv-01", srv.frame(30.0));
    cpu_use(&mut changes, "srv-01", 30.0).await;
    let live = subscription.view();
    subscription.close().await.unwrap();

    let mut follower = Follower::new();
    for record in Recording::open(&path).unwrap() {
        let record = record.unwrap();
        follower.handle_message(&record.name, record.frame, start + record.elapsed);
    }
    let replayed = follower.view();
    let shown = |host: &Host| {
        let readings: Vec<String> =
            host.readings().map(|r| format!("{} {:?} {:?}", r.metric.name, r.labels, r.state)).collect();
        (host.name().clone(), host.origin(), host.position(), readings)
    };
    let shown_by =
        |view: &grapevine_sub::View| -> Vec<_> { view.hosts().iter().map(|host| shown(host)).collect() };
    assert_eq!(shown_by(&replayed), shown_by(&live));
    assert_eq!(replayed.counters(), live.counters());
}

#[tokio::test]
async fn a_failing_disk_ends_the_recording_and_not_the_subscription() {
    let agent = Agent::start().await;
    let mut srv = Origin::new("srv-01", 1);
    agent.say("srv-01", srv.frame(10.0));
    let recorder = Recorder::new(SmallDisk { left: 100 }, Instant::now(), 0).unwrap();
    let options = Options { recorder: Some(recorder), ..Options::default() };
    let subscription = Subscription::attach([agent.endpoint.clone()], options).unwrap();
    let mut changes = subscription.changes();
    let reason = next(&mut changes, |change| match change {
        Change::RecordingFailed(reason) => Some(reason.clone()),
        _ => None,
    })
    .await;
    assert_eq!(reason, "the recording cannot be written: no storage space");
    agent.say("srv-01", srv.frame(30.0));
    cpu_use(&mut changes, "srv-01", 30.0).await;
    subscription.close().await.unwrap_err();
}

#[tokio::test]
async fn a_dropped_subscription_closes_its_link() {
    let mut agent = Agent::start().await;
    let subscription = attach([&agent]);
    timeout(Duration::from_secs(10), agent.subscribers(1)).await.unwrap();
    drop(subscription);
    timeout(Duration::from_secs(10), agent.subscribers(0)).await.unwrap();
}

#[tokio::test]
async fn a_slow_reader_is_told_how_much_it_missed() {
    let agent = Agent::start().await;
    let mut srv = Origin::new("srv-01", 1);
    agent.say("srv-01", srv.frame(0.0));
    let options = Options { changes_waiting_max: 4, ..Options::default() };
    let subscription = Subscription::attach([agent.endpoint.clone()], options).unwrap();
    let (mut fast, mut slow) = (subscription.changes(), subscription.changes());
    for step in 1..=10 {
        let value = f64::from(step * 5);
        agent.say("srv-01", srv.frame(value));
        cpu_use(&mut fast, "srv-01", value).await;
    }
    let first = timeout(Duration::from_secs(10), slow.next()).await.unwrap();
    assert!(matches!(first, Some(Change::Lagged(8))), "attached, joined and 10 frames less 4: {first:?}");
    assert_eq!(told(&mut slow).await.len(), 4);
}

#[tokio::test]
async fn what_can_never_succeed_is_refused_at_once() {
    let endpoint: Endpoint = "127.0.0.1:1".parse().unwrap();
    let with = |prefixes| Options { prefixes, ..Options::default() };
    let refused = |endpoints: Vec<Endpoint>, options| Subscription::attach(endpoints, options).unwrap_err();
    assert_eq!(refused(vec![], Options::default()), AttachError::Endpoints { count: 0 });
    let many = vec![endpoint.clone(); 65];
    assert_eq!(refused(many, Options::default()), AttachError::Endpoints { count: 65 });
    let many = vec!["a".to_owned(); 17];
    assert_eq!(refused(vec![endpoint.clone()], with(many)), AttachError::Prefixes { count: 17 });
    let prefix = "a".repeat(65);
    let long = refused(vec![endpoint], with(vec![prefix.clone()]));
    assert_eq!(long, AttachError::PrefixTooLong { prefix });
}

#[test]
fn there_must_be_a_runtime() {
    let endpoint: Endpoint = "127.0.0.1:1".parse().unwrap();
    let error = Subscription::attach([endpoint], Options::default()).unwrap_err();
    assert_eq!(error, AttachError::NoRuntime);
}

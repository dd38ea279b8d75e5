//! How long news take over three links: four hosts in a row, whose links are encrypted.
//!
//! `cargo bench -p grapevine-tests --bench hops`, or `-- SECONDS`: of each frame of either end the time from its own
//! agent's tap to that of the other end, which two agents passed on. Needs network namespaces.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may panic, and prints its result"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use grapevine_proto::{Frame, Position};
use grapevine_tests::lab::Lab;
use grapevine_tests::programs::{self, Running, command};
use grapevine_zmtp::{Dial, DialAs, DialId, Endpoint, Event, LinkId, Message, Net, NetConfig};

const ROW: [&str; 4] = ["a", "b", "c", "d"];

/// What is known of a host before goes along the row when it is joined.
const JOINING: Duration = Duration::from_secs(5);

fn main() {
    let seconds = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(60);
    let Some((lab, _agents)) = row() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut watch = Watch { from: Instant::now() + JOINING, sent: BTreeMap::new(), took: Vec::new() };
    let until = watch.from + Duration::from_secs(seconds);
    runtime.block_on(async {
        drop(tokio::time::timeout_at(until.into(), watch.follow(&lab)).await);
    });
    watch.print();
}

fn row() -> Option<(Lab, Vec<Running>)> {
    let lab = Lab::new(&ROW, &[("a", "b"), ("b", "c"), ("c", "d")])?;
    let made = command(programs::agent()).args(["keygen", "--out"]).arg(lab.path("")).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let agents = [("a", vec!["b"]), ("b", vec!["a", "c"]), ("c", vec!["b", "d"]), ("d", vec!["c"])];
    let start = |(host, neighbours): (&'static str, Vec<_>)| {
        let tap = lab.path(&format!("{host}.sock"));
        let more = format!("tap = {tap:?}\nkey_file = {:?}\n", lab.path("cluster.key"));
        lab.agent(host, &neighbours, &more)
    };
    let agents = agents.map(start).into();
    Some((lab, agents))
}

/// What both ends of the row were told, and when.
struct Watch {
    /// Frames from here on count.
    from: Instant,
    /// Of each frame of an end when its own agent told it.
    sent: BTreeMap<(String, Position), Instant>,
    /// How long each took to the other end.
    took: Vec<Duration>,
}

impl Watch {
    async fn follow(&mut self, lab: &Lab) {
        let (net, mut events) = Net::new(NetConfig::default());
        let dial = |host: &'static str| {
            let tap = Endpoint::Unix(lab.path(&format!("{host}.sock")));
            (host, net.dial(tap, DialAs::Sub { prefixes: vec!["".into()] }))
        };
        let dials: Vec<(&str, Dial)> = ["a", "d"].map(dial).into();
        let dialled: BTreeMap<DialId, &str> = dials.iter().map(|(host, dial)| (dial.id(), *host)).collect();
        let mut links: BTreeMap<LinkId, &str> = BTreeMap::new();
        while let Some(event) = events.recv().await {
            let now = Instant::now();
            match event {
                Event::Up { link, peer } => {
                    links.insert(link, dialled[&peer.dial.unwrap()]);
                }
                Event::Message { link, message } => self.hear(links[&link], message, now),
                _ => {}
            }
        }
    }

    fn hear(&mut self, at: &str, message: Message, now: Instant) {
        let of = String::from_utf8(message.parts().first().unwrap().to_vec()).unwrap();
        let frame = Frame::parse(message.into_last().unwrap()).unwrap();
        if of == at && now >= self.from {
            self.sent.insert((of, frame.position()), now);
        } else if let Some(sent) = self.sent.remove(&(of, frame.position())) {
            assert_eq!(frame.hop_count(), 3, "frames go from end to end");
            self.took.push(now - sent);
        }
    }

    fn print(mut self) {
        self.took.sort_unstable();
        let ms = |part: usize| {
            let place = self.took.len().saturating_sub(1) * part / 100;
            self.took[place].as_secs_f64() * 1000.0
        };
        let count = self.took.len();
        println!(
            "{count} frames over 3 links: p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            ms(50),
            ms(99),
            ms(100)
        );
    }
}

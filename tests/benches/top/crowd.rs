//! What a thousand hosts cost the dashboard.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_demo::{Demo, DemoOptions};
use grapevine_proto::{Frame, FrameKind, HISTORY_PREFIX};
use grapevine_zmtp::{Endpoint, Event, Events, LinkId, Message, Net, NetConfig, Rank, Slot};

use super::pty::Pty;

const HOSTS: usize = 1000;
const SIZE: (u16, u16) = (200, 50);
const PAST: Duration = Duration::from_secs(600);
/// Until the past is told and the rest is steady.
const WARM_UP: Duration = Duration::from_secs(30);
const TIME: Duration = Duration::from_secs(60);

pub(super) async fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let endpoint = Endpoint::Unix(folder.path().join("tap.sock"));
    let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let options =
        DemoOptions { hosts: HOSTS, past: PAST, wall_s: wall.as_secs_f64(), ..DemoOptions::default() };
    let mut demo = Demo::new(&options);
    let past = demo.take_past();
    println!("{HOSTS} hosts at 1 Hz, {} frames of the past, {} x {}:", past.len(), SIZE.0, SIZE.1);
    let past = past.into_iter().map(|message| message_of(&message.name, message.frame)).collect();
    let crowd = Crowd::listen(&endpoint, past).await;
    let held = Arc::clone(&crowd.held);
    let playing = tokio::spawn(play(demo, crowd));
    while held.lock().unwrap().len() < HOSTS {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let log = folder.path().join("log");
    let mut pty = Pty::start(&super::top(&endpoint.to_string(), &log), SIZE);
    let began = Instant::now();
    pty.shows(&format!(" {HOSTS} hosts")).await;
    println!("  all hosts known after {:.0} ms", began.elapsed().as_secs_f64() * 1000.0);
    tokio::time::sleep(WARM_UP).await;
    println!("  the past told takes {} ms of processor time", super::cpu_ms(pty.id()));
    load(&pty, "live").await;
    pty.press("f");
    load(&pty, "frozen").await;
    pty.press("f?");
    load(&pty, "behind the help").await;
    pty.press("ff?");
    playing.abort();
    pty.shows("silent").await;
    tokio::time::sleep(WARM_UP).await;
    load(&pty, "all silent").await;
    pty.press("qq");
    pty.ended().await;
    let log = std::fs::read_to_string(log).unwrap();
    println!("  {}", log.lines().last().unwrap_or_default());
}

async fn load(pty: &Pty, what: &str) {
    let (before, written, began) = (super::cpu_ms(pty.id()), pty.written(), Instant::now());
    tokio::time::sleep(TIME).await;
    let percent = |ms: u64| f64::from(u32::try_from(ms).unwrap()) / 10.0 / began.elapsed().as_secs_f64();
    let cpu = percent(super::cpu_ms(pty.id()) - before);
    let kib = (pty.written() - written) / 1024;
    let [rss, peak] = ["VmRSS", "VmHWM"].map(|line| super::memory_kib(pty.id(), line));
    println!(
        "  {what}: {cpu:.2} % of a core, RSS {rss} KiB (peak {peak}), {kib} KiB written in {} s",
        TIME.as_secs()
    );
}

/// An agent that knows all hosts.
struct Crowd {
    net: Net,
    held: Arc<Mutex<Held>>,
}

/// The newest keyframe of each origin and the delta after it.
type Held = BTreeMap<u64, Vec<Message>>;

impl Crowd {
    async fn listen(endpoint: &Endpoint, past: Vec<Message>) -> Self {
        let (net, events) = Net::new(NetConfig::default());
        net.listen(endpoint).await.unwrap();
        let held = Arc::default();
        tokio::spawn(serve(net.clone(), events, Arc::clone(&held), past));
        Self { net, held }
    }

    fn say(&self, name: &str, bytes: Bytes) {
        let frame = Frame::parse(bytes.clone()).unwrap();
        let is_keyframe = frame.kind() == FrameKind::Keyframe;
        let rank = if is_keyframe { Rank::Keyframe } else { Rank::Delta };
        let message = message_of(name, bytes);
        let key = frame.origin().0;
        let mut held = self.held.lock().unwrap();
        let of_origin = held.entry(key).or_default();
        of_origin.truncate(usize::from(!is_keyframe));
        of_origin.push(message.clone());
        self.net.publish(Slot::Origin { key, rank }, &message);
    }
}

/// Says what the hosts say, when they say it.
async fn play(mut demo: Demo, crowd: Crowd) {
    let began = Instant::now();
    loop {
        for message in demo.advance(began.elapsed()) {
            crowd.say(&message.name, message.frame);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Sends each subscriber what is held, then the past, at the pace at which it takes it.
async fn serve(net: Net, mut events: Events, held: Arc<Mutex<Held>>, past: Vec<Message>) {
    let mut owed: BTreeMap<LinkId, std::vec::IntoIter<Message>> = BTreeMap::new();
    while let Some(event) = events.recv().await {
        let link = match event {
            Event::Subscribed { link, prefix } if prefix.starts_with(HISTORY_PREFIX.as_bytes()) => {
                let rest = owed.remove(&link).unwrap_or_default();
                owed.insert(link, rest.chain(past.clone()).collect::<Vec<_>>().into_iter());
                link
            }
            Event::Subscribed { link, .. } => {
                let held: Vec<Message> = held.lock().unwrap().values().flatten().cloned().collect();
                let rest = owed.remove(&link).unwrap_or_default();
                owed.insert(link, held.into_iter().chain(rest).collect::<Vec<_>>().into_iter());
                link
            }
            Event::Room { link } => link,
            _ => continue,
        };
        if let Some(messages) = owed.get_mut(&link) {
            while net.has_room(link)
                && let Some(message) = messages.next()
            {
                // The subscriber may have left already.
                net.send(link, Slot::Single, message).ok();
            }
        }
    }
}

fn message_of(name: &str, frame: Bytes) -> Message {
    Message::of([Bytes::from(name.to_owned()), frame])
}

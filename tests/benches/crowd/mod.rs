//! An agent of a thousand hosts of the demonstration, which speak once a second, and what a program takes meanwhile.

#![allow(dead_code, reason = "shared by benches of which none needs all of it")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_demo::{Demo, DemoOptions};
use grapevine_proto::{Frame, FrameKind, HISTORY_PREFIX};
use grapevine_zmtp::{Endpoint, Event, Events, LinkId, Message, Net, NetConfig, Rank, Slot};
use tokio::task::JoinHandle;

pub(crate) const HOSTS: usize = 1000;

/// A thousand hosts with so much of the past, now.
pub(crate) fn demo(past: Duration) -> Demo {
    let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Demo::new(&DemoOptions { hosts: HOSTS, past, wall_s: wall.as_secs_f64(), ..DemoOptions::default() })
}

/// A process's processor time so far, in milliseconds (proc_pid_stat(5), in ticks of 10 ms).
pub(crate) fn cpu_ms(id: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks = after_name.split_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap());
    10 * ticks.sum::<u64>()
}

/// A line of a process's memory in KiB, such as `VmHWM` (proc_pid_status(5)).
pub(crate) fn memory_kib(id: u32, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    found.unwrap().split_whitespace().next().unwrap().parse().unwrap()
}

/// An agent that knows all hosts.
#[derive(Clone)]
pub(crate) struct Crowd {
    net: Net,
    held: Arc<Mutex<Held>>,
}

/// The newest keyframe of each origin and the delta after it.
type Held = BTreeMap<u64, Vec<Message>>;

impl Crowd {
    /// Begins to listen, and to tell what `demo` tells of the past and from now on.
    pub(crate) async fn play(endpoint: &Endpoint, mut demo: Demo) -> (Self, JoinHandle<()>) {
        let past = demo.take_past();
        let past = past.into_iter().map(|message| message_of(&message.name, message.frame)).collect();
        let crowd = Self::listen(endpoint, past).await;
        let playing = tokio::spawn(play(demo, crowd.clone()));
        while crowd.held.lock().unwrap().len() < HOSTS {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        (crowd, playing)
    }

    async fn listen(endpoint: &Endpoint, past: Vec<Message>) -> Self {
        let (net, events) = Net::new(NetConfig::default());
        net.listen(endpoint).await.unwrap();
        let held = Arc::default();
        tokio::spawn(serve(net.clone(), events, Arc::clone(&held), past));
        Self { net, held }
    }

    /// Says what a host says.
    pub(crate) fn say(&self, name: &str, bytes: Bytes) {
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

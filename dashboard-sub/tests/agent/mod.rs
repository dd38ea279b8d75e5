//! What a subscriber sees of an agent: a real listener that sends what it holds to whoever subscribes, then what is
//! new.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in a binary of its own or within another")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use grapevine_proto::{Frame, FrameKind};
use grapevine_zmtp::{Endpoint, Event, Events, Message, Net, NetConfig, Rank, Slot};
use tokio::sync::watch;

pub(crate) struct Agent {
    pub(crate) endpoint: Endpoint,
    net: Net,
    held: Arc<Mutex<Held>>,
    subscribers: watch::Receiver<usize>,
    subscribed: watch::Receiver<BTreeSet<Bytes>>,
}

/// The newest keyframe and what came after it, for each origin, as messages.
type Held = BTreeMap<u64, Vec<(Slot, Message)>>;

impl Agent {
    pub(crate) async fn start() -> Self {
        Self::start_at(&Endpoint::Tcp { host: "127.0.0.1".to_owned(), port: 0 }).await
    }

    pub(crate) async fn start_at(endpoint: &Endpoint) -> Self {
        let (net, events) = Net::new(NetConfig::default());
        let endpoint = net.listen(endpoint).await.unwrap();
        let held = Arc::default();
        let (sender, subscribers) = watch::channel(0);
        let (prefixes, subscribed) = watch::channel(BTreeSet::new());
        tokio::spawn(serve(net.clone(), events, Arc::clone(&held), sender, prefixes));
        Self { endpoint, net, held, subscribers, subscribed }
    }

    /// Holds a frame and sends it to all subscribers.
    pub(crate) fn say(&self, name: &str, bytes: Bytes) {
        let frame = Frame::parse(bytes.clone()).unwrap();
        let key = frame.origin().0;
        let is_keyframe = frame.kind() == FrameKind::Keyframe;
        let rank = if is_keyframe { Rank::Keyframe } else { Rank::Delta };
        let message = Message::of([Bytes::from(name.to_owned()), bytes]);
        let slot = Slot::Origin { key, rank };
        let mut held = self.held.lock().unwrap();
        let of_origin = held.entry(key).or_default();
        of_origin.truncate(usize::from(!is_keyframe));
        of_origin.push((slot, message.clone()));
        self.net.publish(slot, &message);
    }

    /// Sends a message as it is, and holds nothing.
    pub(crate) fn send<const N: usize>(&self, parts: [Bytes; N]) {
        self.net.publish(Slot::Control, &Message::of(parts));
    }

    /// Waits until there are so many subscribers.
    pub(crate) async fn subscribers(&mut self, count: usize) {
        self.subscribers.wait_for(|subscribers| *subscribers == count).await.unwrap();
    }

    /// Waits until these prefixes were subscribed to, and no others.
    pub(crate) async fn subscriptions(&mut self, prefixes: &[&str]) {
        let expected = prefixes.iter().map(|prefix| Bytes::from((*prefix).to_owned())).collect();
        let subscribed = self.subscribed.wait_for(|subscribed| *subscribed == expected);
        tokio::time::timeout(Duration::from_secs(10), subscribed).await.unwrap().unwrap();
    }

    pub(crate) async fn die(self) {
        self.net.shutdown(Duration::from_secs(1)).await;
    }
}

async fn serve(
    net: Net,
    mut events: Events,
    held: Arc<Mutex<Held>>,
    subscribers: watch::Sender<usize>,
    prefixes: watch::Sender<BTreeSet<Bytes>>,
) {
    // One link may subscribe to several prefixes.
    let mut links = Vec::new();
    while let Some(event) = events.recv().await {
        match event {
            Event::Subscribed { link, prefix } => {
                for (slot, message) in held.lock().unwrap().values().flatten() {
                    if message.parts().first().is_some_and(|name| name.starts_with(&prefix)) {
                        // The subscriber may have left already.
                        net.send(link, *slot, message.clone()).ok();
                    }
                }
                if !links.contains(&link) {
                    links.push(link);
                }
                subscribers.send_replace(links.len());
                prefixes.send_if_modified(|prefixes| prefixes.insert(prefix));
            }
            Event::Down { link, .. } => {
                links.retain(|known| *known != link);
                subscribers.send_replace(links.len());
            }
            _ => {}
        }
    }
}

//! One of our nodes, and what happens to it.

use std::time::Duration;

use bytes::Bytes;
use grapevine_zmtp::{
    Dial, DialAs, DownReason, Endpoint, Event, Events, LinkId, Message, Net, Peer, Rank, Slot,
};

use crate::keys::Keys;

/// How long anything may take before a test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A node and its events.
pub(crate) struct Node {
    pub(crate) net: Net,
    pub(crate) events: Events,
}

impl Node {
    pub(crate) fn new() -> Self {
        Self::secured(Keys::None)
    }

    pub(crate) fn secured(keys: Keys) -> Self {
        let (net, events) = Net::new(keys.config());
        Self { net, events }
    }

    /// A node that listens on a free port.
    pub(crate) async fn listening() -> (Self, Endpoint) {
        Self::listening_with(Keys::None).await
    }

    pub(crate) async fn listening_with(keys: Keys) -> (Self, Endpoint) {
        let node = Self::secured(keys);
        let endpoint = node.net.listen(&local(0)).await.unwrap();
        (node, endpoint)
    }

    /// Dials and waits for the link.
    pub(crate) async fn dial(&mut self, endpoint: &Endpoint, dial_as: DialAs) -> (Dial, LinkId) {
        let dial = self.net.dial(endpoint.clone(), dial_as);
        let (link, peer) = self.up().await;
        assert_eq!(peer.dial, Some(dial.id()));
        (dial, link)
    }

    /// The next event that `pick` takes. Those before it are forgotten.
    pub(crate) async fn until<T>(&mut self, what: &str, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let picked = async {
            loop {
                let event = self.events.recv().await.expect("the node is there");
                if let Some(picked) = pick(event) {
                    return picked;
                }
            }
        };
        let picked = tokio::time::timeout(DEADLINE, picked).await;
        picked.unwrap_or_else(|_| panic!("waited {} s for {what}", DEADLINE.as_secs()))
    }

    /// Shuts the node down. What it still had to tell.
    pub(crate) async fn events_end_with_the_node(mut self) -> Vec<Event> {
        self.net.shutdown(DEADLINE).await;
        drop(self.net);
        let mut rest = Vec::new();
        while let Some(event) = self.events.recv().await {
            rest.push(event);
        }
        rest
    }

    pub(crate) async fn up(&mut self) -> (LinkId, Peer) {
        let up = |event| if let Event::Up { link, peer } = event { Some((link, peer)) } else { None };
        self.until("a link", up).await
    }

    pub(crate) async fn down(&mut self) -> (LinkId, DownReason) {
        let down = |event| if let Event::Down { link, reason } = event { Some((link, reason)) } else { None };
        self.until("the end of a link", down).await
    }

    /// Where the next connection that is refused comes from, and why it is.
    pub(crate) async fn rejected(&mut self) -> (String, DownReason) {
        let rejected = |event| match event {
            Event::Rejected { address, reason } => Some((address, reason)),
            _ => None,
        };
        self.until("a refused connection", rejected).await
    }

    /// Why the next dial fails.
    pub(crate) async fn unreachable(&mut self) -> String {
        let unreachable =
            |event| if let Event::Unreachable { reason, .. } = event { Some(reason) } else { None };
        self.until("a failed dial", unreachable).await
    }

    pub(crate) async fn subscribed(&mut self) -> (LinkId, Bytes) {
        let subscribed =
            |event| if let Event::Subscribed { link, prefix } = event { Some((link, prefix)) } else { None };
        self.until("a subscription", subscribed).await
    }

    pub(crate) async fn message(&mut self) -> (LinkId, Vec<Bytes>) {
        let message = |event| match event {
            Event::Message { link, message } => Some((link, message.parts().to_vec())),
            _ => None,
        };
        self.until("a message", message).await
    }

    /// The message of two parts that comes next.
    pub(crate) async fn text(&mut self) -> [String; 2] {
        let (_, parts) = self.message().await;
        let text =
            |at: usize| String::from_utf8(parts.get(at).cloned().unwrap_or_default().to_vec()).unwrap();
        assert_eq!(parts.len(), 2);
        [text(0), text(1)]
    }
}

/// An endpoint of this machine.
pub(crate) fn local(port: u16) -> Endpoint {
    Endpoint::Tcp { host: "127.0.0.1".to_owned(), port }
}

/// The address for a raw socket.
pub(crate) fn port_of(endpoint: &Endpoint) -> u16 {
    match endpoint {
        Endpoint::Tcp { port, .. } => *port,
        Endpoint::Unix(_) => panic!("a Unix socket has no port"),
    }
}

/// A message of two parts.
pub(crate) fn message(host: &str, frame: impl Into<Bytes>) -> Message {
    Message::of([Bytes::copy_from_slice(host.as_bytes()), frame.into()])
}

/// The state of an origin.
pub(crate) fn keyframe(key: u64) -> Slot {
    Slot::Origin { key, rank: Rank::Keyframe }
}

/// As a subscriber to these prefixes.
pub(crate) fn sub(prefixes: &[&'static str]) -> DialAs {
    DialAs::Sub { prefixes: prefixes.iter().map(|prefix| Bytes::from(*prefix)).collect() }
}

/// Waits until `holds`, without events to tell.
pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let turns = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let turned = tokio::time::timeout(DEADLINE, turns).await;
    turned.unwrap_or_else(|_| panic!("waited {} s until {what}", DEADLINE.as_secs()));
}

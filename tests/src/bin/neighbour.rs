//! A neighbour that says something every so often, as agents do, and prints what happens to its link:
//!
//!     neighbour listen ADDRESS INTERVAL_MS BYTES
//!     neighbour dial ADDRESS INTERVAL_MS BYTES
//!
//! For tests that need one of its own process in a network of its own.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "only tests use this")]

use std::time::Duration;

use grapevine_zmtp::{DialAs, Event, Message, Net, NetConfig, Rank, Slot};
use tokio::time::interval;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [role, address, interval_ms, bytes] = &arguments[..] else { panic!("{arguments:?}") };
    let (net, mut events) = Net::new(NetConfig::default());
    let endpoint = address.parse().unwrap();
    let _dial = match &**role {
        "listen" => {
            net.listen(&endpoint).await.unwrap();
            println!("listens");
            None
        }
        _ => Some(net.dial(endpoint, DialAs::Dealer)),
    };
    let mut ticks = interval(Duration::from_millis(interval_ms.parse().unwrap()));
    let message = Message::of([vec![7; bytes.parse().unwrap()].into()]);
    let (mut link, mut key, mut heard) = (None, 0, 0_u64);
    loop {
        tokio::select! {
            _ = ticks.tick() => {
                key += 1;
                if let Some(link) = link {
                    // The end of a link is told below.
                    net.send(link, Slot::Origin { key, rank: Rank::Delta }, message.clone()).ok();
                }
            }
            event = events.recv() => match event.unwrap() {
                Event::Up { link: up, .. } => {
                    link = Some(up);
                    println!("up");
                }
                Event::Message { .. } => {
                    heard += 1;
                    println!("heard {heard}");
                }
                Event::Down { reason, .. } => println!("down: {reason}"),
                _ => {}
            },
        }
    }
}

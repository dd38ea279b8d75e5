//! Tells which host of the network is the busiest, and which can no longer be heard.
//!
//! Run with the endpoints of agents: `cargo run --example busiest -- srv01:6130 srv02:6130`.

#![expect(clippy::print_stdout, reason = "this program talks to people")]

use std::env;
use std::error::Error;
use std::time::Instant;

use grapevine_sub::{Change, Freshness, HostChange, Options, Subscription, View};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let endpoints = env::args().skip(1).map(|text| text.parse()).collect::<Result<Vec<_>, _>>()?;
    let subscription = Subscription::attach(endpoints, Options::default())?;
    let mut changes = subscription.changes();
    let mut busiest = None;
    while let Some(change) = changes.next().await {
        match change {
            Change::Host { what: HostChange::Joined | HostChange::Readings(_), .. } => {
                let now = busiest_host(&subscription.view());
                if now != busiest {
                    busiest = now;
                    println!("the busiest host is {}", busiest.as_deref().unwrap_or("none"));
                }
            }
            Change::Host { host, what: HostChange::Freshness(Freshness::Dead) } => {
                println!("{} is dead: most of its neighbours lost it", host.name());
            }
            Change::Host { host, what: HostChange::Freshness(Freshness::Silent) } => {
                println!("{} was last heard {} s ago", host.name(), host.age_ms(Instant::now()) / 1000);
            }
            Change::Connection(connection) => println!("{connection}"),
            Change::Lagged(count) => println!("{count} changes were missed; the view has them all"),
            _ => {}
        }
    }
    Ok(())
}

fn busiest_host(view: &View) -> Option<String> {
    let uses = view.hosts().iter().filter_map(|host| Some((host.number("cpu.use")?, host.name())));
    uses.max_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, name)| name.to_string())
}

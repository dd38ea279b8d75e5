//! A synthetic fleet for demonstrations and tests: genuine frames of hosts that do not exist.
//!
//! ```
//! use std::time::Duration;
//! use grapevine_demo::{Demo, DemoOptions, Scenario};
//!
//! let options = DemoOptions { hosts: 8, seed: 7, scenario: Scenario::Degraded, ..DemoOptions::default() };
//! let mut demo = Demo::new(&options);
//! for message in demo.advance(Duration::from_secs(2)) {
//!     println!("{:?} {}: {} B", message.at, message.name, message.frame.len());
//! }
//! ```
//!
//! A [`Demo`] is pure: it has no clock, no randomness of its own and no IO. A seed decides everything; time is told to
//! it. What comes out are messages such as an agent hands to its subscribers, so that whatever follows an agent
//! follows a demonstration as well.
//!
//! - `demo`: the fleet in virtual time, its keys, names and past
//! - `scenario`: which faults hosts have, and who dies
//! - `mesh`: who has a link with whom
//! - `kind`, `spec`: what machines are made of, as data
//! - `machine`: what a machine does from second to second. There is work to do ([`Kind`] says how much), and everything
//!   follows from it with some inertia: clocks, power, heat, memory, traffic.
//! - `sheet`: the readings of a machine, written in place
//! - `random`: numbers from the seed

mod demo;
mod kind;
mod machine;
mod mesh;
mod random;
mod scenario;
mod sheet;
mod spec;

pub use demo::{Demo, DemoOptions, Message, PAST_HOSTS_MAX};
pub use kind::Kind;
pub use scenario::{DIES_AFTER_S, Scenario, UnknownScenario};

/// The role of every host of a demonstration, and one of its groups: whoever shows such a host has to say that it is
/// not a real one.
pub const ROLE: &str = "demo";

/// Whether the host of this identity says that it is of a demonstration.
pub fn is_demo(identity: &grapevine_proto::Identity) -> bool {
    identity.role == ROLE
}

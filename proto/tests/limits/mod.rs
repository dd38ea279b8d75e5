//! Hosts and neighbours that do more than they should, and honest ones that must not notice.

mod allow;
mod babble;
mod forgery;
mod own;

use grapevine_proto::{Frame, OriginId};

use crate::network::Network;
use crate::{A, B, C};

/// A chain of agents in the order of their numbers.
fn chain(agents: u8) -> Network {
    let mut network = Network::of(agents);
    for who in 1..agents.into() {
        network.connect(who - 1, who);
    }
    network.settle();
    network
}

/// The frames of `origin` that `who` delivered.
fn delivered(network: &Network, who: usize, origin: OriginId) -> Vec<&Frame> {
    network.agents[who].delivered.iter().filter(|frame| frame.origin() == origin).collect()
}

//! What an agent says on its LAN is decoded.
//!
//! The input is a datagram. What holds: a beacon names a port, and written again it says the same in as many bytes or
//! fewer.

use grapevine_proto::Beacon;

/// Runs the target.
pub fn run(input: &[u8]) {
    let Some(beacon) = Beacon::decode(input) else { return };
    assert_ne!(beacon.port, 0, "nobody listens there");
    let bytes = beacon.encode();
    assert!(bytes.len() <= input.len(), "more is written than was read");
    assert_eq!(Beacon::decode(&bytes), Some(beacon));
}

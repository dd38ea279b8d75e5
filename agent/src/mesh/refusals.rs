//! What the operator reads of frames that the engine refused.

use grapevine_proto::HostName;
use grapevine_proto::gossip::{Engine, RefuseReason};

/// Tells why a frame that came `from` a neighbour was refused, and what to do.
pub(super) fn tell(from: &str, engine: &Engine, reason: RefuseReason) {
    let host = |origin| engine.host(origin).map_or("unknown", HostName::as_str);
    match reason {
        RefuseReason::Malformed(error) => {
            tracing::warn!(from, %error, "frame refused: no honest neighbour sends one like this");
        }
        RefuseReason::BadSignature(origin) => tracing::warn!(
            from, host = host(origin), %origin,
            "frame refused: the host did not seal it, and no honest neighbour passes it on"
        ),
        RefuseReason::NotAllowed(origin) => tracing::warn!(
            from, %origin,
            "host is not on the list of allowed origins and its frames are dropped: add it, or stop its agent"
        ),
        RefuseReason::FarAhead(origin) => tracing::warn!(
            from, host = host(origin), %origin,
            "frame refused: no later one could follow it; remove the file epoch from the host's state directory"
        ),
        RefuseReason::TooFar(origin) => tracing::warn!(
            from, host = host(origin), %origin,
            "frame refused: it crossed more links than its host allows, and no honest neighbour passes it on"
        ),
        RefuseReason::HopLimit { origin, hop_limit } => tracing::warn!(
            from, host = host(origin), %origin, hop_limit,
            "frames end here because they have crossed as many links as their host lets them, and agents beyond may miss \
             them: raise metrics_agent.hop_limit there, or give the network more links"
        ),
        RefuseReason::Repeats => {
            tracing::warn!(from, "the neighbour sends old frames over and over; look after its agent");
        }
        RefuseReason::Excess(origin) => tracing::warn!(
            from, host = host(origin), %origin,
            "host sends more than two frames a second and the rest is dropped; look after its agent"
        ),
        RefuseReason::Overload => {
            tracing::warn!(from, "more frames come than there is time to check; some are dropped");
        }
        RefuseReason::TooManyOrigins(origin) => tracing::warn!(
            from, %origin,
            "no room for further hosts, or too many new ones at once; look for a neighbour that makes them up"
        ),
    }
}

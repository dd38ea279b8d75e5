//! Metrics of the `network` collector. Numbers 192 to 223.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] =
    &[&RECEIVE, &TRANSMIT, &ERRORS, &DROPS, &SPEED, &CARRIER, &PORT, &RDMA_RECEIVE, &RDMA_TRANSMIT];

/// Data received.
pub static RECEIVE: Metric =
    rate(192, "network.receive", "Data received by an interface.").labelled(INTERFACE);

/// Data sent.
pub static TRANSMIT: Metric = rate(193, "network.transmit", "Data sent by an interface.").labelled(INTERFACE);

/// Packets in error.
pub static ERRORS: Metric = Metric::counter(
    194,
    "network.errors",
    Unit::COUNT,
    Scale::Whole,
    "Packets that an interface received damaged or could not send.",
)
.labelled(INTERFACE);

/// Packets dropped. Many interfaces drop a packet of an unknown protocol now and then, which is not worth a frame.
pub static DROPS: Metric = Metric::counter(
    195,
    "network.drops",
    Unit::COUNT,
    Scale::Whole,
    "Packets that an interface dropped, received and sent ones, for want of room or of a taker.",
)
.labelled(INTERFACE)
.deadband(15);

/// Speed of the link.
pub static SPEED: Metric = Metric::gauge(
    196,
    "network.speed",
    Unit::BITS_PER_SECOND,
    Scale::Multiple(1_000_000),
    "Speed of an interface's link; unsupported where there is no fixed one, as of a radio or without a link.",
)
.labelled(INTERFACE);

/// Whether there is a link.
pub static CARRIER: Metric =
    Metric::gauge(197, "network.carrier", Unit::BOOLEAN, Scale::Whole, "Whether an interface has a link.")
        .labelled(INTERFACE);

/// The socket of an interface.
pub static PORT: Metric = Metric::text(
    198,
    "network.port",
    "Name of the physical port of an interface, where the driver gives it; interfaces may share one.",
)
.labelled(INTERFACE);

/// Data received past the kernel.
pub static RDMA_RECEIVE: Metric = rate(
    199,
    "network.rdma.receive",
    "Data received by a port of an RDMA device, past the kernel's interfaces.",
)
.labelled(RDMA_PORT);

/// Data sent past the kernel.
pub static RDMA_TRANSMIT: Metric = rate(
    200,
    "network.rdma.transmit",
    "Data sent by a port of an RDMA device, past the kernel's interfaces.",
)
.labelled(RDMA_PORT);

/// Sent when it has moved by more than some 15 %: traffic is never steady.
const fn rate(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::BYTES_PER_SECOND, Scale::Octaves, help).deadband(5)
}

const INTERFACE: &[&str] = &["interface"];
const RDMA_PORT: &[&str] = &["device", "port"];

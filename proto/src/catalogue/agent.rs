//! The agent's own vitals. Numbers 224 to 255.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[
    &VERSION,
    &CPU,
    &MEMORY,
    &SENT,
    &RECEIVED,
    &NEIGHBOURS,
    &HOSTS,
    &QUEUE_DROPS,
    &REFUSED,
    &HOP_LIMIT_DROPS,
    &COLLECTOR_PASS,
    &COLLECTOR_FAILURES,
    &GRAFTS,
    &NOT_ALLOWED,
    &EXCESS,
    &OVERLOAD,
    &UNHELD,
    &HELD,
    &RECORDED,
    &UNREACHABLE,
    &REJECTED,
];

/// Version of the agent.
pub static VERSION: Metric = Metric::text(224, "agent.version", "Version of the agent.");

/// Processor time of the agent.
pub static CPU: Metric = Metric::gauge(
    225,
    "agent.cpu",
    Unit::PERCENT,
    Scale::Fraction(10),
    "Share of one core's time that the agent used since the previous frame, all its threads together.",
)
.deadband(5);

/// Resident memory of the agent.
pub static MEMORY: Metric = Metric::gauge(
    226,
    "agent.memory",
    Unit::BYTES,
    Scale::Multiple(64 * 1024),
    "Resident memory of the agent.",
)
.deadband(3);

/// What the agent sends.
pub static SENT: Metric = Metric::gauge(
    227,
    "agent.sent",
    Unit::BYTES_PER_SECOND,
    Scale::Octaves,
    "What the agent sent to neighbours and dashboards since the previous frame.",
)
.deadband(16);

/// What the agent receives.
pub static RECEIVED: Metric = Metric::gauge(
    228,
    "agent.received",
    Unit::BYTES_PER_SECOND,
    Scale::Octaves,
    "What the agent received from neighbours and dashboards since the previous frame.",
)
.deadband(16);

/// Links to neighbours.
pub static NEIGHBOURS: Metric =
    Metric::gauge(229, "agent.neighbours", Unit::COUNT, Scale::Whole, "Neighbours with a link to the agent.");

/// Hosts that are known.
pub static HOSTS: Metric = Metric::gauge(
    230,
    "agent.hosts",
    Unit::COUNT,
    Scale::Whole,
    "Hosts that the agent knows, itself included.",
);

/// Messages that full queues dropped.
pub static QUEUE_DROPS: Metric = Metric::counter(
    231,
    "agent.queue_drops",
    Unit::COUNT,
    Scale::Whole,
    "Frames that slow readers missed because their queues were full.",
);

/// Frames that were refused.
pub static REFUSED: Metric = Metric::counter(
    232,
    "agent.refused_frames",
    Unit::COUNT,
    Scale::Whole,
    "Frames that were malformed, forged or of too many hosts.",
);

/// Frames that their hop limit stopped.
pub static HOP_LIMIT_DROPS: Metric = Metric::counter(
    233,
    "agent.hop_limit_drops",
    Unit::COUNT,
    Scale::Whole,
    "Frames that went no further because of their hop limit.",
);

/// Duration of a collector's pass.
pub static COLLECTOR_PASS: Metric = Metric::gauge(
    234,
    "agent.collector.pass",
    Unit::MICROSECONDS,
    Scale::Octaves,
    "How long a collector's latest pass took.",
)
.labelled(&["collector"])
.deadband(64);

/// Failures of a collector.
pub static COLLECTOR_FAILURES: Metric = Metric::counter(
    235,
    "agent.collector.failures",
    Unit::COUNT,
    Scale::Whole,
    "How many passes of a collector failed since the agent started.",
)
.labelled(&["collector"]);

/// Frames that had to be asked for.
pub static GRAFTS: Metric = Metric::counter(
    236,
    "agent.grafts",
    Unit::COUNT,
    Scale::Whole,
    "Times that the agent asked a neighbour for frames that did not come by their usual way.",
);

/// Frames of hosts that are not on the list.
pub static NOT_ALLOWED: Metric = Metric::counter(
    237,
    "agent.not_allowed_frames",
    Unit::COUNT,
    Scale::Whole,
    "Frames that were dropped because their host is not on the list of allowed ones.",
);

/// Frames of hosts that send too many.
pub static EXCESS: Metric = Metric::counter(
    238,
    "agent.excess_frames",
    Unit::COUNT,
    Scale::Whole,
    "Frames that were dropped because their host sent more than two a second.",
);

/// Frames for which there was no time.
pub static OVERLOAD: Metric = Metric::counter(
    239,
    "agent.overload_frames",
    Unit::COUNT,
    Scale::Whole,
    "Frames that were dropped because there was no time to check their signatures.",
);

/// Frames for which there was no room.
pub static UNHELD: Metric = Metric::counter(
    240,
    "agent.unheld_frames",
    Unit::COUNT,
    Scale::Whole,
    "Frames that were passed on but not kept for those who join later, because there was no room.",
);

/// Frames held for those who join.
pub static HELD: Metric = Metric::gauge(
    241,
    "agent.held",
    Unit::BYTES,
    Scale::Multiple(64 * 1024),
    "Bytes of the newest frames of all hosts, held for those who join.",
);

/// Frames of the last minutes.
pub static RECORDED: Metric = Metric::gauge(
    242,
    "agent.recorded",
    Unit::BYTES,
    Scale::Multiple(64 * 1024),
    "Bytes of this host's and its neighbours' frames of the last 10 minutes.",
);

/// Configured neighbours without a link.
pub static UNREACHABLE: Metric = Metric::gauge(
    243,
    "agent.unreachable_neighbours",
    Unit::COUNT,
    Scale::Whole,
    "Neighbours of the configuration that the agent dials and has no link to.",
);

/// Connections that led to nothing.
pub static REJECTED: Metric = Metric::counter(
    244,
    "agent.rejected_connections",
    Unit::COUNT,
    Scale::Whole,
    "Connections of others that were turned away or did not get through the handshake.",
);

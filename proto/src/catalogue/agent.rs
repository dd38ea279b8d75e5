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

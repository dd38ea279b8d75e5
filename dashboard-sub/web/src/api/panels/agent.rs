//! The agent's own vitals.

use grapevine_sub::panel;

use crate::api::shown::shown;

shown! {
    /// What the host's agent takes and does. Counters run from its start.
    struct Agent(agent: panel::Agent<'_>) {
        /// Version.
        version: String,
        /// Share of one core's time that it uses.
        cpu_percent: f64,
        /// Resident memory.
        memory_bytes: u64,
        /// Data sent.
        sent_bytes_per_second: u64 = agent.sent,
        /// Data received.
        received_bytes_per_second: u64 = agent.received,
        /// Neighbours with a link.
        neighbours: u64,
        /// Neighbours of the configuration without a link.
        unreachable_neighbours: u64,
        /// Hosts that it knows, itself included.
        hosts: u64,
        /// Frames that slow readers missed.
        queue_drops: u64,
        /// Frames that were malformed, forged or of too many hosts.
        refused_frames: u64,
        /// Frames that their hop limit stopped.
        hop_limit_drops: u64,
        /// Times that it asked for frames that did not come by their usual way.
        grafts: u64,
        /// Frames of hosts that are not on the list of allowed ones.
        not_allowed_frames: u64,
        /// Frames of hosts that send too many.
        excess_frames: u64,
        /// Frames for whose signatures there was no time.
        overload_frames: u64,
        /// Frames for which there was no room.
        unheld_frames: u64,
        /// Newest frames of all hosts, held for those who join.
        held_bytes: u64,
        /// Frames of the last 10 minutes.
        recorded_bytes: u64,
        /// Connections that were turned away.
        rejected_connections: u64,
    }
    with {
        /// Each collector.
        collectors: Vec<Collector> = agent.collectors.iter().map(Collector::of).collect(),
    }
}

shown! {
    /// A collector of the agent.
    struct Collector(collector: panel::Collector<'_>) by {
        /// Its name.
        name,
    } {
        /// How long its latest pass took.
        pass_us: u64,
        /// Passes that failed.
        failures: u64,
    }
}

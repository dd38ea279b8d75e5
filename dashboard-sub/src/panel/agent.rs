//! The agent's own vitals.

use grapevine_proto::catalogue::agent;

use crate::panel::figure::Figure;
use crate::panel::figures::figures;
use crate::panel::list::List;

figures! {
    /// What the host's agent takes and does. Counters run from its start.
    pub struct Agent<'a> {
        /// Version.
        version: Figure<&'a str> = agent::VERSION,
        /// Share of one core's time that it uses.
        cpu_percent: Figure = agent::CPU,
        /// Resident memory.
        memory_bytes: Figure = agent::MEMORY,
        /// Data sent, in bytes a second.
        sent: Figure = agent::SENT,
        /// Data received, in bytes a second.
        received: Figure = agent::RECEIVED,
        /// Neighbours with a link.
        neighbours: Figure = agent::NEIGHBOURS,
        /// Neighbours of the configuration without a link.
        unreachable_neighbours: Figure = agent::UNREACHABLE,
        /// Hosts that it knows, itself included.
        hosts: Figure = agent::HOSTS,
        /// Frames that slow readers missed.
        queue_drops: Figure = agent::QUEUE_DROPS,
        /// Frames that were malformed, forged or of too many hosts.
        refused_frames: Figure = agent::REFUSED,
        /// Frames that their hop limit stopped.
        hop_limit_drops: Figure = agent::HOP_LIMIT_DROPS,
        /// Times that it asked for frames that did not come by their usual way.
        grafts: Figure = agent::GRAFTS,
        /// Frames of hosts that are not on the list of allowed ones.
        not_allowed_frames: Figure = agent::NOT_ALLOWED,
        /// Frames of hosts that send too many.
        excess_frames: Figure = agent::EXCESS,
        /// Frames for whose signatures there was no time.
        overload_frames: Figure = agent::OVERLOAD,
        /// Frames for which there was no room.
        unheld_frames: Figure = agent::UNHELD,
        /// Newest frames of all hosts, held for those who join.
        held_bytes: Figure = agent::HELD,
        /// Frames of the last 10 minutes.
        recorded_bytes: Figure = agent::RECORDED,
        /// Connections that were turned away.
        rejected_connections: Figure = agent::REJECTED,
    }
    with {
        /// Each collector.
        collectors: List<Collector<'a>>,
    }
}

figures! {
    /// A collector of the agent.
    pub struct Collector<'a> by {
        /// Its name.
        name
    } {
        /// How long its latest pass took.
        pass_us: Figure = agent::COLLECTOR_PASS,
        /// Passes that failed.
        failures: Figure = agent::COLLECTOR_FAILURES,
    }
}

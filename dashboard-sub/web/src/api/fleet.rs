//! What all hosts add up to.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use grapevine_sub::{Connection, Status};
use serde::Serialize;
use utoipa::ToSchema;

use crate::server::App;
use crate::timestamp::iso8601;

/// All hosts together. Of figures only what is current counts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FleetTotals {
    /// When it was so: ISO 8601, UTC, by the server's clock.
    #[schema(format = "date-time")]
    timestamp: String,
    /// Whether an agent is there, in one line for people.
    connection: String,
    /// Where the agent is; `null` while none answers.
    attached_to: Option<String>,
    /// The host of that agent; `null` until it told of itself.
    attached_host: Option<String>,
    /// How many hosts there are.
    hosts: usize,
    /// How many of them are `ok`, `unknown`, `warning`, `stale` and `critical`.
    by_status: BTreeMap<&'static str, usize>,
    /// How many GPUs they have, MIG instances not counted.
    gpus: u32,
    /// Mean use of all GPUs that tell it; `null` if none does.
    gpu_use_percent: Option<f64>,
    /// Memory of GPUs in use, not counted where they share the machine's.
    gpu_memory_used_bytes: f64,
    /// All of that memory.
    gpu_memory_total_bytes: f64,
    /// Power that all GPUs draw.
    gpu_power_watts: f64,
    /// Mean use of the processors of all hosts that tell it; `null` if none does.
    cpu_percent: Option<f64>,
    /// Memory of the hosts that is not available.
    memory_used_bytes: f64,
    /// All of that memory.
    memory_total_bytes: f64,
    /// Services that failed.
    services_failed: f64,
    /// Whether some of the hosts do not exist: they are of a demonstration.
    has_demo: bool,
}

/// What all hosts add up to
#[utoipa::path(get, path = "/api/v1/fleet", tag = "fleet", responses((status = 200, body = FleetTotals)))]
pub(crate) async fn fleet(State(app): State<App>) -> Json<FleetTotals> {
    let snapshot = app.snapshot();
    let totals = &snapshot.totals;
    Json(FleetTotals {
        timestamp: iso8601(snapshot.wall_s),
        connection: snapshot.connection.to_string(),
        attached_to: Connection::endpoint(&snapshot.connection).map(ToString::to_string),
        attached_host: snapshot.attached().map(|shown| shown.host.name().to_string()),
        hosts: totals.hosts,
        by_status: Status::ALL.map(|status| (status.as_str(), totals.count(status))).into(),
        gpus: totals.gpus,
        gpu_use_percent: totals.gpu_use_percent,
        gpu_memory_used_bytes: totals.gpu_memory_used_bytes,
        gpu_memory_total_bytes: totals.gpu_memory_total_bytes,
        gpu_power_watts: totals.gpu_power_watts,
        cpu_percent: totals.cpu_percent,
        memory_used_bytes: totals.memory_used_bytes,
        memory_total_bytes: totals.memory_total_bytes,
        services_failed: totals.services_failed,
        has_demo: snapshot.entries().iter().any(|shown| shown.host.identity().role == DEMO),
    })
}

/// The role of hosts that do not exist.
const DEMO: &str = "demo";

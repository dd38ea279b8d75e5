//! The network as a whole: what stands above every page.

use grapevine_sub::{Connection, Status};
use serde_json::{Value, json};

use super::number;
use crate::model::Snapshot;

pub(super) fn show(snapshot: &Snapshot) -> Value {
    let connection = &snapshot.connection;
    json!({
        // Counts up as long as the server lives.
        "at_s": number(snapshot.wall_s.floor()),
        "connection": connection.to_string(),
        "is_attached": matches!(connection, Connection::Attached { .. }),
        "is_full": snapshot.is_full,
        "hosts": snapshot.totals.hosts,
        "by_status": Status::ALL.map(|status| snapshot.totals.count(status)),
        "events": snapshot.event_count,
        "has_demo": snapshot.entries().iter().any(|shown| shown.host.identity().role == DEMO),
    })
}

/// The role of hosts that do not exist.
const DEMO: &str = "demo";

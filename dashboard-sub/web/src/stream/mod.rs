//! Streams over WebSockets (RFC 6455): what a dashboard looks at, live.
//!
//! `/ws/fleet` is the dashboard's own. A client says what it looks at, as a [`Look`] with a number of its own, as often
//! as it likes:
//!
//! ```json
//! {"id": 1, "look": "hosts", "filter": "gpu.use>50", "sort": "gpu.temp", "from": 0, "count": 40}
//! ```
//!
//! The server repeats the number, `{"look": 1}`, then tells all of it, `{"full": …}`, and from then on what changed,
//! `{"patch": …}`, once in a
//! [`BEAT_INTERVAL`](crate::limits::BEAT_INTERVAL) at the most. Patches are those of [`patch`].
//!
//! `/ws/gpu` tells programs of the GPUs of one host, as the [description of the API](gpu::GpuMessage) has it.
//!
//! - `hub`: who looks at the same thing shares a task that draws it up and encodes it, once for all of them
//! - `client`: a connection. What waits for a slow client is one state: when it can take more it gets what changed since,
//!   or all of it if it missed something in between. Nothing is queued.
//! - `fleet`, `gpu`: what the two streams tell
//! - `look`: what can be looked at

mod client;
mod fleet;
mod gpu;
mod hub;
mod look;
mod patch;
mod upgrade;

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use self::fleet::Dashboard;
pub(crate) use self::fleet::FleetHub;
use self::gpu::Listener;
pub(crate) use self::gpu::{GpuHub, GpuLook, GpuMessage};
use self::upgrade::Upgrade;
use crate::api::Query;
use crate::auth::Visitor;
use crate::problem::Problem;
use crate::server::App;

/// What only those may ask for who may look.
pub(crate) fn closed() -> Router<App> {
    Router::new().route("/ws/fleet", get(fleet)).route("/ws/gpu", get(gpus))
}

async fn fleet(State(app): State<App>, visitor: Visitor, upgrade: Upgrade) -> Response {
    upgrade.tell(visitor, Dashboard::new(app))
}

/// GPUs of a host, live
///
/// A WebSocket (RFC 6455) that says JSON, each time one message with its kind as `type`: `gpus` at first and whenever
/// anything of it changed, 5 times a second at the most; before it `gpuRemoved` and `gpuAdded` for each GPU that went or
/// came; `problem` while the host is not known; `heartbeat` where there was nothing to say for 15 s. What is not known, or
/// too old to be shown as current, is `null`. Who reads slowly gets the newest state when it can take it, and misses those
/// before. Whoever says anything is hung up on. The code of the end is 4401 if the session ended, 1001 if the server did.
#[utoipa::path(
    get, path = "/ws/gpu", tag = "streams", params(GpuLook),
    responses((status = 101, description = "The messages of the stream.", body = GpuMessage))
)]
pub(crate) async fn gpus(
    State(app): State<App>,
    Query(look): Query<GpuLook>,
    visitor: Visitor,
    upgrade: Upgrade,
) -> Result<Response, Problem> {
    Ok(upgrade.tell(visitor, Listener::new(look, &app)?))
}

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
//! - `hub`: who looks at the same thing shares a task that draws it up and encodes it, once for all of them
//! - `client`: a connection. What waits for a slow client is one state: when it can take more it gets what changed since,
//!   or all of it if it missed something in between. Nothing is queued.
//! - `look`: what can be looked at

mod client;
mod hub;
mod look;
mod patch;

use axum::Extension;
use axum::Router;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;

pub(crate) use self::hub::Hub;
use crate::auth::Client;
use crate::limits::LOOK_BYTES_MAX;
use crate::server::App;

/// What only those may ask for who may look.
pub(crate) fn closed() -> Router<App> {
    Router::new().route("/ws/fleet", get(fleet))
}

async fn fleet(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = upgrade.max_message_size(LOOK_BYTES_MAX).max_frame_size(LOOK_BYTES_MAX);
    upgrade.on_upgrade(move |socket| client::serve(socket, app, headers, client))
}

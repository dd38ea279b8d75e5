//! Whether the server lives, and whether it has something to show.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::Snapshot;
use crate::problem::Problem;
use crate::server::App;

/// How the server is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`; `starting` until an agent has told of all hosts; `unreachable` while no agent answers.
    status: Connectedness,
    /// The server's version.
    version: &'static str,
    /// How long it runs, in seconds.
    uptime_s: u64,
}

/// Whether there is an agent that tells of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Connectedness {
    /// There is.
    Ok,
    /// Not yet.
    Starting,
    /// Not any more, or it did not answer.
    Unreachable,
}

impl Connectedness {
    fn of(snapshot: &Snapshot) -> Self {
        use grapevine_sub::Connection;
        match &snapshot.connection {
            Connection::Unreachable { .. } => Self::Unreachable,
            Connection::Attached { .. } if snapshot.is_full => Self::Ok,
            Connection::Attached { .. } | Connection::Connecting { .. } => Self::Starting,
        }
    }
}

/// How the server is
#[utoipa::path(get, path = "/api/health", tag = "server", responses((status = 200, body = Health)), security(()))]
pub(crate) async fn health(State(app): State<App>) -> Json<Health> {
    Json(Health {
        status: Connectedness::of(&app.snapshot()),
        version: env!("CARGO_PKG_VERSION"),
        uptime_s: app.started().elapsed().as_secs(),
    })
}

/// Whether the server lives
#[utoipa::path(
    get, path = "/-/healthy", tag = "server", security(()),
    responses((status = 200, body = String, content_type = "text/plain", description = "It does."))
)]
pub(crate) async fn healthy() -> Response {
    text("the server lives\n")
}

/// Whether the server has something to show
#[utoipa::path(
    get, path = "/-/ready", tag = "server", security(()),
    responses(
        (status = 200, body = String, content_type = "text/plain", description = "An agent has told of all hosts."),
        (status = 503, body = Problem, content_type = "application/problem+json", description = "No agent has, yet."),
    )
)]
pub(crate) async fn ready(State(app): State<App>) -> Result<Response, Problem> {
    if app.snapshot().is_full {
        Ok(text("an agent has told of all hosts\n"))
    } else {
        Err(Problem::unavailable("no agent has told of all hosts yet"))
    }
}

fn text(text: &'static str) -> Response {
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (StatusCode::OK, [no_store], text).into_response()
}

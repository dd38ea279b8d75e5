//! Sessions: logging in and out.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroize;

use super::extract::Json;
use crate::auth::{Client, Role};
use crate::model::wall_s;
use crate::problem::Problem;
use crate::server::App;
use crate::timestamp::iso8601;

/// What opens a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    /// The token, of the reader or of the admin.
    #[schema(min_length = 1, max_length = 512, format = Password)]
    token: String,
}

impl Drop for Login {
    fn drop(&mut self) {
        self.token.zeroize();
    }
}

/// What the sender of a request may do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Session {
    role: Role,
    /// When a session ends that just began: ISO 8601, UTC. Left out where none began.
    #[schema(format = "date-time")]
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    /// Whether a token is needed at all.
    token_needed: bool,
}

/// How many sessions ended.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Ended {
    /// So many.
    sessions: usize,
}

/// Begin a session
///
/// The answer sets the cookie that browsers send from then on; scripts had better send the token as
/// `Authorization: Bearer` with each request.
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "auth", request_body = Login, security(()),
    responses((status = 200, body = Session, headers(("set-cookie" = String, description = "The session."))))
)]
pub(crate) async fn login(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    Json(login): Json<Login>,
) -> Result<Response, Problem> {
    let begun = app.auth().login(&login.token, client)?;
    let expires = Some(iso8601(wall_s() + begun.length.as_secs_f64()));
    let session = Session { role: begun.role, expires, token_needed: true };
    Ok(([(header::SET_COOKIE, begun.cookie), NO_STORE], axum::Json(session)).into_response())
}

/// End the own session
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "auth", security(()),
    responses((status = 204, description = "There is no session any more.")),
)]
pub(crate) async fn logout(
    State(app): State<App>,
    Extension(client): Extension<Client>,
    request: Request,
) -> Response {
    let cookie = app.auth().logout(request.headers(), client);
    (StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, cookie), NO_STORE])).into_response()
}

/// What the sender may do
#[utoipa::path(get, path = "/api/v1/auth/session", tag = "auth", responses((status = 200, body = Session)))]
pub(crate) async fn session(State(app): State<App>, Extension(role): Extension<Role>) -> Response {
    let session = Session { role, expires: None, token_needed: !app.auth().is_open() };
    ([NO_STORE], axum::Json(session)).into_response()
}

/// End the sessions of everybody
///
/// Takes the admin's token. Tokens stay as they are.
#[utoipa::path(delete, path = "/api/v1/auth/sessions", tag = "auth", responses((status = 200, body = Ended)))]
pub(crate) async fn end_sessions(
    State(app): State<App>,
    Extension(role): Extension<Role>,
) -> Result<axum::Json<Ended>, Problem> {
    if role < Role::Admin {
        return Err(Problem::new(StatusCode::FORBIDDEN, "this takes the admin's token"));
    }
    Ok(axum::Json(Ended { sessions: app.auth().end_sessions() }))
}

const NO_STORE: (header::HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

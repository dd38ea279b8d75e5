//! Who may see the network: those who know a token, or have a session that one opened.

mod cookie;
mod session;
mod site;
mod throttle;
mod token;
mod visitor;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::site::{Client, Peer, check_site};
pub use self::token::{Token, TokenError, Tokens};
pub(crate) use self::visitor::Visitor;
use crate::options::ServeOptions;
use crate::problem::Problem;
use crate::server::App;
use session::Sessions;
use throttle::{Throttle, Try};

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Look at everything.
    Reader,
    /// End the sessions of others, too.
    Admin,
}

/// Tokens, sessions, and who was wrong.
#[derive(Debug)]
pub(crate) struct Auth {
    tokens: Tokens,
    sessions: Sessions,
    throttle: Throttle,
}

/// A session that has begun.
pub(crate) struct Begun {
    pub(crate) role: Role,
    /// What the browser is to keep.
    pub(crate) cookie: HeaderValue,
    pub(crate) length: Duration,
}

impl Auth {
    pub(crate) fn new(options: &ServeOptions) -> Self {
        let length = Duration::from_secs(3600 * u64::from(options.session_hours));
        Self {
            tokens: options.tokens.clone(),
            sessions: Sessions::new(length),
            throttle: Throttle::default(),
        }
    }

    /// Whether whoever reaches the server may do everything.
    pub(crate) fn is_open(&self) -> bool {
        self.tokens.is_empty()
    }

    /// Begins a session for a client that knows a token.
    pub(crate) fn login(&self, token: &str, client: Client) -> Result<Begun, Problem> {
        if self.is_open() {
            return Err(Problem::unprocessable("there is nothing to log in to: this server has no token"));
        }
        let now = Instant::now();
        let role = self.try_token(Try::Login, token.trim().as_bytes(), client.address, now)?;
        let id = self.sessions.begin(role, now);
        let id = id.map_err(|_| Problem::unavailable("the system gives no random numbers"))?;
        let length = self.sessions.length();
        tracing::info!(address = %client.address, ?role, "session begun");
        Ok(Begun { role, cookie: cookie::set(&id, length, client.is_secure), length })
    }

    /// Ends the session that the request came with, if any, and returns what makes the browser forget it.
    pub(crate) fn logout(&self, headers: &HeaderMap, client: Client) -> HeaderValue {
        for id in cookie::ids(headers, client.is_secure) {
            self.sessions.end(id);
        }
        cookie::clear(client.is_secure)
    }

    /// Ends all sessions.
    pub(crate) fn end_sessions(&self) -> usize {
        self.sessions.end_all()
    }

    /// What the sender of a request may do.
    pub(crate) fn role_of(&self, headers: &HeaderMap, client: Client) -> Result<Role, Problem> {
        if self.is_open() {
            return Ok(Role::Admin);
        }
        let now = Instant::now();
        if let Some(token) = bearer(headers) {
            return self.try_token(Try::Bearer, token, client.address, now);
        }
        let role = cookie::ids(headers, client.is_secure).find_map(|id| self.sessions.role_of(id, now));
        role.ok_or_else(|| unauthorized("log in, or send the token as `Authorization: Bearer`"))
    }

    fn try_token(&self, what: Try, token: &[u8], address: IpAddr, now: Instant) -> Result<Role, Problem> {
        self.throttle.check(what, address, now).map_err(|pause| {
            let detail = "too many wrong tokens: wait as long as `Retry-After` says";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(pause.as_secs() + 1)
        })?;
        self.tokens.role_of(token).ok_or_else(|| {
            self.throttle.wrong(what, address, now);
            tracing::warn!(%address, ?what, "wrong token");
            unauthorized("wrong token")
        })
    }
}

/// Lets only those through who may look, and says in the request what they may do.
pub(crate) async fn require(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let client = Client::of(request.extensions());
    match app.auth().role_of(request.headers(), client) {
        Ok(role) => {
            request.extensions_mut().insert(role);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

fn unauthorized(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, detail)
        .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"grapevine\""))
}

/// The token of `Authorization: Bearer TOKEN` (RFC 6750).
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(BEARER.len())?;
    scheme.eq_ignore_ascii_case(BEARER).then(|| token.trim_ascii())
}

const BEARER: &[u8] = b"Bearer ";

//! Whoever stays: how long they may.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{Client, bearer, cookie};
use crate::server::App;

/// Who opened a stream, after they were let in.
pub(crate) struct Visitor {
    app: App,
    /// The sessions that it came with; none if it needs none.
    sessions: Option<Vec<String>>,
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        // A token holds for as long as the server runs.
        let needs_none = app.auth().is_open() || bearer(&parts.headers).is_some();
        let is_secure = Client::of(&parts.extensions).is_secure;
        let sessions = || cookie::ids(&parts.headers, is_secure).map(str::to_owned).collect();
        Ok(Self { app: app.clone(), sessions: (!needs_none).then(sessions) })
    }
}

impl Visitor {
    /// Waits until it may not look any more.
    pub(crate) async fn lost(&self) {
        match &self.sessions {
            Some(ids) => self.app.auth().sessions.all_ended(ids).await,
            None => std::future::pending().await,
        }
    }
}

//! Requests that become WebSockets.

use axum::extract::FromRequestParts;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::client::{self, Told};
use crate::auth::Visitor;
use crate::limits::LOOK_BYTES_MAX;
use crate::problem::Problem;

/// A request that is to become a WebSocket.
pub(crate) struct Upgrade(WebSocketUpgrade);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let upgrade = WebSocketUpgrade::from_request_parts(parts, state).await;
        upgrade.map(Self).map_err(|_| {
            // RFC 9110, 15.5.22, and RFC 6455, 4.2.2.
            Problem::new(StatusCode::UPGRADE_REQUIRED, "this is a stream: ask for it as a WebSocket")
                .with(header::UPGRADE, HeaderValue::from_static("websocket"))
                .with(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
        })
    }
}

impl Upgrade {
    /// The answer to the request; after it `visitor` is told what there is to tell.
    pub(super) fn tell(self, visitor: Visitor, told: impl Told + 'static) -> Response {
        let upgrade = self.0.max_message_size(LOOK_BYTES_MAX).max_frame_size(LOOK_BYTES_MAX);
        upgrade.on_upgrade(|socket| client::serve(socket, visitor, told))
    }
}

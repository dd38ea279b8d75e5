//! One connection of a stream.

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use tokio::time::{Instant, sleep_until};

use crate::auth::Visitor;
use crate::limits::HEARTBEAT_INTERVAL;

/// What a client is told.
pub(super) trait Told: Send {
    /// Takes what the client says, and returns what to answer; none if it makes no sense.
    fn hear(&mut self, text: &str) -> Option<Option<Utf8Bytes>>;

    /// Waits until there is something that the client was not told; none once the server ends. Safe to cancel.
    fn next(&mut self) -> impl Future<Output = Option<Utf8Bytes>> + Send;

    /// What shows that the server is there, while nothing else does.
    fn heartbeat(&self) -> Message;
}

/// Tells a client what there is to tell, until it goes away, may not look any more, or the server ends. While it reads
/// nothing, nothing is drawn from `told`.
pub(super) async fn serve(mut socket: WebSocket, visitor: Visitor, mut told: impl Told) {
    let lost = visitor.lost();
    tokio::pin!(lost);
    let mut silent_until = Instant::now() + HEARTBEAT_INTERVAL;
    let (code, reason) = loop {
        let message = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => match told.hear(&text) {
                    Some(answer) => answer.map(Message::Text),
                    None => break (close_code::POLICY, "this makes no sense here"),
                },
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => None,
                Some(Ok(Message::Binary(_))) => break (close_code::UNSUPPORTED, "only text is understood"),
                Some(Ok(Message::Close(_)) | Err(_)) | None => break (close_code::NORMAL, ""),
            },
            text = told.next() => match text {
                Some(text) => Some(Message::Text(text)),
                None => break (close_code::AWAY, "the server ends"),
            },
            () = sleep_until(silent_until) => Some(told.heartbeat()),
            () = &mut lost => break (SESSION_ENDED, "the session ended"),
        };
        if let Some(message) = message {
            if socket.send(message).await.is_err() {
                return;
            }
            silent_until = Instant::now() + HEARTBEAT_INTERVAL;
        }
    };
    // Whoever is gone is not told so.
    drop(socket.send(Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await);
}

/// Of the range that is for applications (RFC 6455, 7.4.2): 4000 and the HTTP status of whoever has no session.
const SESSION_ENDED: u16 = 4401;

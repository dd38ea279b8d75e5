//! One client of `/ws/fleet`.

use std::sync::Arc;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use axum::http::HeaderMap;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::hub::Beat;
use super::look::Look;
use crate::auth::Client;
use crate::limits::HEARTBEAT_INTERVAL;
use crate::server::App;

/// What a client says.
#[derive(Deserialize)]
struct Wish {
    /// The client's own number of this look.
    id: u32,
    #[serde(flatten)]
    look: Look,
}

/// What a client looks at.
struct View {
    beats: watch::Receiver<Arc<Beat>>,
    /// The number of the beat that it got last.
    told: u64,
}

/// Tells a client what it looks at, until it goes away, may not look any more, or the server ends.
pub(super) async fn serve(mut socket: WebSocket, app: App, headers: HeaderMap, client: Client) {
    let mut view: Option<View> = None;
    let mut heartbeat = interval(HEARTBEAT_INTERVAL);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let told = tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => {
                    let Some(turned) = turn(&mut view, &text, &app) else { break };
                    socket.send(Message::Text(turned)).await
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
                Some(Ok(Message::Binary(_) | Message::Close(_)) | Err(_)) | None => break,
            },
            beat = next(&mut view) => match beat {
                Some(text) => socket.send(Message::Text(text)).await,
                // The server ends.
                None => break,
            },
            _ = heartbeat.tick() => {
                if app.auth().role_of(&headers, client).is_err() {
                    break;
                }
                socket.send(Message::Ping(Bytes::new())).await
            }
        };
        if told.is_err() {
            return;
        }
    }
    // Whoever is gone is not told so.
    drop(socket.send(Message::Close(None)).await);
}

/// Turns to what the client wants to look at; none if it says nothing of the kind.
fn turn(view: &mut Option<View>, text: &str, app: &App) -> Option<Utf8Bytes> {
    let Wish { id, look } = serde_json::from_str(text).ok()?;
    let mut beats = app.hub().watch(look.bounded(), app);
    beats.mark_changed();
    *view = Some(View { beats, told: 0 });
    Some(json!({ "look": id }).to_string().into())
}

/// Waits until there is something that the client was not told: what changed if it missed nothing, or else all of it.
/// Waits forever while it looks at nothing. Safe to cancel.
async fn next(view: &mut Option<View>) -> Option<Utf8Bytes> {
    let Some(View { beats, told }) = view else { return std::future::pending().await };
    let beat = Arc::clone(&*beats.wait_for(|beat| beat.number > *told).await.ok()?);
    let text = if beat.number == *told + 1 && *told > 0 { &beat.patch } else { &beat.full };
    *told = beat.number;
    Some(text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(number: u64) -> Arc<Beat> {
        Arc::new(Beat {
            number,
            full: format!("all {number}").into(),
            patch: format!("change {number}").into(),
        })
    }

    #[tokio::test]
    async fn who_missed_something_is_told_all_of_it() {
        let (sender, beats) = watch::channel(Arc::default());
        let mut view = Some(View { beats, told: 0 });
        let mut heard = Vec::new();
        for (published, expected) in
            [(1..=1, "all 1"), (2..=2, "change 2"), (3..=5, "all 5"), (6..=6, "change 6")]
        {
            published.for_each(|number| drop(sender.send_replace(beat(number))));
            heard.push(next(&mut view).await.unwrap());
            assert_eq!(heard.last().unwrap().as_str(), expected);
        }
        drop(sender);
        assert!(next(&mut view).await.is_none());
    }

    #[tokio::test]
    async fn who_comes_later_is_told_all_of_it() {
        let (_sender, beats) = watch::channel(beat(7));
        let mut view = Some(View { beats, told: 0 });
        assert_eq!(next(&mut view).await.unwrap().as_str(), "all 7");
    }
}

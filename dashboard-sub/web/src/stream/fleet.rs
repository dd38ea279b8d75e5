//! `/ws/fleet`: what the dashboard looks at.

use std::sync::Arc;

use axum::extract::ws::{Message, Utf8Bytes};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::client::Told;
use super::hub::Hub;
use super::look::Look;
use super::patch::diff;
use crate::limits::BEAT_INTERVAL;
use crate::server::App;

/// What a look shows at one moment, encoded for all who look.
#[derive(Debug, Default)]
pub(crate) struct Beat {
    /// Counts up from 1; 0 before there is anything.
    number: u64,
    /// All of it.
    full: Utf8Bytes,
    /// What changed since the beat before.
    patch: Utf8Bytes,
}

/// What dashboards look at.
pub(crate) type FleetHub = Hub<Look, Beat>;

/// A dashboard, and what it looks at.
pub(super) struct Dashboard {
    app: App,
    view: Option<View>,
}

struct View {
    beats: watch::Receiver<Arc<Beat>>,
    /// The number of the beat that it got last.
    told: u64,
}

/// What a dashboard says.
#[derive(Deserialize)]
struct Wish {
    /// The client's own number of this look.
    id: u32,
    #[serde(flatten)]
    look: Look,
}

impl Dashboard {
    /// One that looks at nothing yet.
    pub(super) fn new(app: App) -> Self {
        Self { app, view: None }
    }
}

impl Told for Dashboard {
    fn hear(&mut self, text: &str) -> Option<Option<Utf8Bytes>> {
        let Wish { id, look } = serde_json::from_str(text).ok()?;
        let mut beats = watch_look(look.bounded(), &self.app);
        beats.mark_changed();
        self.view = Some(View { beats, told: 0 });
        Some(Some(json!({ "look": id }).to_string().into()))
    }

    async fn next(&mut self) -> Option<Utf8Bytes> {
        let Some(view) = &mut self.view else { return std::future::pending().await };
        view.next().await
    }

    fn heartbeat(&self) -> Message {
        Message::Ping(Bytes::new())
    }
}

impl View {
    /// What changed if it missed nothing, or else all of it.
    async fn next(&mut self) -> Option<Utf8Bytes> {
        let Self { beats, told } = self;
        let beat = Arc::clone(&*beats.wait_for(|beat| beat.number > *told).await.ok()?);
        let text = if beat.number == *told + 1 && *told > 0 { &beat.patch } else { &beat.full };
        *told = beat.number;
        Some(text.clone())
    }
}

fn watch_look(look: Look, app: &App) -> watch::Receiver<Arc<Beat>> {
    let (mut shown, mut number) = (Value::Null, 0);
    let (shared, drawn) = (app.clone(), look.clone());
    app.fleet_hub().watch(look, app.model().follow(), BEAT_INTERVAL, move |snapshot| {
        let new = drawn.show(snapshot, &shared);
        let patch = diff(&shown, &new)?;
        number += 1;
        let patch = json!({ "patch": patch }).to_string().into();
        let beat = Beat { number, full: json!({ "full": new }).to_string().into(), patch };
        shown = new;
        Some(beat)
    })
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
        let mut view = View { beats, told: 0 };
        let mut heard = Vec::new();
        for (published, expected) in
            [(1..=1, "all 1"), (2..=2, "change 2"), (3..=5, "all 5"), (6..=6, "change 6")]
        {
            published.for_each(|number| drop(sender.send_replace(beat(number))));
            heard.push(view.next().await.unwrap());
            assert_eq!(heard.last().unwrap().as_str(), expected);
        }
        drop(sender);
        assert!(view.next().await.is_none());
    }

    #[tokio::test]
    async fn who_comes_later_is_told_all_of_it() {
        let (_sender, beats) = watch::channel(beat(7));
        let mut view = View { beats, told: 0 };
        assert_eq!(view.next().await.unwrap().as_str(), "all 7");
    }
}

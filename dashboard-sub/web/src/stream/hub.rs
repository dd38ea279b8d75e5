//! Who looks at the same thing shares what is drawn up of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::look::Look;
use super::patch::diff;
use crate::limits::BEAT_INTERVAL;
use crate::server::App;

/// What is looked at, each by a task that ends when nobody looks any more. There are never more of them than clients.
#[derive(Debug, Default)]
pub(crate) struct Hub(Mutex<BTreeMap<Look, watch::Sender<Arc<Beat>>>>);

/// What a look shows at one moment, encoded for all who look.
#[derive(Debug, Default)]
pub(super) struct Beat {
    /// Counts up from 1; 0 before there is anything.
    pub(super) number: u64,
    /// All of it.
    pub(super) full: Utf8Bytes,
    /// What changed since the beat before.
    pub(super) patch: Utf8Bytes,
}

impl Hub {
    /// What `look` shows from now on.
    pub(super) fn watch(&self, look: Look, app: &App) -> watch::Receiver<Arc<Beat>> {
        let mut looks = self.looks();
        if let Some(sender) = looks.get(&look) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(Arc::default());
        looks.insert(look.clone(), sender);
        tokio::spawn(draw_up(look, app.clone()));
        receiver
    }

    /// Publishes a beat; false if nobody looks any more, and the look ended.
    fn publish(&self, look: &Look, beat: Option<Beat>) -> bool {
        let mut looks = self.looks();
        let Some(sender) = looks.get(look).filter(|sender| sender.receiver_count() > 0) else {
            looks.remove(look);
            return false;
        };
        if let Some(beat) = beat {
            sender.send_replace(Arc::new(beat));
        }
        true
    }

    fn end(&self, look: &Look) {
        self.looks().remove(look);
    }

    fn looks(&self) -> MutexGuard<'_, BTreeMap<Look, watch::Sender<Arc<Beat>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn draw_up(look: Look, app: App) {
    let mut pace = interval(BEAT_INTERVAL);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut follow = app.model().follow();
    let mut shown = Value::Null;
    let mut number = 0;
    loop {
        pace.tick().await;
        let Some(snapshot) = follow.next().await else { return app.hub().end(&look) };
        let new = look.show(&snapshot, &app);
        drop(snapshot);
        let beat = diff(&shown, &new).map(|patch| {
            number += 1;
            let patch = json!({ "patch": patch }).to_string().into();
            Beat { number, full: json!({ "full": new }).to_string().into(), patch }
        });
        shown = new;
        if !app.hub().publish(&look, beat) {
            return;
        }
    }
}

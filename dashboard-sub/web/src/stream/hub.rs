//! Who looks at the same thing shares what is drawn up of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use crate::model::{Follow, Snapshot};

/// What is looked at, each by a task that ends when nobody looks any more. There are never more of them than clients.
#[derive(Debug)]
pub(crate) struct Hub<L, B>(Arc<Mutex<Looks<L, B>>>);

type Looks<L, B> = BTreeMap<L, watch::Sender<Arc<B>>>;

impl<L, B> Default for Hub<L, B> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<L, B> Clone for Hub<L, B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<L, B> Hub<L, B>
where
    L: Ord + Clone + Send + 'static,
    B: Default + Send + Sync + 'static,
{
    /// What `look` shows from now on. Where nobody looks at it yet, `draw` draws it up from each snapshot of `follow`, once
    /// in `pace` at the most; none if nothing changed.
    pub(super) fn watch(
        &self,
        look: L,
        follow: Follow,
        pace: Duration,
        draw: impl FnMut(&Snapshot) -> Option<B> + Send + 'static,
    ) -> watch::Receiver<Arc<B>> {
        let mut looks = self.looks();
        if let Some(sender) = looks.get(&look) {
            return sender.subscribe();
        }
        let (sender, receiver) = watch::channel(Arc::default());
        looks.insert(look.clone(), sender);
        tokio::spawn(self.clone().draw_up(look, follow, pace, draw));
        receiver
    }

    async fn draw_up(
        self,
        look: L,
        mut follow: Follow,
        pace: Duration,
        mut draw: impl FnMut(&Snapshot) -> Option<B>,
    ) {
        let mut pace = interval(pace);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pace.tick().await;
            let Some(snapshot) = follow.next().await else { break };
            if !self.publish(&look, draw(&snapshot)) {
                return;
            }
        }
        self.looks().remove(&look);
    }

    /// Publishes a beat; false if nobody looks any more, and the look ended.
    fn publish(&self, look: &L, beat: Option<B>) -> bool {
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

    fn looks(&self) -> MutexGuard<'_, Looks<L, B>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The latest events of all hosts.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Event;
use crate::limits::EVENTS_MAX;

/// Events in the order of their times; beyond the bound the oldest are lost.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog(VecDeque<Arc<Event>>);

impl EventLog {
    pub(crate) fn add(&mut self, event: Arc<Event>) {
        // Some are told only when it is sure that they lasted.
        let later = self.0.iter().rev().take_while(|other| other.at_s > event.at_s).count();
        self.0.insert(self.0.len() - later, event);
        if self.0.len() > EVENTS_MAX {
            self.0.pop_front();
        }
    }

    /// The newest first.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Event>> {
        self.0.iter().rev()
    }
}

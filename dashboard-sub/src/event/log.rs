//! The latest events of all hosts.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Event;
use crate::limits::EVENTS_MAX;

/// Events in the order of their times; beyond the bound the oldest are lost.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventLog {
    events: VecDeque<Arc<Event>>,
    /// How many there were ever.
    count: u64,
}

impl EventLog {
    /// Adds an event and gives it its number.
    pub(crate) fn add(&mut self, event: Event) -> Arc<Event> {
        let event = Arc::new(Event { number: self.count, ..event });
        self.count += 1;
        // Some are told only when it is sure that they lasted.
        let later = self.events.iter().rev().take_while(|other| other.at_s > event.at_s).count();
        self.events.insert(self.events.len() - later, Arc::clone(&event));
        if self.events.len() > EVENTS_MAX {
            self.events.pop_front();
        }
        event
    }

    /// How many there were ever.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The newest first.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Event>> {
        self.events.iter().rev()
    }
}

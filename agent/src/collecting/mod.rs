//! Runs the collectors: cheap ones share a thread, each slow one has its own, and none can hurt the agent.
//!
//! A collector that panics is made anew; one that hangs is left behind with its thread and a new one is started.
//! Its readings are absent in the meantime.

mod board;
mod lane;

use std::sync::Arc;

use grapevine_collectors::{Context, Cost, Entry, REGISTRY, Sample};
use grapevine_proto::{Moment, Reading};

pub(crate) use board::PassReport;
use board::Posted;
use lane::{Lane, Task};

use crate::clock::Clock;
use crate::config::Collectors;

/// All running collectors.
pub(crate) struct Collecting {
    clock: Clock,
    context: Context,
    lanes: Vec<Supervised>,
}

/// A lane, and what is needed to start it anew.
struct Supervised {
    tasks: Vec<Task>,
    lane: Option<Lane>,
    restarts: u32,
}

impl Collecting {
    /// Starts the collectors that `settings` does not switch off.
    pub(crate) fn start(settings: &Collectors, context: Context, clock: Clock) -> Self {
        let entries = REGISTRY.iter().filter_map(|entry| Some((entry, settings.interval_ms(entry)?)));
        Self::of(entries, context, clock)
    }

    fn of(entries: impl Iterator<Item = (&'static Entry, u32)>, context: Context, clock: Clock) -> Self {
        let tasks: Vec<Task> = entries
            .map(|(entry, interval_ms)| Task {
                entry,
                interval_ms: interval_ms.into(),
                board: Arc::default(),
            })
            .collect();
        let of_cost = |cost| tasks.iter().filter(move |task| task.entry.cost == cost).cloned();
        let cheap: Vec<Task> = of_cost(Cost::Cheap).collect();
        let lanes = std::iter::once(cheap)
            .chain(of_cost(Cost::Slow).map(|slow| vec![slow]))
            .filter(|tasks| !tasks.is_empty())
            .map(|tasks| Supervised { lane: Lane::start(&tasks, &context, clock), tasks, restarts: 0 })
            .collect();
        Self { clock, context, lanes }
    }

    /// Calls `use_readings` with the readings of the latest pass of every collector, then with `extra`'s.
    pub(crate) fn with_readings<T>(
        &self,
        extra: &Sample,
        use_readings: impl FnOnce(&mut dyn Iterator<Item = &Reading>) -> T,
    ) -> T {
        let posted: Vec<_> = self.tasks().map(|task| task.board.lock()).collect();
        let mut readings = posted.iter().flat_map(|posted| posted.sample.readings()).chain(extra.readings());
        use_readings(&mut readings)
    }

    /// How the latest pass of each collector went.
    pub(crate) fn reports(&self) -> impl Iterator<Item = (&'static str, PassReport)> {
        self.tasks().map(|task| (task.entry.name, task.board.lock().report))
    }

    /// Leaves behind lanes in which a collector hangs, and starts them anew.
    pub(crate) fn restart_hung(&mut self, now: Moment) {
        for supervised in &mut self.lanes {
            let Some(hung) = supervised.tasks.iter().find(|task| task.board.lock().is_hung(now)) else {
                continue;
            };
            let restart = supervised.restarts < RESTARTS_MAX;
            tracing::error!(
                collector = hung.entry.name,
                restart,
                "collector hangs for more than {HANG_MS} ms; its readings are absent"
            );
            supervised.lane = None;
            for task in &mut supervised.tasks {
                // The old thread keeps the old board, so that nothing it says later is heard.
                let successor = task.board.lock().successor(now);
                task.board = Arc::new(successor);
            }
            if restart {
                supervised.restarts += 1;
                supervised.lane = Lane::start(&supervised.tasks, &self.context, self.clock);
            }
        }
    }

    fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.lanes.iter().flat_map(|supervised| &supervised.tasks)
    }
}

impl Posted {
    fn is_hung(&self, now: Moment) -> bool {
        self.busy_since.is_some_and(|since| now.since(since) > HANG_MS)
    }
}

/// A pass that takes longer hangs, in milliseconds. A disk that spins up takes up to 10 s.
const HANG_MS: u64 = 30_000;

/// A collector that hangs again and again is given up after so many threads.
const RESTARTS_MAX: u32 = 3;

#[cfg(test)]
mod tests;

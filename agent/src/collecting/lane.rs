//! A thread that runs collectors, each at its interval.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use grapevine_collectors::{Collector, Context, Entry, Sample};
use grapevine_proto::Absence;

use super::board::Board;
use crate::clock::Clock;

/// A collector that is to run, how often, and where its readings go.
#[derive(Clone)]
pub(super) struct Task {
    pub(super) entry: &'static Entry,
    pub(super) interval_ms: u64,
    pub(super) board: Arc<Board>,
}

/// A running lane. Its thread ends after the pass under way once this is dropped.
pub(super) struct Lane {
    _stop: Sender<()>,
}

impl Lane {
    /// Starts the thread; none if the system gives no thread.
    pub(super) fn start(tasks: &[Task], context: &Context, clock: Clock) -> Option<Self> {
        let (stop, stopped) = channel();
        let name = tasks.first().map_or("collect", |task| task.entry.name);
        let (tasks, context) = (tasks.to_vec(), context.clone());
        let run = move || {
            let mut members: Vec<Member> =
                tasks.into_iter().map(|task| Member::new(task, &context)).collect();
            run(&mut members, &context, clock, &stopped);
        };
        match std::thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(run) {
            Ok(_detached) => Some(Self { _stop: stop }),
            Err(error) => {
                tracing::error!(%error, collector = name, "no thread for a collector; its readings are missing");
                None
            }
        }
    }
}

struct Member {
    task: Task,
    collector: Box<dyn Collector>,
    sample: Sample,
    due_ms: u64,
    passes: u32,
    is_failing: bool,
}

fn run(members: &mut [Member], context: &Context, clock: Clock, stopped: &Receiver<()>) {
    loop {
        let now_ms = clock.now().0;
        for member in members.iter_mut().filter(|member| member.due_ms <= now_ms) {
            member.pass(context, clock);
        }
        let next_ms = members.iter().map(|member| member.due_ms).min().unwrap_or(u64::MAX);
        let wait = Duration::from_millis(next_ms.saturating_sub(clock.now().0));
        if stopped.recv_timeout(wait) == Err(RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

impl Member {
    fn new(task: Task, context: &Context) -> Self {
        let collector = (task.entry.build)(context);
        Self { task, collector, sample: Sample::default(), due_ms: 0, passes: 0, is_failing: false }
    }

    fn pass(&mut self, context: &Context, clock: Clock) {
        let began = clock.now();
        self.task.board.lock().busy_since = Some(began);
        let stopwatch = Instant::now();
        let result = catch_unwind(AssertUnwindSafe(|| self.sample.pass(began.0, self.collector.as_mut())));
        let failed = match result {
            Ok(Ok(())) => self.recovered(),
            Ok(Err(error)) => self.failed(&anyhow::Error::from(error)),
            Err(_panic) => {
                self.sample.fail_all(began.0, Absence::Failed);
                self.collector = (self.task.entry.build)(context);
                self.failed(&anyhow::anyhow!("it panicked and was made anew"))
            }
        };
        let mut posted = self.task.board.lock();
        posted.sample.clone_from(&self.sample);
        posted.report.pass_us = u32::try_from(stopwatch.elapsed().as_micros()).ok();
        posted.report.failures = posted.report.failures.saturating_add(u32::from(failed));
        posted.busy_since = None;
        drop(posted);
        self.schedule(clock.now().0);
    }

    /// The second pass follows soon after the first, since rates take two; later ones fall on multiples of the
    /// interval, so that those of all collectors fall together and the processor sleeps in between.
    fn schedule(&mut self, now_ms: u64) {
        self.passes = self.passes.saturating_add(1);
        self.due_ms = if self.passes == 1 {
            now_ms + SECOND_PASS_MS
        } else {
            now_ms.next_multiple_of(self.task.interval_ms).max(now_ms + 1)
        };
    }

    fn recovered(&mut self) -> bool {
        if std::mem::take(&mut self.is_failing) {
            tracing::info!(collector = self.task.entry.name, "collector works again");
        }
        false
    }

    fn failed(&mut self, error: &anyhow::Error) -> bool {
        if !std::mem::replace(&mut self.is_failing, true) {
            tracing::warn!(collector = self.task.entry.name, "collector fails: {error:#}");
        }
        true
    }
}

/// Time from the first to the second pass in milliseconds.
pub(super) const SECOND_PASS_MS: u64 = 200;

/// Collectors parse into the heap; measured use is below 32 KiB.
const STACK_BYTES: usize = 256 * 1024;

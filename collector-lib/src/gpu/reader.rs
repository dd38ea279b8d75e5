//! The program that reads NVIDIA GPUs, kept running: killed when it hangs or grows, started again when it has ended,
//! later each time.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use grapevine_proto::Reading;

use super::{ANSWER_BYTES_MAX, Answer, Roster, Settings};
use crate::collector::CollectError;
use crate::process::{Companion, RunError, Runner};

/// The program, whether it runs at present or not.
#[derive(Debug)]
pub(super) struct Reader {
    settings: Settings,
    runner: Arc<Runner>,
    running: Option<Running>,
    /// When it may be started again, why it is not there, and how long it rests if it fails once more.
    restart_at_ms: u64,
    failure: String,
    backoff_ms: u64,
}

#[derive(Debug)]
struct Running {
    companion: Companion,
    since_ms: u64,
    has_answered: bool,
}

impl Reader {
    pub(super) fn new(settings: Settings, runner: Arc<Runner>) -> Self {
        Self {
            settings,
            runner,
            running: None,
            restart_at_ms: 0,
            failure: String::new(),
            backoff_ms: BACKOFF_MS,
        }
    }

    /// Ends it, so that it keeps no GPU awake.
    pub(super) fn stop(&mut self) {
        self.running = None;
    }

    /// The readings of the GPUs of `roster` that are awake.
    ///
    /// # Errors
    /// A [`CollectError`] if it cannot be started, hangs, ends, grows too large or finds no source that works.
    pub(super) fn read(&mut self, roster: &Roster, now_ms: u64) -> Result<Vec<Reading>, CollectError> {
        let result = self.ask(roster, now_ms);
        match &result {
            // It runs well, only its sources do not.
            Ok(_) | Err(CollectError::NoSource { .. }) => {
                let since_ms = self.running.as_ref().map_or(now_ms, |running| running.since_ms);
                if now_ms.saturating_sub(since_ms) >= BACKOFF_MS_MAX {
                    self.backoff_ms = BACKOFF_MS;
                }
            }
            Err(CollectError::Rests { .. }) => {}
            Err(error) => {
                self.failure = error.to_string();
                self.running = None;
                self.restart_at_ms = now_ms.saturating_add(self.backoff_ms);
                self.backoff_ms = (self.backoff_ms * 2).min(BACKOFF_MS_MAX);
            }
        }
        result
    }

    fn ask(&mut self, roster: &Roster, now_ms: u64) -> Result<Vec<Reading>, CollectError> {
        let running = match &mut self.running {
            Some(running) => running,
            None if now_ms < self.restart_at_ms => {
                let reason = self.failure.clone();
                return Err(CollectError::Rests { reason, wait_ms: self.restart_at_ms - now_ms });
            }
            None => {
                let companion = start(&self.settings, &self.runner)?;
                self.running.insert(Running { companion, since_ms: now_ms, has_answered: false })
            }
        };
        let deadline = if running.has_answered { DEADLINE } else { FIRST_DEADLINE };
        let bytes = running.companion.ask(roster.to_string().as_bytes(), deadline, ANSWER_BYTES_MAX)?;
        running.has_answered = true;
        let resident_bytes = running.companion.resident_bytes().unwrap_or_default();
        if resident_bytes > RESIDENT_BYTES_MAX {
            return Err(CollectError::Grown { resident_bytes });
        }
        match Answer::decode(&bytes) {
            Ok(Answer::Readings(readings)) => Ok(readings),
            Ok(Answer::Failed(reason)) => Err(CollectError::NoSource { reason }),
            Err(_) => {
                Err(CollectError::malformed(&self.settings.reader(), "readings, as this version writes them"))
            }
        }
    }
}

fn start(settings: &Settings, runner: &Arc<Runner>) -> Result<Companion, RunError> {
    let sources: Vec<&str> = settings.sources.iter().map(|source| source.as_str()).collect();
    let mut arguments = vec![OsString::from("--sources"), sources.join(",").into()];
    if let Some(library) = &settings.nvml_library {
        arguments.extend(["--nvml-library".into(), library.into()]);
    }
    let arguments: Vec<_> = arguments.iter().map(OsString::as_os_str).collect();
    runner.accompany(&settings.reader(), &arguments)
}

/// The longest that a pass may take. Each GPU takes a few milliseconds, and one 40 more for PCI Express.
const DEADLINE: Duration = Duration::from_secs(5);

/// The longest that the first pass may take: where no program uses it, the driver starts each GPU for it, which takes
/// a second or two.
const FIRST_DEADLINE: Duration = Duration::from_secs(20);

/// Most memory that the program may take. It needs some ten MiB, the driver's library as much again for each few GPUs.
const RESIDENT_BYTES_MAX: u64 = 256 << 20;

/// Time from its first end to its next start in milliseconds; it doubles with each.
const BACKOFF_MS: u64 = 1000;

/// The longest such time, and how long it has to run for that to be forgotten.
const BACKOFF_MS_MAX: u64 = 60_000;

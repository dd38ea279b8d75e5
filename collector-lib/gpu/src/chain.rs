//! The sources in their order: the first one that works is read.

use std::time::{Duration, Instant};

use grapevine_collectors::gpu::{Gpu, Roster, Source as Origin};

use crate::source::{Source, SourceError};

/// Sources, the best one first.
pub struct Chain {
    links: Vec<Link>,
}

struct Link {
    origin: Origin,
    source: Box<dyn Source>,
    failed_at: Option<Instant>,
}

/// No source works.
#[derive(Debug, thiserror::Error)]
#[error("no source of GPU readings works: {reasons}")]
pub struct NoSource {
    reasons: String,
}

impl Chain {
    /// Of these sources in this order.
    pub fn new(sources: impl IntoIterator<Item = (Origin, Box<dyn Source>)>) -> Self {
        let link = |(origin, source)| Link { origin, source, failed_at: None };
        Self { links: sources.into_iter().map(link).collect() }
    }

    /// Reads by the first source that works. One that failed is left alone for a while, and its failure is told once.
    /// If it took its time to fail, the next one is for the next pass: whoever waits for this one, has waited.
    ///
    /// # Errors
    /// [`NoSource`] with what all of them said.
    pub fn read(&mut self, roster: &Roster, now: Instant) -> Result<Vec<Gpu>, NoSource> {
        // Where all have failed, all are tried again: there is nothing better to do.
        let all_failed = self.links.iter().all(|link| link.rests(now));
        let mut reasons = Vec::new();
        for link in self.links.iter_mut().filter(|link| all_failed || !link.rests(now)) {
            match link.source.read(roster) {
                Ok(gpus) => {
                    if link.failed_at.take().is_some() {
                        tracing::info!(source = link.origin.as_str(), "source of GPU readings works again");
                    }
                    return Ok(gpus);
                }
                Err(error) => {
                    link.fail(&error, now);
                    reasons.push(format!("{}: {error}", link.origin.as_str()));
                    if now.elapsed() >= PATIENCE {
                        break;
                    }
                }
            }
        }
        Err(NoSource { reasons: reasons.join("; ") })
    }
}

impl Link {
    fn rests(&self, now: Instant) -> bool {
        self.failed_at.is_some_and(|at| now.saturating_duration_since(at) < REST)
    }

    fn fail(&mut self, error: &SourceError, now: Instant) {
        if self.failed_at.replace(now).is_none() {
            tracing::warn!(source = self.origin.as_str(), %error, "source of GPU readings fails");
        }
    }
}

/// How long a source that failed is left alone: what keeps it from working takes an operator to change.
const REST: Duration = Duration::from_secs(60);

/// How long the first sources may take to fail: the agent waits for 5 s, and a program is ended after 4.
const PATIENCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    /// Works if told so, and counts how often it was asked.
    #[derive(Clone, Default)]
    struct Scripted {
        works: Rc<Cell<bool>>,
        reads: Rc<Cell<u32>>,
    }

    impl Source for Scripted {
        fn read(&mut self, _: &Roster) -> Result<Vec<Gpu>, SourceError> {
            self.reads.set(self.reads.get() + 1);
            if self.works.get() { Ok(Vec::new()) } else { Err(SourceError::VersionMismatch) }
        }
    }

    fn chain(scripted: &[(Origin, &Scripted)]) -> Chain {
        Chain::new(
            scripted.iter().map(|(origin, source)| (*origin, Box::new((*source).clone()) as Box<dyn Source>)),
        )
    }

    #[test]
    fn a_source_that_fails_is_passed_over_for_a_while() {
        let (first, second) = (Scripted::default(), Scripted::default());
        second.works.set(true);
        let mut chain = chain(&[(Origin::Nvml, &first), (Origin::NvidiaSmi, &second)]);
        let start = Instant::now();
        let roster = Roster::default();
        for _ in 0..3 {
            chain.read(&roster, start).unwrap();
        }
        assert_eq!((first.reads.get(), second.reads.get()), (1, 3));
        first.works.set(true);
        chain.read(&roster, start + REST).unwrap();
        assert_eq!((first.reads.get(), second.reads.get()), (2, 3), "the better one is tried again");
    }

    #[test]
    fn after_a_source_that_hung_the_next_one_is_for_the_next_pass() {
        let (first, second) = (Scripted::default(), Scripted::default());
        second.works.set(true);
        let mut chain = chain(&[(Origin::NvidiaSmi, &first), (Origin::Nvtop, &second)]);
        let long_ago = Instant::now().checked_sub(PATIENCE).unwrap();
        chain.read(&Roster::default(), long_ago).unwrap_err();
        assert_eq!((first.reads.get(), second.reads.get()), (1, 0));
        chain.read(&Roster::default(), long_ago).unwrap();
        assert_eq!((first.reads.get(), second.reads.get()), (1, 1));
    }

    #[test]
    fn where_none_works_all_say_why() {
        let only = Scripted::default();
        let mut chain = chain(&[(Origin::Nvml, &only)]);
        let error = chain.read(&Roster::default(), Instant::now()).unwrap_err();
        assert!(error.to_string().contains("nvml: the driver's library and its kernel module"), "{error}");
        chain.read(&Roster::default(), Instant::now()).unwrap_err();
        assert_eq!(only.reads.get(), 2);
    }
}

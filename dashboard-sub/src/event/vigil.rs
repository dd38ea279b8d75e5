//! Watches one host and says what is news.

use std::collections::BTreeMap;
use std::time::Instant;

use super::{EventKind, is_event};
use crate::freshness::Freshness;
use crate::host::Host;
use crate::limits::{EVENTS_BURST, EVENTS_PACE, FINDING_SETTLES, JOINING_MAX, STANDING_MAX};
use crate::panel::Panels;
use crate::status::{Assessment, Finding, Status};
use crate::thresholds::Rule;

/// Something to tell of a host.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) kind: EventKind,
    pub(crate) severity: Status,
    pub(crate) what: String,
    /// How many seconds ago it was.
    pub(crate) age_s: f64,
}

/// What is known of a host, so that only what is new is told.
///
/// What comes and goes is told when it comes, and that it went only after it has been away for
/// [`FINDING_SETTLES`]; so something that flickers is told twice and not every second. Beyond [`EVENTS_BURST`] events, one
/// for each [`EVENTS_PACE`] is told, and that others are left out.
#[derive(Clone, Debug)]
pub(crate) struct Vigil {
    since: Instant,
    freshness: Freshness,
    conflict: bool,
    epoch: u32,
    standing: Vec<Standing>,
    /// Of each GPU, how many errors its driver reported.
    gpu_errors: BTreeMap<Box<str>, f64>,
    budget: Budget,
}

/// A finding that was told.
#[derive(Clone, Debug)]
struct Standing {
    rule: Rule,
    subject: Box<str>,
    status: Status,
    what: Box<str>,
    seen_at: Instant,
}

impl Vigil {
    /// Begins with what is: that is no news.
    pub(crate) fn new(host: &Host, panels: &Panels<'_>, assessment: &Assessment, now: Instant) -> Self {
        let mut vigil = Self {
            since: now,
            freshness: host.freshness(now),
            conflict: host.in_conflict(),
            epoch: host.position().epoch,
            standing: Vec::new(),
            gpu_errors: BTreeMap::new(),
            budget: Budget { left: EVENTS_BURST, since: now, is_told: false },
        };
        vigil.look_at_findings(assessment, now, &mut Vec::new());
        vigil.look_at_gpus(panels, assessment, &mut Vec::new());
        vigil
    }

    /// What is new, as far as the budget allows.
    pub(crate) fn look(
        &mut self,
        host: &Host,
        panels: &Panels<'_>,
        assessment: &Assessment,
        now: Instant,
    ) -> Vec<News> {
        if self.is_joining(now) && !is_here(self.freshness) && is_here(host.freshness(now)) {
            *self = Self { since: self.since, ..Self::new(host, panels, assessment, now) };
            return Vec::new();
        }
        let mut news = Vec::new();
        self.look_at_host(host, now, &mut news);
        // What is found of a host that is not there any more is of the past.
        if is_here(self.freshness) {
            self.look_at_findings(assessment, now, &mut news);
            self.look_at_gpus(panels, assessment, &mut news);
        }
        if news.is_empty() { news } else { self.budget.take(news, now) }
    }

    /// A host joins with its keyframe, which may be old, and what it says now follows at once.
    fn is_joining(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) < JOINING_MAX
    }

    fn look_at_host(&mut self, host: &Host, now: Instant, news: &mut Vec<News>) {
        let before = std::mem::replace(&mut self.freshness, host.freshness(now));
        if before != self.freshness {
            let (is_back, was_here) = (!is_here(before), is_here(before));
            news.extend(match self.freshness {
                Freshness::Fresh | Freshness::Late if is_back => {
                    Some(News::now(EventKind::Back, Status::Ok, "is there again"))
                }
                Freshness::Silent if was_here => {
                    Some(News::now(EventKind::Silent, Status::Stale, "fell silent"))
                }
                Freshness::Dead => Some(News::now(
                    EventKind::Dead,
                    Status::Critical,
                    "is dead: most of its neighbours lost it",
                )),
                Freshness::Left => Some(News::now(EventKind::Left, Status::Unknown, "its agent took leave")),
                Freshness::Fresh | Freshness::Late | Freshness::Silent => None,
            });
        }
        let epoch = std::mem::replace(&mut self.epoch, host.position().epoch);
        if epoch != self.epoch {
            news.push(News::now(EventKind::Restarted, Status::Ok, "its agent was restarted"));
        }
        let conflict = std::mem::replace(&mut self.conflict, host.in_conflict());
        if conflict != self.conflict {
            news.push(match self.conflict {
                true => News::now(EventKind::Conflict, Status::Warning, "another host claims the same name"),
                false => News::now(EventKind::ConflictOver, Status::Ok, "has its name for itself again"),
            });
        }
    }

    fn look_at_findings(&mut self, assessment: &Assessment, now: Instant, news: &mut Vec<News>) {
        for finding in assessment.findings.iter().filter(|finding| is_event(finding.rule)) {
            let has_room = self.standing.len() < STANDING_MAX;
            let is_worse = match self.standing.iter_mut().find(|standing| standing.is(finding)) {
                Some(standing) => standing.renew(finding, now),
                None if has_room => {
                    self.standing.push(Standing::of(finding, now));
                    true
                }
                None => false,
            };
            if is_worse {
                news.push(News::now(EventKind::Appeared(finding.rule), finding.status, &finding.what));
            }
        }
        let away = |standing: &Standing| now.saturating_duration_since(standing.seen_at);
        for gone in self.standing.extract_if(.., |standing| away(standing) >= FINDING_SETTLES) {
            let what = format!("over: {}", gone.what);
            let age_s = away(&gone).as_secs_f64();
            news.push(News { kind: EventKind::Cleared(gone.rule), severity: Status::Ok, what, age_s });
        }
    }

    fn look_at_gpus(&mut self, panels: &Panels<'_>, assessment: &Assessment, news: &mut Vec<News>) {
        for gpu in panels.gpus.whole() {
            let Some(count) = gpu.xid_count.value else { continue };
            let has_room = self.gpu_errors.len() < STANDING_MAX;
            match self.gpu_errors.get_mut(gpu.name) {
                Some(known) => {
                    if count > *known {
                        let is_of_gpu = |finding: &&Finding| {
                            finding.rule == Rule::GpuError && finding.subject == gpu.name
                        };
                        let finding = assessment.findings.iter().find(is_of_gpu);
                        let what = finding
                            .map_or("the driver reported an error (XID) of a GPU", |found| &found.what);
                        news.push(News::now(EventKind::GpuError, Status::Warning, what));
                    }
                    *known = count;
                }
                None if has_room => {
                    self.gpu_errors.insert(gpu.name.into(), count);
                }
                None => {}
            }
        }
    }
}

impl News {
    pub(crate) fn now(kind: EventKind, severity: Status, what: &str) -> Self {
        Self { kind, severity, what: what.to_owned(), age_s: 0.0 }
    }
}

impl Standing {
    fn of(finding: &Finding, now: Instant) -> Self {
        Self {
            rule: finding.rule,
            subject: finding.subject.as_str().into(),
            status: finding.status,
            what: finding.what.as_str().into(),
            seen_at: now,
        }
    }

    /// It is still there. Whether it became worse.
    fn renew(&mut self, finding: &Finding, now: Instant) -> bool {
        self.seen_at = now;
        if *self.what != *finding.what {
            self.what = finding.what.as_str().into();
        }
        let before = std::mem::replace(&mut self.status, finding.status);
        finding.status.gravity() > before.gravity()
    }

    fn is(&self, finding: &Finding) -> bool {
        self.rule == finding.rule && *self.subject == finding.subject
    }
}

/// How many events may be told.
#[derive(Clone, Copy, Debug)]
struct Budget {
    left: u32,
    /// From when on more is granted.
    since: Instant,
    /// Whether it was told that some are left out.
    is_told: bool,
}

impl Budget {
    fn take(&mut self, mut news: Vec<News>, now: Instant) -> Vec<News> {
        let granted = now.saturating_duration_since(self.since).as_millis() / EVENTS_PACE.as_millis();
        if granted > 0 {
            self.left =
                self.left.saturating_add(u32::try_from(granted).unwrap_or(u32::MAX)).min(EVENTS_BURST);
            self.since = now;
        }
        let room = usize::try_from(self.left).unwrap_or(usize::MAX);
        let left_out = news.len() > room;
        news.truncate(room);
        self.left -= u32::try_from(news.len()).unwrap_or(self.left);
        if left_out && !self.is_told {
            news.push(News::now(EventKind::LeftOut, Status::Warning, "more happens than is told"));
        }
        self.is_told = left_out;
        news
    }
}

fn is_here(freshness: Freshness) -> bool {
    matches!(freshness, Freshness::Fresh | Freshness::Late)
}

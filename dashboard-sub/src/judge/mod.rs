//! How a host is, by the levels that count for it.
//!
//! [`Judge`] has what was found so far; a [`Look`] is one panel's part of it. What is to be judged of each panel is in
//! the files beside.

mod backup;
mod drive;
mod gpu;
mod mount;
mod service;
mod words;

use std::time::Instant;

use grapevine_proto::Absence;

use crate::freshness::Freshness;
use crate::host::Host;
use crate::limits::FINDINGS_MAX;
use crate::panel::{Figure, Panels};
use crate::status::{Assessment, Finding, Panel, Status};
use crate::thresholds::{Bounds, Levels, Rule, Severity};
use words::{ago, percent, plain};

/// How `host` is, by its panels at `now`, when the clock on the wall shows `wall_s` seconds since 1970.
pub(crate) fn judge(
    host: &Host,
    panels: &Panels<'_>,
    levels: &Levels,
    now: Instant,
    wall_s: f64,
) -> Assessment {
    let mut judge = Judge { levels, panels: [None; Panel::ALL.len()], findings: Vec::new() };
    judge.look_at_panels(panels, wall_s);
    judge.look_at_host(host, now);
    judge.assessment()
}

/// What was found so far.
struct Judge<'l> {
    levels: &'l Levels,
    panels: [Option<Status>; Panel::ALL.len()],
    findings: Vec<Finding>,
}

impl Judge<'_> {
    fn look_at_panels(&mut self, panels: &Panels<'_>, wall_s: f64) {
        let levels = self.levels;
        self.look(Panel::Cpu, |look| {
            look.bound(Rule::CpuUse, levels.cpu_use, panels.cpu.use_percent, "", |use_percent| {
                format!("the processor is used {}", percent(use_percent))
            });
            look.see(panels.cpu.load1);
            let temperature = panels.cpu.temperature_celsius;
            look.bound(Rule::CpuTemperature, levels.cpu_temperature, temperature, "", |celsius| {
                format!("the processor is {celsius:.0} °C hot")
            });
        });
        self.look(Panel::Memory, |look| {
            look.bound(Rule::MemoryUsed, levels.memory_used, panels.memory.used_percent(), "", |used| {
                format!("memory is used {}", percent(used))
            });
        });
        self.look(Panel::Pressure, |look| {
            let waited = panels.pressure.memory_full_avg60_percent;
            look.bound(Rule::MemoryPressure, levels.memory_pressure, waited, "", |waited| {
                format!("all tasks waited for memory {} of the last minute", percent(waited))
            });
            look.see(panels.pressure.cpu_some_avg60_percent);
        });
        self.look(Panel::Gpu, |look| gpu::judge(&panels.gpus, levels, look));
        self.look(Panel::Drive, |look| drive::judge(&panels.drives, levels, look));
        self.look(Panel::Disk, |look| mount::judge(&panels.mounts, levels, look));
        self.look(Panel::Service, |look| service::judge(&panels.services, &panels.timers, levels, look));
        self.look(Panel::Backup, |look| backup::judge(&panels.backups, levels, wall_s, look));
        self.look(Panel::Container, |look| look.see(panels.containers.running));
        self.look(Panel::Network, |look| {
            let interfaces = panels.network.interfaces.iter();
            interfaces.for_each(|interface| look.see(interface.receive));
        });
        self.look(Panel::Process, |look| look.see(panels.processes.total));
        self.look(Panel::Agent, |look| look.see(panels.agent.cpu_percent));
    }

    fn look(&mut self, panel: Panel, at: impl FnOnce(&mut Look<'_>)) {
        let mut look = Look { panel, seen: Seen::default(), status: None, findings: &mut self.findings };
        at(&mut look);
        let status = look.finish();
        self.set(panel, status);
    }

    /// Whether its frames come, and whether it has its name alone. What was found of a host that is not heard any more
    /// is of the past.
    fn look_at_host(&mut self, host: &Host, now: Instant) {
        let freshness = host.freshness(now);
        let of_the_past = match freshness {
            Freshness::Fresh | Freshness::Late => None,
            Freshness::Silent | Freshness::Dead => Some((Status::Stale, Rule::HostSilent)),
            Freshness::Left => Some((Status::Unknown, Rule::HostLeft)),
        };
        let tells_nothing = self.panels.iter().all(Option::is_none);
        self.set(Panel::Host, Some(if tells_nothing { Status::Unknown } else { Status::Ok }));
        if let Some((status, _)) = of_the_past {
            self.findings.clear();
            for panel in self.panels.iter_mut().flatten() {
                *panel = status;
            }
        }
        let seconds = host.age_ms(now) / 1000;
        let (status, rule, what) = match (freshness, of_the_past) {
            (Freshness::Late, _) => {
                let what = format!("frames are late: the last one came {}", ago(seconds));
                (self.levels.host_late.status(), Rule::HostLate, what)
            }
            (Freshness::Dead, Some((status, rule))) => {
                let what = format!("most of its neighbours lost it: the last frame came {}", ago(seconds));
                (Some(status), rule, what)
            }
            (Freshness::Left, Some((status, rule))) => {
                (Some(status), rule, "its agent took leave".to_owned())
            }
            (_, Some((status, rule))) => {
                (Some(status), rule, format!("silent: the last frame came {}", ago(seconds)))
            }
            (_, None) => (None, Rule::HostLate, String::new()),
        };
        self.find(status, rule, what);
        if host.in_conflict() {
            let what = "another host claims this name, too".to_owned();
            self.find(self.levels.name_conflict.status(), Rule::NameConflict, what);
        }
    }

    fn find(&mut self, status: Option<Status>, rule: Rule, what: String) {
        let Some(status) = status else { return };
        let panel = Panel::Host;
        let before = self.panels.get(panel as usize).copied().flatten().unwrap_or(Status::Ok);
        self.set(panel, Some(before.or_graver(status)));
        self.findings.push(Finding { panel, rule, status, subject: String::new(), what });
    }

    fn set(&mut self, panel: Panel, status: Option<Status>) {
        if let Some(place) = self.panels.get_mut(panel as usize) {
            *place = status;
        }
    }

    fn assessment(self) -> Assessment {
        let Self { panels, mut findings, .. } = self;
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.status.gravity()));
        let of_host = panels.get(Panel::Host as usize).copied().flatten().unwrap_or(Status::Ok);
        let status = findings.first().map_or(Status::Ok, |finding| finding.status).or_graver(of_host);
        let findings_left_out = findings.len().saturating_sub(FINDINGS_MAX);
        findings.truncate(FINDINGS_MAX);
        Assessment { status, panels, findings, findings_left_out }
    }
}

/// One panel while it is judged.
struct Look<'j> {
    panel: Panel,
    seen: Seen,
    /// The gravest of what was judged.
    status: Option<Status>,
    findings: &'j mut Vec<Finding>,
}

/// What the figures looked at were like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Seen {
    /// Some value is current, or of a device that sleeps, as it may.
    current: bool,
    stale: bool,
    failed: bool,
    denied: bool,
}

impl Look<'_> {
    /// Takes note of whether there is such a figure.
    fn see<T: Copy>(&mut self, figure: Figure<T>) {
        match (figure.current(), figure.value, figure.absence) {
            (Some(_), ..) | (None, _, Some(Absence::Sleeping)) => self.seen.current = true,
            (None, Some(_), _) => self.seen.stale = true,
            (None, None, Some(Absence::Failed)) => self.seen.failed = true,
            (None, None, Some(Absence::Denied)) => self.seen.denied = true,
            (None, None, Some(Absence::Unsupported) | None) => {}
        }
    }

    /// Whether no figure so far had a value, or should have had one.
    fn saw_nothing(&self) -> bool {
        self.seen == Seen::default()
    }

    /// Looks at `figure` of `subject`, and finds `what` if it is current and passes its bounds.
    fn bound(
        &mut self,
        rule: Rule,
        bounds: Bounds,
        figure: Figure,
        subject: &str,
        what: impl FnOnce(f64) -> String,
    ) {
        self.see(figure);
        if let Some(value) = figure.current() {
            self.pass(rule, bounds, value, subject, what);
        }
    }

    /// Finds `what` of `subject` if `value` passes its bounds. Without an alarm only the panel shows it.
    fn pass(
        &mut self,
        rule: Rule,
        bounds: Bounds,
        value: f64,
        subject: &str,
        what: impl FnOnce(f64) -> String,
    ) {
        let status = bounds.status_of(value);
        if status != Status::Ok && bounds.alarm() {
            self.find(rule, status, subject, || what(value));
        } else if status != Status::Ok {
            self.raise(status);
        }
    }

    /// Finds `what` of `subject` if that is judged.
    fn case(&mut self, rule: Rule, severity: Severity, subject: &str, what: impl FnOnce() -> String) {
        if let Some(status) = severity.status() {
            self.find(rule, status, subject, what);
        }
    }

    fn find(&mut self, rule: Rule, status: Status, subject: &str, what: impl FnOnce() -> String) {
        self.raise(status);
        self.findings.push(Finding {
            panel: self.panel,
            rule,
            status,
            subject: plain(subject),
            what: plain(&what()),
        });
    }

    fn raise(&mut self, status: Status) {
        self.status = Some(self.status.map_or(status, |before| before.or_graver(status)));
    }

    /// How the panel is. That figures are denied is how the host is set up, and no finding.
    fn finish(mut self) -> Option<Status> {
        let Seen { current, stale, failed, denied } = self.seen;
        let status = match (current, stale, failed, denied) {
            (true, ..) => Some(Status::Ok),
            (false, true, ..) => Some(Status::Stale),
            (false, false, true, _) | (false, false, false, true) => Some(Status::Unknown),
            (false, false, false, false) => None,
        };
        if !current && (stale || failed) {
            let panel = self.panel;
            let how = if stale { "are too old" } else { "failed" };
            self.find(Rule::Unread, Status::Unknown, "", || format!("{panel}: all readings {how}"));
        }
        match (status, self.status) {
            (Some(a), Some(b)) => Some(a.or_graver(b)),
            (a, b) => a.or(b),
        }
    }
}

//! Services, failed and degraded ones, and their quotas.

use super::Look;
use super::words::percent;
use crate::panel::{List, Service, Services, Timer};
use crate::thresholds::{Levels, Rule};

pub(super) fn judge(services: &Services<'_>, timers: &List<Timer<'_>>, levels: &Levels, look: &mut Look<'_>) {
    look.see(services.healthy);
    look.see(services.failed);
    let (mut failed, mut degraded) = (0.0, 0.0);
    for service in &services.list {
        if service.has_failed() {
            failed += 1.0;
            judge_failed(service, levels, look);
        } else if service.is_degraded() {
            degraded += 1.0;
            judge_degraded(service, levels, look);
        }
        if let Some(used) = service.disk_used_percent().current() {
            let (name, short) = (service.name, service.short_name());
            look.pass(Rule::ServiceQuota, levels.service_quota, used, name, |used| {
                format!("{short} takes {} of its disk quota", percent(used))
            });
        }
    }
    // The host counts all services, but does not tell of all, nor which were restarted lately.
    let more = |count: Option<f64>, named: f64| count.map(|count| count - named).filter(|more| *more >= 1.0);
    if let Some(more) = more(services.failed.current(), failed) {
        look.case(Rule::ServiceFailed, levels.service_failed, "", || named(more, failed, "failed"));
    }
    if let Some(more) = more(services.degraded.current(), degraded) {
        look.case(Rule::ServiceDegraded, levels.service_degraded, "", || {
            named(more, degraded, "restarted lately or not quite well")
        });
    }
    for timer in timers {
        look.see(timer.result);
    }
}

fn judge_failed(service: &Service<'_>, levels: &Levels, look: &mut Look<'_>) {
    let short = service.short_name();
    look.case(Rule::ServiceFailed, levels.service_failed, service.name, || {
        match (service.state.value, service.result.value) {
            (Some("failed") | None, Some(result)) => format!("{short} failed: {result}"),
            (Some("failed") | None, None) => format!("{short} failed"),
            (Some(state), _) => format!("{short} cannot be loaded: {state}"),
        }
    });
}

fn judge_degraded(service: &Service<'_>, levels: &Levels, look: &mut Look<'_>) {
    let short = service.short_name();
    look.case(Rule::ServiceDegraded, levels.service_degraded, service.name, || {
        match (service.state.value, service.result.value) {
            (Some("maintenance"), _) => format!("{short} wants maintenance"),
            (_, Some(result)) => format!("{short} waits for a restart: {result}"),
            (_, None) => format!("{short} waits for a restart"),
        }
    });
}

fn named(more: f64, named: f64, how: &str) -> String {
    let other = if named > 0.0 { "more " } else { "" };
    let plural = if more == 1.0 { "" } else { "s" };
    format!("{more:.0} {other}service{plural} {how}")
}

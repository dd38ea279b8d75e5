//! What hosts add up to, and what is wrong now.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::hosts::rounded;
use super::number;
use crate::limits::{BUSIEST_SHOWN_MAX, FINDINGS_SHOWN_MAX};
use crate::model::{Shown, Snapshot};

pub(super) fn show(snapshot: &Snapshot) -> Value {
    let totals = &snapshot.totals;
    json!({
        "totals": {
            "gpus": totals.gpus,
            "gpu_use_percent": totals.gpu_use_percent.map(whole),
            "gpu_memory_used_bytes": number(rounded(totals.gpu_memory_used_bytes)),
            "gpu_memory_total_bytes": number(totals.gpu_memory_total_bytes),
            "gpu_power_watts": number(rounded(totals.gpu_power_watts)),
            "cpu_percent": totals.cpu_percent.map(whole),
            "memory_used_bytes": number(rounded(totals.memory_used_bytes)),
            "memory_total_bytes": number(totals.memory_total_bytes),
            "services_failed": number(totals.services_failed),
        },
        "wrong": wrong(snapshot),
        "wrong_total": snapshot.entries().iter().map(|it| it.assessment.findings.len()).sum::<usize>(),
        "busiest": busiest(snapshot),
    })
}

/// The gravest findings: origin and name of the host, status, panel and a sentence.
fn wrong(snapshot: &Snapshot) -> Vec<Value> {
    let of_host = |it: &'_ Shown| it.assessment.findings.len();
    let mut findings = Vec::with_capacity(snapshot.entries().iter().map(of_host).sum());
    for it in snapshot.entries() {
        findings.extend(it.assessment.findings.iter().map(|finding| (it, finding)));
    }
    // Those of one gravity stay in the order of their hosts.
    findings.sort_by_key(|(_, finding)| Reverse(finding.status.gravity()));
    let shown = findings.into_iter().take(FINDINGS_SHOWN_MAX);
    shown
        .map(|(it, finding)| {
            let host = &it.host;
            json!([
                host.origin().to_string(),
                host.name().as_str(),
                finding.status.gravity(),
                finding.panel.as_str(),
                finding.what,
            ])
        })
        .collect()
}

/// Hosts whose GPUs have the most to do: origin, name, use and memory in percent, temperature.
fn busiest(snapshot: &Snapshot) -> Vec<Value> {
    let is_used = |it: &&Shown| it.summary.gpu_use_percent.current().is_some();
    let mut hosts: Vec<&Shown> = snapshot.entries().iter().filter(is_used).collect();
    let tenths = |it: &Shown| it.summary.gpu_use_percent.current().unwrap_or_default() / 10.0;
    // By tens of percent: who is about as busy does not change places all the time.
    hosts.sort_by(|a, b| tenths(b).round().total_cmp(&tenths(a).round()));
    let shown = hosts.into_iter().take(BUSIEST_SHOWN_MAX);
    shown
        .map(|Shown { host, summary, .. }| {
            let figures =
                [summary.gpu_use_percent, summary.gpu_memory_percent, summary.gpu_temperature_celsius];
            let figures = figures.map(|figure| figure.value.map(whole));
            json!([host.origin().to_string(), host.name().as_str(), figures])
        })
        .collect()
}

fn whole(value: f64) -> Value {
    number(value.round())
}

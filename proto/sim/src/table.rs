//! Scenarios side by side, over many seeds.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;

use crate::report::{Report, float};
use crate::run::{Outcome, run};
use crate::scenarios::{Scenario, Size};

/// Runs each scenario with each size, on so many threads, and hands over each outcome as it comes.
pub fn run_all(jobs: Vec<(&'static Scenario, Size)>, threads: usize, each: impl Fn(Outcome) + Sync) {
    let jobs = Mutex::new(VecDeque::from(jobs));
    let next = || jobs.lock().ok().and_then(|mut jobs| jobs.pop_front());
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while let Some((scenario, size)) = next() {
                    each(run(scenario, size));
                }
            });
        }
    });
}

/// Reports as a table in Markdown: a row for each scenario and way to spread frames, in each cell the mean of all seeds
/// and half of its confidence interval of 95 %.
pub fn markdown(reports: &[Report]) -> String {
    let mut table = String::from("| scenario | frames |");
    let mut rule = String::from("|---|---|");
    for Column { title, .. } in COLUMNS {
        table.push_str(&format!(" {title} |"));
        rule.push_str("--:|");
    }
    table.push('\n');
    table.push_str(&rule);
    for scenario in crate::scenarios::all() {
        for (is_flooding, frames) in [(false, "trees"), (true, "flood")] {
            let of_row =
                |report: &&Report| report.scenario == scenario.name && report.is_flooding == is_flooding;
            let row: Vec<&Report> = reports.iter().filter(of_row).collect();
            if row.is_empty() {
                continue;
            }
            table.push_str(&format!("\n| {} | {frames} |", scenario.name));
            for Column { value, decimals, .. } in COLUMNS {
                let values: Vec<f64> = row.iter().map(|report| value(report)).collect();
                table.push_str(&format!(" {} |", cell(&values, *decimals)));
            }
        }
    }
    table
}

struct Column {
    title: &'static str,
    value: fn(&Report) -> f64,
    decimals: usize,
}

const fn column(title: &'static str, decimals: usize, value: fn(&Report) -> f64) -> Column {
    Column { title, value, decimals }
}

const COLUMNS: &[Column] = &[
    column("delivery %", 3, |report| 100.0 * report.delivery),
    column("first s %", 3, |report| 100.0 * report.delivery_first_s),
    column("RMR", 3, |report| report.rmr),
    column("p50 ms", 1, |report| report.p50_ms),
    column("p99 ms", 1, |report| report.p99_ms),
    column("max ms", 0, |report| report.max_ms),
    column("last hop", 1, |report| report.last_delivery_hop.into()),
    column("control", 2, |report| report.control_per_delivery),
    column("B/s", 0, |report| report.bytes_per_host_mean),
    column("heal ms", 0, |report| report.heal_ms),
    column("false deaths", 1, |report| float(report.false_deaths)),
    column("deaths known %", 0, |report| 100.0 * report.deaths_known),
    column("within ms", 0, |report| report.death_known_p99_ms),
    column("join ms", 0, |report| report.join_ms),
    column("isolated", 1, |report| float(report.isolated)),
];

fn cell(values: &[f64], decimals: usize) -> String {
    let count = float(values.len() as u64);
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return format!("{mean:.decimals$}");
    }
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let error = (squares / (count - 1.0) / count).sqrt();
    format!("{mean:.decimals$} ± {:.decimals$}", student(values.len() - 1) * error)
}

/// The quantile of Student's t distribution for an interval of 95 %, by degrees of freedom.
fn student(degrees: usize) -> f64 {
    const FEW: [f64; 19] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145,
        2.131, 2.120, 2.110, 2.101, 2.093,
    ];
    FEW.get(degrees.saturating_sub(1)).copied().unwrap_or(2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_show_a_mean_and_its_interval() {
        assert_eq!(cell(&[2.0], 1), "2.0");
        assert_eq!(cell(&[1.0, 3.0], 1), "2.0 ± 12.7");
        assert_eq!(cell(&[5.0; 20], 0), "5 ± 0");
    }
}

//! Metrics of the `load` collector. Numbers 128 to 159.

use crate::metric::{Metric, Unit};
use crate::quantise::Scale;

/// The rows of this file.
pub static ROWS: &[&Metric] = &[&AVG1, &AVG5, &AVG15, &TASKS_RUNNING, &TASKS_TOTAL];

/// Load of the last minute.
pub static AVG1: Metric =
    average(128, "load.avg1", "Tasks that ran or waited for a core or a disk, averaged over a minute.")
        .deadband(2);

/// Load of the last five minutes.
pub static AVG5: Metric =
    average(129, "load.avg5", "Tasks that ran or waited for a core or a disk, averaged over 5 minutes.")
        .deadband(1);

/// Load of the last quarter of an hour.
pub static AVG15: Metric =
    average(130, "load.avg15", "Tasks that ran or waited for a core or a disk, averaged over 15 minutes.")
        .deadband(1);

/// Tasks that run or could.
pub static TASKS_RUNNING: Metric =
    tasks(131, "load.tasks.running", "Threads that run or wait for a core.").deadband(1);

/// All tasks.
pub static TASKS_TOTAL: Metric = tasks(132, "load.tasks.total", "Threads that exist.").deadband(10);

/// In steps of 0.05: a move of up to 6 takes one byte.
const fn average(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::NONE, Scale::Fraction(20), help).max_age_ms(30_000)
}

const fn tasks(id: u16, name: &'static str, help: &'static str) -> Metric {
    Metric::gauge(id, name, Unit::COUNT, Scale::Whole, help).max_age_ms(30_000)
}

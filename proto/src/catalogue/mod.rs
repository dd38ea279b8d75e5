//! The metric catalogue: every metric that this version of Grapevine knows, as rows of data.
//!
//! A file per collector, an explicit list of rows in each, and one list of the files here. Numbers are given in
//! blocks of 32, one or more for each file, and never reused: a reader of protocol version 1 knows the rows up to
//! [`BASE_ROWS_END`] by heart, and rows from there on travel with the keyframes that use them.

pub mod agent;
pub mod backup;
pub mod container;
pub mod cpu;
pub mod disk;
pub mod gpu;
pub mod host;
pub mod load;
pub mod memory;
pub mod network;
pub mod pressure;
pub mod process;
pub mod service;
pub mod smart;

use crate::metric::{Metric, MetricId};

/// The first metric number whose row is not part of protocol version 1 and so is sent along with keyframes.
pub const BASE_ROWS_END: u16 = 1024;

/// The rows of each file, in the order of their numbers.
pub static FILES: [&[&Metric]; 14] = [
    host::ROWS,
    cpu::ROWS,
    memory::ROWS,
    pressure::ROWS,
    load::ROWS,
    disk::ROWS,
    network::ROWS,
    agent::ROWS,
    gpu::ROWS,
    smart::ROWS,
    service::ROWS,
    container::ROWS,
    backup::ROWS,
    process::ROWS,
];

/// All rows, in the order of their numbers.
pub fn rows() -> impl Iterator<Item = &'static Metric> {
    FILES.iter().flat_map(|file| file.iter().copied())
}

/// The row with this number.
pub fn row(id: MetricId) -> Option<&'static Metric> {
    let ends_before = |file: &&[&Metric]| file.last().is_some_and(|last| last.id < id);
    let file = FILES.get(FILES.partition_point(ends_before))?;
    let place = file.binary_search_by_key(&id, |metric| metric.id).ok()?;
    file.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Kind;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_are_unique_ascending_and_in_their_files_blocks() {
        let ids: Vec<u16> = rows().map(|metric| metric.id.0).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{ids:?}");
        assert!(ids.iter().all(|id| *id < BASE_ROWS_END), "nothing was released before these");
        for file in FILES {
            assert_eq!(file[0].id.0 % 32, 0, "{}: a file begins with a block", file[0].name);
        }
    }

    #[test]
    fn every_row_is_found_by_its_number() {
        for metric in rows() {
            assert_eq!(row(metric.id), Some(metric));
        }
        assert_eq!(row(MetricId(u16::MAX)), None);
    }

    #[test]
    fn names_are_unique_dotted_lower_case_and_explained() {
        let mut names = BTreeSet::new();
        for metric in rows() {
            let name = &metric.name;
            assert!(names.insert(name.as_ref()), "{name} is there twice");
            assert!(
                name.contains('.')
                    && name.chars().all(|c| c.is_ascii_lowercase() || ".0123456789_".contains(c)),
                "{name}"
            );
            assert!(metric.help.ends_with('.'), "{name}: help is a sentence");
            assert_eq!(metric.kind == Kind::Text, metric.unit.as_str() == "text", "{name}");
        }
    }
}

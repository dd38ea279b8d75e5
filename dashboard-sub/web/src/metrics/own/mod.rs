//! The names `grapevine_*`: of the exporter, of hosts as such, and of each row of the catalogue by rule.

mod fleet;
mod learned;
mod rule;

use grapevine_proto::{Metric, catalogue};

use super::family::{Family, Source};
use super::samples::Samples;
use super::scrape::{Scrape, Seen};
use rule::Rule;

pub(super) use learned::{learn, tell_learned};

/// All that are known beforehand: the others are of metrics that hosts describe themselves.
pub(super) fn families() -> Vec<Family> {
    let rows = catalogue::rows().filter_map(|metric| Some(row(metric, Rule::of(metric)?)));
    fleet::families().into_iter().chain(rows).collect()
}

fn row(metric: &'static Metric, rule: Rule) -> Family {
    let tell = {
        let rule = rule.clone();
        move |scrape: &Scrape, seen: &Seen, samples: &mut Samples<'_>| {
            for reading in seen.current(metric, scrape) {
                rule.tell(&reading, samples);
            }
        }
    };
    rule.family(metric, Source::Hosts(Box::new(tell)))
}

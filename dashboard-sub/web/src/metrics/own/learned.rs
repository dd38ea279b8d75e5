//! Families of metrics that hosts describe themselves, because they are newer than this program.

use std::collections::{BTreeMap, BTreeSet};

use grapevine_proto::{Metric, MetricId, MetricRef};

use super::rule::{Rule, stem};
use crate::metrics::family::{Family, Source};
use crate::metrics::samples::Samples;
use crate::metrics::scrape::{Scrape, Seen};

/// Adds the families of what the hosts of `scrape` describe themselves. A metric that would go by a name that is taken,
/// or that an earlier host describes otherwise, is left out.
pub(in crate::metrics) fn learn(families: &mut Vec<Family>, scrape: &Scrape) {
    let mut learned: BTreeMap<String, (Family, Vec<(u32, MetricId)>)> = BTreeMap::new();
    let taken: BTreeSet<&str> = families.iter().map(|family| stem(&family.name, family.kind)).collect();
    let mut room = LEARNED_MAX;
    for (place, seen) in (0..).zip(&scrape.hosts) {
        for metric in own_metrics(seen) {
            let Some(rule) = Rule::of(metric) else { continue };
            let stem = stem(&rule.name, rule.kind).to_owned();
            if taken.contains(&*stem) || room == 0 {
                continue;
            }
            let (family, places) = learned.entry(stem).or_insert_with(|| {
                let family = rule.clone().family(metric, Source::Learned(Vec::new()));
                (family, Vec::new())
            });
            if rule.fits(family) && places.last().is_none_or(|(last, _)| *last != place) {
                places.push((place, metric.id));
                room -= 1;
            }
        }
    }
    families.extend(
        learned.into_values().map(|(family, places)| Family { source: Source::Learned(places), ..family }),
    );
}

/// Writes the samples of a metric that the host describes itself.
pub(in crate::metrics) fn tell_learned(
    id: MetricId,
    scrape: &Scrape,
    seen: &Seen,
    samples: &mut Samples<'_>,
) {
    let Some(rule) = own_metrics(seen).find(|metric| metric.id == id).and_then(Rule::of) else { return };
    for reading in seen.host.readings_of_id(id).filter(|reading| !reading.is_stale(scrape.now)) {
        rule.tell(&reading, samples);
    }
}

fn own_metrics(seen: &Seen) -> impl Iterator<Item = &Metric> {
    seen.host.metrics().iter().filter_map(|metric| match metric {
        MetricRef::Known(_) => None,
        MetricRef::Learned(metric) => Some(&**metric),
    })
}

/// Most metrics of hosts together that are told though only the hosts know them: 128 of each of 1,000 hosts, or 1 MiB.
const LEARNED_MAX: usize = 128 * 1024;

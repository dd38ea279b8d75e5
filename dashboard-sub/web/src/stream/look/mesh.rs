//! Who has a link with whom.

use std::collections::{BTreeMap, BTreeSet};

use grapevine_proto::OriginId;
use grapevine_sub::Host;
use serde_json::{Value, json};

use crate::model::Snapshot;

/// Hosts as origin, name, status and hops, and links as pairs of places among them: those that are up, and those that one
/// side lost.
pub(super) fn show(snapshot: &Snapshot) -> Value {
    let entries = snapshot.entries();
    let places: BTreeMap<OriginId, usize> =
        entries.iter().enumerate().map(|(place, it)| (it.host.origin(), place)).collect();
    let hosts: Vec<Value> = entries
        .iter()
        .map(|it| {
            let host = &it.host;
            json!([
                host.origin().to_string(),
                host.name().as_str(),
                it.assessment.status.gravity(),
                host.hops()
            ])
        })
        .collect();
    let (mut up, mut lost) = (BTreeSet::new(), BTreeSet::new());
    for (place, it) in entries.iter().enumerate() {
        let links = it.host.links();
        let pair = |other: &OriginId| places.get(other).map(|other| (place.min(*other), place.max(*other)));
        up.extend(links.up.iter().filter_map(pair));
        lost.extend(links.lost.iter().filter_map(|it| pair(&it.origin)));
    }
    let up: Vec<(usize, usize)> = up.difference(&lost).copied().collect();
    json!({ "hosts": hosts, "up": up, "lost": lost })
}

/// A host's neighbours: origin, name, status, hops and whether the link is lost. What is not known of one is `null`.
pub(super) fn links_of(snapshot: &Snapshot, host: &Host) -> Vec<Value> {
    let links = host.links();
    let lost = links.lost.iter().map(|lost| (lost.origin, true));
    let all = lost.chain(links.up.iter().map(|origin| (*origin, false)));
    all.map(|(origin, is_lost)| {
        let known = snapshot.of_origin(origin);
        let name = known.map(|it| it.host.name().as_str());
        let status = known.map(|it| it.assessment.status.gravity());
        json!([origin.to_string(), name, status, known.map(|it| it.host.hops()), is_lost])
    })
    .collect()
}

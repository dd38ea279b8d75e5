//! The names of Prometheus' node_exporter, as far as readings reach: `METRICS.md` says what is missing and why.
//!
//! Each family is a row of [`plain`], [`summed`] or [`made`]. The label `instance` says which host, as Prometheus does
//! where each host has an exporter.

mod made;
mod plain;
mod summed;

use std::borrow::Cow;

use super::family::{Family, FamilyKind, Source, Tell};

/// All of them, in the order of their names.
pub(super) fn families() -> Vec<Family> {
    let tables = [plain::families(), summed::families(), made::families()];
    let mut families: Vec<Family> = tables.into_iter().flatten().collect();
    families.sort_by(|a, b| a.name.cmp(&b.name));
    families
}

/// How a family is called, and what it is made of.
#[derive(Clone, Copy)]
struct Head {
    name: &'static str,
    kind: FamilyKind,
    labels: &'static [&'static str],
    origin: &'static str,
    help: &'static str,
}

impl Head {
    fn family(self, tell: Tell) -> Family {
        let Self { name, kind, labels, origin, help } = self;
        Family {
            name: name.into(),
            kind,
            unit: "".into(),
            labels: labels.iter().copied().map(Cow::Borrowed).collect(),
            help: help.into(),
            origin: origin.into(),
            source: Source::Hosts(tell),
        }
    }
}

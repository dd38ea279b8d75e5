//! Which hosts are shown, and in which order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{Entry, Fleet};
use crate::filter::Filter;
use crate::sort::{GroupKey, Sort};
use crate::status::Status;

/// Hosts that are shown together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What they have in common; empty without groups, and for hosts that are in none.
    pub name: String,
    /// Their places among [`Fleet::entries`], in order.
    pub hosts: Vec<usize>,
}

impl Fleet {
    /// The hosts that `filter` lets through, in the order of `sort`: all in one section, or in one for each group, those
    /// by the names of the groups, and by gravity if the groups are statuses. A host of several groups is in several
    /// sections. Places hold until the next change.
    pub fn order(&self, filter: &Filter, sort: Sort, group: Option<GroupKey>) -> Vec<Section> {
        let all = self.entries.iter().enumerate();
        let mut shown: Vec<(usize, &Entry)> = all
            .filter(|(_, Entry { host, summary, assessment, .. })| filter.matches(host, summary, assessment))
            .collect();
        sort.sort(&mut shown, |(_, entry)| (&entry.host, &entry.summary, &entry.assessment));
        let Some(group) = group else {
            let hosts = shown.into_iter().map(|(index, _)| index).collect();
            return vec![Section { name: String::new(), hosts }];
        };
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, entry) in shown {
            for name in group.names(&entry.host, &entry.assessment) {
                groups.entry(name).or_default().push(index);
            }
        }
        let section = |(name, hosts): (&str, Vec<usize>)| Section { name: name.to_owned(), hosts };
        let mut sections: Vec<Section> = groups.into_iter().map(section).collect();
        if group == GroupKey::Status {
            let gravity = |name: &str| Status::ALL.iter().position(|status| status.as_str() == name);
            sections.sort_by_key(|section| Reverse(gravity(&section.name)));
        }
        sections
    }
}

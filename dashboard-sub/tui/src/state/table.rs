//! The fleet's table: which hosts, in which order, and where the user is.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use grapevine_proto::OriginId;
use grapevine_sub::{Entry, Filter, GroupKey, Sort, Status};
use serde::Deserialize;

use super::column::Column;
use super::list::List;

/// What hosts of one part of the table have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grouping {
    /// One part with all hosts.
    #[default]
    None,
    /// The role.
    Role,
    /// A group; a host of several stands in each of them.
    Group,
    /// The status.
    Status,
}

impl Grouping {
    fn key(self) -> Option<GroupKey> {
        match self {
            Self::None => None,
            Self::Role => Some(GroupKey::Role),
            Self::Group => Some(GroupKey::Group),
            Self::Status => Some(GroupKey::Status),
        }
    }

    fn next(self) -> Self {
        match self {
            Self::None => Self::Role,
            Self::Role => Self::Group,
            Self::Group => Self::Status,
            Self::Status => Self::None,
        }
    }
}

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// The head of a group.
    Group(Group),
    /// The host at this place of the entries.
    Host(usize),
}

/// The head of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) hosts: usize,
    /// The gravest status of its hosts.
    pub(crate) status: Status,
    pub(crate) folded: bool,
}

/// What the user has made of the table.
#[derive(Clone, Debug)]
pub(crate) struct FleetTable {
    pub(crate) columns: Vec<Column>,
    pub(crate) sort: Column,
    pub(crate) reverse: bool,
    pub(crate) group: Grouping,
    /// Whether groups are folded where the user has not said otherwise.
    pub(crate) all_folded: bool,
    /// Groups that are not as `all_folded` says.
    exceptions: Vec<String>,
    /// The rows in their order.
    pub(crate) rows: Vec<Row>,
    pub(crate) list: List,
    /// What the cursor stays on when rows move; nothing while it is at the top.
    selected: Option<Selected>,
    /// How many columns are scrolled out of view to the left.
    pub(crate) left: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Selected {
    Host(OriginId),
    Group(String),
}

impl FleetTable {
    pub(crate) fn new(columns: Vec<Column>, sort: Column, reverse: bool, group: Grouping) -> Self {
        Self {
            columns,
            sort,
            reverse,
            group,
            all_folded: false,
            exceptions: Vec::new(),
            rows: Vec::new(),
            list: List::default(),
            selected: None,
            left: 0,
        }
    }

    /// Makes the rows anew of those entries that `filter` shows, and keeps the cursor on what it was on.
    pub(crate) fn arrange(&mut self, entries: &[Entry], filter: &Filter) {
        let shows = |entry: &Entry| filter.matches(&entry.host, &entry.summary, &entry.assessment);
        let mut shown: Vec<(usize, &Entry)> =
            entries.iter().enumerate().filter(|(_, entry)| shows(entry)).collect();
        self.order().sort(&mut shown, |(_, entry)| (&entry.host, &entry.summary, &entry.assessment));
        self.rows = match self.group.key() {
            None => shown.into_iter().map(|(at, _)| Row::Host(at)).collect(),
            Some(key) => self.grouped(key, &shown),
        };
        let found = self.selected.as_ref().map(|selected| {
            self.rows.iter().position(|row| Selected::of(row, entries).as_ref() == Some(selected))
        });
        match found {
            Some(Some(at)) => self.list.at = at,
            // What the cursor was on is gone: it stays where it is, on what came there.
            Some(None) => {
                self.list.go(self.list.at, self.rows.len());
                self.selected = self.rows.get(self.list.at).and_then(|row| Selected::of(row, entries));
            }
            None => self.list.at = 0,
        }
    }

    /// Puts the cursor on row `at`; it stays on what is there. At the top it stays at the top.
    pub(crate) fn select(&mut self, at: usize, entries: &[Entry]) {
        self.list.go(at, self.rows.len());
        let row = self.rows.get(self.list.at).filter(|_| self.list.at > 0);
        self.selected = row.and_then(|row| Selected::of(row, entries));
    }

    /// Folds or unfolds the group whose head or host is under the cursor; its head has the cursor then.
    pub(crate) fn fold(&mut self) {
        let up_to_cursor = self.rows.get(..=self.list.at).unwrap_or_default();
        let head = up_to_cursor.iter().rev().find_map(|row| match row {
            Row::Group(group) => Some(group.name.clone()),
            Row::Host(_) => None,
        });
        let Some(name) = head else { return };
        match self.exceptions.iter().position(|exception| *exception == name) {
            Some(at) => drop(self.exceptions.remove(at)),
            None => self.exceptions.push(name.clone()),
        }
        self.selected = Some(Selected::Group(name));
    }

    /// Folds or unfolds all groups.
    pub(crate) fn fold_all(&mut self) {
        self.all_folded = !self.all_folded;
        self.exceptions.clear();
        self.selected = None;
    }

    /// Groups by what comes next.
    pub(crate) fn regroup(&mut self) {
        self.group = self.group.next();
        self.exceptions.clear();
    }

    /// Sorts by the column after the one that it is sorted by, or the one before.
    pub(crate) fn resort(&mut self, forward: bool) {
        let columns = Column::sortable(&self.columns);
        let count = columns.len().max(1);
        let at = columns.iter().position(|column| *column == self.sort);
        let next = match (at, forward) {
            (None, _) => 0,
            (Some(at), true) => (at + 1) % count,
            (Some(at), false) => (at + count - 1) % count,
        };
        if let Some(column) = columns.get(next) {
            (self.sort, self.reverse) = (*column, false);
        }
    }

    /// In which order hosts stand.
    pub(crate) fn order(&self) -> Sort {
        let order = Sort::by(self.sort.info().sort.unwrap_or_default());
        if self.reverse { order.reversed() } else { order }
    }

    /// All columns as the user can choose them: first those shown, in their order.
    pub(crate) fn offered(&self) -> Vec<Column> {
        let hidden = Column::all().filter(|column| !self.columns.contains(column));
        self.columns.iter().copied().chain(hidden).collect()
    }

    /// The columns that fit `width`, each with its place. Names and what is left of them stay when columns are scrolled;
    /// what room is left is shared among those that can use it.
    pub(crate) fn places(&self, width: u16) -> Vec<(Column, Range<u16>)> {
        let pinned = 1 + self.columns.iter().position(|column| *column == Column::Host).unwrap_or_default();
        let scrolled =
            self.columns.iter().enumerate().filter(|(at, _)| *at < pinned || *at >= pinned + self.left);
        let mut room = width.saturating_sub(CURSOR_WIDTH);
        let mut places: Vec<(Column, u16)> = Vec::new();
        for (_, column) in scrolled {
            let least = column.info().width.0;
            let gap = GAP.min(u16::try_from(places.len()).unwrap_or(GAP));
            let Some(rest) = room.checked_sub(least + gap) else { break };
            room = rest;
            places.push((*column, least));
        }
        while room > 0 && places.iter().any(|(column, width)| *width < column.info().width.1) {
            for (column, width) in &mut places {
                let more = 1.min(room).min(column.info().width.1 - *width);
                *width += more;
                room -= more;
            }
        }
        let mut start = CURSOR_WIDTH;
        let place = |(column, width): (Column, u16)| {
            let place = start..start + width;
            start = place.end + GAP;
            (column, place)
        };
        places.into_iter().map(place).collect()
    }

    /// Groups in the order of their names, of their gravity where they are of one status, with their hosts.
    fn grouped(&self, key: GroupKey, shown: &[(usize, &Entry)]) -> Vec<Row> {
        let mut groups: BTreeMap<_, (Status, Vec<usize>)> = BTreeMap::new();
        for (at, entry) in shown {
            let status = entry.assessment.status;
            let gravity = Reverse(if key == GroupKey::Status { status.gravity() } else { 0 });
            for name in key.names(&entry.host, &entry.assessment) {
                let (gravest, hosts) = groups.entry((gravity, name)).or_insert((status, Vec::new()));
                *gravest = gravest.or_graver(status);
                hosts.push(*at);
            }
        }
        let mut rows = Vec::new();
        for ((_, name), (status, hosts)) in groups {
            let folded = self.all_folded != self.exceptions.iter().any(|exception| exception == name);
            rows.push(Row::Group(Group { name: name.to_owned(), hosts: hosts.len(), status, folded }));
            if !folded {
                rows.extend(hosts.into_iter().map(Row::Host));
            }
        }
        rows
    }
}

impl Selected {
    fn of(row: &Row, entries: &[Entry]) -> Option<Self> {
        match row {
            Row::Group(group) => Some(Self::Group(group.name.clone())),
            Row::Host(at) => entries.get(*at).map(|entry| Self::Host(entry.host.origin())),
        }
    }
}
/// Columns of the terminal for the mark of the cursor.
const CURSOR_WIDTH: u16 = 1;

/// Columns of the terminal between two columns of the table.
const GAP: u16 = 1;

//! What the dashboard knows and where the user is in it. No terminal in here.

mod column;
mod list;
mod panels;
mod prompt;
mod screen;
mod table;
mod traffic;

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::{Duration, Instant};

use grapevine_proto::OriginId;
use grapevine_sub::{Connection, Entry, Event, Filter, Finding, Fleet, FleetOptions, Totals};

pub use column::Column;
pub(crate) use list::List;
pub(crate) use panels::{
    HostPanel, Item, PanelKind, backups, drives, gpu_processes, gpu_rows, interfaces, mounts, panels,
    processes, services,
};
pub(crate) use prompt::Prompt;
pub(crate) use screen::{Chart, Details, HostScreen, Overlay, ReadingName, SPANS_S, Screen};
pub use table::Grouping;
pub(crate) use table::{FleetTable, Group, Row};
pub(crate) use traffic::Traffic;

use crate::clock::Clock;
use crate::config::Config;
use crate::keys::Place;
use crate::layout::Layout;
use crate::source::Origin;
use crate::theme::Theme;

/// All there is to draw.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    /// Columns and rows of the terminal.
    pub(crate) size: (u16, u16),
    pub(crate) theme: Theme,
    /// Where what is shown comes from.
    pub(crate) origin: Origin,
    /// Whether an agent is there; none for what is no live network.
    pub(crate) connection: Option<Connection>,
    pub(crate) traffic: Traffic,
    pub(crate) fleet: Fleet,
    /// What all hosts add up to, as they are shown.
    pub(crate) totals: Totals,
    pub(crate) table: FleetTable,
    /// The filter of the table, as the user wrote it.
    pub(crate) filter: Filtering,
    /// Never empty; the last is shown.
    screens: Vec<Screen>,
    pub(crate) overlay: Option<Overlay>,
    /// The line in which the user types a filter.
    pub(crate) prompt: Option<Prompt>,
    frozen: Option<Frozen>,
    /// Index into [`INTERVALS`].
    pub(crate) interval: usize,
    notice: Option<Notice>,
    /// The host to open as soon as it is heard of.
    pub(crate) awaited: Option<String>,
    /// Whether the rows of the table are of an earlier state than the entries.
    pub(crate) unsettled: bool,
}

/// What was shown when the user froze the picture.
#[derive(Debug)]
struct Frozen {
    clock: Clock,
    entries: Vec<Entry>,
    events: Vec<Arc<Event>>,
}

/// A line for the user, for a while.
#[derive(Clone, Debug)]
struct Notice {
    text: String,
    until: Instant,
}

/// The filter of the table.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filtering {
    pub(crate) filter: Filter,
    pub(crate) text: String,
    /// What is wrong with the text; the filter before it holds on.
    pub(crate) error: Option<String>,
}

impl Filtering {
    fn new(text: &str) -> Self {
        let mut filtering = Self::default();
        filtering.set(text);
        filtering
    }

    /// Takes over `text` if it can be understood.
    pub(crate) fn set(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        self.error = match Filter::parse(text) {
            Ok(filter) => {
                self.filter = filter;
                None
            }
            Err(error) => Some(error.to_string()),
        };
    }
}

impl State {
    /// Nothing is known yet.
    pub(crate) fn new(config: &Config, theme: Theme, origin: Origin, clock: Clock) -> Self {
        let Config { top, thresholds } = config;
        let options = FleetOptions { thresholds: thresholds.clone(), ..FleetOptions::default() };
        let interval = Duration::from_millis(u64::from(top.interval_ms));
        Self {
            clock,
            size: (80, 24),
            theme,
            origin,
            connection: None,
            traffic: Traffic::default(),
            fleet: Fleet::new(options, clock.now),
            totals: Totals::default(),
            table: FleetTable::new(top.columns.clone(), top.sort, top.reverse, top.group),
            filter: Filtering::new(&top.filter),
            screens: vec![Screen::Fleet],
            overlay: None,
            prompt: None,
            frozen: None,
            interval: INTERVALS.iter().position(|step| *step >= interval).unwrap_or(INTERVALS.len() - 1),
            notice: None,
            awaited: None,
            unsettled: true,
        }
    }

    /// The moment that is shown: now, or when the picture was frozen.
    pub(crate) fn shown(&self) -> Clock {
        self.frozen.as_ref().map_or(self.clock, |frozen| frozen.clock)
    }

    /// All hosts as they are shown, in the order of their names.
    pub(crate) fn entries(&self) -> &[Entry] {
        self.frozen.as_ref().map_or(self.fleet.entries(), |frozen| &frozen.entries)
    }

    /// The host of this origin as it is shown.
    pub(crate) fn entry(&self, origin: OriginId) -> Option<&Entry> {
        match &self.frozen {
            Some(frozen) => frozen.entries.iter().find(|entry| entry.host.origin() == origin),
            None => self.fleet.entry(origin),
        }
    }

    /// What happened, the newest first.
    pub(crate) fn events(&self) -> Vec<&Arc<Event>> {
        self.frozen
            .as_ref()
            .map_or_else(|| self.fleet.events().collect(), |frozen| frozen.events.iter().collect())
    }

    /// What is wrong in the whole fleet, the gravest first, then by host.
    pub(crate) fn alerts(&self) -> Vec<(&Entry, &Finding)> {
        let mut alerts: Vec<(&Entry, &Finding)> = Vec::new();
        for entry in self.entries() {
            alerts.extend(entry.assessment.findings.iter().map(|finding| (entry, finding)));
        }
        alerts.sort_by_key(|(_, finding)| Reverse(finding.status.gravity()));
        alerts
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// Freezes what is shown, or lets it go on.
    pub(crate) fn freeze(&mut self) {
        self.frozen = match self.frozen.take() {
            Some(_) => None,
            None => Some(Frozen {
                clock: self.clock,
                entries: self.fleet.entries().to_vec(),
                events: self.fleet.events().cloned().collect(),
            }),
        };
        self.unsettled = true;
    }

    /// The screen that is shown.
    pub(crate) fn screen(&self) -> &Screen {
        self.screens.last().unwrap_or(&Screen::Fleet)
    }

    pub(crate) fn screen_mut(&mut self) -> Option<&mut Screen> {
        self.screens.last_mut()
    }

    /// Shows `screen`; a screen of the same kind is replaced, so that the way back is never long.
    pub(crate) fn open(&mut self, screen: Screen) {
        if let Some(at) = self.screens.iter().position(|known| known.place() == screen.place()) {
            self.screens.truncate(at);
        }
        if let Screen::Host(host) = &screen {
            self.fleet.focus(host.origin);
        }
        if let Some(origin) = screen.origin() {
            self.fleet.focus(origin);
        }
        self.screens.push(screen);
        self.unsettled = true;
    }

    /// Shows the screen before. Returns whether there was one.
    pub(crate) fn back(&mut self) -> bool {
        let is_there = self.screens.len() > 1;
        if is_there {
            self.screens.pop();
        }
        is_there
    }

    /// Where keys go.
    pub(crate) fn place(&self) -> Place {
        self.overlay.map_or_else(|| self.screen().place(), Overlay::place)
    }

    /// Where everything stands on the terminal.
    pub(crate) fn layout(&self) -> Layout {
        Layout::of(self.size)
    }

    /// The least time between two pictures that nobody asked for.
    pub(crate) fn interval(&self) -> Duration {
        INTERVALS.get(self.interval).copied().unwrap_or_default()
    }

    /// Tells the user something.
    pub(crate) fn notify(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), until: self.clock.now + NOTICE_TIME });
    }

    /// What the user is told at the moment.
    pub(crate) fn notice(&self) -> Option<&str> {
        let current = self.notice.as_ref().filter(|notice| self.clock.now < notice.until);
        current.map(|notice| notice.text.as_str())
    }

    /// Puts the cursor of the table on row `at`.
    pub(crate) fn select(&mut self, at: usize) {
        let entries = self.frozen.as_ref().map_or(self.fleet.entries(), |frozen| &frozen.entries);
        self.table.select(at, entries);
    }

    /// Brings the rows of the table up to date and the cursor into view.
    pub(crate) fn settle(&mut self) {
        let height = self.layout().rows();
        if self.unsettled {
            self.unsettled = false;
            let entries = self.frozen.as_ref().map_or(self.fleet.entries(), |frozen| &frozen.entries);
            self.table.arrange(entries, &self.filter.filter);
            if self.frozen.is_none() {
                self.totals = self.fleet.totals();
            }
        }
        self.table.list.settle(self.table.rows.len(), height);
    }
}

/// Times between two pictures: at first as soon as possible.
pub(crate) const INTERVALS: [Duration; 7] = [
    Duration::ZERO,
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

const NOTICE_TIME: Duration = Duration::from_secs(8);

//! What the user looks at: a stack of screens, the fleet at its bottom.

use grapevine_proto::OriginId;

use super::list::List;
use super::panels::PanelKind;
use crate::keys::Place;

/// A screen and where the user is in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Screen {
    /// All hosts, a row each.
    Fleet,
    /// One host, in panels.
    Host(HostScreen),
    /// All readings of one thing of a host.
    Details(Details),
    /// A reading over time.
    Chart(Chart),
    /// Who links to whom.
    Mesh(List),
    /// What is wrong, the gravest first.
    Alerts(List),
    /// What happened, the newest first.
    Events(List),
}

/// One host.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HostScreen {
    pub(crate) origin: OriginId,
    /// The panel that has the keys; the first one if the host has no such panel.
    pub(crate) panel: PanelKind,
    /// Which of its things the cursor is on.
    pub(crate) list: List,
}

impl HostScreen {
    /// With the keys on the first panel.
    pub(crate) fn new(origin: OriginId) -> Self {
        Self { origin, panel: PanelKind::FIRST, list: List::default() }
    }
}

/// One thing of a host: all its readings with these labels.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Details {
    pub(crate) origin: OriginId,
    pub(crate) subject: Subject,
    pub(crate) list: List,
}

/// Which readings belong together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subject {
    /// What they are of, for the title.
    pub(crate) title: String,
    /// What they have in common.
    pub(crate) parts: Vec<Part>,
}

/// Readings whose names and labels begin alike.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Part {
    /// How the names of their metrics begin.
    pub(crate) prefix: String,
    /// Values of their labels, as many as count.
    pub(crate) labels: Vec<String>,
}

/// Which reading of a host: the metric's name and the values of its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadingName {
    pub(crate) metric: String,
    pub(crate) labels: Vec<String>,
}

/// A reading over time.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chart {
    pub(crate) origin: OriginId,
    pub(crate) reading: ReadingName,
    /// Index into [`SPANS_S`].
    pub(crate) span: usize,
    /// Steps of the cursor back from now; none where there is no cursor.
    pub(crate) cursor: Option<usize>,
}

/// Spans of time that charts show, in seconds.
pub(crate) const SPANS_S: [u32; 5] = [60, 600, 3600, 21_600, 86_400];

/// What lies over the screen and has the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlay {
    /// What keys do.
    Help(List),
    /// Which columns are shown.
    Columns(List),
}

impl Screen {
    pub(crate) fn place(&self) -> Place {
        match self {
            Self::Fleet => Place::Fleet,
            Self::Host(_) => Place::Host,
            Self::Details(_) => Place::Details,
            Self::Chart(_) => Place::Chart,
            Self::Mesh(_) => Place::Mesh,
            Self::Alerts(_) => Place::Alerts,
            Self::Events(_) => Place::Events,
        }
    }

    /// The host that it is about, if about one.
    pub(crate) fn origin(&self) -> Option<OriginId> {
        match self {
            Self::Host(HostScreen { origin, .. })
            | Self::Details(Details { origin, .. })
            | Self::Chart(Chart { origin, .. }) => Some(*origin),
            Self::Fleet | Self::Mesh(_) | Self::Alerts(_) | Self::Events(_) => None,
        }
    }
}

impl Overlay {
    pub(crate) fn place(self) -> Place {
        match self {
            Self::Help(_) => Place::Help,
            Self::Columns(_) => Place::Columns,
        }
    }
}

//! The panels of a host and their rows: what the cursor can be on.

use grapevine_sub::{Host, HostReading};

use super::screen::{ReadingName, Subject};

/// A panel of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostPanel {
    /// What it is about, such as `memory`: how the names of its metrics begin.
    pub(crate) title: String,
    /// Its rows, as places of the host's readings.
    pub(crate) rows: Vec<usize>,
}

/// The panels of `host`, from the first.
pub(crate) fn panels(host: &Host) -> Vec<HostPanel> {
    let mut panels: Vec<HostPanel> = Vec::new();
    for (at, reading) in host.readings().enumerate() {
        let title = reading.metric.name.split('.').next().unwrap_or_default();
        match panels.iter_mut().find(|panel| panel.title == title) {
            Some(panel) => panel.rows.push(at),
            None => panels.push(HostPanel { title: title.to_owned(), rows: vec![at] }),
        }
    }
    panels
}

impl ReadingName {
    pub(crate) fn of(reading: &HostReading<'_>) -> Self {
        let labels = reading.labelled().map(|(_, value)| value.to_owned()).collect();
        Self { metric: reading.metric.name.to_string(), labels }
    }
}

impl Subject {
    /// All readings of the thing that `reading` is of: those of the same panel with the same labels.
    pub(crate) fn of(reading: &HostReading<'_>) -> Self {
        let prefix = reading.metric.name.split('.').next().unwrap_or_default().to_owned();
        let labels: Vec<String> = reading.labelled().map(|(_, value)| value.to_owned()).collect();
        let title = [std::slice::from_ref(&prefix), &labels].concat().join(" ");
        Self { title, prefix, labels }
    }

    /// The places of its readings among those of `host`.
    pub(crate) fn rows(&self, host: &Host) -> Vec<usize> {
        let is_of = |reading: &HostReading<'_>| {
            let begins =
                reading.metric.name.strip_prefix(&self.prefix).is_some_and(|rest| rest.starts_with('.'));
            let mut labels = reading.labelled().map(|(_, value)| value);
            begins && self.labels.iter().all(|label| labels.next() == Some(label))
        };
        let rows = host.readings().enumerate().filter(|(_, reading)| is_of(reading));
        rows.map(|(at, _)| at).collect()
    }
}

//! The whole screen as lines.

use std::time::Instant;

use grapevine_sub::{Connection, View};

use super::{detail, overview};
use crate::tone::Tone;
use crate::units;

/// What there is to show at one moment.
pub(crate) struct Screen<'a> {
    pub(crate) view: &'a View,
    pub(crate) connection: &'a Connection,
    pub(crate) now: Instant,
    /// Seconds since 1970 on the clock on the wall.
    pub(crate) wall_s: f64,
}

impl Screen<'_> {
    /// At most `height` lines of at most `width` characters, colours aside.
    pub(crate) fn render(&self, width: usize, height: usize, colour: bool) -> Vec<String> {
        let mut lines = vec![self.title(width, colour), String::new()];
        lines.extend(overview::table(self.view, self.now, self.wall_s).render(width, colour));
        if let [host] = self.view.hosts() {
            for table in detail::tables(host, self.wall_s) {
                lines.push(String::new());
                lines.extend(table.render(width, colour));
            }
        }
        let hidden = lines.len().saturating_sub(height);
        if hidden > 0 {
            lines.truncate(height.saturating_sub(1));
            lines.push(Tone::Faint.paint(&format!("... {} more lines", hidden + 1), colour));
        }
        lines
    }

    fn title(&self, width: usize, colour: bool) -> String {
        let count = self.view.hosts().len();
        let hosts = if count == 1 { "1 host".to_owned() } else { format!("{count} hosts") };
        let bad = match self.view.counters().faults_total() {
            0 => String::new(),
            bad => format!("  {bad} bad frames"),
        };
        let (connection, tone) = match self.connection {
            Connection::Attached { .. } => (self.connection.to_string(), Tone::Faint),
            Connection::Connecting { .. } | Connection::Unreachable { .. } => {
                (format!("{}: trying again", self.connection), Tone::Bad)
            }
        };
        let name = "grapevine";
        let rest = format!("  {hosts}  {}{bad}  q quits", units::printable(&connection));
        let rest: String = rest.chars().take(width.saturating_sub(name.len())).collect();
        format!("{}{}", Tone::Strong.paint(name, colour), tone.paint(&rest, colour))
    }
}

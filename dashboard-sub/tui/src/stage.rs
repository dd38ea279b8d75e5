//! A dashboard without a terminal, for tests: genuine frames in, keys in, a picture out.

use std::time::{Duration, Instant};

use grapevine_sub::{Connection, Endpoint, Follower};
use ratatui::backend::TestBackend;

use crate::clock::Clock;
use crate::config::Config;
use crate::glyphs::Glyphs;
use crate::keys::{Code, Key};
use crate::message::{Effect, Message};
use crate::source;
use crate::state::State;
use crate::theme::{Palette, Theme};
use crate::update::update;
use crate::view;

#[path = "../../tests/origin/mod.rs"]
mod origin;
pub(crate) use origin::Origin;

/// A dashboard at a moment that only the test moves on.
pub(crate) struct Stage {
    pub(crate) state: State,
    follower: Follower,
    clock: Clock,
}

impl Stage {
    /// Attached to a network without hosts, on a terminal of 100 columns and 30 rows.
    pub(crate) fn new() -> Self {
        Self::with(&Config::default())
    }

    pub(crate) fn with(config: &Config) -> Self {
        let clock = Clock { now: Instant::now(), wall_s: 1_700_000_000.0 };
        let theme = Theme { palette: Palette::None, glyphs: Glyphs::Unicode };
        let mut state = State::new(config, theme, source::Origin::Live, clock);
        state.size = (100, 30);
        let endpoint = Endpoint::Tcp { host: "srv-01".to_owned(), port: 6130 };
        state.connection = Some(Connection::Attached { endpoint, since: clock.now });
        Self { state, follower: Follower::new(), clock }
    }

    /// Each of these hosts says so much CPU use. What effects that had.
    pub(crate) fn say(&mut self, hosts: &mut [Origin], cpu_use: f64) -> Vec<Effect> {
        for host in hosts {
            let frame = host.frame(cpu_use);
            self.follower.handle_message(host.name.as_bytes(), frame, self.clock.now);
        }
        self.told()
    }

    /// So many seconds pass.
    pub(crate) fn wait(&mut self, seconds: u16) -> Effect {
        self.clock.now += Duration::from_secs(u64::from(seconds));
        self.clock.wall_s += f64::from(seconds);
        self.follower.handle_tick(self.clock.now);
        self.told();
        self.send(Message::Tick(self.follower.view()))
    }

    pub(crate) fn send(&mut self, message: Message) -> Effect {
        update(&mut self.state, message, self.clock)
    }

    /// Presses a key for each character.
    pub(crate) fn type_text(&mut self, text: &str) -> Effect {
        text.chars().map(|char| self.send(Message::Key(Key::char(char)))).last().unwrap_or_default()
    }

    pub(crate) fn press(&mut self, code: Code) -> Effect {
        self.send(Message::Key(Key::of(code)))
    }

    /// The picture as lines of text.
    pub(crate) fn picture(&mut self) -> Vec<String> {
        self.state.settle();
        let (columns, rows) = self.state.size;
        let mut terminal = ratatui::Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| view::render(frame, &self.state)).unwrap();
        let buffer = terminal.backend().buffer();
        let line = |row| {
            let cells = (0..columns).filter_map(|column| buffer.cell((column, row)));
            cells.map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned()
        };
        (0..rows).map(line).collect()
    }

    /// The names in the fleet's table, in their order; heads of groups as `[name]`.
    pub(crate) fn rows(&mut self) -> Vec<String> {
        use crate::state::Row;
        self.state.settle();
        let name = |row: &Row| match row {
            Row::Group(group) => format!("[{}]", group.name),
            Row::Host(at) => self.state.entries()[*at].host.name().to_string(),
        };
        self.state.table.rows.iter().map(name).collect()
    }

    fn told(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        while let Some(change) = self.follower.poll_change() {
            effects.push(update(&mut self.state, Message::Change(change), self.clock));
        }
        effects
    }
}

/// Hosts of these names with keys of their own.
pub(crate) fn hosts(names: &[&str]) -> Vec<Origin> {
    (1..).zip(names).map(|(key, name)| Origin::new(name, key)).collect()
}

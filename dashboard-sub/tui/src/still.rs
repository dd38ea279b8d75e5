//! The dashboard without a terminal: what it shows after some messages and keys.

use std::time::{Duration, Instant};

use bytes::Bytes;
use grapevine_sub::Follower;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::clock::Clock;
use crate::config::Config;
use crate::keys::{Code, Key};
use crate::message::Message;
use crate::source::Origin;
use crate::state::{HostScreen, Screen, State};
use crate::theme::Theme;
use crate::update::update;
use crate::view;

/// A dashboard that hears what it is told and stands still in between: for tests and for pictures in documents.
#[derive(Debug)]
pub struct Still {
    state: State,
    follower: Follower,
    start: Instant,
    wall_s: f64,
    /// Time that has passed since the start.
    elapsed: Duration,
}

impl Still {
    /// A dashboard of this many columns and rows that knows nothing yet. What it shows comes from `origin`, and the clock
    /// on the wall shows `wall_s` seconds since 1970.
    pub fn new(config: &Config, theme: Theme, origin: Origin, size: (u16, u16), wall_s: f64) -> Self {
        let start = Instant::now();
        let mut state = State::new(config, theme, origin, Clock { now: start, wall_s });
        state.size = size;
        Self { state, follower: Follower::new(), start, wall_s, elapsed: Duration::ZERO }
    }

    /// Takes in a message of an agent, which came so long after the start.
    pub fn hear(&mut self, name: &str, frame: Bytes, elapsed: Duration) {
        self.wait(elapsed);
        self.follower.handle_message(name.as_bytes(), frame, self.clock().now);
        self.follow();
    }

    /// Lets time pass until so long after the start.
    pub fn wait(&mut self, elapsed: Duration) {
        while self.elapsed < elapsed {
            // The next full second, or the end if that is earlier.
            let second = Duration::from_secs(self.elapsed.as_secs() + 1);
            self.elapsed = second.min(elapsed);
            if self.elapsed == second {
                self.follower.handle_tick(self.clock().now);
                self.follow();
                self.tell(Message::Tick(self.follower.view()));
            }
        }
    }

    /// Presses these keys one after another: `\n` is Enter, `\t` Tab and `\u{1b}` Esc.
    pub fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            let key = match key {
                '\n' => Key::of(Code::Enter),
                '\t' => Key::of(Code::Tab),
                '\u{1b}' => Key::of(Code::Esc),
                other => Key::char(other),
            };
            self.tell(Message::Key(key));
        }
    }

    /// Shows the host of this name; whether there is one.
    pub fn open(&mut self, name: &str) -> bool {
        let origin = self.state.fleet.named(name).map(|entry| entry.host.origin());
        if let Some(origin) = origin {
            self.state.open(Screen::Host(HostScreen::new(origin)));
        }
        origin.is_some()
    }

    /// Gives the terminal another size, in columns and rows.
    pub fn resize(&mut self, (columns, rows): (u16, u16)) {
        self.tell(Message::Resize(columns, rows));
    }

    /// Shows everything in other colours and signs.
    pub fn dress(&mut self, theme: Theme) {
        self.state.theme = theme;
    }

    /// What is shown now.
    pub fn picture(&mut self) -> Buffer {
        self.state.settle();
        let (columns, rows) = self.state.size;
        let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
        let Ok(drawn) = terminal.draw(|frame| view::render(frame, &self.state));
        drawn.buffer.clone()
    }

    /// The name of the panel that has the keys; none on other screens than a host's.
    pub fn focus(&self) -> Option<&'static str> {
        match self.state.screen() {
            Screen::Host(host) => Some(host.panel.title()),
            _ => None,
        }
    }

    fn clock(&self) -> Clock {
        Clock { now: self.start + self.elapsed, wall_s: self.wall_s + self.elapsed.as_secs_f64() }
    }

    fn follow(&mut self) {
        while let Some(change) = self.follower.poll_change() {
            self.tell(Message::Change(change));
        }
    }

    /// What a terminal would have to do is of no interest here.
    fn tell(&mut self, message: Message) {
        let clock = self.clock();
        update(&mut self.state, message, clock);
    }
}

//! A dashboard that watches a made-up fleet.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use grapevine_demo::{Demo, DemoOptions, Scenario};
use grapevine_tui::{Config, Glyphs, Origin, Palette, Still, Theme};
use ratatui::buffer::Buffer;

pub(crate) const SMALL: (u16, u16) = (80, 24);
pub(crate) const WIDE: (u16, u16) = (200, 50);

/// The fleet after some time.
pub(crate) struct Story {
    pub(crate) still: Still,
    demo: Demo,
}

impl Story {
    /// So many hosts after `seconds`.
    pub(crate) fn without_past(scenario: Scenario, hosts: usize, seconds: u64) -> Self {
        Self::new(DemoOptions { hosts, scenario, ..DemoOptions::default() }, seconds)
    }

    /// So many hosts, two minutes of their past and as many `seconds` of their present.
    pub(crate) fn of(scenario: Scenario, hosts: usize, seconds: u64) -> Self {
        let past = Duration::from_secs(120);
        Self::new(DemoOptions { hosts, scenario, past, ..DemoOptions::default() }, seconds)
    }

    /// This fleet after `seconds`.
    pub(crate) fn new(options: DemoOptions, seconds: u64) -> Self {
        let demo = Demo::new(&options);
        let theme = Theme { palette: Palette::Dark, glyphs: Glyphs::Unicode };
        let still = Still::new(&Config::default(), theme, Origin::Demo, (80, 24), options.wall_s);
        let mut story = Self { still, demo };
        for message in story.demo.take_past() {
            story.still.hear(&message.name, message.frame, message.at);
        }
        story.until(seconds);
        story
    }

    pub(crate) fn until(&mut self, seconds: u64) {
        let now = Duration::from_secs(seconds);
        for message in self.demo.advance(now) {
            self.still.hear(&message.name, message.frame, message.at);
        }
        self.still.wait(now);
    }

    /// Opens the host of this name, which there is.
    #[track_caller]
    pub(crate) fn open(&mut self, name: &str) {
        assert!(self.still.open(name), "there is no host {name}");
    }

    /// Goes to the panel of this name, which the host has.
    #[track_caller]
    pub(crate) fn panel(&mut self, name: &str) {
        for _ in 0..14 {
            if self.still.focus() == Some(name) {
                return;
            }
            self.still.press("\t");
        }
        panic!("there is no panel {name}");
    }

    /// Shows everything in ASCII and without colours.
    pub(crate) fn plain(&mut self) {
        self.still.dress(Theme { palette: Palette::None, glyphs: Glyphs::Ascii });
    }

    /// Compares all of what is shown at this size with the expected text of this name.
    #[track_caller]
    pub(crate) fn expect_all(&mut self, name: &str, size: (u16, u16)) {
        self.still.resize(size);
        compare(&format!("{name}-{}x{}", size.0, size.1), &text(&self.still.picture(), 0..size.1));
    }

    /// The same without what is above and below every screen.
    #[track_caller]
    pub(crate) fn expect(&mut self, name: &str, size: (u16, u16)) {
        compare(&format!("{name}-{}x{}", size.0, size.1), &self.body(size));
    }

    /// What is shown at this size, without what is above and below every screen.
    pub(crate) fn body(&mut self, size: (u16, u16)) -> String {
        self.still.resize(size);
        text(&self.still.picture(), 2..size.1 - 1)
    }
}

#[track_caller]
fn compare(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/pictures/expected/{name}.txt"));
    if std::env::var_os("GRAPEVINE_BLESS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    if expected == text {
        return;
    }
    let both = expected.lines().map(Some).chain(std::iter::repeat(None)).zip(text.lines());
    let differ = both.enumerate().find(|(_, (expected, shown))| *expected != Some(shown));
    panic!("{name} shows something else, at first here: {differ:?}\n{text}");
}

/// These rows of the picture as text, without what trails.
fn text(picture: &Buffer, rows: Range<u16>) -> String {
    let line = |y: u16| {
        let line = (0..picture.area.width).filter_map(|x| picture.cell((x, y)));
        line.map(ratatui::buffer::Cell::symbol).collect::<String>().trim_end().to_owned() + "\n"
    };
    rows.map(line).collect()
}

//! The terminal: its size, its keys, and drawing in place. Restored when dropped.

use std::io::{self, IsTerminal, Read, Write};
use std::thread;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::sync::mpsc;

/// A terminal that shows nothing but what is drawn.
pub(crate) struct Terminal {
    keys: mpsc::Receiver<Key>,
    /// How the terminal was set, to be put back.
    settings: Option<Termios>,
    drawn: Vec<String>,
}

/// What the user pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// q, as programs of this kind have it. Ctrl-C comes as a signal.
    Quit,
    Other,
}

impl Terminal {
    /// Takes over the terminal.
    pub(crate) fn open() -> io::Result<Self> {
        let settings = io::stdin().is_terminal().then(without_line_editing).transpose()?;
        let terminal = Self { keys: read_keys(), settings, drawn: Vec::new() };
        write(format_args!("{ENTER}"))?;
        Ok(terminal)
    }

    /// The next key. Pending for ever once there are no more.
    pub(crate) async fn key(&mut self) -> Key {
        match self.keys.recv().await {
            Some(key) => key,
            None => std::future::pending().await,
        }
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> (usize, usize) {
        let known = tcgetwinsize(io::stdout()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
        known.map_or((80, 24), |size| (usize::from(size.ws_col), usize::from(size.ws_row)))
    }

    /// Shows `lines` from the top, and nothing else. Draws in one write, so that nothing flickers.
    pub(crate) fn draw(&mut self, lines: &[String]) -> io::Result<()> {
        if self.drawn == lines {
            return Ok(());
        }
        self.drawn = lines.to_vec();
        let lines = lines.join(NEXT_LINE);
        write(format_args!("{HOME}{lines}{CLEAR_REST}"))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Where the terminal is gone there is nothing to put back.
        drop(write(format_args!("{LEAVE}")));
        if let Some(settings) = &self.settings {
            tcsetattr(io::stdin(), OptionalActions::Flush, settings).ok();
        }
    }
}

/// Lets keys through at once and unseen; signals stay. Returns the settings before.
fn without_line_editing() -> io::Result<Termios> {
    let before = tcgetattr(io::stdin())?;
    let mut settings = before.clone();
    settings.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
    tcsetattr(io::stdin(), OptionalActions::Flush, &settings)?;
    Ok(before)
}

/// Reads keys on a thread of its own, which ends with the program: a read of a terminal cannot be cancelled.
fn read_keys() -> mpsc::Receiver<Key> {
    let (sender, receiver) = mpsc::channel(KEYS_WAITING_MAX);
    thread::spawn(move || {
        for byte in io::stdin().lock().bytes() {
            let key = match byte {
                Ok(b'q' | b'Q') => Key::Quit,
                Ok(_) => Key::Other,
                Err(_) => return,
            };
            if sender.blocking_send(key).is_err() {
                return;
            }
        }
    });
    receiver
}

fn write(text: std::fmt::Arguments<'_>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_fmt(text)?;
    out.flush()
}

const KEYS_WAITING_MAX: usize = 16;

// ECMA-48 and the private modes of xterm: alternate screen 1049, cursor 25.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
const HOME: &str = "\x1b[H";
const NEXT_LINE: &str = "\x1b[K\r\n";
const CLEAR_REST: &str = "\x1b[K\x1b[J";

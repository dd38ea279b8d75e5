//! What the user does, read on a thread of its own: a read of a terminal cannot be cancelled.

use std::io;
use std::thread;

use crossterm::event::{
    self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use tokio::sync::mpsc;

use crate::keys::{Code, Key};
use crate::message::{Message, Mouse};

/// Starts to read. The thread ends with the program; the channel when the terminal is gone.
///
/// # Errors
/// Where no thread can be started.
pub(crate) fn read() -> io::Result<mpsc::Receiver<Message>> {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    thread::Builder::new().name("keys".to_owned()).spawn(move || {
        while let Ok(event) = event::read() {
            let Some(message) = message(event) else { continue };
            if sender.blocking_send(message).is_err() {
                return;
            }
        }
    })?;
    Ok(receiver)
}

fn message(event: Event) -> Option<Message> {
    match event {
        Event::Key(event) => key(event).map(Message::Key),
        Event::Paste(text) => Some(Message::Paste(text)),
        Event::Resize(columns, rows) => Some(Message::Resize(columns, rows)),
        Event::Mouse(event) => {
            let mouse = match event.kind {
                MouseEventKind::Down(MouseButton::Left) => {
                    Mouse::Click { column: event.column, row: event.row }
                }
                MouseEventKind::ScrollDown => Mouse::Wheel { down: true },
                MouseEventKind::ScrollUp => Mouse::Wheel { down: false },
                _ => return None,
            };
            Some(Message::Mouse(mouse))
        }
        Event::FocusGained | Event::FocusLost => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let code = match event.code {
        KeyCode::Char(char) => Code::Char(char),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        _ => return None,
    };
    Some(Key { code, ctrl: event.modifiers.contains(KeyModifiers::CONTROL) })
}

const WAITING_MAX: usize = 64;

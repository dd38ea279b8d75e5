//! The terminal: taken over, drawn on in one write, and given back whatever happens.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, TerminalOptions, Viewport};
use rustix::process::{Signal, kill_current_process_group};

/// A terminal that shows nothing but what is drawn. Given back when dropped, and when the program panics.
pub(crate) struct Terminal {
    inner: ratatui::Terminal<CrosstermBackend<Output>>,
    output: Output,
    mouse: bool,
}

impl Terminal {
    /// Takes over the terminal at standard output; with `mouse` also what the mouse does.
    ///
    /// # Errors
    /// Where standard output is no terminal, or the terminal is gone.
    pub(crate) fn open(mouse: bool) -> io::Result<Self> {
        give_back_on_panic();
        take(mouse)?;
        let size = crossterm::terminal::size()?;
        // Serial lines may not know their size; then it stays at the smallest that shows everything.
        let viewport = match size {
            (0, _) | (_, 0) => Viewport::Fixed(Rect::new(0, 0, SIZE_UNKNOWN.0, SIZE_UNKNOWN.1)),
            _ => Viewport::Fullscreen,
        };
        let output = Output::default();
        let backend = CrosstermBackend::new(output.clone());
        let inner = ratatui::Terminal::with_options(backend, TerminalOptions { viewport })?;
        Ok(Self { inner, output, mouse })
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> io::Result<(u16, u16)> {
        match crossterm::terminal::size()? {
            (0, _) | (_, 0) => Ok(SIZE_UNKNOWN),
            size => Ok(size),
        }
    }

    /// Draws what differs from what was drawn before. Returns how long that took.
    pub(crate) fn draw(&mut self, render: impl FnOnce(&mut Frame<'_>)) -> io::Result<Duration> {
        let start = Instant::now();
        queue!(self.output, BeginSynchronizedUpdate)?;
        self.inner.draw(render)?;
        queue!(self.output, EndSynchronizedUpdate)?;
        write(&self.output.0.take())?;
        Ok(start.elapsed())
    }

    /// Draws everything next time, whatever the terminal shows.
    pub(crate) fn forget(&mut self) -> io::Result<()> {
        let (columns, rows) = self.size()?;
        self.inner.resize(Rect::new(0, 0, columns, rows))
    }

    /// Gives the terminal back and stands still until somebody lets the program go on; then takes it over again.
    pub(crate) fn suspend(&mut self) -> io::Result<()> {
        give_back();
        // As a terminal does it at Ctrl-Z: all of the pipeline. Where nobody could bring it back, the kernel ignores it.
        kill_current_process_group(Signal::TSTP)?;
        self.resume()
    }

    /// Takes the terminal over anew: somebody else may have had it while the program stood still.
    pub(crate) fn resume(&mut self) -> io::Result<()> {
        give_back();
        take(self.mouse)?;
        self.forget()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Keeps what is written, so that the terminal gets a picture at once, and half a picture, left over by a panic, never.
#[derive(Clone, Debug, Default)]
struct Output(Rc<RefCell<Vec<u8>>>);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Raw mode, the alternate screen, no cursor.
fn take(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::Release);
    let mut enter = Vec::new();
    queue!(enter, EnterAlternateScreen, cursor::Hide, EnableBracketedPaste)?;
    if mouse {
        queue!(enter, EnableMouseCapture)?;
    }
    write(&enter)
}

/// Undoes [`take`], once. Where the terminal is gone there is nobody to tell.
fn give_back() {
    if !TAKEN.swap(false, Ordering::AcqRel) {
        return;
    }
    let mut leave = Vec::new();
    let queued = queue!(
        leave,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableBracketedPaste,
        cursor::Show,
        LeaveAlternateScreen
    );
    drop(queued.and_then(|()| write(&leave)));
    drop(disable_raw_mode());
}

/// A panic's message belongs on the screen that was there before.
fn give_back_on_panic() {
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            told(panic);
        }));
    });
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Whether the terminal is ours. There is one terminal, and the panic hook knows no other way to it.
static TAKEN: AtomicBool = AtomicBool::new(false);

const SIZE_UNKNOWN: (u16, u16) = (80, 24);

#[cfg(test)]
mod tests;

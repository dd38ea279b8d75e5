//! A terminal that a test looks at and types into: a pseudo-terminal with a program on it, and a parser of what the
//! program writes.

#![allow(dead_code, reason = "shared by tests of which none needs all of it")]
#![allow(clippy::unwrap_used, reason = "a test may panic, in a binary of its own or within another")]

use std::fs::File;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};
use tokio::sync::watch;

/// A program on a terminal of its own.
pub(crate) struct Pty {
    child: Child,
    controller: File,
    /// The program's side, kept open so that its settings can be looked at after the program has ended.
    terminal: OwnedFd,
    before: Termios,
    parser: Arc<Mutex<vt100::Parser>>,
    /// How many bytes the program has written.
    written: watch::Receiver<u64>,
}

impl Pty {
    /// Starts `command` on a terminal of this many columns and rows, as the leader of a session that it controls.
    pub(crate) fn start(command: &Command, size: (u16, u16)) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal =
            rustix::fs::open(ptsname(&controller, Vec::new()).unwrap(), flags, Mode::empty()).unwrap();
        tcsetwinsize(&controller, window(size)).unwrap();
        let before = tcgetattr(&terminal).unwrap();
        let stream = || Stdio::from(terminal.try_clone().unwrap());
        let mut session = session(command);
        let child = session.stdin(stream()).stdout(stream()).stderr(stream()).spawn().unwrap();
        drop(session);
        let (rows, columns) = sides(size);
        let parser = Arc::new(Mutex::new(vt100::Parser::new(rows, columns, 0)));
        let (sender, written) = watch::channel(0);
        let controller = File::from(controller);
        read(controller.try_clone().unwrap(), Arc::clone(&parser), sender);
        Self { child, controller, terminal, before, parser, written }
    }

    /// Types these bytes.
    pub(crate) fn press(&mut self, keys: &str) {
        self.controller.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits until the screen is as `is_it` wants it, and returns its lines.
    pub(crate) async fn wait_for(
        &mut self,
        what: &str,
        is_it: impl Fn(&vt100::Screen) -> bool,
    ) -> Vec<String> {
        let parser = Arc::clone(&self.parser);
        let holds = |_: &u64| is_it(parser.lock().unwrap_or_else(PoisonError::into_inner).screen());
        let is_there = {
            let waited = tokio::time::timeout(TIME_MAX, self.written.wait_for(holds)).await;
            matches!(waited, Ok(Ok(_)))
        };
        assert!(is_there, "no {what}:\n{}", self.lines().join("\n"));
        self.lines()
    }

    /// Waits until `text` is on the screen.
    pub(crate) async fn shows(&mut self, text: &str) -> Vec<String> {
        self.wait_for(text, |screen| screen.contents().contains(text)).await
    }

    /// What is on the screen.
    pub(crate) fn lines(&self) -> Vec<String> {
        let parser = self.parser.lock().unwrap();
        parser.screen().contents().lines().map(str::to_owned).collect()
    }

    /// How many bytes the program has written so far.
    pub(crate) fn written(&self) -> u64 {
        *self.written.borrow()
    }

    /// Makes the terminal this large.
    pub(crate) fn resize(&mut self, size: (u16, u16)) {
        let (rows, columns) = sides(size);
        self.parser.lock().unwrap().screen_mut().set_size(rows, columns);
        tcsetwinsize(&self.controller, window(size)).unwrap();
    }

    /// The number of the program's process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until the program has ended.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + TIME_MAX;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "still running:\n{}", self.lines().join("\n"));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The terminal is as it was before the program started: its settings, its cursor, the screen that was there.
    pub(crate) async fn assert_given_back(&mut self) {
        self.wait_for("screen as it was before", |screen| {
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        })
        .await;
        self.assert_settings_restored();
    }

    /// The terminal's settings are those from before the program started.
    pub(crate) fn assert_settings_restored(&self) {
        let after = tcgetattr(&self.terminal).unwrap();
        assert_eq!(format!("{after:?}"), format!("{:?}", self.before));
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The same command in a session whose terminal is its standard input: the system call for that takes unsafe code,
/// which is left to setsid(1). The program keeps the process that was started.
#[expect(clippy::disallowed_methods, reason = "a test of a program starts it")]
fn session(command: &Command) -> Command {
    let mut session = Command::new("setsid");
    session.arg("--ctty").arg(command.get_program()).args(command.get_args());
    session.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
    for name in ["NO_COLOR", "COLORTERM", "COLORFGBG", "GRAPEVINE_ATTACH", "XDG_CONFIG_HOME"] {
        session.env_remove(name);
    }
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => session.env(name, value),
            None => session.env_remove(name),
        };
    }
    session
}

/// Reads what the program writes until the terminal is closed.
fn read(mut controller: File, parser: Arc<Mutex<vt100::Parser>>, written: watch::Sender<u64>) {
    std::thread::spawn(move || {
        let mut bytes = [0; 65_536];
        while let Ok(count @ 1..) = controller.read(&mut bytes) {
            parser.lock().unwrap_or_else(PoisonError::into_inner).process(bytes.get(..count).unwrap());
            written.send_modify(|written| *written += u64::try_from(count).unwrap());
        }
    });
}

fn sides((columns, rows): (u16, u16)) -> (NonZeroU16, NonZeroU16) {
    (NonZeroU16::new(rows).unwrap(), NonZeroU16::new(columns).unwrap())
}

fn window((columns, rows): (u16, u16)) -> Winsize {
    Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

const TIME_MAX: Duration = Duration::from_secs(20);

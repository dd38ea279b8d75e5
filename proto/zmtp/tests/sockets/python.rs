//! Programs in Python with libzmq.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use grapevine_zmtp::Endpoint;
use tokio::sync::mpsc;

use crate::node::DEADLINE;

/// A running program. It is killed with this.
pub(crate) struct Python {
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Python {
    /// Starts the peer in `peer.py` in one of its roles, with these keys in its environment. None, with a word why, where there is no Python with pyzmq:
    /// `GRAPEVINE_PYTHON` names another one than `python3`.
    pub(crate) fn start(role: &str, arguments: &[&str], keys: Vec<(&'static str, String)>) -> Option<Self> {
        #[expect(clippy::disallowed_methods, reason = "the one place of these tests that starts a process")]
        let new = |arguments: &[&str]| {
            let python = std::env::var_os("GRAPEVINE_PYTHON").unwrap_or_else(|| "python3".into());
            let mut command = std::process::Command::new(python);
            command.args(arguments).stdin(Stdio::null());
            command
        };
        let has_zmq = new(&["-c", "import zmq"]).stderr(Stdio::null()).status();
        if !has_zmq.is_ok_and(|status| status.success()) {
            println!("skipped: no Python with pyzmq; set GRAPEVINE_PYTHON to one");
            return None;
        }
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sockets/peer.py");
        let mut peer = new(&[&[script, role], arguments].concat());
        let mut child = peer.envs(keys).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Some(Self { child, lines })
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> String {
        let line = tokio::time::timeout(DEADLINE, self.lines.recv()).await;
        line.expect("a line in time").expect("the program runs")
    }

    /// Where it says that it listens.
    pub(crate) async fn bound(&mut self) -> Endpoint {
        self.line().await.parse().unwrap()
    }

    /// Waits for a line, past others.
    pub(crate) async fn until(&mut self, expected: &str) {
        while self.line().await != expected {}
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

//! Reading what a program says, line by line and not for ever.

use std::io::{BufRead, BufReader, Read};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Lines of a program, as they come.
#[derive(Debug)]
pub struct Lines(Mutex<Receiver<String>>);

impl Lines {
    /// Of a program's output.
    pub fn of(output: impl Read + Send + 'static) -> Self {
        let (send, receive) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self(Mutex::new(receive))
    }

    /// The next line for which `is_it` holds; those before it are handed to it and gone. Fails the test if it does
    /// not come within `seconds`, with what `what` calls it.
    pub fn wait_for(&self, what: &str, seconds: u64, mut is_it: impl FnMut(&str) -> bool) -> String {
        let deadline = Instant::now() + Duration::from_secs(seconds);
        let mut last = String::from("nothing");
        let lines = self.0.lock().unwrap();
        loop {
            match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if is_it(&line) => return line,
                Ok(line) => last = line,
                Err(RecvTimeoutError::Timeout) => {
                    panic!("no {what} within {seconds} s; the last line was {last}")
                }
                Err(RecvTimeoutError::Disconnected) => {
                    panic!("the program ended without {what}; last line: {last}")
                }
            }
        }
    }

    /// Takes lines for `time`. Fails the test if `is_it` holds for one, with what `what` calls it.
    pub fn stays_without(&self, what: &str, time: Duration, is_it: impl Fn(&str) -> bool) {
        let ends = Instant::now() + time;
        let lines = self.0.lock().unwrap();
        loop {
            match lines.recv_timeout(ends.saturating_duration_since(Instant::now())) {
                Ok(line) => assert!(!is_it(&line), "{what}: {line}"),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("the program ended"),
            }
        }
    }

    /// The lines that have come by now.
    pub fn so_far(&self) -> Vec<String> {
        self.0.lock().unwrap().try_iter().collect()
    }

    /// As [`wait_for`](Self::wait_for), of lines of JSON.
    pub fn wait_for_json(&self, what: &str, seconds: u64, mut is_it: impl FnMut(&Value) -> bool) -> Value {
        let line =
            self.wait_for(what, seconds, |line| serde_json::from_str(line).is_ok_and(|line| is_it(&line)));
        serde_json::from_str(&line).unwrap()
    }

    /// All lines up to the end of the output.
    pub fn rest(self) -> Vec<String> {
        self.0.into_inner().unwrap().into_iter().collect()
    }
}

//! What was found.

use std::io::{self, Write};

use serde_json::json;

/// The findings, in the order of the checks.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Finding>);

#[derive(Debug)]
struct Finding {
    check: String,
    state: &'static str,
    found: String,
    /// What to do; nothing where nothing is to be done.
    remedy: String,
}

impl Report {
    pub(super) fn ok(&mut self, check: impl Into<String>, found: impl Into<String>) {
        self.add(check.into(), "ok", found.into(), "");
    }

    /// Worth knowing, and perhaps as it should be.
    pub(super) fn note(&mut self, check: impl Into<String>, found: impl Into<String>, remedy: &str) {
        self.add(check.into(), "note", found.into(), remedy);
    }

    pub(super) fn wrong(&mut self, check: impl Into<String>, found: impl Into<String>, remedy: &str) {
        self.add(check.into(), WRONG, found.into(), remedy);
    }

    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn wrong_count(&self) -> usize {
        self.0.iter().filter(|finding| finding.state == WRONG).count()
    }

    /// Prints a line for each finding and one for its remedy, or a JSON array.
    pub(super) fn print(&self, json: bool, out: &mut impl Write) -> io::Result<()> {
        if json {
            let as_json = |Finding { check, state, found, remedy }: &Finding| {
                let remedy = Some(remedy).filter(|remedy| !remedy.is_empty());
                json!({ "check": check, "state": state, "found": found, "remedy": remedy })
            };
            return writeln!(out, "{:#}", json!(self.0.iter().map(as_json).collect::<Vec<_>>()));
        }
        for Finding { check, state, found, remedy } in &self.0 {
            writeln!(out, "{state:<5}  {check}: {found}")?;
            if !remedy.is_empty() {
                writeln!(out, "       -> {remedy}")?;
            }
        }
        Ok(())
    }

    fn add(&mut self, check: String, state: &'static str, found: String, remedy: &str) {
        self.0.push(Finding { check, state, found, remedy: remedy.to_owned() });
    }
}

const WRONG: &str = "wrong";

//! What the dashboard costs and how soon it shows things: the real program on a pseudo-terminal.
//!
//! `cargo bench -p grapevine-tests --bench top`: first three real agents on loopback, how long it takes from the start
//! of the program to the first picture and to all hosts with their figures, and from a change's frame to the change on
//! the screen; then an agent of a thousand hosts of the demonstration at 1 Hz with ten minutes of the past, how much
//! processor time and memory the program takes at 200x50, and how long a picture takes it; at last the same frozen,
//! behind the help, and when nobody speaks any more.
//! Words on the command line choose parts: `mesh`, `fleet`. Times include what the parser of the screen takes.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench may panic, and prints its result"
)]

mod crowd;
#[path = "top/fleet.rs"]
mod fleet;
#[path = "top/mesh.rs"]
mod mesh;
#[path = "../../dashboard-sub/tui/tests/pty/mod.rs"]
mod pty;

use std::path::Path;
use std::process::Command;

use grapevine_tests::programs;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        if chosen("mesh") {
            mesh::measure().await;
        }
        if chosen("fleet") {
            fleet::measure().await;
        }
    });
}

/// The dashboard, attached there.
fn top(endpoint: &str, log: &Path) -> Command {
    let mut top = programs::command(programs::grapevine());
    top.args(["top", "--attach", endpoint, "--verbose"]).arg(log).env("HOME", "/nonexistent");
    top
}

//! What `grapevine serve` costs with a thousand hosts at 1 Hz, as the real program and over real sockets.
//!
//! `cargo bench -p grapevine-tests --bench serve`: what each look of the dashboard makes a client receive; what 500
//! clients cost and how long a change of a host's takes to all who look at it; a scrape of all hosts; and what the page
//! takes of Chromium. Words on the command line choose parts: `looks`, `clients`, `scrapes`, `browser`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a bench may panic, and prints its result"
)]

#[path = "serve/browser.rs"]
mod browser;
#[path = "serve/clients.rs"]
mod clients;
mod crowd;
#[path = "serve/looks.rs"]
mod looks;
#[path = "../../dashboard-sub/tests/origin/mod.rs"]
mod origin;
#[path = "serve/scrapes.rs"]
mod scrapes;
#[path = "serve/socket.rs"]
mod socket;

use std::time::Duration;

use grapevine_tests::lines::Lines;
use grapevine_tests::programs::{self, Running, command};
use grapevine_zmtp::Endpoint;

use crowd::{Crowd, HOSTS};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let endpoint = Endpoint::Unix(folder.path().join("tap.sock"));
        let (crowd, _playing) = Crowd::play(&endpoint, crowd::demo(Duration::from_secs(60))).await;
        let mut serve = command(programs::grapevine());
        serve.args(["serve", "--listen", "127.0.0.1:0", "--attach", &endpoint.to_string()]);
        let mut serving = Running::start(serve.env("HOME", folder.path()));
        let said = Lines::of(serving.stdout());
        let line = said.wait_for("address", 20, |line| line.starts_with("listening "));
        let server = Server { id: serving.id(), address: line["listening http://".len()..].to_owned() };
        tokio::time::sleep(WARM_UP).await;
        println!("{HOSTS} hosts at 1 Hz:");
        if chosen("looks") {
            looks::measure(&server).await;
        }
        if chosen("clients") {
            clients::measure(&server, &crowd).await;
        }
        if chosen("scrapes") {
            scrapes::measure(&server).await;
        }
        if chosen("browser") {
            browser::measure(&server).await;
        }
    });
}

/// The program that serves.
struct Server {
    /// Its process number.
    id: u32,
    /// Where it listens.
    address: String,
}

/// Until the past is told and the rest is steady.
const WARM_UP: Duration = Duration::from_secs(15);

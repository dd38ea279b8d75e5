//! What a picture costs, of 1,000 hosts on 200 columns and 50 rows.
//!
//! `cargo bench -p grapevine-tui --bench picture`

use std::time::Duration;

use grapevine_demo::{Demo, DemoOptions};
use grapevine_tui::{Config, Glyphs, Origin, Palette, Still, Theme};

fn main() {
    divan::main();
}

/// A dashboard that knows 1,000 hosts, and ten minutes of the past of some.
fn still() -> Still {
    let options = DemoOptions { hosts: 1000, ..DemoOptions::default() };
    let mut demo = Demo::new(&options);
    let theme = Theme { palette: Palette::Dark, glyphs: Glyphs::Unicode };
    let mut still = Still::new(&Config::default(), theme, Origin::Demo, (200, 50), options.wall_s);
    for message in demo.advance(Duration::from_secs(90)) {
        still.hear(&message.name, message.frame, message.at);
    }
    still
}

#[divan::bench(args = ["fleet", "h200-0001", "ws-0001", "vm-0001", "chart", "mesh", "details"])]
fn picture(bencher: divan::Bencher<'_, '_>, screen: &str) {
    let mut still = still();
    match screen {
        "fleet" => {}
        "mesh" => still.press("m"),
        "chart" => {
            still.open("ws-0001");
            still.press("\tc");
        }
        "details" => {
            still.open("ws-0001");
            still.press("\t\n");
        }
        host => assert!(still.open(host), "{host} is not there"),
    }
    bencher.bench_local(|| still.picture());
}

//! The pictures of the README: the two main screens of a made-up fleet.

use std::path::PathBuf;
use std::time::Duration;

use grapevine_demo::{DemoOptions, Scenario};
use grapevine_tui::svg;

use crate::story::Story;

/// File names and what is to be in them.
pub(crate) fn screenshots() -> [(PathBuf, String); 2] {
    let options = DemoOptions {
        hosts: 12,
        scenario: Scenario::Mixed,
        past: Duration::from_secs(600),
        ..DemoOptions::default()
    };
    let mut story = Story::new(options, 45);
    story.still.resize((150, 24));
    let fleet = svg(&story.still.picture());
    story.open("ws-01");
    story.still.resize((196, 48));
    let host = svg(&story.still.picture());
    let docs = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    [(docs.join("top-fleet.svg"), fleet), (docs.join("top-host.svg"), host)]
}

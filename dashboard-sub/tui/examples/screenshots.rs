//! Draws the pictures of the README anew: `cargo run -p grapevine-tui --example screenshots`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a tool of the repository may panic, and says what it does"
)]
#![allow(dead_code, reason = "shared with the tests")]

#[path = "../tests/pictures/screenshots.rs"]
mod screenshots;
#[path = "../tests/pictures/story.rs"]
mod story;

fn main() {
    for (path, svg) in screenshots::screenshots() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, svg).unwrap();
        println!("{}", path.display());
    }
}

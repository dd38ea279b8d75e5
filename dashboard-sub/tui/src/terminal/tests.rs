//! A terminal that a program with a panic had.

use super::*;

#[path = "../../tests/pty/mod.rs"]
mod pty;

/// What the program of the test below does: this test again, in a process of its own.
#[test]
fn panics_where_asked_to() {
    if std::env::var_os(PANIC).is_none() {
        return;
    }
    let mut terminal = Terminal::open(true).unwrap();
    terminal.draw(|frame| frame.render_widget("a picture", frame.area())).unwrap();
    terminal.draw(|_| panic!("in the middle of a picture")).unwrap();
}

#[tokio::test]
async fn a_panic_gives_the_terminal_back_and_is_told() {
    #[expect(clippy::disallowed_methods, reason = "a panic ends a process")]
    let mut this = std::process::Command::new(std::env::current_exe().unwrap());
    this.args(["--exact", "terminal::tests::panics_where_asked_to", "--nocapture"])
        .env(PANIC, "1")
        .env("RUST_BACKTRACE", "0");
    let mut pty = pty::Pty::start(&this, (80, 24));
    assert!(!pty.ended().await.success());
    pty.assert_given_back().await;
    pty.shows("in the middle of a picture").await;
    assert!(pty.lines().iter().all(|line| line.trim() != "a picture"), "it went with its screen");
}

const PANIC: &str = "GRAPEVINE_TEST_PANIC";

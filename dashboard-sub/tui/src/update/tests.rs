//! What keys and news do, without a terminal.

use grapevine_sub::{Attempt, Change, Connection, Endpoint};

use crate::config::Config;
use crate::keys::{Code, Key};
use crate::message::{Effect, Message, Mouse};
use crate::stage::{Origin, Stage, hosts};
use crate::state::{Column, Grouping, Overlay, Screen};

/// A dashboard of three hosts, of which `srv-02` is the busiest and `ws-01` the idlest.
fn three() -> (Stage, Vec<Origin>) {
    let (mut stage, mut hosts) = (Stage::new(), hosts(&["srv-01", "srv-02", "ws-01"]));
    for (host, cpu_use) in hosts.iter_mut().zip([20.0, 90.0, 1.0]) {
        stage.say(std::slice::from_mut(host), cpu_use);
    }
    (stage, hosts)
}

#[test]
fn news_is_drawn_soon_and_keys_at_once() {
    let (mut stage, mut hosts) = three();
    assert_eq!(stage.say(&mut hosts[..1], 30.0), [Effect::Later]);
    assert_eq!(stage.type_text("j"), Effect::Now);
    assert_eq!(stage.type_text("\u{7f}"), Effect::None, "a key that means nothing");
    assert_eq!(stage.wait(1), Effect::Later);
}

#[test]
fn the_program_ends_suspends_and_draws_anew_when_asked() {
    let (mut stage, _) = three();
    assert_eq!(stage.send(Message::Key(Key::ctrl('z'))), Effect::Suspend);
    assert_eq!(stage.type_text("r"), Effect::Anew);
    assert_eq!(stage.type_text("q"), Effect::Quit);
    stage.type_text("/cpu");
    assert_eq!(stage.type_text("q"), Effect::Now, "it is typed");
    assert_eq!(stage.send(Message::Key(Key::ctrl('c'))), Effect::Quit);
}

#[test]
fn hosts_are_sorted_by_the_column_and_the_other_way_round() {
    let (mut stage, _) = three();
    stage.state.table.sort = Column::Heard;
    stage.type_text("s");
    assert_eq!(stage.state.table.sort, Column::Gpu);
    stage.type_text("s");
    assert_eq!((stage.state.table.sort, stage.rows()), (Column::Cpu, names(&["srv-02", "srv-01", "ws-01"])));
    stage.type_text("i");
    assert_eq!(stage.rows(), names(&["ws-01", "srv-01", "srv-02"]));
    stage.type_text("SSSS");
    assert_eq!((stage.state.table.sort, stage.state.table.reverse), (Column::Status, false));
    stage.type_text("S");
    assert_eq!(stage.state.table.sort, Column::Backup, "the last that can be sorted by");
}

#[test]
fn the_cursor_stays_on_its_host_when_rows_move() {
    let (mut stage, mut hosts) = three();
    stage.state.table.sort = Column::Cpu;
    stage.state.unsettled = true;
    stage.type_text("j");
    assert_eq!(cursor(&mut stage), "srv-01");
    stage.say(&mut hosts[..1], 99.0);
    assert_eq!((cursor(&mut stage), stage.state.table.list.at), ("srv-01".to_owned(), 0));
    stage.type_text("G");
    assert_eq!(cursor(&mut stage), "ws-01");
    stage.type_text("g");
    stage.say(&mut hosts[2..], 100.0);
    assert_eq!(cursor(&mut stage), "ws-01", "at the top it stays at the top");
}

#[test]
fn a_row_that_is_gone_leaves_the_cursor_where_it_was() {
    let (mut stage, _) = three();
    stage.type_text("j");
    assert_eq!(cursor(&mut stage), "srv-02");
    stage.type_text("/cpu<50");
    assert_eq!((cursor(&mut stage), stage.state.table.list.at), ("ws-01".to_owned(), 1));
}

#[test]
fn a_filter_holds_while_it_is_typed() {
    let (mut stage, _) = three();
    stage.type_text("/srv");
    assert_eq!(stage.rows(), names(&["srv-01", "srv-02"]));
    stage.type_text(" cpu>50x");
    assert!(stage.state.filter.error.as_ref().is_some_and(|error| error.contains("number")));
    assert_eq!(stage.rows(), names(&["srv-02"]), "what was understood last holds");
    stage.press(Code::Backspace);
    assert_eq!((stage.rows(), &stage.state.filter.error), (names(&["srv-02"]), &None));
    stage.press(Code::Enter);
    assert!(stage.state.prompt.is_none() && stage.state.filter.text == "srv cpu>50");
    stage.press(Code::Esc);
    assert_eq!(stage.rows().len(), 3);
}

#[test]
fn what_is_pasted_is_no_keys() {
    let (mut stage, _) = three();
    assert_eq!(stage.send(Message::Paste("q".to_owned())), Effect::None);
    stage.type_text("/");
    stage.send(Message::Paste("srv\n".to_owned()));
    assert_eq!(stage.state.filter.text, "srv");
    stage.press(Code::Esc);
    assert_eq!(stage.rows().len(), 3);
}

#[test]
fn groups_fold() {
    let (mut stage, _) = three();
    stage.type_text("zz");
    assert_eq!(stage.state.table.group, Grouping::Group);
    assert_eq!(stage.rows(), names(&["[lab]", "srv-01", "srv-02", "ws-01"]));
    stage.type_text("jj ");
    assert_eq!((stage.rows(), stage.state.table.list.at), (names(&["[lab]"]), 0));
    stage.press(Code::Enter);
    assert_eq!(stage.rows().len(), 4);
    stage.type_text("Z");
    assert_eq!(stage.rows(), names(&["[lab]"]));
    stage.type_text("Zzz");
    assert_eq!((stage.state.table.group, stage.rows().len()), (Grouping::None, 3));
}

#[test]
fn columns_are_chosen_and_moved() {
    let (mut stage, _) = three();
    stage.type_text("C");
    assert!(matches!(stage.state.overlay, Some(Overlay::Columns(_))));
    stage.type_text("j ");
    assert!(stage.state.table.columns.contains(&Column::Host), "a row without a name is nobody's");
    stage.type_text("j ");
    assert!(!stage.state.table.columns.contains(&Column::Heard));
    stage.type_text("gJ");
    assert_eq!(stage.state.table.columns[..2], [Column::Host, Column::Status]);
    stage.press(Code::Esc);
    assert!(stage.state.overlay.is_none());
}

#[test]
fn enter_opens_and_escape_goes_back() {
    let (mut stage, hosts) = three();
    stage.type_text("j");
    stage.press(Code::Enter);
    assert!(matches!(stage.state.screen(), Screen::Host(host) if host.origin == hosts[1].id()));
    stage.type_text("?");
    assert_eq!(stage.type_text("q"), Effect::Now, "closes the help");
    stage.type_text("m");
    stage.type_text("a");
    assert!(matches!(stage.state.screen(), Screen::Alerts(_)));
    stage.press(Code::Esc);
    assert!(matches!(stage.state.screen(), Screen::Mesh(_)));
    stage.press(Code::Esc);
    stage.press(Code::Esc);
    assert_eq!(*stage.state.screen(), Screen::Fleet);
    assert_eq!(cursor(&mut stage), "srv-02");
}

#[test]
fn the_way_back_is_never_long() {
    let (mut stage, _) = three();
    for _ in 0..20 {
        stage.type_text("aem");
    }
    for _ in 0..3 {
        stage.press(Code::Esc);
    }
    assert_eq!(*stage.state.screen(), Screen::Fleet);
}

#[test]
fn what_is_frozen_stays_and_what_happened_is_there_afterwards() {
    let (mut stage, mut hosts) = three();
    stage.type_text("f");
    let before = stage.picture();
    assert!(before[0].contains("FROZEN"), "{}", before[0]);
    assert_eq!(stage.say(&mut hosts[..1], 77.0), [Effect::None]);
    assert_eq!(stage.wait(30), Effect::None);
    assert_eq!(stage.picture()[2..], before[2..]);
    stage.type_text("f");
    let after = stage.picture();
    assert!(after.iter().any(|line| line.contains("srv-01") && line.contains("77%")), "{after:#?}");
}

#[test]
fn a_host_that_falls_silent_turns_stale_in_place() {
    let (mut stage, mut hosts) = three();
    for _ in 0..12 {
        stage.wait(1);
        stage.say(&mut hosts[1..], 10.0);
    }
    let picture = stage.picture();
    let line = picture.iter().find(|line| line.contains(" srv-01 ")).unwrap();
    assert!(line.contains('◌') && line.contains("12s") && line.contains("20%"), "{line}");
}

#[test]
fn a_lost_agent_is_told_at_once_and_since_when() {
    let (mut stage, _) = three();
    let endpoint = Endpoint::Tcp { host: "srv-01".to_owned(), port: 6130 };
    let attempts = vec![Attempt { endpoint, reason: "connection refused".to_owned() }];
    let connection = Connection::Unreachable { attempts, since: stage.state.clock.now };
    assert_eq!(stage.send(Message::Change(Change::Connection(connection))), Effect::Now);
    stage.wait(75);
    let picture = stage.picture();
    let expected = " no agent answers at srv-01:6130 (connection refused) for 1 min: trying again";
    assert_eq!(picture[1], expected);
    assert!(picture.iter().any(|line| line.contains("ws-01")), "what was known stays readable");
}

#[test]
fn one_host_is_opened_as_soon_as_it_is_heard_of() {
    let mut stage = Stage::new();
    stage.state.awaited = Some("srv-02".to_owned());
    let mut hosts = hosts(&["srv-01", "srv-02"]);
    stage.say(&mut hosts[..1], 1.0);
    assert_eq!(*stage.state.screen(), Screen::Fleet);
    stage.say(&mut hosts[1..], 1.0);
    assert!(matches!(stage.state.screen(), Screen::Host(host) if host.origin == hosts[1].id()));
}

#[test]
fn the_mouse_chooses_rows_and_columns() {
    let (mut stage, hosts) = three();
    let click = |stage: &mut Stage, column, row| stage.send(Message::Mouse(Mouse::Click { column, row }));
    stage.picture();
    assert_eq!(click(&mut stage, 5, 5), Effect::Now);
    assert_eq!(cursor(&mut stage), "ws-01");
    assert_eq!(click(&mut stage, 5, 25), Effect::None, "no row there");
    click(&mut stage, 5, 5);
    assert!(matches!(stage.state.screen(), Screen::Host(host) if host.origin == hosts[2].id()));
    stage.press(Code::Esc);
    let place = stage.state.table.places(100).into_iter().find(|(column, _)| *column == Column::Cpu);
    let start = place.unwrap().1.start;
    click(&mut stage, start, 2);
    assert_eq!((stage.state.table.sort, stage.state.table.reverse), (Column::Cpu, false));
    click(&mut stage, start, 2);
    assert!(stage.state.table.reverse);
    stage.send(Message::Mouse(Mouse::Wheel { down: false }));
    assert_eq!(cursor(&mut stage), "ws-01");
}

#[test]
fn the_interval_and_the_theme_change_by_keys() {
    let mut stage = Stage::new();
    assert!(stage.state.interval().is_zero());
    stage.type_text("++");
    assert_eq!(stage.state.interval().as_millis(), 500);
    stage.type_text("---");
    assert!(stage.state.interval().is_zero());
    let before = stage.state.theme;
    stage.type_text("tttt");
    assert_eq!(stage.state.theme, before);
}

#[test]
fn a_small_terminal_says_so_and_no_size_breaks_anything() {
    let (mut stage, _) = three();
    for screen in ["", "a", "e", "m", "?", "C"] {
        stage.type_text(screen);
        for size in [(0, 0), (1, 1), (79, 24), (80, 23), (80, 24), (81, 25), (200, 50), (300, 100)] {
            stage.send(Message::Resize(size.0, size.1));
            if size != (0, 0) {
                stage.picture();
            }
        }
        stage.press(Code::Esc);
    }
    stage.send(Message::Resize(60, 10));
    assert_eq!(stage.picture()[..2], ["this terminal is 60 x 10", "grapevine needs 80 x 24"]);
}

#[test]
fn every_key_of_the_table_does_no_harm_anywhere() {
    let config = Config::default();
    for first in crate::keys::BINDINGS.iter().flat_map(|binding| binding.keys) {
        for second in crate::keys::BINDINGS.iter().flat_map(|binding| binding.keys) {
            let mut stage = Stage::with(&config);
            stage.say(&mut hosts(&["srv-01"]), 1.0);
            stage.send(Message::Key(*first));
            stage.send(Message::Key(*second));
            stage.state.settle();
        }
    }
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn cursor(stage: &mut Stage) -> String {
    let rows = stage.rows();
    rows[stage.state.table.list.at].clone()
}

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

use grapevine_tui::{Column, Grouping, Palette};

use super::*;

fn loaded(files: &[&str], file: Option<&str>, environment: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: String, text: &str| {
        let path = folder.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path
    };
    let standard: Vec<PathBuf> =
        files.iter().enumerate().map(|(at, text)| write(format!("{at}.toml"), text)).collect();
    let file = file.map(|text| write("mine.toml".to_owned(), text));
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value)));
    let loaded = SOURCES.load_from(file.as_deref(), &standard, environment).and_then(checked);
    loaded.map_err(|error| error.to_string().replace(folder.path().to_str().unwrap(), ""))
}

#[test]
fn nothing_said_is_the_default() {
    assert_eq!(loaded(&[], None, &[]), Ok(Config::default()));
}

#[test]
fn the_example_is_the_default() {
    let example = include_str!("../../../dashboard.example.toml");
    assert_eq!(loaded(&[], Some(example), &[]), Ok(Config::default()));
    let lines = example.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if key.starts_with(|first: char| first.is_ascii_lowercase()) => key,
        _ => line,
    });
    let all = lines.filter(|line| !line.starts_with("tls_self_signed")).collect::<Vec<_>>().join("\n");
    let serve = loaded(&[], Some(&all), &[]).unwrap().serve;
    assert_eq!((serve.attach.len(), serve.token_file.is_some(), serve.tls_key.is_some()), (2, true, true));
}

#[test]
fn what_is_nearer_to_the_user_wins_key_by_key() {
    let user = "[top]\ntheme = \"light\"\ninterval_ms = 500\ngroup = \"role\"";
    let system = "[top]\nmouse = true";
    let mine = "[top]\ntheme = \"16\"";
    let environment = [
        ("GRAPEVINE_TOP_THEME", "dark"),
        ("GRAPEVINE_TOP_INTERVAL_MS", "250"),
        ("GRAPEVINE_TOP_COLUMNS", "host,cpu"),
        ("GRAPEVINE_ATTACH", "elsewhere"),
    ];
    let top = loaded(&[user, system], Some(mine), &environment).unwrap().top;
    assert_eq!((top.theme, top.interval_ms, top.group), (Some(Palette::Sixteen), 250, Grouping::Role));
    assert_eq!(top.columns, [Column::Host, Column::Cpu]);
    assert!(!top.mouse, "only the first of the standard files counts");
}

#[test]
fn every_section_has_its_variables_and_tokens_are_none() {
    let environment = [
        ("GRAPEVINE_SERVE_LISTEN", "[::1]:9000"),
        ("GRAPEVINE_SERVE_PROXIES", "127.0.0.1,::1"),
        ("GRAPEVINE_SERVE_TOKEN", "0123456789abcdef"),
        ("GRAPEVINE_SERVE_ADMIN_TOKEN", "0123456789abcdef"),
    ];
    let serve = loaded(&[], None, &environment).unwrap().serve;
    assert_eq!(serve.listen.0, "[::1]:9000".parse().unwrap());
    assert_eq!(serve.proxies.len(), 2);
}

#[test]
fn a_text_in_the_environment_may_look_like_a_number() {
    let top = loaded(&[], None, &[("GRAPEVINE_TOP_THEME", "16")]).unwrap().top;
    assert_eq!(top.theme, Some(Palette::Sixteen));
}

#[test]
fn errors_name_the_place() {
    let error = |text| loaded(&[], Some(text), &[]).unwrap_err();
    let unknown = error("[top]\nmouse = true\ncolour = 1\n");
    assert!(unknown.starts_with("/mine.toml:3: unknown field `colour`"), "{unknown}");
    let wrong = error("[top]\n\n\ntheme = \"blue\"");
    assert!(wrong.starts_with("/mine.toml:4: unknown variant `blue`"), "{wrong}");
    let column = error("[top]\ncolumns = [\"host\", \"cup\"]");
    assert!(column.starts_with("/mine.toml:2: no column \"cup\""), "{column}");
    let twice = error("[top]\ncolumns = [\"host\", \"host\"]");
    assert_eq!(twice, "configuration: top.columns: host is there twice");
    let variable = loaded(&[], None, &[("GRAPEVINE_TOP_MOUSE", "maybe")]).unwrap_err();
    assert!(variable.starts_with("environment variable GRAPEVINE_TOP_MOUSE: invalid type"), "{variable}");
    let serve = error("[serve]\nlisten = \"nowhere\"");
    assert!(serve.starts_with("/mine.toml:2: no address \"nowhere\""), "{serve}");
    let pair = error("[serve]\ntls_key = \"key.pem\"");
    assert_eq!(pair, "configuration: serve: tls_certificate and tls_key go together");
    let key = loaded(&[], None, &[("GRAPEVINE_TOP_HORSE", "1")]).unwrap_err();
    assert!(key.contains("unknown field `horse`"), "{key}");
}

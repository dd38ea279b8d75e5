//! `docs/configuration.md`: the example configurations as a page, with all keys that the programs know and no others.
//!
//! `GRAPEVINE_BLESS=1` rewrites the page.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests may panic")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use grapevine_tests::programs::{agent, command, grapevine, repository};

#[test]
fn the_reference_is_what_the_programs_and_their_examples_say() {
    let mut page = HEAD.to_owned();
    for Source { title, example, program, tables } in sources() {
        let text = fs::read_to_string(repository().join(example)).unwrap();
        writeln!(page, "\n## {title}\n\nFrom [{example}](../{example}).").unwrap();
        let sections = sections(&text);
        for (table, keys) in &sections {
            writeln!(page, "\n### `[{table}]`\n\n{}", render(keys)).unwrap();
        }
        for table in tables {
            let known = keys_of(program, table);
            for key in &known {
                assert!(tells(&text, key), "{example} does not tell of {key} in {table}");
            }
            let Some((_, keys)) = sections.iter().find(|(name, _)| name == table) else { continue };
            for key in keys.iter().flat_map(|entry| &entry.keys) {
                assert!(known.contains(&key.0), "{example} tells of {} in {table}, which is unknown", key.0);
            }
        }
    }
    let path = repository().join("docs/configuration.md");
    if std::env::var_os("GRAPEVINE_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, page, "write it anew with GRAPEVINE_BLESS=1");
}

struct Source {
    title: &'static str,
    example: &'static str,
    /// Checks a configuration file, whose name comes last.
    program: fn() -> std::process::Command,
    /// As headers of TOML.
    tables: &'static [&'static str],
}

fn sources() -> [Source; 2] {
    [
        Source {
            title: "agent.toml",
            example: "agent/agent.example.toml",
            program: || {
                let mut check = command(agent());
                check.arg("check-config");
                check
            },
            tables: &[
                "metrics_agent",
                "collectors",
                "collectors.cpu_metrics",
                "collectors.smart_metrics",
                "collectors.gpu_metrics",
                "collectors.service_metrics",
                "[collectors.service_metrics.folders]",
                "collectors.container_metrics",
                "collectors.backup_metrics",
                "[collectors.backup_metrics.jobs]",
            ],
        },
        Source {
            title: "dashboard.toml",
            example: "dashboard-sub/dashboard.example.toml",
            program: || {
                let mut doctor = command(grapevine());
                doctor.args(["doctor", "--config"]);
                doctor
            },
            tables: &["top", "serve", "thresholds"],
        },
    ]
}

/// The keys that a program knows in a table: it lists them when it meets one that it does not know.
fn keys_of(program: fn() -> std::process::Command, table: &str) -> BTreeSet<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("unknown.toml");
    fs::write(&file, format!("[{table}]\nno_such_key = 1\n")).unwrap();
    let output = program().arg(&file).output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    let (_, list) = complaint.split_once(", expected ").unwrap_or_else(|| panic!("{table}: {complaint}"));
    let words = list
        .trim_start_matches("one of ")
        .split(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'));
    let keys: BTreeSet<String> = words.filter(|word| !["", "or"].contains(word)).map(str::to_owned).collect();
    assert!(!keys.is_empty(), "{complaint}");
    keys
}

/// Whether a text has a word.
fn tells(text: &str, word: &str) -> bool {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).any(|one| one == word)
}

/// Some keys that stand together, and what is said of them.
#[derive(Default)]
struct Entry {
    /// With their values: what they are without a word, or an example where there is no such.
    keys: Vec<(String, String, Kind)>,
    text: Vec<String>,
    /// Lines of an example.
    example: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Default,
    Example,
}

/// The tables of an example, each with its entries.
fn sections(example: &str) -> Vec<(String, Vec<Entry>)> {
    let mut sections: Vec<(String, Vec<Entry>)> = Vec::new();
    let mut entry = Entry::default();
    for line in example.lines() {
        let comment = line.strip_prefix('#');
        if line.starts_with('[') {
            let heading = Entry { keys: Vec::new(), ..std::mem::take(&mut entry) };
            let is_of_table = !sections.is_empty() && !heading.text.is_empty();
            sections.push((
                line.trim_matches(['[', ']']).to_owned(),
                is_of_table.then_some(heading).into_iter().collect(),
            ));
        } else if line.is_empty() || (comment.is_some() && key_of(line).is_none() && !entry.keys.is_empty()) {
            if let Some((_, entries)) = sections
                .last_mut()
                .filter(|_| !line.is_empty() || !entry.keys.is_empty() || !entry.example.is_empty())
            {
                entries.push(std::mem::take(&mut entry));
            }
            entry.text.extend(comment.map(str::to_owned));
        } else if comment.is_some_and(|comment| comment.starts_with(" [[")) || !entry.example.is_empty() {
            entry.example.push(comment.unwrap_or(line).trim_start_matches(' ').to_owned());
        } else if let Some((key, value)) = key_of(line) {
            let kind = if comment.is_some() { Kind::Example } else { Kind::Default };
            entry.keys.push((key, value, kind));
        } else {
            entry.text.extend(comment.map(str::to_owned));
        }
    }
    if let Some((_, entries)) = sections.last_mut() {
        entries.push(entry);
    }
    sections
}

/// The key and the value of a line, which may be an example behind a `#`.
fn key_of(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix('#').unwrap_or(line);
    let (key, value) = line.strip_prefix(' ').unwrap_or(line).split_once(" = ")?;
    let is_key = !key.is_empty() && key.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    is_key.then(|| (key.to_owned(), value.to_owned()))
}

/// Entries as a list.
fn render(entries: &[Entry]) -> String {
    let mut list = String::new();
    for Entry { keys, text, example } in entries {
        let names: Vec<String> = keys
            .iter()
            .map(|(key, value, kind)| match kind {
                Kind::Default => format!("`{key} = {value}`"),
                Kind::Example => format!("`{key}`, not set, such as `{value}`"),
            })
            .collect();
        let (plain, items) = split_items(text);
        match (names.is_empty(), plain.is_empty()) {
            (true, true) => {}
            (true, false) => writeln!(list, "\n{plain}\n").unwrap(),
            (false, true) => writeln!(list, "- {}", names.join(", ")).unwrap(),
            (false, false) => writeln!(list, "- {}: {plain}", names.join(", ")).unwrap(),
        }
        for (item, meaning) in items {
            writeln!(list, "  - `{item}`: {meaning}").unwrap();
        }
        if !example.is_empty() {
            writeln!(list, "```toml\n{}\n```\n", example.join("\n").trim()).unwrap();
        }
    }
    list.trim().to_owned()
}

/// A comment's running text, and the list of words and their meanings that may follow it.
fn split_items(text: &[String]) -> (String, Vec<(String, String)>) {
    let mut plain = String::new();
    let mut items: Vec<(String, String)> = Vec::new();
    for line in text {
        let words = line.trim();
        match (line.starts_with("   "), line.starts_with("     "), items.last_mut()) {
            (true, false, _) => {
                let (word, meaning) = words.split_once("  ").unwrap_or((words, ""));
                items.push((word.to_owned(), meaning.trim().to_owned()));
            }
            (true, true, Some((_, meaning))) => *meaning += &format!(" {words}"),
            _ => plain += &format!(" {words}"),
        }
    }
    (plain.trim().to_owned(), items)
}

const HEAD: &str = "\
# Configuration

Written by `GRAPEVINE_BLESS=1 cargo test -p grapevine-tests --test configuration` from the example configurations, which are to be
changed instead. What is shown with ` = ` is the default. Files are looked for in `~/.config/grapevine` and then in
`/etc/grapevine`; over them go variables of the environment, such as `GRAPEVINE_METRICS_AGENT_PORT=7000` or
`GRAPEVINE_SERVE_LISTEN=0.0.0.0`, and over those the file that `--config` names. Unknown keys are errors.
";

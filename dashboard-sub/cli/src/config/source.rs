//! Where configuration comes from: `--config FILE` over `GRAPEVINE_SECTION_KEY` in the environment over the user's file
//! over `/etc/grapevine/dashboard.toml`, key by key.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use toml::{Table, Value};

use super::Config;

/// The configuration as all sources together give it.
///
/// # Errors
/// A [`ConfigError`] that names the source, the line and the remedy.
pub(crate) fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    let environment = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    load_from(file, &standard_files(), environment)
}

fn load_from(
    file: Option<&Path>,
    standard_files: &[PathBuf],
    environment: impl Iterator<Item = (String, OsString)>,
) -> Result<Config, ConfigError> {
    let mut merged = Table::new();
    for path in standard_files.iter().filter(|path| path.exists()).take(1) {
        merge(&mut merged, read_file(path)?);
    }
    for (name, value) in environment {
        if let Some(overlay) = read_variable(&name, value)? {
            merge(&mut merged, overlay);
        }
    }
    if let Some(path) = file {
        merge(&mut merged, read_file(path)?);
    }
    let invalid = |error: toml::de::Error| ConfigError::Invalid(one_line(error.message()));
    let config: Config = merged.try_into().map_err(invalid)?;
    config.check().map_err(ConfigError::Invalid)?;
    Ok(config)
}

/// Reads one file and checks it by itself, so that an error has its line.
fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let path_buf = || path.to_owned();
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path_buf(), source })?;
    let in_file = |error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let line = 1 + text.get(..start).map_or(0, |head| head.matches('\n').count());
        ConfigError::InFile { path: path_buf(), line, message: one_line(error.message()) }
    };
    toml::from_str::<Config>(&text).map_err(in_file)?;
    toml::from_str(&text).map_err(in_file)
}

/// The key that a variable sets, or none if it is not of the configuration.
fn read_variable(name: &str, value: OsString) -> Result<Option<Table>, ConfigError> {
    let section = |section: &'static str, prefix| name.strip_prefix(prefix).map(|key| (section, key));
    let named = section("top", "GRAPEVINE_TOP_").or_else(|| section("serve", "GRAPEVINE_SERVE_"));
    let Some((section, key)) = named.filter(|_| !SECRETS.contains(&name)) else { return Ok(None) };
    let in_variable = |message: String| ConfigError::InEnvironment { name: name.to_owned(), message };
    let text = value.into_string().map_err(|_| in_variable("is not UTF-8".to_owned()))?;
    let overlay = |value: Value| {
        let key = key.to_ascii_lowercase();
        Table::from_iter([(section.to_owned(), Value::Table(Table::from_iter([(key, value)])))])
    };
    // What is a TOML value may still be meant as text, such as the theme `16`.
    let typed = toml::from_str::<Table>(&format!("value = {text}"))
        .ok()
        .and_then(|mut table| table.remove("value"))
        .map(overlay)
        .filter(|table| table.clone().try_into::<Config>().is_ok());
    if typed.is_some() {
        return Ok(typed);
    }
    let plain = overlay(Value::String(text));
    plain.clone().try_into::<Config>().map_err(|error| in_variable(one_line(error.message())))?;
    Ok(Some(plain))
}

/// Lays `over` on `base`: tables are merged, everything else is replaced.
fn merge(base: &mut Table, over: Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(Value::Table(base)), Value::Table(over)) => merge(base, over),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

fn standard_files() -> Vec<PathBuf> {
    let user = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")));
    let files = user.into_iter().chain([PathBuf::from("/etc")]);
    files.map(|folder| folder.join("grapevine/dashboard.toml")).collect()
}

/// Variables that are no keys: what they say is never in the configuration.
const SECRETS: [&str; 2] = [super::TOKEN_VARIABLE, super::ADMIN_TOKEN_VARIABLE];

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The user's configuration cannot be used: the user's fault.
#[derive(Debug, Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read configuration {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line of the file is wrong.
    #[error("{}:{line}: {message}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// Its line, counted from 1.
        line: usize,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// A variable of the environment is wrong.
    #[error("environment variable {name}: {message}")]
    InEnvironment {
        /// The variable.
        name: String,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// The values do not fit together.
    #[error("configuration: {0}")]
    Invalid(String),
    /// A secret cannot be used.
    #[error("{source_of}: {reason}")]
    Secret {
        /// The file or the variable that has it.
        source_of: String,
        /// What is wrong with it.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use grapevine_tui::{Column, Grouping, Palette};

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
        let loaded = load_from(file.as_deref(), &standard, environment);
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
        assert_eq!(
            (serve.attach.len(), serve.token_file.is_some(), serve.tls_key.is_some()),
            (2, true, true)
        );
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
}

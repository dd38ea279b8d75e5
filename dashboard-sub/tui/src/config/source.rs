//! Where configuration comes from: `--config FILE` over `GRAPEVINE_TOP_KEY` in the environment over the user's file
//! over `/etc/grapevine/dashboard.toml`, key by key.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor, value::SeqAccessDeserializer};
use thiserror::Error;
use toml::{Table, Value};

use super::Config;

/// The configuration as all sources together give it.
///
/// # Errors
/// A [`ConfigError`] that names the source, the line and the remedy.
pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
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
    let Some(key) = name.strip_prefix("GRAPEVINE_TOP_") else { return Ok(None) };
    let in_variable = |message: String| ConfigError::InEnvironment { name: name.to_owned(), message };
    let text = value.into_string().map_err(|_| in_variable("is not UTF-8".to_owned()))?;
    let overlay = |value: Value| {
        let key = key.to_ascii_lowercase();
        Table::from_iter([("top".to_owned(), Value::Table(Table::from_iter([(key, value)])))])
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

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A list, or a text with its items between commas, as it is convenient in the environment.
pub(super) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + TryFrom<String, Error: fmt::Display>,
{
    struct List<T>(std::marker::PhantomData<T>);

    impl<'de, T: Deserialize<'de> + TryFrom<String, Error: fmt::Display>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of texts")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Vec<T>, E> {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            items.map(|item| T::try_from(item.to_owned()).map_err(E::custom)).collect()
        }

        fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Vec<T>, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(items))
        }
    }

    deserializer.deserialize_any(List(std::marker::PhantomData))
}

/// The user's configuration cannot be used: the user's fault.
#[derive(Debug, Error)]
pub enum ConfigError {
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
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::state::{Column, Grouping};
    use crate::theme::Palette;

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
        let key = loaded(&[], None, &[("GRAPEVINE_TOP_HORSE", "1")]).unwrap_err();
        assert!(key.contains("unknown field `horse`"), "{key}");
    }
}

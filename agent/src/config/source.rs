//! Where configuration comes from: `--config FILE` over `GRAPEVINE_SECTION_KEY` in the environment over the user's
//! file over `/etc/grapevine/agent.toml`, key by key.

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
    let config: Config = merged
        .try_into()
        .map_err(|error: toml::de::Error| ConfigError::Invalid(error.message().to_owned()))?;
    config.check().map_err(ConfigError::Invalid)?;
    Ok(config)
}

/// Reads one file and checks it by itself, so that an error has its line.
fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let path_buf = || path.to_owned();
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path_buf(), source })?;
    let in_file = |error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| 1 + text.get(..span.start).map_or(0, |head| head.matches('\n').count()));
        ConfigError::InFile { path: path_buf(), line, message: one_line(error.message()) }
    };
    toml::from_str::<Config>(&text).map_err(in_file)?;
    toml::from_str(&text).map_err(in_file)
}

/// The key that a variable sets, or none if it is not of the configuration.
fn read_variable(name: &str, value: OsString) -> Result<Option<Table>, ConfigError> {
    let sections = [("GRAPEVINE_METRICS_AGENT_", "metrics_agent"), ("GRAPEVINE_COLLECTORS_", "collectors")];
    let Some((section, key)) =
        sections.iter().find_map(|(prefix, section)| Some((*section, name.strip_prefix(prefix)?)))
    else {
        return Ok(None);
    };
    let in_variable = |message: String| ConfigError::InEnvironment { name: name.to_owned(), message };
    let text = value.into_string().map_err(|_| in_variable("is not UTF-8".to_owned()))?;
    let key = key.to_ascii_lowercase();
    // What is no TOML value is a text: a bare host name needs no quotes.
    let value = toml::from_str::<Table>(&format!("value = {text}"))
        .ok()
        .and_then(|mut table| table.remove("value"))
        .unwrap_or(Value::String(text));
    let overlay = Table::from_iter([(section.to_owned(), Value::Table(Table::from_iter([(key, value)])))]);
    overlay.clone().try_into::<Config>().map_err(|error| in_variable(one_line(error.message())))?;
    Ok(Some(overlay))
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
    files.map(|folder| folder.join("grapevine/agent.toml")).collect()
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

/// The operator's configuration cannot be used.
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
}

#[cfg(test)]
mod tests;

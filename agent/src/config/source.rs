//! Where configuration comes from: `--config FILE` over `GRAPEVINE_SECTION_KEY` in the environment over the user's
//! file over `/etc/grapevine/agent.toml`, key by key.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor, value::SeqAccessDeserializer};
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

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
    let mut sources = Vec::new();
    for path in standard_files.iter().filter(|path| path.exists()).take(1) {
        sources.push(Source::file(path)?);
    }
    for (name, value) in environment {
        sources.extend(Source::variable(name, value)?);
    }
    if let Some(path) = file {
        sources.push(Source::file(path)?);
    }
    let mut merged = DeTable::new();
    for source in &sources {
        let table = source.table()?;
        read(table.clone()).map_err(|error| source.complaint(&error))?;
        merge(&mut merged, table);
    }
    let config = read(merged).map_err(|error| ConfigError::Invalid(error.message().to_owned()))?;
    config.check().map_err(ConfigError::Invalid)?;
    Ok(config)
}

fn read(table: DeTable<'_>) -> Result<Config, toml::de::Error> {
    Config::deserialize(toml::de::Deserializer::from(Spanned::new(0..0, table)))
}

/// Lays `over` on `base`: tables are merged, everything else is replaced.
fn merge<'text>(base: &mut DeTable<'text>, over: DeTable<'text>) {
    for (key, value) in over {
        match (base.get_mut(&key).map(Spanned::get_mut), value.into_inner()) {
            (Some(DeValue::Table(base)), DeValue::Table(over)) => merge(base, over),
            (_, value) => {
                base.insert(key, Spanned::new(0..0, value));
            }
        }
    }
}

/// Some keys, and where the operator set them.
struct Source {
    place: Place,
    /// TOML.
    text: String,
}

enum Place {
    File(PathBuf),
    /// Of the environment, by its name.
    Variable(String),
}

impl Source {
    fn file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Ok(Self { place: Place::File(path.to_owned()), text })
    }

    /// The key that a variable sets, or none if it is not of the configuration.
    fn variable(name: String, value: OsString) -> Result<Option<Self>, ConfigError> {
        let sections =
            [("GRAPEVINE_METRICS_AGENT_", "metrics_agent"), ("GRAPEVINE_COLLECTORS_", "collectors")];
        let set = sections.iter().find_map(|(prefix, section)| Some((*section, name.strip_prefix(prefix)?)));
        let Some((section, key)) = set else { return Ok(None) };
        let key = format!("{section}.{}", quoted(&key.to_ascii_lowercase()));
        let Ok(value) = value.into_string() else {
            return Err(ConfigError::InEnvironment { name, message: "is not UTF-8".to_owned() });
        };
        // What is no TOML value is a text: a bare host name needs no quotes.
        let is_value = DeValue::parse(&value).is_ok();
        let text = format!("{key} = {}", if is_value { value } else { quoted(&value) });
        Ok(Some(Self { place: Place::Variable(name), text }))
    }

    fn table(&self) -> Result<DeTable<'_>, ConfigError> {
        DeTable::parse(&self.text).map(Spanned::into_inner).map_err(|error| self.complaint(&error))
    }

    fn complaint(&self, error: &toml::de::Error) -> ConfigError {
        let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
        match &self.place {
            Place::Variable(name) => ConfigError::InEnvironment { name: name.clone(), message },
            Place::File(path) => {
                let start = error.span().map_or(0, |span| span.start);
                let line = 1 + self.text.get(..start).map_or(0, |head| head.matches('\n').count());
                ConfigError::InFile { path: path.clone(), line, message }
            }
        }
    }
}

/// A TOML string of this text, with everything escaped that may have to be.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|char| match char {
        '"' | '\\' => format!("\\{char}"),
        _ if char.is_control() => format!("\\u{:04X}", u32::from(char)),
        _ => char.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

fn standard_files() -> Vec<PathBuf> {
    let user = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")));
    let files = user.into_iter().chain([PathBuf::from("/etc")]);
    files.map(|folder| folder.join("grapevine/agent.toml")).collect()
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

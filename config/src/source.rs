//! Some keys, and where the operator set them.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::DeTable;

use crate::error::ConfigError;

pub(crate) struct Source {
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
    pub(crate) fn file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        Ok(Self { place: Place::File(path.to_owned()), text })
    }

    /// The variable `name`, which sets this key to a value of TOML.
    pub(crate) fn variable(name: &str, section: &str, key: &str, value: &str) -> Self {
        let text = format!("{section}.{} = {value}", quoted(key));
        Self { place: Place::Variable(name.to_owned()), text }
    }

    pub(crate) fn table(&self) -> Result<DeTable<'_>, ConfigError> {
        DeTable::parse(&self.text).map(Spanned::into_inner).map_err(|error| self.complaint(&error))
    }

    pub(crate) fn complaint(&self, error: &toml::de::Error) -> ConfigError {
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
pub(crate) fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|char| match char {
        '"' | '\\' => format!("\\{char}"),
        _ if char.is_control() => format!("\\u{:04X}", u32::from(char)),
        _ => char.to_string(),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

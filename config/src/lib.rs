//! Where a program's configuration comes from: `--config FILE` over `GRAPEVINE_SECTION_KEY` in the environment over the
//! user's file over the one in `/etc/grapevine`, key by key.

mod error;
mod list;
mod source;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use error::ConfigError;
pub use list::list;
use source::Source;

/// What may configure a program.
#[derive(Clone, Copy, Debug)]
pub struct Sources {
    /// What its file is called, in `/etc/grapevine` and in the user's folder of configuration.
    pub file_name: &'static str,
    /// How variables begin that set a key, and the section that has it.
    pub sections: &'static [(&'static str, &'static str)],
    /// Variables that begin so and set no key.
    pub others: &'static [&'static str],
}

impl Sources {
    /// The configuration as all sources together give it.
    ///
    /// # Errors
    /// A [`ConfigError`] that names the source, the line and the remedy.
    pub fn load<C: DeserializeOwned>(&self, file: Option<&Path>) -> Result<C, ConfigError> {
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        self.load_from(file, &self.standard_files(), environment)
    }

    /// The same with these in place of the standard files, of which the first that exists counts, and of the environment.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_from<C: DeserializeOwned>(
        &self,
        file: Option<&Path>,
        standard_files: &[PathBuf],
        environment: impl Iterator<Item = (String, OsString)>,
    ) -> Result<C, ConfigError> {
        let mut sources = Vec::new();
        for path in standard_files.iter().filter(|path| path.exists()).take(1) {
            sources.push(Source::file(path)?);
        }
        for (name, value) in environment {
            sources.extend(self.variable::<C>(name, value)?);
        }
        if let Some(path) = file {
            sources.push(Source::file(path)?);
        }
        let mut merged = DeTable::new();
        for source in &sources {
            let table = source.table()?;
            read::<C>(table.clone()).map_err(|error| source.complaint(&error))?;
            merge(&mut merged, table);
        }
        read(merged).map_err(|error| ConfigError::Invalid(error.message().to_owned()))
    }

    /// The key that a variable sets, or none if it is not of the configuration.
    fn variable<C: DeserializeOwned>(
        &self,
        name: String,
        value: OsString,
    ) -> Result<Option<Source>, ConfigError> {
        let set =
            self.sections.iter().find_map(|(prefix, section)| Some((*section, name.strip_prefix(prefix)?)));
        let Some((section, key)) = set.filter(|_| !self.others.contains(&name.as_str())) else {
            return Ok(None);
        };
        let key = key.to_ascii_lowercase();
        let Ok(value) = value.into_string() else {
            return Err(ConfigError::InEnvironment { name, message: "is not UTF-8".to_owned() });
        };
        // What is no TOML value is a text: a bare host name needs no quotes. What is one may be meant as a text all the
        // same, such as the theme `16`.
        let as_text = Source::variable(&name, section, &key, &source::quoted(&value));
        if DeValue::parse(&value).is_err() {
            return Ok(Some(as_text));
        }
        let as_value = Source::variable(&name, section, &key, &value);
        let fits = |source: &Source| source.table().is_ok_and(|table| read::<C>(table).is_ok());
        Ok(Some(if !fits(&as_value) && fits(&as_text) { as_text } else { as_value }))
    }

    fn standard_files(&self) -> Vec<PathBuf> {
        let user = std::env::var_os("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")));
        let folders = user.into_iter().chain([PathBuf::from("/etc")]);
        folders.map(|folder| folder.join("grapevine").join(self.file_name)).collect()
    }
}

fn read<C: DeserializeOwned>(table: DeTable<'_>) -> Result<C, toml::de::Error> {
    C::deserialize(toml::de::Deserializer::from(Spanned::new(0..0, table)))
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

#[cfg(test)]
mod tests;

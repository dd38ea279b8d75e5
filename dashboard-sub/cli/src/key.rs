//! The key that opens agents which have keys.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::Context;
use grapevine_sub::{Options, ViewerKey};

use crate::args::Attach;

impl Attach {
    /// How to subscribe, with the key that the user named or the one at a usual place.
    pub(crate) fn options(&self) -> anyhow::Result<Options> {
        let key = match &self.key {
            Some(path) => Some(read(path).with_context(|| format!("cannot read key {}", path.display()))?),
            None => usual_places().find_map(|path| read_if_there(&path).transpose()).transpose()?,
        };
        Ok(Options { key, ..Options::default() })
    }
}

/// A key that nobody asked for is left alone where it is missing or somebody else's.
fn read_if_there(path: &Path) -> anyhow::Result<Option<ViewerKey>> {
    match read(path) {
        Ok(key) => Ok(Some(key)),
        Err(error) => match error.downcast_ref::<io::Error>().map(io::Error::kind) {
            Some(io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => Ok(None),
            _ => Err(error.context(format!("cannot read key {}", path.display()))),
        },
    }
}

fn read(path: &Path) -> anyhow::Result<ViewerKey> {
    Ok(ViewerKey::parse(&std::fs::read_to_string(path)?)?)
}

fn usual_places() -> impl Iterator<Item = PathBuf> {
    let config = env::var_os("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".config")));
    config.into_iter().chain([PathBuf::from("/etc")]).map(|folder| folder.join("grapevine/viewer.key"))
}

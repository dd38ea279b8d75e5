//! Cluster keys: made by `grapevine-agent keygen`, read at every start.

use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use grapevine_zmtp::{ClusterKeys, KeyFileError};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::state::atomic;

/// Makes the keys of a new cluster.
pub(crate) fn generate(folder: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    let (cluster, viewer) = (folder.join("cluster.key"), folder.join("viewer.key"));
    if let Some(there) = [&cluster, &viewer].into_iter().find(|path| path.exists()) {
        anyhow::bail!("{} is there already and is not overwritten: give another --out", there.display());
    }
    let mut random = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *random).context("no random numbers from the system")?;
    let keys = ClusterKeys::new(*random);
    let viewer_key = keys.viewer().context("a cluster without keys")?;
    for (path, text) in [(&cluster, keys.to_text()), (&viewer, viewer_key.to_text())] {
        atomic::write_new(path, text.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    writeln!(out, "{}  for every agent, as metrics_agent.key_file", cluster.display())?;
    writeln!(out, "{}  for dashboards, as `grapevine --key`", viewer.display())?;
    Ok(())
}

/// Reads the keys of an agent.
///
/// # Errors
/// A [`KeyError`] if the file cannot be read, is open to others, or holds no keys.
pub(crate) fn read(path: &Path) -> Result<ClusterKeys, KeyError> {
    let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
    let mode = std::fs::metadata(path).map_err(unreadable)?.permissions().mode();
    if mode & OPEN_BITS != 0 {
        return Err(KeyError::Open { path: path.to_owned() });
    }
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(unreadable)?);
    ClusterKeys::parse(&text).map_err(|source| KeyError::Broken { path: path.to_owned(), source })
}

/// Where systemd puts the key if the unit loads it as a credential (systemd.exec(5), `LoadCredential=`).
pub(crate) fn credential() -> Option<PathBuf> {
    let path = PathBuf::from(std::env::var_os("CREDENTIALS_DIRECTORY")?).join("cluster.key");
    path.exists().then_some(path)
}

/// The key file cannot be used; the operator must act.
#[derive(Debug, Error)]
pub(crate) enum KeyError {
    /// The system refused.
    #[error("cannot read key file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others may read it.
    #[error("key file {} is open to others: chmod 600 it", path.display())]
    Open {
        /// The file.
        path: PathBuf,
    },
    /// It holds no keys.
    #[error("key file {}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: KeyFileError,
    },
}

/// Writable by the group, or anything by others. A group may read, so that a service's group can.
const OPEN_BITS: u32 = 0o027;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_for_their_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let mut said = Vec::new();
        generate(folder.path(), &mut said).unwrap();
        for name in ["cluster.key", "viewer.key"] {
            let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        let before = std::fs::read(folder.path().join("cluster.key")).unwrap();
        read(&folder.path().join("cluster.key")).unwrap();
        let again = generate(folder.path(), &mut said).unwrap_err().to_string();
        assert!(again.contains("cluster.key is there already"), "{again}");
        assert_eq!(std::fs::read(folder.path().join("cluster.key")).unwrap(), before);
        let secret = String::from_utf8(before).unwrap();
        let secret = secret.lines().last().and_then(|line| line.rsplit(' ').next()).unwrap();
        assert!(!String::from_utf8(said).unwrap().contains(secret), "no secret is printed");
    }

    #[test]
    fn half_a_cluster_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("viewer.key"), "somebody's").unwrap();
        generate(folder.path(), &mut Vec::new()).unwrap_err();
        assert!(!folder.path().join("cluster.key").exists());
    }

    #[test]
    fn files_that_cannot_be_used_are_named() {
        let folder = tempfile::tempdir().unwrap();
        generate(folder.path(), &mut Vec::new()).unwrap();
        let cluster = folder.path().join("cluster.key");
        let viewer = read(&folder.path().join("viewer.key")).map(drop);
        assert!(matches!(viewer, Err(KeyError::Broken { .. })));
        std::fs::set_permissions(&cluster, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(matches!(read(&cluster).map(drop), Err(KeyError::Open { .. })));
        assert!(matches!(read(&folder.path().join("none")).map(drop), Err(KeyError::Unreadable { .. })));
    }
}

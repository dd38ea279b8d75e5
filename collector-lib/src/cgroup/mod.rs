//! Control groups: the kernel's account of what the processes of a service or a container use
//! (`Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/`).

mod account;
mod figures;
mod legacy;
mod stacked;
mod tree;
mod unified;

use std::path::Path;

pub(crate) use account::{Account, Pass, Rows};
pub(crate) use figures::Gone;
use figures::{Limits, Load, Usage};
pub(crate) use tree::{Tree, walk};

use crate::file::Scratch;
use legacy::Legacy;
use unified::Unified;

/// How the machine's control groups are mounted.
#[derive(Debug)]
pub(crate) enum Hierarchy {
    /// All in one tree (cgroup v2).
    Unified(Unified),
    /// A tree for each controller (cgroup v1), and perhaps one of version 2 without controllers (hybrid).
    Legacy(Legacy),
}

impl Hierarchy {
    /// Looks at what is mounted below `sys`. Where nothing is, it is a tree without groups.
    pub(crate) fn find(sys: &Path) -> Self {
        let root = sys.join("fs/cgroup");
        if root.join("cgroup.controllers").exists() || !root.join("memory").exists() {
            Self::Unified(Unified::new(root, sys))
        } else {
            Self::Legacy(Legacy::new(&root, sys))
        }
    }

    /// What the group at `path`, such as `/system.slice/sshd.service`, uses from moment to moment.
    ///
    /// # Errors
    /// [`Gone`] if there is no such group.
    pub(crate) fn usage(&mut self, path: &str, scratch: &mut Scratch) -> Result<Usage, Gone> {
        match self {
            Self::Unified(unified) => unified.usage(path, scratch),
            Self::Legacy(legacy) => legacy.usage(path, scratch),
        }
    }

    /// What costs more to read of the group at `path`, or changes more slowly.
    pub(crate) fn load(&mut self, path: &str, scratch: &mut Scratch) -> Load {
        match self {
            Self::Unified(unified) => unified.load(path, scratch),
            Self::Legacy(legacy) => legacy.load(path, scratch),
        }
    }

    /// What the group at `path` may use at most.
    pub(crate) fn limits(&mut self, path: &str, scratch: &mut Scratch) -> Limits {
        match self {
            Self::Unified(unified) => unified.limits(path, scratch),
            Self::Legacy(legacy) => legacy.limits(path, scratch),
        }
    }

    /// The folder of the tree that has all groups.
    pub(crate) fn root(&self) -> &Path {
        match self {
            Self::Unified(unified) => unified.root(),
            Self::Legacy(legacy) => legacy.root(),
        }
    }
}

#[cfg(test)]
mod tests;

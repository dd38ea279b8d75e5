//! Scripts in place of the programs `nvidia-smi` and `nvtop`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use grapevine_collectors::process::Runner;

/// A folder of programs.
pub(crate) struct Programs(tempfile::TempDir);

impl Programs {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Puts a shell script there, in place of the one of this name.
    pub(crate) fn put(&self, program: &str, script: &str) {
        let path = self.0.path().join(program);
        let beside = path.with_extension("new");
        fs::write(&beside, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&beside, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(beside, path).unwrap();
    }

    /// A program that prints a file, whatever it is asked.
    pub(crate) fn print(&self, program: &str, file: &Path) {
        self.put(program, &format!("cat '{}'", file.display()));
    }

    /// Where to look for programs: these first, then the shell's own.
    pub(crate) fn search_path(&self) -> String {
        let others = std::env::var("PATH").unwrap_or_default();
        format!("{}:{others}", self.0.path().display())
    }

    pub(crate) fn runner(&self) -> Arc<Runner> {
        Arc::new(Runner::new(self.search_path()))
    }
}

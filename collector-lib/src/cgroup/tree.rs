//! Which groups there are.

use std::path::Path;

/// What [`walk`] does below a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    /// Looks at the groups within.
    Enter,
    /// Passes them over.
    Skip,
}

/// Shows `visit` the paths of all groups below `root`, such as `/system.slice/sshd.service`, in order, with the last
/// part of each as the second argument. Groups beyond the first [`GROUPS_MAX`] are not looked at, and none within more
/// than [`DEPTH_MAX`] others.
pub(crate) fn walk(root: &Path, visit: &mut dyn FnMut(&str, &str) -> Tree) {
    let mut left = GROUPS_MAX;
    descend(root, &mut String::new(), 0, &mut left, visit);
}

fn descend(
    folder: &Path,
    path: &mut String,
    depth: usize,
    left: &mut usize,
    visit: &mut dyn FnMut(&str, &str) -> Tree,
) {
    if depth == DEPTH_MAX {
        return;
    }
    for name in groups_in(folder, *left) {
        *left = left.saturating_sub(1);
        let length = path.len();
        path.push('/');
        path.push_str(&name);
        if visit(path, &name) == Tree::Enter {
            descend(&folder.join(&name), path, depth + 1, left, visit);
        }
        path.truncate(length);
    }
}

fn groups_in(folder: &Path, most: usize) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let is_group = |entry: &std::fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter(is_group)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .take(most)
        .collect();
    names.sort_unstable();
    names
}

/// A host of 500 containers has some 2,000 groups.
pub(crate) const GROUPS_MAX: usize = 8192;

/// `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-podX.slice/cri-containerd-Y.scope/...` is deep.
pub(crate) const DEPTH_MAX: usize = 10;

//! The mounted file systems, from `/proc/self/mountinfo` (proc_pid_mountinfo(5)).

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// A mounted file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    id: u64,
    /// The mount that its mount point is in.
    parent: u64,
    /// Major and minor number of the device, or of the file system itself if it has no device.
    pub(crate) device: (u32, u32),
    /// Where it is mounted.
    pub(crate) point: PathBuf,
    /// Type of the file system, such as `ext4`.
    pub(crate) kind: String,
    /// Whether nobody can write it. One that is only mounted read-only, as the walls of a systemd unit are, is not.
    pub(crate) read_only: bool,
}

/// The mounts that a path leads to: not those that another one is mounted over, nor what is below such.
///
/// To ask by path for what is mounted over would ask the file system above, which may be a dead server.
pub(crate) fn visible(content: &[u8]) -> Vec<Mount> {
    let mut mounts: Vec<Mount> = parse(content).collect();
    let parents: BTreeMap<u64, u64> = mounts.iter().map(|mount| (mount.id, mount.parent)).collect();
    let points: BTreeMap<u64, &PathBuf> = mounts.iter().map(|mount| (mount.id, &mount.point)).collect();
    let covers: BTreeMap<u64, u64> = mounts
        .iter()
        .filter(|mount| mount.parent != mount.id)
        .filter(|mount| points.get(&mount.parent).is_some_and(|below| **below == mount.point))
        .map(|mount| (mount.parent, mount.id))
        .collect();
    mounts.retain(|mount| {
        let mut at = mount.id;
        let mut is_visible = !covers.contains_key(&at);
        for _ in 0..DEPTH_MAX {
            // The root of all is its own parent.
            let Some(parent) = parents.get(&at).filter(|parent| **parent != at) else { break };
            is_visible &= covers.get(parent).is_none_or(|cover| *cover == at);
            at = *parent;
        }
        is_visible
    });
    mounts
}

/// All mounts; a line of another form is passed over.
fn parse(content: &[u8]) -> impl Iterator<Item = Mount> {
    content.split(|byte| *byte == b'\n').filter_map(parse_line)
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut words = line.split(|byte| *byte == b' ');
    let id = number(words.next()?)?;
    let parent = number(words.next()?)?;
    let (major, minor) = str::from_utf8(words.next()?).ok()?.split_once(':')?;
    let _root = words.next()?;
    let point = path(words.next()?);
    let _options = words.next()?;
    // Any number of optional fields goes before the dash.
    words.find(|word| *word == b"-")?;
    let kind = String::from_utf8_lossy(words.next()?).into_owned();
    let _source = words.next()?;
    let super_options = words.next()?;
    Some(Mount {
        id,
        parent,
        device: (major.parse().ok()?, minor.parse().ok()?),
        point,
        kind,
        read_only: super_options.split(|byte| *byte == b',').any(|option| option == b"ro"),
    })
}

fn path(word: &[u8]) -> PathBuf {
    OsString::from_vec(unescape(word)).into()
}

fn number(word: &[u8]) -> Option<u64> {
    str::from_utf8(word).ok()?.parse().ok()
}

/// The kernel writes space, tab, newline and backslash as a backslash and three octal digits.
fn unescape(word: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word;
    while let Some((first, after)) = rest.split_first() {
        match octal(rest) {
            Some((byte, after)) => {
                bytes.push(byte);
                rest = after;
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

/// The byte that an escape sequence at the start stands for, and what follows it.
fn octal(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (sequence, after) = bytes.split_at_checked(4)?;
    let digits = str::from_utf8(sequence.strip_prefix(b"\\")?).ok()?;
    Some((u8::from_str_radix(digits, 8).ok()?, after))
}

/// More mounts within each other than any machine has; a table that is torn while it is read may name a circle.
const DEPTH_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_manual_pages_example() {
        let line = b"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root ro,errors=continue";
        let expected = Mount {
            id: 36,
            parent: 35,
            device: (98, 0),
            point: "/mnt2".into(),
            kind: "ext3".into(),
            read_only: true,
        };
        assert_eq!(parse(line).collect::<Vec<_>>(), [expected]);
    }

    #[test]
    fn a_file_system_is_not_read_only_where_just_this_mount_is() {
        let walled = parse(b"1 0 8:1 / / ro,nosuid - ext4 /dev/sda1 rw,errors=remount-ro");
        assert_eq!(walled.map(|mount| mount.read_only).collect::<Vec<_>>(), [false]);
    }

    #[test]
    fn undoes_escapes_and_leaves_other_backslashes() {
        assert_eq!(unescape(br"/mnt/my\040disk\134a\x"), br"/mnt/my disk\a\x");
        assert_eq!(unescape(br"\999\04"), br"\999\04");
    }

    #[test]
    fn optional_fields_may_be_many_or_none() {
        let content =
            b"1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 0 8:2 / /a rw shared:1 master:2 - xfs /dev/sda2 rw\n";
        assert_eq!(parse(content).map(|mount| mount.kind).collect::<Vec<_>>(), ["ext4", "xfs"]);
    }

    #[test]
    fn what_lies_below_another_mount_is_not_visible() {
        let content = b"22 27 0:21 / /proc rw - proc proc rw\n\
            27 1 254:0 / / rw - ext4 /dev/vda rw\n\
            30 27 0:30 / /a rw - tmpfs lower rw\n\
            31 30 0:31 / /a/b rw - tmpfs below rw\n\
            32 30 0:32 / /a rw - nfs4 over rw\n\
            33 32 0:33 / /a/c rw - tmpfs within rw\n";
        let points = |mounts: Vec<Mount>| mounts.into_iter().map(|mount| mount.device.1).collect::<Vec<_>>();
        assert_eq!(points(visible(content)), [21, 0, 32, 33]);
    }

    #[test]
    fn a_circle_of_mounts_has_an_end() {
        assert_eq!(visible(b"1 2 0:1 / /a rw - x y rw\n2 1 0:2 / /b rw - x y rw\n").len(), 2);
    }

    #[test]
    fn the_first_root_is_its_own_parent_and_lies_below_the_real_one() {
        let first = "1 1 0:2 / / rw - rootfs rootfs rw\n";
        assert_eq!(visible(first.as_bytes()).len(), 1);
        let both = format!("{first}27 1 8:1 / / rw - ext4 /dev/sda1 rw\n28 27 0:5 / /dev rw - tmpfs x rw\n");
        let kinds: Vec<String> = visible(both.as_bytes()).into_iter().map(|mount| mount.kind).collect();
        assert_eq!(kinds, ["ext4", "tmpfs"]);
    }

    proptest! {
        #[test]
        fn any_bytes_parse_or_are_passed_over(content: Vec<u8>, word: Vec<u8>) {
            visible(&content);
            prop_assert!(unescape(&word).len() <= word.len());
        }
    }
}

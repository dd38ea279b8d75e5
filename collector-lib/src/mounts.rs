//! The mounted file systems, from `/proc/self/mountinfo` (proc_pid_mountinfo(5)).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// A mounted file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mount {
    /// Major and minor number of the device, or of the file system itself if it has no device.
    pub(crate) device: (u32, u32),
    /// The directory of the file system that is mounted; `/` unless it is a bind mount or a subvolume.
    pub(crate) root: PathBuf,
    /// Where it is mounted.
    pub(crate) point: PathBuf,
    /// Type of the file system, such as `ext4`.
    pub(crate) kind: String,
    /// The device's path or whatever else the file system calls its source.
    pub(crate) source: String,
    /// Whether it cannot be written, here or at all.
    pub(crate) read_only: bool,
}

/// The mounts in the order of the file, which is that of mounting; a line of another form is passed over.
pub(crate) fn parse(content: &[u8]) -> impl Iterator<Item = Mount> {
    content.split(|byte| *byte == b'\n').filter_map(parse_line)
}

/// `36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue`
fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut words = line.split(|byte| *byte == b' ');
    let (_id, _parent) = (words.next()?, words.next()?);
    let (major, minor) = str::from_utf8(words.next()?).ok()?.split_once(':')?;
    let root = path(words.next()?);
    let point = path(words.next()?);
    let options = words.next()?;
    // Any number of optional fields goes before the dash.
    words.find(|word| *word == b"-")?;
    let kind = text(words.next()?);
    let source = text(words.next()?);
    let super_options = words.next()?;
    Some(Mount {
        device: (major.parse().ok()?, minor.parse().ok()?),
        root,
        point,
        kind,
        source,
        read_only: [options, super_options].iter().any(|options| has(options, b"ro")),
    })
}

fn has(options: &[u8], option: &[u8]) -> bool {
    options.split(|byte| *byte == b',').any(|one| one == option)
}

fn path(word: &[u8]) -> PathBuf {
    OsString::from_vec(unescape(word)).into()
}

fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(&unescape(word)).into_owned()
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_manual_pages_example() {
        let line = b"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root ro,errors=continue";
        let expected = Mount {
            device: (98, 0),
            root: "/mnt1".into(),
            point: "/mnt2".into(),
            kind: "ext3".into(),
            source: "/dev/root".into(),
            read_only: true,
        };
        assert_eq!(parse(line).collect::<Vec<_>>(), [expected]);
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

    proptest! {
        #[test]
        fn any_bytes_parse_or_are_passed_over(content: Vec<u8>, word: Vec<u8>) {
            parse(&content).count();
            prop_assert!(unescape(&word).len() <= word.len());
        }
    }
}

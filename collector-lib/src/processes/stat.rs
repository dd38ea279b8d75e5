//! One process, from its `stat` (proc_pid_stat(5)).

/// What is used of it here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) name: String,
    /// Processor time so far, in ticks of the clock.
    pub(super) ticks: u64,
    /// Its start, in ticks since that of the kernel.
    pub(super) start: u64,
    /// Resident memory, in pages.
    pub(super) pages: u64,
}

/// `pid (name) state ...`, where the name is anything, also with brackets and line breaks.
pub(super) fn parse(content: &[u8]) -> Option<Stat> {
    let text = String::from_utf8_lossy(content);
    let (head, rest) = text.rsplit_once(") ")?;
    let (_pid, name) = head.split_once(" (")?;
    // The state is the third field, and the first here.
    let mut fields = rest.split_ascii_whitespace();
    let flags: u32 = fields.nth(6)?.parse().ok()?;
    let user: u64 = fields.nth(4)?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    let start = fields.nth(6)?.parse().ok()?;
    let pages = fields.nth(1)?.parse().ok()?;
    Some(Stat {
        name: shown(name, flags & PF_KTHREAD != 0),
        ticks: user.saturating_add(system),
        start,
        pages,
    })
}

/// The name as one word or more without control characters. Threads of the kernel are many of a kind, as `kworker/0:1`.
fn shown(name: &str, is_kernel: bool) -> String {
    let name = if is_kernel { name.split(['/', ':']).next().unwrap_or_default() } else { name };
    let shown: String = name.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
    match shown.trim() {
        "" => "?".to_owned(),
        name => name.to_owned(),
    }
}

/// `include/linux/sched.h`
const PF_KTHREAD: u32 = 0x0020_0000;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_may_have_brackets() {
        let line = "42 (a) (b) S 1 42 42 0 -1 4194304 100 0 0 0 70 30 0 0 20 0 1 0 5000 1000000 250 18446744073709551615 1";
        let stat = Stat { name: "a) (b".into(), ticks: 100, start: 5000, pages: 250 };
        assert_eq!(parse(line.as_bytes()), Some(stat));
        assert_eq!(parse(b"42 (a) S 1 2"), None);
    }

    #[test]
    fn threads_of_the_kernel_are_told_by_their_kind() {
        let line = "9 (kworker/0:1-events) I 2 0 0 0 -1 69238880 0 0 0 0 0 7 0 0 20 0 1 0 5 0 0 18446744073709551615";
        assert_eq!(parse(line.as_bytes()).unwrap().name, "kworker");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, name in "[^)]{0,9}") {
            parse(&bytes);
            let line = format!("1 ({name}) S 1 1 1 0 -1 4194304 0 0 0 0 1 1 0 0 20 0 1 0 5 0 9 1");
            let told = parse(line.as_bytes()).unwrap().name;
            prop_assert!(!told.is_empty() && told.trim() == told && !told.contains(char::is_control));
        }
    }
}

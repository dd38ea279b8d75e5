use super::figures::{Gone, Limits, Load, Usage};
use super::*;
use grapevine_proto::Absence;
use proptest::prelude::*;
use std::fs;
use tempfile::TempDir;

/// A machine whose `/sys` has these files.
fn machine(files: &[(&str, &str)]) -> TempDir {
    let sys = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = sys.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    sys
}

const PRESSURE: &str =
    "some avg10=2.50 avg60=0.87 avg300=0.46 total=58761459\nfull avg10=0.00 avg60=0 avg300=0 total=0\n";

fn unified() -> TempDir {
    let group = "fs/cgroup/system.slice/system-db.slice/db@1.service";
    let file = |name: &str| format!("{group}/{name}");
    machine(&[
        ("fs/cgroup/cgroup.controllers", "cpu io memory pids\n"),
        (&file("cpu.stat"), "usage_usec 12345678\nuser_usec 1\nsystem_usec 2\nnr_periods 0\n"),
        (&file("memory.current"), "104857600\n"),
        (&file("memory.stat"), "anon 52428800\nfile 41943040\nanon_thp 0\n"),
        (&file("memory.max"), "max\n"),
        (&file("cpu.max"), "150000 100000\n"),
        (&file("pids.current"), "17\n"),
        (&file("pids.max"), "4915\n"),
        (
            &file("io.stat"),
            "259:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n253:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n8:0 \n",
        ),
        (&file("cpu.pressure"), PRESSURE),
        (&file("memory.pressure"), PRESSURE),
        (&file("io.pressure"), "some avg10=101 avg60=0.87 avg300=0.46 total=58761459\n"),
        ("dev/block/253:0/slaves/nvme0n1p2", ""),
    ])
}

const NESTED: &str = "/system.slice/system-db.slice/db@1.service";

#[test]
fn version_2_has_all_in_one_tree() {
    let sys = unified();
    let (mut groups, mut scratch) = (Hierarchy::find(sys.path()), Scratch::default());
    let usage = groups.usage(NESTED, &mut scratch).unwrap();
    assert_eq!(usage, Usage { cpu_us: Ok(12_345_678), memory_bytes: Ok(104_857_600) });
    let load = groups.load(NESTED, &mut scratch);
    let expected = Load {
        anonymous_bytes: Ok(52_428_800),
        tasks: Ok(17),
        read_bytes: Ok(4096),
        written_bytes: Ok(8192),
        pressure: [Ok(2.5), Ok(2.5), Err(Absence::Failed)],
    };
    assert_eq!(load, expected, "the disk of the device mapper is not counted again");
    let limits = groups.limits(NESTED, &mut scratch);
    assert_eq!(
        limits,
        Limits { cpu_percent: Ok(Some(150.0)), memory_bytes: Ok(None), tasks: Ok(Some(4915)) }
    );
}

#[test]
fn controllers_that_are_off_are_unsupported_and_groups_that_vanish_are_gone() {
    let sys = unified();
    let (mut groups, mut scratch) = (Hierarchy::find(sys.path()), Scratch::default());
    let folder = sys.path().join("fs/cgroup").join(&NESTED[1..]);
    for file in ["memory.current", "io.stat", "cpu.max"] {
        fs::remove_file(folder.join(file)).unwrap();
    }
    assert_eq!(groups.usage(NESTED, &mut scratch).unwrap().memory_bytes, Err(Absence::Unsupported));
    assert_eq!(groups.load(NESTED, &mut scratch).read_bytes, Err(Absence::Unsupported));
    assert_eq!(groups.limits(NESTED, &mut scratch).cpu_percent, Err(Absence::Unsupported));
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(groups.usage(NESTED, &mut scratch), Err(Gone));
}

const SERVICE: &str = "/system.slice/sshd.service";

/// Version 1, with or without a tree of version 2 beside it.
fn legacy(is_hybrid: bool) -> TempDir {
    let file = |controller: &str, name: &str| format!("fs/cgroup/{controller}{SERVICE}/{name}");
    let sys = machine(&[
        (&file("systemd", "cgroup.procs"), "1\n"),
        (&file("cpu,cpuacct", "cpuacct.usage"), "2000000999\n"),
        (&file("cpu,cpuacct", "cpu.cfs_quota_us"), "50000\n"),
        (&file("cpu,cpuacct", "cpu.cfs_period_us"), "100000\n"),
        (&file("memory", "memory.usage_in_bytes"), "1048576\n"),
        (&file("memory", "memory.stat"), "cache 1\nrss 2\ntotal_cache 3\ntotal_rss 524288\n"),
        (&file("memory", "memory.limit_in_bytes"), "9223372036854771712\n"),
        (&file("pids", "pids.current"), "3\n"),
        (&file("pids", "pids.max"), "max\n"),
        (
            &file("blkio", "blkio.throttle.io_service_bytes_recursive"),
            "8:0 Read 100\n8:0 Write 200\n8:0 Total 300\n8:16 Read 1\n8:16 Write 2\nTotal 303\n",
        ),
    ]);
    if is_hybrid {
        let folder = sys.path().join("fs/cgroup/unified").join(&SERVICE[1..]);
        fs::create_dir_all(folder).unwrap();
    }
    sys
}

#[test]
fn version_1_has_a_tree_for_each_controller() {
    for sys in [legacy(false), legacy(true)] {
        let (mut groups, mut scratch) = (Hierarchy::find(sys.path()), Scratch::default());
        let usage = groups.usage(SERVICE, &mut scratch).unwrap();
        assert_eq!(usage, Usage { cpu_us: Ok(2_000_000), memory_bytes: Ok(1_048_576) });
        let load = groups.load(SERVICE, &mut scratch);
        let expected = Load {
            anonymous_bytes: Ok(524_288),
            tasks: Ok(3),
            read_bytes: Ok(101),
            written_bytes: Ok(202),
            pressure: [Err(Absence::Unsupported); 3],
        };
        assert_eq!(load, expected);
        let limits = groups.limits(SERVICE, &mut scratch);
        assert_eq!(limits, Limits { cpu_percent: Ok(Some(50.0)), memory_bytes: Ok(None), tasks: Ok(None) });
    }
}

#[test]
fn version_1_may_not_account_for_a_group() {
    let sys = legacy(false);
    for controller in ["cpu,cpuacct", "memory"] {
        fs::remove_dir_all(sys.path().join("fs/cgroup").join(controller).join("system.slice")).unwrap();
    }
    let (mut groups, mut scratch) = (Hierarchy::find(sys.path()), Scratch::default());
    let usage = groups.usage(SERVICE, &mut scratch).unwrap();
    assert_eq!(usage, Usage { cpu_us: Err(Absence::Unsupported), memory_bytes: Err(Absence::Unsupported) });
    assert_eq!(groups.usage("/system.slice/none.service", &mut scratch), Err(Gone));
    // Version 2 counts processor time without a controller, and pressure.
    let unified = sys.path().join("fs/cgroup/unified").join(&SERVICE[1..]);
    fs::create_dir_all(&unified).unwrap();
    fs::write(unified.join("cpu.stat"), "usage_usec 55\n").unwrap();
    fs::write(unified.join("memory.pressure"), PRESSURE).unwrap();
    assert_eq!(groups.usage(SERVICE, &mut scratch).unwrap().cpu_us, Ok(55));
    assert_eq!(groups.load(SERVICE, &mut scratch).pressure[1], Ok(2.5));
}

#[test]
fn no_limit_has_many_faces() {
    for (content, expected) in [
        ("max\n", Ok(None)),
        ("-1\n", Ok(None)),
        ("18446744073709551615\n", Ok(None)),
        ("9223372036854771712\n", Ok(None)),
        ("9223372036854710272\n", Ok(None)),
        ("0\n", Ok(Some(0))),
        ("104857600\n", Ok(Some(104_857_600))),
        ("18446744073709551616\n", Err(Absence::Failed)),
        ("\n", Err(Absence::Failed)),
    ] {
        assert_eq!(figures::limit(Ok(content.as_bytes())), expected, "{content:?}");
    }
}

#[test]
fn all_ones_are_no_number() {
    assert_eq!(figures::number(Ok(b"18446744073709551615\n")), Err(Absence::Unsupported));
    assert_eq!(figures::number(Ok(b"18446744073709551614\n")), Ok(u64::MAX - 1));
    assert_eq!(figures::keyed(Ok(b"usage_usecs 1\nusage_usec 2\n"), "usage_usec"), Ok(2));
}

#[test]
fn a_walk_sees_each_group_in_order_and_enters_what_it_is_told_to() {
    let sys = unified();
    fs::create_dir_all(sys.path().join("fs/cgroup/init.scope/payload")).unwrap();
    let groups = Hierarchy::find(sys.path());
    let mut seen = Vec::new();
    walk(groups.root(), &mut |path, name| {
        seen.push(path.to_owned());
        if name == "init.scope" { Tree::Skip } else { Tree::Enter }
    });
    assert_eq!(seen, ["/init.scope", "/system.slice", "/system.slice/system-db.slice", NESTED]);
}

#[test]
fn a_walk_has_an_end() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir_all(root.path().join("a/".repeat(2 * tree::DEPTH_MAX))).unwrap();
    let mut seen = 0;
    walk(root.path(), &mut |_, _| {
        seen += 1;
        Tree::Enter
    });
    assert_eq!(seen, tree::DEPTH_MAX);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(content: Vec<u8>, text in "[a-z0-9=:. \n]{0,80}") {
        for bytes in [content.as_slice(), text.as_bytes()] {
            let sys = machine(&[("fs/cgroup/cgroup.controllers", "")]);
            let folder = sys.path().join("fs/cgroup/x.service");
            fs::create_dir_all(&folder).unwrap();
            for file in ["cpu.stat", "memory.current", "memory.stat", "io.stat", "cpu.max", "cpu.pressure", "pids.max"] {
                fs::write(folder.join(file), bytes).unwrap();
            }
            let (mut groups, mut scratch) = (Hierarchy::find(sys.path()), Scratch::default());
            groups.usage("/x.service", &mut scratch).unwrap();
            groups.load("/x.service", &mut scratch);
            groups.limits("/x.service", &mut scratch);
        }
    }
}

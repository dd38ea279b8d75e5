//! The packages for Debian: installed, upgraded, removed and purged under a systemd.

use std::path::Path;

use grapevine_tests::programs::{command, repository};

#[test]
fn packages_come_and_go_as_debian_expects() {
    let Some(cargo_deb) = std::env::var_os("GRAPEVINE_CARGO_DEB").filter(|path| Path::new(path).exists())
    else {
        println!("skipped: GRAPEVINE_CARGO_DEB does not name the program cargo-deb");
        return;
    };
    // target/debug/deps/this-test
    let test = std::env::current_exe().unwrap();
    let target = test.ancestors().nth(3).unwrap();
    let packages = target.join("packages-here");
    // Those of another version would be installed, too.
    drop(std::fs::remove_dir_all(&packages));
    for revision in ["1", "2"] {
        let mut build = command(repository().join("packaging/build"));
        build.args(["here", "dev", revision]);
        build.env("CARGO_TARGET_DIR", target).env("GRAPEVINE_CARGO_DEB", &cargo_deb);
        let built = build.output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    }
    let mut boot = command("unshare");
    boot.args(["--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"]);
    boot.arg(repository().join("tests/boot-systemd.sh")).arg(repository().join("tests/packages.sh"));
    let booted = boot.arg(packages).arg(repository()).output().unwrap();
    let (said, complaint) =
        (String::from_utf8_lossy(&booted.stdout), String::from_utf8_lossy(&booted.stderr));
    let has_no_namespaces = complaint.starts_with("unshare:");
    if booted.status.code() == Some(77) || has_no_namespaces || !Path::new("/usr/bin/dpkg").exists() {
        println!("skipped: {said}{complaint}");
        return;
    }
    assert_eq!(said.trim_end(), LIFE, "{complaint}");
    assert!(booted.status.success(), "{complaint}");
}

const LIFE: &str = "\
installed: agent active as grapevine, dashboard inactive
enabled: grapevine-agent.service grapevine-smart.timer
/etc/grapevine/agent.toml: ok
dashboard active as grapevine-dashboard, ready
upgraded: agent active, dashboard active, 1 line of the operator's
removed: agent inactive, program gone, configuration kept, state kept
without a key: agent failed (2)
with a key: agent active, /etc/grapevine/cluster.key grapevine 600
purged: configuration gone, state gone, key kept, units 0";

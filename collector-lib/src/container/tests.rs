use super::*;
use std::fs;
use std::path::Path;

const WEB: &str = "1111111111112222222222223333333333334444444444445555555555556666";
const DB: &str = "aaaaaaaaaaaa2222222222223333333333334444444444445555555555556666";

fn run(sys: &Path, group: &str, cpu_us: u64) {
    let folder = sys.join("fs/cgroup").join(group);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("cpu.stat"), format!("usage_usec {cpu_us}\n")).unwrap();
    fs::write(folder.join("memory.current"), "1048576\n").unwrap();
    fs::write(folder.join("memory.max"), "2097152\n").unwrap();
}

fn number(sample: &Sample, metric: &str, container: &str) -> Option<f64> {
    let mut readings = sample.readings();
    let found = readings
        .find(|one| one.metric.name == metric && one.labels.iter().next().unwrap_or("") == container)?;
    found.state.number()
}

#[test]
fn containers_are_found_read_and_forgotten() {
    let machine = tempfile::tempdir().unwrap();
    let sys = machine.path();
    fs::create_dir_all(sys.join("fs/cgroup")).unwrap();
    fs::write(sys.join("fs/cgroup/cgroup.controllers"), "cpu\n").unwrap();
    let (web, db) = (format!("system.slice/docker-{WEB}.scope"), format!("machine.slice/libpod-{DB}.scope"));
    run(sys, &web, 0);
    // Podman puts the processes into a group within.
    run(sys, &format!("{db}/container"), 0);
    run(sys, &db, 0);
    let context = Context::of_this_machine();
    let roots = crate::context::Roots { sys: sys.to_owned(), ..context.roots.clone() };
    let mut containers = Containers::new(&Context { roots, ..context });
    let mut sample = Sample::default();
    sample.pass(0, &mut containers).unwrap();
    run(sys, &web, 5_000_000);
    sample.pass(10_000, &mut containers).unwrap();
    assert_eq!(number(&sample, "containers.running", ""), Some(2.0));
    assert_eq!(number(&sample, "container.cpu", &WEB[..12]), Some(50.0));
    assert_eq!(number(&sample, "container.memory.limit", &DB[..12]), Some(2_097_152.0));
    fs::remove_dir_all(sys.join("fs/cgroup").join(web)).unwrap();
    sample.pass(11_000, &mut containers).unwrap();
    assert_eq!(number(&sample, "containers.running", ""), Some(1.0), "between two looks");
    assert_eq!(number(&sample, "container.cpu", &WEB[..12]), None);
}

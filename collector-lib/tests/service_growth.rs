//! Services that come and go for hours leave nothing in memory.

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use grapevine_collectors::{Context, REGISTRY, Roots, Sample};
    use peak_alloc::PeakAlloc;

    #[global_allocator]
    static HEAP: PeakAlloc = PeakAlloc;

    fn begin(groups: &Path, number: usize) {
        let folder = groups.join(format!("system.slice/run-{number}.service"));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("cpu.stat"), "usage_usec 123\n").unwrap();
        fs::write(folder.join("memory.current"), "4096\n").unwrap();
    }

    /// One ends and another begins every fifth pass; they are found every tenth.
    #[test]
    fn ten_thousand_passes_do_not_grow() {
        // In memory, where there is such a folder: files are made and removed all the time.
        let in_memory = Path::new("/dev/shm");
        let machine =
            if in_memory.exists() { tempfile::tempdir_in(in_memory) } else { tempfile::tempdir() }.unwrap();
        let groups = machine.path().join("sys/fs/cgroup");
        fs::create_dir_all(&groups).unwrap();
        fs::write(groups.join("cgroup.controllers"), "cpu\n").unwrap();
        (0..SERVICES).for_each(|number| begin(&groups, number));
        let root = |name: &str| machine.path().join(name);
        let roots = Roots { proc: root("proc"), sys: root("sys"), etc: root("etc"), run: root("run") };
        let context = Context { roots, ..Context::of_this_machine() };
        let entry = REGISTRY.iter().find(|entry| entry.name == "service").unwrap();
        let (mut collector, mut sample) = ((entry.build)(&context), Sample::default());
        let (mut settled_bytes, mut readings) = (0, 0);
        for pass in 0..10_000_usize {
            if pass % 5 == 0 {
                let number = pass / 5;
                fs::remove_dir_all(groups.join(format!("system.slice/run-{number}.service"))).unwrap();
                begin(&groups, number + SERVICES);
            }
            sample.pass(u64::try_from(pass).unwrap() * 1000, collector.as_mut()).unwrap();
            if pass == 500 {
                settled_bytes = HEAP.current_usage();
                readings = sample.readings().len();
            }
        }
        let grown_bytes = HEAP.current_usage().saturating_sub(settled_bytes);
        println!("{settled_bytes} B after 500 passes, {grown_bytes} B more after 10,000");
        assert!(readings > 50, "{readings}");
        assert!(grown_bytes < 16 << 10, "{grown_bytes} B of {settled_bytes} B");
    }

    const SERVICES: usize = 10;
}

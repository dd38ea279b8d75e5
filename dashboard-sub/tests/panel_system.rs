//! Processor, memory, pressure, file systems, interfaces, processes, the machine and its agent.

mod machine;

use grapevine_proto::Absence;
use grapevine_proto::catalogue::{
    agent, container, cpu, disk, host, load, memory, network, pressure, process,
};
use grapevine_sub::{Panel, Status};
use machine::{Machine, WALL_S};

const GIB: f64 = 1_073_741_824.0;

#[test]
fn cores_and_clusters_are_told_with_the_processor() {
    let machine = Machine::new()
        .number(&cpu::USE, 35.0)
        .number_of(&cpu::CORE_USE, &["0"], 10.0)
        .number_of(&cpu::CORE_USE, &["1"], 60.0)
        .number_of(&cpu::CLUSTER_USE, &["1024"], 60.0)
        .text_of(&cpu::TEMPERATURE_SENSOR, &[], "k10temp Tctl")
        .absent(&cpu::TEMPERATURE, &[], Absence::Unsupported)
        .number(&load::AVG1, 1.5);
    let seen = machine.host();
    let cpu = seen.host.cpu(seen.now);
    assert_eq!(cpu.use_percent.value, Some(35.0));
    assert_eq!(cpu.load1.value, Some(1.5));
    assert_eq!(cpu.temperature_sensor.value, Some("k10temp Tctl"));
    assert_eq!(cpu.temperature_celsius.value, None);
    assert_eq!(cpu.temperature_celsius.absence, Some(Absence::Unsupported));
    let cores: Vec<_> = cpu.cores.iter().map(|core| (core.core, core.use_percent.value)).collect();
    assert_eq!(cores, [("0", Some(10.0)), ("1", Some(60.0))]);
    assert_eq!(cpu.clusters.get("1024").unwrap().use_percent.value, Some(60.0));
    assert_eq!(seen.assess(&Default::default()).panel(Panel::Cpu), Some(Status::Ok), "its use is not judged");
}

#[test]
fn memory_comes_with_zram_tmpfs_and_settings() {
    let machine = Machine::new()
        .number(&memory::TOTAL, 16.0 * GIB)
        .number(&memory::USED, 4.0 * GIB)
        .number(&memory::SWAP_TOTAL, 0.0)
        .number(&memory::SWAP_USED, 0.0)
        .number(&memory::ZRAM_RATIO, 3.25)
        .number_of(&memory::TMPFS_SIZE, &["/tmp"], 8.0 * GIB)
        .number_of(&memory::TMPFS_USED, &["/tmp"], 2.0 * GIB)
        .number(&memory::SWAPPINESS, 60.0)
        .number(&pressure::MEMORY_FULL_AVG60, 2.5);
    let seen = machine.host();
    let memory = seen.host.memory(seen.now);
    assert_eq!(memory.used_percent().value, Some(25.0));
    assert_eq!(memory.swap_used_percent().value, None, "nothing is no share of nothing");
    assert_eq!(memory.zram_ratio.value, Some(3.25));
    assert_eq!(memory.tmpfs.get("/tmp").unwrap().used_percent().value, Some(25.0));
    assert_eq!(memory.swappiness.value, Some(60.0));
    assert_eq!(seen.host.pressure(seen.now).memory_full_avg60_percent.value, Some(2.5));
}

#[test]
fn memory_is_a_warning_from_80_and_critical_from_90_percent_on() {
    for (used, findings) in [
        (79.9, vec![]),
        (80.0, vec!["warning: memory is used 80 %"]),
        (89.9, vec!["warning: memory is used 89 %"]),
        (90.0, vec!["critical: memory is used 90 %"]),
    ] {
        // The scales of both are 4 MiB or finer.
        let machine = Machine::new().number(&memory::TOTAL, 4000.0 * GIB);
        assert_eq!(machine.number(&memory::USED, used * 40.0 * GIB).findings(), findings, "{used}");
    }
}

#[test]
fn file_systems_are_judged_by_what_users_can_use() {
    let mount = |used: f64, available: f64| {
        Machine::new()
            .number_of(&disk::SPACE_SIZE, &["/srv"], 1000.0 * GIB)
            .number_of(&disk::SPACE_USED, &["/srv"], used * GIB)
            .number_of(&disk::SPACE_AVAILABLE, &["/srv"], available * GIB)
    };
    assert_eq!(mount(796.0, 204.0).findings(), Vec::<String>::new());
    assert_eq!(mount(800.0, 200.0).findings(), ["warning: /srv is 80 % full"]);
    assert_eq!(mount(896.0, 104.0).findings(), ["warning: /srv is 89 % full"]);
    assert_eq!(mount(900.0, 100.0).findings(), ["critical: /srv is 90 % full"]);
    assert_eq!(mount(900.0, 50.0).findings(), ["critical: /srv is 94 % full"], "5 % are reserved");

    let files = mount(1.0, 999.0).number_of(&disk::SPACE_INODES_USED, &["/srv"], 95.0);
    assert_eq!(files.findings(), ["critical: /srv has 95 % of the files that it has room for"]);
    let read_only = mount(1000.0, 0.0).number_of(&disk::SPACE_READ_ONLY, &["/srv"], 1.0);
    assert_eq!(read_only.findings(), ["warning: /srv is read-only"], "it cannot become any fuller");
    assert_eq!(read_only.host().summary().disk_percent.value, None);
}

#[test]
fn the_summary_has_the_fullest_file_system_and_the_busiest_interface() {
    let machine = Machine::new()
        .number(&host::BOOT_TIME, WALL_S - 3600.0)
        .number_of(&disk::SPACE_USED, &["/"], 64.0 * GIB)
        .number_of(&disk::SPACE_AVAILABLE, &["/"], 192.0 * GIB)
        .number_of(&disk::SPACE_USED, &["/srv"], 192.0 * GIB)
        .number_of(&disk::SPACE_AVAILABLE, &["/srv"], 64.0 * GIB)
        .number_of(&network::RECEIVE, &["br0"], 1024.0)
        .number_of(&network::RECEIVE, &["eth0"], 4096.0)
        .number_of(&network::TRANSMIT, &["br0"], 2048.0)
        .absent(&network::TRANSMIT, &["eth0"], Absence::Failed);
    let summary = machine.host().summary();
    assert_eq!(summary.disk_percent.value, Some(75.0));
    assert_eq!((summary.receive.value, summary.transmit.value), (Some(4096.0), Some(2048.0)));
    let uptime_s = summary.uptime_s.value.unwrap();
    assert!((3540.0..=3660.0).contains(&uptime_s), "{uptime_s}: the step is a minute");
    assert!(!summary.gpu_count.is_told() && !summary.wear_percent.is_told());
}

#[test]
fn ports_of_rdma_devices_stand_beside_the_interfaces() {
    let machine = Machine::new()
        .number_of(&network::CARRIER, &["eth0"], 1.0)
        .text_of(&network::PORT, &["eth0"], "p0")
        .number_of(&network::RDMA_RECEIVE, &["mlx5_0", "1"], 4096.0);
    let seen = machine.host();
    let network = seen.host.network(seen.now);
    assert_eq!(network.interfaces.get("eth0").unwrap().port.value, Some("p0"));
    assert_eq!(network.rdma.get(("mlx5_0", "1")).unwrap().receive.value, Some(4096.0));
    assert_eq!((network.interfaces.len(), network.rdma.len()), (1, 1));
}

#[test]
fn processes_containers_machine_and_agent_are_told() {
    let machine = Machine::new()
        .number(&process::TOTAL, 300.0)
        .number_of(&process::CPU, &["firefox"], 120.0)
        .number(&container::COUNT, 1.0)
        .text_of(&container::NAME, &["0123456789ab"], "db")
        .number_of(&container::MEMORY, &["0123456789ab"], GIB)
        .number_of(&container::MEMORY_LIMIT, &["0123456789ab"], 4.0 * GIB)
        .text_of(&host::KERNEL, &[], "6.12.0")
        .text_of(&agent::VERSION, &[], "0.1.0")
        .number_of(&agent::COLLECTOR_PASS, &["cpu"], 128.0);
    let seen = machine.host();
    let processes = seen.host.processes(seen.now);
    assert_eq!(processes.total.value, Some(300.0));
    assert_eq!(processes.list.get("firefox").unwrap().cpu_percent.value, Some(120.0));
    let containers = seen.host.containers(seen.now);
    let container = containers.list.get("0123456789ab").unwrap();
    assert_eq!((container.name.value, container.memory_used_percent().value), (Some("db"), Some(25.0)));
    assert_eq!(seen.host.machine(seen.now).kernel.value, Some("6.12.0"));
    let agent = seen.host.agent(seen.now);
    assert_eq!(agent.version.value, Some("0.1.0"));
    assert_eq!(agent.collectors.get("cpu").unwrap().pass_us.value, Some(128.0));
}

use std::ffi::OsString;

use super::*;
use grapevine_collectors::backup::Source;
use grapevine_collectors::{Context, REGISTRY};

fn load_from(
    file: Option<&Path>,
    standard_files: &[PathBuf],
    environment: impl Iterator<Item = (String, OsString)>,
) -> Result<Config, ConfigError> {
    SOURCES.load_from(file, standard_files, environment).and_then(checked)
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// What the operator is told of a file with this text.
fn complaint(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "agent.toml", text);
    let error = load_from(Some(&path), &[], std::iter::empty()).unwrap_err();
    error.to_string().replace(&format!("{}/", folder.path().display()), "")
}

fn accepted(text: &str) -> Config {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "agent.toml", text);
    load_from(Some(&path), &[], std::iter::empty()).unwrap()
}

#[test]
fn nothing_configured_is_a_loopback_agent() {
    let config = load_from(None, &[], std::iter::empty()).unwrap();
    assert!(config.metrics_agent.bind.is_loopback());
    assert_eq!(config.metrics_agent.port, 6130);
    for entry in REGISTRY {
        let interval_ms = config.collectors.interval_ms(entry);
        assert_eq!(interval_ms, (!entry.is_opt_in).then_some(entry.interval_ms), "{}", entry.name);
    }
}

#[test]
fn the_example_says_what_holds_without_it() {
    let (example, default) = (accepted(include_str!("../../agent.example.toml")), Config::default());
    assert_eq!(format!("{:#?}", example.metrics_agent), format!("{:#?}", default.metrics_agent));
    for entry in REGISTRY {
        let intervals = [&example, &default].map(|config| config.collectors.interval_ms(entry));
        assert_eq!(intervals[0], intervals[1], "{}", entry.name);
    }
    let context = |config: Config| {
        let Context { smart, gpu, services, containers, backup, .. } = config.collectors.context(None);
        format!("{smart:#?} {gpu:#?} {services:#?} {containers:#?} {backup:#?}")
    };
    assert_eq!(context(example), context(default));
}

#[test]
fn the_predecessors_names_are_known() {
    let config = accepted(
        "[metrics_agent]\nenabled = true\nport = 7000\nbind = \"0.0.0.0\"\nplaintext = true\n\
         neighbors = [\"srv01:6130\", \"cmbox:6130\"]\nrole = \"gpu\"\nhost_name = \"srv02\"\ngroups = [\"lab\"]\n\
         [collectors]\ncpu_metrics = { enabled = true, interval_ms = 2000 }\ndisk_metrics = { enabled = false }\n",
    );
    let neighbors: Vec<String> = config.metrics_agent.neighbors.iter().map(|n| n.0.to_string()).collect();
    assert_eq!(neighbors.len(), 2);
    assert!(neighbors[0].contains("srv01:6130"), "{neighbors:?}");
    let interval =
        |name| config.collectors.interval_ms(REGISTRY.iter().find(|entry| entry.name == name).unwrap());
    assert_eq!((interval("cpu"), interval("disk")), (Some(2000), None));
}

#[test]
fn how_gpus_are_read_can_be_set() {
    let config = accepted(
        "[collectors]\ngpu_metrics = { interval_ms = 250, sources = [\"nvml\"], wake_suspended = true, \
         nvml_library = \"/opt/libnvidia-ml.so.1\", helper = \"/opt/grapevine-gpu\" }\n",
    );
    let gpu = config.collectors.context(None).gpu;
    assert!(gpu.wakes_suspended);
    assert_eq!(gpu.sources, [grapevine_collectors::gpu::Source::Nvml]);
    assert_eq!(gpu.nvml_library.as_deref(), Some(Path::new("/opt/libnvidia-ml.so.1")));
    assert_eq!(gpu.reader.as_deref(), Some(Path::new("/opt/grapevine-gpu")));
    let entry = REGISTRY.iter().find(|entry| entry.name == "gpu").unwrap();
    assert_eq!(config.collectors.interval_ms(entry), Some(250));
}

#[test]
fn backups_can_be_named() {
    let config = accepted(
        "[collectors.backup_metrics]\nreports = \"/srv/reports\"\n\
         [[collectors.backup_metrics.jobs]]\njob = \"home\"\nsource = \"report\"\nmax_age_s = 7200\n\
         [[collectors.backup_metrics.jobs]]\njob = \"etc\"\nsource = \"textfile\"\nfile = \"/srv/etc.prom\"\n\
         [[collectors.backup_metrics.jobs]]\njob = \"nas\"\nsource = \"borg\"\nrepository = \"/srv/borg\"\n\
         passphrase_file = \"/etc/grapevine/borg.pass\"\ninterval_s = 600\nsizes = true\n",
    );
    let backup = config.collectors.context(None).backup;
    assert_eq!(backup.reports, Path::new("/srv/reports"));
    let jobs: Vec<_> = backup.jobs.iter().map(|job| (job.name.as_str(), job.max_age_s)).collect();
    assert_eq!(jobs, [("home", 7200), ("etc", 93_600), ("nas", 93_600)]);
    let Source::Repository(query) = &backup.jobs[2].source else { panic!("{:?}", backup.jobs[2]) };
    assert_eq!((query.repository.as_str(), query.interval_s, query.sizes), ("/srv/borg", 600, true));
}

#[test]
fn services_are_chosen_by_name() {
    let config = accepted(
        "[collectors]\nservice_metrics = { include = [\"sshd\", \"*.timer\"], exclude = [\"getty@*\"], \
         folders = [{ service = \"db\", path = \"/srv/db\", quota_bytes = 5 }] }\n",
    );
    let services = config.collectors.context(None).services;
    let names = |patterns: &[grapevine_collectors::service::Pattern]| {
        patterns.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(names(&services.include), ["sshd.service", "*.timer"]);
    assert_eq!(names(&services.exclude), ["getty@*"]);
    assert_eq!(
        (services.folders[0].service.as_str(), services.folders[0].quota_bytes),
        ("db.service", Some(5))
    );
    let twice = "{ service = \"db\", path = \"/srv\" }";
    let complaint =
        complaint(&format!("[collectors]\nservice_metrics = {{ folders = [{twice}, {twice}] }}\n"));
    assert!(complaint.contains("db.service is no single service, or is there twice"), "{complaint}");
}

#[test]
fn how_drives_are_read_can_be_set() {
    let config = accepted(
        "[collectors]\nsmart_metrics = { interval_ms = 5000, source = \"files\", smartctl = \"/opt/smartctl\", \
         directory = \"/srv/smart\", max_age_ms = 7200000 }\n",
    );
    let smart = config.collectors.context(None).smart;
    assert_eq!(smart.source, grapevine_collectors::smart::Source::Files);
    assert_eq!(smart.smartctl, "/opt/smartctl");
    assert_eq!(smart.directory, Path::new("/srv/smart"));
    assert_eq!(smart.max_age_ms, 7_200_000);
    let entry = REGISTRY.iter().find(|entry| entry.name == "smart").unwrap();
    assert_eq!(config.collectors.interval_ms(entry), Some(5000));
}

#[test]
fn pings_need_a_listener_and_beyond_this_machine_a_secret() {
    let job = "[[collectors.backup_metrics.jobs]]\njob = \"home\"\nsource = \"ping\"\n";
    let listen = |address: &str| format!("[collectors.backup_metrics]\nping_listen = \"{address}\"\n{job}");
    let deaf = complaint(job);
    assert!(deaf.contains("nobody listens: set ping_listen"), "{deaf}");
    assert!(accepted(&listen("127.0.0.1:6131")).collectors.ping_listen().is_some());
    accepted(&listen("[::1]:6131"));
    let open = complaint(&listen("0.0.0.0:6131"));
    assert!(open.contains("is open to the network: give the job \"home\" a ping of 22"), "{open}");
    accepted(&format!("{}ping = \"5c4c1b3e-7f1e-4d0c-9a53-0f6f2a0e8d11\"\n", listen("0.0.0.0:6131")));
    let twice =
        complaint(&format!("{}{}", listen("127.0.0.1:0"), job.replace("home", "etc") + "ping = \"home\"\n"));
    assert!(twice.contains("is the ping of two jobs"), "{twice}");
}

#[test]
fn mistakes_in_backups_are_told_with_their_line() {
    for (text, expected) in [
        (
            "[collectors]\nservice_metrics = { include = [\"a b\"] }\n",
            "agent.toml:2: \"a b\" is no name of a service",
        ),
        (
            "[collectors]\ncontainer_metrics = { sockets = [\"docker.sock\"] }\n",
            "configuration: collectors.container_metrics.sockets: docker.sock is no whole path",
        ),
        (
            "[[collectors.backup_metrics.jobs]]\njob = \"a\"\nsource = \"report\"\nmax_age = 1\n",
            "agent.toml:4: unknown field `max_age`",
        ),
        (
            "\n[[collectors.backup_metrics.jobs]]\njob = \"a b\"\nsource = \"report\"\n",
            "agent.toml:2: \"a b\" is no name of a job",
        ),
        (
            "\n[[collectors.backup_metrics.jobs]]\njob = \"a\"\nsource = \"textfile\"\n",
            "agent.toml:2: the job \"a\" lacks file",
        ),
        (
            "\n[[collectors.backup_metrics.jobs]]\njob = \"a\"\nsource = \"restic\"\n",
            "agent.toml:2: the job \"a\" lacks repository",
        ),
        (
            "\n[[collectors.backup_metrics.jobs]]\njob = \"a\"\nsource = \"unit\"\nunit = \"--help\"\n",
            "agent.toml:2: the job \"a\" lacks unit",
        ),
        (
            "\n[[collectors.backup_metrics.jobs]]\njob = \"a\"\nsource = \"report\"\nsizes = true\n",
            "agent.toml:2: the job \"a\" has no use for sizes",
        ),
        (
            "\n[[collectors.backup_metrics.jobs]]\njob = \"a\"\nsource = \"report\"\nmax_age_s = 1\n",
            "agent.toml:2: max_age_s = 1 of the job \"a\": use 60 to",
        ),
        (
            "[collectors.backup_metrics]\njobs = [{ job = \"a\", source = \"report\" }, { job = \"a\", source = \"report\" }]\n",
            "configuration: collectors.backup_metrics.jobs: the job \"a\" is there twice",
        ),
    ] {
        let complaint = complaint(text);
        assert!(complaint.starts_with(expected), "{text:?} gave {complaint:?}");
    }
}

#[test]
fn mistakes_are_told_with_their_line() {
    for (text, expected) in [
        ("[metrics_agent]\nport = 6130\nprot = 1\n", "agent.toml:3: unknown field `prot`, expected"),
        ("[metrics_agent]\nport = 99999\n", "agent.toml:2: "),
        ("\n\n[metrics_agent\n", "agent.toml:3: "),
        ("[metrics_agent]\nhost_name = \"two words\"\n", "agent.toml:2: \"two words\" is not a host name"),
        ("[metrics_agent]\nneighbors = [\"srv01:x\"]\n", "agent.toml:2: "),
        ("[metrics_agent]\nallow_origins = [\"srv01\"]\n", "agent.toml:2: \"srv01\" is no origin"),
        (
            "[collectors]\n\ncpu_metric = {}\n",
            "agent.toml:3: unknown collector `cpu_metric`, expected one of",
        ),
        ("[collectors]\ncpu_metrics = { interval = 3 }\n", "agent.toml:2: unknown field `interval`"),
        ("[collectors]\ncpu_metrics = { helper = \"x\" }\n", "agent.toml:2: unknown field `helper`"),
        (
            "[collectors]\ngpu_metrics = { sources = [\"x\"] }\n",
            "agent.toml:2: unknown variant `x`, expected",
        ),
        ("[collectors]\nsmart_metrics = { source = \"x\" }\n", "agent.toml:2: unknown variant `x`, expected"),
        ("[collectors]\nsmart_metrics = { helper = \"x\" }\n", "agent.toml:2: unknown field `helper`"),
        (
            "[collectors]\nsmart_metrics = { interval_ms = 4999 }\n",
            "configuration: collectors.smart_metrics.interval_ms = 4999: use 5000 to 86400000",
        ),
        (
            "[collectors]\nsmart_metrics = { directory = \"smart\" }\n",
            "configuration: collectors.smart_metrics.directory = \"smart\": use an absolute path",
        ),
        (
            "[collectors]\nsmart_metrics = { max_age_ms = 1 }\n",
            "configuration: collectors.smart_metrics.max_age_ms = 1: use 5000 or more",
        ),
        (
            "[metrics_agent]\ninterval_ms = 499\n",
            "configuration: metrics_agent.interval_ms = 499: use 500 to 60000",
        ),
        ("[metrics_agent]\nhop_limit = 0\n", "configuration: metrics_agent.hop_limit = 0"),
        ("[metrics_agent]\nlinks = 17\n", "configuration: metrics_agent.links = 17: use 0 to 16"),
        (
            "[metrics_agent]\ndiscovery = true\n",
            "configuration: metrics_agent.discovery = true, but nobody on the LAN reaches 127.0.0.1",
        ),
    ] {
        let complaint = complaint(text);
        assert!(complaint.starts_with(expected), "{text:?} gave {complaint:?}");
        assert!(!complaint.contains('\n'), "one line: {complaint:?}");
    }
}

#[test]
fn an_open_door_needs_a_word() {
    let open = complaint("[metrics_agent]\nbind = \"0.0.0.0\"\n");
    assert!(open.contains("plaintext = true") && open.contains("0.0.0.0"), "{open}");
    let far = complaint("[metrics_agent]\nneighbors = [\"srv01:6130\"]\n");
    assert!(far.contains("srv01") && far.contains("plaintext = true"), "{far}");
    accepted("[metrics_agent]\nbind = \"0.0.0.0\"\nkey_file = \"cluster.key\"\nneighbors = [\"srv01\"]\n");
    let both = complaint("[metrics_agent]\nplaintext = true\nkey_file = \"cluster.key\"\n");
    assert!(both.contains("contradict"), "{both}");
    accepted("[metrics_agent]\nneighbors = [\"localhost:1\", \"127.0.0.2:6130\", \"[::1]:6130\"]\n");
}

#[test]
fn the_file_named_beats_the_environment_beats_the_standard_files() {
    let folder = tempfile::tempdir().unwrap();
    let standard =
        write(folder.path(), "etc.toml", "[metrics_agent]\nport = 1\nrole = \"etc\"\nhop_limit = 9\n");
    let named = write(folder.path(), "named.toml", "[metrics_agent]\nport = 3\n");
    let environment = [
        ("GRAPEVINE_METRICS_AGENT_PORT", "2"),
        ("GRAPEVINE_METRICS_AGENT_ROLE", "environment"),
        ("GRAPEVINE_METRICS_AGENT_NEIGHBORS", "localhost:1, 127.0.0.2"),
        ("GRAPEVINE_COLLECTORS_CPU_METRICS", "{ interval_ms = 500 }"),
        ("GRAPEVINE_ATTACH", "is somebody else's"),
    ];
    let environment = environment.map(|(name, value)| (name.to_owned(), OsString::from(value)));
    let config = load_from(Some(&named), &[standard], environment.into_iter()).unwrap();
    let agent = &config.metrics_agent;
    assert_eq!((agent.port, agent.role.as_str(), agent.hop_limit), (3, "environment", 9));
    assert_eq!(agent.neighbors.len(), 2);
    assert_eq!(
        REGISTRY.iter().find_map(|entry| (entry.name == "cpu").then(|| config.collectors.interval_ms(entry))),
        Some(Some(500))
    );
}

#[test]
fn a_mistake_in_the_environment_names_the_variable() {
    for (name, value) in [("GRAPEVINE_METRICS_AGENT_PORT", "many"), ("GRAPEVINE_METRICS_AGENT_PROT", "1")] {
        let environment = [(name.to_owned(), OsString::from(value))];
        let error = load_from(None, &[], environment.into_iter()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("environment variable {name}: ")), "{error}");
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = load_from(Some(Path::new("/nowhere/agent.toml")), &[], std::iter::empty()).unwrap_err();
    assert_eq!(error.to_string(), "cannot read configuration /nowhere/agent.toml");
}

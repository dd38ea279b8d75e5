//! The tables of PROTOCOL.md that follow from the code are up to date.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::path::PathBuf;
use std::{env, fs};

use grapevine_proto::limits::Rate;
use grapevine_proto::{FRAME_OVERHEAD_BYTES, Kind, Metric, Scale, catalogue, limits};

#[test]
fn the_table_of_metrics_is_the_catalogue() {
    let head = "| Number | Name | Kind | Unit | Step | Labels | Max. age | Meaning |\n|---|---|---|---|---|---|---|---|\n";
    let rows: String = catalogue::rows().map(row).collect();
    check("<!-- catalogue begins -->\n", "<!-- catalogue ends -->", &format!("{head}{rows}"));
}

#[test]
fn the_table_of_limits_is_that_of_the_code() {
    let sizes = limits().into_iter().map(|(what, limit)| format!("| {what} | {limit} |\n"));
    let rates = rates().into_iter().map(|(what, Rate { interval_us, burst })| match interval_us {
        ..1000 => format!("| {what} | {burst} at once, one more every {interval_us} µs |\n"),
        1000.. => format!("| {what} | {burst} at once, one more every {} ms |\n", interval_us / 1000),
    });
    let rows: String = sizes.chain(rates).collect();
    check("<!-- limits begin -->\n", "<!-- limits end -->", &format!("| What | Most |\n|---|---|\n{rows}"));
}

fn row(metric: &Metric) -> String {
    let Metric { id, name, unit, help, .. } = metric;
    let kind = match metric.kind {
        Kind::Gauge => "gauge",
        Kind::Counter => "counter",
        Kind::Text => "text",
    };
    let step = match metric.scale {
        Scale::Whole => "1".to_owned(),
        Scale::Multiple(units) => units.to_string(),
        Scale::Fraction(steps) => format!("1/{steps}"),
        Scale::Octaves => "octave".to_owned(),
    };
    let labels: Vec<&str> = metric.labels.iter().collect();
    let labels = if labels.is_empty() { "-".to_owned() } else { labels.join(" ") };
    let max_age_s = f64::from(metric.max_age_ms) / 1000.0;
    let cells = format!("{name} | {kind} | {unit} | {step} | {labels} | {max_age_s} | {help}");
    assert_eq!(cells.matches('|').count(), 6, "{name}: a bar would end a cell of the table");
    format!("| {} | {cells} |\n", id.0)
}

fn limits() -> Vec<(&'static str, usize)> {
    vec![
        ("bytes of a message, over all its parts", limits::MESSAGE_BYTES_MAX),
        ("bytes of a frame", limits::FRAME_BYTES_MAX),
        ("bytes of a body", limits::BODY_BYTES_MAX),
        ("bytes of a frame besides its body (always)", FRAME_OVERHEAD_BYTES),
        ("bytes of a host name", limits::HOST_NAME_BYTES_MAX),
        (
            "readings of a host, metrics, rows, and items of each list of cells and changes",
            limits::READINGS_MAX,
        ),
        ("label keys of a metric", limits::LABELS_MAX),
        ("label values in a series, and indices to them", limits::LABEL_VALUES_MAX),
        ("bytes of a label value", limits::LABEL_BYTES_MAX),
        ("bytes of a text value", limits::TEXT_BYTES_MAX),
        ("groups of a host", limits::GROUPS_MAX),
        ("neighbours in each list of links", limits::LINKED_MAX),
        ("hops, unless configured otherwise", limits::HOP_LIMIT.into()),
        ("epoch, and sequence", limits::POSITION_MAX.try_into().unwrap()),
        ("origins that an agent remembers", limits::ORIGINS_MAX),
        (
            "bytes of frames that an agent holds of any origin, whatever the others need",
            limits::HELD_SHARE_BYTES,
        ),
        ("bytes of frames that an agent holds", limits::HELD_BYTES_MAX),
        ("links of an agent", limits::LINKS_MAX),
        ("aliases of an agent, which are numbers below that", limits::ALIASES_MAX),
        ("items of each list of TREES", limits::TREES_MAX),
        ("origins in a SUMMARY or WANT", limits::SUMMARY_MAX),
        ("addresses in a HELLO or DIGEST", limits::PEERS_MAX),
    ]
}

fn rates() -> Vec<(&'static str, Rate)> {
    vec![
        ("frames of an origin", limits::FRAME_RATE),
        ("new epochs of an origin", limits::EPOCH_RATE),
        ("new origins by a link", limits::INTRODUCTION_RATE),
        ("forgeries on a link", limits::FORGERY_RATE),
        ("frames on a link that came before, until the operator is told", limits::REPEAT_RATE),
        (
            "signatures that an agent verifies; of the second half at once, each link has an equal share",
            limits::SIGNATURE_RATE,
        ),
        ("invitations on a link", limits::INVITE_RATE),
        ("jumps above an epoch that a frame shows", limits::JUMP_RATE),
        ("jumps above an epoch that a WELCOME claims", limits::CLAIM_RATE),
    ]
}

/// Asserts that PROTOCOL.md has `table` between the two markers, or puts it there.
fn check(begin: &str, end: &str, table: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../PROTOCOL.md");
    let paper = fs::read_to_string(&path).unwrap();
    let parts = paper.split_once(begin).and_then(|(head, rest)| Some((head, rest.split_once(end)?)));
    let Some((head, (found, tail))) = parts else {
        panic!("PROTOCOL.md lacks the markers {begin} and {end}")
    };
    if env::var_os("GRAPEVINE_BLESS").is_some() {
        fs::write(&path, format!("{head}{begin}{table}{end}{tail}")).unwrap();
    } else {
        assert_eq!(
            found, table,
            "PROTOCOL.md is behind the code: run \
             GRAPEVINE_BLESS=1 cargo test -p grapevine-proto --test catalogue -- --test-threads 1"
        );
    }
}

//! A job's figures in Prometheus' text format, as scripts write them for the textfile collector of node_exporter.

use super::job::{Outcome, Report, Success, outcome_of_exit};
use super::report::duration_s;
use super::text::line;

/// Reads the figures of `job` from a file last changed at `changed`.
///
/// Scripts choose their own names, so only the ends of names count: `borgmatic_last_success_timestamp_seconds` is as good as
/// `last_success`. Where a sample has a label `job`, it must be the job's. No success can be later than the file: a
/// script that no longer runs leaves a file behind that says what it always said.
pub(super) fn parse(job: &str, bytes: &[u8], changed: u64) -> Result<Report, String> {
    let text = str::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned())?;
    let mut report = Report::default();
    let mut success = None;
    let mut is_any = false;
    for (name, labels, value) in text.lines().filter_map(sample) {
        if label(labels, "job").is_some_and(|of| of != job) {
            continue;
        }
        is_any |= put(&mut report, &mut success, name, value);
        report.tool = report.tool.or_else(|| label(labels, "tool").map(line));
    }
    if !is_any {
        return Err(line(&format!("no figure of the job {job} is in the file")));
    }
    if let (Outcome::Unknown, Some(code)) = (report.outcome, report.exit_code) {
        report.outcome = outcome_of_exit(report.tool.as_deref(), code);
    }
    if report.outcome == Outcome::Unknown && success.is_some() {
        report.outcome = Outcome::Ok;
    }
    let made_a_backup = matches!(report.outcome, Outcome::Ok | Outcome::Warn);
    let at = success.or_else(|| made_a_backup.then(|| report.finished.unwrap_or(changed)));
    report.success = at.map_or(Success::Unknown, |at| Success::At(at.min(changed)));
    report.duration_s = report.duration_s.or_else(|| duration_s(report.started, report.finished));
    Ok(report)
}

/// Puts the value where its name says; false if the name says nothing.
fn put(report: &mut Report, success: &mut Option<u64>, name: &str, value: f64) -> bool {
    let name = name.strip_suffix("_seconds").unwrap_or(name);
    let name = name.strip_suffix("_timestamp").or_else(|| name.strip_suffix("_time")).unwrap_or(name);
    let ends = |end: &str| name.strip_suffix(end).is_some_and(|head| head.is_empty() || head.ends_with('_'));
    let whole = whole(value);
    if ends("last_success") {
        *success = whole.filter(|at| *at > 0);
    } else if ends("success") {
        report.outcome = if value > 0.0 { Outcome::Ok } else { Outcome::Fail };
    } else if ends("exit_code") || ends("exit_status") {
        report.exit_code = whole.and_then(|code| i32::try_from(code).ok());
    } else if ends("started") || ends("start") {
        report.started = whole;
    } else if ends("finished") || ends("end") {
        report.finished = whole;
    } else if ends("duration") {
        report.duration_s = Some(value);
    } else if ends("read_bytes") || ends("bytes_read") {
        report.bytes_read = whole;
    } else if ends("stored_bytes") || ends("bytes_stored") || ends("added_bytes") {
        report.bytes_stored = whole;
    } else if ends("files") {
        report.files = whole;
    } else if ends("snapshots") || ends("archives") {
        report.snapshots = whole;
    } else if ends("next_due") {
        report.next_due = whole;
    } else {
        return false;
    }
    true
}

/// `name{labels} value timestamp`
fn sample(line: &str) -> Option<(&str, &str, f64)> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let (name, labels, rest) = match line.split_once('{') {
        Some((name, rest)) => {
            let (labels, rest) = rest.rsplit_once('}')?;
            (name, labels, rest)
        }
        None => {
            let (name, rest) = line.split_once([' ', '\t'])?;
            (name, "", rest)
        }
    };
    Some((name.trim(), labels, rest.split_ascii_whitespace().next()?.parse().ok()?))
}

/// The value of a label, if it has no escapes.
fn label<'a>(labels: &'a str, key: &str) -> Option<&'a str> {
    labels.split(',').find_map(|label| {
        let (found, value) = label.split_once('=')?;
        (found.trim() == key).then(|| value.trim().strip_prefix('"')?.strip_suffix('"'))?
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in the range")]
fn whole(value: f64) -> Option<u64> {
    // Above 2^53 not every number is one.
    (0.0..9e15).contains(&value).then_some(value as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FILE: &str = "# HELP restic_last_success_timestamp_seconds x\n# TYPE restic_files gauge\n\
        restic_last_success_timestamp_seconds{job=\"home\",host=\"a\"} 1.7e+09\n\
        restic_last_success_timestamp_seconds{job=\"etc\"} 1600000000\n\
        restic_files{job=\"home\"} 12\nrestic_exit_code{job=\"home\",tool=\"restic\"} 3\n\
        restic_duration_seconds{job=\"home\"} 61.5\n";

    #[test]
    fn figures_of_the_job_are_found() {
        let report = parse("home", FILE.as_bytes(), 1_700_000_100).unwrap();
        assert_eq!((report.outcome, report.success), (Outcome::Warn, Success::At(1_700_000_000)));
        assert_eq!((report.files, report.duration_s, report.exit_code), (Some(12), Some(61.5), Some(3)));
        let report = parse("etc", FILE.as_bytes(), 1_700_000_100).unwrap();
        assert_eq!((report.outcome, report.success), (Outcome::Ok, Success::At(1_600_000_000)));
        assert!(parse("var", FILE.as_bytes(), 0).is_err());
    }

    #[test]
    fn a_file_that_is_no_longer_written_grows_old() {
        let report = parse("home", b"backup_success 1\n", 1000).unwrap();
        assert_eq!((report.outcome, report.success), (Outcome::Ok, Success::At(1000)));
        let report = parse("home", b"backup_last_success_timestamp_seconds 2000\n", 1000).unwrap();
        assert_eq!(report.success, Success::At(1000));
        let report = parse("home", b"backup_success 0\n", 1000).unwrap();
        assert_eq!((report.outcome, report.success), (Outcome::Fail, Success::Unknown));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>, text in "[a-z_{}=\", 0-9.\n]{0,80}") {
            drop(parse("home", &bytes, 1));
            drop(parse("home", text.as_bytes(), 1));
        }
    }
}

//! The table on the command line: what was run before is not run again.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use anyhow::Context;
use grapevine_sim::{Report, Scenario, Size, all, markdown, named, run_all};

#[derive(Debug, clap::Args)]
pub(crate) struct TableArguments {
    /// Number of hosts.
    #[arg(long, default_value_t = 1000)]
    n: usize,
    /// How many seeds, from 1 on.
    #[arg(long, default_value_t = 20)]
    seeds: u64,
    /// Mean number of links that come from seeds.
    #[arg(long, default_value_t = 6)]
    degree: usize,
    /// Only these scenarios.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Leave out floods, which take longest.
    #[arg(long)]
    no_flooding: bool,
    /// Keep each result in this file, a line of JSON each, and do not run again what is there.
    #[arg(long)]
    results: Option<PathBuf>,
    /// How many runs at once; as many as there are processors if not given.
    #[arg(long)]
    jobs: Option<usize>,
}

/// Runs what is missing and prints the table.
pub(crate) fn print(arguments: &TableArguments, out: &mut impl Write) -> anyhow::Result<()> {
    let known = known(arguments)?;
    let wanted = jobs(arguments)?;
    let is_known =
        |scenario: &Scenario, size: &Size| known.iter().any(|report| is_of(report, scenario, size));
    let missing = wanted.iter().filter(|(scenario, size)| !is_known(scenario, size)).copied().collect();
    let file = arguments.results.as_ref();
    let file = file.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
    let kept = Mutex::new((known, file, Vec::new()));
    let threads = arguments.jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get));
    run_all(missing, threads, |outcome| {
        let Ok(mut kept) = kept.lock() else { return };
        let (reports, file, problems) = &mut *kept;
        if let Some(log) = &outcome.log {
            problems.push(format!("{} with seed {}: {}", log.scenario, log.size.seed, log.violation));
        }
        let line = serde_json::to_string(&outcome.report).unwrap_or_default();
        if let Some(Err(error)) = file.as_mut().map(|file| writeln!(file, "{line}")) {
            problems.push(format!("a result was not kept: {error}"));
        }
        reports.push(outcome.report);
    });
    let (reports, _, problems) = kept.into_inner().map_err(|_| anyhow::anyhow!("a run stopped halfway"))?;
    let wanted_reports: Vec<Report> = reports
        .into_iter()
        .filter(|report| wanted.iter().any(|(scenario, size)| is_of(report, scenario, size)))
        .collect();
    let Size { n, speakers, .. } = Size::of(arguments.n, 1);
    writeln!(
        out,
        "{n} hosts, {speakers} of which publish, degree {}, {} seeds; mean ± 95 % confidence.\n",
        arguments.degree, arguments.seeds
    )?;
    writeln!(out, "{}", markdown(&wanted_reports))?;
    anyhow::ensure!(problems.is_empty(), "{}", problems.join("\n"));
    Ok(())
}

fn jobs(arguments: &TableArguments) -> anyhow::Result<Vec<(&'static Scenario, Size)>> {
    let scenarios: Vec<&Scenario> = if arguments.only.is_empty() {
        all().collect()
    } else {
        let find = |name: &String| named(name).with_context(|| format!("no scenario is called {name:?}"));
        arguments.only.iter().map(find).collect::<anyhow::Result<_>>()?
    };
    let mut jobs = Vec::new();
    for seed in 1..=arguments.seeds {
        for scenario in &scenarios {
            for is_flooding in [false, true] {
                if !(is_flooding && arguments.no_flooding) {
                    let size = Size::of(arguments.n, seed);
                    jobs.push((*scenario, Size { degree: arguments.degree, is_flooding, ..size }));
                }
            }
        }
    }
    Ok(jobs)
}

fn known(arguments: &TableArguments) -> anyhow::Result<Vec<Report>> {
    let Some(path) = arguments.results.as_ref().filter(|path| path.exists()) else { return Ok(Vec::new()) };
    let lines = BufReader::new(File::open(path)?).lines();
    lines
        .map(|line| serde_json::from_str(&line?).context("the file of results holds something else"))
        .collect()
}

fn is_of(report: &Report, scenario: &Scenario, size: &Size) -> bool {
    report.scenario == scenario.name
        && (report.n, report.degree, report.seed) == (size.n, size.degree, size.seed)
        && report.is_flooding == size.is_flooding
}

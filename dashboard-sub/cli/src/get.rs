//! `grapevine get`: all readings of one host.

use std::io::Write;
use std::time::Instant;

use anyhow::bail;
use glob::Pattern;
use grapevine_sub::{Host, HostReading, View};

use crate::args::{Attach, Get};
use crate::table::{Cell, Table};
use crate::tone::{Tone, is_colour_wanted};
use crate::{attach, json, line, output};
use grapevine_tui::units;

/// Prints the readings of the host that the user named; of each of them where several claim the name.
pub(crate) async fn run(attach: &Attach, get: &Get) -> anyhow::Result<()> {
    let subscription = attach::attach(attach.endpoints(), attach.options()?).await?;
    let view = attach::snapshot(&subscription, get.wait).await;
    let hosts = view.named(&get.host);
    if hosts.is_empty() {
        bail!("no host is named {:?}{}", get.host, suggestion(&view, &get.host));
    }
    let (now, metric) = (Instant::now(), get.metric.as_ref());
    let mut out = output::open();
    if get.json {
        let mut rows = Vec::new();
        for host in hosts {
            rows.extend(json::readings(host, matching(host, metric), now)?);
        }
        writeln!(out, "{}", serde_json::to_string(&rows)?)?;
    } else {
        for host in hosts {
            print(&mut out, host, metric, now)?;
        }
    }
    Ok(out.flush()?)
}

fn print(
    out: &mut output::Output,
    host: &Host,
    metric: Option<&Pattern>,
    now: Instant,
) -> anyhow::Result<()> {
    let colour = is_colour_wanted();
    let name = Tone::Strong.paint(host.name().as_str(), colour);
    let (state, age) = (host.freshness(now), units::age(host.age_ms(now)));
    let origin = host.origin();
    let conflict = if host.in_conflict() { ", in conflict with another origin" } else { "" };
    writeln!(out, "{name}  {state}, heard {age} ago over {} hops, origin {origin}{conflict}", host.hops())?;
    let mut table = Table::new(&[]);
    for reading in matching(host, metric) {
        let (value, tone) = line::value(&reading, now);
        table.push(vec![Cell::left(format!("  {}", line::title(&reading))), Cell::left(value).tone(tone)]);
    }
    for line in table.render(usize::MAX, colour) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn matching<'a>(host: &'a Host, metric: Option<&'a Pattern>) -> impl Iterator<Item = HostReading<'a>> {
    host.readings().filter(move |reading| metric.is_none_or(|glob| glob.matches(&reading.metric.name)))
}

/// What the user may have meant.
fn suggestion(view: &View, wanted: &str) -> String {
    let mut near: Vec<(usize, &str)> = view
        .hosts()
        .iter()
        .map(|host| (distance(wanted, host.name().as_str()), host.name().as_str()))
        .filter(|(distance, name)| {
            *distance <= EDITS_MAX || name.starts_with(wanted) || wanted.starts_with(name)
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    let near: Vec<&str> = near.into_iter().take(SUGGESTIONS_MAX).map(|(_, name)| name).collect();
    if near.is_empty() {
        return ": `grapevine hosts` lists all".to_owned();
    }
    format!("; there is {}", near.join(", "))
}

/// How many characters to insert, delete or replace to get from `a` to `b` (Levenshtein, 1966), ignoring case.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (index, from) in a.chars().enumerate() {
        let mut diagonal = index;
        let mut left = index + 1;
        for (cell, to) in row.iter_mut().zip(std::iter::once(None).chain(b.chars().map(Some))) {
            let Some(to) = to else {
                *cell = left;
                continue;
            };
            let replaced = diagonal + usize::from(!from.eq_ignore_ascii_case(&to));
            diagonal = *cell;
            *cell = replaced.min(diagonal + 1).min(left + 1);
            left = *cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

const EDITS_MAX: usize = 2;
const SUGGESTIONS_MAX: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_textbook() {
        let cases = [
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("abc", "", 3),
            ("srv-01", "SRV-02", 1),
            ("a", "a", 0),
        ];
        for (a, b, expected) in cases {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}

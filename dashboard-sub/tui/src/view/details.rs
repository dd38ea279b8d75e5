//! All readings of one thing of a host, with what they mean.

use grapevine_proto::Kind;
use grapevine_sub::HostReading;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::lines::{render_list, span};
use super::row::Row;
use super::scene::Scene;
use crate::state::{Details, State};
use crate::theme::Tone;
use crate::units;

pub(super) fn render(frame: &mut Frame<'_>, area: Rect, state: &State, details: &Details) {
    let Some(entry) = state.entry(details.origin) else { return };
    let scene = Scene::of(state, entry);
    let rows = details.subject.rows(&entry.host);
    let title = Line::from(vec![
        span(state, Tone::Strong, entry.host.name().as_str().to_owned()),
        span(state, Tone::Focus, format!("  {}", units::printable(&details.subject.title))),
    ]);
    frame.buffer_mut().set_line(area.x + 1, area.y, &title, area.width.saturating_sub(1));
    let below = HELP_ROWS.min(area.height.saturating_sub(4));
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + below), ..area };
    let width = usize::from(area.width.saturating_sub(2));
    let name =
        rows.iter().filter_map(|at| entry.host.reading(*at)).map(|reading| name_of(&reading).chars().count());
    let name = name.max().unwrap_or_default().clamp(16, width / 2);
    let heading = Row::new(&scene)
        .left(Tone::Heading, "READING", name + 2)
        .left(Tone::Heading, "VALUE", VALUE)
        .left(Tone::Heading, "AGE", AGE)
        .text(Tone::Heading, "LAST MINUTES");
    render_list(frame, list, state, heading.line(width), (&details.list, rows.len()), |at| {
        let reading = rows.get(at).and_then(|at| entry.host.reading(*at));
        reading.map_or_else(Line::default, |reading| reading_row(&scene, &reading, name, width).line(width))
    });
    let under = rows.get(details.list.at.min(rows.len().saturating_sub(1)));
    if let Some(reading) = under.and_then(|at| entry.host.reading(*at)) {
        let help = Rect { y: list.bottom(), height: below, ..area };
        render_help(frame, help, &scene, &reading);
    }
}

fn reading_row<'s, 'a>(
    scene: &'s Scene<'a>,
    reading: &HostReading<'_>,
    name: usize,
    width: usize,
) -> Row<'s, 'a> {
    let (tone, value) = value(scene.state, reading);
    let age = units::age(reading.age_ms(scene.clock.now));
    let row = Row::new(scene).left(Tone::Plain, &name_of(reading), name).space(2).left(tone, &value, VALUE);
    let row = row.left(Tone::Faint, &age, AGE);
    let room = width.saturating_sub(row.width() + 1).min(SPARK_MAX);
    if reading.state.number().is_none() || room < 8 {
        return row;
    }
    let labels: Vec<&str> = reading.labels.iter().collect();
    let past = scene.recent(reading.metric, &labels, room);
    let most = past.iter().flatten().copied().fold(0.0, f64::max);
    let most = if reading.metric.unit.as_str() == "percent" { most.max(100.0) } else { most };
    row.spark(&past, most.max(f64::MIN_POSITIVE), None)
}

/// The name with the labels.
fn name_of(reading: &HostReading<'_>) -> String {
    let labels: Vec<String> = reading.labelled().map(|(_, value)| units::printable(value)).collect();
    let name = units::printable(&reading.metric.name);
    if labels.is_empty() { name } else { format!("{name} {}", labels.join(" ")) }
}

/// What a reading says and how that looks: a value, how old it is where that matters, or why there is none.
pub(super) fn value(state: &State, reading: &HostReading<'_>) -> (Tone, String) {
    let clock = state.shown();
    match (units::value_of(reading, clock.wall_s), reading.state.absence()) {
        (Some(value), Some(absence)) => (Tone::Warning, format!("{value} ({absence})")),
        (Some(value), None) if reading.is_stale(clock.now) => (Tone::Stale, format!("{value} (old)")),
        (Some(value), None) => (Tone::Plain, value),
        (None, absence) => {
            let why = absence.map_or_else(String::new, |absence| format!(" {absence}"));
            (Tone::Faint, format!("{}{why}", state.theme.glyphs.absent()))
        }
    }
}

/// What the reading under the cursor means.
fn render_help(frame: &mut Frame<'_>, area: Rect, scene: &Scene<'_>, reading: &HostReading<'_>) {
    let metric = reading.metric;
    let kind = match metric.kind {
        Kind::Gauge => "gauge",
        Kind::Counter => "counter",
        Kind::Text => "text",
    };
    let keys: Vec<String> = metric.labels.iter().map(units::printable).collect();
    let by = if keys.is_empty() { String::new() } else { format!(", by {}", keys.join(" and ")) };
    let about = format!(
        "{kind} in {}{by}, current for {}",
        units::printable(metric.unit.as_str()),
        units::duration(f64::from(metric.max_age_ms) / 1000.0),
    );
    let help = if metric.help.is_empty() {
        "This metric is of a later version.".into()
    } else {
        metric.help.clone()
    };
    let width = usize::from(area.width);
    let value = value(scene.state, reading).1;
    let lines = [
        Row::new(scene).text(Tone::Border, scene.state.theme.glyphs.line().repeat(width)),
        Row::new(scene).space(1).text(Tone::Strong, name_of(reading)).space(2).text(Tone::Plain, value),
        Row::new(scene).space(1).text(Tone::Plain, units::printable(&help)),
        Row::new(scene).space(1).text(Tone::Faint, about),
    ];
    for (y, row) in (area.y..area.bottom()).zip(lines) {
        frame.buffer_mut().set_line(area.x, y, &row.line(width), area.width);
    }
}

const HELP_ROWS: u16 = 4;
const VALUE: usize = 26;
const AGE: usize = 8;
const SPARK_MAX: usize = 60;

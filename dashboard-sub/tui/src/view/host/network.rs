//! Interfaces: rates, speed, what went wrong.

use grapevine_proto::Metric;
use grapevine_proto::catalogue::network;
use grapevine_sub::Bounds;
use grapevine_sub::panel::Interface;

use super::body::{Body, Chart};
use crate::state::interfaces;
use crate::theme::Tone;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    for interface in interfaces(&scene.panels) {
        body.item(interface_row(scene, interface, width), width);
    }
    body.chart = interfaces(&scene.panels).first().map(|first| Chart {
        label: "received, 10 min",
        metric: &network::RECEIVE,
        labels: vec![first.name.to_owned()],
        most: None,
        bounds: Bounds::OFF,
    });
    for port in &scene.panels.network.rdma {
        let name = format!("{}/{}", port.device, port.port);
        let row = Row::new(scene).space(1).left(Tone::Strong, &name, NAME);
        let row = row.number(port.receive, 9, short::rate).number(port.transmit, 9 + RATE_GAP, short::rate);
        body.line(row.text(Tone::Faint, "  RDMA"), width);
    }
    body
}

fn interface_row<'s, 'a>(scene: &'s Scene<'a>, interface: &Interface<'_>, width: usize) -> Row<'s, 'a> {
    let row = Row::new(scene).space(1).left(Tone::Strong, interface.name, NAME);
    if interface.carrier.value == Some(0.0) {
        return row.text(Tone::Faint, " no link");
    }
    let (down, up) = match scene.state.theme.glyphs {
        crate::glyphs::Glyphs::Unicode => (" ↓", " ↑"),
        crate::glyphs::Glyphs::Ascii => (" v", " ^"),
    };
    // Name, two rates, speed and counters leave the rest to both charts.
    let room = width.saturating_sub(NAME + 48) / 2;
    let room = if room < 6 { 0 } else { room.min(SPARK_MAX) };
    let row = row.number(interface.receive, 9, short::rate).text(Tone::Faint, down);
    let row = chart(row, scene, &network::RECEIVE, interface, room);
    let row = row.number(interface.transmit, 9, short::rate).text(Tone::Faint, up);
    let row = chart(row, scene, &network::TRANSMIT, interface, room);
    let row = row.number(interface.speed, 6, short::speed);
    let row = row.when(interface.errors.value.is_some_and(|errors| errors > 0.0), |row| {
        row.part(width, |row| row.text(Tone::Faint, "  errors ").number(interface.errors, 1, short::count))
    });
    row.when(interface.drops.value.is_some_and(|drops| drops > 0.0), |row| {
        row.part(width, |row| row.text(Tone::Faint, "  drops ").number(interface.drops, 1, short::count))
    })
}

/// The last minutes of a rate, by its greatest value.
fn chart<'s, 'a>(
    row: Row<'s, 'a>,
    scene: &Scene<'_>,
    metric: &Metric,
    interface: &Interface<'_>,
    width: usize,
) -> Row<'s, 'a> {
    if width == 0 {
        return row;
    }
    let past = scene.recent(metric, &[interface.name], width);
    // Less than 64 KiB/s is nothing to look at.
    let most = past.iter().flatten().copied().fold(65_536.0, f64::max);
    row.space(1).spark(&past, most, None)
}

const NAME: usize = 12;
const RATE_GAP: usize = 2;
const SPARK_MAX: usize = 24;

//! The links of the host's agent with its neighbours.

use grapevine_proto::OriginId;

use super::body::Body;
use crate::theme::Tone;
use crate::view::row::Row;
use crate::view::scene::Scene;
use crate::view::short;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    let agent = &scene.panels.agent;
    let rate = |figure: grapevine_sub::panel::Figure| figure.value.map(short::rate).unwrap_or_default();
    body.note = match (agent.sent.value, agent.received.value) {
        (Some(_), Some(_)) => format!("sends {}, receives {}", rate(agent.sent), rate(agent.received)),
        _ => String::new(),
    };
    let links = scene.host.links();
    for lost in &links.lost {
        let row = neighbour(scene, lost.origin).text(Tone::Critical, "lost");
        let heard = format!("  after frame {} of run {}", lost.position.sequence, lost.position.epoch);
        body.item(row.text(Tone::Faint, heard), width);
    }
    for origin in &links.up {
        let known = scene.state.entry(*origin);
        let hops = known.map(|entry| match entry.host.hops() {
            0 => "attached here".to_owned(),
            1 => "1 hop away".to_owned(),
            hops => format!("{hops} hops away"),
        });
        body.item(neighbour(scene, *origin).text(Tone::Faint, hops.unwrap_or_default()), width);
    }
    body
}

/// The neighbour by its name, or where nobody has heard of it by its origin.
fn neighbour<'s, 'a>(scene: &'s Scene<'a>, origin: OriginId) -> Row<'s, 'a> {
    let row = Row::new(scene).space(1);
    match scene.state.entry(origin) {
        Some(entry) => row
            .mark(entry.assessment.status)
            .space(1)
            .left(Tone::Strong, entry.host.name().as_str(), NAME)
            .space(1),
        None => row.space(2).left(Tone::Faint, &origin.to_string(), NAME).space(1),
    }
}

const NAME: usize = 24;

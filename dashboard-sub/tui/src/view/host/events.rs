//! What happened to the host lately.

use grapevine_sub::Status;

use super::body::Body;
use crate::theme::Tone;
use crate::units;
use crate::view::row::Row;
use crate::view::scene::Scene;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    for event in scene.state.fleet.events_of(scene.host.origin()) {
        let time = units::time_of_day(event.at_s);
        let row =
            Row::new(scene).space(1).text(Tone::Faint, time.trim_end_matches(" UTC").to_owned()).space(1);
        let row = if event.severity == Status::Ok { row.space(1) } else { row.mark(event.severity) };
        body.item(row.space(1).text(Tone::Plain, event.what.clone()), width);
    }
    body
}

//! What is wrong with the host.

use super::body::Body;
use crate::theme::Tone;
use crate::view::row::Row;
use crate::view::scene::Scene;

pub(super) fn body(scene: &Scene<'_>, width: usize) -> Body {
    let mut body = Body::default();
    for finding in &scene.assessment.findings {
        let row = Row::new(scene).space(1).mark(finding.status).space(1);
        body.item(row.text(Tone::Plain, finding.what.clone()), width);
    }
    if scene.assessment.findings_left_out > 0 {
        body.note = format!("and {} more", scene.assessment.findings_left_out);
    }
    body
}

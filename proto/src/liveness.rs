//! Who is dead: a verdict of those who had links with a host.
//!
//! A host that falls silent may have died, or only the way to it may have. Its neighbours know more than its silence
//! tells: their links to it broke. Each says so in its own signed frames, with the position that the host had reached
//! ([`Links::lost`](crate::Links)). A host is *dead* when most of the neighbours that its newest frame names say this
//! of that frame or a later one. Everybody who holds the same frames comes to the same verdict.
//!
//! - **A majority**, because one broken link says nothing of the host at its end: only if more than half of them broke
//!   at once, it is likelier that the host failed than the network around each of its neighbours. Where no majority
//!   speaks, because the neighbours died too or are cut off, the host is *silent*, which is all that is known. SWIM
//!   (Das, Gupta, Motivala, 2002) has a suspicion become a death after a time without an answer; Lifeguard (Dadgar,
//!   Phillips, Currey, 2017) found false verdicts to come from accusers that were slow themselves, and lets the wait
//!   shrink with each independent accuser. Here a majority is asked for, and no time has to pass.
//! - **Any later frame refutes it**, as an incarnation number does in SWIM: accusations name a position, and those
//!   below the host's newest one no longer count. So a host that lives need not know that it was accused.
//! - **A liar** cannot kill a host unless it is most of the host's neighbours: the host itself says who they are, and
//!   each has one vote under its own signature. An owner of the cluster's key can open links under invented origins
//!   until they are a majority of those that a host names. They may claim a position that the host has yet to reach,
//!   so that it seems dead while its frames still come; its readings remain those that it signed. Half of its
//!   neighbours can keep a dead host silent instead.
//! - **Taking leave** is no death: a leave frame says so itself and goes before any verdict.

use std::collections::BTreeSet;

use crate::frame::Position;
use crate::origin::OriginId;

/// Whether the host `of`, whose newest frame stands at `newest` and names these `neighbours`, is dead: more than half
/// of them say that they lost it at `newest` or later. `lost_by` tells at which position a neighbour lost it, by that
/// neighbour's own newest frame; none if it did not, or is not known. It is asked once for each neighbour.
///
/// ```
/// use grapevine_proto::{OriginId, Position, is_dead};
///
/// let position = |sequence| Position { epoch: 1, sequence };
/// let neighbours = [2, 3, 4].map(OriginId);
/// let lost_by = |neighbour: OriginId| (neighbour.0 < 4).then_some(position(70));
/// assert!(is_dead(OriginId(1), position(70), &neighbours, lost_by));
/// assert!(!is_dead(OriginId(1), position(71), &neighbours, lost_by), "a later frame refutes it");
/// ```
pub fn is_dead(
    of: OriginId,
    newest: Position,
    neighbours: &[OriginId],
    mut lost_by: impl FnMut(OriginId) -> Option<Position>,
) -> bool {
    let voters: BTreeSet<OriginId> = neighbours.iter().copied().filter(|voter| *voter != of).collect();
    let accusers = voters.iter().filter(|voter| lost_by(**voter).is_some_and(|position| position >= newest));
    2 * accusers.count() > voters.len()
}

//! What neighbours say of each other.

use std::collections::{BTreeMap, BTreeSet};

use grapevine_proto::{Links, Lost, Mirror, OriginId, is_dead};

/// Whether most neighbours of the host that `mirror` shows have lost it; `mirror_of` finds theirs.
pub(crate) fn is_given_up<'a>(
    of: OriginId,
    mirror: &Mirror,
    mirror_of: impl Fn(OriginId) -> Option<&'a Mirror>,
) -> bool {
    let lost_by = |neighbour| mirror_of(neighbour)?.links().lost_at(of);
    !mirror.has_left() && is_dead(of, mirror.position(), &mirror.links().up, lost_by)
}

/// The hosts of which a neighbour says something else `now` than `before`: those that it lost, lost anew, or found
/// again. At most twice as many as a list of links has.
pub(crate) fn changed_votes(before: &Links, now: &Links) -> BTreeSet<OriginId> {
    let of = |links: &Links| -> BTreeMap<_, _> {
        links.lost.iter().map(|Lost { origin, position }| (*origin, *position)).collect()
    };
    let (before, now) = (of(before), of(now));
    let of_both = before.keys().chain(now.keys());
    of_both.filter(|origin| before.get(origin) != now.get(origin)).copied().collect()
}

//! A control message between neighbours is decoded.
//!
//! The input is the message. What holds: it begins with the mark of one; written again it says the same in as many
//! bytes or fewer, however much follows it. Announcements are read one by one: those before the first that is none are
//! in ascending order, and stay the same when written again.

use grapevine_proto::gossip::{Announcement, Control, Have};

/// Runs the target.
pub fn run(input: &[u8]) {
    if let Some(announcements) = Have::decode(input) {
        assert_eq!(Control::decode(input), None, "two messages in one");
        return check_announcements(announcements.map_while(|read| read).collect(), input);
    }
    let Some(control) = Control::decode(input) else { return };
    assert!(Control::is_control(input), "a control message without its mark");
    let bytes = control.encode();
    assert!(bytes.len() <= input.len(), "more is written than was read");
    assert_eq!(Control::decode(&bytes).as_ref(), Some(&control));
    let followed = [&bytes[..], b"of a later version"].concat();
    assert_eq!(Control::decode(&followed), Some(control), "bytes of a later version are not skipped");
}

fn check_announcements(have: Vec<Announcement>, input: &[u8]) {
    assert!(have.is_sorted_by_key(|announcement| announcement.alias), "out of order");
    let bytes = Have(have.clone()).encode();
    assert!(bytes.len() <= 2 * input.len(), "much more is written than was read");
    let again: Option<Option<Vec<Announcement>>> = Have::decode(&bytes).map(Iterator::collect);
    assert_eq!(again, Some(Some(have)));
}

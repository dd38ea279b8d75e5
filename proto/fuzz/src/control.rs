//! A control message between neighbours is decoded.
//!
//! The input is the message. What holds: it begins with the mark of one; written again it says the same in as many
//! bytes or fewer, however much follows it.

use grapevine_proto::gossip::Control;

/// Runs the target.
pub fn run(input: &[u8]) {
    let Some(control) = Control::decode(input) else { return };
    assert!(Control::is_control(input), "a control message without its mark");
    let bytes = control.encode();
    assert!(bytes.len() <= input.len(), "more is written than was read");
    assert_eq!(Control::decode(&bytes).as_ref(), Some(&control));
    let followed = [&bytes[..], b"of a later version"].concat();
    assert_eq!(Control::decode(&followed), Some(control), "bytes of a later version are not skipped");
}

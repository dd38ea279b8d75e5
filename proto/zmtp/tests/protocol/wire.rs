//! Bytes of ZMTP made by hand from RFC 23 and RFC 37, so that the tests do not share the code they test.

/// A greeting of ZMTP 3 with a minor version and a mechanism.
pub(crate) fn greeting(minor: u8, mechanism: &str) -> Vec<u8> {
    let mut bytes = vec![0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, minor];
    bytes.extend_from_slice(mechanism.as_bytes());
    bytes.resize(64, 0);
    bytes
}

/// A frame with these flags, long if its body is.
pub(crate) fn frame(flags: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = match u8::try_from(body.len()) {
        Ok(length) => vec![flags, length],
        Err(_) => claim(flags, body.len().try_into().unwrap_or(u64::MAX)),
    };
    bytes.extend_from_slice(body);
    bytes
}

/// The header of a long frame, without its body.
pub(crate) fn claim(flags: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![flags | 2];
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes
}

/// A command.
pub(crate) fn command(name: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(name.len()).unwrap_or(u8::MAX)];
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(body);
    frame(4, &bytes)
}

/// A property of READY.
pub(crate) fn property(name: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(name.len()).unwrap_or(u8::MAX)];
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(value);
    bytes
}

/// READY of a peer of this type.
pub(crate) fn ready(socket_type: &str) -> Vec<u8> {
    command("READY", &property("Socket-Type", socket_type.as_bytes()))
}

/// All parts of a message.
pub(crate) fn message(parts: &[&[u8]]) -> Vec<u8> {
    let Some((last, rest)) = parts.split_last() else { return Vec::new() };
    let mut bytes: Vec<u8> = rest.iter().flat_map(|part| frame(1, part)).collect();
    bytes.extend(frame(0, last));
    bytes
}

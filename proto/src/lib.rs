//! Grapevine protocol.

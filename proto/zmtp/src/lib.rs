//! ZMTP.

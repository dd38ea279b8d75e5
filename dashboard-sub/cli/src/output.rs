//! Standard output.

use std::io::{self, BufWriter, StdoutLock};

/// Buffered standard output. To be flushed by whoever writes: a dropped buffer could only lose errors.
pub(crate) type Output = BufWriter<StdoutLock<'static>>;

/// Opens standard output.
pub(crate) fn open() -> Output {
    BufWriter::new(io::stdout().lock())
}

/// Whether the reader of our output went away, which is its right: `grapevine tail | head`.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

//! Whether a GPU translates addresses by the processor's tables (ATS).
//!
//! The library knows, and its bindings have no safe way to ask. It matters only for a GPU without memory of its own, and
//! never changes; so `nvidia-smi` is asked, once for each such GPU.

use std::time::Duration;

use grapevine_collectors::gpu::BusId;
use grapevine_collectors::process::{Job, Runner};

use crate::sources::bus_id;

/// Whether the GPU at `bus` uses ATS; not, where nobody says so.
pub(super) fn is_ats(runner: &Runner, bus: BusId) -> bool {
    let bus = bus_id(bus);
    let arguments = ["-q", "-x", "-i", &bus];
    let job =
        Job { program: "nvidia-smi", arguments: &arguments, deadline: DEADLINE, stdout_bytes_max: BYTES_MAX };
    match runner.run(&job).and_then(grapevine_collectors::process::Finished::success) {
        Ok(output) => String::from_utf8_lossy(&output).contains("<addressing_mode>ATS</addressing_mode>"),
        Err(error) => {
            tracing::info!(bus, %error, "nobody says whether a GPU without memory of its own shares the machine's");
            false
        }
    }
}

/// Less than the agent waits for a pass.
const DEADLINE: Duration = Duration::from_secs(3);

/// Ten times what it prints of a GPU.
const BYTES_MAX: usize = 1 << 20;

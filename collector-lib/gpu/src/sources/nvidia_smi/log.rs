//! The output as a whole.

use std::collections::BTreeMap;
use std::path::Path;

use grapevine_collectors::gpu::{BusId, Gpu, Roster, Source as Origin, Standing};
use roxmltree::{Document, ParsingOptions};

use super::element::Element;
use super::{gpu, processes};
use crate::unified::put_memory_kind;

/// What is between the program's messages, or none if there is no log in its output.
pub(super) fn cut_out(output: &str) -> Option<&str> {
    let log = output.get(output.find("<nvidia_smi_log")?..)?;
    log.get(..log.rfind(END)?.checked_add(END.len())?)
}

/// The GPUs that `log` tells of and that are awake in `roster`, with their addresses.
///
/// # Errors
/// What is wrong with the XML.
pub(super) fn read(
    log: &str,
    roster: &Roster,
    proc: &Path,
) -> Result<BTreeMap<BusId, Gpu>, roxmltree::Error> {
    let log = without_names(log);
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    Ok(gpus(&Document::parse_with_options(&log, options)?, roster, proc))
}

fn gpus(document: &Document<'_>, roster: &Roster, proc: &Path) -> BTreeMap<BusId, Gpu> {
    let log = Element::new(document.root_element());
    let gpu = |element: Element<'_>| {
        let bus = element.attribute("id")?.parse::<BusId>().ok()?;
        let place = roster.place(bus).filter(|place| !place.is_suspended)?;
        Some((bus, read_gpu(&place.label, bus, log, element, proc)))
    };
    log.all("gpu").filter_map(gpu).collect()
}

fn read_gpu(label: &str, bus: BusId, log: Element<'_>, element: Element<'_>, proc: &Path) -> Gpu {
    let mut gpu = Gpu::read_by(label, bus, Origin::NvidiaSmi);
    gpu::put_identity(&mut gpu, log, element);
    if element.is_lost() {
        gpu.standing = Standing::Lost;
        gpu.processes = Err(Standing::Lost.absence());
        return gpu;
    }
    let memory = gpu::put(&mut gpu, element);
    gpu::put_health(&mut gpu, element);
    gpu.processes = processes::of(element);
    gpu.instances = gpu::instances(label, element);
    let is_ats = element.text_at("addressing_mode") == Ok("ATS");
    put_memory_kind(&mut gpu, memory, is_ats, proc);
    gpu
}

/// The same log without the names of processes, each of which has a line of its own. They are written as their owners
/// chose them, with markup in them or none, and `/proc` tells them better.
fn without_names(log: &str) -> String {
    let mut kept = String::with_capacity(log.len());
    let mut is_in_name = false;
    for line in log.lines() {
        is_in_name |= line.trim_start().starts_with(NAME);
        if is_in_name {
            is_in_name = !line.trim_end().ends_with(NAME_END);
        } else {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

const END: &str = "</nvidia_smi_log>";
const NAME: &str = "<process_name>";
const NAME_END: &str = "</process_name>";

/// Most elements and texts: a GPU has some 6000, most of them clock rates that it can have.
const NODES_MAX: u32 = 400_000;

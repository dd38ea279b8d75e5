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
    match parse(log) {
        Ok(document) => Ok(gpus(&document, roster, proc)),
        // Names of processes are written as they are, and may have any character.
        Err(_) => Ok(gpus(&parse(&without_names(log))?, roster, proc)),
    }
}

fn parse(log: &str) -> Result<Document<'_>, roxmltree::Error> {
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    Document::parse_with_options(log, options)
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

/// The same log with nothing in its elements `process_name`.
fn without_names(log: &str) -> String {
    let mut kept = String::with_capacity(log.len());
    let mut rest = log;
    while let Some((before, after)) = rest.split_once(NAME) {
        kept.push_str(before);
        match after.split_once(NAME_END) {
            Some((_, after)) => rest = after,
            None => return kept,
        }
    }
    kept.push_str(rest);
    kept
}

const END: &str = "</nvidia_smi_log>";
const NAME: &str = "<process_name>";
const NAME_END: &str = "</process_name>";

/// Most elements and texts: a GPU has some 6000, most of them clock rates that it can have.
const NODES_MAX: u32 = 400_000;

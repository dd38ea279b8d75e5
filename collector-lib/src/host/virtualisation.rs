//! Whether the system runs on bare metal, in a virtual machine or in a container.

use std::path::PathBuf;

use crate::context::Roots;
use crate::file::{Buffer, KeptFile, read_once};
use crate::mounts::{self, Mount};

/// The innermost of what the system runs in, as far as it can be seen without privileges; none if nothing tells.
pub(super) fn detect(roots: &Roots, cpuinfo: &str) -> Option<&'static str> {
    let mut buffer = Buffer::default();
    let mut mountinfo = KeptFile::new(roots.proc.join("self/mountinfo"));
    let mounts = mountinfo.read(&mut buffer).unwrap_or_default();
    if mounts::visible(mounts).iter().any(is_of_container) {
        return Some("container");
    }
    let read = |path: PathBuf| read_once(&path).unwrap_or_default();
    if read(roots.proc.join("sys/kernel/osrelease")).contains("microsoft") {
        return Some("wsl");
    }
    let vendor = read(roots.sys.join("class/dmi/id/sys_vendor"));
    let product = read(roots.sys.join("class/dmi/id/product_name"));
    let device_tree = roots.proc.join("device-tree");
    hypervisor(&Evidence {
        dmi: format!("{vendor} {product}"),
        processor_flag: runs_on_hypervisor(cpuinfo),
        device_tree: device_tree.exists().then(|| device_tree.join("hypervisor").exists()),
    })
}

/// Container runtimes make the root an overlay; LXC puts its own files over some of `/proc`.
fn is_of_container(mount: &Mount) -> bool {
    (mount.kind == "overlay" && mount.point.as_os_str() == "/")
        || (mount.kind == "fuse.lxcfs" && mount.point.starts_with("/proc"))
}

/// What x86 processors say in their flags; none where there are no such flags.
fn runs_on_hypervisor(cpuinfo: &str) -> Option<bool> {
    let flags = cpuinfo.lines().find_map(|line| line.strip_prefix("flags"))?;
    Some(flags.split_ascii_whitespace().any(|flag| flag == "hypervisor"))
}

/// What firmware and processor say.
#[derive(Default)]
struct Evidence {
    dmi: String,
    processor_flag: Option<bool>,
    /// Whether the device tree names a hypervisor, if there is a tree.
    device_tree: Option<bool>,
}

fn hypervisor(evidence: &Evidence) -> Option<&'static str> {
    if evidence.processor_flag == Some(false) {
        return Some(BARE_METAL);
    }
    if let Some((_, name)) = HYPERVISORS.iter().find(|(mark, _)| evidence.dmi.contains(mark)) {
        return Some(name);
    }
    if evidence.processor_flag == Some(true) || evidence.device_tree == Some(true) {
        return Some("virtual machine");
    }
    let is_known = evidence.device_tree.is_some() || !evidence.dmi.trim().is_empty();
    is_known.then_some(BARE_METAL)
}

const BARE_METAL: &str = "none";

/// Marks in the maker's or product's name, and the hypervisor's name.
const HYPERVISORS: [(&str, &str); 9] = [
    ("Amazon EC2", "amazon"),
    ("Google Compute Engine", "google"),
    ("KVM", "kvm"),
    ("Parallels", "parallels"),
    ("QEMU", "qemu"),
    ("VirtualBox", "virtualbox"),
    ("VMware", "vmware"),
    ("Virtual Machine", "hyper-v"),
    ("Xen", "xen"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_processor_without_hypervisor_is_bare_metal_whatever_its_maker_is_called() {
        let evidence =
            |dmi: &str, processor_flag| Evidence { dmi: dmi.to_owned(), processor_flag, device_tree: None };
        assert_eq!(hypervisor(&evidence("Amazon EC2 m5.metal", Some(false))), Some("none"));
        assert_eq!(hypervisor(&evidence("Amazon EC2 m5.large", Some(true))), Some("amazon"));
        assert_eq!(hypervisor(&evidence("", Some(true))), Some("virtual machine"));
        assert_eq!(hypervisor(&evidence("NVIDIA DGX Spark", None)), Some("none"));
    }

    #[test]
    fn a_board_is_what_its_device_tree_says_and_unknown_without_one() {
        let board = |device_tree| Evidence { device_tree, ..Evidence::default() };
        assert_eq!(hypervisor(&board(Some(true))), Some("virtual machine"));
        assert_eq!(hypervisor(&board(Some(false))), Some("none"));
        assert_eq!(hypervisor(&board(None)), None);
    }

    #[test]
    fn a_flag_is_a_word_of_its_own() {
        assert_eq!(runs_on_hypervisor("flags\t: fpu hypervisor lahf\n"), Some(true));
        assert_eq!(runs_on_hypervisor("flags\t: fpu hypervisors\n"), Some(false));
        assert_eq!(runs_on_hypervisor("Features\t: fp asimd\n"), None);
    }
}

//! Whether the system runs on bare metal, in a virtual machine or in a container.

use crate::context::Roots;
use crate::file::{Buffer, KeptFile, read_once};
use crate::mounts::{self, Mount};

/// The innermost of what the system runs in, as far as it can be seen without privileges.
pub(super) fn detect(roots: &Roots, cpuinfo: &str) -> &'static str {
    let mut buffer = Buffer::default();
    let mountinfo = KeptFile::new(roots.proc.join("self/mountinfo")).read(&mut buffer).map(<[u8]>::to_vec);
    if mounts::parse(&mountinfo.unwrap_or_default()).any(|mount| is_of_container(&mount)) {
        return "container";
    }
    let read = |path: std::path::PathBuf| read_once(&path).unwrap_or_default();
    if read(roots.proc.join("sys/kernel/osrelease")).contains("microsoft") {
        return "wsl";
    }
    let vendor = read(roots.sys.join("class/dmi/id/sys_vendor"));
    let product = read(roots.sys.join("class/dmi/id/product_name"));
    let is_device_tree_guest = roots.proc.join("device-tree/hypervisor").exists();
    hypervisor(&format!("{vendor} {product}"), runs_on_hypervisor(cpuinfo), is_device_tree_guest)
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

fn hypervisor(dmi: &str, flag: Option<bool>, is_device_tree_guest: bool) -> &'static str {
    if flag == Some(false) {
        return NONE;
    }
    let named = HYPERVISORS.iter().find(|(mark, _)| dmi.contains(mark));
    match named {
        Some((_, name)) => name,
        None if flag == Some(true) || is_device_tree_guest => "virtual machine",
        None => NONE,
    }
}

const NONE: &str = "none";

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
        assert_eq!(hypervisor("Amazon EC2 m5.metal", Some(false), false), "none");
        assert_eq!(hypervisor("Amazon EC2 m5.large", Some(true), false), "amazon");
        assert_eq!(hypervisor("", Some(true), false), "virtual machine");
        assert_eq!(hypervisor("", None, true), "virtual machine");
        assert_eq!(hypervisor("NVIDIA DGX Spark", None, false), "none");
    }

    #[test]
    fn a_flag_is_a_word_of_its_own() {
        assert_eq!(runs_on_hypervisor("flags\t: fpu hypervisor lahf\n"), Some(true));
        assert_eq!(runs_on_hypervisor("flags\t: fpu hypervisors\n"), Some(false));
        assert_eq!(runs_on_hypervisor("Features\t: fp asimd\n"), None);
    }
}

//! The space of local file systems, as statvfs(3) tells it.

use std::fmt;
use std::path::Path;

use grapevine_proto::catalogue::disk as rows;
use grapevine_proto::{Absence, Metric};

use crate::collector::absence_of;
use crate::context::{Space, SpaceProbe};
use crate::mounts::{self, Mount};
use crate::rate::{float, percent};
use crate::sample::Sample;

/// The file systems of a machine, each once however often it is mounted.
pub(super) struct Volumes {
    probe: SpaceProbe,
    volumes: Vec<Volume>,
}

struct Volume {
    label: String,
    read_only: bool,
    space: Result<Space, Absence>,
}

impl Volumes {
    pub(super) fn new(probe: SpaceProbe) -> Self {
        Self { probe, volumes: Vec::new() }
    }

    /// Asks for the space of all file systems that the content of `/proc/self/mountinfo` names.
    pub(super) fn read(&mut self, mountinfo: &[u8]) {
        self.volumes.clear();
        self.volumes.extend(select(mounts::visible(mountinfo)).into_iter().map(|mount| Volume {
            label: mount.point.to_string_lossy().into_owned(),
            read_only: mount.read_only,
            space: (self.probe)(&mount.point).map_err(|error| absence_of(&error)),
        }));
    }

    pub(super) fn emit(&self, sample: &mut Sample) {
        for volume in &self.volumes {
            let labels = &[volume.label.as_str()];
            match volume.space {
                Ok(space) => emit(&space, labels, sample),
                Err(absence) => AMOUNTS.iter().for_each(|metric| sample.absent(metric, labels, absence)),
            }
            sample.number(&rows::SPACE_READ_ONLY, labels, f64::from(u8::from(volume.read_only)));
        }
    }
}

impl fmt::Debug for Volumes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.volumes.iter().map(|volume| &volume.label);
        f.debug_list().entries(labels).finish()
    }
}

fn emit(space: &Space, labels: &[&str], sample: &mut Sample) {
    let used = space.size_bytes.saturating_sub(space.free_bytes);
    sample.number(&rows::SPACE_SIZE, labels, float(space.size_bytes));
    sample.number(&rows::SPACE_USED, labels, float(used));
    sample.number(&rows::SPACE_AVAILABLE, labels, float(space.available_bytes));
    match percent(space.inodes.saturating_sub(space.inodes_free), space.inodes) {
        Some(share) => sample.number(&rows::SPACE_INODES_USED, labels, share),
        None => sample.absent(&rows::SPACE_INODES_USED, labels, Absence::Unsupported),
    }
}

static AMOUNTS: [&Metric; 4] =
    [&rows::SPACE_SIZE, &rows::SPACE_USED, &rows::SPACE_AVAILABLE, &rows::SPACE_INODES_USED];

/// The mounts that are shown, by their mount points.
///
/// Of a file system that is mounted in several places (bind mounts, subvolumes of btrfs) it is the one with the
/// shortest path.
fn select(mut visible: Vec<Mount>) -> Vec<Mount> {
    visible.retain(is_shown);
    visible.sort_by(|a, b| {
        let key = |mount: &Mount| (mount.device, mount.point.as_os_str().len());
        key(a).cmp(&key(b)).then_with(|| a.point.cmp(&b.point))
    });
    visible.dedup_by_key(|mount| mount.device);
    visible.sort_by(|a, b| a.point.cmp(&b.point));
    visible.truncate(VOLUMES_MAX);
    visible
}

/// Whether the mount is a local file system that may fill up.
///
/// File systems without a block device of their own have the major number 0 (`Documentation/admin-guide/devices.txt`):
/// pseudo and network ones, but also those that manage several devices, and the overlay that is a container's root.
/// Images that are never written are always full and left out.
fn is_shown(mount: &Mount) -> bool {
    let kind = mount.kind.as_str();
    let is_local = match mount.device.0 {
        0 => POOLS.contains(&kind) || (kind == "overlay" && mount.point == Path::new("/")),
        _ => !IMAGES.contains(&kind),
    };
    is_local && !is_hidden(&mount.point)
}

fn is_hidden(point: &Path) -> bool {
    CONTAINER_FILES.iter().any(|file| point == Path::new(file))
        || CONTAINERS.iter().any(|directory| point.starts_with(directory) && point != Path::new(directory))
}

const POOLS: [&str; 3] = ["bcachefs", "btrfs", "zfs"];

const IMAGES: [&str; 5] = ["cramfs", "erofs", "iso9660", "squashfs", "udf"];

/// Files of the host that container runtimes mount into each container.
const CONTAINER_FILES: [&str; 4] =
    ["/dev/termination-log", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];

/// Where container runtimes keep the file systems of containers.
const CONTAINERS: [&str; 4] =
    ["/run/containerd", "/var/lib/containers", "/var/lib/docker", "/var/lib/kubelet"];

const VOLUMES_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    /// The mount points that are shown of a table of lines `device point kind`.
    fn check(table: &str, shown: &[&str]) {
        let mountinfo: String = table
            .lines()
            .enumerate()
            .map(|(number, line)| {
                let words: Vec<&str> = line.split_whitespace().collect();
                format!("{} 0 {} / {} rw - {} source rw\n", number + 1, words[0], words[1], words[2])
            })
            .collect();
        let mounts = select(mounts::visible(mountinfo.as_bytes()));
        let points: Vec<_> = mounts.iter().map(|mount| mount.point.to_str().unwrap()).collect();
        assert_eq!(points, shown);
    }

    #[test]
    fn pseudo_and_network_file_systems_are_not_shown() {
        check("259:2 / ext4\n0:20 /proc proc\n0:30 /mnt nfs4\n0:31 /tmp tmpfs\n0:32 /s fuse.sshfs", &["/"]);
    }

    #[test]
    fn subvolumes_and_bind_mounts_are_one_file_system() {
        check("0:40 /home btrfs\n0:40 / btrfs\n8:1 /srv/data xfs\n8:1 /data xfs", &["/", "/data"]);
    }

    #[test]
    fn images_and_containers_are_not_shown_but_a_containers_own_root_is() {
        check(
            "7:1 /snap/core/1 squashfs\n0:50 / overlay\n0:51 /var/lib/docker/overlay2/x/merged overlay",
            &["/"],
        );
        check(
            "8:1 /etc/hosts ext4\n8:2 /var/lib/docker ext4\n0:9 /var/lib/docker/zfs/graph/x zfs",
            &["/var/lib/docker"],
        );
    }
}

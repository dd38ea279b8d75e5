//! Groups of like cores, where cores differ, from `cpu_capacity` of sysfs.
//!
//! The kernel gives the fastest core of the machine the capacity 1024 and the others their share of it
//! (`Documentation/ABI/testing/sysfs-devices-system-cpu`). Machines whose cores are all alike have no clusters.

use std::path::Path;

use crate::cpu::stat::{Ticks, Turn};
use crate::file::{names_in, read_once};

/// The clusters of a machine; none if its cores are alike.
#[derive(Debug)]
pub(super) struct Clusters(Vec<Cluster>);

#[derive(Debug)]
struct Cluster {
    capacity: String,
    cores: Vec<u32>,
    spent: Option<Ticks>,
}

impl Clusters {
    pub(super) fn new(sys: &Path) -> Self {
        let directory = sys.join("devices/system/cpu");
        let mut cores: Vec<(u32, u32)> = names_in(&directory)
            .into_iter()
            .filter_map(|name| {
                let number = name.strip_prefix("cpu")?.parse().ok()?;
                let capacity = read_once(&directory.join(name).join("cpu_capacity")).ok()?.parse().ok()?;
                Some((capacity, number))
            })
            .collect();
        cores.sort_unstable();
        let clusters: Vec<Cluster> = cores
            .chunk_by(|a, b| a.0 == b.0)
            .filter_map(|alike| {
                let capacity = alike.first()?.0.to_string();
                Some(Cluster { capacity, cores: alike.iter().map(|core| core.1).collect(), spent: None })
            })
            .collect();
        Self(if (2..=CLUSTERS_MAX).contains(&clusters.len()) { clusters } else { Vec::new() })
    }

    /// What each cluster did, from what its cores did: its capacity and the sum of those with a sound clock.
    pub(super) fn turns(
        &mut self,
        cores: impl Iterator<Item = (u32, Turn)>,
    ) -> impl Iterator<Item = (&str, Turn)> {
        for cluster in &mut self.0 {
            cluster.spent = None;
        }
        for (number, turn) in cores {
            let cluster = self.0.iter_mut().find(|cluster| cluster.cores.contains(&number));
            if let (Some(cluster), Turn::Spent(ticks)) = (cluster, turn) {
                cluster.spent = Some(cluster.spent.unwrap_or_default().plus(&ticks));
            }
        }
        self.0.iter().filter_map(|cluster| Some((cluster.capacity.as_str(), Turn::Spent(cluster.spent?))))
    }
}

/// More capacities than this are no clusters but cores that differ each by a little.
const CLUSTERS_MAX: usize = 4;

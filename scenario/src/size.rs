//! Machine sizes: what "a bigger server" means, and where it ends.

use serde::{Deserialize, Serialize};

use crate::limits::DISK_MAX_GB;

/// A machine size. The ladder doubles and ends: vertical scaling has a ceiling, and a higher one for
/// databases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Size {
    /// 2 vCPU, 8 GiB.
    #[default]
    #[serde(rename = "large")]
    Large,
    /// 4 vCPU, 16 GiB.
    #[serde(rename = "xlarge")]
    Xlarge,
    /// 8 vCPU, 32 GiB.
    #[serde(rename = "2xlarge")]
    Xlarge2,
    /// 16 vCPU, 64 GiB.
    #[serde(rename = "4xlarge")]
    Xlarge4,
    /// 32 vCPU, 128 GiB.
    #[serde(rename = "8xlarge")]
    Xlarge8,
    /// 48 vCPU, 192 GiB.
    #[serde(rename = "12xlarge")]
    Xlarge12,
    /// 64 vCPU, 256 GiB.
    #[serde(rename = "16xlarge")]
    Xlarge16,
    /// 96 vCPU, 384 GiB: the largest of the family.
    #[serde(rename = "24xlarge")]
    Xlarge24,
    /// 448 vCPU, 24 TiB: the largest machine to be had, for databases alone.
    #[serde(rename = "24tb")]
    Tb24,
}

impl Size {
    /// The sizes that a database may have, smallest first.
    pub const OF_DATABASES: [Size; 9] = [
        Size::Large,
        Size::Xlarge,
        Size::Xlarge2,
        Size::Xlarge4,
        Size::Xlarge8,
        Size::Xlarge12,
        Size::Xlarge16,
        Size::Xlarge24,
        Size::Tb24,
    ];

    /// The sizes that a server may have, smallest first: all but the largest.
    pub const OF_SERVERS: [Size; 8] = *Self::OF_DATABASES
        .first_chunk()
        .expect("databases may have as many and more");

    /// The sizes that a node of a cache may have, smallest first: those that are sold as such.
    pub const OF_CACHES: [Size; 7] = *Self::OF_DATABASES
        .first_chunk()
        .expect("databases may have as many and more");

    /// The sizes of databases in words.
    pub(crate) const DATABASES_IN_WORDS: &[&str] = &[
        "large: 2 vCPU, 8 GiB",
        "xlarge: 4 vCPU, 16 GiB",
        "2xlarge: 8 vCPU, 32 GiB",
        "4xlarge: 16 vCPU, 64 GiB",
        "8xlarge: 32 vCPU, 128 GiB",
        "12xlarge: 48 vCPU, 192 GiB",
        "16xlarge: 64 vCPU, 256 GiB",
        "24xlarge: 96 vCPU, 384 GiB",
        "24tb: 448 vCPU, 24 TiB",
    ];

    /// The sizes of servers in words.
    pub(crate) const SERVERS_IN_WORDS: &[&str] =
        Self::DATABASES_IN_WORDS.split_at(Self::OF_SERVERS.len()).0;

    /// The sizes of cache nodes in words: their family has twice the memory.
    pub(crate) const NODES_IN_WORDS: &[&str] = &[
        "large: 2 vCPU, 16 GiB",
        "xlarge: 4 vCPU, 32 GiB",
        "2xlarge: 8 vCPU, 64 GiB",
        "4xlarge: 16 vCPU, 128 GiB",
        "8xlarge: 32 vCPU, 256 GiB",
        "12xlarge: 48 vCPU, 384 GiB",
        "16xlarge: 64 vCPU, 512 GiB",
    ];

    /// Virtual processors.
    pub const fn vcpus(self) -> u16 {
        match self {
            Size::Large => 2,
            Size::Xlarge => 4,
            Size::Xlarge2 => 8,
            Size::Xlarge4 => 16,
            Size::Xlarge8 => 32,
            Size::Xlarge12 => 48,
            Size::Xlarge16 => 64,
            Size::Xlarge24 => 96,
            Size::Tb24 => 448,
        }
    }

    /// Processors as a multiple of the smallest size's.
    pub const fn factor(self) -> u16 {
        self.vcpus() / Size::Large.vcpus()
    }

    /// Memory, in GiB.
    pub const fn memory_gib(self) -> f64 {
        match self {
            Size::Tb24 => 24.0 * 1_024.0,
            other => 4.0 * other.vcpus() as f64,
        }
    }

    /// Memory of a cache node's machine, in GiB: 8 for a processor, as in the family whose prices are shown.
    pub const fn node_memory_gib(self) -> f64 {
        8.0 * self.vcpus() as f64
    }

    /// Disk, in GB. An assumption: 37.5 for a processor, as the local disks of the family's m5d have, and
    /// the largest volume to be had for the largest machine.
    pub const fn disk_gb(self) -> f64 {
        match self {
            Size::Tb24 => DISK_MAX_GB,
            other => 37.5 * other.vcpus() as f64,
        }
    }

    /// The size as in a document: `large`, `4xlarge`.
    pub const fn name(self) -> &'static str {
        match self {
            Size::Large => "large",
            Size::Xlarge => "xlarge",
            Size::Xlarge2 => "2xlarge",
            Size::Xlarge4 => "4xlarge",
            Size::Xlarge8 => "8xlarge",
            Size::Xlarge12 => "12xlarge",
            Size::Xlarge16 => "16xlarge",
            Size::Xlarge24 => "24xlarge",
            Size::Tb24 => "24tb",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_say_what_they_are() {
        let said = |size: Size, memory_gib: f64| {
            let memory = if memory_gib < 1_024.0 {
                format!("{memory_gib} GiB")
            } else {
                format!("{} TiB", memory_gib / 1_024.0)
            };
            format!("{}: {} vCPU, {memory}", size.name(), size.vcpus())
        };
        let own = |sizes: &[Size]| -> Vec<String> {
            let sizes = sizes.iter();
            sizes.map(|size| said(*size, size.memory_gib())).collect()
        };
        assert_eq!(Size::DATABASES_IN_WORDS, own(&Size::OF_DATABASES));
        assert_eq!(Size::SERVERS_IN_WORDS, own(&Size::OF_SERVERS));
        let nodes = Size::OF_CACHES.map(|size| said(size, size.node_memory_gib()));
        assert_eq!(Size::NODES_IN_WORDS, nodes);
    }
}

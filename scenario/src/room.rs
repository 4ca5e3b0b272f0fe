//! How much a machine has room for: memory and disk follow its size, unless a document sets them.
//!
//! How many values fit into memory depends on how large they are ([`Keys::value_kb`]).

use crate::limits::ENTRIES_TOTAL_MAX;
use crate::{Cache, Database, Keys, Service};

/// Bytes in a GiB, by which memory is sold.
const BYTES_PER_GIB: f64 = 1_073_741_824.0;
/// Bytes in a KB of the document.
const BYTES_PER_KB: f64 = 1e3;
/// Share of a database's memory that its buffer takes: three quarters, as managed MySQL has it by default
/// (`innodb_buffer_pool_size`, in the documentation of RDS and of its like).
pub const BUFFER_SHARE: f64 = 0.75;
/// Share of a cache node's memory that values take: an assumption, a quarter is left for copying and
/// connections.
pub const NODE_SHARE: f64 = 0.75;
/// Share of a server's memory that its own cache takes where it follows the machine: an assumption.
pub const OWN_CACHE_SHARE: f64 = 0.25;
impl Database {
    /// Entries that its buffer has room for; none where all data fits.
    pub fn buffer_room(&self, keys: &Keys) -> Option<u32> {
        let room = match self.buffer_entries {
            Some(0) => return None,
            Some(entries) => return Some(entries),
            None => entries(self.size.memory_gib() * BUFFER_SHARE, keys),
        };
        (room < keys.count).then_some(room)
    }

    /// Size of its disk, in GB; 0 does not look at the growth of the data.
    pub fn disk_room_gb(&self) -> f64 {
        self.disk_gb.unwrap_or(self.size.disk_gb())
    }
}

impl Cache {
    /// Entries that one node has room for, without what is kept free.
    pub fn node_room(&self, keys: &Keys) -> u32 {
        let memory_gib = self.size.node_memory_gib() * NODE_SHARE;
        let room = self
            .entries_per_node
            .unwrap_or_else(|| entries(memory_gib, keys));
        // However much is set aside, a value that is written here first has a place.
        ((f64::from(room) * (1.0 - self.reserved_share)) as u32).max(1)
    }
}

impl Service {
    /// Entries that one server's own cache has room for; 0 is none. All servers together have no more
    /// than the engine holds in memory.
    pub fn own_cache_room(&self, keys: &Keys) -> u32 {
        let most = ENTRIES_TOTAL_MAX / u64::from(self.instances_max());
        self.local_cache_entries.unwrap_or_else(|| {
            let room = entries(self.size.memory_gib() * OWN_CACHE_SHARE, keys);
            room.min(most as u32)
        })
    }

    fn instances_max(&self) -> u16 {
        let scaled = self.autoscaling.as_ref();
        self.instances
            .max(scaled.map_or(1, |scaling| scaling.instances_max))
            .max(1)
    }
}

/// Values that fit into so much memory.
fn entries(memory_gib: f64, keys: &Keys) -> u32 {
    ((memory_gib * BYTES_PER_GIB / (keys.value_kb * BYTES_PER_KB)) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Size;

    /// A million values of a megabyte.
    fn large() -> Keys {
        Keys {
            count: 1_000_000,
            value_kb: 1_000.0,
            ..Keys::default()
        }
    }

    #[test]
    fn a_bigger_machine_holds_more() {
        let mut last = (0, 0, 0);
        for size in Size::OF_CACHES {
            let database = Database {
                size,
                ..Database::default()
            };
            let cache = Cache {
                size,
                ..Cache::default()
            };
            let service = Service {
                size,
                local_cache_entries: None,
                ..Service::default()
            };
            let room = (
                database.buffer_room(&large()).expect("not all fit"),
                cache.node_room(&large()),
                service.own_cache_room(&large()),
            );
            assert!(
                room.0 > last.0 && room.1 > last.1 && room.2 > last.2,
                "{size:?}"
            );
            last = room;
        }
        // 8 GiB, three quarters of them, in megabytes of 10^6 bytes.
        let smallest = Database::default().buffer_room(&large());
        assert_eq!(smallest, Some(6_442));
        assert_eq!(Cache::default().node_room(&large()), 12_884);
    }

    #[test]
    fn what_is_set_holds_on_every_machine() {
        for size in Size::OF_DATABASES {
            let database = Database {
                size,
                buffer_entries: Some(7),
                disk_gb: Some(9.0),
                ..Database::default()
            };
            assert_eq!(database.buffer_room(&large()), Some(7));
            assert_eq!(database.disk_room_gb(), 9.0);
        }
        let all_in_memory = Database {
            buffer_entries: Some(0),
            ..Database::default()
        };
        assert_eq!(all_in_memory.buffer_room(&large()), None);
        let cache = Cache {
            entries_per_node: Some(100),
            reserved_share: 0.25,
            ..Cache::default()
        };
        assert_eq!(cache.node_room(&large()), 75);
    }

    #[test]
    fn small_values_all_fit_and_disks_grow_with_the_machine() {
        assert_eq!(Database::default().buffer_room(&Keys::default()), None);
        let disks = Size::OF_DATABASES.map(|size| {
            let database = Database {
                size,
                ..Database::default()
            };
            database.disk_room_gb()
        });
        assert_eq!(disks[0], 75.0);
        assert!(disks.is_sorted_by(|less, more| less < more), "{disks:?}");
    }

    #[test]
    fn own_caches_of_many_servers_stay_within_what_the_engine_holds() {
        let many = Service {
            instances: 1_000,
            size: Size::Xlarge24,
            local_cache_entries: None,
            ..Service::default()
        };
        let keys = Keys {
            value_kb: 0.1,
            ..large()
        };
        let all = u64::from(many.own_cache_room(&keys)) * 1_000;
        assert_eq!(all, ENTRIES_TOTAL_MAX);
    }
}

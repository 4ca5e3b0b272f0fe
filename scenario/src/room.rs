//! How much a machine has room for: memory and disk follow its size, unless a document sets them.
//!
//! How many values fit into memory depends on how large they are ([`Keys::value_kb`]).

use serde::Serialize;

use crate::{Cache, Database, Keys, Kind, Service, limits};

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

/// Room that a component, or each of its instances, has.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Room {
    /// What for.
    pub of: RoomOf,
    /// How much, in its own unit.
    pub amount: f64,
    /// What decides that.
    pub by: RoomBy,
}

/// What decides how much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomBy {
    /// The document sets it.
    Document,
    /// It follows the machine's size.
    Machine,
    /// So many machines would have more than is simulated: it is their part of the most.
    Limit,
}

impl RoomBy {
    /// By the machine, where a document does not set it.
    fn of(set: bool) -> Self {
        if set { Self::Document } else { Self::Machine }
    }
}

/// What room is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomOf {
    /// Entries in each server's own cache.
    OwnCacheEntries,
    /// Entries in each cache node.
    NodeEntries,
    /// Entries in a database's buffer.
    BufferEntries,
    /// GB on a database's disk.
    DiskGb,
}

impl Kind {
    /// All the room that its document or its machine gives it: none that it does without.
    pub fn rooms(&self, keys: &Keys) -> Vec<Room> {
        let room = |of, amount: f64, by| Room { of, amount, by };
        let rooms = match self {
            Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => Vec::new(),
            Kind::Service(service) => vec![room(
                RoomOf::OwnCacheEntries,
                service.own_cache_room(keys).into(),
                match (service.local_cache_entries, service.own_cache_share(keys)) {
                    (None, Some(_)) => RoomBy::Limit,
                    (set, _) => RoomBy::of(set.is_some()),
                },
            )],
            Kind::Cache(cache) => vec![room(
                RoomOf::NodeEntries,
                cache.node_room(keys).into(),
                RoomBy::of(cache.entries_per_node.is_some()),
            )],
            Kind::Database(database) => vec![
                // Where all data fits, it has room for every key.
                room(
                    RoomOf::BufferEntries,
                    database.buffer_room(keys).unwrap_or(keys.count).into(),
                    RoomBy::of(database.buffer_entries.is_some()),
                ),
                room(
                    RoomOf::DiskGb,
                    database.disk_room_gb(),
                    RoomBy::of(database.disk_gb.is_some()),
                ),
            ],
        };
        rooms.into_iter().filter(|room| room.amount > 0.0).collect()
    }
}

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
    /// Entries that one server's own cache has room for; 0 is none.
    pub fn own_cache_room(&self, keys: &Keys) -> u32 {
        self.local_cache_entries.unwrap_or_else(|| {
            let share = self.own_cache_share(keys);
            share.unwrap_or_else(|| self.own_cache_memory(keys))
        })
    }

    /// Entries that one server's own cache is taken to hold at most: where its room follows the machine,
    /// no more than there are keys.
    pub(crate) fn own_cache_held(&self, keys: &Keys) -> u32 {
        self.local_cache_entries
            .unwrap_or_else(|| self.own_cache_room(keys).min(keys.count))
    }

    /// Entries that fit into a server's memory beside all else.
    fn own_cache_memory(&self, keys: &Keys) -> u32 {
        entries(self.size.memory_gib() * OWN_CACHE_SHARE, keys)
    }

    /// A server's part of the most entries that are simulated, where as many servers as there may be would
    /// hold more by their memory.
    fn own_cache_share(&self, keys: &Keys) -> Option<u32> {
        let servers = self
            .autoscaling
            .as_ref()
            .map_or(0, |scaling| scaling.instances_max);
        let servers = u64::from(servers.max(self.instances).max(1));
        let held = self.own_cache_memory(keys).min(keys.count);
        let share = limits::ENTRIES_TOTAL_MAX / servers;
        (u64::from(held) > share).then_some(share as u32)
    }
}

/// Values that fit into so much memory.
fn entries(memory_gib: f64, keys: &Keys) -> u32 {
    ((memory_gib * BYTES_PER_GIB / (keys.value_kb * BYTES_PER_KB)) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Autoscaling, Size};

    /// A million values of a megabyte.
    fn large() -> Keys {
        Keys {
            count: 1_000_000,
            value_kb: 1_000.0,
            ..Keys::default()
        }
    }

    #[test]
    fn a_room_is_told_with_where_its_size_comes_from() {
        let keys = Keys::default();
        let told = |kind: Kind| {
            let rooms = kind.rooms(&keys).into_iter();
            let told = rooms.map(|room| (room.of, room.amount, room.by));
            told.collect::<Vec<_>>()
        };
        let machine = Database::default();
        let disk_gb = machine.size.disk_gb();
        let all = f64::from(keys.count);
        assert_eq!(
            told(Kind::Database(machine)),
            [
                (RoomOf::BufferEntries, all, RoomBy::Machine),
                (RoomOf::DiskGb, disk_gb, RoomBy::Machine)
            ]
        );
        let set = Database {
            buffer_entries: Some(7),
            disk_gb: Some(0.0),
            ..Database::default()
        };
        assert_eq!(
            told(Kind::Database(set)),
            [(RoomOf::BufferEntries, 7.0, RoomBy::Document)]
        );
        let cache = Cache {
            entries_per_node: Some(50),
            ..Cache::default()
        };
        let room = f64::from(cache.node_room(&keys));
        assert_eq!(
            told(Kind::Cache(cache)),
            [(RoomOf::NodeEntries, room, RoomBy::Document)]
        );
        let mut service = Service::default();
        assert_eq!(told(Kind::Service(service.clone())), []);
        service.local_cache_entries = None;
        let room = f64::from(service.own_cache_room(&keys));
        assert_eq!(
            told(Kind::Service(service)),
            [(RoomOf::OwnCacheEntries, room, RoomBy::Machine)]
        );
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
    fn a_servers_own_cache_is_a_quarter_of_its_memory_unless_all_of_them_would_hold_too_much() {
        let room = |size, instances_max| {
            let autoscaling = Some(Autoscaling {
                instances_max,
                ..Autoscaling::default()
            });
            let service = Service {
                size,
                autoscaling,
                local_cache_entries: None,
                ..Service::default()
            };
            service.own_cache_room(&Keys::default())
        };
        for instances_max in [4, 40, 200] {
            assert_eq!(room(Size::Large, instances_max), 2_147_483);
            assert_eq!(room(Size::Xlarge4, instances_max), 17_179_869);
        }
        assert_eq!(room(Size::Large, 1_000), 20_000);
    }
}

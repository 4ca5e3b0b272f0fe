//! Of a cache.

use super::{BY_MACHINE, Field, Input, Parameters, Value};
use crate::{Cache, Eviction, HashFunction, NodeRouting, ReadMode, Size, WriteMode};

fn has_ring(of: &Cache) -> bool {
    of.routing == NodeRouting::Ring
}

impl Parameters for Cache {
    const FIELDS: &'static [Field<Self>] = &[
        number!(
            nodes,
            "Nodes at the start",
            "",
            INSTANCES,
            "The run is replayed with so many; add and remove above work in the middle of it."
        )
        .at_start(),
        size!(
            Size::OF_CACHES,
            Size::NODES_IN_WORDS,
            "A node is a single thread: a bigger machine has more memory, and is no faster."
        ),
        field!(
            "room",
            "Room",
            "",
            Input::Mode(&["by the machine", "so many entries"]),
            "What is more must go; by the machine, three quarters of its memory.",
            |of| Some(Value::Choice(usize::from(of.entries_per_node.is_some()))),
            |of, value| if let Value::Choice(place) = value {
                of.entries_per_node = (*place == 1).then_some(10_000);
            }
        ),
        settable!(
            entries_per_node,
            "Room, set",
            "entries a node",
            ENTRIES,
            "Entries that a node has room for."
        )
        .said("entries a node", "")
        .unset(BY_MACHINE),
        number!(
            reserved_share,
            "Kept free",
            "share",
            RESERVED_SHARE,
            "Share of the room kept free for growth."
        ),
        choice!(eviction, "Eviction", "Who goes when it is full.", [
            Eviction::Lru => "LRU: least recently used",
            Eviction::Lfu => "LFU: least often used",
            Eviction::Fifo => "FIFO: oldest first",
        ]),
        number!(
            ttl_s,
            "Time to live",
            "s",
            TIME_S,
            "How long an entry stays fresh; 0 is for ever."
        )
        .said("TTL", "s"),
        switch!(
            ttl_renewed_by_hit,
            "Renewed by a hit",
            "A hit starts the time to live anew."
        )
        .when(|of| of.ttl_s > 0.0),
        choice!(read_mode, "Reads", "Who fetches what is missing.", [
            ReadMode::CacheAside => "cache-aside",
            ReadMode::ReadThrough => "read-through",
        ]),
        switch!(
            leases,
            "One fetch for all",
            "The first to miss fetches, the others wait for it."
        )
        .when(|of| of.read_mode == ReadMode::CacheAside),
        number!(
            lease_ms,
            "Wait for it",
            "ms",
            DELAY_MS,
            "How long the others wait for the one who fetches; then the next of them does."
        )
        .said("wait for one fetch", "ms")
        .when(|of| of.leases && of.read_mode == ReadMode::CacheAside),
        choice!(write_mode, "Writes", "What a write does to the cache.", [
            WriteMode::Invalidate => "drop the entry",
            WriteMode::Around => "write-around",
            WriteMode::Through => "write-through",
            WriteMode::Back => "write-back",
        ]),
        number!(
            write_back_ms,
            "Written back after",
            "ms",
            DELAY_MS,
            "How long a written value waits, with all writes of its key until then, before it goes to the database. A node that dies loses what it still held, but for a warm restart: then what is overdue goes once it is repaired."
        )
        .when(|of| of.write_mode == WriteMode::Back),
        choice!(routing, "Keys to nodes", "Which node keeps a key.", [
            NodeRouting::Modulo => "hash % n",
            NodeRouting::Ring => "ring",
        ]),
        choice!(hash_function, "Hash function", "What places nodes and keys on the ring.", [
            HashFunction::Splitmix64 => "splitmix64 (even)",
            HashFunction::Murmur3 => "MurmurHash3 (even)",
            HashFunction::Fnv1a => "FNV-1a (clusters)",
            HashFunction::Crc32 => "CRC-32 (patterns)",
        ])
        .when(has_ring),
        number!(
            virtual_nodes,
            "Virtual nodes",
            "each",
            VIRTUAL_NODES,
            "Points each node has on the ring."
        )
        .said("virtual nodes", "")
        .when(has_ring),
        number!(
            operation_ms,
            "Operation",
            "ms",
            COMPUTING_MS,
            "Time a node takes for one operation."
        ),
        switch!(
            warm_restart,
            "Warm restart",
            "A node that comes back has its entries still, else it starts cold."
        ),
    ];
}

//! Every limit of a document, each with its reason. Validation refuses what lies past one.

/// More components than this are no longer one picture; ids fit a byte in the engine.
pub const COMPONENTS_MAX: usize = 64;
/// Every component may be linked to a handful of others.
pub const LINKS_MAX: usize = 256;
/// A web tier for a million requests per second fits; the engine packs an instance in ten bits.
pub const INSTANCES_MAX: u16 = 1_000;
/// Worker slots of one instance, before its size's factor.
pub const WORKERS_MAX: u16 = 1_024;
/// Classes in the mix; the palette and the eye end here.
pub const CLASSES_MAX: usize = 8;
/// Regions of the world.
pub const REGIONS_MAX: usize = 16;
/// Keys have an exact sampling table in memory, 12 bytes each.
pub const KEYS_MAX: u32 = 1_000_000;
/// Users have a session and a resolved address in memory.
pub const USERS_MAX: u32 = 1_000_000;
/// The top of the traffic slider.
pub const RATE_MAX_RPS: f64 = 1_000_000.0;
/// The bottom of the traffic slider.
pub const RATE_MIN_RPS: f64 = 1.0;
/// Calls one request may make of a kind.
pub const CALLS_MAX: u8 = 16;
/// Actions in a script, clicks included.
pub const SCRIPT_MAX: usize = 1_000;
/// Characters of a name or an id.
pub const TEXT_MAX: usize = 80;
/// Largest integer that JSON carries exactly everywhere: 2^53 - 1.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;
/// One day: longer waits teach nothing and overflow nothing.
pub const TIME_MAX_MS: f64 = 86_400_000.0;
/// Points an instance may have on a ring.
pub const VIRTUAL_NODES_MAX: u16 = 1_000;
/// Entries one cache node may have room for.
pub const ENTRIES_MAX: u32 = 1_000_000;
/// Requests that may wait in one line.
pub const QUEUE_MAX: u32 = 1_000_000;
/// Retries of a client, or of a balancer.
pub const RETRIES_MAX: u8 = 10;
/// Weight of one instance.
pub const WEIGHT_MAX: u16 = 100;

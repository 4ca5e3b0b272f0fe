//! Every parameter of every kind, of the traffic and of the objectives: one table each.

use headroom_scenario::{
    Algorithm, Autoscaling, Cache, Class, ClassKind, Curve, Database, Distribution, Dns, Eviction,
    HashFunction, HashKey, HealthCheck, LoadBalancer, LoopModel, NodeRouting, Objectives, ReadMode,
    Region, Service, SessionStore, Size, Traffic, WriteMode, limits,
};

use super::field::{Field, Value, Widget};

/// A number that is whole in the document.
macro_rules! whole {
    ($key:ident, $label:literal, $unit:literal, $bounds:expr, $help:literal $(, $option:ident: $value:expr)*) => {
        field!($key, $label, $unit, $help,
            Widget::Number { min: $bounds.min as f64, max: $bounds.max as f64, whole: true },
            |of| Value::Number(f64::from(of.$key)),
            |of, value| if let Value::Number(number) = value { of.$key = *number as _ }
            $(, $option: $value)*)
    };
}

/// A number that need not be whole.
macro_rules! real {
    ($key:ident, $label:literal, $unit:literal, $bounds:expr, $help:literal $(, $option:ident: $value:expr)*) => {
        field!($key, $label, $unit, $help,
            Widget::Number { min: $bounds.min, max: $bounds.max, whole: false },
            |of| Value::Number(of.$key),
            |of, value| if let Value::Number(number) = value { of.$key = *number }
            $(, $option: $value)*)
    };
}

/// On or off.
macro_rules! switch {
    ($key:ident, $label:literal, $help:literal $(, $option:ident: $value:expr)*) => {
        field!($key, $label, "", $help, Widget::Switch,
            |of| Value::Switch(of.$key),
            |of, value| if let Value::Switch(on) = value { of.$key = *on }
            $(, $option: $value)*)
    };
}

/// One of an enum's variants.
macro_rules! choice {
    ($key:ident, $label:literal, $help:literal, [$($variant:path => $words:literal),+ $(,)?] $(, $option:ident: $value:expr)*) => {
        field!($key, $label, "", $help, Widget::Choice(&[$($words),+]),
            |of| {
                let choices = [$($variant),+];
                Value::Choice(choices.iter().position(|choice| *choice == of.$key).unwrap_or(0))
            },
            |of, value| if let Value::Choice(place) = value
                && let Some(choice) = [$($variant),+].get(*place) { of.$key = *choice }
            $(, $option: $value)*)
    };
}

/// Any field.
macro_rules! field {
    ($key:ident, $label:literal, $unit:literal, $help:literal, $widget:expr, $get:expr, $set:expr $(, shown: $shown:expr)? $(, at_start: $at_start:expr)?) => {
        Field {
            key: stringify!($key),
            label: $label,
            unit: $unit,
            help: $help,
            widget: $widget,
            shown: first!($($shown,)? |_| true),
            at_start: first!($($at_start,)? false),
            get: $get,
            set: $set,
        }
    };
}

/// What is given, else what stands behind it.
macro_rules! first {
    ($first:expr $(, $rest:expr)?) => {
        $first
    };
}

/// A number of a part that may be left out, shown while it is there.
macro_rules! number_of {
    ($of:ident.$part:ident, $key:ident, $label:literal, $unit:literal, $bounds:expr, $whole:literal, $help:literal) => {
        field!($key, $label, $unit, $help,
            Widget::Number { min: $bounds.min as f64, max: $bounds.max as f64, whole: $whole },
            |of: &$of| Value::Number(of.$part.as_ref().map_or(0.0, |part| part.$key.into())),
            |of: &mut $of, value| if let (Value::Number(number), Some(part)) = (value, &mut of.$part) {
                part.$key = *number as _
            },
            shown: |of| of.$part.is_some())
    };
}

/// A number that follows the machine where it is not set, shown while it is.
macro_rules! set_number {
    ($key:ident, $label:literal, $unit:literal, $bounds:expr, $whole:literal, $help:literal) => {
        field!($key, $label, $unit, $help,
            Widget::Number { min: $bounds.min as f64, max: $bounds.max as f64, whole: $whole },
            |of| Value::Number(of.$key.map_or(0.0, |number| f64::from(number))),
            |of, value| if let Value::Number(number) = value { of.$key = Some(*number as _) },
            shown: |of| of.$key.is_some())
    };
}

/// The sizes of [`Size::OF_DATABASES`] in words.
const DATABASE_SIZES: [&str; Size::OF_DATABASES.len()] = [
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

/// Those that a server may have too.
const SERVER_SIZES: &[&str] = DATABASE_SIZES.split_at(Size::OF_SERVERS.len()).0;

/// Those that a node of a cache may have.
const CACHE_SIZES: &[&str] = &[
    "large: 2 vCPU, 16 GiB",
    "xlarge: 4 vCPU, 32 GiB",
    "2xlarge: 8 vCPU, 64 GiB",
    "4xlarge: 16 vCPU, 128 GiB",
    "8xlarge: 32 vCPU, 256 GiB",
    "12xlarge: 48 vCPU, 384 GiB",
    "16xlarge: 64 vCPU, 512 GiB",
];

/// The machine: one of some sizes, in these words.
macro_rules! size {
    ($sizes:expr, $words:expr, $help:literal) => {
        field!(
            size,
            "Machine",
            "",
            $help,
            Widget::Choice($words),
            |of| Value::Choice($sizes.iter().position(|size| *size == of.size).unwrap_or(0)),
            |of, value| if let Value::Choice(place) = value
                && let Some(size) = $sizes.get(*place)
            {
                of.size = *size
            }
        )
    };
}

fn hashes(of: &LoadBalancer) -> bool {
    matches!(
        of.algorithm,
        Algorithm::ConsistentHash | Algorithm::ConsistentHashBounded
    )
}

fn weighs(of: &LoadBalancer) -> bool {
    matches!(
        of.algorithm,
        Algorithm::WeightedRoundRobin | Algorithm::WeightedLeastConnections
    ) || hashes(of)
}

/// What takes a random time.
trait Timed {
    fn law(&self) -> Distribution;
    fn set_law(&mut self, law: Distribution);
}

impl Timed for Service {
    fn law(&self) -> Distribution {
        self.distribution
    }
    fn set_law(&mut self, law: Distribution) {
        self.distribution = law;
    }
}

impl Timed for Database {
    fn law(&self) -> Distribution {
        self.distribution
    }
    fn set_law(&mut self, law: Distribution) {
        self.distribution = law;
    }
}

/// The law of a random time, and what it takes.
fn law<T: Timed>(help: &'static str) -> Vec<Field<T>> {
    let mut fields = table::<T, _>([
        field!(
            distribution,
            "Distribution",
            "",
            "",
            Widget::Choice(&["constant", "exponential", "Erlang", "hyperexponential"]),
            |of| Value::Choice(match of.law() {
                Distribution::Constant => 0,
                Distribution::Exponential => 1,
                Distribution::Erlang { .. } => 2,
                Distribution::Hyperexponential { .. } => 3,
            }),
            |of, value| if let Value::Choice(place) = value {
                of.set_law(match place {
                    0 => Distribution::Constant,
                    2 => Distribution::Erlang { k: 4 },
                    3 => Distribution::Hyperexponential { cs2: 4.0 },
                    _ => Distribution::Exponential,
                });
            }
        ),
        field!(k, "Erlang stages", "", "Sum of so many exponentials: the more, the steadier.",
            Widget::Number { min: limits::ERLANG_K.min as f64, max: limits::ERLANG_K.max as f64, whole: true },
            |of| Value::Number(match of.law() { Distribution::Erlang { k } => k.into(), _ => 0.0 }),
            |of, value| if let Value::Number(number) = value {
                of.set_law(Distribution::Erlang { k: *number as u8 });
            },
            shown: |of| matches!(of.law(), Distribution::Erlang { .. })),
        field!(cs2, "Squared variation", "", "Squared coefficient of variation: 1 is exponential, more is wilder.",
            Widget::Number { min: limits::HYPEREXPONENTIAL_CS2.min, max: limits::HYPEREXPONENTIAL_CS2.max, whole: false },
            |of| Value::Number(match of.law() { Distribution::Hyperexponential { cs2 } => cs2, _ => 0.0 }),
            |of, value| if let Value::Number(number) = value {
                of.set_law(Distribution::Hyperexponential { cs2: *number });
            },
            shown: |of| matches!(of.law(), Distribution::Hyperexponential { .. })),
    ]);
    fields[0].help = help;
    fields
}

/// A table of one type, so that its closures know what they read.
fn table<T, const N: usize>(fields: [Field<T>; N]) -> Vec<Field<T>> {
    fields.into()
}

/// Of a name service.
pub fn dns() -> Vec<Field<Dns>> {
    table::<Dns, _>([real!(
        ttl_s,
        "Time to live",
        "s",
        limits::DNS_TTL_S,
        "How long a user keeps an answer; a dead address is used until then."
    )])
}

/// Of a load balancer.
pub fn load_balancer() -> Vec<Field<LoadBalancer>> {
    table::<LoadBalancer, _>([
        choice!(algorithm, "Algorithm", "How the next server is chosen.", [
            Algorithm::RoundRobin => "round robin",
            Algorithm::WeightedRoundRobin => "weighted round robin",
            Algorithm::LeastConnections => "least connections",
            Algorithm::WeightedLeastConnections => "weighted least connections",
            Algorithm::Random => "random",
            Algorithm::LeastResponseTime => "least response time",
            Algorithm::PowerOfTwoChoices => "power of two choices",
            Algorithm::IpHash => "IP hash",
            Algorithm::SessionHash => "session hash % n",
            Algorithm::ConsistentHash => "consistent hash (ring)",
            Algorithm::ConsistentHashBounded => "ring with bounded loads",
        ]),
        choice!(hash_key, "Hash of", "What is hashed onto the ring.",
            [HashKey::User => "the user", HashKey::Key => "the key asked for"], shown: hashes),
        choice!(hash_function, "Hash function", "What places servers and keys on the ring.",
            [HashFunction::Splitmix64 => "splitmix64 (even)", HashFunction::Murmur3 => "MurmurHash3 (even)",
                HashFunction::Fnv1a => "FNV-1a (clusters)", HashFunction::Crc32 => "CRC-32 (patterns)"], shown: hashes),
        whole!(virtual_nodes, "Virtual nodes", "each", limits::VIRTUAL_NODES,
            "Points each server has on the ring: the more, the more even the shares.", shown: hashes),
        real!(bounded_load_factor, "Bounded load", "× mean", limits::BOUNDED_LOAD_FACTOR,
            "Most open requests a server may have; what is above goes on to the next on the ring.",
            shown: |of| of.algorithm == Algorithm::ConsistentHashBounded),
        field!(weights, "Weights", "", "One for each server in order; missing ones are 1.",
            Widget::Numbers { min: limits::WEIGHT.min as f64, max: limits::WEIGHT.max as f64, whole: true },
            |of| Value::Numbers(of.weights.iter().map(|weight| f64::from(*weight)).collect()),
            |of, value| if let Value::Numbers(numbers) = value {
                of.weights = numbers.iter().map(|number| *number as u16).collect()
            },
            shown: weighs),
        switch!(
            sticky,
            "Sticky cookie",
            "A user stays with the server that answered last, by a cookie, while it is in rotation."
        ),
        field!(
            health_check,
            "Health checks",
            "",
            "Probes; without them a server that is dead or hangs keeps getting its share.",
            Widget::Switch,
            |of| Value::Switch(of.health_check.is_some()),
            |of, value| if let Value::Switch(on) = value {
                of.health_check = on.then(HealthCheck::default)
            }
        ),
        number_of!(
            LoadBalancer.health_check,
            interval_ms,
            "Probe every",
            "ms",
            limits::PROBE_INTERVAL_MS,
            false,
            "Time between two probes of a server."
        ),
        number_of!(
            LoadBalancer.health_check,
            timeout_ms,
            "Probe time-out",
            "ms",
            limits::DELAY_MS,
            false,
            "A probe unanswered for so long has failed."
        ),
        number_of!(
            LoadBalancer.health_check,
            fall,
            "Out after",
            "bad probes",
            limits::PROBES,
            true,
            "Bad probes in a row until a server gets no more requests."
        ),
        number_of!(
            LoadBalancer.health_check,
            rise,
            "Back after",
            "good probes",
            limits::PROBES,
            true,
            "Good probes in a row until it gets them again."
        ),
        whole!(
            retries,
            "Tries elsewhere",
            "",
            limits::RETRIES,
            "Further servers tried when one refuses the connection, or is late with what may be done twice, each chosen by the algorithm among the others."
        ),
        real!(
            forward_ms,
            "Passing on",
            "ms",
            limits::FORWARD_MS,
            "Time to choose a server and pass a request on; it does so for many at once."
        ),
        real!(response_memory_s, "Remembers for", "s", limits::RESPONSE_MEMORY_S,
            "What was measured so long ago has faded to 37 %: a server that was slow is tried again.",
            shown: |of| of.algorithm == Algorithm::LeastResponseTime),
        switch!(
            standby,
            "Standby",
            "A second balancer takes over when the first fails."
        ),
        real!(takeover_ms, "Take-over", "ms", limits::WAIT_MS, "Time until the standby has taken over.", shown: |of| of.standby),
    ])
}

/// Of a service.
pub fn service() -> Vec<Field<Service>> {
    let mut fields = table::<Service, _>([
        whole!(instances, "Servers at the start", "", limits::INSTANCES,
            "The run is replayed with so many; add and remove above work in the middle of it.", at_start: true),
        size!(
            Size::OF_SERVERS,
            SERVER_SIZES,
            "One with n times the processors has n times the workers."
        ),
        whole!(
            workers,
            "Workers",
            "each",
            limits::WORKERS,
            "Requests a server of the smallest size handles at once; a worker is held until the answer is sent."
        ),
        real!(
            service_time_ms,
            "Computing time",
            "ms",
            limits::COMPUTING_MS,
            "Mean time a worker computes for one request of work 1."
        ),
    ]);
    fields.extend(law("The law of the computing time."));
    fields.extend(table::<Service, _>([
        real!(local_query_ms, "Local query", "ms", limits::COMPUTING_MS,
            "Mean time of a query while no database is linked: it then runs in the server."),
        whole!(queue_limit, "Waiting line", "requests", limits::QUEUE, "Requests that may wait at one server; the next is refused."),
        choice!(sessions, "Sessions", "Where sessions live.",
            [SessionStore::None => "nowhere: requests carry all", SessionStore::Server => "in the server"]),
        real!(login_work, "Log-in work", "× mean", limits::WORK, "Computing time of a log-in.",
            shown: |of| of.sessions == SessionStore::Server),
        field!(own_cache, "Own cache", "", "Memory in each server for what it looked up last; by the machine, a quarter of its memory, or its part of 20 million entries in all.",
            Widget::Choice(&["none", "by the machine", "so many entries"]),
            |of| Value::Choice(match of.local_cache_entries { Some(0) => 0, None => 1, Some(_) => 2 }),
            |of, value| if let Value::Choice(place) = value {
                of.local_cache_entries = match place { 1 => None, 2 => Some(1_000), _ => Some(0) };
            }),
        set_number!(local_cache_entries, "Own cache, room", "entries", limits::ENTRIES_OR_NONE, true, "Entries in each server's own cache; 0 is none."),
        real!(local_cache_ttl_s, "Own cache, fresh for", "s", limits::TIME_S, "How long an entry stays fresh; 0 is for ever.",
            shown: |of| of.local_cache_entries != Some(0)),
        real!(probe_ms, "Health check", "ms", limits::COMPUTING_MS, "Time a server takes to answer a probe of the balancer, before all other work."),
        real!(boot_s, "Boot time", "s", limits::TIME_S, "From the start of a new server until it serves."),
    ]));
    fields.extend(autoscaling());
    fields
}

/// Of the autoscaler that a service may have.
fn autoscaling() -> Vec<Field<Service>> {
    table::<Service, _>([
        field!(
            autoscaling,
            "Autoscaling",
            "",
            "Starts and removes servers by how busy they are, as the Kubernetes autoscaler does.",
            Widget::Switch,
            |of| Value::Switch(of.autoscaling.is_some()),
            |of, value| if let Value::Switch(on) = value {
                of.autoscaling = on.then(Autoscaling::default)
            }
        ),
        number_of!(
            Service.autoscaling,
            target_utilisation,
            "Target",
            "share busy",
            limits::TARGET_UTILISATION,
            false,
            "As many servers as keep this share of their workers busy."
        ),
        number_of!(
            Service.autoscaling,
            tolerance,
            "Tolerance",
            "of the target",
            limits::TOLERANCE,
            false,
            "Nothing changes while the busy share is no further off its target."
        ),
        number_of!(
            Service.autoscaling,
            interval_s,
            "Look every",
            "s",
            limits::SCALING_INTERVAL_S,
            false,
            "Each look takes the mean since the one before."
        ),
        number_of!(
            Service.autoscaling,
            scale_in_window_s,
            "Scale in after",
            "s",
            limits::SCALE_IN_WINDOW_S,
            false,
            "Servers go only down to the highest number that was right within this time."
        ),
        number_of!(
            Service.autoscaling,
            scale_out_share,
            "Scale out by",
            "× servers",
            limits::SCALE_OUT_SHARE,
            false,
            "Most servers added in one period, for each that was there: 1 doubles them."
        ),
        number_of!(
            Service.autoscaling,
            scale_out_servers,
            "Or by",
            "servers",
            limits::INSTANCES,
            true,
            "So many may always be added in one period."
        ),
        number_of!(
            Service.autoscaling,
            scale_out_period_s,
            "In a period of",
            "s",
            limits::SCALE_OUT_PERIOD_S,
            false,
            "What was added within it counts."
        ),
        number_of!(
            Service.autoscaling,
            instances_min,
            "At least",
            "servers",
            limits::INSTANCES,
            true,
            "Fewest servers."
        ),
        number_of!(
            Service.autoscaling,
            instances_max,
            "At most",
            "servers",
            limits::INSTANCES,
            true,
            "Most servers."
        ),
    ])
}

/// Of a cache.
pub fn cache() -> Vec<Field<Cache>> {
    table::<Cache, _>([
        whole!(nodes, "Nodes at the start", "", limits::INSTANCES,
            "The run is replayed with so many; add and remove above work in the middle of it.", at_start: true),
        size!(
            Size::OF_CACHES,
            CACHE_SIZES,
            "A node is a single thread: a bigger machine has more memory, and is no faster."
        ),
        field!(
            room,
            "Room",
            "",
            "What is more must go; by the machine, three quarters of its memory.",
            Widget::Choice(&["by the machine", "so many entries"]),
            |of| Value::Choice(usize::from(of.entries_per_node.is_some())),
            |of, value| if let Value::Choice(place) = value {
                of.entries_per_node = (*place == 1).then_some(10_000);
            }
        ),
        set_number!(
            entries_per_node,
            "Room, set",
            "entries a node",
            limits::ENTRIES,
            true,
            "Entries that a node has room for."
        ),
        real!(
            reserved_share,
            "Kept free",
            "share",
            limits::RESERVED_SHARE,
            "Share of the room kept free for growth."
        ),
        choice!(eviction, "Eviction", "Who goes when it is full.", [
            Eviction::Lru => "least recently used", Eviction::Lfu => "least often used", Eviction::Fifo => "oldest first"]),
        real!(
            ttl_s,
            "Time to live",
            "s",
            limits::TIME_S,
            "How long an entry stays fresh; 0 is for ever."
        ),
        switch!(ttl_renewed_by_hit, "Renewed by a hit", "A hit starts the time to live anew.", shown: |of| of.ttl_s > 0.0),
        choice!(read_mode, "Reads", "Who fetches what is missing.",
            [ReadMode::CacheAside => "cache-aside", ReadMode::ReadThrough => "read-through"]),
        switch!(leases, "One fetch for all", "The first to miss fetches, the others wait for it.",
            shown: |of| of.read_mode == ReadMode::CacheAside),
        real!(lease_ms, "Wait for it", "ms", limits::DELAY_MS,
            "How long the others wait for the one who fetches; then the next of them does.",
            shown: |of| of.leases && of.read_mode == ReadMode::CacheAside),
        choice!(write_mode, "Writes", "What a write does to the cache.", [
            WriteMode::Invalidate => "drop the entry", WriteMode::Around => "write-around",
            WriteMode::Through => "write-through", WriteMode::Back => "write-back"]),
        real!(write_back_ms, "Written back after", "ms", limits::DELAY_MS,
            "How long a written value waits, with all writes of its key until then, before it goes to the database; a node that dies loses what it still held.",
            shown: |of| of.write_mode == WriteMode::Back),
        choice!(routing, "Keys to nodes", "Which node keeps a key.",
            [NodeRouting::Modulo => "hash % n", NodeRouting::Ring => "ring"]),
        choice!(hash_function, "Hash function", "What places nodes and keys on the ring.",
            [HashFunction::Splitmix64 => "splitmix64 (even)", HashFunction::Murmur3 => "MurmurHash3 (even)",
                HashFunction::Fnv1a => "FNV-1a (clusters)", HashFunction::Crc32 => "CRC-32 (patterns)"], shown: |of| of.routing == NodeRouting::Ring),
        whole!(virtual_nodes, "Virtual nodes", "each", limits::VIRTUAL_NODES,
            "Points each node has on the ring.", shown: |of| of.routing == NodeRouting::Ring),
        real!(
            operation_ms,
            "Operation",
            "ms",
            limits::COMPUTING_MS,
            "Time a node takes for one operation."
        ),
        switch!(
            warm_restart,
            "Warm restart",
            "A node that comes back has its entries still, else it starts cold."
        ),
    ])
}

/// Whether anybody looks at the growth of the data.
fn grows(of: &Database) -> bool {
    of.disk_gb != Some(0.0)
}

/// Of a database.
pub fn database() -> Vec<Field<Database>> {
    let mut fields = table::<Database, _>([
        size!(
            Size::OF_DATABASES,
            &DATABASE_SIZES,
            "One with n times the processors runs n times as many queries at once; 24tb is the largest machine to be had."
        ),
        whole!(
            workers,
            "Queries at once",
            "",
            limits::WORKERS,
            "On the smallest machine."
        ),
        whole!(
            connections,
            "Connections",
            "",
            limits::CONNECTIONS,
            "Open at once, running and waiting; the next is refused."
        ),
        real!(
            read_time_ms,
            "Read",
            "ms",
            limits::COMPUTING_MS,
            "Mean time of a read of query work 1."
        ),
        real!(
            write_time_ms,
            "Write",
            "ms",
            limits::COMPUTING_MS,
            "Mean time of a write of query work 1."
        ),
    ]);
    fields.extend(law("The law of both times."));
    fields.extend(table::<Database, _>([
        field!(buffer, "Buffer", "", "What it keeps in memory; by the machine, three quarters of that.",
            Widget::Choice(&["by the machine", "all data fits", "so many entries"]),
            |of| Value::Choice(match of.buffer_entries { None => 0, Some(0) => 1, Some(_) => 2 }),
            |of, value| if let Value::Choice(place) = value {
                of.buffer_entries = match place { 1 => Some(0), 2 => Some(10_000), _ => None };
            }),
        set_number!(buffer_entries, "Buffer, set", "entries", limits::ENTRIES_OR_NONE, true, "Entries in its own memory; 0 means that all data fits."),
        real!(disk_read_ms, "Disk read", "ms", limits::WAIT_MS, "Added by a read when the buffer has not got the key.",
            shown: |of| of.buffer_entries != Some(0)),
        field!(disk, "Disk", "", "Room for the data; a write that finds none fails. By the machine, 37.5 GB for each processor.",
            Widget::Choice(&["by the machine", "nobody looks", "so many GB"]),
            |of| Value::Choice(match of.disk_gb { None => 0, Some(0.0) => 1, Some(_) => 2 }),
            |of, value| if let Value::Choice(place) = value {
                of.disk_gb = match place { 1 => Some(0.0), 2 => Some(100.0), _ => None };
            }),
        set_number!(disk_gb, "Disk, set", "GB", limits::DISK_GB, false, "Size of the disk; 0 does not look at the growth of the data."),
        real!(data_gb, "Data at the start", "GB", limits::DISK_GB, "On the disk when the run starts, which is replayed with it.",
            shown: grows, at_start: true),
        real!(write_kb, "A write adds", "KB", limits::WRITE_KB, "What each write query adds to the data: rows, indexes and log together.",
            shown: grows),
    ]));
    fields
}

/// Of the traffic, classes and regions apart.
pub fn traffic() -> Vec<Field<Traffic>> {
    let mut fields = curve();
    fields.extend(table::<Traffic, _>([
        whole!(
            users,
            "Users",
            "",
            limits::USERS,
            "Distinct users; who sends a request is drawn evenly."
        ),
        field!(
            key_count,
            "Keys",
            "",
            "Distinct keys that requests ask for.",
            Widget::Number {
                min: limits::KEYS.min as f64,
                max: limits::KEYS.max as f64,
                whole: true
            },
            |of| Value::Number(of.keys.count.into()),
            |of, value| if let Value::Number(number) = value {
                of.keys.count = *number as u32
            }
        ),
        field!(
            value_kb,
            "A value has",
            "KB",
            "How many values fit where the room follows the machine.",
            Widget::Number {
                min: limits::VALUE_KB.min,
                max: limits::VALUE_KB.max,
                whole: false
            },
            |of| Value::Number(of.keys.value_kb),
            |of, value| if let Value::Number(number) = value {
                of.keys.value_kb = *number
            }
        ),
        field!(
            zipf_exponent,
            "Popularity",
            "Zipf exponent",
            "0 asks for all keys alike; 1 asks for the first twice as often as the second.",
            Widget::Number {
                min: limits::ZIPF_EXPONENT.min,
                max: limits::ZIPF_EXPONENT.max,
                whole: false
            },
            |of| Value::Number(of.keys.zipf_exponent),
            |of, value| if let Value::Number(number) = value {
                of.keys.zipf_exponent = *number
            }
        ),
    ]));
    fields.extend(client());
    fields
}

/// A number of the curve's variant at hand.
macro_rules! curve_number {
    ($key:ident, $label:literal, $unit:literal, $bounds:expr, $help:literal, $($variant:ident)|+) => {
        field!($key, $label, $unit, $help,
            Widget::Number { min: $bounds.min, max: $bounds.max, whole: false },
            |of| Value::Number(match &of.curve { $(Curve::$variant { $key, .. } => *$key,)+ _ => 0.0 }),
            |of, value| if let Value::Number(number) = value {
                match &mut of.curve { $(Curve::$variant { $key, .. } => *$key = *number,)+ _ => {} }
            },
            shown: |of| matches!(of.curve, $(Curve::$variant { .. })|+))
    };
}

fn curve() -> Vec<Field<Traffic>> {
    table::<Traffic, _>([
        field!(
            curve,
            "Rate over time",
            "",
            "How the rate changes during the run.",
            Widget::Choice(&["steady", "ramp", "spike", "day and night", "stepped"]),
            |of| Value::Choice(match of.curve {
                Curve::Steady => 0,
                Curve::Ramp { .. } => 1,
                Curve::Spike { .. } => 2,
                Curve::Diurnal { .. } => 3,
                Curve::Stepped { .. } => 4,
            }),
            |of, value| if let Value::Choice(place) = value {
                of.curve = match place {
                    1 => Curve::Ramp {
                        from: 1.0,
                        to: 2.0,
                        start_s: 0.0,
                        end_s: 60.0,
                    },
                    2 => Curve::Spike {
                        factor: 3.0,
                        start_s: 30.0,
                        length_s: 10.0,
                    },
                    3 => Curve::Diurnal {
                        depth: 0.5,
                        period_s: 60.0,
                    },
                    4 => Curve::Stepped {
                        factors: vec![1.0, 1.5, 2.0],
                        every_s: 20.0,
                    },
                    _ => Curve::Steady,
                }
            }
        ),
        curve_number!(
            from,
            "From",
            "× rate",
            limits::CURVE_FACTOR,
            "Factor on the rate before the ramp.",
            Ramp
        ),
        curve_number!(
            to,
            "To",
            "× rate",
            limits::CURVE_FACTOR,
            "Factor on the rate after the ramp.",
            Ramp
        ),
        curve_number!(
            factor,
            "Spike",
            "× rate",
            limits::CURVE_FACTOR,
            "Factor on the rate during the spike.",
            Spike
        ),
        curve_number!(
            start_s,
            "Starts at",
            "s",
            limits::TIME_S,
            "Simulated seconds since the start.",
            Ramp | Spike
        ),
        curve_number!(
            end_s,
            "Ends at",
            "s",
            limits::TIME_S,
            "Simulated seconds since the start.",
            Ramp
        ),
        curve_number!(
            length_s,
            "Lasts",
            "s",
            limits::TIME_S,
            "How long the spike lasts.",
            Spike
        ),
        curve_number!(
            depth,
            "Depth",
            "share",
            limits::SHARE,
            "How far the rate swings around its mean.",
            Diurnal
        ),
        curve_number!(
            period_s,
            "Period",
            "s",
            limits::PERIOD_S,
            "Length of one day.",
            Diurnal
        ),
        field!(factors, "Factors", "× rate", "One for each stretch; the last one stays.",
            Widget::Numbers { min: limits::CURVE_FACTOR.min, max: limits::CURVE_FACTOR.max, whole: false },
            |of| Value::Numbers(match &of.curve { Curve::Stepped { factors, .. } => factors.clone(), _ => Vec::new() }),
            |of, value| if let (Value::Numbers(numbers), Curve::Stepped { factors, .. }) = (value, &mut of.curve) {
                factors.clone_from(numbers)
            },
            shown: |of| matches!(of.curve, Curve::Stepped { .. })),
        curve_number!(
            every_s,
            "Each lasts",
            "s",
            limits::PERIOD_S,
            "Length of one stretch.",
            Stepped
        ),
    ])
}

/// A number of how clients behave.
macro_rules! client_number {
    ($key:ident, $($path:ident).+, $label:literal, $unit:literal, $bounds:expr, $whole:literal, $help:literal $(, shown: $shown:expr)?) => {
        field!($key, $label, $unit, $help,
            Widget::Number { min: $bounds.min as f64, max: $bounds.max as f64, whole: $whole },
            |of: &Traffic| Value::Number(of.client.$($path).+.into()),
            |of: &mut Traffic, value| if let Value::Number(number) = value { of.client.$($path).+ = *number as _ }
            $(, shown: $shown)?)
    };
}

fn retries(of: &Traffic) -> bool {
    of.client.retries.max > 0
}

fn client() -> Vec<Field<Traffic>> {
    table::<Traffic, _>([
        client_number!(
            timeout_ms,
            timeout_ms,
            "Time-out",
            "ms",
            limits::WAIT_MS,
            false,
            "How long one attempt waits for its answer; 0 waits for ever."
        ),
        client_number!(
            retries_max,
            retries.max,
            "Retries",
            "",
            limits::RETRIES,
            true,
            "Most further attempts after the first."
        ),
        client_number!(backoff_ms, retries.backoff_ms, "Backoff", "ms", limits::WAIT_MS, false, "Wait before the first retry.", shown: retries),
        client_number!(multiplier, retries.multiplier, "Backoff grows", "×", limits::BACKOFF_MULTIPLIER, false,
            "Each further wait is so many times the one before.", shown: retries),
        client_number!(jitter, retries.jitter, "Jitter", "share", limits::SHARE, false,
            "Share of the wait that is drawn by lot: 0 is none, 1 is full jitter.", shown: retries),
        client_number!(budget, retries.budget, "Retry budget", "× requests", limits::RETRY_BUDGET, false,
            "Retries allowed for each first attempt, all clients together; 0 is none.", shown: retries),
        client_number!(saved_max, retries.saved_max, "Retries saved", "at most", limits::RETRIES_SAVED, true,
            "What the budget saves up while all is well: a fault finds no more at once.", shown: retries),
        field!(
            loop_model,
            "Arrivals",
            "",
            "What makes the next request.",
            Widget::Choice(&[
                "open: a Poisson process",
                "closed: users who wait and think"
            ]),
            |of| Value::Choice(usize::from(of.client.loop_model != LoopModel::Open)),
            |of, value| if let Value::Choice(place) = value {
                of.client.loop_model = match place {
                    0 => LoopModel::Open,
                    _ => LoopModel::Closed {
                        users: 200,
                        think_time_ms: 1_000.0,
                    },
                }
            }
        ),
        field!(closed_users, "Users at once", "", "Users who wait, think and ask again.",
            Widget::Number { min: limits::USERS.min as f64, max: limits::USERS.max as f64, whole: true },
            |of| Value::Number(match of.client.loop_model { LoopModel::Closed { users, .. } => users.into(), LoopModel::Open => 0.0 }),
            |of, value| if let (Value::Number(number), LoopModel::Closed { users, .. }) = (value, &mut of.client.loop_model) {
                *users = *number as u32
            },
            shown: |of| of.client.loop_model != LoopModel::Open),
        field!(think_time_ms, "Think time", "ms", "Mean time between an answer and the next request.",
            Widget::Number { min: limits::DELAY_MS.min, max: limits::DELAY_MS.max, whole: false },
            |of| Value::Number(match of.client.loop_model { LoopModel::Closed { think_time_ms, .. } => think_time_ms, LoopModel::Open => 0.0 }),
            |of, value| if let (Value::Number(number), LoopModel::Closed { think_time_ms, .. }) = (value, &mut of.client.loop_model) {
                *think_time_ms = *number
            },
            shown: |of| of.client.loop_model != LoopModel::Open),
    ])
}

/// Of a class in the mix.
pub fn class() -> Vec<Field<Class>> {
    table::<Class, _>([
        choice!(kind, "What it is",
            "A search is answered by the database alone, by no cache; a task is waited for where no broker takes it.", [
            ClassKind::Static => "static file", ClassKind::Read => "read", ClassKind::Write => "write",
            ClassKind::Task => "task", ClassKind::Search => "search"]),
        real!(
            weight,
            "Share of the mix",
            "weight",
            limits::SHARE_WEIGHT,
            "Weights need not sum to anything."
        ),
        real!(
            work,
            "Work",
            "× mean",
            limits::WORK,
            "Computing time, as a multiple of the service's mean."
        ),
        whole!(
            lookups,
            "Look-ups",
            "",
            limits::CALLS,
            "Reads that a cache can answer, those of a search excepted; without one each is a query."
        ),
        whole!(
            queries,
            "Queries",
            "",
            limits::CALLS,
            "Queries that always go to the database; writes if the class is one."
        ),
        real!(
            query_work,
            "Query work",
            "× mean",
            limits::WORK,
            "Cost of one of its queries, as a multiple of the database's mean."
        ),
        whole!(at_once, "Calls at once", "", limits::CALLS_AT_ONCE,
            "Look-ups and queries that a server makes side by side.",
            shown: |of| of.at_once > 1 || of.kind != ClassKind::Write && of.lookups + of.queries > 1),
        real!(fresh_s, "Fresh in the browser", "s", limits::TIME_S,
            "How long a user's browser answers from its own copy; 0 keeps none.",
            shown: |of| of.kind == ClassKind::Static),
    ])
}

/// Of a region.
pub fn region() -> Vec<Field<Region>> {
    table::<Region, _>([
        real!(
            share,
            "Share of the users",
            "weight",
            limits::SHARE_WEIGHT,
            "Weights need not sum to anything."
        ),
        real!(
            round_trip_ms,
            "Round trip",
            "ms",
            limits::LATENCY_MS,
            "Between its users and the site."
        ),
    ])
}

/// Of the objectives.
pub fn objectives() -> Vec<Field<Objectives>> {
    table::<Objectives, _>([
        real!(
            latency_p99_ms,
            "p99 at most",
            "ms",
            limits::DELAY_MS,
            "99 of 100 requests are answered within this time."
        ),
        real!(
            failed_share,
            "Failed at most",
            "share",
            limits::SHARE,
            "0.01 is one request in a hundred."
        ),
        real!(
            sessions_lost_share,
            "Sessions lost at most",
            "share",
            limits::SHARE,
            "Users who have to log in anew, as a share of those with a session; 1 asks for nothing."
        ),
    ])
}

/// Of a link.
pub fn link() -> Vec<Field<headroom_scenario::Link>> {
    table::<headroom_scenario::Link, _>([
        real!(
            latency_ms,
            "Latency, one way",
            "ms",
            limits::LATENCY_MS,
            "A trip there and back takes twice as long; links from users add half their region's round trip."
        ),
        real!(
            timeout_ms,
            "Waits for an answer",
            "ms",
            limits::WAIT_MS,
            "Then the caller goes on without: a cache that is late has missed, a balancer may try another server, other calls fail. 0 waits for ever."
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::step::LADDER;
    use headroom_scenario::{Kind, Scenario};

    use crate::inspector::field::{Row, rows, with};

    /// What the document says of a scenario that has this part in it.
    trait Part: Clone + PartialEq + std::fmt::Debug {
        fn put(self, scenario: &mut Scenario);
    }

    macro_rules! part_of_kind {
        ($($kind:ident),*) => {$(
            impl Part for $kind {
                fn put(self, scenario: &mut Scenario) {
                    let mut kinds = scenario.design.components.iter_mut().map(|part| &mut part.kind);
                    let kind = kinds.find(|kind| matches!(kind, Kind::$kind(_))).expect("there is one");
                    *kind = Kind::$kind(self);
                }
            }
        )*};
    }
    part_of_kind!(Dns, LoadBalancer, Service, Cache, Database);

    impl Part for Traffic {
        fn put(self, scenario: &mut Scenario) {
            scenario.traffic = self;
        }
    }

    impl Part for Class {
        fn put(self, scenario: &mut Scenario) {
            scenario.traffic.classes[0] = self;
        }
    }

    impl Part for Region {
        fn put(self, scenario: &mut Scenario) {
            scenario.traffic.regions[0] = self;
        }
    }

    impl Part for Objectives {
        fn put(self, scenario: &mut Scenario) {
            scenario.objectives = self;
        }
    }

    /// Which end of its range the document finds a number past, if any.
    fn past_its_range<T: Part>(part: T) -> Option<&'static str> {
        let mut scenario = LADDER[LADDER.len() - 1].scenario();
        part.put(&mut scenario);
        let problems = scenario.validate().err().unwrap_or_default();
        ["too small", "too large"].into_iter().find(|words| {
            problems
                .iter()
                .any(|problem| problem.message.contains(words))
        })
    }

    /// The range of a number on screen is the one that the document has for it.
    fn holds_its_range<T: Part>(fields: &[Field<T>], of: &T, row: &Row) {
        let Widget::Number { min, max, whole } = row.widget else {
            return;
        };
        let set = |number| past_its_range(with(fields, of, row.place, &Value::Number(number)));
        let step = |number: f64| {
            if whole {
                1.0
            } else {
                number.abs().max(1e-9) * 1e-9
            }
        };
        assert_eq!((set(min), set(max)), (None, None), "{}", row.key);
        assert_eq!(set(max + step(max)), Some("too large"), "{}", row.key);
        // A number that has no sign can't be less than none.
        if !(whole && min == 0.0) {
            assert_eq!(set(min - step(min)), Some("too small"), "{}", row.key);
        }
    }

    /// Every field of a table, read, set to its own value and set to an end of its range, stays itself.
    fn holds<T: Part>(fields: &[Field<T>], of: &T) {
        for row in rows(fields, of) {
            holds_its_range(fields, of, &row);
            assert_eq!(
                with(fields, of, row.place, &row.value),
                *of,
                "{} does not keep its value",
                row.key
            );
            assert!(!row.help.is_empty() && !row.label.is_empty());
            let other = match row.widget {
                Widget::Number { max, .. } => Value::Number(max),
                Widget::Numbers { max, .. } => Value::Numbers(vec![max]),
                Widget::Choice(choices) => Value::Choice(choices.len() - 1),
                Widget::Switch => Value::Switch(row.value == Value::Switch(false)),
            };
            // Another law brings other fields; that it is written shows in them.
            if row.key == "distribution" {
                continue;
            }
            let changed = with(fields, of, row.place, &other);
            let kept = rows(fields, &changed)
                .into_iter()
                .find(|kept| kept.key == row.key);
            assert_eq!(
                kept.map(|kept| kept.value),
                Some(other),
                "{} is not written",
                row.key
            );
        }
    }

    #[test]
    fn every_field_reads_what_it_writes() {
        holds(&dns(), &Dns::default());
        holds(
            &load_balancer(),
            &LoadBalancer {
                standby: true,
                ..LoadBalancer::default()
            },
        );
        holds(
            &load_balancer(),
            &LoadBalancer {
                algorithm: Algorithm::ConsistentHashBounded,
                ..LoadBalancer::default()
            },
        );
        for distribution in [
            Distribution::Erlang { k: 2 },
            Distribution::Hyperexponential { cs2: 2.0 },
        ] {
            let sessions = SessionStore::Server;
            holds(
                &service(),
                &Service {
                    distribution,
                    sessions,
                    local_cache_entries: Some(1),
                    ..Service::default()
                },
            );
            holds(
                &database(),
                &Database {
                    distribution,
                    buffer_entries: Some(1),
                    disk_gb: Some(1.0),
                    ..Database::default()
                },
            );
        }
        holds(
            &cache(),
            &Cache {
                ttl_s: 1.0,
                write_mode: WriteMode::Back,
                ..Cache::default()
            },
        );
        for curve in [
            Curve::Ramp {
                from: 1.0,
                to: 2.0,
                start_s: 1.0,
                end_s: 2.0,
            },
            Curve::Spike {
                factor: 2.0,
                start_s: 1.0,
                length_s: 2.0,
            },
            Curve::Diurnal {
                depth: 0.5,
                period_s: 9.0,
            },
            Curve::Stepped {
                factors: vec![1.0],
                every_s: 2.0,
            },
        ] {
            let mut traffic = Traffic {
                curve,
                ..Traffic::default()
            };
            holds(&traffic_fields(), &traffic);
            traffic.client.loop_model = LoopModel::Closed {
                users: 1,
                think_time_ms: 5.0,
            };
            holds(&traffic_fields(), &traffic);
        }
        holds(&class(), &Class::default());
        holds(&region(), &Region::default());
        holds(&objectives(), &Objectives::default());
    }

    /// The curve's and the loop's own choice aside: another one brings other fields.
    fn traffic_fields() -> Vec<Field<Traffic>> {
        traffic()
            .into_iter()
            .filter(|field| !matches!(field.key, "curve" | "loop_model"))
            .collect()
    }

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
        for (size, words) in Size::OF_DATABASES.into_iter().zip(DATABASE_SIZES) {
            assert_eq!(words, said(size, size.memory_gib()));
        }
        for (size, words) in Size::OF_CACHES.into_iter().zip(CACHE_SIZES) {
            assert_eq!(*words, said(size, size.node_memory_gib()));
        }
        assert!(
            SERVER_SIZES
                .last()
                .is_some_and(|words| words.starts_with("24xlarge"))
        );
    }
}

//! The component kinds and their parameters.

use serde::{Deserialize, Serialize};

use crate::{Distribution, KindFacts, KindTag, Replication, Size};

/// What a component is. In a document: `"kind": {"service": {"instances": 3}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Kind {
    /// The users' browsers and phones.
    Clients(Clients),
    /// The directory that turns a name into an address.
    Dns(Dns),
    /// Spreads requests over the instances of a service.
    LoadBalancer(LoadBalancer),
    /// Servers that do the work.
    Service(Service),
    /// Memory in front of a database.
    Cache(Cache),
    /// Keeps the data.
    Database(Database),
}

impl Kind {
    /// The kind, without its parameters.
    pub const fn tag(&self) -> KindTag {
        match self {
            Kind::Clients(_) => KindTag::Clients,
            Kind::Dns(_) => KindTag::Dns,
            Kind::LoadBalancer(_) => KindTag::LoadBalancer,
            Kind::Service(_) => KindTag::Service,
            Kind::Cache(_) => KindTag::Cache,
            Kind::Database(_) => KindTag::Database,
        }
    }

    /// What is true of every component of its kind.
    pub const fn facts(&self) -> &'static KindFacts {
        self.tag().facts()
    }

    /// Instances at the start. Clients and a name service have none that could fail; a balancer and
    /// its standby share one address and count as one.
    pub const fn instances(&self) -> u16 {
        match self {
            Kind::Clients(_) | Kind::Dns(_) => 0,
            Kind::LoadBalancer(_) => 1,
            Kind::Service(service) => service.instances,
            Kind::Cache(cache) => cache.nodes,
            // The primary is one of them.
            Kind::Database(database) => database.replication.replicas.saturating_add(1),
        }
    }

    /// Most instances there may be before anyone adds one: those at the start, or as many as the
    /// autoscaler may start.
    pub fn instances_max(&self) -> u16 {
        let scaled = self
            .autoscaling()
            .map_or(0, |scaling| scaling.instances_max);
        self.instances().max(scaled)
    }

    /// What starts and removes its instances by load, if anything does.
    pub const fn autoscaling(&self) -> Option<&Autoscaling> {
        match self {
            Kind::Service(service) => service.autoscaling.as_ref(),
            Kind::Clients(_)
            | Kind::Dns(_)
            | Kind::LoadBalancer(_)
            | Kind::Cache(_)
            | Kind::Database(_) => None,
        }
    }

    /// Gives a kind that has any number of instances this number of them at the start.
    pub const fn set_instances(&mut self, instances: u16) {
        match self {
            Kind::Service(service) => service.instances = instances,
            Kind::Cache(cache) => cache.nodes = instances,
            Kind::Database(database) => {
                database.replication.replicas = instances.saturating_sub(1);
            }
            Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => {}
        }
    }
}

/// The users. How they behave stands in the traffic, so that two designs can face the same users.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Clients {}

/// A name service run by others: always up, answers after one trip, cached by each user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Dns {
    /// How long a user keeps an answer, in seconds; a dead address is used until then.
    pub ttl_s: f64,
}

impl Default for Dns {
    fn default() -> Self {
        Self { ttl_s: 60.0 }
    }
}

/// Spreads requests over the instances of the service behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct LoadBalancer {
    /// How the next instance is chosen.
    pub algorithm: Algorithm,
    /// Weight of each instance in order, for the algorithms that weigh, the rings and the hash of the
    /// address; missing ones are 1.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub weights: Vec<u16>,
    /// What is hashed, where the algorithm hashes.
    pub hash_key: HashKey,
    /// What places instances and keys on the ring.
    #[serde(skip_serializing_if = "HashFunction::is_default")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub hash_function: HashFunction,
    /// Points each instance has on the ring.
    pub virtual_nodes: u16,
    /// Bounded loads: most open requests an instance may have, as a multiple of the mean.
    pub bounded_load_factor: f64,
    /// A user stays with the instance that answered last, by a cookie that the answer brings, while it is
    /// in rotation.
    pub sticky: bool,
    /// Probes; with none (`null` in a document), an instance that is dead or hangs keeps getting its share.
    pub health_check: Option<HealthCheck>,
    /// Further instances tried when one refuses the connection or has not answered within the time-out of
    /// the link to it, each chosen by the algorithm among those not tried yet. A write that was not answered
    /// in time goes nowhere else, since it may have been done; nor does what an instance died over, or has
    /// answered badly, such as that its waiting line is full.
    pub retries: u8,
    /// Time to choose an instance and pass a request on, in milliseconds. It does so for many requests at
    /// once: none waits for another.
    #[serde(skip_serializing_if = "LoadBalancer::forwards_as_usual")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub forward_ms: f64,
    /// Least response time: how long a measured time counts. After so many seconds without another it has
    /// faded to 1/e (37 %), so that an instance that was slow is tried again.
    #[serde(skip_serializing_if = "LoadBalancer::remembers_as_usual")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub response_memory_s: f64,
    /// A second balancer takes over when the first dies or hangs. It knows nothing of open requests.
    pub standby: bool,
    /// Time until the standby has taken over, in milliseconds.
    pub takeover_ms: f64,
}

impl LoadBalancer {
    /// An assumption: a proxy adds some tens of microseconds.
    const USUAL_FORWARD_MS: f64 = 0.05;
    /// Finagle's decay time for `PeakEwma`.
    const USUAL_RESPONSE_MEMORY_S: f64 = 10.0;

    fn forwards_as_usual(forward_ms: &f64) -> bool {
        *forward_ms == Self::USUAL_FORWARD_MS
    }

    fn remembers_as_usual(response_memory_s: &f64) -> bool {
        *response_memory_s == Self::USUAL_RESPONSE_MEMORY_S
    }
}

impl Default for LoadBalancer {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::RoundRobin,
            weights: Vec::new(),
            hash_key: HashKey::User,
            hash_function: HashFunction::Splitmix64,
            virtual_nodes: 100,
            bounded_load_factor: 1.25,
            sticky: false,
            health_check: Some(HealthCheck::default()),
            retries: 0,
            forward_ms: Self::USUAL_FORWARD_MS,
            response_memory_s: Self::USUAL_RESPONSE_MEMORY_S,
            standby: false,
            takeover_ms: 2_000.0,
        }
    }
}

/// How a balancer chooses the next instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// Each in turn, whatever the weights.
    #[default]
    RoundRobin,
    /// nginx's smooth weighted round robin.
    WeightedRoundRobin,
    /// The one with the fewest open requests; ties as nginx breaks them.
    LeastConnections,
    /// The one with the fewest open requests for its weight.
    WeightedLeastConnections,
    /// Any, with equal chances.
    Random,
    /// The one whose recent answers came fastest, times those open and one more. Each further answer counts
    /// for an eighth, and for more the longer the one before it is ago. One that refuses or dies over a
    /// request counts as having taken as long as the memory of response times lasts.
    LeastResponseTime,
    /// The less busy of two drawn at random.
    PowerOfTwoChoices,
    /// nginx's hash of the first three octets of the client's address.
    IpHash,
    /// Hash of the session (the user) modulo the number of instances.
    SessionHash,
    /// Hash of the chosen key on a ring with virtual nodes.
    ConsistentHash,
    /// The ring, passing over instances that have more than their bounded share.
    ConsistentHashBounded,
}

impl Algorithm {
    /// Whether it places instances on a ring.
    pub const fn has_ring(self) -> bool {
        matches!(
            self,
            Algorithm::ConsistentHash | Algorithm::ConsistentHashBounded
        )
    }

    /// Every algorithm.
    pub const ALL: [Algorithm; 11] = [
        Algorithm::RoundRobin,
        Algorithm::WeightedRoundRobin,
        Algorithm::LeastConnections,
        Algorithm::WeightedLeastConnections,
        Algorithm::Random,
        Algorithm::LeastResponseTime,
        Algorithm::PowerOfTwoChoices,
        Algorithm::IpHash,
        Algorithm::SessionHash,
        Algorithm::ConsistentHash,
        Algorithm::ConsistentHashBounded,
    ];
}

/// What a hashing balancer hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HashKey {
    /// The user.
    #[default]
    User,
    /// The key the request asks for.
    Key,
}

/// What places names on a hash ring. A good one places similar names as if at random.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HashFunction {
    /// A 64-bit mix of the numbers themselves: even.
    #[default]
    Splitmix64,
    /// MurmurHash3, 32 bits, of the name: even.
    Murmur3,
    /// FNV-1a, 64 bits, of the name: names that differ at their ends lie side by side.
    Fnv1a,
    /// CRC-32 of the name: made to tell damage, and not to spread; similar names make patterns.
    Crc32,
}

impl HashFunction {
    /// Whether a document need not name it.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Active probes of each instance, which it answers before all other work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct HealthCheck {
    /// Time from the outcome of one probe of an instance until the next one sets out, in milliseconds.
    pub interval_ms: f64,
    /// A probe unanswered for so long has failed, in milliseconds.
    pub timeout_ms: f64,
    /// Good probes in a row until an instance that was out is back.
    pub rise: u8,
    /// Bad probes in a row until an instance is out.
    pub fall: u8,
}

impl Default for HealthCheck {
    /// HAProxy's defaults: inter 2 s, rise 2, fall 3 (its configuration manual).
    fn default() -> Self {
        Self {
            interval_ms: 2_000.0,
            timeout_ms: 1_000.0,
            rise: 2,
            fall: 3,
        }
    }
}

/// Servers that do the work: instances of worker slots. A worker is held until the answer is sent,
/// so also while a cache or a database is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Service {
    /// Number of servers at the start.
    pub instances: u16,
    /// Machine each runs on: any but those for databases alone.
    pub size: Size,
    /// Worker slots on the smallest machine; one with n times the cores has n times as many.
    pub workers: u16,
    /// Mean time a worker computes for one request of work 1, in milliseconds.
    pub service_time_ms: f64,
    /// Law of that time, and of a query that lives in the server.
    pub distribution: Distribution,
    /// Mean time of a query of query work 1 where no database is linked: it then lives in the server, in
    /// milliseconds.
    pub local_query_ms: f64,
    /// Requests that may wait at one instance; the next is refused.
    pub queue_limit: u32,
    /// Whether a request leaves its line without work when nobody waits for it any more, as where requests carry
    /// their deadlines: else the work is done for nobody.
    #[serde(skip_serializing_if = "is_false")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub drops_abandoned: bool,
    /// Where sessions live.
    pub sessions: SessionStore,
    /// Computing time of a log-in, as a multiple of the mean of a request of work 1.
    pub login_work: f64,
    /// Time a server takes for a balancer's health check, which goes before all other work, in
    /// milliseconds.
    #[serde(skip_serializing_if = "Service::is_probed_as_usual")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub probe_ms: f64,
    /// Entries in each server's own cache; 0 is none, and `null` follows the machine: a quarter of its
    /// memory. The least recently used go when it is full. All servers that there may be have at most
    /// 20000000 in all; by `null`, each has its part of them where memories for all keys would be more.
    pub local_cache_entries: Option<u32>,
    /// How long an entry of it stays fresh, in seconds; 0 is for ever.
    pub local_cache_ttl_s: f64,
    /// Time from the start of a new instance until it serves, in seconds.
    pub boot_s: f64,
    /// Starts and removes servers by load; left out, their number stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub autoscaling: Option<Autoscaling>,
}

impl Service {
    /// An assumption: a page that says no more than "ok".
    const USUAL_PROBE_MS: f64 = 1.0;

    fn is_probed_as_usual(probe_ms: &f64) -> bool {
        *probe_ms == Self::USUAL_PROBE_MS
    }
}

impl Default for Service {
    fn default() -> Self {
        Self {
            instances: 1,
            size: Size::Large,
            workers: 8,
            service_time_ms: 10.0,
            distribution: Distribution::Exponential,
            local_query_ms: 5.0,
            queue_limit: 1_000,
            drops_abandoned: false,
            sessions: SessionStore::None,
            login_work: 2.0,
            probe_ms: Self::USUAL_PROBE_MS,
            local_cache_entries: Some(0),
            local_cache_ttl_s: 0.0,
            boot_s: 30.0,
            autoscaling: None,
        }
    }
}

/// Target tracking: now and then as many servers as would be busy to the target share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Autoscaling {
    /// Share of the workers that should be busy, above 0 to 1.
    pub target_utilisation: f64,
    /// Nothing changes while the busy share is off the target by no more than this share of it.
    pub tolerance: f64,
    /// Time between two looks at the load, each of which takes the mean since the one before, in
    /// seconds.
    pub interval_s: f64,
    /// Servers are removed only down to the highest number that was right within this time, in
    /// seconds; 0 removes them at once.
    pub scale_in_window_s: f64,
    /// Most servers added within one period, as a share of those there were: 1 doubles them.
    #[serde(skip_serializing_if = "Autoscaling::grows_as_usual")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub scale_out_share: f64,
    /// So many may be added within one period, even if that is more than their share.
    #[serde(skip_serializing_if = "Autoscaling::starts_as_usual")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub scale_out_servers: u16,
    /// Length of such a period, in seconds.
    #[serde(skip_serializing_if = "Autoscaling::waits_as_usual")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub scale_out_period_s: f64,
    /// Fewest servers.
    pub instances_min: u16,
    /// Most servers.
    pub instances_max: u16,
}

impl Autoscaling {
    const USUAL_SCALE_OUT_SHARE: f64 = 1.0;
    const USUAL_SCALE_OUT_SERVERS: u16 = 4;
    const USUAL_SCALE_OUT_PERIOD_S: f64 = 15.0;

    fn grows_as_usual(share: &f64) -> bool {
        *share == Self::USUAL_SCALE_OUT_SHARE
    }

    fn starts_as_usual(servers: &u16) -> bool {
        *servers == Self::USUAL_SCALE_OUT_SERVERS
    }

    fn waits_as_usual(period_s: &f64) -> bool {
        *period_s == Self::USUAL_SCALE_OUT_PERIOD_S
    }
}

impl Default for Autoscaling {
    /// The defaults of the Kubernetes horizontal pod autoscaler: a tolerance of 0.1, a look every 15 s,
    /// a window of 300 s before scaling in, twice as many or four more in 15 s (its documentation, under
    /// "Algorithm details" and "Default behavior"). The target and the most are for whoever uses it to
    /// choose.
    fn default() -> Self {
        Self {
            target_utilisation: 0.6,
            tolerance: 0.1,
            interval_s: 15.0,
            scale_in_window_s: 300.0,
            scale_out_share: Self::USUAL_SCALE_OUT_SHARE,
            scale_out_servers: Self::USUAL_SCALE_OUT_SERVERS,
            scale_out_period_s: Self::USUAL_SCALE_OUT_PERIOD_S,
            instances_min: 1,
            instances_max: 10,
        }
    }
}

/// Where sessions live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SessionStore {
    /// Requests carry all they need.
    #[default]
    None,
    /// In the memory of the server that created it: elsewhere the user must log in again.
    Server,
}

/// Memory in front of a database, spread over nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Cache {
    /// Number of nodes at the start.
    pub nodes: u16,
    /// Machine each node runs on: up to 16xlarge. A node is a single thread: only its memory grows.
    #[serde(skip_serializing_if = "Cache::is_usual_size")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub size: Size,
    /// Entries one node has room for. Left out, it follows the machine: as many as fit into three quarters
    /// of its memory. Set, all nodes together have at most 20000000.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub entries_per_node: Option<u32>,
    /// Share of that room kept free for growth, 0 to 0.9.
    pub reserved_share: f64,
    /// Who goes when it is full.
    pub eviction: Eviction,
    /// How long an entry stays fresh, in seconds; 0 is for ever.
    pub ttl_s: f64,
    /// A hit starts the time to live anew.
    pub ttl_renewed_by_hit: bool,
    /// Who fetches what is missing.
    pub read_mode: ReadMode,
    /// What a write does to the cache.
    pub write_mode: WriteMode,
    /// How long a written value waits before it goes to the database, write-back only, in milliseconds. Each
    /// key counts by itself, from its first write: all its writes until then go as one, and what is lost with
    /// the node depends on when it dies, half an interval's writes of a busy key on average. What is written
    /// while a value is on its way, and what the database refuses, waits anew from the answer on. A value
    /// goes at once where it has to make room or its node is taken out. A node that restarts warm still knows
    /// when each value was to go: once it is repaired, what is overdue goes at once, the rest at its time.
    pub write_back_ms: f64,
    /// Cache-aside only: the first to miss fetches, the others wait for it.
    pub leases: bool,
    /// With leases only: how long the others wait for one who fetches, in milliseconds; then the next of
    /// them fetches.
    #[serde(skip_serializing_if = "Cache::leases_as_usual")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub lease_ms: f64,
    /// Which node keeps a key.
    pub routing: NodeRouting,
    /// What places nodes and keys on the ring.
    #[serde(skip_serializing_if = "HashFunction::is_default")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub hash_function: HashFunction,
    /// Points each node has on the ring.
    pub virtual_nodes: u16,
    /// Time a node takes for one operation, in milliseconds.
    pub operation_ms: f64,
    /// A node that comes back has its entries still (persistence), else it starts cold.
    pub warm_restart: bool,
}

impl Cache {
    /// Facebook's memcached gives one lease per key every 10 s (Nishtala et al., Scaling Memcache at
    /// Facebook, 2013, section 3.2.1).
    const USUAL_LEASE_MS: f64 = 10_000.0;

    /// Whether its nodes ever call the database: to fetch what is missing, or to hand on what was written.
    pub fn calls_database(&self) -> bool {
        self.read_mode == ReadMode::ReadThrough || self.write_mode == WriteMode::Back
    }

    fn is_usual_size(size: &Size) -> bool {
        *size == Size::Large
    }

    fn leases_as_usual(lease_ms: &f64) -> bool {
        *lease_ms == Self::USUAL_LEASE_MS
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            nodes: 1,
            size: Size::Large,
            entries_per_node: None,
            reserved_share: 0.0,
            eviction: Eviction::Lru,
            ttl_s: 0.0,
            ttl_renewed_by_hit: false,
            read_mode: ReadMode::CacheAside,
            write_mode: WriteMode::Invalidate,
            write_back_ms: 1_000.0,
            leases: false,
            lease_ms: Self::USUAL_LEASE_MS,
            routing: NodeRouting::Ring,
            hash_function: HashFunction::Splitmix64,
            virtual_nodes: 100,
            operation_ms: 0.05,
            warm_restart: false,
        }
    }
}

/// Who goes when a cache is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Eviction {
    /// The least recently used.
    #[default]
    Lru,
    /// The least often used since it came in; ties go to the least recently used.
    Lfu,
    /// The oldest.
    Fifo,
}

/// Who fetches what is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReadMode {
    /// The service asks the database and fills the cache.
    #[default]
    CacheAside,
    /// The cache, linked to the database, fetches once for all who wait.
    ReadThrough,
}

/// What a write does to the cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WriteMode {
    /// The entry is dropped once the database has the write.
    #[default]
    Invalidate,
    /// The cache is passed by; its old copy stays until it expires.
    Around,
    /// The cache and the database are written before the answer.
    Through,
    /// The cache is written, the database later, and again later when it refuses; a node that dies loses
    /// what it still held unless it restarts warm, and an entry that has to go is lost if the database refuses
    /// it then.
    Back,
}

/// Which node keeps a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NodeRouting {
    /// Hash modulo the number of nodes.
    Modulo,
    /// Consistent-hash ring with virtual nodes.
    #[default]
    Ring,
}

/// Keeps the data: a primary that runs queries on its cores and writes to its disk, and its replicas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// Machine it runs on.
    pub size: Size,
    /// Queries run at once on the smallest machine; one with n times the cores runs n times as many.
    pub workers: u16,
    /// Connections open at once, running and waiting; the next is refused.
    pub connections: u32,
    /// Whether a query leaves its line without work when nobody waits for it any more, as where requests carry
    /// their deadlines: else the work is done for nobody.
    #[serde(skip_serializing_if = "is_false")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub drops_abandoned: bool,
    /// Mean time of a read of query work 1, in milliseconds.
    pub read_time_ms: f64,
    /// Mean time of a write of query work 1, in milliseconds.
    pub write_time_ms: f64,
    /// Law of both times.
    pub distribution: Distribution,
    /// Entries in its own buffer in memory; 0 means that all data fits. Left out, it follows the machine: as
    /// many as fit into three quarters of its memory. The least recently used go when it is full.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub buffer_entries: Option<u32>,
    /// Time added by a read from disk when the buffer has not got the key, in milliseconds.
    pub disk_read_ms: f64,
    /// Size of its disk, in GB (10^9 bytes); a write that finds no room there fails. 0 does not look at
    /// the growth of the data. Left out, it follows the machine: 37.5 GB for each of its processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub disk_gb: Option<f64>,
    /// Data on the disk at the start of a run, in GB.
    #[serde(skip_serializing_if = "Database::is_zero")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub data_gb: f64,
    /// What each write query adds to the data, in KB (10^3 bytes): rows, indexes and log together. Nothing
    /// is ever taken away.
    #[serde(skip_serializing_if = "Database::is_usual_write")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub write_kb: f64,
    /// Its replicas, and how they follow.
    #[serde(skip_serializing_if = "Replication::is_usual")]
    #[cfg_attr(feature = "schema", schemars(!skip_serializing_if))]
    pub replication: Replication,
}

impl Database {
    const USUAL_WRITE_KB: f64 = 1.0;

    fn is_zero(gb: &f64) -> bool {
        *gb == 0.0
    }

    fn is_usual_write(write_kb: &f64) -> bool {
        *write_kb == Self::USUAL_WRITE_KB
    }
}

impl Default for Database {
    fn default() -> Self {
        Self {
            size: Size::Large,
            workers: 8,
            connections: 500,
            drops_abandoned: false,
            read_time_ms: 5.0,
            write_time_ms: 10.0,
            distribution: Distribution::Exponential,
            buffer_entries: None,
            disk_read_ms: 10.0,
            disk_gb: None,
            data_gb: 0.0,
            write_kb: Self::USUAL_WRITE_KB,
            replication: Replication::default(),
        }
    }
}

fn is_false(is: &bool) -> bool {
    !is
}

//! Every limit of a document, each with its reason. Validation refuses what lies past one.

use std::fmt::Display;

use crate::number::typed;

/// The least and the most that a number may be, both allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds<T> {
    /// The least.
    pub min: T,
    /// The most.
    pub max: T,
}

impl<T: Copy + PartialOrd + Display> Bounds<T> {
    const fn new(min: T, max: T) -> Self {
        Self { min, max }
    }

    /// The value lies between the bounds; what is not a number does not.
    pub fn contain(&self, value: T) -> bool {
        self.min <= value && value <= self.max
    }

    /// What is wrong with the value and what would be right, if something is.
    pub fn complaint(&self, value: T) -> Option<String> {
        let Self { min, max } = self;
        let what = match value {
            _ if self.contain(value) => return None,
            _ if value < *min => "too small",
            _ if value > *max => "too large",
            _ => "not a finite number",
        };
        let value = typed(value);
        Some(format!("{value} is {what}: give {min} to {max}"))
    }
}

// The document.

/// A document of a thousand actions is far smaller; reading one of this size takes some 10 ms.
pub const DOCUMENT_BYTES_MAX: usize = 1 << 20;
/// Whoever has this many problems mends some and looks again.
pub const PROBLEMS_MAX: usize = 100;
/// Characters of a name, which must fit a line.
pub const TEXT_MAX: usize = 80;
/// Characters of an id, which must fit under a picture of its component.
pub const ID_MAX: usize = 32;
/// Largest integer that JSON carries exactly everywhere: 2^53 - 1.
pub const INTEGER_MAX: u64 = (1 << 53) - 1;
/// Seeds, and times in nanoseconds.
pub const INTEGER: Bounds<u64> = Bounds::new(0, INTEGER_MAX);
/// Actions in a script, clicks included.
pub const SCRIPT_MAX: usize = 1_000;

// The design.

/// More components than this are no longer one picture; ids fit a byte in the engine.
pub const COMPONENTS_MAX: usize = 64;
/// Every component may be linked to a handful of others.
pub const LINKS_MAX: usize = 256;
/// Components that a run ever has, those taken away included: their numbers are a byte, and none is given
/// twice.
pub const COMPONENTS_EVER_MAX: usize = 256;
/// Links that a run ever has, those taken away included.
pub const LINKS_EVER_MAX: usize = 256;
/// Changes in one edit: each component may be replaced, and each link.
pub const CHANGES_MAX: usize = 640;
/// Components a request may be inside of at once, each calling the next: a balancer, three services, a
/// cache and a database. The engine's record of a request has room for so many.
pub const DEPTH_MAX: usize = 6;
/// Data centers of the largest companies are about as many.
pub const SITES_MAX: usize = 16;
/// A web tier for a million requests per second fits; the engine packs an instance in ten bits.
pub const INSTANCES_MAX: u16 = 1_000;
/// Instances of one component.
pub const INSTANCES: Bounds<u16> = Bounds::new(1, INSTANCES_MAX);
/// Instances of all components together: each has its own queue, counters and histogram in memory.
pub const INSTANCES_TOTAL_MAX: usize = 4_000;
/// Pictures wider than a wall help nobody.
pub const POSITION: Bounds<f64> = Bounds::new(-100_000.0, 100_000.0);
/// A light signal goes around the Earth in 134 ms; this is some dozens of slow detours.
pub const LATENCY_MS: Bounds<f64> = Bounds::new(0.0, 10_000.0);
/// The least that a link between two sites takes: they are run apart for so long, and light goes 20 km in that time.
pub const LATENCY_BETWEEN_SITES_MIN_MS: f64 = 0.1;
/// Share of messages lost. Where it is nine in ten, one is sent ten times on average, the last of them
/// minutes later; what loses more is as good as cut.
pub const LOSS_SHARE: Bounds<f64> = Bounds::new(0.0, 0.9);
/// From one message in eight seconds to the fastest line between two machines, in megabits a second.
pub const BANDWIDTH_MBPS: Bounds<f64> = Bounds::new(0.001, 1_000_000.0);

// Times.

/// One day: longer waits teach nothing and overflow nothing.
pub const TIME_MAX_MS: f64 = 86_400_000.0;
/// Waits that may be none.
pub const WAIT_MS: Bounds<f64> = Bounds::new(0.0, TIME_MAX_MS);
/// Waits that must be some, so that simulated time goes on.
pub const DELAY_MS: Bounds<f64> = Bounds::new(1.0, TIME_MAX_MS);
/// Computing times: at least a microsecond, so that a server has a limit; at most a minute.
pub const COMPUTING_MS: Bounds<f64> = Bounds::new(0.001, 60_000.0);
/// Times of a curve, of a boot, or to live; one day.
pub const TIME_S: Bounds<f64> = Bounds::new(0.0, 86_400.0);
/// A curve that turns faster than this is noise on any chart.
pub const PERIOD_S: Bounds<f64> = Bounds::new(0.1, 86_400.0);
/// Two days, the longest that Route 53 recommends for a record.
pub const DNS_TTL_S: Bounds<f64> = Bounds::new(0.0, 172_800.0);

// Traffic.

/// The bottom of the traffic slider.
pub const RATE_MIN_RPS: f64 = 1.0;
/// The top of the traffic slider.
pub const RATE_MAX_RPS: f64 = 1_000_000.0;
/// The traffic slider.
pub const RATE_RPS: Bounds<f64> = Bounds::new(RATE_MIN_RPS, RATE_MAX_RPS);
/// The top of the slider at the noon of a day that swings fully, and as much again; beyond it the
/// requests in flight outgrow a browser's memory.
pub const PEAK_MAX_RPS: f64 = 4_000_000.0;
/// A crowd a hundred times the usual is the worst that is reported.
pub const CURVE_FACTOR: Bounds<f64> = Bounds::new(0.0, 100.0);
/// Stretches of a stepped curve.
pub const STRETCHES_MAX: usize = 32;
/// Regions of the world.
pub const REGIONS_MAX: usize = 16;
/// Classes in the mix; the palette and the eye end here.
pub const CLASSES_MAX: usize = 8;
/// Shares of regions and classes, which need not sum to anything.
pub const SHARE_WEIGHT: Bounds<f64> = Bounds::new(0.0, 1_000_000.0);
/// Multiples of a mean time; the most is a report beside a page.
pub const WORK: Bounds<f64> = Bounds::new(0.0, 1_000.0);
/// Calls one request may make of a kind.
pub const CALLS_MAX: u8 = 16;
/// Calls one request may make of a kind, which may be none.
pub const CALLS: Bounds<u8> = Bounds::new(0, CALLS_MAX);
/// Calls that a server makes at the same time for one request: at most all of both kinds.
pub const CALLS_AT_ONCE: Bounds<u8> = Bounds::new(1, 2 * CALLS_MAX);
/// Keys have an exact sampling table in memory, 12 bytes each.
pub const KEYS_MAX: u32 = 1_000_000;
/// Distinct keys.
pub const KEYS: Bounds<u32> = Bounds::new(1, KEYS_MAX);
/// Beyond 5 the first key has 96 % of all requests.
pub const ZIPF_EXPONENT: Bounds<f64> = Bounds::new(0.0, 5.0);
/// Size of a value: from a counter to what memcached and Redis call far too large, and beyond.
pub const VALUE_KB: Bounds<f64> = Bounds::new(0.01, 1_000_000.0);
/// Users have a session and a resolved address in memory.
pub const USERS_MAX: u32 = 1_000_000;
/// Distinct users.
pub const USERS: Bounds<u32> = Bounds::new(1, USERS_MAX);
/// Retries of a client, or of a balancer.
pub const RETRIES_MAX: u8 = 10;
/// Retries, which may be none.
pub const RETRIES: Bounds<u8> = Bounds::new(0, RETRIES_MAX);
/// A backoff that grows faster than tenfold never comes back.
pub const BACKOFF_MULTIPLIER: Bounds<f64> = Bounds::new(1.0, 10.0);
/// Retries as a share of first attempts: no more than all retries there are.
pub const RETRY_BUDGET: Bounds<f64> = Bounds::new(0.0, RETRIES_MAX as f64);
/// Retries saved up: at least the one that a request has just earned, at most a second of the highest rate.
pub const RETRIES_SAVED: Bounds<u32> = Bounds::new(1, 1_000_000);
/// Shares of a whole.
pub const SHARE: Bounds<f64> = Bounds::new(0.0, 1.0);
/// A sum of a hundred exponentials is as good as constant.
pub const ERLANG_K: Bounds<u8> = Bounds::new(1, 100);
/// Below 1 the law does not exist; beyond 100 no run is long enough to see its mean.
pub const HYPEREXPONENTIAL_CS2: Bounds<f64> = Bounds::new(1.0, 100.0);

// Components.

/// Worker slots of one instance, before its size's factor.
pub const WORKERS_MAX: u16 = 1_024;
/// Worker slots of one instance.
pub const WORKERS: Bounds<u16> = Bounds::new(1, WORKERS_MAX);
/// Requests that may wait in one line.
pub const QUEUE_MAX: u32 = 1_000_000;
/// Room in one line, which may be none.
pub const QUEUE: Bounds<u32> = Bounds::new(0, QUEUE_MAX);
/// The largest databases refuse more.
pub const CONNECTIONS: Bounds<u32> = Bounds::new(1, 100_000);
/// Points an instance may have on a ring.
pub const VIRTUAL_NODES_MAX: u16 = 1_000;
/// Points of one instance on a ring.
pub const VIRTUAL_NODES: Bounds<u16> = Bounds::new(1, VIRTUAL_NODES_MAX);
/// Points on one ring, all instances together, which are sorted anew when an instance comes.
pub const RING_POINTS_MAX: usize = 200_000;
/// At 1 nobody gets more than the mean; at 10 the bound is none.
pub const BOUNDED_LOAD_FACTOR: Bounds<f64> = Bounds::new(1.0, 10.0);
/// Weight of one instance.
pub const WEIGHT_MAX: u16 = 100;
/// Weights of instances.
pub const WEIGHT: Bounds<u16> = Bounds::new(1, WEIGHT_MAX);
/// Probes more often than every 10 ms would be a load of their own.
pub const PROBE_INTERVAL_MS: Bounds<f64> = Bounds::new(10.0, 3_600_000.0);
/// Probes in a row; HAProxy's usual are 2 and 3.
pub const PROBES: Bounds<u8> = Bounds::new(1, 100);
/// Passing a request on may take no time; a minute is as good as never.
pub const FORWARD_MS: Bounds<f64> = Bounds::new(0.0, 60_000.0);
/// Shorter than a second, one answer is all that counts; after an hour it is history.
pub const RESPONSE_MEMORY_S: Bounds<f64> = Bounds::new(1.0, 3_600.0);
/// Whole percents up to all, as Kubernetes takes them.
pub const TARGET_UTILISATION: Bounds<f64> = Bounds::new(0.01, 1.0);
/// At 0 every change counts; at 1 an idle service is as good as one at its target.
pub const TOLERANCE: Bounds<f64> = SHARE;
/// Looks at the load; within a second it says nothing yet, after an hour it is history.
pub const SCALING_INTERVAL_S: Bounds<f64> = Bounds::new(1.0, 3_600.0);
/// Servers added in one period as a share of those there were: at 0 only their least number, at 100 all
/// that a service may have.
pub const SCALE_OUT_SHARE: Bounds<f64> = Bounds::new(0.0, 100.0);
/// Half an hour is the longest that Kubernetes allows.
pub const SCALE_OUT_PERIOD_S: Bounds<f64> = Bounds::new(1.0, 1_800.0);
/// An hour is the longest that Kubernetes allows.
pub const SCALE_IN_WINDOW_S: Bounds<f64> = Bounds::new(0.0, 3_600.0);
/// Entries one cache node may have room for.
pub const ENTRIES_MAX: u32 = 1_000_000;
/// Room of a cache node.
pub const ENTRIES: Bounds<u32> = Bounds::new(1, ENTRIES_MAX);
/// Room of a server's own cache or of a database's buffer, which may be none.
pub const ENTRIES_OR_NONE: Bounds<u32> = Bounds::new(0, ENTRIES_MAX);
/// Entries in all nodes of one tier together, or in the own caches of all servers of a service: 43 to 85
/// bytes of memory each, of the 4 GiB that a page has.
pub const ENTRIES_TOTAL_MAX: u64 = 20_000_000;
/// The largest disk that RDS gives a database of one of the usual engines has 64 TiB.
pub const DISK_MAX_GB: f64 = 65_536.0;
/// Size of a database's disk, where 0 does not look at it, and the data on it at the start.
pub const DISK_GB: Bounds<f64> = Bounds::new(0.0, DISK_MAX_GB);
/// What one write adds, which may be nothing; the most is one GB, what MySQL takes in one statement.
pub const WRITE_KB: Bounds<f64> = Bounds::new(0.0, 1_000_000.0);
/// A cache that keeps nearly all its room free is none.
pub const RESERVED_SHARE: Bounds<f64> = Bounds::new(0.0, 0.9);

/// A primary and its replicas; RDS has up to 15 read replicas of one database.
pub const COPIES_MAX: u16 = 16;
/// Replicas, which may be none.
pub const REPLICAS: Bounds<u16> = Bounds::new(0, COPIES_MAX - 1);
/// Replicas that must have a write.
pub const ACKNOWLEDGEMENTS: Bounds<u16> = Bounds::new(1, COPIES_MAX - 1);
/// Writes that a replica applies at once.
pub const APPLIERS: Bounds<u16> = Bounds::new(1, 64);
/// A log that is sent less than once a minute is a backup.
pub const SEND_EVERY_MS: Bounds<f64> = Bounds::new(0.0, 60_000.0);
/// Writes that a log keeps: 40 bytes of memory each.
pub const LOG_WRITES: Bounds<u32> = Bounds::new(1_000, 1_000_000);
/// From a thin line to the fastest disks there are, in MB a second.
pub const SEED_MBPS: Bounds<f64> = Bounds::new(0.1, 100_000.0);

// What happens to a run.

/// From ten times as fast to as good as dead.
pub const SLOW_FACTOR: Bounds<f64> = Bounds::new(0.1, 1_000.0);
/// Simulated seconds per second; the most is beyond what any machine can do.
pub const SPEED: Bounds<f64> = Bounds::new(0.0, 1_000_000.0);

//! What the parameters of a document are called in a sentence, and their units: as the inspector of the
//! page has them, in few letters.

/// Name and unit of a parameter by the end of its path in the document. A longer end comes before a
/// shorter one; where none fits, the key itself says it.
const NAMES: &[(&str, &str, &str)] = &[
    // Balancers.
    ("hash_key", "hash of", ""),
    ("bounded_load_factor", "bounded load", "× mean"),
    ("sticky", "sticky cookie", ""),
    ("health_check", "health checks", ""),
    ("health_check.interval_ms", "probe every", "ms"),
    ("health_check.timeout_ms", "probe time-out", "ms"),
    ("health_check.rise", "back after", "good probes"),
    ("health_check.fall", "out after", "bad probes"),
    ("load_balancer.retries", "tries elsewhere", ""),
    ("takeover_ms", "take-over", "ms"),
    ("forward_ms", "passing on", "ms"),
    ("response_memory_s", "remembers for", "s"),
    // Services.
    ("service.instances", "servers at the start", ""),
    ("size", "machine", ""),
    ("service.workers", "workers", "each"),
    ("service_time_ms", "computing time", "ms"),
    ("erlang.k", "Erlang stages", ""),
    ("hyperexponential.cs2", "squared variation", ""),
    ("queue_limit", "waiting line", "requests"),
    ("login_work", "log-in work", "× mean"),
    ("local_cache_entries", "own cache", "entries"),
    ("local_cache_ttl_s", "own cache TTL", "s"),
    ("boot_s", "boot time", "s"),
    ("target_utilisation", "target", "share busy"),
    ("autoscaling.tolerance", "tolerance", "of the target"),
    ("autoscaling.interval_s", "look every", "s"),
    ("scale_in_window_s", "scale in after", "s"),
    ("instances_min", "at least", "servers"),
    ("instances_max", "at most", "servers"),
    ("scale_out_share", "scale out by", "× servers"),
    ("scale_out_servers", "scale out by", "servers"),
    ("scale_out_period_s", "scale-out period", "s"),
    ("probe_ms", "health check", "ms"),
    // Caches.
    ("cache.nodes", "nodes at the start", ""),
    ("entries_per_node", "room", "entries a node"),
    ("reserved_share", "kept free", "share"),
    ("ttl_renewed_by_hit", "renewed by a hit", ""),
    ("read_mode", "reads", ""),
    ("write_mode", "writes", ""),
    ("write_back_ms", "written back after", "ms"),
    ("leases", "one fetch for all", ""),
    ("lease_ms", "wait for one fetch", "ms"),
    ("routing", "keys to nodes", ""),
    // Databases.
    ("database.workers", "queries at once", ""),
    ("read_time_ms", "read", "ms"),
    ("write_time_ms", "write", "ms"),
    ("buffer_entries", "buffer", "entries"),
    ("disk_gb", "disk", "GB"),
    ("data_gb", "data at the start", "GB"),
    ("write_kb", "a write adds", "KB"),
    // Traffic.
    ("curve", "rate over time", ""),
    ("ramp.from", "ramp from", "× rate"),
    ("ramp.to", "ramp to", "× rate"),
    ("ramp.start_s", "ramp starts at", "s"),
    ("ramp.end_s", "ramp ends at", "s"),
    ("spike.factor", "spike", "× rate"),
    ("spike.start_s", "spike starts at", "s"),
    ("spike.length_s", "spike lasts", "s"),
    ("diurnal.depth", "depth of day and night", "share"),
    ("diurnal.period_s", "day and night last", "s"),
    ("stepped.factors", "factors", "× rate"),
    ("stepped.every_s", "each factor lasts", "s"),
    ("keys.count", "keys", ""),
    ("value_kb", "a value", "KB"),
    ("client.loop", "arrivals", ""),
    ("closed.users", "users at once", ""),
    ("closed.think_time_ms", "think time", "ms"),
    ("client.timeout_ms", "time-out", "ms"),
    ("link.timeout_ms", "waits for an answer", "ms"),
    ("retries.max", "retries", ""),
    ("retries.multiplier", "backoff grows", "×"),
    ("retries.jitter", "jitter", "share"),
    ("retries.budget", "retry budget", "× requests"),
    ("saved_max", "retries saved at most", ""),
    ("lookups", "look-ups", ""),
    ("work", "work", "× mean"),
    ("query_work", "query work", "× mean"),
    ("at_once", "calls at once", ""),
    ("fresh_s", "fresh in the browser", "s"),
];

/// Units that a key may end with, as every name of a number with a unit does.
const UNITS: &[(&str, &str)] = &[
    ("_ms", "ms"),
    ("_s", "s"),
    ("_gb", "GB"),
    ("_kb", "KB"),
    ("_rps", "requests/s"),
];

/// Words of a document that are written in another way in a sentence.
const SPELLINGS: &[(&str, &str)] = &[
    ("ttl", "TTL"),
    ("ip hash", "IP hash"),
    ("lru", "LRU"),
    ("lfu", "LFU"),
    ("fifo", "FIFO"),
    ("murmur3", "MurmurHash3"),
    ("fnv1a", "FNV-1a"),
    ("crc32", "CRC-32"),
    ("erlang", "Erlang"),
    ("zipf exponent", "Zipf exponent"),
    ("modulo", "hash % n"),
    ("cache aside", "cache-aside"),
    ("read through", "read-through"),
    ("invalidate", "drop the entry"),
    ("around", "write-around"),
    ("through", "write-through"),
    ("back", "write-back"),
    ("diurnal", "day and night"),
];

/// Name and unit of the parameter at a path, such as `cache.ttl_s`.
pub(crate) fn name(path: &str) -> (String, &'static str) {
    let known = NAMES
        .iter()
        .filter(|(end, ..)| is_end(path, end))
        .max_by_key(|(end, ..)| end.len());
    if let Some((_, name, unit)) = known {
        return ((*name).to_owned(), unit);
    }
    let key = path.rsplit('.').next().unwrap_or(path);
    let measured = UNITS
        .iter()
        .find_map(|(end, unit)| Some((key.strip_suffix(end)?, *unit)));
    let (key, unit) = measured.unwrap_or((key, ""));
    (spelled(key), unit)
}

/// A name of the document in words: `least_connections` is `least connections`.
pub(crate) fn spelled(name: &str) -> String {
    let words = name.replace('_', " ");
    let other = SPELLINGS.iter().find(|(plain, _)| *plain == words);
    other.map_or(words, |(_, spelling)| (*spelling).to_owned())
}

fn is_end(path: &str, end: &str) -> bool {
    path.strip_suffix(end)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

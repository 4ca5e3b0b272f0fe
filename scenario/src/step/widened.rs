//! The last step of the ladder, its tiers widened to carry a given load: what benchmarks run.

use super::LADDER;
use crate::limits::{CONNECTIONS, INSTANCES, USERS};
use crate::{Cache, Database, Kind, NEAR_MS, Scenario, Service, Size};

/// Share of the time that web workers and the database shall be busy. The ring spreads users
/// unevenly, so the busiest of many servers is busy a third more than the mean.
const BUSY: f64 = 0.6;
/// The same for cache nodes: the most popular key alone is about one look-up in twenty and can't be
/// spread, so its node needs the room.
const CACHE_BUSY: f64 = 0.15;
/// Look-ups that miss: entries evicted, and those that writes invalidate.
const MISS_SHARE: f64 = 0.15;
/// More web servers than this are bigger ones instead.
const WEB_INSTANCES_MAX: f64 = 400.0;

/// Share of the keys that the cache has room for: a tier of this size is made of larger machines.
const CACHED_SHARE: f64 = 0.8;
/// More keys than this would measure the memory of the machine that simulates them.
const KEYS_MAX: f64 = 100_000.0;

/// The last step at this rate, wide enough to carry it.
///
/// Users and keys grow with the load, and the cache with the keys. The database is one machine without
/// equal, since this design does not divide its data.
pub fn widened(rate_rps: f64) -> Scenario {
    let mut scenario = LADDER[LADDER.len() - 1].scenario();
    scenario.traffic.rate_rps = rate_rps;
    scenario.traffic.users = (rate_rps as u32).clamp(scenario.traffic.users, USERS.max);
    let keys = (rate_rps / 10.0).clamp(f64::from(scenario.traffic.keys.count), KEYS_MAX);
    scenario.traffic.keys.count = keys as u32;
    let load = Load::of(&scenario);
    let mut slots = 0;
    for component in &mut scenario.design.components {
        match &mut component.kind {
            Kind::Service(service) => slots = widen_service(service, rate_rps * load.worker_s),
            Kind::Cache(cache) => widen_cache(cache, keys, rate_rps * load.cache_s),
            Kind::Database(database) => widen_database(database, rate_rps * load.database_s),
            Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => {}
        }
    }
    for component in &mut scenario.design.components {
        if let Kind::Database(database) = &mut component.kind {
            database.connections = slots.clamp(CONNECTIONS.min, CONNECTIONS.max);
        }
    }
    scenario
}

/// Mean time that one request takes of each tier, in seconds.
struct Load {
    worker_s: f64,
    cache_s: f64,
    database_s: f64,
}

impl Load {
    fn of(scenario: &Scenario) -> Self {
        let traffic = &scenario.traffic;
        let weights: f64 = traffic.classes.iter().map(|class| class.weight).sum();
        let mean = |of: &dyn Fn(&crate::Class) -> f64| -> f64 {
            traffic
                .classes
                .iter()
                .map(|class| class.weight * of(class))
                .sum::<f64>()
                / weights
        };
        let lookups = mean(&|class| f64::from(class.lookups));
        let misses = lookups * MISS_SHARE;
        let writes = mean(&|class| f64::from(class.queries));
        let work = mean(&|class| class.work);
        let mut load = Self {
            worker_s: 0.0,
            cache_s: 0.0,
            database_s: 0.0,
        };
        for component in &scenario.design.components {
            match &component.kind {
                Kind::Service(service) => load.worker_s += work * service.service_time_ms / 1e3,
                // A miss is filled, a write invalidates.
                Kind::Cache(cache) => {
                    load.cache_s = (lookups + misses + writes) * cache.operation_ms / 1e3;
                }
                Kind::Database(database) => {
                    let (read_ms, write_ms) = (database.read_time_ms, database.write_time_ms);
                    load.database_s = (misses * read_ms + writes * write_ms) / 1e3;
                }
                Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => {}
            }
        }
        // A worker is held while it asks, trips included.
        let calls = lookups + 2.0 * misses + 2.0 * writes;
        load.worker_s += load.cache_s + load.database_s + calls * 2.0 * NEAR_MS / 1e3;
        load
    }
}

/// As many servers as keep `busy` workers at work on average; returns all their worker slots.
fn widen_service(service: &mut Service, busy: f64) -> u32 {
    let needed = |size: Size| busy / BUSY / f64::from(service.workers * size.factor());
    let size = Size::OF_SERVERS
        .into_iter()
        .find(|size| needed(*size) <= WEB_INSTANCES_MAX);
    service.size = size.unwrap_or(Size::Xlarge24);
    let instances = needed(service.size)
        .ceil()
        .max(f64::from(service.instances));
    service.instances = (instances as u16).min(INSTANCES.max);
    u32::from(service.instances) * u32::from(service.workers * service.size.factor())
}

fn widen_cache(cache: &mut Cache, keys: f64, busy: f64) {
    let nodes = (busy / CACHE_BUSY).ceil().max(f64::from(cache.nodes));
    cache.nodes = (nodes as u16).min(INSTANCES.max);
    let entries = CACHED_SHARE * keys / f64::from(cache.nodes);
    cache.entries_per_node = Some(entries.ceil() as u32);
}

/// As big a machine as is needed, and beyond the largest of the family as many workers on it as it
/// takes: figures of one version compare with those of the versions before.
fn widen_database(database: &mut Database, busy: f64) {
    let needed = busy / BUSY / f64::from(database.workers);
    let size = Size::OF_SERVERS
        .into_iter()
        .find(|size| f64::from(size.factor()) >= needed);
    database.size = size.unwrap_or(Size::Xlarge24);
    let per_size = needed / f64::from(database.size.factor());
    database.workers = (f64::from(database.workers) * per_size.max(1.0)).ceil() as u16;
}

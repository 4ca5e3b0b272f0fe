//! Rules for the parameters of each kind of component.

use super::traffic::distribution;
use super::{Part, at_most, within};
use crate::limits;
use crate::problem::{Path, Problems};
use crate::{
    Algorithm, Autoscaling, Cache, Database, HealthCheck, Keys, Kind, LoadBalancer, ReadMode,
    Service, Size, WriteMode,
};

pub(super) fn check(problems: &mut Problems, at: &Path, kind: &Kind, keys: &Keys) {
    let at = &at.field(kind.facts().name);
    match kind {
        Kind::Clients(_) => {}
        Kind::Dns(dns) => {
            Part::of(problems, at).within("ttl_s", dns.ttl_s, limits::DNS_TTL_S);
        }
        Kind::LoadBalancer(balancer) => load_balancer(problems, at, balancer),
        Kind::Service(kind) => service(problems, at, kind),
        Kind::Cache(kind) => cache(problems, at, kind),
        Kind::Database(kind) => database(problems, at, kind),
    }
    for (field, message) in together(kind, kind.instances_max(), keys) {
        problems.add(&at.field(field), message);
    }
}

/// What so many instances of a component ask for together, though each by itself is within bounds:
/// what is wrong, with the field to be lowered.
pub(super) fn together(kind: &Kind, instances: u16, keys: &Keys) -> Vec<(&'static str, String)> {
    let complaints = match kind {
        Kind::Service(service) => vec![(
            "local_cache_entries",
            entries_total(instances, service.own_cache_held(keys)),
        )],
        Kind::Cache(cache) => vec![
            (
                "entries_per_node",
                entries_total(instances, cache.entries_per_node.unwrap_or(0)),
            ),
            (
                "virtual_nodes",
                ring_points(instances.into(), cache.virtual_nodes),
            ),
        ],
        Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) | Kind::Database(_) => Vec::new(),
    };
    let wrong = |(field, complaint): (_, Option<_>)| Some((field, complaint?));
    complaints.into_iter().filter_map(wrong).collect()
}

/// What of other parameters holds for the start alone, which is past: the field, and what would be right.
pub(super) fn other_start(before: &Kind, after: &Kind) -> Option<(&'static str, String)> {
    let (was, is) = (before.instances(), after.instances());
    let instances = |field: &'static str| {
        let message = format!(
            "it was started with {was}, and a change of its parameters leaves that so: \
             use add_instance and remove_instance, and give {was} here"
        );
        (was != is).then_some((field, message))
    };
    match (before, after) {
        (Kind::Service(_), Kind::Service(_)) => instances("instances"),
        (Kind::Cache(_), Kind::Cache(_)) => instances("nodes"),
        (Kind::Database(before), Kind::Database(after)) => {
            let was = before.data_gb;
            let message = format!(
                "the data at the start, {was} GB, is past: give {was} here, or change the start"
            );
            (was != after.data_gb).then_some(("data_gb", message))
        }
        _ => None,
    }
}

/// What a balancer asks for together with the instances of the service behind it.
pub(super) fn balancer_ring(balancer: &LoadBalancer, instances: u16) -> Option<String> {
    if !has_ring(balancer) {
        return None;
    }
    // An instance has its points as many times as its weight says.
    let weights = balancer.weights.iter().copied().chain(std::iter::repeat(1));
    let weight = weights.take(instances.into()).map(usize::from).sum();
    ring_points(weight, balancer.virtual_nodes)
}

/// What a cache asks of the database behind it, where it has none: the field that asks, and what
/// would be right.
pub(super) fn without_database(cache: &Cache) -> Option<(&'static str, &'static str)> {
    if cache.read_mode == ReadMode::ReadThrough {
        let message = "a read-through cache fetches by itself: link it to the database";
        Some(("read_mode", message))
    } else if cache.write_mode == WriteMode::Back {
        let message = "a write-back cache writes by itself: link it to the database";
        Some(("write_mode", message))
    } else {
        None
    }
}

fn load_balancer(problems: &mut Problems, at: &Path, balancer: &LoadBalancer) {
    let weights = &at.field("weights");
    at_most(
        problems,
        weights,
        balancer.weights.len(),
        limits::INSTANCES_MAX.into(),
        "weights",
    );
    for (index, weight) in balancer.weights.iter().enumerate() {
        within(problems, &weights.index(index), *weight, limits::WEIGHT);
    }
    Part::of(problems, at).within(
        "virtual_nodes",
        balancer.virtual_nodes,
        limits::VIRTUAL_NODES,
    );
    let factor = balancer.bounded_load_factor;
    Part::of(problems, at).within("bounded_load_factor", factor, limits::BOUNDED_LOAD_FACTOR);
    if let Some(check) = &balancer.health_check {
        health_check(problems, &at.field("health_check"), check);
    }
    Part::of(problems, at)
        .within("retries", balancer.retries, limits::RETRIES)
        .within("forward_ms", balancer.forward_ms, limits::FORWARD_MS)
        .within(
            "response_memory_s",
            balancer.response_memory_s,
            limits::RESPONSE_MEMORY_S,
        )
        .within("takeover_ms", balancer.takeover_ms, limits::WAIT_MS);
}

fn health_check(problems: &mut Problems, at: &Path, check: &HealthCheck) {
    Part::of(problems, at)
        .within("interval_ms", check.interval_ms, limits::PROBE_INTERVAL_MS)
        .within("timeout_ms", check.timeout_ms, limits::DELAY_MS);
    if check.timeout_ms > check.interval_ms {
        let message = format!(
            "a probe may take {} ms, but the next one starts after {} ms: give at most the interval",
            check.timeout_ms, check.interval_ms
        );
        problems.add(&at.field("timeout_ms"), message);
    }
    Part::of(problems, at)
        .within("rise", check.rise, limits::PROBES)
        .within("fall", check.fall, limits::PROBES);
}

fn service(problems: &mut Problems, at: &Path, service: &Service) {
    size_at_most(problems, at, "server", service.size, &Size::OF_SERVERS);
    Part::of(problems, at)
        .within("instances", service.instances, limits::INSTANCES)
        .within("workers", service.workers, limits::WORKERS)
        .within(
            "service_time_ms",
            service.service_time_ms,
            limits::COMPUTING_MS,
        );
    distribution(problems, &at.field("distribution"), service.distribution);
    Part::of(problems, at)
        .within(
            "local_query_ms",
            service.local_query_ms,
            limits::COMPUTING_MS,
        )
        .within("queue_limit", service.queue_limit, limits::QUEUE)
        .within("login_work", service.login_work, limits::WORK)
        .within("probe_ms", service.probe_ms, limits::COMPUTING_MS);
    Part::of(problems, at)
        .within(
            "local_cache_entries",
            service.local_cache_entries.unwrap_or(0),
            limits::ENTRIES_OR_NONE,
        )
        .within(
            "local_cache_ttl_s",
            service.local_cache_ttl_s,
            limits::TIME_S,
        )
        .within("boot_s", service.boot_s, limits::TIME_S);
    if let Some(scaling) = &service.autoscaling {
        autoscaling(problems, &at.field("autoscaling"), scaling);
    }
}

fn autoscaling(problems: &mut Problems, at: &Path, scaling: &Autoscaling) {
    let (least, most) = (scaling.instances_min, scaling.instances_max);
    Part::of(problems, at)
        .within(
            "target_utilisation",
            scaling.target_utilisation,
            limits::TARGET_UTILISATION,
        )
        .within("tolerance", scaling.tolerance, limits::TOLERANCE)
        .within("interval_s", scaling.interval_s, limits::SCALING_INTERVAL_S)
        .within(
            "scale_in_window_s",
            scaling.scale_in_window_s,
            limits::SCALE_IN_WINDOW_S,
        )
        .within(
            "scale_out_share",
            scaling.scale_out_share,
            limits::SCALE_OUT_SHARE,
        )
        .within(
            "scale_out_servers",
            scaling.scale_out_servers,
            limits::INSTANCES,
        )
        .within(
            "scale_out_period_s",
            scaling.scale_out_period_s,
            limits::SCALE_OUT_PERIOD_S,
        )
        .within("instances_min", least, limits::INSTANCES)
        .within("instances_max", most, limits::INSTANCES);
    if least > most {
        let message = format!("the fewest are {least} and the most {most}: give at most {most}");
        problems.add(&at.field("instances_min"), message);
    }
}

/// Vertical scaling of servers and caches ends below that of databases.
fn size_at_most(problems: &mut Problems, at: &Path, what: &str, size: Size, allowed: &[Size]) {
    if let Some(most) = allowed.last().filter(|most| size > **most) {
        let message = format!(
            "no {what} of size {} is to be had: give at most {}",
            size.name(),
            most.name()
        );
        problems.add(&at.field("size"), message);
    }
}

fn cache(problems: &mut Problems, at: &Path, cache: &Cache) {
    size_at_most(
        problems,
        at,
        "node of a cache",
        cache.size,
        &Size::OF_CACHES,
    );
    let entries = cache.entries_per_node.unwrap_or(limits::ENTRIES.min);
    let points = cache.virtual_nodes;
    Part::of(problems, at)
        .within("nodes", cache.nodes, limits::INSTANCES)
        .within("entries_per_node", entries, limits::ENTRIES)
        .within(
            "reserved_share",
            cache.reserved_share,
            limits::RESERVED_SHARE,
        )
        .within("ttl_s", cache.ttl_s, limits::TIME_S)
        .within("write_back_ms", cache.write_back_ms, limits::DELAY_MS)
        .within("lease_ms", cache.lease_ms, limits::DELAY_MS)
        .within("virtual_nodes", points, limits::VIRTUAL_NODES)
        .within("operation_ms", cache.operation_ms, limits::COMPUTING_MS);
}

fn database(problems: &mut Problems, at: &Path, database: &Database) {
    Part::of(problems, at)
        .within("workers", database.workers, limits::WORKERS)
        .within("connections", database.connections, limits::CONNECTIONS)
        .within("read_time_ms", database.read_time_ms, limits::COMPUTING_MS)
        .within(
            "write_time_ms",
            database.write_time_ms,
            limits::COMPUTING_MS,
        );
    distribution(problems, &at.field("distribution"), database.distribution);
    let entries = database.buffer_entries.unwrap_or(0);
    Part::of(problems, at)
        .within("buffer_entries", entries, limits::ENTRIES_OR_NONE)
        .within("disk_read_ms", database.disk_read_ms, limits::WAIT_MS)
        .within("disk_gb", database.disk_gb.unwrap_or(0.0), limits::DISK_GB)
        .within("data_gb", database.data_gb, limits::DISK_GB)
        .within("write_kb", database.write_kb, limits::WRITE_KB);
}

/// Room in one node and the number of nodes may each be within bounds and together beyond memory.
fn entries_total(nodes: u16, entries: u32) -> Option<String> {
    let total = u64::from(nodes) * u64::from(entries);
    let most = limits::ENTRIES_TOTAL_MAX;
    (total > most).then(|| {
        let each = most / u64::from(nodes);
        format!(
            "{nodes} times {entries} entries are {total}: at most {most} in all, so give at most {each}"
        )
    })
}

/// A ring of nodes of this weight in all has no more points than can be sorted in passing.
fn ring_points(weight: usize, virtual_nodes: u16) -> Option<String> {
    let points = weight * usize::from(virtual_nodes);
    let most = limits::RING_POINTS_MAX;
    (points > most).then(|| {
        format!("{weight} times {virtual_nodes} points are {points}: at most {most} on a ring")
    })
}

/// Whether the balancer places its instances on a ring.
fn has_ring(balancer: &LoadBalancer) -> bool {
    matches!(
        balancer.algorithm,
        Algorithm::ConsistentHash | Algorithm::ConsistentHashBounded
    )
}

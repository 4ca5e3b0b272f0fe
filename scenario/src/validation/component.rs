//! Rules for the parameters of each kind of component.

use super::parameters;
use crate::limits;
use crate::parameter::Value;
use crate::problem::{Path, Problems};
use crate::{
    Autoscaling, Cache, HealthCheck, Keys, Kind, LoadBalancer, ReadMode, Replication,
    ReplicationMode, Size, WriteMode,
};

pub(super) fn check(problems: &mut Problems, at: &Path, kind: &Kind, keys: &Keys) {
    let at = &at.field(kind.facts().name);
    parameters(problems, at, &kind.parameters());
    match kind {
        Kind::Clients(_) | Kind::Dns(_) => {}
        Kind::Database(database) => {
            replication(problems, &at.field("replication"), &database.replication);
        }
        Kind::LoadBalancer(balancer) => {
            if let Some(check) = &balancer.health_check {
                health_check(problems, &at.field("health_check"), check);
            }
        }
        Kind::Service(service) => {
            size_at_most(problems, at, "server", service.size, &Size::OF_SERVERS);
            if let Some(scaling) = &service.autoscaling {
                autoscaling(problems, &at.field("autoscaling"), scaling);
            }
        }
        Kind::Cache(cache) => {
            let what = "node of a cache";
            size_at_most(problems, at, what, cache.size, &Size::OF_CACHES);
        }
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
    let (rows, others) = (before.parameters(), after.parameters());
    let mut rows = rows.iter().zip(&others);
    let (row, _) =
        rows.find(|(row, other)| row.parameter.is_at_start && row.value != other.value)?;
    let parameter = row.parameter;
    let Some(Value::Number(was)) = row.value else {
        return None;
    };
    let message = if before.instances() == after.instances() {
        let (name, unit) = (parameter.name(), parameter.unit);
        format!("the {name}, {was} {unit}, is past: give {was} here, or change the start")
    } else {
        format!(
            "it was started with {was}, and a change of its parameters leaves that so: \
             use add_instance and remove_instance, and give {was} here"
        )
    };
    Some((parameter.key, message))
}

/// What a balancer asks for together with the instances of the service behind it.
pub(super) fn balancer_ring(balancer: &LoadBalancer, instances: u16) -> Option<String> {
    if !balancer.algorithm.has_ring() {
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

fn health_check(problems: &mut Problems, at: &Path, check: &HealthCheck) {
    if check.timeout_ms > check.interval_ms {
        let message = format!(
            "a probe may take {} ms, but the next one starts after {} ms: give at most the interval",
            check.timeout_ms, check.interval_ms
        );
        problems.add(&at.field("timeout_ms"), message);
    }
}

fn replication(problems: &mut Problems, at: &Path, replication: &Replication) {
    let (replicas, needed) = (replication.replicas, replication.acknowledgements);
    let waits = replication.mode == ReplicationMode::SemiSynchronous;
    if waits && replicas > 0 && needed > replicas {
        let message = format!(
            "a write waits for more replicas than there are, {needed} of {replicas}: give at most {replicas}, \
             or more replicas"
        );
        problems.add(&at.field("acknowledgements"), message);
    }
    let (lease_ms, interval_ms) = (replication.lease_ms, replication.check_interval_ms);
    if replicas > 0 && lease_ms > 0.0 && lease_ms <= interval_ms {
        let message = format!(
            "a lease of {lease_ms} ms is over before the next check, after {interval_ms} ms: give more than the interval, or 0 for none"
        );
        problems.add(&at.field("lease_ms"), message);
    }
    let (timeout_ms, way_ms) = (replication.check_timeout_ms, replication.latency_ms);
    if replicas > 0 && timeout_ms <= 2.0 * way_ms {
        let message = format!(
            "a check may take {timeout_ms} ms, but the way there and back takes {}: give more than that",
            2.0 * way_ms
        );
        problems.add(&at.field("check_timeout_ms"), message);
    }
    let (timeout_ms, interval_ms) = (replication.check_timeout_ms, replication.check_interval_ms);
    if replicas > 0 && timeout_ms > interval_ms {
        let message = format!(
            "a check may take {timeout_ms} ms, but the next one starts after {interval_ms} ms: give at most the interval"
        );
        problems.add(&at.field("check_timeout_ms"), message);
    }
}

fn autoscaling(problems: &mut Problems, at: &Path, scaling: &Autoscaling) {
    let (least, most) = (scaling.instances_min, scaling.instances_max);
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

//! Makes a snapshot of an engine.

use crate::component::Component;
use crate::engine::Engine;
use crate::limits::WAITING_SHOWN_MAX;
use crate::reason::Reason;
use crate::snapshot::{ComponentGauge, InstanceGauge, InstanceState, RequestCounts, Snapshot};

/// The gauges of an engine now.
pub fn snapshot(engine: &Engine) -> Snapshot {
    let statistics = &engine.statistics;
    let outcomes = &engine.world.outcomes;
    let [arrived_rps, completed_rps, failed_rps, retried_rps] = statistics.rates_rps();
    let now_ns = engine.world.now_ns();
    let offered_rps = match &engine.components[engine.clients] {
        Component::Clients(clients) => clients.offered_rps(now_ns),
        _ => 0.0,
    };
    Snapshot {
        now_ns,
        events: engine.events,
        digest: format!("{:016x}", engine.digest()),
        offered_rps,
        arrived_rps,
        completed_rps,
        failed_rps,
        retried_rps,
        failed_share: statistics.failed_share(),
        latency_ms: statistics.recent_percentiles(outcomes),
        requests: RequestCounts {
            arrived: outcomes.arrived,
            completed: outcomes.completed,
            failed: Reason::ALL
                .into_iter()
                .zip(outcomes.failed)
                .filter(|(_, count)| *count > 0)
                .collect(),
            in_flight: outcomes.in_flight,
            retries: outcomes.retries,
        },
        components: (0..engine.components.len())
            .map(|number| component(engine, number))
            .collect(),
    }
}

fn component(engine: &Engine, number: usize) -> ComponentGauge {
    let statistics = &engine.statistics;
    let figures = &statistics.components[number];
    let part = &engine.components[number];
    let instances: Vec<InstanceGauge> = (0..part.instances().len())
        .map(|index| instance(engine, number, index))
        .collect();
    let failing = figures.failing(statistics);
    let meters = &engine.world.meters[number];
    ComponentGauge {
        id: meters.id.clone(),
        throughput_rps: figures.throughput_rps(statistics),
        failed_rps: failing.iter().map(|(_, rate)| rate).sum(),
        utilisation: figures.utilisation(statistics),
        queue_depth: instances.iter().map(|instance| instance.queue_depth).sum(),
        wait_ms_mean: figures.wait_ms_mean(statistics),
        dropped: figures.dropped,
        in_flight: meters
            .instances
            .iter()
            .map(|meter| u64::from(meter.inside.value()))
            .sum(),
        instances,
        failing,
        kind: part.gauge(figures.hit_ratio()),
    }
}

fn instance(engine: &Engine, number: usize, index: usize) -> InstanceGauge {
    let statistics = &engine.statistics;
    let part = &engine.components[number];
    let server = &part.instances()[index];
    let is_known = statistics.instances[number].get(index);
    let failing = is_known
        .map(|figures| figures.failing(statistics))
        .unwrap_or_default();
    let smoothed = |read: &dyn Fn(&crate::statistics::Figures) -> f64| is_known.map_or(0.0, read);
    let waiting_classes = server
        .line
        .iter(&engine.world.requests)
        .take(WAITING_SHOWN_MAX);
    InstanceGauge {
        state: server.state,
        slow_factor: server.slow_factor,
        in_rotation: in_rotation(engine, number, index),
        busy: part.busy(&engine.world, number, index),
        slots: part.slots(),
        queue_depth: part.waiting(index, engine.world.now_ns()),
        waiting_classes: waiting_classes.map(|request| request.class).collect(),
        utilisation: smoothed(&|figures| figures.utilisation(statistics)),
        throughput_rps: smoothed(&|figures| figures.throughput_rps(statistics)),
        failed_rps: failing.iter().map(|(_, rate)| rate).sum(),
        failing: failing.first().map(|(reason, _)| *reason),
        entries: part.entries(index),
    }
}

/// Whether every balancer in front of an instance sends it requests.
fn in_rotation(engine: &Engine, number: usize, index: usize) -> bool {
    let is_present = engine.components[number].instances()[index].state != InstanceState::Gone;
    is_present
        && engine.components.iter().all(|component| match component {
            Component::LoadBalancer(balancer) => {
                balancer.service().map(usize::from) != Some(number) || balancer.in_rotation(index)
            }
            _ => true,
        })
}

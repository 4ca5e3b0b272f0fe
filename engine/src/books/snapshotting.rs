//! Makes a snapshot of an engine.

use headroom_scenario::price;

use crate::component::Component;
use crate::component::part::Part;
use crate::figures::meter::Tally;
use crate::figures::reason::Reason;
use crate::figures::snapshot::{
    ComponentGauge, Cost, InstanceGauge, InstanceState, KindGauge, LinkGauge, RequestCounts,
    Snapshot,
};
use crate::limits::WAITING_SHOWN_MAX;
use crate::run::Run;
use crate::run::statistics::Figures;
use crate::world::wire::Wire;

/// The gauges of an engine now.
pub fn snapshot(run: &Run) -> Snapshot {
    let statistics = &run.statistics;
    let outcomes = &run.world.outcomes;
    let now_ns = run.world.now_ns();
    let clients = &run.components[run.clients_number];
    let offered_rps = if let Component::Clients(clients) = clients {
        clients.offered_rps(now_ns)
    } else {
        0.0
    };
    Snapshot {
        now_ns,
        events: run.events,
        // That of all places, which this one does not know.
        digest: String::new(),
        offered_rps,
        recent: statistics.recent(&run.world, &run.components),
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
            writes_unknown: outcomes.writes_unknown,
            writes_applied_again: outcomes.writes_applied_again,
        },
        components: (0..run.components.len())
            .map(|number| component(run, number))
            .collect(),
        links: links(run),
    }
}

fn links(run: &Run) -> Vec<LinkGauge> {
    let rates = run.statistics.calls_rps(&run.world);
    let wires = run.world.wires.iter().zip(rates);
    let gauge = |(wire, calls_rps): (&Wire, f64)| {
        let impaired = wire.impaired();
        LinkGauge {
            calls_rps,
            impairments: impaired.map_or_else(Vec::new, |it| it.impairments().collect()),
            held: impaired.map_or(0, |it| it.held().len() as u64),
        }
    };
    wires.map(gauge).collect()
}

fn component(run: &Run, number: usize) -> ComponentGauge {
    let figures = &run.statistics.components[number];
    let recent = figures.recent();
    let part = &run.components[number];
    let instances: Vec<InstanceGauge> = (0..part.instances().len())
        .map(|index| instance(run, number, index))
        .collect();
    let failing = failing(&recent);
    let meters = &run.world.meters[number];
    ComponentGauge {
        id: run.scenario.design.components[number].id.clone(),
        throughput_rps: recent.per_s(recent.answered),
        failed_rps: recent.per_s(recent.failed_total()),
        utilisation: recent.utilisation(),
        queue_depth: instances.iter().map(|instance| instance.queue_depth).sum(),
        wait_ms_mean: recent.wait_ms_mean(),
        dropped: figures.dropped,
        in_flight: meters
            .instances
            .iter()
            .map(|meter| u64::from(meter.inside.value()))
            .sum(),
        instances,
        cost: Cost {
            rented: meters.rented.value(),
            usd_month: price::usd_month(
                &run.scenario.design.components[number].kind,
                meters.rented.value().into(),
            ),
            usd_month_mean: figures.total.usd_month_over(run.statistics.measured_ns()),
        },
        failing,
        kind: gauge(run, number, recent.hit_ratio()),
    }
}

/// Figures of its kind.
fn gauge(run: &Run, number: usize, hit_ratio: f64) -> KindGauge {
    let part = &run.components[number];
    let mut gauge = part.gauge(hit_ratio);
    if let KindGauge::Database { replication, .. } = &mut gauge {
        *replication = part.replication(&run.world).map(Box::new);
    }
    gauge
}

/// Calls answered badly a second, by reason, the most frequent first.
fn failing(recent: &Tally) -> Vec<(Reason, f64)> {
    let mut failing: Vec<(Reason, f64)> = Vec::new();
    for (reason, &count) in Reason::ALL.into_iter().zip(&recent.failed) {
        if count > 0 {
            let rate = recent.per_s(count);
            let place = failing.partition_point(|(_, before)| *before >= rate);
            failing.insert(place, (reason, rate));
        }
    }
    failing
}

fn instance(run: &Run, number: usize, index: usize) -> InstanceGauge {
    let (part, place) = (&run.components[number], index as u16);
    let server = &part.instances()[index];
    let figures = run.statistics.instances[number].get(index);
    let recent = figures.map(Figures::recent).unwrap_or_default();
    let waiting_classes = server
        .line
        .iter(&run.world.requests)
        .take(WAITING_SHOWN_MAX);
    InstanceGauge {
        state: server.state,
        slow_factor: server.slow_factor,
        hangs: server.hangs,
        is_cut_off: server.is_cut_off,
        in_rotation: in_rotation(run, number, index),
        busy: part.busy(&run.world, number, place),
        slots: part.slots(),
        queue_depth: part.waiting(place, run.world.now_ns()),
        waiting_classes: waiting_classes.map(|request| request.class).collect(),
        utilisation: recent.utilisation(),
        throughput_rps: recent.per_s(recent.answered),
        failed_rps: recent.per_s(recent.failed_total()),
        failing: failing(&recent).first().map(|(reason, _)| *reason),
        entries: part.entries(place),
        hit_ratio: recent.hit_ratio(),
    }
}

/// Whether every balancer in front of an instance sends it requests.
fn in_rotation(run: &Run, number: usize, index: usize) -> bool {
    let is_present = run.components[number].instances()[index].state != InstanceState::Gone;
    is_present
        && run.components.iter().all(|component| {
            let Component::LoadBalancer(balancer) = component else {
                return true;
            };
            balancer.service().map(usize::from) != Some(number) || balancer.in_rotation(index)
        })
}

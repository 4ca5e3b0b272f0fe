//! Makes the report of a run.

use std::collections::BTreeMap;

use headroom_scenario::price;

use crate::component::Component;
use crate::component::part::Part;
use crate::figures::meter::{Tally, ratio};
use crate::figures::own_counts::Own;
use crate::figures::reason::Reason;
use crate::figures::replication::{ReportCopy, ReportReplication};
use crate::figures::report::{
    Report, ReportComponent, ReportCost, ReportInstance, ReportLatency, ReportLoad, ReportRequests,
};
use crate::figures::snapshot::KindGauge;
use crate::mechanism::histogram::LatencyHistogram;
use crate::run::statistics::Counts;
use crate::run::{ENGINE_VERSION, Run};
use crate::time::{NS_PER_S, ms_from_ns, ns_from_ms};

/// The report of a run whose statistics are settled.
pub fn report(run: &Run) -> Report {
    let overdue = overdue(run);
    Report {
        engine: ENGINE_VERSION.into(),
        seed: run.scenario.seed,
        simulated_s: simulated_s(run),
        events: run.events,
        // That of all places, which this one does not know.
        digest: String::new(),
        outcomes_digest: format!("{:016x}", run.world.outcomes.digest()),
        requests: ReportRequests {
            overdue: overdue.count(),
            ..requests(run)
        },
        latency_ms: latency(run, &overdue),
        monthly_usd: monthly_usd(run),
        components: components(run),
    }
}

fn monthly_usd(run: &Run) -> ReportCost {
    let at_end = (0..run.components.len()).map(|number| {
        let rented = run.world.meters[number].rented.value();
        price::usd_month(&run.scenario.design.components[number].kind, rented.into())
    });
    let figures = &run.statistics.components;
    ReportCost {
        mean: figures
            .iter()
            .map(|figures| figures.total.usd_month_over(run.statistics.measured_ns()))
            .sum(),
        at_end: at_end.sum(),
    }
}

/// How long those have waited who came in the measured stretch and are still waiting, and have for longer than the
/// objective allows. Who was stuck before it began says nothing of it.
fn overdue(run: &Run) -> LatencyHistogram {
    let now_ns = run.world.now_ns();
    let measured_ns = now_ns - run.statistics.measured_from_ns;
    let limit_ns = ns_from_ms(run.scenario.objectives.latency_p99_ms);
    let mut overdue = LatencyHistogram::new();
    let waited = run.world.requests.overdue_ns(now_ns, limit_ns);
    let came_in_it = waited.filter(|waited_ns| *waited_ns <= measured_ns);
    came_in_it.for_each(|waited_ns| overdue.record(waited_ns));
    overdue
}

fn latency(run: &Run, overdue: &LatencyHistogram) -> ReportLatency {
    let answered = run.statistics.latency();
    let mut with_overdue = answered.clone();
    with_overdue.merge(overdue);
    let mut latency = ReportLatency::default();
    if with_overdue.count() > 0 {
        latency.p99_with_overdue = ms_from_ns(with_overdue.quantile(0.99));
    }
    if answered.count() == 0 {
        return latency;
    }
    let at = |share| ms_from_ns(answered.quantile(share));
    ReportLatency {
        mean: answered.mean() / 1e6,
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        p999: at(0.999),
        max: ms_from_ns(answered.max()),
        ..latency
    }
}

fn components(run: &Run) -> BTreeMap<String, ReportComponent> {
    let mut components = BTreeMap::new();
    for (number, meters) in run.world.meters.iter().enumerate() {
        components.insert(meters.id.clone(), component(run, number));
    }
    components
}

fn simulated_s(run: &Run) -> f64 {
    (run.world.now_ns() - run.statistics.measured_from_ns) as f64 / NS_PER_S as f64
}

fn requests(run: &Run) -> ReportRequests {
    let before = &run.statistics.at_measurement;
    let now = Counts::of(&run.world.outcomes);
    let failed: [u64; Reason::COUNT] =
        std::array::from_fn(|reason| now.failed[reason] - before.failed[reason]);
    ReportRequests {
        carried_in: before.in_flight,
        arrived: now.arrived - before.arrived,
        completed: now.completed - before.completed,
        failed: by_reason(&failed),
        in_flight: now.in_flight,
        overdue: 0,
        in_flight_mean: in_flight_mean(run),
        retries: now.retries - before.retries,
        writes_unknown: now.writes_unknown - before.writes_unknown,
        writes_applied_again: now.writes_applied_again - before.writes_applied_again,
    }
}

fn in_flight_mean(run: &Run) -> f64 {
    let now_ns = run.world.now_ns();
    let area_ns = run.world.outcomes.in_flight_area_ns(now_ns);
    let area_ns = area_ns.wrapping_sub(run.statistics.in_flight_area_ns_before);
    ratio(
        area_ns as f64,
        (now_ns - run.statistics.measured_from_ns) as f64,
    )
}

fn by_reason(counts: &[u64; Reason::COUNT]) -> BTreeMap<String, u64> {
    let mut named = BTreeMap::new();
    for (reason, &count) in Reason::ALL.iter().zip(counts) {
        if count > 0 {
            named.insert(reason.name().to_owned(), count);
        }
    }
    named
}

fn component(run: &Run, number: usize) -> ReportComponent {
    let (replication, copies) = replication(run, number).unzip();
    let mut copies = copies.into_iter().flatten();
    let figures = &run.statistics.components[number];
    let instances = &run.statistics.instances[number];
    ReportComponent {
        kind: run.scenario.design.components[number]
            .kind
            .facts()
            .name
            .into(),
        load: load(&figures.total),
        rented_mean: figures.total.rented_mean(),
        usd_month_mean: figures.total.usd_month_over(run.statistics.measured_ns()),
        failed: by_reason(&figures.total.failed),
        extra: extra(run, number, &figures.total),
        instances: instances
            .iter()
            .map(|figures| instance(&run.components[number], &figures.total, copies.next()))
            .collect(),
        replication,
    }
}

/// What became of the copies of a database, and of each.
fn replication(run: &Run, number: usize) -> Option<(ReportReplication, Vec<ReportCopy>)> {
    let Component::Database(database) = &run.components[number] else {
        return None;
    };
    let (report, copies) = database.replication_report(run.world.now_ns())?;
    let own = |own| run.statistics.components[number].total.own.get(own);
    let report = ReportReplication {
        promotions: own(Own::Promotions),
        writes_lost: own(Own::WritesLost),
        stale_reads: own(Own::StaleReads),
        own_writes_missed: own(Own::MissedOwnWrites),
        ..report
    };
    Some((report, copies))
}

fn instance(component: &Component, total: &Tally, copy: Option<ReportCopy>) -> ReportInstance {
    ReportInstance {
        copy,
        load: load(total),
        failed: by_reason(&total.failed),
        extra: hit_ratio(component, total).into_iter().collect(),
    }
}

/// The share of hits, and what it is called; none where nothing was looked up.
fn hit_ratio(component: &Component, total: &Tally) -> Option<(String, f64)> {
    let name = match component {
        Component::Cache(_) => "hit_ratio",
        Component::Service(_) => "local_hit_ratio",
        Component::Database(_) => "buffer_hit_ratio",
        Component::Clients(_) | Component::Dns(_) | Component::LoadBalancer(_) => return None,
    };
    (total.hits + total.misses > 0).then(|| (name.to_owned(), total.hit_ratio()))
}

fn load(tally: &Tally) -> ReportLoad {
    // Those who left, answered well or badly. Who found the line full, or the machine down, never was inside.
    let turned_away = tally.dropped + tally.unheard;
    let left = (tally.answered + tally.failed_total()).saturating_sub(turned_away);
    ReportLoad {
        arrived: tally.arrived,
        utilisation: tally.utilisation(),
        throughput_rps: ratio(tally.answered as f64, tally.length_ns / NS_PER_S as f64),
        queue_mean: ratio(tally.waiting_area_ns, tally.length_ns),
        queue_max: u64::from(tally.waiting_max),
        wait_ms_mean: tally.wait_ms_mean(),
        left_rps: ratio(left as f64, tally.length_ns / NS_PER_S as f64),
        sojourn_ms_mean: ratio(tally.inside_area_ns, left as f64) / 1e6,
        inside_mean: ratio(tally.inside_area_ns, tally.length_ns),
        worked_mean: ratio(tally.worked_ns, tally.length_ns),
        dropped: tally.dropped,
    }
}

/// Figures of its kind, over the measurement.
fn extra(run: &Run, number: usize, total: &Tally) -> BTreeMap<String, f64> {
    let component = &run.components[number];
    let mut rows = BTreeMap::new();
    for own in counted_by(component) {
        rows.insert(own.name().to_owned(), total.own.get(*own) as f64);
    }
    if let Component::Service(service) = component {
        let (sessions, sessions_lost) = service.sessions();
        rows.insert("sessions".to_owned(), sessions.into());
        rows.insert("sessions_lost".to_owned(), sessions_lost.into());
    }
    if let Component::Service(_) | Component::Cache(_) = component {
        rows.insert("hits".to_owned(), total.hits as f64);
        rows.insert("misses".to_owned(), total.misses as f64);
    }
    let kind = &run.scenario.design.components[number].kind;
    if kind.autoscaling().is_some() {
        rows.insert("servers_mean".to_owned(), total.serving_mean());
    }
    rows.extend(hit_ratio(component, total));
    rows.extend(disk(component));
    rows
}

/// How full a database's disk is at the end, where that is looked at.
fn disk(component: &Component) -> Vec<(String, f64)> {
    let KindGauge::Database {
        data_gb,
        disk_used_share: Some(share),
        ..
    } = component.gauge(0.0)
    else {
        return vec![];
    };
    vec![
        ("data_gb".to_owned(), data_gb),
        ("disk_used_share".to_owned(), share),
    ]
}

/// What its kind counts.
fn counted_by(component: &Component) -> &'static [Own] {
    match component {
        Component::Clients(_) => &[Own::FromCopy],
        Component::Dns(_) => &[Own::NameLookups],
        Component::LoadBalancer(_) => &[],
        Component::Service(_) => &[Own::SessionCalls, Own::LoginCalls, Own::StaleHits],
        Component::Cache(_) => &[
            Own::StaleHits,
            Own::Evictions,
            Own::WritesLost,
            Own::ValuesLost,
        ],
        Component::Database(database) if database.has_copies() => &[
            Own::Reads,
            Own::Writes,
            Own::WritesLost,
            Own::ValuesLost,
            Own::StaleReads,
        ],
        Component::Database(_) => &[Own::Reads, Own::Writes, Own::WritesLost, Own::ValuesLost],
    }
}

//! Customers who give up after a time: what is done for nobody, and what becomes of it where that is dropped.
//!
//! One exponential server of rate 1 whose customers leave the line unserved after a patience `d`: the share that
//! leaves is `(1 - rho) rho e^(-d (1 - rho)) / (1 - rho² e^(-d (1 - rho)))` (Baccelli and Hebuterne, On queues with
//! impatient customers, Performance 1981), and that of the time that the server works, `rho` times who stays.

use headroom_engine::report::Report;
use headroom_scenario::{Kind, Scenario};

use crate::designs::{Queue, UNIT_MS, UNITS_PER_S};
use crate::runs::{Stretch, each_seed, run};
use crate::sample::{RUNS_MIN, Sample, runs};

const STRETCH: Stretch = Stretch {
    warmup_s: 0.1,
    measured_s: 4_000.0 / UNITS_PER_S,
};

/// Runs of a queue whose users wait so many units.
fn reports(rho: f64, patience: f64, drops_abandoned: bool) -> Vec<Report> {
    let design = |seed| {
        let mut scenario: Scenario = Queue::default().open(seed, rho);
        scenario.traffic.client.timeout_ms = patience * UNIT_MS;
        for component in scenario.design.components.iter_mut() {
            if let Kind::Service(service) = &mut component.kind {
                service.drops_abandoned = drops_abandoned;
            }
        }
        scenario
    };
    each_seed(runs(RUNS_MIN), |seed| run(design(seed), STRETCH))
}

fn figure(reports: &[Report], figure: impl Fn(&Report) -> f64) -> Sample {
    Sample::new(reports.iter().map(figure).collect())
}

fn left_share(rho: f64, patience: f64) -> f64 {
    let decay = (-patience * (1.0 - rho)).exp();
    (1.0 - rho) * rho * decay / (1.0 - rho * rho * decay)
}

#[test]
fn who_has_given_up_is_not_served_where_that_is_known() {
    for (rho, patience) in [(0.7, 3.0), (0.9, 5.0), (1.5, 4.0), (2.0, 10.0)] {
        let what = |figure: &str| format!("load {rho}, patience {patience}: {figure}");
        let left = left_share(rho, patience);
        let dropping = reports(rho, patience, true);
        let servers = |report: &Report| report.components["servers"].load.clone();
        figure(&dropping, |report| {
            let timed_out = report.components["servers"].failed.get("timed_out");
            *timed_out.unwrap_or(&0) as f64 / servers(report).arrived as f64
        })
        .assert_is(&what("left"), left);
        let busy = figure(&dropping, |report| servers(report).utilisation);
        busy.assert_is(&what("busy"), rho * (1.0 - left));
        // Who serves everybody is as busy as if nobody had left.
        if rho < 1.0 {
            let serving = reports(rho, patience, false);
            let busy = figure(&serving, |report| servers(report).utilisation);
            busy.assert_is(&what("busy for nobody"), rho);
            busy.assert_is_not(&what("busy for nobody"), rho * (1.0 - left));
        }
    }
}

//! Calls made side by side: a request waits for the slowest of them.
//!
//! With exponential times of mean 1, `k` of `n` calls out at any moment and the next one setting out as soon as
//! one is back, calls come back `k` a unit of time until the last has set out, and the rest is the largest of `k`:
//! `(n - k) / k + H(k)` (order statistics of the exponential law; Rényi, 1953).

use headroom_engine::report::Report;

use crate::designs::{Queue, UNIT_MS, UNITS_PER_S, forked};
use crate::runs::{Stretch, each_seed, run};
use crate::sample::{RUNS_MIN, Sample, runs};

/// Requests a unit of time.
const ARRIVALS: f64 = 0.05;
const STRETCH: Stretch = Stretch {
    warmup_s: 0.1,
    measured_s: 1_500.0 / ARRIVALS / UNITS_PER_S,
};

fn units(at_once: u8, calls: u8, service_time: f64, has_database: bool) -> Sample {
    let queue = Queue {
        service_time,
        ..Queue::default()
    };
    let design = |seed| forked(seed, queue, ARRIVALS, at_once, calls, has_database);
    let reports: Vec<Report> = each_seed(runs(RUNS_MIN), |seed| run(design(seed), STRETCH));
    let latencies = reports.iter();
    Sample::new(
        latencies
            .map(|report| report.latency_ms.mean / UNIT_MS)
            .collect(),
    )
}

fn truth(at_once: u8, calls: u8) -> f64 {
    let at_once = at_once.min(calls);
    let harmonic: f64 = (1..=at_once).map(|k| 1.0 / f64::from(k)).sum();
    f64::from(calls - at_once) / f64::from(at_once) + harmonic
}

#[test]
fn a_request_waits_for_the_slowest_of_its_calls() {
    for (at_once, calls) in [(1, 4), (2, 4), (4, 4), (3, 10), (32, 16)] {
        for has_database in [false, true] {
            let what = format!("{calls} calls, {at_once} at once, database {has_database}");
            let expected = truth(at_once, calls);
            units(at_once, calls, 1.0, has_database).assert_is(&what, expected);
            let wrong = units(at_once, calls, 1.05, has_database);
            wrong.assert_is_not(&format!("{what}, 5 % slower"), expected);
        }
    }
}

//! Queues through the whole engine: clients, servers, and a balancer where there are several.
//!
//! Every mean is taken over at least 30 independent runs after warm-up, with a standard error of at
//! most half a per cent, and is also measured with the service time 2 % too long, where the test
//! must tell that something is wrong.

use headroom_engine::Engine;
use headroom_engine::hash::hash_text;
use headroom_engine::report::{Report, ReportLoad};
use headroom_engine::trace::Activity;
use headroom_scenario::{Algorithm, Distribution, Scenario};
use serde_json::Value;

use crate::data::{figures, number};
use crate::designs::{Queue, UNIT_MS, UNITS_PER_S};
use crate::runs::{Stretch, each_seed, reach, run};
use crate::sample::{RUNS_MIN, Sample, Z_MAX, runs};

/// A standard error above this share of the mean proves nothing.
const STANDARD_ERROR_MAX: f64 = 0.005;
/// Service time of a design that is wrong on purpose, in units.
const WRONG: f64 = 1.02;
/// Runs of an experiment.
const RUNS: usize = 32;

/// Customers that come, all runs together, and how many of them a unit of time.
#[derive(Clone, Copy)]
struct Crowd {
    arrivals: f64,
    customers: f64,
    /// The same for the design that is wrong on purpose, where fewer may do.
    customers_if_wrong: f64,
}

/// Independent runs of a design, and of the same design with a wrong service time.
struct Experiment {
    name: String,
    right: Vec<Report>,
    wrong: Vec<Report>,
}

impl Experiment {
    /// Runs the design that `design` gives for a seed and a service time.
    fn new(name: String, crowd: Crowd, design: impl Fn(u64, f64) -> Scenario + Sync) -> Self {
        // Seeds of its own, so that an unlucky draw is not met in every experiment.
        let first_seed = hash_text(&name) >> 16;
        let runs = |customers, service_time| {
            reports(customers, crowd.arrivals, |number| {
                design(first_seed + number, service_time)
            })
        };
        let (right, wrong) = (
            runs(crowd.customers, 1.0),
            runs(crowd.customers_if_wrong, WRONG),
        );
        Self { name, right, wrong }
    }

    /// The mean of a figure is the truth.
    fn agrees(&self, what: &str, truth: f64, figure: impl Fn(&Report) -> f64) -> Sample {
        let sample = sample(&self.right, figure);
        sample.assert_is(&format!("{}, {what}", self.name), truth);
        sample
    }

    /// The mean of a figure is the truth, exactly enough to prove something, and isn't if the design is
    /// wrong.
    fn proves(&self, what: &str, truth: f64, figure: impl Fn(&Report) -> f64 + Copy) {
        let sample_of_right = self.agrees(what, truth, figure);
        let error = sample_of_right.standard_error() / sample_of_right.mean();
        assert!(
            error <= STANDARD_ERROR_MAX,
            "{what}: standard error {:.2} %",
            100.0 * error
        );
        self.refutes(what, truth, figure);
    }

    /// The mean of a figure isn't the truth if the design is wrong.
    fn refutes(&self, what: &str, truth: f64, figure: impl Fn(&Report) -> f64) {
        let what = format!("{}, {what}, service time 2 % wrong", self.name);
        sample(&self.wrong, figure).assert_is_not(&what, truth);
    }
}

/// Reports of independent runs in which about so many customers come in all, after a tenth more to
/// warm up.
fn reports(customers: f64, arrivals: f64, design: impl Fn(u64) -> Scenario + Sync) -> Vec<Report> {
    const { assert!(RUNS >= RUNS_MIN) };
    let measured_s = customers / RUNS as f64 / arrivals / UNITS_PER_S;
    let stretch = Stretch {
        warmup_s: measured_s / 10.0,
        measured_s,
    };
    each_seed(runs(RUNS), |seed| run(design(seed), stretch))
}

fn sample(reports: &[Report], figure: impl Fn(&Report) -> f64) -> Sample {
    Sample::new(reports.iter().map(figure).collect())
}

/// Customers that make the standard error of the mean wait of M/M/1 some four parts in a thousand: its
/// variance over N customers is rho (2 + 5 rho - 4 rho² + rho³) / (1 - rho)⁴ / N.
fn customers_for(rho: f64) -> f64 {
    let variance = rho * (2.0 + 5.0 * rho - 4.0 * rho.powi(2) + rho.powi(3)) / (1.0 - rho).powi(4);
    let mean = rho / (1.0 - rho);
    variance / (0.0037 * mean).powi(2)
}

fn servers(report: &Report) -> &ReportLoad {
    &report.components["servers"].load
}

/// Mean time in the system of those served, in units: without a network that is the clients' latency,
/// which is taken request by request.
fn sojourn(report: &Report) -> f64 {
    report.latency_ms.mean / UNIT_MS
}

/// Mean time in line, in units.
fn wait(report: &Report) -> f64 {
    servers(report).wait_ms_mean / UNIT_MS
}

/// Share of the customers that were turned away.
fn blocked(report: &Report) -> f64 {
    let failed: u64 = report.requests.failed.values().sum();
    failed as f64 / report.requests.arrived as f64
}

#[test]
fn one_exponential_server() {
    for row in figures("queueing")["M/M/1"].as_array().unwrap() {
        let rho = number(row, "rho");
        let customers = customers_for(rho).max(2e6);
        // The busier the server, the more a wrong service time shows: far fewer customers will do.
        let customers_if_wrong = if rho > 0.85 {
            customers / 10.0
        } else {
            customers
        };
        let crowd = Crowd {
            arrivals: rho,
            customers,
            customers_if_wrong,
        };
        let experiment = Experiment::new(format!("M/M/1 at {rho}"), crowd, |seed, service_time| {
            Queue {
                service_time,
                ..Queue::default()
            }
            .open(seed, rho)
        });
        experiment.proves("W", number(row, "W"), sojourn);
        experiment.proves("utilisation", rho, |report| servers(report).utilisation);
        experiment.agrees("Wq", number(row, "Wq"), wait);
        experiment.agrees("L", number(row, "L"), |report| servers(report).inside_mean);
        experiment.agrees("Lq", number(row, "Lq"), |report| servers(report).queue_mean);
        let percentiles = sample(&experiment.right, |report| report.latency_ms.p50 / UNIT_MS);
        assert_percentile(&experiment.name, "p50", number(row, "p50"), &percentiles);
        let percentiles = sample(&experiment.right, |report| report.latency_ms.p95 / UNIT_MS);
        assert_percentile(&experiment.name, "p95", number(row, "p95"), &percentiles);
        let percentiles = sample(&experiment.right, |report| report.latency_ms.p99 / UNIT_MS);
        assert_percentile(&experiment.name, "p99", number(row, "p99"), &percentiles);
    }
}

/// A percentile is read from a histogram, with an error of up to one per cent of its own.
fn assert_percentile(name: &str, what: &str, truth: f64, sample: &Sample) {
    let (mean, error) = (sample.mean(), sample.standard_error());
    println!("{name}, {what}: {mean:.6} ± {error:.6}, truth {truth:.6}, histogram ± 1 %");
    let margin = 0.01 * truth + Z_MAX * error;
    assert!(
        (mean - truth).abs() < margin,
        "{name}, {what}: {mean} ± {error} is not {truth}"
    );
}

#[test]
fn several_exponential_servers_with_one_line() {
    for row in figures("queueing")["M/M/c"].as_array().unwrap() {
        let (servers_count, rho) = (number(row, "c") as u16, number(row, "rho"));
        let arrivals = rho * f64::from(servers_count);
        // The line behind several servers varies as that of one does, but is a part of W only.
        let part = number(row, "Wq") / number(row, "W");
        let customers = (1.6 * customers_for(rho) * part * part).max(4e6);
        let crowd = Crowd {
            arrivals,
            customers,
            customers_if_wrong: (customers / 6.0).max(2e6),
        };
        let name = format!("M/M/{servers_count} at {rho}");
        let experiment = Experiment::new(name, crowd, |seed, service_time| {
            Queue {
                servers: servers_count,
                service_time,
                ..Queue::default()
            }
            .open(seed, arrivals)
        });
        experiment.proves("W", number(row, "W"), sojourn);
        experiment.proves("utilisation", rho, |report| servers(report).utilisation);
        experiment.agrees("Wq", number(row, "Wq"), wait);
        experiment.agrees("Lq", number(row, "Lq"), |report| servers(report).queue_mean);
    }
}

#[test]
fn several_exponential_servers_with_little_room() {
    for row in figures("queueing")["M/M/c/K"].as_array().unwrap() {
        let (servers_count, places) = (number(row, "c") as u16, number(row, "K") as u32);
        let arrivals = number(row, "lambda");
        // The fewer are turned away, the more must come for a share that is as exact.
        let is_rare = number(row, "blocked") < 0.05;
        let crowd = Crowd {
            arrivals,
            customers: if is_rare { 1.6e8 } else { 1e7 },
            customers_if_wrong: 5e6,
        };
        let name = format!("M/M/{servers_count}/{places} at {arrivals}");
        let experiment = Experiment::new(name, crowd, |seed, service_time| {
            let room = places - u32::from(servers_count);
            Queue {
                servers: servers_count,
                room,
                service_time,
                ..Queue::default()
            }
            .open(seed, arrivals)
        });
        experiment.proves("W", number(row, "W"), sojourn);
        experiment.proves("blocked", number(row, "blocked"), blocked);
        for report in experiment.right.iter().chain(&experiment.wrong) {
            // The servers' own books say the same as the clients'.
            let refused = &report.components["servers"];
            assert_eq!(refused.failed, report.requests.failed);
            assert_eq!(
                Some(&refused.load.dropped),
                report.requests.failed.get("queue_full")
            );
        }
    }
}

#[test]
fn one_server_with_any_law() {
    let laws = [
        ("deterministic", Distribution::Constant),
        ("erlang_4", Distribution::Erlang { k: 4 }),
        ("exponential", Distribution::Exponential),
        (
            "hyperexponential_cs2_4",
            Distribution::Hyperexponential { cs2: 4.0 },
        ),
    ];
    for row in figures("queueing")["M/G/1 Wq"].as_array().unwrap() {
        let rho = number(row, "rho");
        for (law_name, law) in laws {
            // The more irregular the service, the more the line varies.
            let irregular = matches!(law, Distribution::Hyperexponential { .. });
            let customers = customers_for(rho) * if irregular { 4.0 } else { 1.0 };
            let crowd = Crowd {
                arrivals: rho,
                customers,
                customers_if_wrong: customers / 2.0,
            };
            let name = format!("M/G/1 at {rho}, {law_name}");
            let experiment = Experiment::new(name, crowd, |seed, service_time| {
                Queue {
                    law,
                    service_time,
                    ..Queue::default()
                }
                .open(seed, rho)
            });
            experiment.proves("Wq", number(row, law_name), wait);
        }
    }
}

#[test]
fn balanced_servers_wait_as_theory_says() {
    let rho = 0.8;
    let balancers = &figures("queueing")["balancers mean W, exponential servers"];
    for row in balancers["rho 0.8"].as_array().unwrap() {
        let queues = number(row, "n") as u16;
        let arrivals = rho * f64::from(queues);
        for (rule, algorithm) in [
            ("random", Algorithm::Random),
            ("round_robin", Algorithm::RoundRobin),
            ("join_shortest_queue", Algorithm::LeastConnections),
        ] {
            let Some(truth) = row[rule].as_f64() else {
                continue;
            };
            let customers = customers_for(rho);
            let crowd = Crowd {
                arrivals,
                customers,
                customers_if_wrong: customers / 4.0,
            };
            let name = format!("{rule} over {queues} servers");
            let experiment = Experiment::new(name, crowd, |seed, service_time| {
                let queue = Queue {
                    service_time,
                    ..Queue::default()
                };
                queue.balanced(seed, arrivals, algorithm, queues)
            });
            experiment.proves("W", truth, sojourn);
        }
    }
}

#[test]
fn the_cleverer_the_balancer_the_shorter_the_wait() {
    let (rho, queues) = (0.8, 4);
    let arrivals = rho * f64::from(queues);
    let balanced = |algorithm| {
        reports(2e6, arrivals, move |seed| {
            Queue::default().balanced(seed, arrivals, algorithm, queues)
        })
    };
    let central = reports(2e6, arrivals, |seed| {
        Queue {
            servers: queues,
            ..Queue::default()
        }
        .open(seed, arrivals)
    });
    let order = [
        ("central queue", central),
        ("least connections", balanced(Algorithm::LeastConnections)),
        (
            "power of two choices",
            balanced(Algorithm::PowerOfTwoChoices),
        ),
        ("round robin", balanced(Algorithm::RoundRobin)),
        ("random", balanced(Algorithm::Random)),
    ];
    for [(better, shorter), (worse, longer)] in order.array_windows() {
        let differences = longer
            .iter()
            .zip(shorter)
            .map(|(long, short)| sojourn(long) - sojourn(short));
        let difference = Sample::new(differences.collect());
        let z = difference.z(0.0);
        println!(
            "W of {worse} - W of {better}: {:.4} units, z = {z:+.1}",
            difference.mean()
        );
        assert!(z > Z_MAX, "{better} is no better than {worse}: z = {z:+.1}");
    }
}

/// Throughput and response time of users who think `think` units and ask one server of demand 1, by
/// exact mean value analysis.
fn mean_value_analysis(users: u32, think: f64) -> (f64, f64) {
    let (mut throughput, mut response, mut queue) = (0.0, 0.0, 0.0);
    for population in 1..=users {
        response = 1.0 + queue;
        throughput = f64::from(population) / (response + think);
        queue = throughput * response;
    }
    (throughput, response)
}

#[test]
fn users_who_wait_for_their_answer() {
    let think = 20.0;
    for users in [1, 10, 25, 100] {
        let (throughput, response) = mean_value_analysis(users, think);
        let crowd = Crowd {
            arrivals: throughput,
            customers: 4e6,
            customers_if_wrong: 2e6,
        };
        let name = format!("{users} users who think {think} units");
        let experiment = Experiment::new(name, crowd, |seed, service_time| {
            Queue {
                service_time,
                ..Queue::default()
            }
            .closed(seed, users, think)
        });
        experiment.proves("W", response, sojourn);
        experiment.agrees("X", throughput, |report| {
            servers(report).throughput_rps / UNITS_PER_S
        });
        let bound = f64::min(1.0, f64::from(users) / (1.0 + think));
        assert!(
            throughput <= bound + 1e-12,
            "{throughput} is above the asymptotic bound {bound}"
        );
    }
}

// A request that goes to any of three queues with equal chances, and is served there for three times a
// demand of the table, demands of each what the table says: by mean value analysis that is the same
// as visiting all three.
#[test]
fn users_of_a_network_of_three_queues() {
    let table = &figures("queueing")["closed network"];
    let think = number(table, "think");
    let demands: Vec<f64> = table["demands"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    let queues = demands.len() as f64;
    let mean = demands.iter().sum::<f64>();
    let slow_factors: Vec<f64> = demands
        .iter()
        .map(|demand| queues * demand / mean)
        .collect();
    for row in table["N X R"].as_array().unwrap() {
        let [users, throughput, response] = [0, 1, 2].map(|column| row[column].as_f64().unwrap());
        // A unit of the queues is the mean time that a request is served: the sum of the demands.
        let crowd = Crowd {
            arrivals: throughput * mean,
            customers: 4e6,
            customers_if_wrong: 2e6,
        };
        let name = format!("{users} users of three queues");
        let experiment = Experiment::new(name, crowd, |seed, service_time| {
            let queue = Queue {
                service_time,
                ..Queue::default()
            };
            queue.closed_network(seed, users as u32, think / mean, &slow_factors)
        });
        experiment.proves("R", response, |report| sojourn(report) * mean);
        experiment.agrees("X", throughput, |report| {
            servers(report).throughput_rps / UNITS_PER_S / mean
        });
    }
}

/// Customers between two whose way is followed.
const SAMPLED_ONE_IN: u64 = 10;

/// Share of the customers that had to wait, by the traces of a sample of them.
fn waited(scenario: Scenario, customers: f64, arrivals: f64) -> f64 {
    let valid = scenario.validate().expect("the test's scenario is valid");
    let mut engine = Engine::new(&valid);
    engine.sample_every(SAMPLED_ONE_IN);
    let end_s = customers / arrivals / UNITS_PER_S;
    let mut now_s = end_s / 10.0;
    reach(&mut engine, now_s);
    // The engine keeps the latest traces only: look before any of them is gone.
    let look_s = 1_000.0 * SAMPLED_ONE_IN as f64 / arrivals / UNITS_PER_S;
    let (mut followed, mut waited) = (0_u32, 0_u32);
    while now_s < end_s {
        let before = engine.now();
        now_s += look_s;
        reach(&mut engine, now_s);
        for trace in engine.traces().filter(|trace| trace.start_ns > before.0) {
            followed += 1;
            waited += u32::from(
                trace
                    .spans
                    .iter()
                    .any(|span| span.activity == Activity::Wait),
            );
        }
    }
    f64::from(waited) / f64::from(followed)
}

#[test]
fn the_chance_of_a_wait_is_erlangs() {
    for row in figures("queueing")["M/M/c"].as_array().unwrap() {
        let (servers, rho) = (number(row, "c") as u16, number(row, "rho"));
        let (arrivals, truth) = (rho * f64::from(servers), number(row, "wait_probability"));
        let name = format!("M/M/{servers} at {rho}, chance of a wait");
        let first_seed = hash_text(&name) >> 16;
        let measure = |service_time, customers| {
            let queue = Queue {
                servers,
                service_time,
                ..Queue::default()
            };
            let design = |seed| queue.open(first_seed + seed, arrivals);
            let run = |seed| waited(design(seed), customers, arrivals);
            Sample::new(each_seed(runs(RUNS), run))
        };
        measure(1.0, 1.5e5).assert_is(&name, truth);
        let wrong = measure(WRONG, 5e4);
        wrong.assert_is_not(&format!("{name}, service time 2 % wrong"), truth);
    }
}

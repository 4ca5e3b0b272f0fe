//! Copies of a database: lag, stale reads, what a fail-over loses and how long it takes.
//!
//! Writes come as a Poisson stream to a primary that nobody waits at; a replica has one applier or several; there
//! is no network but between the copies. Figures and formulas stand in `data/replication.json`.

use headroom_engine::report::Report;
use headroom_scenario::{
    Acknowledged, Action, Class, ClassKind, Database, Distribution, Failover, Keys, OwnWrites,
    ReadChoice, ReadsFrom, Replication, ReplicationMode, Scenario, Service, TimedAction,
};
use serde_json::Value;

use crate::data::{figures, number};
use crate::designs::copied;
use crate::numbers::Numbers;
use crate::runs::{Stretch, each_seed, run};
use crate::sample::{RUNS_MIN, Sample, runs};

/// As good as no time, in milliseconds.
const NO_TIME_MS: f64 = 0.001;
/// Slots that nobody waits for.
const NOBODY_WAITS: u16 = 1_000;

/// Users who read and write a database with copies.
#[derive(Clone, Debug)]
struct Copies {
    writes_rps: f64,
    reads_rps: f64,
    users: u32,
    keys: Keys,
    workers: u16,
    read_time_ms: f64,
    law: Distribution,
    replication: Replication,
    script: Vec<TimedAction>,
}

impl Default for Copies {
    fn default() -> Self {
        Self {
            writes_rps: 400.0,
            reads_rps: 0.0,
            users: 1_000,
            keys: keys(1_000, 0.9),
            workers: NOBODY_WAITS,
            read_time_ms: NO_TIME_MS,
            law: Distribution::Constant,
            replication: Replication {
                replicas: 1,
                latency_ms: 0.0,
                send_every_ms: 0.0,
                apply_time_ms: NO_TIME_MS,
                ..Replication::default()
            },
            script: Vec::new(),
        }
    }
}

fn keys(count: u32, zipf_exponent: f64) -> Keys {
    Keys {
        count,
        zipf_exponent,
        ..Keys::default()
    }
}

impl Copies {
    fn scenario(&self, seed: u64) -> Scenario {
        let class = |id: &str, kind, weight| Class {
            id: id.into(),
            kind,
            weight,
            work: 0.0,
            lookups: 0,
            queries: 1,
            ..Class::default()
        };
        let classes = [
            class("write", ClassKind::Write, self.writes_rps),
            class("read", ClassKind::Read, self.reads_rps),
        ];
        let database = Database {
            workers: self.workers,
            connections: 100_000,
            buffer_entries: Some(0),
            disk_gb: Some(0.0),
            write_time_ms: NO_TIME_MS,
            read_time_ms: self.read_time_ms,
            distribution: self.law,
            replication: self.replication.clone(),
            ..Database::default()
        };
        let service = Service {
            workers: NOBODY_WAITS,
            ..Service::default()
        };
        let mut scenario = copied(seed, self.writes_rps + self.reads_rps, service, database);
        scenario.traffic.classes = classes.into_iter().filter(|it| it.weight > 0.0).collect();
        scenario.traffic.keys = self.keys.clone();
        scenario.traffic.users = self.users;
        scenario.script.clone_from(&self.script);
        scenario
    }

    fn reports(&self, seeds: usize, stretch: Stretch) -> Vec<Report> {
        each_seed(runs(seeds), |seed| run(self.scenario(seed), stretch))
    }

    /// Runs in each of which the primary dies at a moment of its own.
    fn deaths(&self, seeds: usize, stretch: Stretch) -> Vec<Report> {
        each_seed(runs(seeds), |seed| {
            let mut scenario = self.scenario(seed);
            let at_s = stretch.warmup_s + 1.0 + Numbers::from_state(seed).uniform();
            scenario.script.push(at(at_s, kill(0)));
            run(scenario, stretch)
        })
    }
}

fn kill(instance: u16) -> Action {
    let component = "database".into();
    Action::Kill {
        component,
        instance,
    }
}

fn at(second: f64, action: Action) -> TimedAction {
    TimedAction {
        at_ns: (second * 1e9) as u64,
        action,
    }
}

fn sample(reports: &[Report], figure: impl Fn(&Report) -> f64) -> Sample {
    Sample::new(reports.iter().map(figure).collect())
}

fn copy(report: &Report, instance: usize) -> &headroom_engine::replication::ReportCopy {
    let copy = report.components["database"].instances[instance]
        .copy
        .as_ref();
    copy.expect("the database has copies")
}

fn replication(report: &Report) -> &headroom_engine::replication::ReportReplication {
    let replication = report.components["database"].replication.as_ref();
    replication.expect("the database has copies")
}

fn law(row: &Value) -> Distribution {
    match row["apply"].as_str() {
        Some("exponential") => Distribution::Exponential,
        Some("Erlang-2") => Distribution::Erlang { k: 2 },
        _ => Distribution::Constant,
    }
}

const STRETCH: Stretch = Stretch {
    warmup_s: 5.0,
    measured_s: 60.0,
};

#[test]
fn a_replica_lags_by_the_network_and_its_applier() {
    for row in figures("replication")["lag"].as_array().expect("rows") {
        let of = |apply_ms: f64| {
            let design = Copies {
                writes_rps: number(row, "lambda"),
                law: law(row),
                ..Copies::default()
            };
            let replication = Replication {
                latency_ms: number(row, "D"),
                apply_time_ms: apply_ms,
                ..design.replication
            };
            Copies {
                replication,
                ..design
            }
            .reports(RUNS_MIN, STRETCH)
        };
        let apply_ms = number(row, "apply_mean");
        let reports = of(apply_ms);
        let what = format!("{} applier, {}/s", row["apply"], row["lambda"]);
        let lag = |report: &Report| copy(report, 1).lag_ms_mean;
        let truth = number(row, "lag_mean");
        sample(&reports, lag).assert_is(&format!("lag: {what}"), truth);
        sample(&reports, |report| copy(report, 1).lag_writes_mean).assert_is(
            &format!("writes behind: {what}"),
            number(row, "writes_behind_mean"),
        );
        sample(&reports, |report| copy(report, 1).lag_ms_over_time).assert_is(
            &format!("lag over time: {what}"),
            number(row, "age_of_oldest_mean"),
        );
        sample(&of(apply_ms * 1.05), lag).assert_is_not(&format!("lag, 5 % slower: {what}"), truth);
    }
}

#[test]
fn several_appliers_show_writes_in_the_order_of_the_log() {
    for row in figures("replication")["appliers"].as_array().expect("rows") {
        let of = |apply_time_ms: f64| {
            let replication = Replication {
                apply_time_ms,
                appliers: number(row, "k") as u16,
                ..Copies::default().replication
            };
            let design = Copies {
                writes_rps: number(row, "lambda"),
                law: law(row),
                replication,
                ..Copies::default()
            };
            sample(&design.reports(RUNS_MIN, STRETCH), |report| {
                copy(report, 1).lag_ms_mean
            })
        };
        let apply_ms = number(row, "apply_mean");
        let what = format!("{} appliers, {}", row["k"], row["apply"]);
        let truth = number(row, "visible_mean");
        of(apply_ms).assert_is(&format!("lag: {what}"), truth);
        of(apply_ms * 1.05).assert_is_not(&format!("lag, 5 % slower: {what}"), truth);
    }
}

/// The lag of a row of stale reads.
fn lagging(row: &Value, by: f64) -> Replication {
    let given = |name: &str, otherwise: f64| row[name].as_f64().unwrap_or(otherwise);
    Replication {
        latency_ms: given("D", 0.0) * by,
        send_every_ms: given("b", 0.0) * by,
        apply_time_ms: given("apply_mean", NO_TIME_MS) * by,
        ..Copies::default().replication
    }
}

#[test]
fn a_log_sent_in_batches_lags_by_half_a_beat_more() {
    let row = &figures("replication")["batches"];
    let of = |by: f64| {
        let design = Copies {
            writes_rps: number(row, "lambda"),
            replication: lagging(row, by),
            ..Copies::default()
        };
        design.reports(RUNS_MIN, STRETCH)
    };
    let reports = of(1.0);
    let lag = |report: &Report| copy(report, 1).lag_ms_mean;
    sample(&reports, lag).assert_is("lag: batches", number(row, "lag_mean"));
    sample(&reports, |report| copy(report, 1).lag_writes_mean)
        .assert_is("writes behind: batches", number(row, "writes_behind_mean"));
    sample(&of(1.05), lag).assert_is_not("lag, 5 % slower: batches", number(row, "lag_mean"));
}

#[test]
fn as_many_reads_are_stale_as_writes_of_their_keys_are_on_the_way() {
    for row in figures("replication")["stale"].as_array().expect("rows") {
        let of = |by: f64| {
            let design = Copies {
                writes_rps: number(row, "lambda"),
                reads_rps: 1_000.0,
                keys: keys(number(row, "keys") as u32, number(row, "zipf")),
                law: law(row),
                replication: lagging(row, by),
                ..Copies::default()
            };
            let reports = design.reports(RUNS_MIN, STRETCH);
            sample(&reports, |report| {
                let database = &report.components["database"];
                database.extra["stale_reads"] / database.extra["reads"]
            })
        };
        let truth = number(row, "stale_share");
        let what = format!("stale reads: {}", row["lag"]);
        of(1.0).assert_is(&what, truth);
        of(1.05).assert_is_not(&format!("{what}, 5 % slower"), truth);
    }
}

#[test]
fn users_miss_their_own_writes_unless_they_read_from_the_primary() {
    for row in figures("replication")["own writes"]
        .as_array()
        .expect("rows")
    {
        let tau_ms = number(row, "tau");
        let replication = Replication {
            latency_ms: number(row, "D"),
            own_writes: if tau_ms > 0.0 {
                OwnWrites::Primary
            } else {
                OwnWrites::AnyCopy
            },
            own_writes_ms: tau_ms,
            ..Copies::default().replication
        };
        let design = Copies {
            writes_rps: number(row, "lambda"),
            reads_rps: 200.0,
            users: number(row, "users") as u32,
            keys: keys(number(row, "keys") as u32, number(row, "zipf")),
            replication,
            ..Copies::default()
        };
        let reports = design.reports(RUNS_MIN, STRETCH);
        let reads = |report: &Report| report.components["database"].extra["reads"];
        sample(&reports, |report| {
            replication_of(report).own_writes_missed as f64 / reads(report)
        })
        .assert_is(
            &format!("own writes missed, {tau_ms} ms from the primary"),
            number(row, "missed"),
        );
        let at_replica = |report: &Report| {
            report.components["database"].instances[1].load.arrived as f64 / reads(report)
        };
        sample(&reports, |report| 1.0 - at_replica(report)).assert_is(
            &format!("reads of the primary, {tau_ms} ms after a write"),
            number(row, "to_primary"),
        );
    }
}

use replication as replication_of;

#[test]
fn a_read_that_waits_for_its_users_write_never_misses_it() {
    let design = Copies {
        writes_rps: 100.0,
        reads_rps: 200.0,
        users: 20,
        keys: keys(50, 1.0),
        replication: Replication {
            latency_ms: 200.0,
            own_writes: OwnWrites::Wait,
            ..Copies::default().replication
        },
        ..Copies::default()
    };
    let report = run(design.scenario(1), STRETCH);
    assert_eq!(replication(&report).own_writes_missed, 0);
    assert!(replication(&report).stale_reads > 100, "those of others");
    // Who has just written, as most have here, waits most of the lag.
    assert!(
        (100.0..200.0).contains(&report.latency_ms.p99),
        "{}",
        report.latency_ms.p99
    );
}

const DEATH: Stretch = Stretch {
    warmup_s: 2.0,
    measured_s: 8.0,
};

/// Copies whose primary, when it dies, is replaced soon.
fn dying(mode: ReplicationMode, send_every_ms: f64) -> Copies {
    let replication = Replication {
        mode,
        latency_ms: 5.0,
        send_every_ms,
        check_interval_ms: 100.0,
        check_timeout_ms: 50.0,
        promotion_ms: 0.0,
        ..Copies::default().replication
    };
    Copies {
        replication,
        ..Copies::default()
    }
}

#[test]
fn what_a_dead_primary_had_not_sent_is_lost() {
    let row = &figures("replication")["batches"];
    let lost = |send_every_ms| {
        let design = dying(ReplicationMode::Asynchronous, send_every_ms);
        let deaths = design.deaths(400, DEATH);
        assert!(
            deaths
                .iter()
                .all(|report| replication(report).promotions == 1)
        );
        sample(&deaths, |report| replication(report).writes_lost as f64)
    };
    let truth = number(row, "lost_mean");
    let beat_ms = number(row, "b");
    let found = lost(beat_ms);
    found.assert_is("writes lost, batches", truth);
    let (mean, runs) = (found.mean(), found.len() as f64);
    let variance = found.standard_error().powi(2) * runs;
    let expected = number(row, "lost_variance");
    assert!(
        (variance / expected - 1.0).abs() < 0.35,
        "{variance} is not {expected}; {mean}"
    );
    lost(1.3 * beat_ms).assert_is_not("writes lost, a beat 30 % longer", truth);
    assert_eq!(lost(0.0).mean(), 0.0, "what is on the wire arrives");
}

#[test]
fn nothing_is_lost_that_a_replica_has_acknowledged() {
    for (mode, replicas) in [
        (ReplicationMode::SemiSynchronous, 1),
        (ReplicationMode::SemiSynchronous, 3),
        (ReplicationMode::Synchronous, 2),
    ] {
        let mut design = dying(mode, 20.0);
        design.replication.replicas = replicas;
        design.replication.acknowledgement_timeout_ms = 0.0;
        for report in design.deaths(60, DEATH) {
            let found = replication(&report);
            assert_eq!((found.promotions, found.writes_lost), (1, 0), "{mode:?}");
        }
    }
}

#[test]
fn a_write_waits_for_the_replicas_that_must_have_it() {
    for row in figures("replication")["waiting"].as_array().expect("rows") {
        let of = |apply_time_ms: f64| {
            let replication = Replication {
                replicas: number(row, "n") as u16,
                mode: ReplicationMode::SemiSynchronous,
                acknowledgements: number(row, "k") as u16,
                acknowledged_when: Acknowledged::Applied,
                acknowledgement_timeout_ms: 0.0,
                latency_ms: number(row, "D"),
                apply_time_ms,
                ..Copies::default().replication
            };
            let design = Copies {
                writes_rps: number(row, "lambda"),
                law: Distribution::Exponential,
                replication,
                ..Copies::default()
            };
            // Beside it there is the write itself, and the server's way to it.
            sample(&design.reports(RUNS_MIN, STRETCH), |report| {
                report.latency_ms.mean - 2.0 * NO_TIME_MS
            })
        };
        let what = format!("{} of {} have applied it", row["k"], row["n"]);
        let apply_ms = number(row, "apply_mean");
        let truth = number(row, "mean");
        of(apply_ms).assert_is(&what, truth);
        of(1.05 * apply_ms).assert_is_not(&format!("{what}, 5 % slower"), truth);
    }
}

#[test]
fn it_takes_so_long_until_there_is_a_primary_again() {
    let row = &figures("replication")["fail-over"];
    let of = |promotion_ms: f64| {
        let design = Copies {
            writes_rps: number(row, "lambda"),
            reads_rps: number(row, "lambda_r"),
            replication: Replication {
                replicas: 3,
                check_interval_ms: number(row, "i"),
                check_timeout_ms: 300.0,
                check_fall: number(row, "f") as u8,
                promotion_ms,
                read_choice: ReadChoice::Random,
                ..Copies::default().replication
            },
            ..Copies::default()
        };
        design.deaths(
            320,
            Stretch {
                warmup_s: 2.0,
                measured_s: 10.0,
            },
        )
    };
    let promotion_ms = number(row, "promotion");
    let deaths = of(promotion_ms);
    let gone_ms = |report: &Report| replication(report).unavailable_s * 1e3;
    let failed = |report: &Report| report.requests.failed_total() as f64;
    let truth = number(row, "writes_fail_for_mean");
    sample(&deaths, gone_ms).assert_is("no primary, ms", truth);
    sample(&deaths, failed).assert_is("writes failed", number(row, "failed_writes_mean"));
    sample(&of(1.05 * promotion_ms), gone_ms)
        .assert_is_not("no primary, promotion 5 % slower", truth);
}

#[test]
fn a_dead_replica_fails_its_share_of_the_reads_until_it_is_found_out() {
    let row = &figures("replication")["fail-over"];
    let design = Copies {
        writes_rps: 1.0,
        reads_rps: number(row, "lambda_r"),
        replication: Replication {
            replicas: number(row, "replicas") as u16,
            check_interval_ms: number(row, "i"),
            check_timeout_ms: 300.0,
            check_fall: number(row, "f") as u8,
            read_choice: ReadChoice::Random,
            failover: Failover::Never,
            ..Copies::default().replication
        },
        ..Copies::default()
    };
    let reports = each_seed(runs(200), |seed| {
        let mut scenario = design.scenario(seed);
        let at_s = 3.0 + Numbers::from_state(seed).uniform();
        scenario.script.push(at(at_s, kill(1)));
        run(
            scenario,
            Stretch {
                warmup_s: 2.0,
                measured_s: 10.0,
            },
        )
    });
    sample(&reports, |report| report.requests.failed_total() as f64)
        .assert_is("reads of a dead replica", number(row, "reads_failed_mean"));
}

#[test]
fn reads_wait_as_the_rule_that_chooses_their_copy_says() {
    for row in figures("replication")["reads"].as_array().expect("rows") {
        for (rule, choice) in [
            ("random_W", ReadChoice::Random),
            ("by_turns_W", ReadChoice::Turns),
            ("least_busy_W", ReadChoice::LeastBusy),
        ] {
            let Some(truth) = row[rule].as_f64() else {
                continue;
            };
            let of = |read_time_ms: f64| {
                let design = Copies {
                    writes_rps: 0.0,
                    reads_rps: number(row, "lambda_r"),
                    workers: number(row, "c") as u16,
                    read_time_ms,
                    law: Distribution::Exponential,
                    replication: Replication {
                        replicas: number(row, "n") as u16,
                        reads: ReadsFrom::Replicas,
                        read_choice: choice,
                        ..Copies::default().replication
                    },
                    ..Copies::default()
                };
                sample(&design.reports(RUNS_MIN, STRETCH), |report| {
                    report.components["database"].load.sojourn_ms_mean
                })
            };
            let read_ms = number(row, "service_mean");
            let what = format!(
                "reads over {} replicas of {} slots, {rule}",
                row["n"], row["c"]
            );
            of(read_ms).assert_is(&what, truth);
            of(1.03 * read_ms).assert_is_not(&format!("{what}, 3 % slower"), truth);
        }
    }
}

#[test]
fn a_new_replica_catches_up_after_its_snapshot() {
    let row = &figures("replication")["seeding"];
    let whole_s = number(row, "whole_s");
    let design = Copies {
        writes_rps: number(row, "lambda"),
        law: law(row),
        replication: Replication {
            apply_time_ms: number(row, "apply_mean"),
            seed_mbps: number(row, "MB/s"),
            ..Copies::default().replication
        },
        ..Copies::default()
    };
    let caught_up_s = each_seed(runs(RUNS_MIN), |seed| {
        let mut scenario = design.scenario(seed);
        for component in scenario.design.components.iter_mut() {
            if let headroom_scenario::Kind::Database(database) = &mut component.kind {
                database.data_gb = number(row, "GB");
                database.write_kb = 0.0;
            }
        }
        let component = "database".to_owned();
        scenario
            .script
            .push(at(1.0, Action::AddInstance { component }));
        let valid = scenario.validate().expect("the scenario is valid");
        let mut engine = headroom_engine::Engine::new(&valid);
        engine.sample_every(0);
        crate::runs::reach(&mut engine, whole_s + 50.0);
        let marks = engine.marks_since(0);
        let served = marks
            .iter()
            .find(|mark| mark.instance == Some(2) && mark.words.contains("booted"));
        served.map_or(f64::NAN, |mark| mark.at_ns as f64 / 1e9 - 1.0)
    });
    Sample::new(caught_up_s).assert_is("seconds until a new replica serves", whole_s);
}

fn of_copy(action: fn(String, u16) -> Action, instance: u16) -> Action {
    action("database".into(), instance)
}

fn cut_off(component: String, instance: u16) -> Action {
    Action::CutOff {
        component,
        instance,
    }
}

fn promote(component: String, instance: u16) -> Action {
    Action::Promote {
        component,
        instance,
    }
}

fn repair(component: String, instance: u16) -> Action {
    Action::Repair {
        component,
        instance,
    }
}

/// Copies of which the primary is cut off for four seconds, and whose callers hear late of the new one.
fn parted(seed: u64, lease_ms: f64, mode: ReplicationMode) -> Report {
    let design = dying(mode, 0.0);
    let design = Copies {
        replication: Replication {
            lease_ms,
            announcement_ms: 2_000.0,
            ..design.replication
        },
        ..design
    };
    let mut scenario = design.scenario(seed);
    let at_s = 3.0 + Numbers::from_state(seed).uniform();
    scenario.script.push(at(at_s, of_copy(cut_off, 0)));
    scenario.script.push(at(at_s + 4.0, of_copy(repair, 0)));
    run(scenario, DEATH)
}

#[test]
fn two_primaries_take_writes_until_callers_know_unless_there_is_a_lease() {
    let row = &figures("replication")["split brain"];
    let lost = |lease_ms| {
        let reports = each_seed(runs(60), |seed| {
            parted(seed, lease_ms, ReplicationMode::Asynchronous)
        });
        assert!(
            reports
                .iter()
                .all(|report| replication(report).promotions == 1)
        );
        sample(&reports, |report| replication(report).writes_lost as f64)
    };
    // From the cut on the old primary takes all writes, until the callers have heard of the other: after it is found
    // out, after so many looks, and told.
    let truth = number(row, "lost_mean");
    lost(0.0).assert_is("writes lost to a second primary", truth);
    // With a lease it takes them for as long as that lasts, as the looks that renew it come.
    let lease_ms = number(row, "lease");
    let fenced = lost(lease_ms);
    fenced.assert_is(
        "writes lost behind a lease",
        number(row, "lost_behind_lease_mean"),
    );
    lost(1.3 * lease_ms).assert_is_not("writes lost, a lease 30 % longer", fenced.mean());
}

#[test]
fn a_primary_that_is_cut_off_answers_no_write_that_must_be_acknowledged() {
    for seed in 0..5 {
        let report = parted(seed, 0.0, ReplicationMode::Synchronous);
        assert_eq!(replication(&report).writes_lost, 0);
        assert_eq!(replication(&report).promotions, 1);
        assert!(
            report.requests.failed_total() > 100,
            "who waited there is turned away"
        );
    }
}

#[test]
fn a_primary_that_hands_over_loses_nothing() {
    let design = dying(ReplicationMode::Asynchronous, 50.0);
    let lost = each_seed(RUNS_MIN, |seed| {
        let mut scenario = design.scenario(seed);
        let at_s = 3.0 + Numbers::from_state(seed).uniform();
        scenario.script.push(at(at_s, of_copy(promote, 1)));
        let report = run(scenario, DEATH);
        let found = replication(&report);
        assert_eq!((found.promotions, found.epoch), (1, 2));
        assert!(found.unavailable_s < 0.1, "{}", found.unavailable_s);
        found.writes_lost
    });
    assert_eq!(lost.iter().sum::<u64>(), 0);
}

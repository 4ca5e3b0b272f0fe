//! The same scenario and seed are the same run, however it is driven, and for ever: a digest of every
//! event of each step, and one of what became of its requests, stand in a golden file, which the browsers
//! are held to as well. The second must stay where only the way of computing a run changes.
//!
//! A change to the engine that is meant to change runs writes the file anew:
//! `HEADROOM_WRITE_GOLDEN=1 cargo test -p headroom-engine --test oracles same_run`.

use std::collections::BTreeMap;
use std::path::Path;

use headroom_engine::time::SimTime;
use headroom_engine::{ENGINE_VERSION, Engine};
use headroom_scenario::{Action, Scenario, step, step::LADDER};
use serde_json::json;

use crate::runs::reach;

/// Long enough for the first faults of the steps' scripts.
const SIMULATED_S: f64 = 20.0;

fn engine_of(scenario: Scenario) -> Engine {
    Engine::new(&scenario.validate().expect("the scenario is valid"))
}

fn digest_of(scenario: Scenario, simulated_s: f64) -> u64 {
    let mut engine = engine_of(scenario);
    reach(&mut engine, simulated_s);
    engine.digest()
}

/// A step with a fault of its own, soon.
fn faulty(name: &str) -> Scenario {
    step::find(name)
        .expect("the step is on the ladder")
        .scenario()
}

#[test]
fn same_run_as_the_golden_one() {
    let runs: Vec<(&str, Engine)> = LADDER
        .iter()
        .map(|step| {
            let mut engine = engine_of(step.scenario());
            reach(&mut engine, SIMULATED_S);
            (step.name, engine)
        })
        .collect();
    let digests = |of: fn(&Engine) -> u64| -> BTreeMap<&str, String> {
        runs.iter()
            .map(|(name, engine)| (*name, format!("{:016x}", of(engine))))
            .collect()
    };
    let golden = json!({
        "engine": ENGINE_VERSION,
        "simulated_s": SIMULATED_S,
        "digests": digests(Engine::digest),
        "outcomes_digests": digests(Engine::outcomes_digest),
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/digests.json");
    if std::env::var_os("HEADROOM_WRITE_GOLDEN").is_some() {
        let text = serde_json::to_string_pretty(&golden).expect("digests are JSON");
        std::fs::write(&path, text + "\n").expect("the golden file can be written");
    }
    let text = std::fs::read_to_string(&path).expect("the golden file is there");
    let written: serde_json::Value = serde_json::from_str(&text).expect("the golden file is JSON");
    assert_eq!(
        golden, written,
        "runs have changed: the head of this file says what to do if they should"
    );
}

#[test]
fn same_run_whatever_the_budget_and_the_sampling() {
    for step in LADDER {
        let expected = digest_of(step.scenario(), 3.0);
        let mut engine = engine_of(step.scenario());
        engine.sample_every(7);
        while engine.now() < SimTime::from_s(1.0) {
            engine.step();
            engine.snapshot();
        }
        while engine.run_until(SimTime::from_s(3.0), 997) != headroom_engine::Progress::Reached {
            engine.drain_flights().for_each(drop);
        }
        assert_eq!(engine.digest(), expected, "{}", step.name);
    }
}

#[test]
fn same_run_from_a_checkpoint() {
    for step in LADDER {
        let mut engine = engine_of(step.scenario());
        reach(&mut engine, 2.0);
        let mut checkpoint = engine.clone();
        reach(&mut engine, 4.0);
        reach(&mut checkpoint, 4.0);
        assert_eq!(engine.digest(), checkpoint.digest(), "{}", step.name);
        assert_eq!(engine.report(), checkpoint.report(), "{}", step.name);
    }
}

#[test]
fn same_run_from_the_script_of_what_was_done_live() {
    let mut scenario = faulty("cache");
    let mut engine = engine_of(scenario.clone());
    for (at_s, action) in [
        (
            0.7,
            Action::Kill {
                component: "web".into(),
                instance: 1,
            },
        ),
        // While time stands still, much can be done at one moment.
        (0.7, Action::SetRate { rate_rps: 700.0 }),
        (1.3, Action::SetRate { rate_rps: 900.0 }),
        (
            2.9,
            Action::Repair {
                component: "web".into(),
                instance: 1,
            },
        ),
        (
            3.1,
            Action::Kill {
                component: "cache".into(),
                instance: 0,
            },
        ),
    ] {
        reach(&mut engine, at_s);
        scenario
            .script
            .push(engine.apply(&action).expect("the action makes sense"));
    }
    reach(&mut engine, 5.0);
    assert_eq!(digest_of(scenario, 5.0), engine.digest());
}

#[test]
fn another_seed_is_another_run() {
    let scenario = faulty("cache");
    let other = Scenario {
        seed: scenario.seed + 1,
        ..scenario.clone()
    };
    assert_ne!(digest_of(scenario, 1.0), digest_of(other, 1.0));
}

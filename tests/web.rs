//! The module in a real browser: the same run there as natively.
#![cfg(target_arch = "wasm32")]

use std::collections::BTreeMap;

use headroom_engine::Engine;
use headroom_engine::time::SimTime;
use headroom_scenario::step;
use serde::Deserialize;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

// Where the engine runs in the page, too.
wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Digests of all events of each step and of what became of its requests, written by the native run.
#[derive(Deserialize)]
struct Golden {
    simulated_s: f64,
    digests: BTreeMap<String, String>,
    outcomes_digests: BTreeMap<String, String>,
}

#[wasm_bindgen_test]
fn every_step_of_the_ladder_runs_as_it_does_natively() {
    let golden: Golden = serde_json::from_str(include_str!("../engine/tests/golden/digests.json"))
        .expect("the golden file is JSON");
    assert_eq!(golden.digests.len(), step::LADDER.len());
    for (name, digest) in golden.digests {
        let step = step::find(&name).expect("a golden step is on the ladder");
        let scenario = step.scenario().validate().expect("a step is valid");
        let mut engine = Engine::new(&scenario);
        engine.run_until(SimTime::from_s(golden.simulated_s), u64::MAX);
        assert_eq!(format!("{:016x}", engine.digest()), digest, "{name}");
        let outcomes = format!("{:016x}", engine.outcomes_digest());
        assert_eq!(outcomes, golden.outcomes_digests[&name], "{name}");
    }
}

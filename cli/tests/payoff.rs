//! Every step of the ladder is worth taking: the load from which it pays off is found by running.

use std::process::Command;

use headroom_scenario::{RATE_MAX_RPS, RATE_MIN_RPS};
use serde_json::Value;

#[test]
fn every_step_pays_off_from_some_load_on() {
    let output = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args(["steps", "--measure", "--json"])
        .output()
        .expect("the command starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let steps: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");

    let mut worthless = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let name = step["name"].as_str().expect("a name");
        let pays_off_from_rps = step["pays_off_from_rps"].as_f64();
        let is_a_load = |rate: f64| (RATE_MIN_RPS..=RATE_MAX_RPS).contains(&rate);
        if index > 0 && !pays_off_from_rps.is_some_and(is_a_load) {
            worthless.push(name);
        }
    }
    assert!(worthless.is_empty(), "{worthless:?} never pay off");
}

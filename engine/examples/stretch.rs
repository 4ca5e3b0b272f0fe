//! A run of a step, or of the last one widened to a load, and how many events and requests it had:
//! `cargo run --release -p headroom-engine --example stretch -- cache 60`, or `-- 10000 2`. What counts its
//! instructions is `cargo xtask instructions`.

use headroom_engine::time::SimTime;
use headroom_engine::{Engine, Progress};
use headroom_scenario::{Scenario, step};

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [design, seconds] = arguments.as_slice() else {
        return Err("a step or a load in requests/s is needed, and a number of seconds".into());
    };
    let seconds: f64 = seconds.parse().map_err(|_| "how many seconds?")?;
    let scenario = scenario(design)?;
    let scenario = scenario.validate().map_err(|_| "it is not valid")?;
    let mut engine = Engine::new(&scenario);
    // Traces cost what the reader asks of them, and the command has none.
    engine.sample_every(0);
    let progress = engine.run_until(SimTime::from_s(seconds), u64::MAX);
    assert_eq!(progress, Progress::Reached);
    println!("{} {}", engine.events(), engine.arrived());
    Ok(())
}

fn scenario(design: &str) -> Result<Scenario, String> {
    match (step::find(design), design.parse()) {
        (Some(step), _) => Ok(step.scenario()),
        (None, Ok(rate_rps)) => Ok(step::widened(rate_rps)),
        (None, Err(_)) => Err(format!("there is no step {design}")),
    }
}

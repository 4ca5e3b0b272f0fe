//! The proof worker: shows that the engine runs here as it does anywhere, and how fast. The page
//! never starts it; the end-to-end tests and the bench do, on the released page itself. They are
//! scripts, so what is said is JSON.

use headroom_engine::Engine;
use headroom_engine::lab::bench::{self, BenchReport};
use headroom_engine::time::SimTime;
use headroom_scenario::step;
use serde::{Deserialize, Serialize};

use crate::port::Home;
use crate::worker::{now_ms, report_panics};

/// What is to be proven.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub enum Claim {
    /// The run of a step is the same as everywhere.
    SameRun {
        /// The step's name.
        step: String,
        /// How long to run it, in simulated seconds.
        simulated_s: f64,
    },
    /// How fast the engine is.
    Speed,
}

/// The proof, one for each claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Proof {
    /// Ready for claims.
    Ready,
    /// The digest of the run, in 16 hexadecimal digits.
    Digest(String),
    /// The figures of the bench.
    Speed(Box<BenchReport>),
    /// There is no such step, or its run failed.
    Failed(String),
}

/// Waits for claims and answers them one after the other.
pub fn start(home: Home) {
    report_panics(|home, reason| say(home, &Proof::Failed(reason)));
    let to_page = home.clone();
    home.listen_for_text(move |claim| {
        let proof = match serde_json::from_str(&claim) {
            Ok(claim) => prove(&claim),
            Err(error) => Proof::Failed(error.to_string()),
        };
        say(&to_page, &proof);
    });
    say(&home, &Proof::Ready);
}

fn say(home: &Home, proof: &Proof) {
    home.send_text(&serde_json::to_string(proof).expect("a proof has a form in JSON"));
}

fn prove(claim: &Claim) -> Proof {
    match claim {
        Claim::SameRun { step, simulated_s } => {
            digest(step, *simulated_s).map_or_else(Proof::Failed, Proof::Digest)
        }
        Claim::Speed => Proof::Speed(Box::new(bench::run(|| now_ms() / 1_000.0))),
    }
}

fn digest(name: &str, simulated_s: f64) -> Result<String, String> {
    let step = step::find(name).ok_or_else(|| format!("there is no step {name}"))?;
    let scenario = step
        .scenario()
        .validate()
        .map_err(|problems| format!("{name} has {} problems", problems.len()))?;
    let mut engine = Engine::new(&scenario);
    engine.run_until(SimTime::from_s(simulated_s), u64::MAX);
    Ok(format!("{:016x}", engine.digest()))
}

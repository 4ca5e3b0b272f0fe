//! The proof worker: shows that the engine runs here as it does anywhere, and how fast. The page
//! never starts it; the end-to-end tests and the bench do, on the released page itself.

use headroom_engine::Engine;
use headroom_engine::lab::bench::{self, BenchReport};
use headroom_engine::time::SimTime;
use headroom_scenario::step;
use serde::{Deserialize, Serialize};

use crate::port::Home;
use crate::worker::{now_ms, report_panics};

/// What is to be proven.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    report_panics(Proof::Failed);
    let to_page = home.clone();
    home.listen(move |claim: Claim| to_page.send(&prove(&claim)));
    home.send(&Proof::Ready);
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

//! The engine as it was now and then, so that an earlier moment is reached without starting over.

use headroom_engine::Engine;
use headroom_scenario::{Scenario, TimedAction, View};

/// Engines kept. When they are, every other one goes and the rest stand twice as far apart.
const KEPT_MAX: usize = 8;
/// Simulated time between the first ones.
const SPACING_NS: u64 = 5_000_000_000;

/// Engines of one run, in order of time.
pub struct Checkpoints {
    run: Scenario,
    spacing_ns: u64,
    kept: Vec<Checkpoint>,
}

struct Checkpoint {
    engine: Engine,
    // The script that engine knows: live actions that came later are not in it.
    script: Vec<TimedAction>,
}

impl Checkpoints {
    /// None yet, for a run of this scenario.
    pub fn new(scenario: &Scenario) -> Self {
        Self {
            run: identity(scenario),
            spacing_ns: SPACING_NS,
            kept: Vec::new(),
        }
    }

    /// Keeps the engine when it has come far enough since the last one kept.
    pub fn keep(&mut self, engine: &Engine, script: &[TimedAction]) {
        let last_ns = self
            .kept
            .last()
            .map_or(0, |checkpoint| checkpoint.engine.now().0);
        if engine.now().0 < last_ns + self.spacing_ns {
            return;
        }
        if self.kept.len() == KEPT_MAX {
            let mut nth = 0;
            self.kept.retain(|_| {
                nth += 1;
                nth % 2 == 0
            });
            self.spacing_ns *= 2;
        }
        self.kept.push(Checkpoint {
            engine: engine.clone(),
            script: script.to_vec(),
        });
    }

    /// The latest engine, at or before the moment, of exactly this run.
    pub fn before(&self, scenario: &Scenario, at_ns: u64) -> Option<Engine> {
        if identity(scenario) != self.run {
            return None;
        }
        self.kept
            .iter()
            .rev()
            .find(|kept| kept.engine.now().0 <= at_ns && kept.script == scenario.script)
            .map(|kept| kept.engine.clone())
    }

    /// Carries the checkpoints on into another load of the same run.
    pub fn carry_on(self, scenario: &Scenario) -> Self {
        if identity(scenario) == self.run {
            self
        } else {
            Self::new(scenario)
        }
    }

    /// Forgets those after a moment, when the run goes on from there.
    pub fn forget_after(&mut self, at_ns: u64) {
        self.kept
            .retain(|checkpoint| checkpoint.engine.now().0 <= at_ns);
    }
}

/// What makes two documents the same run, their scripts aside.
fn identity(scenario: &Scenario) -> Scenario {
    Scenario {
        script: Vec::new(),
        view: View::default(),
        ..scenario.clone()
    }
}

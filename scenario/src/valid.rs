//! A scenario that has been looked at and found without problems.

use std::ops::Deref;

use crate::{Problem, Scenario, validation};

/// A scenario that an engine can run. Only [`Scenario::validate`] makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidScenario(Scenario);

impl ValidScenario {
    /// The raw scenario, to be changed.
    pub fn into_inner(self) -> Scenario {
        self.0
    }
}

impl Deref for ValidScenario {
    type Target = Scenario;

    fn deref(&self) -> &Scenario {
        &self.0
    }
}

impl Scenario {
    /// A scenario that can run, or the list of all that is wrong with it.
    pub fn validate(mut self) -> Result<ValidScenario, Vec<Problem>> {
        self.design = self.design.into_present();
        validation::scenario(&self)?;
        Ok(ValidScenario(self))
    }
}

//! `headroom schema`: the JSON Schema of a scenario.

use super::Command;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::options::Options;

pub(super) const COMMAND: Command = Command {
    name: "schema",
    options: &[],
    execute,
};

fn execute(options: &Options) -> Result<Answer, Failure> {
    let [] = options.exactly("headroom schema")?;
    Answer::json(&headroom_scenario::schema())
}

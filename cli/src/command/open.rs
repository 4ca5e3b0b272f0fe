//! `headroom open`: the scenario in a link.

use super::Command;
use crate::answer::Answer;
use crate::failure::Failure;
use crate::options::Options;
use crate::source;

pub(super) const COMMAND: Command = Command {
    name: "open",
    options: &[],
    execute,
};

fn execute(options: &Options) -> Result<Answer, Failure> {
    let [link] = options.exactly("headroom open <link | ->")?;
    let scenario = source::open_link(link)?;
    let valid = scenario
        .validate()
        .map_err(|problems| Failure::scenario("the link", problems))?;
    Answer::json(&*valid)
}

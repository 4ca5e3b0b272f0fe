//! `headroom link`: the link that opens a scenario in the page.

use headroom_engine::ENGINE_VERSION;
use headroom_scenario::Scenario;
use headroom_scenario::fragment::{self, CHARACTERS_WISE};

use super::Command;
use crate::answer::Answer;
use crate::aside;
use crate::failure::Failure;
use crate::options::Options;
use crate::source;

pub(super) const COMMAND: Command = Command {
    name: "link",
    options: &["page", "whole", "seed", "rate"],
    execute,
};

fn execute(options: &Options) -> Result<Answer, Failure> {
    let [source] = options.exactly("headroom link <step | file | link | ->")?;
    // Whoever opens it with another engine is told that the run may differ.
    let scenario = Scenario {
        engine: ENGINE_VERSION.into(),
        ..source::open(source, options)?.into_inner()
    };
    let page = options.page.as_deref().unwrap_or_default();
    let readable = if options.whole {
        None
    } else {
        fragment::encode_step(&scenario)
    };
    let link = format!(
        "{page}#{}",
        readable.unwrap_or_else(|| fragment::encode(&scenario))
    );
    if link.len() > CHARACTERS_WISE {
        aside::tell(format_args!(
            "this link has {} characters; some programs cut links above {CHARACTERS_WISE}, so share the \
             file instead",
            link.len()
        ));
    }
    Ok(Answer::text(format!("{link}\n")))
}

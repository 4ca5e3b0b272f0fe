//! Every chore of the project is one verb: `cargo xtask <verb>`.

#[macro_use]
mod say;

mod again;
mod bench;
mod browsers;
mod build;
mod instructions;
mod node;
mod project;
mod run;
mod serve;
mod shots;
mod size;
mod slim;
mod style;
mod system;
mod test;
mod tools;
mod truth;

use std::process::ExitCode;

use headroom_e2e::{Failure, Outcome};
use lexopt::prelude::*;

const HELP: &str = "\
Every chore of Headroom is one verb. What is missing is installed, with a word on what it is.

  cargo xtask serve [--port N]       build the release page and serve it
  cargo xtask test [--only PART]...  every check: format, clippy, deny, host, web, build, size, e2e
  cargo xtask browsers [NAME]...     the main path and the digests in firefox and webkit too
  cargo xtask bench                  the speed of the engine, natively and in a browser
  cargo xtask instructions           how many instructions an event takes, and whether they are more than before
  cargo xtask truth                  the laws with more runs, and how far each mean is from the truth
  cargo xtask build                  build the release page into dist/
  cargo xtask shots [STEP]...        pictures of the steps into target/shots/

What follows `--` goes to the tests: cargo xtask test --only e2e -- keyboard";

fn main() -> ExitCode {
    match run_verb() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            aside!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run_verb() -> Outcome {
    let mut arguments = lexopt::Parser::from_env();
    let verb = match arguments.next().map_err(misused)? {
        Some(Value(verb)) => verb.to_string_lossy().into_owned(),
        Some(Long("help") | Short('h')) | None => {
            say!("{HELP}");
            return Ok(());
        }
        Some(other) => return Err(misused(other.unexpected())),
    };
    match verb.as_str() {
        "serve" => serve::verb(arguments),
        "test" => test::verb(arguments),
        "browsers" => browsers::verb(arguments),
        "bench" => bench::verb(arguments),
        "build" => build::verb(arguments),
        "shots" => shots::verb(arguments),
        "instructions" => instructions::verb(arguments),
        "truth" => truth::verb(arguments),
        "help" => {
            say!("{HELP}");
            Ok(())
        }
        other => Err(Failure::new(format!("there is no verb {other}\n\n{HELP}"))),
    }
}

/// A command line that does not parse.
fn misused(error: lexopt::Error) -> Failure {
    Failure::new(format!("{error}\n\n{HELP}"))
}

/// For verbs that take no arguments.
fn no_arguments(mut arguments: lexopt::Parser) -> Outcome {
    match arguments.next().map_err(misused)? {
        None => Ok(()),
        Some(other) => Err(misused(other.unexpected())),
    }
}

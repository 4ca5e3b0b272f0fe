//! The commands, one file each.

mod capacity;
mod compare;
mod link;
mod open;
mod run;
mod schema;
mod steps;

use lexopt::{Arg, Parser, ValueExt};

use crate::answer::Answer;
use crate::failure::Failure;
use crate::help;
use crate::options::Options;

/// A command: its name, its options beside `--help`, and what it does.
struct Command {
    name: &'static str,
    options: &'static [&'static str],
    execute: fn(&Options) -> Result<Answer, Failure>,
}

const COMMANDS: [Command; 7] = [
    run::COMMAND,
    capacity::COMMAND,
    compare::COMMAND,
    steps::COMMAND,
    link::COMMAND,
    open::COMMAND,
    schema::COMMAND,
];

/// Does what the command line asks for.
pub fn execute(mut parser: Parser) -> Result<Answer, Failure> {
    let name = match parser.next()? {
        None | Some(Arg::Short('h') | Arg::Long("help")) => {
            return Ok(Answer::text(help::OVERVIEW));
        }
        Some(Arg::Short('V') | Arg::Long("version")) => {
            return Ok(Answer::text(format!(
                "headroom {}\n",
                env!("CARGO_PKG_VERSION")
            )));
        }
        Some(Arg::Value(name)) => name.string()?,
        Some(unknown) => return Err(unknown.unexpected().into()),
    };
    if name == "help" {
        return explain(parser);
    }
    let command = find(&name)?;
    let options = Options::parse(parser, command.name, command.options)?;
    match help::of(command.name) {
        Some(text) if options.help => Ok(Answer::text(text)),
        _ => (command.execute)(&options),
    }
}

/// `headroom help [command]`.
fn explain(mut parser: Parser) -> Result<Answer, Failure> {
    let Some(Arg::Value(name)) = parser.next()? else {
        return Ok(Answer::text(help::OVERVIEW));
    };
    let command = find(&name.string()?)?;
    Ok(Answer::text(
        help::of(command.name).unwrap_or(help::OVERVIEW),
    ))
}

fn find(name: &str) -> Result<Command, Failure> {
    COMMANDS
        .into_iter()
        .find(|command| command.name == name)
        .ok_or_else(|| {
            let names = COMMANDS.map(|command| command.name).join(", ");
            Failure::Usage(format!("there is no command '{name}'; there are {names}"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_its_help_and_stands_in_the_overview() {
        for command in COMMANDS {
            let text = help::of(command.name).expect(command.name);
            assert!(text.starts_with(&format!("headroom {}:", command.name)));
            assert!(help::OVERVIEW.contains(&format!("\n    {} ", command.name)));
            for option in command.options {
                assert!(
                    text.contains(&format!("--{option} ")),
                    "{} --{option}",
                    command.name
                );
            }
        }
    }
}

//! The commands, one file each.

mod capacity;
mod compare;
mod link;
mod open;
mod run;
mod schema;
mod steps;

use headroom_scenario::{did_you_mean, nearest};
use lexopt::{Arg, Parser, ValueExt};

use crate::answer::Answer;
use crate::failure::Failure;
use crate::help;
use crate::options::Options;
use crate::source;

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
    let first = match parser.next()? {
        None | Some(Arg::Short('h') | Arg::Long("help")) => {
            return Ok(Answer::text(help::OVERVIEW));
        }
        Some(Arg::Short('V') | Arg::Long("version")) => {
            return Ok(Answer::text(format!(
                "headroom {}\n",
                env!("CARGO_PKG_VERSION")
            )));
        }
        Some(Arg::Value(name)) => Ok(name.string()?),
        Some(Arg::Short(letter)) => Err(format!("-{letter}")),
        Some(Arg::Long(name)) => Err(format!("--{name}")),
    };
    let name = first.map_err(|option| too_early(&option, &mut parser))?;
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
    let names = COMMANDS.map(|command| command.name);
    let found = COMMANDS.into_iter().find(|command| command.name == name);
    found.ok_or_else(|| {
        let meant = did_you_mean(name, names);
        let names = names.join(", ");
        Failure::Usage(match source::meant(name).filter(|_| meant.is_empty()) {
            Some(source) if source == name => {
                format!("'{name}' is a scenario: write 'headroom run {name}', or another command before \
                         it; there are {names}")
            }
            Some(source) => {
                format!("there is no command '{name}' (did you mean 'headroom run {source}'?); there are \
                         {names}")
            }
            None => format!("there is no command '{name}'{meant}; there are {names}"),
        })
    })
}

/// That an option stands before the command, and where it belongs: which command it is of is not known
/// until that is read.
fn too_early(option: &str, parser: &mut Parser) -> Failure {
    let name = option.trim_start_matches('-');
    let known = COMMANDS.iter().flat_map(|command| command.options);
    let known = known.copied().chain(["help", "version"]);
    if known.clone().all(|known| known != name) {
        let meant = nearest(name, known);
        let meant = meant.map_or_else(String::new, |name| format!(" (did you mean --{name}?)"));
        return Failure::Usage(format!("there is no option {option}{meant}"));
    }
    // What may stand in it behind a = is no command.
    parser.optional_value();
    let words = parser.raw_args().into_iter().flatten();
    let mut names = words.filter_map(|word| word.into_string().ok());
    let command = names.find(|name| COMMANDS.iter().any(|command| command.name == name));
    let command = command.as_deref().unwrap_or("<command>");
    Failure::Usage(format!(
        "{option} stands before the command: write 'headroom {command} ... {option}'"
    ))
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

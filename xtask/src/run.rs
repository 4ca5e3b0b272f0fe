//! Running other programs, shown as they would be typed.

use std::ffi::OsStr;
use std::process::{Command, ExitStatus, Stdio};

use headroom_e2e::{Failure, Outcome};

use crate::project;

/// A command that runs in the project's folder.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(project::root());
    command
}

/// The cargo that runs this.
pub fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Shows a command, runs it, and fails unless it succeeds.
pub fn run(command: &mut Command) -> Outcome {
    let typed = typed(command);
    aside!("$ {typed}");
    let status = command
        .status()
        .map_err(|error| Failure::new(format!("{typed} did not start: {error}")))?;
    judge(&typed, status)
}

/// What has become of a command, as it would be typed, by how it ended.
pub fn judge(typed: &str, status: ExitStatus) -> Outcome {
    match status.success() {
        true => Ok(()),
        false => Err(Failure::new(format!("{typed} failed ({status})"))),
    }
}

/// What a command prints, if it can be run and succeeds.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A command as it would be typed.
pub fn typed(command: &Command) -> String {
    let name = std::path::Path::new(command.get_program())
        .file_name()
        .unwrap_or(command.get_program());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

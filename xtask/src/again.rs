//! Tests in a browser wait for what a page shows, on machines that may be busy with something else. The few that
//! fail are tried once more, each with nothing beside it, and are named: what fails twice is broken, what passes
//! then is unsteady.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use headroom_e2e::{Failure, Outcome};

use crate::run::{judge, run, typed};

/// More failures than this are no accident.
const TRIED_AGAIN_MAX: usize = 3;

/// Runs tests, and those that have failed once more by name. `tests` is their command with some arguments at its end.
pub fn run_tests(tests: impl Fn(&[&str]) -> Command) -> Outcome {
    run_and_show(tests, |line| say!("{line}"))
}

fn run_and_show(tests: impl Fn(&[&str]) -> Command, show: impl Fn(&str)) -> Outcome {
    let (outcome, failed) = run_aloud(&mut tests(&[]), show)?;
    if outcome.is_ok() || failed.is_empty() || failed.len() > TRIED_AGAIN_MAX {
        return outcome;
    }
    for name in &failed {
        aside!("{name} failed: once more, alone.");
        run(&mut tests(&["--exact", name]))?;
    }
    aside!("Unsteady, passed at the second try: {}.", failed.join(", "));
    Ok(())
}

/// Runs tests, shows what they print, and tells which of them failed.
fn run_aloud(command: &mut Command, show: impl Fn(&str)) -> Outcome<(Outcome, Vec<String>)> {
    let typed = typed(command);
    aside!("$ {typed}");
    let unreadable = |error| Failure::new(format!("{typed}: {error}"));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(unreadable)?;
    let mut failed = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.map_err(unreadable)?;
            let line = String::from_utf8_lossy(&line);
            show(&line);
            failed.extend(failed_test(&line).map(str::to_owned));
        }
    }
    let status = child.wait().map_err(unreadable)?;
    Ok((judge(&typed, status), failed))
}

/// The test that a line says has failed.
fn failed_test(line: &str) -> Option<&str> {
    line.strip_prefix("test ")?.strip_suffix(" ... FAILED")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shell that prints a line and fails or succeeds by what it is asked for.
    fn shell(script: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script, "sh"]).args(arguments);
        command
    }

    #[test]
    fn what_fails_once_passes_and_what_fails_twice_fails() {
        let unsteady = r#"[ "$1" = --exact ] || { echo "test a::b ... FAILED"; exit 101; }"#;
        assert!(run_and_show(|more| shell(unsteady, more), |_| {}).is_ok());
        let broken = r#"[ "$1" = --exact ] || echo "test a::b ... FAILED"; exit 101"#;
        assert!(run_and_show(|more| shell(broken, more), |_| {}).is_err());
    }

    #[test]
    fn many_failures_and_those_without_a_test_are_not_tried_again() {
        let script = r#"[ "$1" = --exact ] && exit 0
            for name in a b c d; do echo "test $name ... FAILED"; done; exit 101"#;
        assert!(run_and_show(|more| shell(script, more), |_| {}).is_err());
        let uncompiled = r#"[ "$1" = --exact ] || exit 101"#;
        assert!(run_and_show(|more| shell(uncompiled, more), |_| {}).is_err());
    }
}

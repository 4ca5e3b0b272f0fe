//! `cargo xtask instructions`: how many instructions the engine takes for an event and a request, which repeats
//! on a noisy machine where times do not. Fails where a step takes more than it did.

use std::path::Path;

use headroom_e2e::{Failure, Outcome};

use crate::run::{cargo, command, run};
use crate::{no_arguments, project, system};

/// What is run: a step, or the last one widened to so many requests a second; how many seconds a half of it is; and
/// the instructions for an event and the events for a request that it took when this was last set.
const RUNS: [(&str, f64, Figures); 9] = [
    ("10000", 2.0, Figures::new(515.0, 10.53)),
    ("one-server", 60.0, Figures::new(548.0, 5.81)),
    ("database-apart", 60.0, Figures::new(494.0, 8.48)),
    ("bigger-server", 60.0, Figures::new(490.0, 8.39)),
    ("load-balancer", 60.0, Figures::new(467.0, 13.07)),
    ("balancing-algorithm", 60.0, Figures::new(516.0, 13.06)),
    ("sticky-sessions", 60.0, Figures::new(489.0, 10.38)),
    ("hash-ring", 60.0, Figures::new(491.0, 10.39)),
    ("cache", 60.0, Figures::new(515.0, 10.24)),
];
/// How much more is no fault: another compiler counts otherwise.
const MARGIN: f64 = 1.05;

#[derive(Clone, Copy)]
struct Figures {
    /// Instructions for one event.
    instructions: f64,
    /// Events for one request.
    events: f64,
}

impl Figures {
    const fn new(instructions: f64, events: f64) -> Self {
        Self {
            instructions,
            events,
        }
    }
}

/// The verb.
pub fn verb(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    let valgrind = system::valgrind()?;
    run(cargo().args([
        "build",
        "--release",
        "--locked",
        "-p",
        "headroom-engine",
        "--example",
        "stretch",
    ]))?;
    say!(
        "\n{:<22}{:>16}{:>8}{:>18}{:>8}{:>24}",
        "",
        "instructions",
        "before",
        "events a request",
        "before",
        "instructions a request"
    );
    let mut worse = Vec::new();
    for (design, seconds, before) in RUNS {
        let now = figures(&valgrind, design, seconds)?;
        say!(
            "{design:<22}{:>16.0}{:>8.0}{:>18.2}{:>8.2}{:>24.0}",
            now.instructions,
            before.instructions,
            now.events,
            before.events,
            now.instructions * now.events
        );
        if now.instructions * now.events > before.instructions * before.events * MARGIN {
            worse.push(design);
        }
    }
    if worse.is_empty() {
        return Ok(());
    }
    let worse = worse.join(", ");
    Err(Failure::new(format!("more than before: {worse}")))
}

/// What the second half of a run takes: beginning and end are left out.
fn figures(valgrind: &Path, design: &str, seconds: f64) -> Outcome<Figures> {
    let half = counts(valgrind, design, seconds)?;
    let whole = counts(valgrind, design, 2.0 * seconds)?;
    let [instructions, events, requests] = [0, 1, 2].map(|at| whole[at] - half[at]);
    Ok(Figures::new(instructions / events, events / requests))
}

/// Instructions, events and requests of a run.
fn counts(valgrind: &Path, design: &str, seconds: f64) -> Outcome<[f64; 3]> {
    let program = project::root().join("target/release/examples/stretch");
    let output = command(valgrind)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([design, &seconds.to_string()])
        .output()?;
    let (told, counted) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let told = told.split_whitespace();
    let collected = counted
        .lines()
        .filter_map(|line| line.split_once("Collected :"));
    let numbers = collected.map(|(_, number)| number.trim()).chain(told);
    let numbers: Vec<f64> = numbers.filter_map(|number| number.parse().ok()).collect();
    numbers
        .try_into()
        .map_err(|_| Failure::new(format!("valgrind did not count {design}: {counted}")))
}

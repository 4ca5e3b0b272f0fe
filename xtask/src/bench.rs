//! `cargo xtask bench`: the speed of the engine, natively and in a browser's worker.

use headroom_e2e::Outcome;

use crate::no_arguments;
use crate::run::{cargo, run};

/// The verb.
pub fn verb(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    run(cargo().args([
        "run",
        "--release",
        "--locked",
        "-p",
        "headroom-cli",
        "--",
        "bench",
    ]))
}

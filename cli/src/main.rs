//! The command `headroom`: runs scenarios natively, compares them, and finds what they can take.

mod answer;
mod aside;
mod breach_text;
mod command;
mod comparison_table;
mod copies_text;
mod duration;
mod ending;
mod failure;
mod figure;
mod help;
mod options;
mod own_figures;
mod progress;
mod report_text;
mod series;
mod source;
mod table;
mod threads;

use std::process::ExitCode;

fn main() -> ExitCode {
    let outcome = command::execute(lexopt::Parser::from_env())
        .and_then(|answer| answer.write().map(|()| answer.holds));
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            aside::tell(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}

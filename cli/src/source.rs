//! Where a scenario comes from: a step, a file, a link, or standard input.

use std::io::Read;

use headroom_engine::ENGINE_VERSION;
use headroom_scenario::fragment::{self, FragmentError};
use headroom_scenario::{Scenario, ValidScenario, did_you_mean, nearest, step, text_of};

use crate::aside;
use crate::failure::Failure;
use crate::options::Options;

/// Longest input that is read, in bytes: far more than any valid scenario has.
const INPUT_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Opens the scenario of a command. What will not do what it seems to ask for is told beside what the command
/// prints.
pub fn open(source: &str, options: &Options) -> Result<ValidScenario, Failure> {
    let scenario = read_valid(source, options)?;
    for warning in warnings(&scenario) {
        aside::tell(format_args!("warning: {warning}"));
    }
    Ok(scenario)
}

/// Opens one of several scenarios of a command: what is told of it names it.
pub fn open_one_of(source: &str, options: &Options) -> Result<ValidScenario, Failure> {
    let scenario = read_valid(source, options)?;
    for warning in warnings(&scenario) {
        aside::tell(format_args!("warning: {}: {warning}", name(source)));
    }
    Ok(scenario)
}

/// What of a scenario will not do what it seems to ask for.
pub fn warnings(scenario: &ValidScenario) -> Vec<String> {
    let made_by = &scenario.engine;
    let is_by_another = !made_by.is_empty() && made_by != ENGINE_VERSION;
    let by_another = is_by_another.then(|| {
        format!(
            "made with engine {made_by}; this is {ENGINE_VERSION}, so its runs may differ from those seen there"
        )
    });
    let of_scenario = scenario.warnings().into_iter();
    let of_scenario = of_scenario.map(|warning| warning.to_string());
    by_another.into_iter().chain(of_scenario).collect()
}

/// Reads a scenario, sets what the options say, and validates it.
fn read_valid(source: &str, options: &Options) -> Result<ValidScenario, Failure> {
    let mut scenario = read(source)?;
    options.apply(&mut scenario)?;
    scenario
        .validate()
        .map_err(|problems| Failure::scenario(name(source), problems))
}

/// What a link opens.
pub fn open_link(link: &str) -> Result<Scenario, Failure> {
    match link {
        "-" => decode(&read_standard_input()?),
        file if is_file(file) && !fragment::is_link(file) => Err(Failure::Usage(format!(
            "'{file}' is a file and no link: 'headroom link {file}' prints its link"
        ))),
        link => decode(link),
    }
}

/// The scenario that can be meant by this: a step, a file that is there, a link; or else the step that is
/// nearly called so.
pub fn meant(text: &str) -> Option<&str> {
    let is_source = step::find(text).is_some() || is_file(text) || fragment::is_link(text);
    match is_source {
        true => Some(text),
        false => nearest(text, step::LADDER.iter().map(|step| step.name)),
    }
}

fn read(source: &str) -> Result<Scenario, Failure> {
    if source == "-" {
        let text = read_standard_input()?;
        return match fragment::is_link(&text) {
            true => decode(&text),
            false => parse("standard input", &text),
        };
    }
    if let Some(step) = step::find(source) {
        return Ok(step.scenario());
    }
    // A file may be called as it likes, with a # in its name too.
    if fragment::is_link(source) && !is_file(source) {
        return decode(source);
    }
    parse(source, &read_file(source)?)
}

fn is_file(path: &str) -> bool {
    std::path::Path::new(path).exists()
}

fn parse(source: &str, text: &str) -> Result<Scenario, Failure> {
    Scenario::from_json(text).map_err(|problems| Failure::scenario(source, problems))
}

fn decode(link: &str) -> Result<Scenario, Failure> {
    match fragment::decode(link) {
        Ok(opened) => Ok(opened.scenario.into_inner()),
        Err(FragmentError::Invalid(problems)) => Err(Failure::scenario("the link", problems)),
        Err(error) => Err(Failure::Link(error.to_string())),
    }
}

fn read_file(path: &str) -> Result<String, Failure> {
    let opened = std::fs::File::open(path).map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::NotFound => nothing_called(path),
            _ => format!("'{path}' can't be read: {error}"),
        };
        Failure::Io(hint)
    })?;
    read_text(path, opened)
}

/// That there is nothing of this name, and what may have been meant.
fn nothing_called(name: &str) -> String {
    let steps = step::LADDER.iter().map(|step| step.name);
    let steps_listed = steps.clone().collect::<Vec<_>>().join(", ");
    let meant = did_you_mean(name, steps);
    format!("there is no file and no step '{name}'{meant}; the steps are {steps_listed}")
}

fn read_standard_input() -> Result<String, Failure> {
    read_text("standard input", std::io::stdin())
}

fn read_text(name: &str, reader: impl Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    reader
        .take(INPUT_MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::Io(format!("'{name}' can't be read: {error}")))?;
    if bytes.len() as u64 > INPUT_MAX_BYTES {
        return Err(Failure::Io(format!(
            "'{name}' is larger than any scenario: over 16 MiB"
        )));
    }
    text_of(bytes).map_err(|complaint| Failure::Io(format!("'{name}' {complaint}")))
}

/// The source as an error message names it.
fn name(source: &str) -> &str {
    match source {
        "-" => "standard input",
        link if fragment::is_link(link) && !is_file(link) => "the link",
        other => other,
    }
}

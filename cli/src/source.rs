//! Where a scenario comes from: a step, a file, a link, or standard input.

use std::io::Read;

use headroom_engine::ENGINE_VERSION;
use headroom_scenario::fragment::{self, FragmentError};
use headroom_scenario::{Scenario, ValidScenario, step};

use crate::failure::Failure;
use crate::options::Options;

/// Longest input that is read, in bytes: far more than any valid scenario has.
const INPUT_MAX_BYTES: u64 = 16 * 1024 * 1024;

/// Opens a scenario, sets what the options say, and validates it.
pub fn open(source: &str, options: &Options) -> Result<ValidScenario, Failure> {
    let mut scenario = read(source)?;
    options.apply(&mut scenario);
    let valid = scenario
        .validate()
        .map_err(|problems| Failure::scenario(name(source), problems))?;
    let made_by = &valid.engine;
    if !made_by.is_empty() && made_by != ENGINE_VERSION {
        eprintln!(
            "headroom: made with engine {made_by}; this is {ENGINE_VERSION}, so its runs may differ from \
             those seen there"
        );
    }
    Ok(valid)
}

/// What a link opens.
pub fn open_link(link: &str) -> Result<Scenario, Failure> {
    let link = if link == "-" {
        read_standard_input()?
    } else {
        link.to_string()
    };
    decode(link.trim())
}

fn read(source: &str) -> Result<Scenario, Failure> {
    if source == "-" {
        let text = read_standard_input()?;
        return if is_link(text.trim()) {
            decode(text.trim())
        } else {
            parse("standard input", &text)
        };
    }
    if let Some(step) = step::find(source) {
        return Ok(step.scenario());
    }
    if is_link(source) {
        return decode(source);
    }
    parse(source, &read_file(source)?)
}

fn parse(source: &str, text: &str) -> Result<Scenario, Failure> {
    Scenario::from_json(text).map_err(|problems| Failure::scenario(source, problems))
}

/// A fragment, with or without its `#`, or a whole address that ends in one.
fn is_link(text: &str) -> bool {
    let is_packed = |key: &str| {
        key.strip_prefix('s').is_some_and(|version| {
            !version.is_empty() && version.bytes().all(|digit| digit.is_ascii_digit())
        })
    };
    let starts_as_link = || {
        text.split_once('=')
            .is_some_and(|(key, _)| key == "step" || is_packed(key))
    };
    !text.starts_with('{') && (text.contains('#') || starts_as_link())
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
        let hint = if error.kind() == std::io::ErrorKind::NotFound {
            let names: Vec<&str> = step::LADDER.iter().map(|step| step.name).collect();
            format!(
                "there is no file and no step '{path}'; the steps are {}",
                names.join(", ")
            )
        } else {
            format!("'{path}' can't be read: {error}")
        };
        Failure::Io(hint)
    })?;
    read_text(path, opened)
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
    String::from_utf8(bytes).map_err(|_| Failure::Io(format!("'{name}' is no text in UTF-8")))
}

/// The source as an error message names it.
fn name(source: &str) -> &str {
    match source {
        "-" => "standard input",
        link if is_link(link) => "the link",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_told_from_files() {
        for link in [
            "#s1=abc",
            "s1=abc",
            "s2=abc",
            "#step=cache&seed=7",
            "https://example.org/#s1=abc",
            "https://example.org/#x",
        ] {
            assert!(is_link(link), "{link}");
        }
        for other in [
            "design.json",
            "steps=3.json",
            "{\"name\": \"#1\"}",
            "./s1",
            "cache",
        ] {
            assert!(!is_link(other), "{other}");
        }
    }
}

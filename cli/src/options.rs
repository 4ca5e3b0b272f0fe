//! The options that commands share.
//!
//! Read with lexopt: it is small, has no dependencies, and leaves the help text to us.

use headroom_engine::lab::Window;
use headroom_scenario::{INTEGER_MAX, RATE_MAX_RPS, RATE_MIN_RPS, Scenario};
use lexopt::{Arg, Parser, ValueExt};

use crate::duration;
use crate::failure::Failure;

/// What stands on the command line after the command's name.
#[derive(Debug, Default)]
pub struct Options {
    /// Arguments that are no options, in order.
    pub positional: Vec<String>,
    /// `--seed`
    pub seed: Option<u64>,
    /// `--rate`, requests a second.
    pub rate_rps: Option<f64>,
    /// `--for`, seconds.
    pub duration_s: Option<f64>,
    /// `--warmup`, seconds.
    pub warmup_s: Option<f64>,
    /// `--page`
    pub page: Option<String>,
    /// `--whole`
    pub whole: bool,
    /// `--json`
    pub json: bool,
    /// `--check`
    pub check: bool,
    /// `--measure`
    pub measure: bool,
    /// `--help`
    pub help: bool,
}

impl Options {
    /// Reads the rest of the command line; `known` are the options of this command.
    pub fn parse(mut parser: Parser, command: &str, known: &[&str]) -> Result<Self, Failure> {
        let mut options = Self::default();
        while let Some(argument) = parser.next()? {
            let name = match argument {
                Arg::Value(value) => {
                    options.positional.push(value.string()?);
                    continue;
                }
                Arg::Short('h') | Arg::Long("help") => {
                    options.help = true;
                    continue;
                }
                Arg::Long(name) if known.contains(&name) => name.to_string(),
                unknown => return Err(unknown_option(command, known, unknown)),
            };
            options.take(&name, &mut parser)?;
        }
        Ok(options)
    }

    fn take(&mut self, name: &str, parser: &mut Parser) -> Result<(), Failure> {
        match name {
            "whole" => self.whole = true,
            "json" => self.json = true,
            "check" => self.check = true,
            "measure" => self.measure = true,
            "page" => self.page = Some(parser.value()?.string()?),
            "seed" => self.seed = Some(seed(&parser.value()?.string()?)?),
            "rate" => self.rate_rps = Some(rate_rps(&parser.value()?.string()?)?),
            "for" => {
                let duration_s = seconds(name, parser)?;
                if duration_s == 0.0 {
                    return Err(Failure::Usage(
                        "--for: a run must last longer than nothing".into(),
                    ));
                }
                self.duration_s = Some(duration_s);
            }
            "warmup" => self.warmup_s = Some(seconds(name, parser)?),
            _ => unreachable!("a known option is read above"),
        }
        Ok(())
    }

    /// The arguments, when there are exactly as many as there must be.
    pub fn exactly<const N: usize>(&self, usage: &str) -> Result<[&str; N], Failure> {
        let given: Vec<&str> = self.positional.iter().map(String::as_str).collect();
        given.try_into().map_err(|given: Vec<&str>| {
            let problem = if given.len() < N {
                "something is missing"
            } else {
                "that is too much"
            };
            Failure::Usage(format!("{problem}: {usage}"))
        })
    }

    /// The stretch to measure.
    pub fn window(&self) -> Window {
        let default = Window::default();
        Window {
            warmup_s: self.warmup_s.unwrap_or(default.warmup_s),
            duration_s: self.duration_s.unwrap_or(default.duration_s),
        }
    }

    /// Sets the seed and the rate, where they were given.
    pub fn apply(&self, scenario: &mut Scenario) {
        if let Some(seed) = self.seed {
            scenario.seed = seed;
        }
        if let Some(rate_rps) = self.rate_rps {
            scenario.traffic.rate_rps = rate_rps;
        }
    }
}

fn unknown_option(command: &str, known: &[&str], unknown: Arg) -> Failure {
    let given = match unknown {
        Arg::Short(letter) => format!("-{letter}"),
        Arg::Long(name) => format!("--{name}"),
        Arg::Value(value) => value.to_string_lossy().into_owned(),
    };
    let has = match known {
        [] => "none but --help".to_string(),
        known => known
            .iter()
            .map(|name| format!("--{name}"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    Failure::Usage(format!(
        "'headroom {command}' has no option {given}; it has {has}"
    ))
}

fn seconds(name: &str, parser: &mut Parser) -> Result<f64, Failure> {
    let text = parser.value()?.string()?;
    duration::parse(&text).map_err(|message| Failure::Usage(format!("--{name}: {message}")))
}

fn seed(text: &str) -> Result<u64, Failure> {
    text.parse()
        .ok()
        .filter(|seed| *seed <= INTEGER_MAX)
        .ok_or_else(|| {
            Failure::Usage(format!(
                "--seed: '{text}' is no whole number from 0 to {INTEGER_MAX}"
            ))
        })
}

fn rate_rps(text: &str) -> Result<f64, Failure> {
    let is_in_range = |rate: &f64| (RATE_MIN_RPS..=RATE_MAX_RPS).contains(rate);
    text.parse().ok().filter(is_in_range).ok_or_else(|| {
        Failure::Usage(format!(
            "--rate: '{text}' is no number of requests a second from {RATE_MIN_RPS} to {RATE_MAX_RPS}"
        ))
    })
}

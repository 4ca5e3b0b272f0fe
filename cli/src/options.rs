//! The options that commands share.
//!
//! Read with lexopt: it is small, has no dependencies, and leaves the help text to us.

use std::thread;

use headroom_engine::lab::Window;
use headroom_engine::time::SimTime;
use headroom_scenario::{
    INTEGER_MAX, LoopModel, RATE_MAX_RPS, RATE_MIN_RPS, SITES_MAX, Scenario, nearest, read_number,
    read_whole,
};
use lexopt::{Arg, Parser, ValueExt};

use crate::duration;
use crate::failure::Failure;
use crate::threads::Threads;

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
    /// `--page`, an address without a fragment.
    pub page: Option<String>,
    /// `--series`: a file's name, or `-`.
    pub series: Option<String>,
    /// `--threads`, at least one.
    pub threads: Option<usize>,
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
        let mut given: Vec<String> = Vec::new();
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
            if given.contains(&name) {
                return Err(Failure::Usage(format!(
                    "--{name} is given twice: leave one out"
                )));
            }
            given.push(name);
        }
        Ok(options)
    }

    fn take(&mut self, name: &str, parser: &mut Parser) -> Result<(), Failure> {
        match name {
            "whole" => self.whole = true,
            "json" => self.json = true,
            "check" => self.check = true,
            "measure" => self.measure = true,
            "page" => self.page = Some(page(&parser.value()?.string()?)?),
            "series" => self.series = Some(parser.value()?.string()?),
            "seed" => self.seed = Some(seed(&parser.value()?.string()?)?),
            "rate" => self.rate_rps = Some(rate_rps(&parser.value()?.string()?)?),
            "for" => self.duration_s = Some(seconds(name, parser).and_then(lasting)?),
            "threads" => self.threads = Some(threads(&parser.value()?.string()?)?),
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

    /// The threads that a run may use: as many as were asked for, or as there are processors.
    pub fn threads(&self) -> Threads {
        let processors = || thread::available_parallelism().map_or(1, usize::from);
        Threads::new(self.threads.unwrap_or_else(processors))
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
    pub fn apply(&self, scenario: &mut Scenario) -> Result<(), Failure> {
        if let Some(seed) = self.seed {
            scenario.seed = seed;
        }
        match (self.rate_rps, &scenario.traffic.client.loop_model) {
            (None, _) => {}
            (Some(rate_rps), LoopModel::Open) => scenario.traffic.rate_rps = rate_rps,
            (Some(_), LoopModel::Closed { users, .. }) => {
                return Err(Failure::Usage(format!(
                    "--rate: users of a closed loop ask as fast as they are answered and have no rate of \
                     their own; change their number instead, in the document: \
                     traffic.client.loop.closed.users, {users} now"
                )));
            }
        }
        Ok(())
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
    let meant = nearest(given.trim_start_matches('-'), known.iter().copied());
    let meant = meant.map_or_else(String::new, |name| format!(" (did you mean --{name}?)"));
    Failure::Usage(format!(
        "'headroom {command}' has no option {given}{meant}; it has {has}"
    ))
}

/// The address of a page, as the link has it in front: what stands behind its `#` is the link's own.
fn page(text: &str) -> Result<String, Failure> {
    let address = text.split('#').next().unwrap_or_default();
    let authority = address.split_once("://").and_then(|(scheme, rest)| {
        let is_web = ["http", "https"]
            .iter()
            .any(|web| scheme.eq_ignore_ascii_case(web));
        is_web.then(|| rest.split(['/', '?']).next().unwrap_or_default())
    });
    let is_plain = |c: char| c.is_ascii_graphic() && !"\"'<>`\\".contains(c);
    let wrong = match authority {
        None => "it does not begin with http:// or https://",
        Some(authority) if !has_host(authority) => "it names no host",
        Some(_) if !address.chars().all(is_plain) => "it has characters that no address has",
        Some(_) => return Ok(address.to_owned()),
    };
    Err(Failure::Usage(format!(
        "--page: '{text}' is no address of a page: {wrong}; one is https://example.org/"
    )))
}

/// Whether what stands in front of a path names a host, and after it nothing or the number of a port.
fn has_host(authority: &str) -> bool {
    let (_, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (name, rest) = match host.find(']') {
        Some(end) => host.split_at(end + 1),
        None => host.split_at(host.find(':').unwrap_or(host.len())),
    };
    let port = rest.strip_prefix(':').unwrap_or(rest);
    !name.is_empty() && (port.is_empty() || port.parse::<u16>().is_ok())
}

/// A run that ends when it begins measures nothing.
fn lasting(duration_s: f64) -> Result<f64, Failure> {
    match SimTime::from_s(duration_s) {
        SimTime::ZERO => Err(Failure::Usage(
            "--for: a run must last longer than nothing: write 60s, 500ms, 2m or 1h".into(),
        )),
        _ => Ok(duration_s),
    }
}

fn seconds(name: &str, parser: &mut Parser) -> Result<f64, Failure> {
    let text = parser.value()?.string()?;
    duration::parse(&text).map_err(|message| Failure::Usage(format!("--{name}: {message}")))
}

fn seed(text: &str) -> Result<u64, Failure> {
    read_whole(text)
        .filter(|seed| *seed <= INTEGER_MAX)
        .ok_or_else(|| {
            Failure::Usage(format!(
                "--seed: '{text}' is no whole number from 0 to {INTEGER_MAX}"
            ))
        })
}

/// More would have nothing to do: a run has a place for each site, and no more.
const THREADS_MAX: usize = SITES_MAX;

fn threads(text: &str) -> Result<usize, Failure> {
    let count = read_whole(text).and_then(|count| usize::try_from(count).ok());
    count
        .filter(|count| (1..=THREADS_MAX).contains(count))
        .ok_or_else(|| {
            Failure::Usage(format!(
                "--threads: '{text}' is no whole number from 1 to {THREADS_MAX}"
            ))
        })
}

fn rate_rps(text: &str) -> Result<f64, Failure> {
    let is_in_range = |rate: &f64| (RATE_MIN_RPS..=RATE_MAX_RPS).contains(rate);
    read_number(text).filter(is_in_range).ok_or_else(|| {
        Failure::Usage(format!(
            "--rate: '{text}' is no number of requests a second from {RATE_MIN_RPS} to {RATE_MAX_RPS}"
        ))
    })
}

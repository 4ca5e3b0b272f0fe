//! The readable part of a fragment: `key=value`, with `&` between.

use std::fmt::{Display, Write as _};

use super::FragmentError;
use super::packing;
use crate::limits::{self, Bounds};
use crate::number::{read_number, read_whole};
use crate::step::LADDER;
use crate::validation::{quoted, visible};
use crate::{LoopModel, Panel, Scenario, nearest};

/// The keys of a fragment that this build knows, with their values as written.
#[derive(Default)]
pub(super) struct Query<'a> {
    check: Option<&'a str>,
    pub(super) packed: Option<&'a str>,
    pub(super) step: Option<&'a str>,
    pub(super) engine: Option<&'a str>,
    seed: Option<&'a str>,
    rate: Option<&'a str>,
    at: Option<&'a str>,
    speed: Option<&'a str>,
    paused: Option<&'a str>,
    select: Option<&'a str>,
    panel: Option<&'a str>,
    readonly: Option<&'a str>,
    embed: Option<&'a str>,
}

impl<'a> Query<'a> {
    /// Finds the known keys; refuses any other, one that stands there twice or has lost its value, and a
    /// packing of the future.
    pub(super) fn read(fragment: &'a str) -> Result<Self, FragmentError> {
        let mut query = Self::default();
        let (mut bare, mut unknown) = (Vec::new(), Vec::new());
        let mut known = String::new();
        for pair in fragment.split('&') {
            let Some((key, value)) = pair.split_once('=') else {
                bare.push(pair);
                continue;
            };
            if let Some(version) = packing_version(key).filter(|v| *v > packing::VERSION) {
                return Err(FragmentError::Newer {
                    what: format!("a newer Headroom packed it, in version {version}"),
                });
            }
            if !query.put(key, value)? {
                unknown.push(key);
            } else if key != "check" {
                known.extend(["&", pair]);
            }
        }
        if query.check.is_none() && query.packed.is_none() && query.step.is_none() {
            return query.meant_for_one(&unknown, &bare);
        }
        query.miss_no_end(fragment, &bare)?;
        unknown.extend(bare.iter().filter(|word| !word.is_empty() && !is_key(word)));
        query.know_all(&unknown)?;
        query.verify(known.trim_start_matches('&'))?;
        query.miss_no_value(&bare)?;
        Ok(query)
    }

    /// A fragment with nothing to open in it is of another page, unless a letter of `step` was lost, or all
    /// of it.
    fn meant_for_one(self, unknown: &[&str], bare: &[&str]) -> Result<Self, FragmentError> {
        let meant =
            |key: &&&str| nearest(key, keys()).is_some_and(|key| ["s1", "step"].contains(&key));
        match unknown.iter().find(meant) {
            Some(key) => Err(unknown_key(key)),
            None => {
                let name = bare.first().copied().unwrap_or_default();
                let step = nearest(name, LADDER.iter().map(|step| step.name));
                Err(step.map_or(FragmentError::NotHeadroom, |step| {
                    FragmentError::StepAlone { step }
                }))
            }
        }
    }

    /// What begins a known key at the very end is what a cut left of it.
    fn miss_no_end(&self, fragment: &str, bare: &[&str]) -> Result<(), FragmentError> {
        let last = fragment.rsplit('&').next().unwrap_or_default();
        match bare.last() == Some(&last) && keys().any(|key| key.starts_with(last)) {
            true => Err(FragmentError::CutShort),
            false => Ok(()),
        }
    }

    /// A key that is not known is no key to skip: with a letter lost in it, the link would open as
    /// something else. A newer version may have given it, and says so.
    fn know_all(&self, unknown: &[&str]) -> Result<(), FragmentError> {
        let Some(key) = unknown.first() else {
            return Ok(());
        };
        Err(match self.engine.filter(|engine| is_newer(engine)) {
            Some(engine) => FragmentError::Newer {
                what: format!(
                    "it has the key {} of Headroom {}, which this one does not know",
                    quoted(key),
                    visible(engine)
                ),
            },
            None => unknown_key(key),
        })
    }

    /// A known key without a value would open as something else too, as the step with its own seed, say.
    fn miss_no_value(&self, bare: &[&str]) -> Result<(), FragmentError> {
        match keys().find(|key| bare.contains(key)) {
            Some(key) => Err(bad_key(
                key,
                "without a value: give it one, or leave it out",
            )),
            None => Ok(()),
        }
    }

    /// Whether what is known of the fragment is what was written. Whoever writes one by hand gives no
    /// check, and gets what the values say.
    fn verify(&self, known: &str) -> Result<(), FragmentError> {
        let Some(check) = self.check else {
            return Ok(());
        };
        if check == self::check(known) {
            return Ok(());
        }
        let length = check
            .split_once('.')
            .and_then(|(length, _)| length.parse().ok());
        match length {
            Some(length) if known.len() >= length => Err(FragmentError::Changed),
            Some(_) => Err(FragmentError::CutShort),
            None if known.is_empty() => Err(FragmentError::CutShort),
            None => Err(FragmentError::Changed),
        }
    }

    /// Whether the key is a known one.
    fn put(&mut self, key: &str, value: &'a str) -> Result<bool, FragmentError> {
        let mut places = self.places().into_iter();
        let Some((_, place)) = places.find(|(known, _)| *known == key) else {
            return Ok(false);
        };
        match place.replace(value) {
            None => Ok(true),
            Some(_) => Err(bad_key(key, "twice: leave one out")),
        }
    }

    /// Every known key, and where its value is kept.
    fn places(&mut self) -> [(&'static str, &mut Option<&'a str>); 13] {
        [
            ("check", &mut self.check),
            ("s1", &mut self.packed),
            ("step", &mut self.step),
            ("v", &mut self.engine),
            ("seed", &mut self.seed),
            ("rate", &mut self.rate),
            ("at", &mut self.at),
            ("speed", &mut self.speed),
            ("paused", &mut self.paused),
            ("select", &mut self.select),
            ("panel", &mut self.panel),
            ("readonly", &mut self.readonly),
            ("embed", &mut self.embed),
        ]
    }

    /// Sets in the scenario what the fragment says.
    pub(super) fn apply(&self, scenario: &mut Scenario) -> Result<(), FragmentError> {
        if let Some(text) = self.engine {
            scenario.engine = text.to_owned();
        }
        if let Some(text) = self.seed {
            scenario.seed = number("seed", text, read_whole(text), limits::INTEGER)?;
        }
        if let Some(text) = self.rate {
            if scenario.traffic.client.loop_model != LoopModel::Open {
                return Err(bad_key(
                    "rate",
                    "though users of a closed loop make the rate: leave it out",
                ));
            }
            scenario.traffic.rate_rps = number("rate", text, read_number(text), limits::RATE_RPS)?;
        }
        let view = &mut scenario.view;
        if let Some(text) = self.at {
            view.at_ns = nanoseconds(text)
                .map_err(|complaint| bad("at", format!("{} {complaint}", quoted(text))))?;
        }
        if let Some(text) = self.speed {
            view.speed = number("speed", text, read_number(text), limits::SPEED)?;
        }
        if let Some(text) = self.paused {
            view.paused = flag("paused", text)?;
        }
        if let Some(text) = self.select {
            view.selected = Some(text.to_owned());
        }
        if let Some(text) = self.panel {
            view.panel = Some(panel(text)?);
        }
        if let Some(text) = self.readonly {
            view.read_only = flag("readonly", text)?;
        }
        if let Some(text) = self.embed {
            view.embedded = flag("embed", text)?;
        }
        Ok(())
    }
}

/// The names of all keys.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    Query::default().places().map(|(key, _)| key).into_iter()
}

/// Whether a link may have this key, of this version or of one to come.
pub(super) fn is_key(key: &str) -> bool {
    packing_version(key).is_some() || keys().any(|known| known == key)
}

/// The version of the packing, if the key is that of a packed document.
fn packing_version(key: &str) -> Option<u32> {
    let digits = key.strip_prefix('s')?;
    let is_number = digits.starts_with(|first| ('1'..='9').contains(&first))
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than a number holds are a version of a very distant future.
    is_number.then(|| digits.parse().unwrap_or(u32::MAX))
}

/// Length and checksum of what a readable fragment says, its check left out. It stands in front, since
/// what is in front outlives a cut: the beginning of a seed is a seed too.
fn check(text: &str) -> String {
    format!("{}.{}", text.len(), packing::checksum(text))
}

/// The readable fragment of a scenario that is a built-in step but for seed, rate and view. With any of
/// these it has a check; a step's name alone needs none, since what is left of it names no other step.
pub(super) fn write(step: &str, scenario: &Scenario, original: &Scenario) -> String {
    let values = values(scenario, original);
    let version = match scenario.engine.as_str() {
        "" => String::new(),
        engine => format!("&v={engine}"),
    };
    let text = format!("step={step}{version}{values}");
    match values.as_str() {
        "" => text,
        _ => format!("check={}&{text}", check(&text)),
    }
}

/// What of a scenario is not as its step has it, each value with an `&` in front.
fn values(scenario: &Scenario, original: &Scenario) -> String {
    let mut text = String::new();
    let mut put = |key: &str, value: &dyn Display| {
        write!(text, "&{key}={value}").expect("a string takes all that is written to it");
    };
    if scenario.seed != original.seed {
        put("seed", &scenario.seed);
    }
    if scenario.traffic.rate_rps != original.traffic.rate_rps {
        put("rate", &scenario.traffic.rate_rps);
    }
    let view = &scenario.view;
    if view.at_ns > 0 {
        put("at", &seconds(view.at_ns));
    }
    if view.speed != 0.0 {
        put("speed", &view.speed);
    }
    if view.paused {
        put("paused", &1);
    }
    if let Some(id) = &view.selected {
        put("select", id);
    }
    if let Some(panel) = view.panel {
        put("panel", &panel.name());
    }
    if view.read_only {
        put("readonly", &1);
    }
    if view.embedded {
        put("embed", &1);
    }
    text
}

/// The version is one after this build's.
pub(super) fn is_newer(engine: &str) -> bool {
    let parts = |version: &str| {
        version
            .split('.')
            .map(|part| part.parse::<u64>().ok())
            .collect()
    };
    let (theirs, ours): (Option<Vec<u64>>, Option<Vec<u64>>) =
        (parts(engine), parts(env!("CARGO_PKG_VERSION")));
    theirs > ours
}

fn bad(key: &str, problem: impl Into<String>) -> FragmentError {
    FragmentError::BadValue {
        key: key.to_owned(),
        problem: problem.into(),
    }
}

pub(super) fn bad_key(key: &str, problem: &str) -> FragmentError {
    FragmentError::BadKey {
        key: key.to_owned(),
        problem: problem.to_owned(),
    }
}

fn unknown_key(key: &str) -> FragmentError {
    FragmentError::UnknownKey {
        key: key.to_owned(),
    }
}

fn number<T>(key: &str, text: &str, value: Option<T>, bounds: Bounds<T>) -> Result<T, FragmentError>
where
    T: Copy + PartialOrd + Display,
{
    let Bounds { min, max } = bounds;
    let value = value.ok_or_else(|| {
        bad(
            key,
            format!("{} is no such number: give {min} to {max}", quoted(text)),
        )
    })?;
    match bounds.complaint(value) {
        None => Ok(value),
        Some(complaint) => Err(bad(key, complaint)),
    }
}

fn flag(key: &str, text: &str) -> Result<bool, FragmentError> {
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        _ => Err(bad(
            key,
            format!("{} is neither 1 (yes) nor 0 (no)", quoted(text)),
        )),
    }
}

fn panel(text: &str) -> Result<Panel, FragmentError> {
    Panel::ALL
        .into_iter()
        .find(|panel| panel.name() == text)
        .ok_or_else(|| {
            let names = Panel::ALL.map(Panel::name);
            let advice = match nearest(text, names) {
                Some(meant) => format!("did you mean {meant}?"),
                None => format!("give one of {}", names.join(", ")),
            };
            bad("panel", format!("{} is no panel: {advice}", quoted(text)))
        })
}

const NS_DIGITS: usize = 9;

/// Nanoseconds as seconds, exactly.
fn seconds(ns: u64) -> String {
    let digits = format!("{ns:0width$}", width = NS_DIGITS + 1);
    let (whole, fraction) = digits.split_at(digits.len() - NS_DIGITS);
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

/// Seconds as nanoseconds, exactly; or what they are instead, and what would be right.
fn nanoseconds(text: &str) -> Result<u64, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) {
        return Err("is no time: give seconds, such as 42.5".into());
    }
    if fraction.len() > NS_DIGITS {
        return Err(format!(
            "is finer than a nanosecond: give at most {NS_DIGITS} digits after the point"
        ));
    }
    // Digits that are no number are too many.
    let ns: Option<u64> = format!("{whole}{fraction:0<NS_DIGITS$}").parse().ok();
    ns.filter(|ns| limits::INTEGER.contain(*ns)).ok_or_else(|| {
        let most = seconds(limits::INTEGER_MAX);
        format!("is too large: give at most {most} seconds")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read_to_the_nanosecond() {
        for ns in [
            0,
            1,
            999_999_999,
            1_000_000_000,
            42_500_000_000,
            limits::INTEGER_MAX,
        ] {
            assert_eq!(nanoseconds(&seconds(ns)), Ok(ns));
        }
        assert_eq!(seconds(42_500_000_000), "42.5");
        for text in ["", ".", "1.", ".5", "-1", "1e3", "１"] {
            let complaint = nanoseconds(text).unwrap_err();
            assert_eq!(complaint, "is no time: give seconds, such as 42.5");
        }
        let too_fine = "is finer than a nanosecond: give at most 9 digits after the point";
        assert_eq!(nanoseconds("1.0000000001"), Err(too_fine.into()));
        let too_large = "is too large: give at most 9007199.254740991 seconds";
        for text in [
            "9007199.254740992",
            "999999999999",
            "99999999999999999999999",
        ] {
            assert_eq!(nanoseconds(text), Err(too_large.into()), "{text}");
        }
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert!(is_newer("999.0.0"));
        assert!(!is_newer("0.0.1"));
        assert!(!is_newer(env!("CARGO_PKG_VERSION")));
        assert!(!is_newer("soon"));
    }
}

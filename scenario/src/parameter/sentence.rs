//! A parameter in a sentence: `TTL 300 → 2 s`.

use super::{Input, Parameter, Value};
use crate::number::written;

impl Parameter {
    /// A change of its value in a few words: `TTL 300 → 2 s`. None of what comes or goes with another
    /// parameter, whose change says it.
    pub(crate) fn change(&self, before: &Option<Value>, after: &Option<Value>) -> Option<String> {
        if let Input::Mode(_) = self.input {
            return None;
        }
        let name = self.name();
        let unit = self.said.map_or(self.unit, |(_, unit)| unit);
        let unit = match after {
            Some(Value::Switch(on)) => return Some(format!("{name} {}", on_or_off(*on))),
            Some(Value::Number(_) | Value::Numbers(_)) if !unit.is_empty() => format!(" {unit}"),
            Some(Value::Number(_) | Value::Numbers(_) | Value::Choice(_)) | None => String::new(),
        };
        let (before, after) = (self.words(before)?, self.words(after)?);
        Some(format!("{name} {before} → {after}{unit}"))
    }

    /// Its name in a sentence.
    pub(crate) fn name(&self) -> String {
        if let Some((name, _)) = self.said {
            return name.to_owned();
        }
        // Titles begin with a capital, which a sentence has at its own beginning.
        let mut name = self.title.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        name
    }

    /// A value in a sentence, if there is one.
    fn words(&self, value: &Option<Value>) -> Option<String> {
        Some(match value {
            None => self.unset?.to_owned(),
            Some(Value::Number(number)) => written(*number),
            Some(Value::Numbers(numbers)) => listed(numbers),
            Some(Value::Choice(place)) => self.choice(*place).to_owned(),
            Some(Value::Switch(on)) => on_or_off(*on).to_owned(),
        })
    }

    /// A choice in a sentence.
    fn choice(&self, place: usize) -> &'static str {
        let words = self.input.choices().get(place).copied().unwrap_or_default();
        let end = words.find(": ").or_else(|| words.find(" ("));
        &words[..end.unwrap_or(words.len())]
    }
}

fn on_or_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

/// A list in a sentence: its numbers, or how many there are.
fn listed(numbers: &[f64]) -> String {
    /// More are only counted.
    const LISTED_MAX: usize = 6;
    match numbers.len() {
        0 => "none".into(),
        count if count > LISTED_MAX => format!("{count} numbers"),
        _ => {
            let numbers: Vec<String> = numbers.iter().map(|number| written(*number)).collect();
            numbers.join(" ")
        }
    }
}

//! What an edit changes, in words: `TTL 300 → 2 s`.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::number::written;
use crate::parameter::{name, spelled};
use crate::{Action, Change, Design, Kind, Link, Scenario, Traffic};

/// What follows the machine's size.
const BY_MACHINE: &str = "by the machine";

/// What fields hold that a document may leave out.
const LEFT_OUT: &[(&str, &str)] = &[
    ("disk_gb", BY_MACHINE),
    ("buffer_entries", BY_MACHINE),
    ("entries_per_node", BY_MACHINE),
    ("size", "large"),
    ("value_kb", "1"),
    ("data_gb", "0"),
    ("write_kb", "1"),
    ("fresh_s", "0"),
    ("timeout_ms", "0"),
    ("forward_ms", "0.05"),
    ("response_memory_s", "10"),
    ("probe_ms", "1"),
    ("scale_out_share", "1"),
    ("scale_out_servers", "4"),
    ("scale_out_period_s", "15"),
    ("lease_ms", "10,000"),
    ("saved_max", "1,000"),
    ("weights", "none"),
    ("hash_function", "splitmix64"),
];

/// Fields that hold one of several things, some of which have parameters of their own.
const VARIANTS: &[&str] = &["curve", "loop", "distribution"];

/// Numbers of a list that are told one by one; more are only counted.
const LISTED_MAX: usize = 6;

impl Action {
    /// What an edit of the document's parameters changes, each in a few words with its unit:
    /// `rate 800 → 1,200 requests/s`. Empty where it changes nothing, or is no such edit.
    pub fn changes(&self, before: &Scenario) -> Vec<String> {
        match self {
            Action::SetRate { rate_rps } => {
                let after = Traffic {
                    rate_rps: *rate_rps,
                    ..before.traffic.clone()
                };
                between("traffic", &before.traffic, &after)
            }
            Action::SetTraffic { traffic } => between("traffic", &before.traffic, traffic),
            Action::Configure { component, kind } => before
                .design
                .component(component)
                .map_or_else(Vec::new, |(_, row)| of_kind(&row.kind, kind)),
            Action::SetLatency { from, to, .. } | Action::SetTimeout { from, to, .. } => {
                let design = &before.design;
                design.link(from, to).map_or_else(Vec::new, |place| {
                    let mut after = design.links[place].clone();
                    self.set_link(&mut after);
                    between("link", &design.links[place], &after)
                })
            }
            Action::Edit { changes } => of_parts(changes, &before.design),
            _ => Vec::new(),
        }
    }

    /// Carries the action out on a scenario's traffic and design. What instances do (die, come, go) is
    /// not in the document: the engine tells it.
    pub fn carry_out(&self, scenario: &mut Scenario) {
        match self {
            Action::SetRate { rate_rps } => scenario.traffic.rate_rps = *rate_rps,
            Action::SetTraffic { traffic } => scenario.traffic = traffic.clone(),
            Action::Configure { component, kind } => {
                let design = &mut scenario.design;
                if let Some((place, _)) = design.component(component) {
                    design.components[place].kind = kind.clone();
                }
            }
            Action::Edit { changes } => {
                for change in changes {
                    scenario.design.apply(change);
                }
            }
            Action::SetLatency { from, to, .. } | Action::SetTimeout { from, to, .. } => {
                let design = &mut scenario.design;
                if let Some(place) = design.link(from, to) {
                    self.set_link(&mut design.links[place]);
                }
            }
            _ => {}
        }
    }

    /// Sets in a link what the action sets in links.
    fn set_link(&self, link: &mut Link) {
        match self {
            Action::SetLatency { latency_ms, .. } => link.latency_ms = *latency_ms,
            Action::SetTimeout { timeout_ms, .. } => link.timeout_ms = *timeout_ms,
            _ => {}
        }
    }
}

/// Changes of what a design consists of. What comes or goes brings or takes its links, of which nothing need be
/// said.
fn of_parts(changes: &[Change], before: &Design) -> Vec<String> {
    let mut design = before.clone();
    let mut told = Vec::new();
    let mut is_moved = Vec::new();
    for change in changes {
        match change {
            Change::Add { component } => {
                told.push(format!("{} added", component.title()));
                is_moved.push(&*component.id);
            }
            Change::Remove { component } => {
                told.push(format!("{} taken out", design.title(component)));
                is_moved.push(component);
            }
            Change::Configure { component, kind } => {
                if let Some((_, row)) = design.component(component) {
                    let changes = of_kind(&row.kind, kind).join(", ");
                    told.push(format!("{}: {changes}", row.title()));
                }
            }
            Change::Link { .. } | Change::Unlink { .. } => {}
        }
        design.apply(change);
    }
    let mut between = |from: &str, to: &str, done: &str| {
        if ![from, to].iter().any(|end| is_moved.contains(end)) {
            let [from, to] = [from, to].map(|end| before.title(end));
            told.push(format!("{from} {done} {to}"));
        }
    };
    for change in changes {
        match change {
            Change::Link { link } => between(&link.from, &link.to, "linked to"),
            Change::Unlink { from, to } => between(from, to, "unlinked from"),
            _ => {}
        }
    }
    told
}

/// How many instances there are at the start does not change in the middle of a run.
fn of_kind(before: &Kind, after: &Kind) -> Vec<String> {
    let mut after = after.clone();
    after.set_instances(before.instances());
    // `{"cache": {...}}` on both sides: paths begin with the kind.
    between("", before, &after)
}

fn between<T: Serialize>(path: &str, before: &T, after: &T) -> Vec<String> {
    let mut changes = Vec::new();
    // What a document holds has a form in JSON.
    if let (Ok(before), Ok(after)) = (serde_json::to_value(before), serde_json::to_value(after)) {
        value(path, "", Some(&before), Some(&after), &mut changes);
    }
    changes
}

/// What changes at a path; `whose` stands before each name.
fn value(
    path: &str,
    whose: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    changes: &mut Vec<String>,
) {
    if before == after {
        return;
    }
    let key = path.rsplit('.').next().unwrap_or(path);
    let (name, unit) = name(path);
    let is_variant = VARIANTS.contains(&key);
    let told = match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after)))
            if !is_variant || before.keys().eq(after.keys()) =>
        {
            return fields(path, whose, before, after, changes);
        }
        (Some(Value::Array(before)), Some(Value::Array(after)))
            if before.iter().chain(after).any(Value::is_object) =>
        {
            return rows(path, before, after, changes);
        }
        (_, Some(Value::Bool(on))) => format!("{name} {}", if *on { "on" } else { "off" }),
        (_, Some(Value::Object(_))) if !is_variant => format!("{name} on"),
        (Some(Value::Object(_)), _) if !is_variant => format!("{name} off"),
        _ => {
            let is_measured = matches!(after, Some(Value::Number(_) | Value::Array(_)));
            let unit = if unit.is_empty() || !is_measured {
                String::new()
            } else {
                format!(" {unit}")
            };
            format!(
                "{name} {} → {}{unit}",
                words(key, before),
                words(key, after)
            )
        }
    };
    changes.push(format!("{whose}{told}"));
}

fn fields(
    path: &str,
    whose: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    changes: &mut Vec<String>,
) {
    let added = after.keys().filter(|key| !before.contains_key(*key));
    for key in before.keys().chain(added) {
        let path = format!("{path}.{key}");
        value(&path, whose, before.get(key), after.get(key), changes);
    }
}

/// Classes and regions, told by their names.
fn rows(path: &str, before: &[Value], after: &[Value], changes: &mut Vec<String>) {
    let id = |row: &Value| row["id"].as_str().unwrap_or_default().to_owned();
    let found =
        |rows: &[Value], wanted: &Value| rows.iter().find(|row| row["id"] == wanted["id"]).cloned();
    for row in after {
        match found(before, row) {
            Some(was) => {
                let whose = format!("{} ", id(row));
                value(path, &whose, Some(&was), Some(row), changes);
            }
            None => changes.push(format!("{} added", id(row))),
        }
    }
    for row in before.iter().filter(|row| found(after, row).is_none()) {
        changes.push(format!("{} taken out", id(row)));
    }
}

/// A value in words.
fn words(key: &str, value: Option<&Value>) -> String {
    match value {
        Some(Value::Number(number)) => written(number.as_f64().unwrap_or(0.0)),
        Some(Value::String(text)) => spelled(text),
        Some(Value::Object(variant)) => variant
            .keys()
            .next()
            .map_or_else(String::new, |name| spelled(name)),
        Some(Value::Array(items)) if items.is_empty() => "none".into(),
        Some(Value::Array(items)) if items.len() > LISTED_MAX => format!("{} numbers", items.len()),
        Some(Value::Array(items)) => {
            let items = items.iter().map(|item| words(key, Some(item)));
            items.collect::<Vec<_>>().join(" ")
        }
        Some(Value::Bool(on)) => if *on { "on" } else { "off" }.into(),
        Some(Value::Null) if key == "local_cache_entries" => BY_MACHINE.into(),
        Some(Value::Null) => "off".into(),
        None => {
            let held = LEFT_OUT.iter().find(|(name, _)| *name == key);
            held.map_or("as usual", |(_, words)| words).into()
        }
    }
}

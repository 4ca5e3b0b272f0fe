//! The rules that a scenario must keep, each told where it is broken and what would keep it.

mod component;
mod design;
mod edit;
mod script;
mod sites;
mod text;
mod traffic;
mod wiring;

use std::fmt::Display;

pub use script::{validate_action, validate_action_before};
pub use text::unhidden;
pub(crate) use text::{invisible_start, quoted, visible};

use crate::limits::{self, Bounds, DOCUMENT_BYTES_MAX};
use crate::parameter::{Parameters, Row, Value};
use crate::problem::{Path, Problems};
use crate::{Problem, SCHEMA_VERSION, Scenario, View};

/// All problems of a scenario.
pub(crate) fn scenario(scenario: &Scenario) -> Result<(), Vec<Problem>> {
    let root = &Path::Root;
    let mut problems = Problems::default();
    parts(&mut problems, scenario);
    design::whole(&mut problems, &root.field("design"), &scenario.design);
    script::check(&mut problems, &root.field("script"), scenario);
    selection(&mut problems, &root.field("view"), scenario);
    problems.into_result()?;
    size(scenario)
}

/// Problems of a scenario's parts, each looked at by itself: what can be said of one that lacks what
/// could not be read.
pub(crate) fn of_parts(scenario: &Scenario) -> Vec<Problem> {
    let mut problems = Problems::default();
    parts(&mut problems, scenario);
    problems.into_list()
}

fn parts(problems: &mut Problems, scenario: &Scenario) {
    let root = &Path::Root;
    if scenario.version != SCHEMA_VERSION {
        let message = format!(
            "the version is {}; it must be {SCHEMA_VERSION}",
            scenario.version
        );
        problems.add(&root.field("version"), message);
    }
    if !scenario.engine.is_empty() {
        text::id(problems, &root.field("engine"), &scenario.engine);
    }
    text::label(problems, &root.field("name"), &scenario.name);
    if let Some(step) = &scenario.step {
        text::id(problems, &root.field("step"), step);
    }
    Part::of(problems, root).within("seed", scenario.seed, limits::INTEGER);
    traffic::check(problems, &root.field("traffic"), &scenario.traffic);
    let keys = &scenario.traffic.keys;
    design::parts(problems, &root.field("design"), &scenario.design, keys);
    let objectives = scenario.objectives.rows();
    parameters(problems, &root.field("objectives"), &objectives);
    view(problems, &root.field("view"), &scenario.view);
}

/// Whatever is valid can be saved and read again. Only a scenario without other problems is
/// written out to look.
fn size(scenario: &Scenario) -> Result<(), Vec<Problem>> {
    let bytes = scenario.to_json().len();
    let mut problems = Problems::default();
    if bytes > DOCUMENT_BYTES_MAX {
        let message = format!(
            "the document has {bytes} bytes; at most {DOCUMENT_BYTES_MAX} can be saved: shorten the script"
        );
        problems.add(&Path::Root, message);
    }
    problems.into_result()
}

fn view(problems: &mut Problems, at: &Path, view: &View) {
    Part::of(problems, at)
        .within("at_ns", view.at_ns, limits::INTEGER)
        .within("speed", view.speed, limits::SPEED);
}

/// What is selected is there.
fn selection(problems: &mut Problems, at: &Path, scenario: &Scenario) {
    if let Some(id) = &scenario.view.selected
        && scenario.design.component(id).is_none()
    {
        design::unknown_component(problems, &at.field("selected"), id, &scenario.design);
    }
}

/// Every number of a part lies within the bounds of its table, or a problem says so.
fn parameters(problems: &mut Problems, at: &Path, rows: &[Row]) {
    for Row {
        parameter, value, ..
    } in rows
    {
        let at = &at.field(parameter.key);
        let Some(range) = parameter.input.range() else {
            continue;
        };
        match value {
            Some(Value::Number(number)) => within(problems, at, *number, range.bounds),
            Some(Value::Numbers(numbers)) => {
                let what = parameter.name();
                at_most(problems, at, numbers.len(), range.count_max, &what);
                for (index, number) in numbers.iter().enumerate() {
                    within(problems, &at.index(index), *number, range.bounds);
                }
            }
            Some(Value::Choice(_) | Value::Switch(_)) | None => {}
        }
    }
}

/// A part of the document, whose fields are checked one after the other.
struct Part<'a> {
    problems: &'a mut Problems,
    at: &'a Path<'a>,
}

impl<'a> Part<'a> {
    fn of(problems: &'a mut Problems, at: &'a Path<'a>) -> Self {
        Self { problems, at }
    }

    /// The field's value lies within its bounds, or a problem says so.
    fn within<T>(self, name: &'static str, value: T, bounds: Bounds<T>) -> Self
    where
        T: Copy + PartialOrd + Display,
    {
        within(self.problems, &self.at.field(name), value, bounds);
        self
    }
}

/// The value lies within its bounds, or a problem says so.
fn within<T>(problems: &mut Problems, at: &Path, value: T, bounds: Bounds<T>)
where
    T: Copy + PartialOrd + Display,
{
    if let Some(complaint) = bounds.complaint(value) {
        problems.add(at, complaint);
    }
}

/// The list has no more items than this, or a problem says so.
fn at_most(problems: &mut Problems, at: &Path, count: usize, most: usize, what: &str) {
    if count > most {
        problems.add(at, format!("{count} {what} are too many: at most {most}"));
    }
}

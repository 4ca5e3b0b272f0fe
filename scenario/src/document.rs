//! A scenario as text: reading it with every problem of its shape, writing it in its one canonical form.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::json;
use crate::limits::{DOCUMENT_BYTES_MAX, PROBLEMS_MAX};
use crate::migrate::{self, Unreadable};
use crate::node::{self, Slip, Step, WHOLE};
use crate::validation::{self, visible};
use crate::{Problem, SCHEMA_VERSION, Scenario};

impl Scenario {
    /// Reads a document of any released version.
    ///
    /// What is wrong with its shape (not JSON, a wrong type, an unknown or missing field) comes back
    /// as the list of all problems, and with it what is wrong with the values beside. The result is
    /// raw: [`Scenario::validate`] is the next step.
    pub fn from_json(text: &str) -> Result<Self, Vec<Problem>> {
        Self::check_bytes(text.len())?;
        read(text).map_err(|unread| match unread {
            Unread::NotJson(_) if text.contains(['\0', '\u{fffd}']) => {
                vec![Problem::of_all(
                    "this is not a text in UTF-8: save it as that",
                )]
            }
            Unread::NotJson(_) if is_empty(text) => vec![Problem::of_all("the file is empty")],
            Unread::NotJson(error) => {
                vec![Problem::of_all(format!(
                    "this is not a JSON document: {error}"
                ))]
            }
            Unread::Newer(version) => vec![Problem {
                path: "version".into(),
                message: newer(version),
                component: None,
            }],
            Unread::Problems(problems) => problems,
        })
    }

    /// Refuses a document of so many bytes before it is looked at, if that is too many.
    pub fn check_bytes(bytes: usize) -> Result<(), Vec<Problem>> {
        match bytes {
            0..=DOCUMENT_BYTES_MAX => Ok(()),
            _ => Err(vec![Problem::of_all(format!(
                "the document has {bytes} bytes; at most {DOCUMENT_BYTES_MAX} are read"
            ))]),
        }
    }

    /// The document as compact JSON: fields in the order of their definition, so that the same
    /// scenario is always the same string.
    ///
    /// Numbers that are not finite have no form in JSON and become `null`, which reading refuses;
    /// a valid scenario has none.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self)
            .expect("a scenario's maps have string keys, so JSON can hold it")
    }
}

/// A part of a document of this version, such as an action, from its value.
///
/// # Errors
/// What does not fit.
pub fn read_part<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    node::read(value).map_err(|misfit| misfit.to_string())
}

/// Why a document was not read.
pub(crate) enum Unread {
    /// It is no JSON, for this reason.
    NotJson(String),
    /// It has this version, which came after this build.
    Newer(u64),
    /// Its shape is wrong.
    Problems(Vec<Problem>),
}

/// The text without the mark that some editors begin one with.
fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn is_empty(text: &str) -> bool {
    unmarked(text).trim().is_empty()
}

/// Reads a document of any released version.
pub(crate) fn read(text: &str) -> Result<Scenario, Unread> {
    let text = unmarked(text);
    let (raw, twice) = json::read(text).map_err(|error| Unread::NotJson(no_json(text, &error)))?;
    let read = match migrate::to_current(raw) {
        Ok(current) => from_value(current),
        Err(Unreadable::Newer(version)) => return Err(Unread::Newer(version)),
        Err(Unreadable::Unversioned(problem)) => Err(vec![problem]),
    };
    match (read, twice.is_empty()) {
        (Ok(scenario), true) => Ok(scenario),
        (Ok(_), false) => Err(Unread::Problems(listed(twice))),
        (Err(problems), _) => Err(Unread::Problems(listed([twice, problems].concat()))),
    }
}

/// Why a text is no JSON, with the character that nobody sees where it ceases to be any.
fn no_json(text: &str, error: &serde_json::Error) -> String {
    let line = text.split('\n').nth(error.line().saturating_sub(1));
    // Columns count bytes, from 1.
    let rest = line.and_then(|line| line.get(error.column().saturating_sub(1)..));
    match rest.and_then(validation::invisible_start) {
        Some(code) => format!("{error}, where the invisible character {code} stands: leave it out"),
        None => error.to_string(),
    }
}

/// The problems as they are shown: what comes out of a text may have anything in it.
fn listed(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.truncate(PROBLEMS_MAX);
    for problem in &mut problems {
        problem.path = visible(&problem.path);
    }
    problems
}

/// That a document came after this build, and what to do.
pub(crate) fn newer(version: u64) -> String {
    format!(
        "made by a newer Headroom: it has version {version}, and this one reads up to \
         {SCHEMA_VERSION}; open it with the newer one"
    )
}

/// Reads again and again, each time without what was wrong the time before, to find all problems.
fn from_value(mut document: Value) -> Result<Scenario, Vec<Problem>> {
    let mut found = Found::default();
    loop {
        let error = match node::read::<Scenario>(&document) {
            Ok(scenario) if found.problems.is_empty() => return Ok(scenario),
            Ok(scenario) => {
                let of_values = problems_of_values(&scenario, &found.removed);
                found.bound(&of_values);
                let beside = problems_beside(of_values, &found.problems);
                let mut problems = found.problems;
                problems.extend(beside);
                problems.truncate(PROBLEMS_MAX);
                return Err(problems);
            }
            Err(error) => error,
        };
        let (message, slip, place) = error.into_parts();
        let path = in_original(&place, &found.removed);
        if !found.explain(slip, &path) {
            found.tell(
                slip,
                &place,
                &path,
                &message,
                component_at(&document, &place),
            );
        }
        let goes_on =
            mend(&mut document, slip, &place) || remove(&mut document, &place, &mut found.removed);
        if found.problems.len() == PROBLEMS_MAX || !goes_on {
            return Err(found.problems);
        }
    }
}

/// What is wrong with a document's shape, as far as it has been read.
#[derive(Default)]
struct Found {
    problems: Vec<Problem>,
    /// The items that were taken out of their lists.
    removed: Vec<Vec<Step>>,
    unlike: Vec<Unlike>,
    /// The places in the list of the problems with numbers that their types have no room for.
    too_large: Vec<usize>,
}

/// A field that is not known, and like none that is.
struct Unlike {
    name: String,
    /// The path of what it is a field of.
    parent: String,
    /// The place of its problem in the list.
    problem: usize,
}

impl Found {
    /// Explains what is wrong by what has been told, so that one slip is one problem; false where it can't.
    fn explain(&mut self, slip: Slip, path: &str) -> bool {
        match slip {
            // It was taken out because it, or all in it, was wrong, or it bears another name.
            Slip::Missing(field) => {
                let missing = match path {
                    "" => field.to_owned(),
                    path => format!("{path}.{field}"),
                };
                let mut told = self.problems.iter();
                told.any(|told| is_within(&told.path, &missing)) || self.suggest(path, field)
            }
            // All that it had was wrong.
            Slip::Nothing => {
                let mut told = self.problems.iter();
                told.any(|told| is_within(&told.path, path))
            }
            Slip::Field(_) | Slip::Choice(_) | Slip::TooLarge(_) | Slip::Other => false,
        }
    }

    /// Where a field like none that is known stands in place of a missing one, says in its problem that this is
    /// meant; false where none does.
    fn suggest(&mut self, path: &str, missing: &str) -> bool {
        let mut unlike = self.unlike.iter();
        let Some(index) = unlike.position(|unlike| unlike.parent == path) else {
            return false;
        };
        let Unlike { name, problem, .. } = self.unlike.remove(index);
        let message =
            format!("unknown field `{name}`: did you mean `{missing}`, which is missing?");
        self.problems[problem].message = visible(&message);
        true
    }

    fn tell(
        &mut self,
        slip: Slip,
        place: &[Step],
        path: &str,
        message: &str,
        component: Option<String>,
    ) {
        if let (Slip::Field(None), Some((Step::Key(name), parents))) = (slip, place.split_last()) {
            self.unlike.push(Unlike {
                name: name.clone(),
                parent: in_original(parents, &self.removed),
                problem: self.problems.len(),
            });
        }
        if let Slip::TooLarge(_) = slip {
            self.too_large.push(self.problems.len());
        }
        self.problems.push(Problem {
            path: visible(path),
            message: visible(&in_plain_words(message)),
            component,
        });
    }

    /// Says of numbers that their types have no room for what the parameters may be: what is said of the most that
    /// there is room for, which was read in their places.
    fn bound(&mut self, of_values: &[Problem]) {
        for &place in &self.too_large {
            let told = &mut self.problems[place];
            if let Some(of_value) = of_values.iter().find(|problem| problem.path == told.path) {
                let advice = &of_value.message[of_value.what().len()..];
                told.message = format!("{}{advice}", told.what());
            }
        }
    }
}

/// Puts the name that is most likely meant in place of one that is not known, so that what stands under it
/// is read and nothing is missing for it, or the most that there is room for in place of a larger number; false
/// where there is none, or it stands there already.
fn mend(document: &mut Value, slip: Slip, place: &[Step]) -> bool {
    match (slip, place.split_last()) {
        (Slip::Field(Some(meant)), Some((Step::Key(key), parents))) => {
            let parent = value_at(document, parents).and_then(Value::as_object_mut);
            parent.is_some_and(|fields| rename(fields, key, meant))
        }
        (Slip::Choice(Some(meant)), _) => match value_at(document, place) {
            Some(Value::String(name)) => {
                meant.clone_into(name);
                true
            }
            Some(Value::Object(fields)) => {
                let name = fields.keys().next().cloned();
                name.is_some_and(|name| rename(fields, &name, meant))
            }
            _ => false,
        },
        (Slip::TooLarge(most), _) => {
            let number = value_at(document, place);
            number.map(|number| *number = most.into()).is_some()
        }
        _ => false,
    }
}

/// Gives a field another name, unless there is one of that name.
fn rename(fields: &mut Map<String, Value>, name: &str, meant: &str) -> bool {
    if fields.contains_key(meant) {
        return false;
    }
    let value = fields.remove(name);
    let is_there = value.is_some();
    fields.extend(value.map(|value| (meant.to_owned(), value)));
    is_there
}

/// What the steps lead to.
fn value_at<'a>(document: &'a mut Value, steps: &[Step]) -> Option<&'a mut Value> {
    steps.iter().try_fold(document, |here, step| match step {
        Step::Key(key) => here.get_mut(key),
        Step::Index(index) => here.get_mut(index),
    })
}

/// What is wrong with the values of a scenario that was read without what does not fit. What one part
/// asks of another is not looked at.
fn problems_of_values(scenario: &Scenario, removed: &[Vec<Step>]) -> Vec<Problem> {
    let mut problems = validation::of_parts(scenario);
    for problem in &mut problems {
        problem.path = in_original(&steps_of(&problem.path), removed);
    }
    problems
}

/// The problems of values but for those around what is told of the shape.
fn problems_beside(mut of_values: Vec<Problem>, of_shape: &[Problem]) -> Vec<Problem> {
    let is_told = |path: &str| {
        of_shape
            .iter()
            .any(|told| is_within(path, &told.path) || is_within(&told.path, path))
    };
    of_values.retain(|problem| !is_told(&problem.path));
    of_values
}

/// Whether a path leads to a place or to something in it.
fn is_within(path: &str, place: &str) -> bool {
    path.strip_prefix(place)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The steps that a problem's path is made of.
fn steps_of(path: &str) -> Vec<Step> {
    let names = path.split(['.', '[']);
    names
        .map(|name| match name.strip_suffix(']') {
            Some(index) => {
                Step::Index(index.parse().expect("paths have whole numbers in brackets"))
            }
            None => Step::Key(name.to_owned()),
        })
        .collect()
}

/// Takes the offending value out; false where that is the whole document.
fn remove(document: &mut Value, place: &[Step], removed: &mut Vec<Vec<Step>>) -> bool {
    let Some((last, parents)) = place.split_last() else {
        return false;
    };
    let Some(here) = value_at(document, parents) else {
        return false;
    };
    match (last, here) {
        (Step::Key(key), Value::Object(fields)) => fields.remove(key).is_some(),
        (Step::Index(index), Value::Array(items)) if *index < items.len() => {
            items.remove(*index);
            removed.push(place.to_vec());
            true
        }
        _ => false,
    }
}

/// The place as it was called before items were taken out of the lists on the way to it.
fn in_original(place: &[Step], removed: &[Vec<Step>]) -> String {
    let mut place = place.to_vec();
    for gone in removed.iter().rev() {
        let (last, list) = gone.split_last().expect("only items of a list are noted");
        let depth = list.len();
        let inside = place.len() > depth && place[..depth] == *list;
        if let (true, Step::Index(gone)) = (inside, last)
            && let Step::Index(index) = &mut place[depth]
            && *index >= *gone
        {
            *index += 1;
        }
    }
    let mut path = String::new();
    for step in &place {
        match step {
            Step::Key(key) if path.is_empty() => path.push_str(key),
            Step::Key(key) => path.extend([".", key]),
            Step::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

/// The id of the component that the place lies in.
fn component_at(document: &Value, place: &[Step]) -> Option<String> {
    match place {
        [
            Step::Key(design),
            Step::Key(components),
            Step::Index(index),
            ..,
        ] if design == "design" && components == "components" => {
            let id = document
                .get(design)?
                .get(components)?
                .get(index)?
                .get("id")?;
            id.as_str().map(str::to_owned)
        }
        _ => None,
    }
}

/// The deserialiser's message with the names of Rust's types said in words, and without their bounds, which
/// are wider than those of any parameter.
fn in_plain_words(message: &str) -> String {
    const WORDS: [(&str, &str); 9] = [
        ("u8", WHOLE),
        ("u16", WHOLE),
        ("u32", WHOLE),
        ("u64", WHOLE),
        ("f64", "a number"),
        ("a sequence", "a list"),
        ("a map", "an object"),
        ("a boolean", "true or false"),
        ("a string", "a text"),
    ];
    let Some((wrong, right)) = message.rsplit_once(", expected ") else {
        return message.to_owned();
    };
    let right = match WORDS.iter().find(|(word, _)| *word == right) {
        Some((_, words)) => (*words).to_owned(),
        None => match right
            .strip_prefix("struct ")
            .or_else(|| right.strip_prefix("enum "))
        {
            Some(name) => format!("an object that describes a {}", name.to_ascii_lowercase()),
            None => right.to_owned(),
        },
    };
    format!("{wrong}, expected {right}")
}

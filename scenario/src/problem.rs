//! What is wrong with a document, where, and what would be right.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where it is: `design.components[2].kind.service.workers`; empty is the document as a whole.
    pub path: String,
    /// What is wrong and what would be right, as a sentence.
    pub message: String,
    /// Id of the component it is about, so that the diagram can say it at the place.
    pub component: Option<String>,
}

impl Problem {
    /// A problem of the document as a whole.
    pub fn of_all(message: impl Into<String>) -> Self {
        Self {
            path: String::new(),
            message: message.into(),
            component: None,
        }
    }

    /// What is wrong alone, for those who can't do what would be right: what stands before the colon of the
    /// message, which may name things that have one in their names.
    pub fn what(&self) -> &str {
        let mut is_quoted = false;
        let mut characters = self.message.char_indices();
        let colon = characters.find(|(place, character)| {
            is_quoted = (is_quoted || *character == '“') && *character != '”';
            !is_quoted && self.message[*place..].starts_with(": ")
        });
        colon.map_or(&self.message, |(place, _)| &self.message[..place])
    }

    /// All problems of a thing in one sentence, which says the first: `The link has 2 problems, ...`.
    pub fn sentence(thing: &str, problems: &[Problem]) -> String {
        match problems {
            [] => format!("{thing} has problems."),
            [only] => ended(format!("{thing} has a problem: {only}")),
            [first, rest @ ..] => ended(format!(
                "{thing} has {} problems, the first of them: {first}",
                rest.len() + 1
            )),
        }
    }
}

/// A sentence with its stop, where it does not end in a question already.
pub(crate) fn ended(mut sentence: String) -> String {
    if !sentence.ends_with(['?', '.']) {
        sentence.push('.');
    }
    sentence
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "{}", self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for Problem {}

/// A place in a document, built on the stack on the way down and written out only for a problem.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl Path<'_> {
    pub(crate) fn field<'a>(&'a self, name: &'a str) -> Path<'a> {
        Path::Field(self, name)
    }

    pub(crate) fn index(&self, index: usize) -> Path<'_> {
        Path::Index(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Field(Path::Root, name) => f.write_str(name),
            Path::Field(parent, name) => write!(f, "{parent}.{name}"),
            Path::Index(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// The problems found so far.
#[derive(Default)]
pub(crate) struct Problems {
    list: Vec<Problem>,
    component: Option<String>,
    strangers: Vec<Stranger>,
}

/// A name of something that there is not. However often it is named, it is one problem.
struct Stranger {
    /// That there is no such thing.
    what: String,
    /// The place of its problem in the list.
    problem: usize,
    /// How often it is named.
    count: usize,
}

impl Problems {
    /// From here on, problems are about this component, or about none.
    pub(crate) fn about(&mut self, component: Option<&str>) {
        self.component = component.map(str::to_owned);
    }

    pub(crate) fn add(&mut self, at: &Path, message: impl Into<String>) {
        self.list.push(Problem {
            path: at.to_string(),
            message: message.into(),
            component: self.component.clone(),
        });
    }

    /// Something is named that there is not: what, and what would be right.
    pub(crate) fn miss(&mut self, at: &Path, what: String, advice: &str) {
        let known = self.strangers.iter_mut().find(|known| known.what == what);
        let Some(stranger) = known else {
            self.strangers.push(Stranger {
                what: what.clone(),
                problem: self.list.len(),
                count: 1,
            });
            return self.add(at, format!("{what}: {advice}"));
        };
        stranger.count += 1;
        let places = match stranger.count {
            2 => "one more place".to_owned(),
            count => format!("{} more places", count - 1),
        };
        let message = format!("{what}, here and in {places}: {advice}");
        self.list[stranger.problem].message = message;
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn into_list(self) -> Vec<Problem> {
        self.list
    }

    /// All that was found, or nothing to say against it.
    pub(crate) fn into_result(self) -> Result<(), Vec<Problem>> {
        if self.list.is_empty() {
            Ok(())
        } else {
            Err(self.list)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_has_one_stop() {
        let asked = Problem::of_all("unknown field `rte`: did you mean `rate_rps`?");
        let told = Problem::of_all("it is empty");
        let sentence = |problems: &[Problem]| Problem::sentence("The file", problems);
        assert_eq!(
            sentence(std::slice::from_ref(&asked)),
            "The file has a problem: unknown field `rte`: did you mean `rate_rps`?"
        );
        assert!(sentence(&[asked, told.clone()]).ends_with("did you mean `rate_rps`?"));
        assert_eq!(sentence(&[told]), "The file has a problem: it is empty.");
    }

    #[test]
    fn what_is_wrong_ends_where_the_advice_begins() {
        for (message, what) in [
            (
                "there is no site “a: b”: name one",
                "there is no site “a: b”",
            ),
            ("“web” is one: “one”: give 0", "“web” is one"),
            ("no advice, at 1:2", "no advice, at 1:2"),
        ] {
            assert_eq!(Problem::of_all(message).what(), what);
        }
    }
}

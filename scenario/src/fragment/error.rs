//! Why a fragment did not open.

use std::fmt;

use super::query;
use crate::problem::ended;
use crate::step::LADDER;
use crate::{Problem, did_you_mean, validation::quoted};

/// Why a fragment did not open. Displayed, it is a sentence for the one who followed the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FragmentError {
    /// It holds nothing that this page writes into links.
    NotHeadroom,
    /// It is the name of a step, or nearly so, and nothing else.
    StepAlone {
        /// Name of the step.
        step: &'static str,
    },
    /// Its end is missing.
    CutShort,
    /// Some of its characters are not those that were written.
    Damaged,
    /// Its values are not those that its check was made of.
    Changed,
    /// It is longer, or unpacks to more, than any scenario.
    TooLarge,
    /// It was made by a newer version.
    Newer {
        /// What of it is newer.
        what: String,
    },
    /// It names a step that is not there.
    UnknownStep {
        /// The name.
        name: String,
    },
    /// It says something under a key that no link has.
    UnknownKey {
        /// The key.
        key: String,
    },
    /// It has a key that it can't have like that.
    BadKey {
        /// The key.
        key: String,
        /// In what way it has it, and what would be right.
        problem: String,
    },
    /// A value that it gives can't be.
    BadValue {
        /// Name of the value.
        key: String,
        /// What is wrong with it and what would be right.
        problem: String,
    },
    /// It arrived whole, but the scenario in it has problems.
    Invalid(Vec<Problem>),
}

impl fmt::Display for FragmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHeadroom => {
                write!(
                    f,
                    "This is not a link to a scenario: such a link has #s1= or #step= in it."
                )
            }
            Self::StepAlone { step } => {
                write!(
                    f,
                    "This is not a link to a scenario: the one of a step begins with #step=. \
                     Did you mean #step={step}?"
                )
            }
            Self::CutShort => {
                write!(
                    f,
                    "This link was cut short: its end is missing. Copy it again, whole."
                )
            }
            Self::Damaged => {
                write!(
                    f,
                    "This link was damaged on its way: some characters changed. Copy it again."
                )
            }
            Self::Changed => {
                write!(
                    f,
                    "This link was damaged on its way: it is not what its check says. Copy it again. \
                     If you changed it yourself, take check=… out of it."
                )
            }
            Self::TooLarge => write!(f, "This link is too large to be a scenario."),
            Self::Newer { what } => write!(f, "This link is too new: {what}."),
            Self::UnknownStep { name } => {
                let names = LADDER.iter().map(|step| step.name);
                let meant = did_you_mean(name, names.clone());
                let names = names.collect::<Vec<_>>().join(", ");
                write!(
                    f,
                    "There is no step {}{meant}. The steps are {names}.",
                    quoted(name)
                )
            }
            Self::UnknownKey { key } => {
                let meant = did_you_mean(key, query::keys());
                let keys = query::keys().collect::<Vec<_>>().join(", ");
                write!(
                    f,
                    "This link has the key {}, which none has{meant}. The keys are {keys}.",
                    quoted(key)
                )
            }
            Self::BadKey { key, problem } => write!(f, "This link has the key {key} {problem}."),
            Self::BadValue { key, problem } => {
                let what = format!("The link's value of {key} can't be: {problem}");
                f.write_str(&ended(what))
            }
            Self::Invalid(problems) => {
                f.write_str(&Problem::sentence("The scenario in this link", problems))
            }
        }
    }
}

impl std::error::Error for FragmentError {}

//! What went wrong, and the exit code that says so.

use std::fmt;

use headroom_scenario::{Problem, unhidden};

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// The command line makes no sense.
    Usage(String),
    /// The scenario has problems; nothing was run.
    Scenario {
        /// What was given: a file, a link, a step.
        source: String,
        /// All of them.
        problems: Vec<Problem>,
    },
    /// The link does not open.
    Link(String),
    /// A file could not be read, or the output not written.
    Io(String),
}

impl Failure {
    /// A scenario's problems, with the name of where it came from.
    pub fn scenario(source: &str, problems: Vec<Problem>) -> Self {
        Self::Scenario {
            source: source.to_string(),
            problems,
        }
    }

    /// The exit code, as `headroom --help` lists them.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Scenario { .. } => 3,
            Self::Link(_) => 4,
            Self::Io(_) => 5,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => write!(f, "{}\nTry 'headroom --help'.", unhidden(message)),
            Self::Scenario { source, problems } => {
                let source = unhidden(source);
                let count = match problems.len() {
                    1 => "a problem".to_string(),
                    many => format!("{many} problems"),
                };
                write!(f, "{source} has {count}; nothing was run")?;
                problems
                    .iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
            Self::Link(message) | Self::Io(message) => f.write_str(&unhidden(message)),
        }
    }
}

impl std::error::Error for Failure {}

impl From<lexopt::Error> for Failure {
    fn from(error: lexopt::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

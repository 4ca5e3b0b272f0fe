//! What went wrong, in a sentence: enough to mend it without a debugger.

use std::fmt;

/// A sentence that says what went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure(String);

/// What came of driving a browser.
pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure with this sentence.
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<ureq::Error> for Failure {
    fn from(error: ureq::Error) -> Self {
        Self(format!("the browser's driver did not answer: {error}"))
    }
}

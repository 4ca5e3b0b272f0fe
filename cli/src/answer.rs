//! What a command answers: its text for standard output, and how the process ends.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use crate::failure::Failure;

/// A command's answer.
pub struct Answer {
    /// What goes to standard output.
    pub text: String,
    /// Whether all that was asked to hold holds; exit code 0, else 1.
    pub holds: bool,
}

impl Answer {
    /// An answer that asks nothing to hold.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            holds: true,
        }
    }

    /// A document, as JSON that people can read too.
    pub fn json(document: &impl Serialize) -> Result<Self, Failure> {
        let mut text = serde_json::to_string_pretty(document)
            .map_err(|error| Failure::Io(format!("the answer does not fit JSON: {error}")))?;
        text.push('\n');
        Ok(Self::text(text))
    }

    /// Writes the text. A reader that has seen enough, such as `head`, is no failure.
    pub fn write(&self) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match out
            .write_all(self.text.as_bytes())
            .and_then(|()| out.flush())
        {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Io(format!(
                "standard output can't be written: {error}"
            ))),
            _ => Ok(()),
        }
    }
}

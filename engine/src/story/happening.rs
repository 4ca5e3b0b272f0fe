//! What one event did, for the reader who steps through a run, and for the marks on its time line.

use serde::{Deserialize, Serialize};

use crate::story::trace::Activity;

/// What one event did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    /// When, simulated nanoseconds.
    pub at_ns: u64,
    /// Number of the request it was about, if it was about one.
    pub request: Option<u64>,
    /// One plain sentence: `Request 41 (read) reaches web/2 and waits behind 3 others.`
    pub sentence: String,
    /// What the request does from now on, and where, for the diagram to point at.
    pub activity: Option<Activity>,
    /// Number of the component where it happened.
    pub component: Option<u8>,
    /// The instance there.
    pub instance: Option<u16>,
}

/// A mark on the time line: faults, repairs, edits, and their consequences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    /// When, simulated nanoseconds.
    pub at_ns: u64,
    /// How it is coloured.
    pub tone: Tone,
    /// A few words: `web/2 dies`, `web/2 out after 3 failed checks`.
    pub words: String,
    /// All of it, where the words leave something out; else empty.
    pub details: String,
    /// Number of the component, if it is about one.
    pub component: Option<u8>,
    /// The instance there.
    pub instance: Option<u16>,
}

impl Mark {
    /// All there is to say.
    pub fn in_full(&self) -> &str {
        if self.details.is_empty() {
            &self.words
        } else {
            &self.details
        }
    }
}

/// The tone of a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Something broke.
    Bad,
    /// Something noticed it, or is on its way.
    Warning,
    /// Something is well again.
    Good,
    /// An edit, or a change of traffic.
    Neutral,
}

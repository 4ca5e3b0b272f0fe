//! How fast simulated time passes.

use serde::{Deserialize, Serialize};

/// How fast simulated time passes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Speed {
    /// Simulated seconds per second.
    Times(f64),
    /// As fast as the machine goes.
    FlatOut,
}

//! What is told beside the answer, on standard error.

use std::fmt::Display;
use std::io::Write;

/// Tells something. Where nobody listens any more, the exit code says what there is to say.
pub fn tell(words: impl Display) {
    let _ = writeln!(std::io::stderr().lock(), "headroom: {words}");
}

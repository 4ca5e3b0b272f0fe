//! What the chores print. Whoever has seen enough, such as `head`, closes the pipe: a chore goes on to its end
//! all the same, and its exit code says how that was. The macros of the standard library would panic.

use std::fmt::Arguments;
use std::io::Write;

/// A line on standard output.
pub fn line(words: Arguments) {
    let _ = writeln!(std::io::stdout().lock(), "{words}");
}

/// A line on standard error.
pub fn aside(words: Arguments) {
    let _ = writeln!(std::io::stderr().lock(), "{words}");
}

/// `println!`, for pipes that may be closed.
macro_rules! say {
    ($($words:tt)*) => { $crate::say::line(format_args!($($words)*)) };
}

/// `eprintln!`, for pipes that may be closed.
macro_rules! aside {
    ($($words:tt)*) => { $crate::say::aside(format_args!($($words)*)) };
}

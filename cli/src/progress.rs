//! A line that says how far a long run is, where somebody watches.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// Events between two looks at the clock.
pub const SLICE_EVENTS: u64 = 500_000;
/// Runs shorter than this need no line.
const PATIENCE: Duration = Duration::from_millis(500);

/// The line, on standard error, only where that is a terminal.
pub struct Progress {
    start: Instant,
    is_watched: bool,
    is_shown: bool,
}

impl Progress {
    /// A line not yet shown.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            is_watched: std::io::stderr().is_terminal(),
            is_shown: false,
        }
    }

    /// Shows a few words, unless the run is still young.
    pub fn say(&mut self, words: &str) {
        if self.is_watched && self.start.elapsed() > PATIENCE {
            self.write(words);
            self.is_shown = true;
        }
    }

    /// Seconds since the start.
    pub fn elapsed_s(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// A progress line that can't be written is not worth a failure.
    fn write(&self, words: &str) {
        let mut terminal = std::io::stderr().lock();
        let _ = write!(terminal, "\r\x1b[2K{words}");
        let _ = terminal.flush();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_shown {
            self.write("");
        }
    }
}

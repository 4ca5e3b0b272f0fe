//! The stretch of the run that charts show.

use std::rc::Rc;

use headroom_engine::series::Bin;
use headroom_engine::time::NS_PER_S;

use super::history::History;

/// How far back charts reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// The last minute.
    #[default]
    Minute,
    /// The last five.
    FiveMinutes,
    /// All of the run.
    All,
}

/// A run shorter than this is drawn as if it were so long, so that its first seconds don't race.
const SHORTEST_NS: u64 = 20 * NS_PER_S;

impl Window {
    /// Every choice, the shortest first.
    pub const ALL: [Window; 3] = [Window::Minute, Window::FiveMinutes, Window::All];

    /// What the choice is called.
    pub fn words(self) -> &'static str {
        match self {
            Window::Minute => "60 s",
            Window::FiveMinutes => "5 min",
            Window::All => "All",
        }
    }

    /// The same after the name of a chart.
    pub fn since(self) -> &'static str {
        match self {
            Window::Minute => "last 60 s",
            Window::FiveMinutes => "last 5 min",
            Window::All => "whole run",
        }
    }

    /// Its name in the document of hooks and the like.
    pub fn name(self) -> &'static str {
        match self {
            Window::Minute => "minute",
            Window::FiveMinutes => "five-minutes",
            Window::All => "all",
        }
    }

    /// The bins in it, and the time from its left to its right edge, in simulated nanoseconds.
    pub fn of(self, history: &History) -> (Vec<Rc<Bin>>, (u64, u64)) {
        let (bins, span_ns) = match self {
            Window::Minute => (latest(history, 60), 60 * NS_PER_S),
            Window::FiveMinutes => (latest(history, 300), 300 * NS_PER_S),
            Window::All => (history.whole(), u64::MAX),
        };
        let end_ns = bins.last().map_or(0, |bin| bin.end_ns());
        let start_ns = end_ns.saturating_sub(span_ns);
        let shortest_ns = SHORTEST_NS.min(span_ns);
        (bins, (start_ns, end_ns.max(start_ns + shortest_ns)))
    }
}

fn latest(history: &History, seconds: usize) -> Vec<Rc<Bin>> {
    let all = history.seconds();
    all[all.len().saturating_sub(seconds)..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::super::history::tests::history;
    use super::*;

    #[test]
    fn a_window_holds_the_latest_bins() {
        let history = history(100);
        let (seen, (start, end)) = Window::Minute.of(&history);
        assert_eq!(
            (seen.len(), start, end),
            (60, 40 * NS_PER_S, 100 * NS_PER_S)
        );
        let (seen, (start, _)) = Window::All.of(&history);
        assert_eq!((seen.len(), start), (100, 0));
    }

    #[test]
    fn all_is_all_of_a_run_of_an_hour() {
        let (seen, span) = Window::All.of(&history(3_607));
        assert_eq!(span, (0, 3_607 * NS_PER_S));
        assert_eq!(seen.iter().map(|bin| bin.arrived).sum::<u64>(), 3_607);
    }

    #[test]
    fn a_run_that_just_began_has_room_to_grow_into() {
        let (seen, span) = Window::Minute.of(&history(3));
        assert_eq!((seen.len(), span), (3, (0, SHORTEST_NS)));
        let (seen, span) = Window::FiveMinutes.of(&History::default());
        assert_eq!((seen.len(), span), (0, (0, SHORTEST_NS)));
    }
}

//! The stretch of the run that charts show.

use std::rc::Rc;

use headroom_engine::series::Bin;
use headroom_engine::time::NS_PER_S;

/// How far back charts reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// The last minute.
    #[default]
    Minute,
    /// The last five.
    FiveMinutes,
    /// All that is kept.
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
    pub fn of(self, bins: &[Rc<Bin>]) -> (&[Rc<Bin>], (u64, u64)) {
        let end = bins.last().map_or(0, |bin| bin.start_ns + bin.length_ns);
        let span = match self {
            Window::Minute => 60 * NS_PER_S,
            Window::FiveMinutes => 300 * NS_PER_S,
            Window::All => u64::MAX,
        };
        let start = end.saturating_sub(span);
        let first = bins.partition_point(|bin| bin.start_ns < start);
        (
            &bins[first..],
            (start, end.max(start + SHORTEST_NS.min(span))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(count: u64) -> Vec<Rc<Bin>> {
        (0..count)
            .map(|second| {
                Rc::new(Bin {
                    start_ns: second * NS_PER_S,
                    length_ns: NS_PER_S,
                    ..Bin::default()
                })
            })
            .collect()
    }

    #[test]
    fn a_window_holds_the_latest_bins() {
        let bins = bins(100);
        let (seen, (start, end)) = Window::Minute.of(&bins);
        assert_eq!(
            (seen.len(), start, end),
            (60, 40 * NS_PER_S, 100 * NS_PER_S)
        );
        let (seen, (start, _)) = Window::All.of(&bins);
        assert_eq!((seen.len(), start), (100, 0));
    }

    #[test]
    fn a_run_that_just_began_has_room_to_grow_into() {
        let bins = bins(3);
        let (seen, span) = Window::Minute.of(&bins);
        assert_eq!((seen.len(), span), (3, (0, SHORTEST_NS)));
        let (seen, span) = Window::FiveMinutes.of(&[]);
        assert_eq!((seen.len(), span), (0, (0, SHORTEST_NS)));
    }
}

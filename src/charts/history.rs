//! The run behind the charts: seconds for the recent past, longer bins for all of it.

use std::rc::Rc;

use headroom_engine::series::{Bin, GRAINS};
use headroom_engine::time::NS_PER_S;

/// The whole run is drawn in about so many bins at most: there are fewer pixels.
const WHOLE_MAX: usize = 600;

/// Closed bins of a run in every grain, each grain in order, as far back as the engine keeps them too.
#[derive(Clone, Debug, Default)]
pub struct History {
    grains: [Vec<Rc<Bin>>; GRAINS.len()],
}

/// The history of one run only grows: one that ends alike is the same.
impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        let both = self.grains.iter().zip(&other.grains);
        both.clone()
            .all(|(mine, others)| match (mine.last(), others.last()) {
                (Some(mine), Some(others)) => Rc::ptr_eq(mine, others),
                (None, None) => true,
                _ => false,
            })
    }
}

impl History {
    /// Takes in a bin of any grain.
    pub fn take(&mut self, bin: Bin) {
        let length_s = bin.length_ns / NS_PER_S;
        if let Some(place) = GRAINS.iter().position(|grain| grain.length_s == length_s) {
            let row = &mut self.grains[place];
            if row.len() == GRAINS[place].kept {
                row.remove(0);
            }
            row.push(Rc::new(bin));
        }
    }

    /// The last minutes, by the second.
    pub fn seconds(&self) -> &[Rc<Bin>] {
        &self.grains[0]
    }

    /// All of the run, in bins of one length; finer ones for what is not yet so long at the end.
    pub fn whole(&self) -> Vec<Rc<Bin>> {
        let is_whole = |row: &&Vec<Rc<Bin>>| {
            row.len() <= WHOLE_MAX && row.first().is_none_or(|bin| bin.start_ns == 0)
        };
        let finest = self.grains.iter().position(|row| is_whole(&row));
        let finest = finest.unwrap_or(GRAINS.len() - 1);
        let mut whole = self.grains[finest].clone();
        for finer in self.grains[..finest].iter().rev() {
            let end_ns = whole.last().map_or(0, |bin| bin.end_ns());
            whole.extend(finer.iter().filter(|bin| bin.start_ns >= end_ns).cloned());
        }
        whole
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What a run of so many seconds has left behind.
    pub fn history(seconds: u64) -> History {
        let mut history = History::default();
        for second in 1..=seconds {
            for grain in GRAINS {
                if second % grain.length_s == 0 {
                    history.take(Bin {
                        start_ns: (second - grain.length_s) * NS_PER_S,
                        length_ns: grain.length_s * NS_PER_S,
                        arrived: grain.length_s,
                        ..Bin::default()
                    });
                }
            }
        }
        history
    }

    #[test]
    fn the_whole_run_is_there_without_a_gap_however_long_it_is() {
        for seconds in [
            0, 3, 59, 600, 601, 615, 3_607, 6_005, 7_300, 90_061, 1_000_003,
        ] {
            let whole = history(seconds).whole();
            assert!(
                whole.len() <= WHOLE_MAX + 6 + 10 + 60,
                "{seconds}: {}",
                whole.len()
            );
            let mut end_ns = 0;
            for bin in &whole {
                assert_eq!(bin.start_ns, end_ns, "{seconds}");
                end_ns = bin.end_ns();
            }
            assert_eq!(end_ns, seconds * NS_PER_S);
            let arrived: u64 = whole.iter().map(|bin| bin.arrived).sum();
            assert_eq!(arrived, seconds);
        }
    }

    #[test]
    fn the_last_ten_minutes_are_kept_by_the_second() {
        let history = history(1_000);
        assert_eq!(history.seconds().len(), 600);
        assert_eq!(history.seconds()[0].start_ns, 400 * NS_PER_S);
    }
}

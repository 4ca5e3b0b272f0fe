//! How far a copy was behind, in three figures: the lag of a write, from its commit until the copy has applied it; the
//! lag over time, at any moment the age of the oldest write that it has not applied, 0 where there is none; and
//! how many such writes there are.

use crate::time::NS_PER_S;

/// What there is at a moment that a copy has not applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// How many writes.
    pub writes: u64,
    /// When the oldest of them was committed, if there is one.
    pub oldest_ns: Option<u64>,
}

/// How far a copy was behind since a moment.
#[derive(Clone, Debug, Default)]
pub struct Lag {
    since_ns: u64,
    seen_ns: u64,
    /// Writes applied.
    pub records: u64,
    /// Sum and most of their lags.
    sum_ns: f64,
    /// The most of them.
    pub max_ns: u64,
    /// Integrals over time, in seconds.
    writes_s: f64,
    age_s2: f64,
    /// The most writes there were.
    pub writes_max: u64,
}

impl Lag {
    /// From a moment on.
    pub fn from(now_ns: u64) -> Self {
        Self {
            since_ns: now_ns,
            seen_ns: now_ns,
            ..Self::default()
        }
    }

    /// It was so far behind all the time until now.
    pub fn pass(&mut self, now_ns: u64, behind: Behind) {
        let s = |ns: u64| ns as f64 / NS_PER_S as f64;
        self.writes_s += s(now_ns - self.seen_ns) * behind.writes as f64;
        if let Some(oldest_ns) = behind.oldest_ns {
            let age = |at_ns: u64| s(at_ns.saturating_sub(oldest_ns));
            let (before, after) = (age(self.seen_ns), age(now_ns));
            self.age_s2 += (after * after - before * before) / 2.0;
        }
        self.writes_max = self.writes_max.max(behind.writes);
        self.seen_ns = now_ns;
    }

    /// A write that was committed at a moment is applied now.
    pub fn apply(&mut self, now_ns: u64, committed_ns: u64) {
        let lag_ns = now_ns - committed_ns;
        self.records += 1;
        self.sum_ns += lag_ns as f64;
        self.max_ns = self.max_ns.max(lag_ns);
    }

    /// Mean lag of a write, in milliseconds.
    pub fn ms_mean(&self) -> f64 {
        match self.records {
            0 => 0.0,
            records => self.sum_ns / records as f64 / 1e6,
        }
    }

    /// Mean of the lag over time, in milliseconds.
    pub fn age_ms_mean(&self) -> f64 {
        self.over_time(self.age_s2) * 1e3
    }

    /// Mean of the writes that it was behind.
    pub fn writes_mean(&self) -> f64 {
        self.over_time(self.writes_s)
    }

    fn over_time(&self, integral: f64) -> f64 {
        match self.seen_ns - self.since_ns {
            0 => 0.0,
            length_ns => integral * NS_PER_S as f64 / length_ns as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_figures_of_a_lag_are_what_they_say() {
        let s = |s: u64| s * NS_PER_S;
        let mut lag = Lag::from(s(10));
        // Nothing for a second; two writes from then on, of which one is applied after two seconds, the other after
        // four.
        lag.pass(s(11), Behind::default());
        let two = Behind {
            writes: 2,
            oldest_ns: Some(s(11)),
        };
        lag.pass(s(13), two);
        lag.apply(s(13), s(11));
        let one = Behind { writes: 1, ..two };
        lag.pass(s(15), one);
        lag.apply(s(15), s(11));
        lag.pass(s(20), Behind::default());
        assert_eq!((lag.records, lag.max_ns, lag.writes_max), (2, s(4), 2));
        assert_eq!(lag.ms_mean(), 3_000.0);
        // Four seconds of an age that grows to four; two seconds of two, two of one.
        assert_eq!(lag.age_ms_mean(), 800.0);
        assert_eq!(lag.writes_mean(), 0.6);
    }
}

//! What is counted at a component and at each of its instances.

use crate::figures::own_counts::OwnCounts;
use crate::figures::reason::Reason;
use crate::mechanism::timetable::Ahead;
use crate::time::NS_PER_S;

/// A number that changes by steps, with its integral over time.
///
/// From now on a step up adds the time that is left until the integral is asked for, and a step down
/// takes it away: that time is subtracted at the step and multiplied in at the end, so that a step is
/// an addition. All modulo 2^64, which the integral itself stays below.
#[derive(Clone, Copy, Debug, Default)]
pub struct Level {
    value: u32,
    max: u32,
    /// The integral, but for `value` times the moment at which it is asked for.
    area: u64,
}

impl Level {
    /// So many from a moment on.
    pub fn from(now_ns: u64, value: u32) -> Self {
        let mut level = Self::default();
        level.set(now_ns, value);
        level
    }

    /// The number now.
    #[inline]
    pub fn value(&self) -> u32 {
        self.value
    }

    /// One more.
    #[inline]
    pub fn up(&mut self, now_ns: u64) {
        self.area = self.area.wrapping_sub(now_ns);
        self.value += 1;
        self.max = self.max.max(self.value);
    }

    /// One less.
    #[inline]
    pub fn down(&mut self, now_ns: u64) {
        self.area = self.area.wrapping_add(now_ns);
        self.value -= 1;
    }

    /// Another number.
    pub fn set(&mut self, now_ns: u64, value: u32) {
        let change = u64::from(value).wrapping_sub(u64::from(self.value));
        self.area = self.area.wrapping_sub(change.wrapping_mul(now_ns));
        self.value = value;
        self.max = self.max.max(value);
    }

    /// Adds to the integral what no step showed, in nanoseconds.
    #[inline]
    pub fn add_area(&mut self, ns: u64) {
        self.area = self.area.wrapping_add(ns);
    }

    /// The number has been so large, though no step showed it.
    #[inline]
    pub fn reach(&mut self, value: u32) {
        self.max = self.max.max(value);
    }

    /// Integral since the last call, in nanoseconds, and the largest number since then.
    pub fn drain(&mut self, now_ns: u64) -> (f64, u32) {
        let until_now = u64::from(self.value).wrapping_mul(now_ns);
        let area = self.area.wrapping_add(until_now);
        self.area = until_now.wrapping_neg();
        let max = std::mem::replace(&mut self.max, self.value);
        (area as f64, max)
    }
}

/// A number that changes by steps, and the largest it has been.
#[derive(Clone, Copy, Debug, Default)]
pub struct Peak {
    value: u32,
    max: u32,
}

impl Peak {
    /// One more.
    #[inline]
    pub fn up(&mut self) {
        self.value += 1;
        self.max = self.max.max(self.value);
    }

    /// So many less.
    #[inline]
    pub fn down(&mut self, count: u32) {
        self.value -= count;
    }

    /// Whether one more would be the most there ever were.
    #[inline]
    pub fn is_at_max(&self) -> bool {
        self.value == self.max
    }

    /// The largest number since the last call.
    pub fn drain(&mut self) -> u32 {
        std::mem::replace(&mut self.max, self.value)
    }
}

/// Counts of one instance since they were last drained.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    /// Slots busy.
    pub busy: Level,
    /// Waiting in line.
    pub waiting: Level,
    /// Inside, calls it makes included.
    pub inside: Level,
    /// Inside when the counts were last drained.
    pub carried_in: u32,
    /// Calls that came.
    pub arrived: u32,
    /// Calls answered well.
    pub answered: u32,
    /// Calls answered badly, by number of reason.
    pub failed: [u32; Reason::COUNT],
    /// Calls that got a slot.
    pub started: u32,
    /// What they had waited, all together, in nanoseconds.
    pub waited_ns: u64,
    /// How long what was begun is worked on, all together, in nanoseconds.
    pub worked_ns: u64,
    /// Refused because the line was full.
    pub dropped: u32,
    /// Calls that nobody listened to: the machine was down.
    pub unheard: u32,
    /// Look-ups that hit.
    pub hits: u32,
    /// Look-ups that missed.
    pub misses: u32,
    /// Integral of busy slots since the start of the run, up to the last drain, in nanoseconds. It is
    /// the same however often somebody drained it.
    pub busy_ns: u64,
}

/// The same counts over some stretch of time, for one instance or, added up, for a component.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Length of the stretch, in nanoseconds.
    pub length_ns: f64,
    /// Integral of busy slots, in nanoseconds.
    pub busy_area_ns: f64,
    /// Integral of slots there were, in nanoseconds.
    pub slot_area_ns: f64,
    /// Integral of the instances that served, in nanoseconds.
    pub serving_area_ns: f64,
    /// Integral of the number waiting, in nanoseconds.
    pub waiting_area_ns: f64,
    /// Integral of the number inside, in nanoseconds.
    pub inside_area_ns: f64,
    /// Largest number waiting.
    pub waiting_max: u32,
    /// Calls that came.
    pub arrived: u64,
    /// Calls answered well.
    pub answered: u64,
    /// Calls answered badly, by number of reason.
    pub failed: [u64; Reason::COUNT],
    /// Calls that got a slot.
    pub started: u64,
    /// What they had waited, in nanoseconds.
    pub waited_ns: f64,
    /// How long what was begun is worked on, in nanoseconds: a slot that is held while its request waits for an answer
    /// is not at work.
    pub worked_ns: f64,
    /// Refused because the line was full.
    pub dropped: u64,
    /// Calls that nobody listened to.
    pub unheard: u64,
    /// Look-ups that hit.
    pub hits: u64,
    /// Look-ups that missed.
    pub misses: u64,
    /// Integral of the instances that were rented, in nanoseconds. Of a component only, as are those below.
    pub rented_area_ns: f64,
    /// Integral of what they cost a month, in US dollars times nanoseconds.
    pub usd_area_ns: f64,
    /// What only its kind counts.
    pub own: OwnCounts,
}

impl Meter {
    /// The counts since the last call, over a stretch in which there were `slots` slots. A slot that
    /// is taken away while busy is one until it has finished.
    pub fn drain(&mut self, now_ns: u64, length_ns: u64, slots: u32, ahead: Ahead) -> Tally {
        self.take_back(ahead);
        let (busy_area_ns, _) = self.busy.drain(now_ns);
        // A tick's integral is a whole number that a float carries exactly.
        self.busy_ns = self.busy_ns.wrapping_add(busy_area_ns as u64);
        let (waiting_area_ns, waiting_max) = self.waiting.drain(now_ns);
        let (inside_area_ns, _) = self.inside.drain(now_ns);
        self.busy.add_area(ahead.busy_ns);
        self.waiting.add_area(ahead.waiting_ns);
        self.inside.add_area(ahead.inside_ns);
        self.waiting.reach(ahead.waiting);
        self.carried_in = self.inside.value();
        Tally {
            length_ns: length_ns as f64,
            busy_area_ns,
            slot_area_ns: (f64::from(slots) * length_ns as f64).max(busy_area_ns),
            waiting_area_ns,
            inside_area_ns,
            waiting_max,
            arrived: u64::from(std::mem::take(&mut self.arrived)),
            answered: u64::from(std::mem::take(&mut self.answered)),
            failed: std::mem::take(&mut self.failed).map(u64::from),
            started: u64::from(std::mem::take(&mut self.started)),
            waited_ns: std::mem::take(&mut self.waited_ns) as f64,
            worked_ns: std::mem::take(&mut self.worked_ns) as f64,
            dropped: u64::from(std::mem::take(&mut self.dropped)),
            unheard: u64::from(std::mem::take(&mut self.unheard)),
            hits: u64::from(std::mem::take(&mut self.hits)),
            misses: u64::from(std::mem::take(&mut self.misses)),
            ..Tally::default()
        }
    }

    /// What has come, but for what has been answered: so many must be inside.
    pub fn unanswered(&self) -> u32 {
        let answered = self.answered + self.failed.iter().sum::<u32>();
        (self.carried_in + self.arrived).wrapping_sub(answered)
    }

    /// What was booked of the time to come will not be, or not in this stretch.
    pub fn take_back(&mut self, ahead: Ahead) {
        self.busy.add_area(ahead.busy_ns.wrapping_neg());
        self.waiting.add_area(ahead.waiting_ns.wrapping_neg());
        self.inside.add_area(ahead.inside_ns.wrapping_neg());
    }
}

impl Tally {
    /// Adds the counts of another instance over the same stretch. Their lines were longest at different
    /// moments: the most that waited in both together does not follow from that.
    pub fn add_beside(&mut self, other: &Tally) {
        self.length_ns = self.length_ns.max(other.length_ns);
        self.add_counts(other);
    }

    /// Adds the counts of the stretch that follows.
    pub fn add_after(&mut self, other: &Tally) {
        self.length_ns += other.length_ns;
        self.waiting_max = self.waiting_max.max(other.waiting_max);
        self.add_counts(other);
    }

    #[inline]
    fn add_counts(&mut self, other: &Tally) {
        self.busy_area_ns += other.busy_area_ns;
        self.slot_area_ns += other.slot_area_ns;
        self.serving_area_ns += other.serving_area_ns;
        self.waiting_area_ns += other.waiting_area_ns;
        self.inside_area_ns += other.inside_area_ns;
        self.arrived += other.arrived;
        self.answered += other.answered;
        self.started += other.started;
        self.waited_ns += other.waited_ns;
        self.worked_ns += other.worked_ns;
        self.dropped += other.dropped;
        self.unheard += other.unheard;
        self.hits += other.hits;
        self.misses += other.misses;
        self.rented_area_ns += other.rented_area_ns;
        self.usd_area_ns += other.usd_area_ns;
        self.own.add(&other.own);
        for (mine, theirs) in self.failed.iter_mut().zip(other.failed) {
            *mine += theirs;
        }
    }

    /// Calls answered badly, whatever the reason.
    pub fn failed_total(&self) -> u64 {
        self.failed.iter().sum()
    }

    /// Share of slots busy; 0 where there are none.
    pub fn utilisation(&self) -> f64 {
        ratio(self.busy_area_ns, self.slot_area_ns)
    }

    /// Mean number of instances that served, over time.
    pub fn serving_mean(&self) -> f64 {
        ratio(self.serving_area_ns, self.length_ns)
    }

    /// Mean number of instances that were rented, over time.
    pub fn rented_mean(&self) -> f64 {
        ratio(self.rented_area_ns, self.length_ns)
    }

    /// What it cost a month on average over so long, in US dollars, to a millionth: sums of tenths of a second end
    /// in digits that mean nothing. A part that was there for half of that has cost half, so that the costs of all
    /// add up.
    pub fn usd_month_over(&self, length_ns: u64) -> f64 {
        (ratio(self.usd_area_ns, length_ns as f64) * 1e6).round() / 1e6
    }

    /// So many in it, a second.
    pub fn per_s(&self, count: u64) -> f64 {
        ratio(count as f64, self.length_ns / NS_PER_S as f64)
    }

    /// Mean wait of the calls that got a slot, in milliseconds.
    pub fn wait_ms_mean(&self) -> f64 {
        ratio(self.waited_ns, self.started as f64) / 1e6
    }

    /// Share of look-ups that hit.
    pub fn hit_ratio(&self) -> f64 {
        ratio(self.hits as f64, (self.hits + self.misses) as f64)
    }
}

/// `part / whole`, or 0 of nothing.
pub fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_integrates_over_time() {
        let mut level = Level::default();
        level.up(10);
        level.up(20);
        level.down(40);
        // 1 x 10 + 2 x 20 + 1 x 60
        assert_eq!(level.drain(100), (110.0, 2));
        assert_eq!(level.drain(150), (50.0, 1));
        level.set(150, 7);
        assert_eq!(level.drain(151), (7.0, 7));
    }

    #[test]
    fn tallies_add_up_beside_and_after() {
        let mut meter = Meter::default();
        meter.busy.up(0);
        meter.answered = 3;
        let first = meter.drain(100, 100, 2, Ahead::default());
        let mut second = meter.drain(200, 100, 2, Ahead::default());
        second.serving_area_ns = 100.0;
        let first = Tally {
            serving_area_ns: 100.0,
            ..first
        };
        let mut after = first;
        after.add_after(&second);
        assert_eq!(
            (after.length_ns, after.utilisation(), after.answered),
            (200.0, 0.5, 3)
        );
        let mut beside = first;
        beside.add_beside(&second);
        assert_eq!((beside.length_ns, beside.utilisation()), (100.0, 0.5));
        assert_eq!((after.serving_mean(), beside.serving_mean()), (1.0, 2.0));
        assert_eq!(meter.busy_ns, 200);
    }
}

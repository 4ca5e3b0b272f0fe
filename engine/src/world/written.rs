//! What has become of users' writes: who gets no answer does not know, and who tries again may have the
//! same write applied twice.
//!
//! An attempt whose caller has given up goes on with a record of its own, so one write can have several.
//! Each record carries what became of it in its past; what they must know of each other stands here.

use crate::world::request::past;

/// A write that several records go on with.
#[derive(Clone, Copy, Debug)]
struct Shared {
    /// Number of the request.
    number: u32,
    /// How many go on with it; 0 where it only keeps its place until the list is cleared of such.
    records: u32,
    is_applied: bool,
}

/// The writes that several records go on with, in order of their numbers: new ones come near the end.
#[derive(Clone, Debug, Default)]
pub struct Written {
    shared: Vec<Shared>,
    /// Those that nobody goes on with any more.
    ended: usize,
}

impl Written {
    fn place(&self, number: u32) -> Result<usize, usize> {
        self.shared
            .binary_search_by_key(&number, |shared| shared.number)
    }

    /// A record of a write, with its past, has got a second one. Returns the past of both. O(log n) in the writes
    /// that several go on with, but for those that are more recent.
    pub fn split(&mut self, number: u32, past: u8) -> u8 {
        if past & past::SHARED == 0 {
            let shared = Shared {
                number,
                records: 1,
                is_applied: false,
            };
            match self.place(number) {
                // Another attempt of it came from another place by itself.
                Ok(place) if self.shared[place].records > 0 => self.shared[place].records += 1,
                Ok(place) => {
                    self.ended -= 1;
                    self.shared[place] = shared;
                }
                Err(place) => self.shared.insert(place, shared),
            }
        }
        if let Ok(place) = self.place(number) {
            let shared = &mut self.shared[place];
            shared.records += 1;
            shared.is_applied |= past & (past::APPLIED | past::APPLIED_BEFORE) != 0;
        }
        past | past::SHARED
    }

    /// A record of a write is applied. Returns its past, and whether the write had been applied before.
    pub fn apply(&mut self, number: u32, past: u8) -> (u8, bool) {
        // A write may be several queries: they are applied once together.
        if past & past::APPLIED != 0 {
            return (past, false);
        }
        let mut again = past & past::APPLIED_BEFORE != 0;
        if past & past::SHARED != 0
            && let Ok(place) = self.place(number)
        {
            again |= std::mem::replace(&mut self.shared[place].is_applied, true);
        }
        (past | past::APPLIED, again)
    }

    /// A record that shares its write is no more. O(log n), amortised.
    #[cold]
    pub fn leave(&mut self, number: u32) {
        let Ok(place) = self.place(number) else {
            return;
        };
        self.shared[place].records -= 1;
        self.ended += usize::from(self.shared[place].records == 0);
        if 2 * self.ended > self.shared.len() {
            self.shared.retain(|shared| shared.records > 0);
            self.ended = 0;
        }
    }

    /// Records that share their writes with others. O(writes that several go on with).
    pub fn records(&self) -> u64 {
        let counts = self.shared.iter();
        counts.map(|shared| u64::from(shared.records)).sum()
    }
}

/// The past of a write whose next attempt begins.
pub fn next_attempt(past: u8) -> u8 {
    if past & past::APPLIED == 0 {
        past
    } else {
        (past & !past::APPLIED) | past::APPLIED_BEFORE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_of_several_queries_is_applied_once() {
        let mut written = Written::default();
        let (past, again) = written.apply(7, 0);
        assert!(!again);
        assert_eq!(written.apply(7, past), (past, false));
        assert!(written.apply(7, next_attempt(past)).1);
    }

    #[test]
    fn what_is_applied_late_counts_whichever_attempt_was_first() {
        for late_first in [true, false] {
            let mut written = Written::default();
            let both = written.split(7, 0);
            let (late, next) = (both, next_attempt(both));
            let order = if late_first {
                [late, next]
            } else {
                [next, late]
            };
            let again = order.map(|past| written.apply(7, past).1);
            assert_eq!(again, [false, true]);
            assert_eq!(written.records(), 2);
            written.leave(7);
            written.leave(7);
            assert_eq!(written.records(), 0);
        }
    }

    #[test]
    fn writes_come_and_go_in_any_order() {
        let mut written = Written::default();
        for number in [5, 9, 7, 3] {
            written.split(number, 0);
        }
        for number in [9, 3, 9, 5] {
            written.leave(number);
        }
        // 3 and 5 have one record left each, 7 two, and 9 comes anew.
        assert_eq!(written.records(), 4);
        let past = written.split(9, 0);
        assert!(!written.apply(9, past).1);
        assert_eq!(written.records(), 6);
        for number in [3, 5, 7, 7, 9, 9] {
            written.leave(number);
        }
        assert_eq!(written.records(), 0);
    }

    #[test]
    fn what_was_applied_before_its_caller_gave_up_is_known() {
        let mut written = Written::default();
        let (past, _) = written.apply(7, 0);
        let both = written.split(7, past);
        assert!(written.apply(7, next_attempt(both)).1);
        assert!(!written.apply(8, 0).1, "another write");
    }
}

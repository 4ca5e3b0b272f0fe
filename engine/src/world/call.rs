//! Time-outs of calls: each belongs to one call of a request, and may lie inside of another's.
//!
//! A request that is inside of three places may have three calls open, and each caller its own patience. A
//! call is told by the record and by how deep its caller is inside: the users' own is at depth 0, and has its
//! deadline elsewhere ([`super::deadline`]).

use crate::limits::DEPTH_MAX;
use crate::world::deadline::Deadlines;

/// Calls of one record beside the user's own.
const CALLS: u32 = DEPTH_MAX as u32;

/// The deadlines of calls.
#[derive(Clone, Debug, Default)]
pub struct CallDeadlines {
    deadlines: Deadlines,
    /// A time-out was set at least once.
    is_used: bool,
}

impl CallDeadlines {
    /// The call of a record's caller at a depth fails if no answer came `delay_ns` from now. O(1).
    pub fn set(&mut self, id: u32, depth: u8, now_ns: u64, delay_ns: u64) {
        self.is_used = true;
        self.deadlines.set(key(id, depth), now_ns, delay_ns);
    }

    /// Its answer has come. Does nothing where no time-out is set.
    #[inline]
    pub fn clear(&mut self, id: u32, depth: u8) {
        if self.is_used && depth > 0 {
            self.deadlines.clear(key(id, depth));
        }
    }

    /// The record is given up with all its calls.
    #[inline]
    pub fn clear_all(&mut self, id: u32) {
        if self.is_used {
            (1..=DEPTH_MAX as u8).for_each(|depth| self.clear(id, depth));
        }
    }

    /// The calls of a record outside of a depth are another's from now on. The one at that depth has ended; those
    /// inside of it stay, and count from there.
    pub fn split(&mut self, id: u32, heir: u32, at_depth: u8) {
        if !self.is_used {
            return;
        }
        for depth in 1..=DEPTH_MAX as u8 {
            if depth < at_depth {
                self.deadlines.hand_over(key(id, depth), key(heir, depth));
            } else if depth == at_depth {
                self.clear(id, depth);
            } else if at_depth > 0 {
                let moved = key(id, depth - at_depth);
                self.deadlines.hand_over(key(id, depth), moved);
            }
        }
    }

    /// The earliest deadline; `u64::MAX` where there is none.
    #[inline]
    pub fn first_ns(&self) -> u64 {
        self.deadlines.first_ns()
    }

    /// The earliest deadline, with its record and the depth of the caller.
    pub fn first(&self) -> Option<(u64, u32, u8)> {
        let (at_ns, key) = self.deadlines.first()?;
        Some((at_ns, key / CALLS, (key % CALLS) as u8 + 1))
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.deadlines.memory_bytes()
    }
}

fn key(id: u32, depth: u8) -> u32 {
    id * CALLS + u32::from(depth) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_parts_the_calls_of_a_record() {
        let mut calls = CallDeadlines::default();
        for depth in 1..=4 {
            calls.set(7, depth, u64::from(depth), 100);
        }
        calls.split(7, 9, 2);
        let mut order = Vec::new();
        while let Some((at_ns, id, depth)) = calls.first() {
            order.push((at_ns, id, depth));
            calls.clear(id, depth);
        }
        assert_eq!(order, [(101, 9, 1), (103, 7, 1), (104, 7, 2)]);
        assert_eq!(calls.first_ns(), u64::MAX);
    }

    #[test]
    fn what_a_user_gives_up_goes_on_with_its_own_time_outs() {
        let mut calls = CallDeadlines::default();
        calls.set(7, 1, 0, 100);
        calls.set(7, 2, 0, 100);
        calls.split(7, 9, 0);
        assert_eq!(calls.first(), Some((100, 7, 1)));
        calls.clear_all(7);
        assert_eq!(calls.first(), None);
    }
}

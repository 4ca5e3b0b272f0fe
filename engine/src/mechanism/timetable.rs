//! When a server that takes one operation after the other does which.
//!
//! How long an operation takes is known when it arrives, so its time is booked then, without an event
//! for its turn. What is booked lies ahead in part: figures of a stretch leave that part to the next.

use std::collections::VecDeque;

/// What one server has booked.
#[derive(Clone, Debug, Default)]
pub struct Timetable {
    /// When it has done all operations that have arrived.
    free_at_ns: u64,
    /// The operation at work, where there is one.
    at_work: Turn,
    /// Those that wait for it, in order.
    waiting: VecDeque<Turn>,
}

/// One operation.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    begins_ns: u64,
    /// Its request is still inside when it is done, so its time there is not booked with it.
    stays: bool,
}

/// What is booked, but lies ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// Time at work.
    pub busy_ns: u64,
    /// Time in line, all operations together.
    pub waiting_ns: u64,
    /// Time of those operations that leave when they are done, in line and at work.
    pub inside_ns: u64,
    /// Operations in line.
    pub waiting: u32,
}

impl Timetable {
    /// Books an operation that arrives now, and tells how long it waits for its turn.
    #[inline]
    pub fn book(&mut self, now_ns: u64, duration_ns: u64) -> u64 {
        let begins_ns = self.free_at_ns.max(now_ns);
        let turn = Turn {
            begins_ns,
            stays: false,
        };
        self.free_at_ns = begins_ns + duration_ns;
        if begins_ns > now_ns {
            self.waiting.push_back(turn);
        } else {
            self.at_work = turn;
        }
        begins_ns - now_ns
    }

    /// The request of the operation booked last stays inside when its turn is over.
    pub fn stay(&mut self) {
        self.waiting.back_mut().unwrap_or(&mut self.at_work).stays = true;
    }

    /// Lets those begin whose turn has come, and tells how many. O(1) for each.
    #[inline]
    pub fn pass(&mut self, now_ns: u64) -> u32 {
        let mut begun = 0;
        while let Some(turn) = self.waiting.front().filter(|turn| turn.begins_ns <= now_ns) {
            self.at_work = *turn;
            self.waiting.pop_front();
            begun += 1;
        }
        begun
    }

    /// Whether an operation is at work.
    pub fn is_busy(&self, now_ns: u64) -> bool {
        self.free_at_ns > now_ns
    }

    /// Operations in line.
    pub fn waiting(&self, now_ns: u64) -> u32 {
        let begun = self
            .waiting
            .partition_point(|turn| turn.begins_ns <= now_ns);
        (self.waiting.len() - begun) as u32
    }

    /// What is booked of the time to come, when all have begun that could. O(waiting).
    pub fn ahead(&self, now_ns: u64) -> Ahead {
        let starts = self.waiting.iter().map(|turn| turn.begins_ns);
        let ends = starts.clone().chain([self.free_at_ns]);
        let turns = [&self.at_work].into_iter().chain(&self.waiting);
        let left_ns = |at_ns: u64| at_ns.saturating_sub(now_ns);
        Ahead {
            busy_ns: left_ns(self.free_at_ns),
            waiting_ns: starts.map(left_ns).sum(),
            inside_ns: turns
                .zip(ends)
                .filter(|(turn, _)| !turn.stays)
                .map(|(_, end_ns)| left_ns(end_ns))
                .sum(),
            waiting: self.waiting.len() as u32,
        }
    }

    /// Forgets all that lies ahead.
    pub fn clear(&mut self, now_ns: u64) {
        self.free_at_ns = now_ns;
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_take_turns() {
        let mut timetable = Timetable::default();
        assert_eq!(timetable.book(100, 10), 0);
        assert_eq!(timetable.book(103, 10), 7);
        assert_eq!(timetable.book(104, 20), 16);
        assert_eq!(timetable.waiting(104), 2);
        let ahead = Ahead {
            busy_ns: 36,
            waiting_ns: 6 + 16,
            inside_ns: 6 + 16 + 36,
            waiting: 2,
        };
        assert_eq!(timetable.ahead(104), ahead);
        assert_eq!(timetable.pass(110), 1);
        assert_eq!(timetable.waiting(110), 1);
        assert_eq!(timetable.ahead(115).waiting_ns, 5);
        assert_eq!(timetable.ahead(115).inside_ns, 5 + 25);
        assert_eq!(timetable.pass(130), 1);
        assert!(timetable.is_busy(139) && !timetable.is_busy(140));
        assert_eq!(timetable.ahead(150), Ahead::default());
    }

    #[test]
    fn who_stays_inside_is_not_booked_as_inside() {
        let mut timetable = Timetable::default();
        timetable.book(0, 10);
        timetable.stay();
        timetable.book(0, 10);
        assert_eq!(timetable.ahead(0).inside_ns, 20);
        timetable.stay();
        assert_eq!(timetable.ahead(0).inside_ns, 0);
        timetable.clear(5);
        assert_eq!((timetable.waiting(5), timetable.book(5, 10)), (0, 0));
    }
}

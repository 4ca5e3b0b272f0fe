//! What is still to happen, in order of time and, within a nanosecond, in order of scheduling.
//!
//! Shelves hold the events. Most delays are constants (a link's latency): such events come out in the
//! order they went in, so a queue per delay, a *lane*, keeps them sorted for nothing. The next arrival
//! of the open loop, of which there is only one, has a shelf of its own: the *alarm*. Only random
//! delays go to the heap. The next event is the earliest of the alarm, the heap's top and the lanes'
//! fronts.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use crate::fronts::{Front, Fronts, NOTHING};

/// What an event does. Packed into eight bytes, for the queues hold hundreds of thousands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct What {
    /// The request it is about, or a number that its kind explains.
    pub request: u32,
    /// The instance it is about.
    pub instance: u16,
    /// The link or component it is about; its kind says which.
    pub place: u8,
    /// What it is.
    pub kind: EventKind,
}

/// The kinds of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum EventKind {
    /// The next arrival of the open loop.
    Arrival,
    /// A user of the closed loop has thought enough; `request` is the user.
    Thought,
    /// A request reaches the called end of link `place`, at `instance` there.
    Forward,
    /// An answer from `instance` reaches the calling end of link `place`.
    Back,
    /// The address of the entry is known to the client of `request`.
    Resolved,
    /// A worker at component `place` has done what it did for `request`.
    WorkDone,
    /// The wait before the next attempt is over.
    BackoffDone,
    /// A balancer's probe sets out over link `place` to `instance`.
    Probe,
    /// Its outcome is known; `request` is 1 for a good one.
    Probed,
    /// A started instance begins to serve; `request` is its incarnation.
    Booted,
    /// The standby of balancer `place` takes over.
    TakenOver,
    /// Write-back: cache `place` sends what its node `instance` holds back.
    Flush,
    /// The lease on key `request` at cache `place` has run out.
    LeaseOver,
    /// The answer of the attempt of `request` has not come in time.
    Deadline,
}

/// An event: what, when, and its place in the order of scheduling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, in nanoseconds.
    pub at_ns: u64,
    /// Breaks ties: the event scheduled first comes first.
    pub sequence: u64,
    /// What.
    pub what: What,
}

impl Ord for Event {
    /// Reversed, since the standard heap keeps its greatest on top.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at_ns, other.sequence).cmp(&(self.at_ns, self.sequence))
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Number of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneNumber(u16);

#[derive(Clone, Debug)]
struct Lane {
    delay_ns: u64,
    events: VecDeque<Event>,
}

/// Shelf 0 is the heap, shelf 1 the alarm, and lane n is shelf n + 2.
const HEAP: usize = 0;
const ALARM: usize = 1;
const LANES: usize = 2;
/// Events whose memory is fetched at once: the processor waits for all of them as long as for one.
pub const AHEAD: usize = 12;

/// The calendar of a run.
#[derive(Clone, Debug)]
pub struct Calendar {
    now_ns: u64,
    sequence: u64,
    heap: BinaryHeap<Event>,
    alarm: What,
    lanes: Vec<Lane>,
    fronts: Fronts,
    /// The shelf the last event came from.
    popped: usize,
    /// By shelf: events to come whose memory is fetched already.
    until_fetch: Vec<u8>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            now_ns: 0,
            sequence: 0,
            heap: BinaryHeap::new(),
            alarm: What {
                request: 0,
                instance: 0,
                place: 0,
                kind: EventKind::Arrival,
            },
            lanes: Vec::new(),
            fronts: Fronts::new(LANES),
            popped: HEAP,
            until_fetch: vec![0; LANES],
        }
    }
}

impl Calendar {
    /// The moment the run has reached.
    #[inline]
    pub fn now_ns(&self) -> u64 {
        self.now_ns
    }

    /// The lane of that delay, opened if there is none yet. O(lanes).
    pub fn lane(&mut self, delay_ns: u64) -> LaneNumber {
        let found = self.lanes.iter().position(|lane| lane.delay_ns == delay_ns);
        let number = found.unwrap_or_else(|| {
            self.lanes.push(Lane {
                delay_ns,
                events: VecDeque::new(),
            });
            self.fronts.grow(self.lanes.len() + LANES);
            self.until_fetch.push(0);
            self.lanes.len() - 1
        });
        LaneNumber(number as u16)
    }

    /// Schedules an event the lane's delay from now; says when. O(1).
    #[inline]
    pub fn push_after(&mut self, lane: LaneNumber, what: What) -> u64 {
        let number = usize::from(lane.0);
        let sequence = self.next_sequence();
        let shelf = &mut self.lanes[number];
        let at_ns = self.now_ns + shelf.delay_ns;
        if shelf.events.is_empty() {
            self.fronts.set(number + LANES, Front { at_ns, sequence });
        }
        shelf.events.push_back(Event {
            at_ns,
            sequence,
            what,
        });
        at_ns
    }

    /// Schedules an event at any moment from now on, and returns its sequence number, by which the
    /// owner of a cancelled event knows it again. O(log n) in the random delays pending.
    #[inline]
    pub fn push_at(&mut self, at_ns: u64, what: What) -> u64 {
        assert!(
            at_ns >= self.now_ns,
            "an event cannot be scheduled in the past"
        );
        let sequence = self.next_sequence();
        if at_ns < self.fronts.of(HEAP).at_ns {
            self.fronts.set(HEAP, Front { at_ns, sequence });
        }
        self.heap.push(Event {
            at_ns,
            sequence,
            what,
        });
        sequence
    }

    /// Sets the alarm, in place of the one that was set. O(1).
    #[inline]
    pub fn set_alarm(&mut self, at_ns: u64, what: What) {
        assert!(
            at_ns >= self.now_ns,
            "an event cannot be scheduled in the past"
        );
        let sequence = self.next_sequence();
        self.fronts.set(ALARM, Front { at_ns, sequence });
        self.alarm = what;
    }

    /// When the alarm is set for, if it is.
    pub fn alarm_ns(&self) -> Option<u64> {
        let at_ns = self.fronts.of(ALARM).at_ns;
        (at_ns != u64::MAX).then_some(at_ns)
    }

    /// Takes the next event that happens no later than `until_ns`, and moves the clock to it.
    #[inline]
    pub fn pop_until(&mut self, until_ns: u64) -> Option<Event> {
        let (shelf, at_ns) = self.fronts.earliest();
        if at_ns > until_ns || at_ns == u64::MAX {
            return None;
        }
        assert!(at_ns >= self.now_ns, "the clock never goes back");
        self.now_ns = at_ns;
        self.popped = shelf;
        Some(self.take(shelf))
    }

    /// Moves the clock on to a moment before which nothing happens.
    pub fn advance_to(&mut self, at_ns: u64) {
        assert!(at_ns >= self.now_ns, "the clock never goes back");
        self.now_ns = at_ns;
    }

    /// Bytes held by the shelves.
    pub fn memory_bytes(&self) -> usize {
        let slots = self.heap.capacity()
            + self
                .lanes
                .iter()
                .map(|lane| lane.events.capacity())
                .sum::<usize>();
        slots * size_of::<Event>()
    }

    /// Whether [`Calendar::ahead`] is worth asking after this event: [`AHEAD`] events are fetched at
    /// once, and then none until most of them have happened.
    #[inline]
    pub fn is_fetch_due(&mut self) -> bool {
        let until_fetch = &mut self.until_fetch[self.popped];
        if *until_fetch > 0 {
            *until_fetch -= 1;
            return false;
        }
        *until_fetch = match self.popped {
            HEAP => AHEAD / 2,
            _ => AHEAD,
        } as u8;
        true
    }

    /// What comes next on the shelf the last event came from. Of the heap the events nearest its top,
    /// most of which are next.
    #[inline]
    pub fn ahead(&self) -> impl Iterator<Item = What> + Clone {
        let (first, second): (&[Event], &[Event]) = match self.popped {
            ALARM => (&[], &[]),
            HEAP => (self.heap.as_slice(), &[]),
            shelf => self.lanes[shelf - LANES].events.as_slices(),
        };
        first
            .iter()
            .chain(second)
            .take(AHEAD)
            .map(|event| event.what)
    }

    #[inline]
    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    #[inline]
    fn take(&mut self, shelf: usize) -> Event {
        let (event, next) = match shelf {
            HEAP => (self.heap.pop(), self.heap.peek()),
            ALARM => {
                let Front { at_ns, sequence } = self.fronts.of(ALARM);
                (
                    Some(Event {
                        at_ns,
                        sequence,
                        what: self.alarm,
                    }),
                    None,
                )
            }
            _ => {
                let events = &mut self.lanes[shelf - LANES].events;
                (events.pop_front(), events.front())
            }
        };
        let front = next.map_or(NOTHING, |event| Front {
            at_ns: event.at_ns,
            sequence: event.sequence,
        });
        self.fronts.set(shelf, front);
        event.expect("a shelf with a front holds an event")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(request: u32) -> What {
        What {
            request,
            instance: 0,
            place: 0,
            kind: EventKind::Arrival,
        }
    }

    fn drain(calendar: &mut Calendar) -> Vec<(u64, u32)> {
        std::iter::from_fn(|| calendar.pop_until(u64::MAX - 1))
            .map(|event| (event.at_ns, event.what.request))
            .collect()
    }

    #[test]
    fn events_come_in_order_of_time_across_shelves() {
        let mut calendar = Calendar::default();
        let slow = calendar.lane(50);
        let fast = calendar.lane(10);
        calendar.push_after(slow, numbered(1));
        calendar.push_at(30, numbered(2));
        calendar.push_after(fast, numbered(3));
        calendar.push_at(5, numbered(4));
        assert_eq!(drain(&mut calendar), [(5, 4), (10, 3), (30, 2), (50, 1)]);
    }

    #[test]
    fn ties_come_in_order_of_scheduling_across_shelves() {
        let mut calendar = Calendar::default();
        let lane = calendar.lane(7);
        let twin = calendar.lane(7);
        assert_eq!(lane, twin, "one delay, one lane");
        calendar.push_at(7, numbered(1));
        calendar.push_after(lane, numbered(2));
        calendar.push_at(7, numbered(3));
        calendar.push_after(lane, numbered(4));
        assert_eq!(drain(&mut calendar), [(7, 1), (7, 2), (7, 3), (7, 4)]);
    }

    #[test]
    fn nothing_later_than_the_bound_is_taken() {
        let mut calendar = Calendar::default();
        calendar.push_at(8, numbered(1));
        assert_eq!(calendar.pop_until(7), None);
        assert_eq!(calendar.pop_until(8).map(|event| event.at_ns), Some(8));
        assert_eq!(calendar.now_ns(), 8);
    }

    #[test]
    fn the_alarm_can_be_set_anew() {
        let mut calendar = Calendar::default();
        calendar.set_alarm(9, numbered(1));
        calendar.push_at(6, numbered(2));
        calendar.set_alarm(4, numbered(3));
        assert_eq!(calendar.alarm_ns(), Some(4));
        assert_eq!(drain(&mut calendar), [(4, 3), (6, 2)]);
        assert_eq!(calendar.alarm_ns(), None);
    }

    #[test]
    #[should_panic(expected = "in the past")]
    fn the_past_is_closed() {
        let mut calendar = Calendar::default();
        calendar.advance_to(9);
        calendar.push_at(8, numbered(1));
    }
}

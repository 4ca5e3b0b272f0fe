//! What is still to happen, in order of time and, within a nanosecond, in order of scheduling.
//!
//! Most delays are constants (a link's latency): such events come out in the order they went in, so a
//! queue per delay, a *lane*, keeps them sorted for nothing, and only the first of each lane competes to
//! be next. Random delays go to a heap. The next arrival of the open loop, of which there is only one, and
//! which may be set anew, is kept beside them: the *alarm*.

mod fronts;
mod lane;

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use crate::mechanism::digest::Digest;
use fronts::{Front, Fronts, Source};
use lane::Lanes;

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
    /// A timer that component `place` has set for itself; `request` and `instance` are for it to understand.
    Timer,
    /// A started instance begins to serve; `request` is its incarnation.
    Booted,
    /// The standby of balancer `place` takes over.
    TakenOver,
    /// The answer of the attempt of `request` has not come in time.
    Deadline,
    /// The answer to a call of `request` has not come in time; its caller is at component `place`, and
    /// `instance` is how deep it is inside.
    CallDeadline,
    /// The deploy of component `place` looks how far it has come.
    Deploy,
    /// The autoscaler of component `place` looks how busy it is.
    Scale,
    /// `instance` of component `place` was taken out, and looks whether it has finished.
    Leave,
    /// A message sets out over link `place`, for the first time or once more; `request` is its number there.
    SetOut,
    /// A message is on the wire of link `place`, which is narrow; `request` is the number of its turn.
    Passed,
    /// A message from another place, whose number is `instance`, arrives over link `place`; `request` is its
    /// number there.
    Crossed,
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

impl Event {
    /// The event that never happens.
    pub const NEVER: Self = Self {
        at_ns: u64::MAX,
        sequence: u64::MAX,
        what: What {
            request: 0,
            instance: 0,
            place: 0,
            kind: EventKind::Arrival,
        },
    };

    /// Folds it into a run's digest: its time, its place in the order and all that it says.
    #[inline]
    pub fn fold_into(&self, digest: &mut Digest) {
        let What {
            request,
            instance,
            place,
            kind,
        } = self.what;
        let packed = u64::from(request)
            | u64::from(instance) << 32
            | u64::from(place) << 48
            | (kind as u64) << 56;
        digest.mix(self.at_ns);
        digest.mix(packed);
    }

    /// Its place in the order, as one number.
    #[inline]
    fn order(&self) -> u128 {
        u128::from(self.at_ns) << 64 | u128::from(self.sequence)
    }
}

impl Ord for Event {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.order().cmp(&other.order())
    }
}

impl PartialOrd for Event {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Number of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneNumber(u16);

/// Events of the heap looked at for those that come soon.
const HEAP_AHEAD: usize = 63;

/// Events that are scheduled here are numbered from there on: what comes from elsewhere has a lower rank, which
/// says from where and how manieth it is.
const FIRST_SEQUENCE: u64 = 1 << 48;

/// The calendar of a run.
#[derive(Clone, Debug)]
pub struct Calendar {
    now_ns: u64,
    sequence: u64,
    /// Events from this moment on are not due yet.
    stop_ns: u64,
    fronts: Fronts,
    lanes: Lanes,
    heap: BinaryHeap<Reverse<Event>>,
    alarm: Option<(u64, What)>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            now_ns: 0,
            sequence: FIRST_SEQUENCE,
            stop_ns: 0,
            fronts: Fronts::default(),
            lanes: Lanes::default(),
            heap: BinaryHeap::default(),
            alarm: None,
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
    #[inline]
    pub fn lane(&mut self, delay_ns: u64) -> LaneNumber {
        self.lanes.open(delay_ns)
    }

    /// Schedules an event the lane's delay from now; says when. O(1), but O(lanes) where the lane is empty.
    #[inline(always)]
    pub fn push_after(&mut self, lane: LaneNumber, what: What) -> u64 {
        let at_ns = self.now_ns + self.lanes.delay_ns(lane);
        self.sequence += 1;
        let sequence = self.sequence;
        if !self.lanes.push(lane, at_ns, sequence, what) {
            let event = Event {
                at_ns,
                sequence,
                what,
            };
            self.fronts.add(event, Source::Lane(lane));
        }
        at_ns
    }

    /// Schedules an event at any moment from now on, and returns its sequence number, by which the
    /// owner of a cancelled event knows it again. O(log n) in such events.
    pub fn push_at(&mut self, at_ns: u64, what: What) -> u64 {
        let event = self.event(at_ns, what);
        self.push(event);
        event.sequence
    }

    /// Schedules what was sent by another calendar, of that number, as its event of a number of its own: within a
    /// nanosecond before all that is scheduled here, whenever this is told of it. O(log n) in events of the heap.
    #[cold]
    pub fn push_foreign(&mut self, at_ns: u64, from: u8, number: u32, what: What) {
        assert!(at_ns >= self.now_ns, "what crosses takes its time");
        self.push(Event {
            at_ns,
            sequence: u64::from(from) << 32 | u64::from(number),
            what,
        });
    }

    #[inline(always)]
    fn push(&mut self, event: Event) {
        let first = self.heap.peek().map(|Reverse(first)| *first);
        self.heap.push(Reverse(event));
        if first.is_none_or(|first| event < first) {
            self.fronts.drop(Source::Heap);
            self.fronts.add(event, Source::Heap);
        }
    }

    /// Sets the alarm, in place of the one that was set. O(lanes).
    pub fn set_alarm(&mut self, at_ns: u64, what: What) {
        self.clear_alarm();
        self.alarm = Some((at_ns, what));
        let event = self.event(at_ns, what);
        self.fronts.add(event, Source::Alarm);
    }

    /// Takes the alarm back. O(lanes).
    pub fn clear_alarm(&mut self) {
        if self.alarm.take().is_some() {
            self.fronts.drop(Source::Alarm);
        }
    }

    /// When the alarm is set for, and what for, if it is set.
    pub fn alarm(&self) -> Option<(u64, What)> {
        self.alarm
    }

    /// When the next event happens; `u64::MAX` where nothing is still to happen.
    #[inline]
    pub fn next_ns(&self) -> u64 {
        self.fronts.next().event.at_ns
    }

    /// Events from a moment on are not due, until another is set.
    #[inline]
    pub fn stop_at(&mut self, stop_ns: u64) {
        self.stop_ns = stop_ns;
    }

    /// Neither are those from this moment on.
    #[inline]
    pub fn stop_by(&mut self, stop_ns: u64) {
        self.stop_ns = self.stop_ns.min(stop_ns);
    }

    /// Whether the next event is due.
    #[inline]
    pub fn is_due(&self) -> bool {
        self.next_ns() < self.stop_ns
    }

    /// Takes the next event, and moves the clock to it. O(lanes) that have one before its successor.
    #[inline]
    pub fn pop(&mut self) -> Event {
        let Front { event, source } = *self.fronts.next();
        assert!(event.at_ns >= self.now_ns, "the clock never goes back");
        self.now_ns = event.at_ns;
        match source {
            Source::Lane(lane) => match self.lanes.next_front(lane) {
                Some(&event) => self.fronts.replace_next(event, source),
                None => self.fronts.drop_next(),
            },
            Source::Heap => {
                self.heap.pop();
                match self.heap.peek() {
                    Some(&Reverse(event)) => self.fronts.replace_next(event, source),
                    None => self.fronts.drop_next(),
                }
            }
            Source::Alarm => {
                self.alarm = None;
                self.fronts.drop_next();
            }
        }
        event
    }

    /// Moves the clock on to a moment before which nothing happens.
    pub fn advance_to(&mut self, at_ns: u64) {
        assert!(at_ns >= self.now_ns, "the clock never goes back");
        self.now_ns = at_ns;
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.lanes.memory_bytes() + self.heap.capacity() * size_of::<Event>()
    }

    /// Events before a moment, as far as they are at hand, in no order.
    pub fn ahead(&self, until_ns: u64) -> impl Iterator<Item = What> + Clone {
        let behind = self.fronts.iter().filter_map(|front| match front.source {
            Source::Lane(lane) => Some(self.lanes.behind(lane)),
            Source::Heap | Source::Alarm => None,
        });
        let is_ahead = move |event: &&Event| event.at_ns < until_ns;
        let in_lanes = behind.flat_map(move |events| events.iter().take_while(is_ahead));
        // Those at the top of the heap come before most others.
        let in_heap = self.heap.as_slice().iter().take(HEAP_AHEAD);
        let fronts = self.fronts.iter().map(|front| &front.event);
        let others = fronts.chain(in_heap.map(|Reverse(event)| event));
        let all = in_lanes.chain(others.filter(is_ahead));
        all.map(|event| event.what)
    }

    #[inline]
    fn event(&mut self, at_ns: u64, what: What) -> Event {
        assert!(
            at_ns >= self.now_ns,
            "an event cannot be scheduled in the past"
        );
        self.sequence += 1;
        Event {
            at_ns,
            sequence: self.sequence,
            what,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::stream::Stream;

    fn numbered(request: u32) -> What {
        What {
            request,
            instance: 0,
            place: 0,
            kind: EventKind::Arrival,
        }
    }

    fn pop_before(calendar: &mut Calendar, end_ns: u64) -> Option<Event> {
        calendar.stop_at(end_ns);
        calendar.is_due().then(|| calendar.pop())
    }

    fn drain(calendar: &mut Calendar) -> Vec<(u64, u32)> {
        std::iter::from_fn(|| pop_before(calendar, u64::MAX))
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
        assert_eq!(pop_before(&mut calendar, 8), None);
        let event = pop_before(&mut calendar, 9);
        assert_eq!(event.map(|event| event.at_ns), Some(8));
        assert_eq!(calendar.now_ns(), 8);
    }

    #[test]
    fn the_alarm_can_be_set_anew() {
        let mut calendar = Calendar::default();
        calendar.set_alarm(9, numbered(1));
        calendar.push_at(6, numbered(2));
        calendar.set_alarm(4, numbered(3));
        assert_eq!(calendar.alarm(), Some((4, numbered(3))));
        assert_eq!(drain(&mut calendar), [(4, 3), (6, 2)]);
        assert_eq!(calendar.alarm(), None);
        assert_eq!(calendar.next_ns(), u64::MAX);
    }

    #[test]
    fn what_is_ahead_is_seen_and_stays() {
        let mut calendar = Calendar::default();
        let lanes = [10, 30].map(|delay_ns| calendar.lane(delay_ns));
        for number in 0..4 {
            calendar.push_after(lanes[number as usize % 2], numbered(number));
            calendar.push_at(u64::from(number) * 10, numbered(10 + number));
        }
        calendar.set_alarm(15, numbered(20));
        let mut ahead: Vec<u32> = calendar.ahead(20).map(|what| what.request).collect();
        ahead.sort_unstable();
        ahead.dedup();
        assert_eq!(ahead, [0, 2, 10, 11, 20]);
        assert_eq!(drain(&mut calendar).len(), 9);
    }

    /// Everything that is still to happen, searched from end to end.
    #[derive(Default)]
    struct Model {
        events: Vec<(u64, u64, u32)>,
        alarm: Option<(u64, u64, u32)>,
        sequence: u64,
    }

    impl Model {
        fn event(&mut self, at_ns: u64, number: u32) -> (u64, u64, u32) {
            self.sequence += 1;
            (at_ns, self.sequence, number)
        }

        fn pop_before(&mut self, end_ns: u64) -> Option<(u64, u32)> {
            let next = *self.events.iter().chain(&self.alarm).min()?;
            if next.0 >= end_ns {
                return None;
            }
            self.events.retain(|event| *event != next);
            self.alarm = self.alarm.filter(|alarm| *alarm != next);
            Some((next.0, next.2))
        }
    }

    #[test]
    fn whatever_is_scheduled_comes_in_order() {
        // From crowds within some nanoseconds to events that are seconds off, and from one to the other.
        const SPANS_NS: [u32; 6] = [3, 2_000, 40_000, 1_000_000, 30_000_000, 2_000_000_000];
        let mut stream = Stream::new(1, "calendar", "test");
        let (mut calendar, mut model) = (Calendar::default(), Model::default());
        let delays_ns = [0, 700, 5_000, 250_000, 20_000_000];
        let lanes = delays_ns.map(|delay_ns| calendar.lane(delay_ns));
        let (mut span_ns, mut most, mut popped) = (SPANS_NS[0], 0, 0);
        for number in 0..200_000 {
            if number % 1_000 == 0 {
                span_ns = SPANS_NS[stream.below(SPANS_NS.len() as u32) as usize];
            }
            let now_ns = calendar.now_ns();
            let at_ns = now_ns + u64::from(stream.below(span_ns));
            let is_crowded = model.events.len() >= 400;
            match stream.below(8) {
                0 if !is_crowded => {
                    let lane = stream.below(lanes.len() as u32) as usize;
                    calendar.push_after(lanes[lane], numbered(number));
                    let event = model.event(now_ns + delays_ns[lane], number);
                    model.events.push(event);
                }
                1..=3 if !is_crowded => {
                    calendar.push_at(at_ns, numbered(number));
                    let event = model.event(at_ns, number);
                    model.events.push(event);
                }
                4 => {
                    calendar.set_alarm(at_ns, numbered(number));
                    model.alarm = Some(model.event(at_ns, number));
                }
                _ => {
                    let event = pop_before(&mut calendar, at_ns);
                    let expected = model.pop_before(at_ns);
                    assert_eq!(
                        event.map(|event| (event.at_ns, event.what.request)),
                        expected
                    );
                    popped += u32::from(expected.is_some());
                    if expected.is_none() {
                        calendar.advance_to(at_ns);
                    }
                }
            }
            most = most.max(model.events.len());
        }
        assert_eq!(most, 400, "crowds came");
        assert!(popped > 50_000, "only {popped} events happened");
    }

    #[test]
    #[should_panic(expected = "in the past")]
    fn the_past_is_closed() {
        let mut calendar = Calendar::default();
        calendar.advance_to(9);
        calendar.push_at(8, numbered(1));
    }
}

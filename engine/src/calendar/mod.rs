//! What is still to happen, in order of time and, within a nanosecond, in order of scheduling.
//!
//! Most delays are constants (a link's latency): such events come out in the order they went in, so a
//! queue per delay, a *lane*, keeps them sorted for nothing. Random delays go to the [`Wheel`]. What
//! comes next, some dozens of events, is merged from all of them into the *window* at once, so that the
//! memory these events need can be fetched together; what is scheduled for before its end joins it in
//! its place. The next arrival of the open loop, of which there is only one, and which may be set anew,
//! is kept beside them: the *alarm*.

mod lane;
mod wheel;

use std::cmp::Ordering;

use crate::mechanism::digest::Digest;
use lane::{Blocks, Lane};
use wheel::Wheel;

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
    /// Balancer `place` sends a probe to `instance`, or has waited for its answer long enough; `request` is
    /// the number of the probe.
    ProbeDue,
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

/// The first event of a lane, or of the wheel.
#[derive(Clone, Copy, Debug)]
struct Front {
    at_ns: u64,
    sequence: u64,
    /// Number of the lane; the wheel comes after the last.
    source: usize,
}

impl Front {
    #[inline]
    fn new(event: &Event, source: usize) -> Self {
        Self {
            at_ns: event.at_ns,
            sequence: event.sequence,
            source,
        }
    }

    /// Whether it comes after another; moments seldom tie.
    #[inline]
    fn is_after(&self, other: &Self) -> bool {
        self.at_ns > other.at_ns || (self.at_ns == other.at_ns && self.sequence > other.sequence)
    }
}

/// Room of the window. One that is full, since much was scheduled within it, is cut to half.
const WINDOW_EVENTS_MAX: usize = 128;
/// Events that the window takes from anywhere in time while nothing waits outside of it: so few need
/// neither lanes nor wheel.
const OPEN_MAX: usize = 16;

/// The calendar of a run.
#[derive(Clone, Debug)]
pub struct Calendar {
    now_ns: u64,
    sequence: u64,
    /// What happens before all else but the alarm, in order, from `next` to `end`.
    window: Box<[Event; WINDOW_EVENTS_MAX]>,
    next: usize,
    end: usize,
    /// What is scheduled for earlier belongs into the window: the moment of its last event, or never
    /// where nothing waits outside of it.
    window_end_ns: u64,
    alarm: Event,
    lanes: Vec<Lane>,
    blocks: Blocks,
    wheel: Wheel,
    /// Scratch of the merge.
    fronts: Vec<Front>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self {
            now_ns: 0,
            sequence: 0,
            window: Box::new([Event::NEVER; WINDOW_EVENTS_MAX]),
            next: 0,
            end: 0,
            window_end_ns: u64::MAX,
            alarm: Event::NEVER,
            lanes: Vec::new(),
            blocks: Blocks::default(),
            wheel: Wheel::default(),
            fronts: Vec::new(),
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
            self.lanes.push(self.blocks.lane(delay_ns));
            self.lanes.len() - 1
        });
        LaneNumber(number as u16)
    }

    /// Schedules an event the lane's delay from now; says when. O(1).
    #[inline]
    pub fn push_after(&mut self, lane: LaneNumber, what: What) -> u64 {
        let sequence = self.next_sequence();
        let lane = &mut self.lanes[usize::from(lane.0)];
        let at_ns = self.now_ns + lane.delay_ns;
        if at_ns >= self.window_end_ns {
            let event = Event {
                at_ns,
                sequence,
                what,
            };
            self.blocks.push(lane, event);
        } else {
            self.join_window(at_ns, sequence, what);
        }
        at_ns
    }

    /// Schedules an event at any moment from now on, and returns its sequence number, by which the
    /// owner of a cancelled event knows it again. O(1) for the next milliseconds, O(log n) in the
    /// events that are further off.
    #[inline]
    pub fn push_at(&mut self, at_ns: u64, what: What) -> u64 {
        assert!(
            at_ns >= self.now_ns,
            "an event cannot be scheduled in the past"
        );
        let sequence = self.next_sequence();
        if at_ns >= self.window_end_ns {
            let event = Event {
                at_ns,
                sequence,
                what,
            };
            self.wheel.push(event, self.now_ns);
        } else {
            self.join_window(at_ns, sequence, what);
        }
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
        self.alarm = Event {
            at_ns,
            sequence,
            what,
        };
    }

    /// Takes the alarm back. O(1).
    pub fn clear_alarm(&mut self) {
        self.alarm = Event::NEVER;
    }

    /// When the alarm is set for, and what for, if it is set.
    pub fn alarm(&self) -> Option<(u64, What)> {
        (self.alarm != Event::NEVER).then_some((self.alarm.at_ns, self.alarm.what))
    }

    /// Whether the window has no more events, and others wait outside: time to
    /// [fill](Self::fill_window) it.
    #[inline]
    pub fn is_fill_due(&self) -> bool {
        self.next == self.end && self.window_end_ns != u64::MAX
    }

    /// Takes the next event of the window, or the alarm, that happens before `end_ns`, and moves the
    /// clock to it. No fill must be due.
    #[inline]
    pub fn pop_before(&mut self, end_ns: u64) -> Option<Event> {
        let next = &self.window[self.next % WINDOW_EVENTS_MAX];
        let is_alarm = self.next == self.end || *next > self.alarm;
        let event = if is_alarm { self.alarm } else { *next };
        if event.at_ns >= end_ns {
            return None;
        }
        if is_alarm {
            self.alarm = Event::NEVER;
        } else {
            self.next += 1;
        }
        assert!(event.at_ns >= self.now_ns, "the clock never goes back");
        self.now_ns = event.at_ns;
        Some(event)
    }

    /// Moves the clock on to a moment before which nothing happens.
    pub fn advance_to(&mut self, at_ns: u64) {
        assert!(at_ns >= self.now_ns, "the clock never goes back");
        self.now_ns = at_ns;
    }

    /// Whether nothing is still to happen.
    pub fn is_empty(&self) -> bool {
        self.next == self.end && self.window_end_ns == u64::MAX && self.alarm == Event::NEVER
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        size_of_val(&*self.window) + self.blocks.memory_bytes() + self.wheel.memory_bytes()
    }

    /// The events of the window, in order.
    #[inline]
    pub fn ahead(&self) -> impl Iterator<Item = What> + Clone {
        self.window[self.next..self.end]
            .iter()
            .map(|event| event.what)
    }

    #[inline]
    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Merges the next `events` at most into the window, which is empty. Each costs as many comparisons
    /// as there are fronts before its successor's.
    pub fn fill_window(&mut self, events: usize) {
        self.find_fronts();
        (self.next, self.end) = (0, 0);
        for event in self.window.iter_mut().take(events) {
            let Some((first, others)) = self.fronts.split_first_mut() else {
                break;
            };
            let source = first.source;
            if first.at_ns == Event::NEVER.at_ns {
                break;
            }
            let successor = match self.lanes.get_mut(source) {
                Some(lane) => {
                    *event = *self.blocks.front(lane);
                    self.blocks.drop_front(lane);
                    self.blocks.front(lane)
                }
                None => {
                    *event = *self.wheel.first();
                    self.wheel.drop_first();
                    self.wheel.first()
                }
            };
            self.end += 1;
            self.window_end_ns = event.at_ns;
            let successor = Front::new(successor, source);
            let mut place = first;
            for other in others {
                if other.is_after(&successor) {
                    break;
                }
                *place = *other;
                place = other;
            }
            *place = successor;
        }
        if self.fronts[0].at_ns == Event::NEVER.at_ns {
            self.window_end_ns = u64::MAX;
        }
    }

    /// Lists the fronts of all lanes and of the wheel, in order.
    fn find_fronts(&mut self) {
        let in_lanes = self.lanes.iter().map(|lane| self.blocks.front(lane));
        let all = in_lanes.chain([self.wheel.first()]).enumerate();
        self.fronts.clear();
        self.fronts
            .extend(all.map(|(source, event)| Front::new(event, source)));
        self.fronts
            .sort_unstable_by_key(|front| (front.at_ns, front.sequence));
    }

    /// Puts an event into its place in the window.
    #[inline(never)]
    fn join_window(&mut self, at_ns: u64, sequence: u64, what: What) {
        let event = Event {
            at_ns,
            sequence,
            what,
        };
        if self.end == WINDOW_EVENTS_MAX {
            self.cut_window();
            if at_ns >= self.window_end_ns {
                return self.wheel.push_far(event);
            }
        }
        let ahead = &self.window[self.next..self.end];
        let place = self.next + ahead.partition_point(|other| *other < event);
        self.window.copy_within(place..self.end, place + 1);
        self.window[place] = event;
        self.end += 1;
        if self.window_end_ns == u64::MAX && self.end - self.next > OPEN_MAX {
            self.end -= 1;
            self.wheel.push_far(self.window[self.end]);
            self.window_end_ns = self.window[self.end - 1].at_ns;
        }
    }

    /// Makes room in the window, and gives what it has more than half of that to the wheel.
    #[cold]
    fn cut_window(&mut self) {
        const KEPT: usize = WINDOW_EVENTS_MAX / 2;
        self.window.copy_within(self.next..self.end, 0);
        (self.next, self.end) = (0, self.end - self.next);
        if self.end > KEPT {
            let cut = KEPT..self.end;
            cut.for_each(|place| self.wheel.push_far(self.window[place]));
            self.end = KEPT;
            self.window_end_ns = self.window[KEPT - 1].at_ns;
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
        if calendar.is_fill_due() {
            calendar.fill_window(32);
        }
        calendar.pop_before(end_ns)
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
        assert!(!calendar.is_empty());
        assert_eq!(drain(&mut calendar), [(4, 3), (6, 2)]);
        assert_eq!(calendar.alarm(), None);
        assert!(calendar.is_empty());
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
        // From crowds within one tick to events beyond the wheel's reach, and from one to the other.
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
            assert!(calendar.end <= WINDOW_EVENTS_MAX);
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

//! What is still to happen, in order of time and, within a nanosecond, in order of scheduling.
//!
//! Most delays are constants (a link's latency): such events come out in the order they went in, so a
//! queue per delay, a *lane*, keeps them sorted for nothing. Random delays go to the [`Wheel`]. What
//! comes next, a dozen or two events, is moved from both to the *window* at once and sorted there, and
//! what is scheduled for so soon joins it in its place. The next arrival of the open loop, of which
//! there is only one, and which may be set anew, is kept beside them: the *alarm*.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::ops::RangeInclusive;

use crate::wheel::{BACK_TICKS, Wheel, tick_of};

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
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at_ns, self.sequence).cmp(&(other.at_ns, other.sequence))
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

#[derive(Clone, Debug)]
struct Lane {
    delay_ns: u64,
    events: VecDeque<Event>,
}

/// Events that the window shall hold when it is filled: enough that the work of filling it is shared
/// by many, few enough to be sorted and searched at once.
const WINDOW_EVENTS: RangeInclusive<usize> = 8..=28;
/// A window that holds more, since much was scheduled within it, is cut short.
const WINDOW_EVENTS_MAX: usize = 128;

/// The calendar of a run.
#[derive(Clone, Debug)]
pub struct Calendar {
    now_ns: u64,
    sequence: u64,
    /// The next event last.
    window: Vec<Event>,
    /// The tick before which all that is still to happen is in the window, or is the alarm.
    window_end_tick: u64,
    window_ticks: u64,
    /// The window has been filled since it was last asked.
    is_filled: bool,
    alarm: Event,
    lanes: Vec<Lane>,
    wheel: Wheel,
}

/// The alarm that never rings.
const NEVER: Event = Event {
    at_ns: u64::MAX,
    sequence: u64::MAX,
    what: What {
        request: 0,
        instance: 0,
        place: 0,
        kind: EventKind::Arrival,
    },
};

impl Default for Calendar {
    fn default() -> Self {
        Self {
            now_ns: 0,
            sequence: 0,
            window: Vec::new(),
            window_end_tick: 0,
            window_ticks: 1,
            is_filled: false,
            alarm: NEVER,
            lanes: Vec::new(),
            wheel: Wheel::default(),
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
        let event = Event {
            at_ns,
            sequence,
            what,
        };
        if tick_of(at_ns) >= self.window_end_tick {
            lane.events.push_back(event);
        } else {
            self.join_window(event);
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
        let event = Event {
            at_ns,
            sequence,
            what,
        };
        if tick_of(at_ns) >= self.window_end_tick {
            self.wheel.push(event);
        } else {
            self.join_window(event);
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

    /// When the alarm is set for, if it is.
    pub fn alarm_ns(&self) -> Option<u64> {
        (self.alarm != NEVER).then_some(self.alarm.at_ns)
    }

    /// Takes the next event that happens no later than `until_ns`, and moves the clock to it.
    #[inline]
    pub fn pop_until(&mut self, until_ns: u64) -> Option<Event> {
        let event = match self.window.last() {
            Some(next) if *next < self.alarm => {
                let next = *next;
                if next.at_ns > until_ns {
                    return None;
                }
                self.window.pop();
                next
            }
            _ => self.pop_else(until_ns)?,
        };
        assert!(event.at_ns >= self.now_ns, "the clock never goes back");
        self.now_ns = event.at_ns;
        Some(event)
    }

    /// Moves the clock on to a moment before which nothing happens.
    pub fn advance_to(&mut self, at_ns: u64) {
        assert!(at_ns >= self.now_ns, "the clock never goes back");
        self.now_ns = at_ns;
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        let queued = self.lanes.iter().map(|lane| lane.events.capacity());
        (self.window.capacity() + queued.sum::<usize>()) * size_of::<Event>()
            + self.wheel.memory_bytes()
    }

    /// Whether another window has been filled since the last call: the moment to fetch the memory that
    /// the events [ahead](Self::ahead) will need, all at once.
    #[inline]
    pub fn is_fetch_due(&mut self) -> bool {
        std::mem::take(&mut self.is_filled)
    }

    /// The events of the window, the next one last.
    #[inline]
    pub fn ahead(&self) -> impl Iterator<Item = What> + Clone {
        self.window.iter().map(|event| event.what)
    }

    #[inline]
    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Takes the alarm if it is next, or fills the window and takes its first event.
    #[inline(never)]
    fn pop_else(&mut self, until_ns: u64) -> Option<Event> {
        if self.window.is_empty() && tick_of(self.alarm.at_ns) >= self.window_end_tick {
            self.fill_window();
        }
        let is_alarm = self.window.last().is_none_or(|next| *next > self.alarm);
        let next = if is_alarm {
            self.alarm
        } else {
            *self.window.last()?
        };
        if next.at_ns > until_ns || next == NEVER {
            return None;
        }
        if is_alarm {
            self.alarm = NEVER;
        } else {
            self.window.pop();
        }
        Some(next)
    }

    /// Moves the empty window on to what happens next, and adapts its width to how much that is.
    fn fill_window(&mut self) {
        let in_lanes = self.lanes.iter().filter_map(|lane| lane.events.front());
        let first_in_lanes = in_lanes.map(|event| tick_of(event.at_ns)).min();
        let alarm_tick = (self.alarm != NEVER).then_some(tick_of(self.alarm.at_ns));
        let firsts = first_in_lanes.into_iter().chain(alarm_tick);
        let Some(first_tick) = firsts.chain(self.wheel.first_tick()).min() else {
            return;
        };
        self.window_end_tick = first_tick + self.window_ticks;
        self.wheel
            .take_until(self.window_end_tick, &mut self.window);
        for lane in &mut self.lanes {
            while let Some(event) = lane.events.front()
                && tick_of(event.at_ns) < self.window_end_tick
            {
                self.window.push(*event);
                lane.events.pop_front();
            }
        }
        self.window.sort_unstable_by(|one, other| other.cmp(one));
        self.is_filled = true;
        if self.window.len() < *WINDOW_EVENTS.start() {
            self.window_ticks = (self.window_ticks * 2).min(BACK_TICKS);
        } else if self.window.len() > *WINDOW_EVENTS.end() {
            self.window_ticks = (self.window_ticks / 2).max(1);
        }
    }

    /// Puts an event into its place in the window.
    fn join_window(&mut self, event: Event) {
        let place = self.window.partition_point(|other| *other > event);
        self.window.insert(place, event);
        if self.window.len() > WINDOW_EVENTS_MAX {
            self.cut_window();
        }
    }

    /// Gives the later half of the window to the wheel, as far as it consists of whole ticks.
    #[cold]
    fn cut_window(&mut self) {
        let middle_tick = tick_of(self.window[self.window.len() / 2].at_ns);
        let kept = self
            .window
            .partition_point(|event| tick_of(event.at_ns) >= middle_tick);
        if kept == self.window.len() {
            return;
        }
        self.wheel.turn_back(middle_tick);
        self.window_end_tick = middle_tick;
        for event in self.window.drain(..kept) {
            self.wheel.push(event);
        }
        self.window_ticks = (self.window_ticks / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Stream;

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

        fn pop_until(&mut self, until_ns: u64) -> Option<(u64, u32)> {
            let next = *self.events.iter().chain(&self.alarm).min()?;
            if next.0 > until_ns {
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
                    let event = calendar.pop_until(at_ns);
                    let expected = model.pop_until(at_ns);
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
            assert!(calendar.window.len() <= 400);
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

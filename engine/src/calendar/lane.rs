//! Events that come out in the order they went in.
//!
//! A lane is a chain of blocks from a store that all lanes share, the last freed used first: it holds
//! little more memory than its events take, and what it writes to is still in the processor's cache.

use crate::calendar::{Event, LaneNumber, What};
use crate::mechanism::room::make_room;

/// Events of a block.
const BLOCK_EVENTS: u32 = 64;
/// No block.
const NONE: u32 = u32::MAX;

/// All lanes.
#[derive(Clone, Debug, Default)]
pub struct Lanes {
    lanes: Vec<Lane>,
    blocks: Blocks,
}

/// A queue of events that all wait equally long.
#[derive(Clone, Debug)]
struct Lane {
    /// How long, in nanoseconds.
    delay_ns: u64,
    /// It holds something: its first event is a front, and the others are in its blocks.
    has_front: bool,
    /// Place of the second event.
    head: u32,
    /// Place behind the last event, which is free.
    tail: u32,
}

/// The blocks of all lanes.
#[derive(Clone, Debug)]
struct Blocks {
    events: Vec<Event>,
    /// By block: the one that follows in its lane, or the next free one.
    followers: Vec<u32>,
    /// First block to use again.
    free: u32,
}

impl Default for Blocks {
    fn default() -> Self {
        Self {
            events: Vec::new(),
            followers: Vec::new(),
            free: NONE,
        }
    }
}

impl Lanes {
    /// The lane of that delay, opened if there is none yet. O(lanes).
    pub fn open(&mut self, delay_ns: u64) -> LaneNumber {
        let found = self.lanes.iter().position(|lane| lane.delay_ns == delay_ns);
        let number = found.unwrap_or_else(|| {
            let start = self.blocks.allocate();
            self.lanes.push(Lane {
                delay_ns,
                has_front: false,
                head: start,
                tail: start,
            });
            self.lanes.len() - 1
        });
        LaneNumber(number as u16)
    }

    /// How long the events of a lane wait, in nanoseconds.
    #[inline]
    pub fn delay_ns(&self, number: LaneNumber) -> u64 {
        self.lanes[usize::from(number.0)].delay_ns
    }

    /// Adds an event behind all others of a lane. False where there is none: then it is the front. O(1).
    #[inline]
    pub fn push(&mut self, number: LaneNumber, at_ns: u64, sequence: u64, what: What) -> bool {
        let lane = &mut self.lanes[usize::from(number.0)];
        if lane.has_front {
            let event = Event {
                at_ns,
                sequence,
                what,
            };
            self.blocks.push(lane, event);
            return true;
        }
        lane.has_front = true;
        false
    }

    /// Takes the event out that is the next front of a lane, if there is one. O(1).
    #[inline]
    pub fn next_front(&mut self, number: LaneNumber) -> Option<&Event> {
        let lane = &mut self.lanes[usize::from(number.0)];
        if lane.head == lane.tail {
            lane.has_front = false;
            return None;
        }
        Some(self.blocks.pop(lane))
    }

    /// Events that come soon behind the front of a lane.
    pub fn behind(&self, number: LaneNumber) -> &[Event] {
        self.blocks.first_of(&self.lanes[usize::from(number.0)])
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.blocks.memory_bytes()
    }
}

impl Blocks {
    /// Adds an event behind all others of a lane. O(1).
    #[inline]
    fn push(&mut self, lane: &mut Lane, event: Event) {
        self.events[lane.tail as usize] = event;
        lane.tail += 1;
        if lane.tail.is_multiple_of(BLOCK_EVENTS) {
            self.lengthen(lane);
        }
    }

    /// Takes the first event out of a lane that has one. O(1).
    #[inline]
    fn pop(&mut self, lane: &mut Lane) -> &Event {
        let place = lane.head;
        lane.head += 1;
        if lane.head.is_multiple_of(BLOCK_EVENTS) {
            self.shorten(lane);
        }
        &self.events[place as usize]
    }

    /// The events behind the front of a lane, as far as they are in its first block.
    fn first_of(&self, lane: &Lane) -> &[Event] {
        let block_end = lane.head - lane.head % BLOCK_EVENTS + BLOCK_EVENTS;
        let has_more = lane.tail < lane.head || lane.tail > block_end;
        let end = if has_more { block_end } else { lane.tail };
        &self.events[lane.head as usize..end as usize]
    }

    /// Bytes held.
    fn memory_bytes(&self) -> usize {
        self.events.capacity() * size_of::<Event>() + self.followers.capacity() * size_of::<u32>()
    }

    /// The last block is full: another follows.
    #[inline(never)]
    fn lengthen(&mut self, lane: &mut Lane) {
        let full = (lane.tail - 1) / BLOCK_EVENTS;
        lane.tail = self.allocate();
        self.followers[full as usize] = lane.tail / BLOCK_EVENTS;
    }

    /// The first block is used up.
    #[inline(never)]
    fn shorten(&mut self, lane: &mut Lane) {
        let used = (lane.head - 1) / BLOCK_EVENTS;
        let follower = std::mem::replace(&mut self.followers[used as usize], self.free);
        self.free = used;
        lane.head = follower * BLOCK_EVENTS;
    }

    /// First place of a block to use.
    fn allocate(&mut self) -> u32 {
        let mut block = self.free;
        if block == NONE {
            block = self.followers.len() as u32;
            self.followers.push(NONE);
            make_room(&mut self.events, BLOCK_EVENTS as usize);
            let length = self.events.len() + BLOCK_EVENTS as usize;
            self.events.resize(length, Event::NEVER);
        } else {
            self.free = self.followers[block as usize];
        }
        block * BLOCK_EVENTS
    }
}

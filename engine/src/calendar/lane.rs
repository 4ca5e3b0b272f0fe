//! Events that come out in the order they went in.
//!
//! A lane is a chain of blocks from a store that all lanes share, the last freed used first: it holds
//! little more memory than its events take, and what it writes to is still in the processor's cache.

use crate::calendar::Event;
use crate::mechanism::room::make_room;

/// Events of a block.
const BLOCK_EVENTS: u32 = 64;
/// No block.
const NONE: u32 = u32::MAX;

/// The blocks of all lanes.
#[derive(Clone, Debug)]
pub struct Blocks {
    events: Vec<Event>,
    /// By block: the one that follows in its lane, or the next free one.
    followers: Vec<u32>,
    /// First block to use again.
    free: u32,
}

/// A queue of events that all wait equally long.
#[derive(Clone, Debug)]
pub struct Lane {
    /// How long, in nanoseconds.
    pub delay_ns: u64,
    /// Place of the first event.
    head: u32,
    /// Place behind the last event, which is free.
    tail: u32,
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

impl Blocks {
    /// An empty lane.
    pub fn lane(&mut self, delay_ns: u64) -> Lane {
        let start = self.allocate();
        Lane {
            delay_ns,
            head: start,
            tail: start,
        }
    }

    /// Adds an event behind all others of a lane. O(1).
    #[inline]
    pub fn push(&mut self, lane: &mut Lane, event: Event) {
        self.events[lane.tail as usize] = event;
        lane.tail += 1;
        if lane.tail.is_multiple_of(BLOCK_EVENTS) {
            self.lengthen(lane);
        }
    }

    /// The event of a lane that comes out next; [`Event::NEVER`] where it is empty. O(1).
    #[inline]
    pub fn front(&self, lane: &Lane) -> &Event {
        if lane.head == lane.tail {
            return &Event::NEVER;
        }
        &self.events[lane.head as usize]
    }

    /// Takes that event out of a lane that is not empty. O(1).
    #[inline]
    pub fn drop_front(&mut self, lane: &mut Lane) {
        lane.head += 1;
        if lane.head.is_multiple_of(BLOCK_EVENTS) {
            self.shorten(lane);
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.events.capacity() * size_of::<Event>() + self.followers.capacity() * size_of::<u32>()
    }

    /// The last block is full: another follows.
    #[cold]
    fn lengthen(&mut self, lane: &mut Lane) {
        let full = (lane.tail - 1) / BLOCK_EVENTS;
        lane.tail = self.allocate();
        self.followers[full as usize] = lane.tail / BLOCK_EVENTS;
    }

    /// The first block is used up.
    #[cold]
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

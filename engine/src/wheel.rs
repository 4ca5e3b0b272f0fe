//! Events at random moments, on the spokes of a wheel that turns with the clock.
//!
//! Time is cut into ticks, and each spoke holds the events of one tick in no order: to add one costs
//! the same however many there are, where a heap would touch a cache line for each of its levels.
//! What is further off than the wheel reaches waits in a heap. (Varghese and Lauck, Hashed and
//! Hierarchical Timing Wheels, 1987.)

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::calendar::Event;

/// Length of a tick in nanoseconds, as a power of two: at the highest rates about a dozen events.
const TICK_BITS: u32 = 10;
/// Spokes of the wheel: one turn takes 17 ms.
const SPOKES: usize = 1 << 14;
/// Most ticks by which [`Wheel::turn_back`] may undo [`Wheel::take_until`].
pub const BACK_TICKS: u64 = SPOKES as u64 / 4;
/// How far ahead of its position the wheel holds events. Turned back as far as it may be, it still
/// holds those of less than one turn, so that no two ticks share a spoke.
const REACH_TICKS: u64 = SPOKES as u64 - BACK_TICKS;
/// Bits of a word of the map of spokes.
const WORD_BITS: usize = 64;
/// No node: the end of a spoke.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Node {
    event: Event,
    next: u32,
}

/// The wheel.
#[derive(Clone, Debug)]
pub struct Wheel {
    /// The first tick whose events have not been taken.
    position: u64,
    /// First node of each spoke.
    spokes: Vec<u32>,
    /// A bit for each spoke that holds something.
    occupied: Vec<u64>,
    nodes: Vec<Node>,
    /// First node to use again.
    free: u32,
    far: BinaryHeap<Reverse<Event>>,
}

impl Default for Wheel {
    fn default() -> Self {
        Self {
            position: 0,
            spokes: vec![NONE; SPOKES],
            occupied: vec![0; SPOKES / WORD_BITS],
            nodes: Vec::new(),
            free: NONE,
            far: BinaryHeap::new(),
        }
    }
}

/// The tick of a moment.
#[inline]
pub fn tick_of(at_ns: u64) -> u64 {
    at_ns >> TICK_BITS
}

impl Wheel {
    /// Adds an event, which must not be before the wheel's position. O(1) within the wheel's reach, else
    /// O(log n) in those beyond it.
    #[inline]
    pub fn push(&mut self, event: Event) {
        let tick = tick_of(event.at_ns);
        assert!(tick >= self.position, "the wheel has turned past that tick");
        if tick - self.position >= REACH_TICKS {
            self.far.push(Reverse(event));
            return;
        }
        let spoke = tick as usize % SPOKES;
        let node = Node {
            event,
            next: self.spokes[spoke],
        };
        self.spokes[spoke] = self.hold(node);
        self.occupied[spoke / WORD_BITS] |= 1 << (spoke % WORD_BITS);
    }

    /// The first tick that has an event; none when the wheel is empty. O(spokes / 64) at most.
    pub fn first_tick(&self) -> Option<u64> {
        let far = self.far.peek().map(|Reverse(event)| tick_of(event.at_ns));
        let near = self.occupied_before(self.position + SPOKES as u64);
        near.into_iter().chain(far).min()
    }

    /// Turns the wheel on to a tick, and hands out all events before it, in no order.
    pub fn take_until(&mut self, tick: u64, into: &mut Vec<Event>) {
        while let Some(occupied) = self.occupied_before(tick) {
            let spoke = occupied as usize % SPOKES;
            self.occupied[spoke / WORD_BITS] &= !(1 << (spoke % WORD_BITS));
            let mut number = std::mem::replace(&mut self.spokes[spoke], NONE);
            while number != NONE {
                let Node { event, next } = self.nodes[number as usize];
                self.nodes[number as usize].next = self.free;
                self.free = number;
                into.push(event);
                number = next;
            }
            self.position = occupied + 1;
        }
        while let Some(Reverse(event)) = self.far.peek()
            && tick_of(event.at_ns) < tick
        {
            into.push(*event);
            self.far.pop();
        }
        self.position = tick;
    }

    /// Turns the wheel back, no further than [`BACK_TICKS`] before where it has been.
    pub fn turn_back(&mut self, tick: u64) {
        self.position = tick;
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.spokes.capacity() * size_of::<u32>()
            + self.nodes.capacity() * size_of::<Node>()
            + self.far.capacity() * size_of::<Event>()
    }

    /// The first occupied tick from the position on and before another one.
    #[inline]
    fn occupied_before(&self, tick: u64) -> Option<u64> {
        let mut from = self.position;
        while from < tick.min(self.position + SPOKES as u64) {
            let spoke = from as usize % SPOKES;
            let rest = self.occupied[spoke / WORD_BITS] >> (spoke % WORD_BITS);
            if rest != 0 {
                let found = from + u64::from(rest.trailing_zeros());
                return (found < tick).then_some(found);
            }
            from += (WORD_BITS - spoke % WORD_BITS) as u64;
        }
        None
    }

    #[inline]
    fn hold(&mut self, node: Node) -> u32 {
        if self.free == NONE {
            self.nodes.push(node);
            return (self.nodes.len() - 1) as u32;
        }
        let number = self.free;
        let slot = &mut self.nodes[number as usize];
        self.free = slot.next;
        *slot = node;
        number
    }
}

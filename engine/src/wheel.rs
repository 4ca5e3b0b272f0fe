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
/// Words of that map.
const WORDS: usize = SPOKES / WORD_BITS;
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
    /// A bit for each word of those that is not zero.
    occupied_words: [u64; WORDS / WORD_BITS],
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
            occupied: vec![0; WORDS],
            occupied_words: [0; WORDS / WORD_BITS],
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
        let word = spoke / WORD_BITS;
        self.occupied[word] |= 1 << (spoke % WORD_BITS);
        self.occupied_words[word / WORD_BITS] |= 1 << (word % WORD_BITS);
    }

    /// The first tick that has an event; none when the wheel is empty. O(1).
    pub fn first_tick(&self) -> Option<u64> {
        let far = self.far.peek().map(|Reverse(event)| tick_of(event.at_ns));
        self.first_occupied().into_iter().chain(far).min()
    }

    /// Turns the wheel on to a tick, and hands out all events before it, in no order.
    pub fn take_until(&mut self, tick: u64, into: &mut Vec<Event>) {
        while let Some(occupied) = self.first_occupied()
            && occupied < tick
        {
            self.empty_spoke(occupied as usize % SPOKES, into);
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

    /// Bytes held for the events.
    pub fn memory_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>() + self.far.capacity() * size_of::<Event>()
    }

    /// The first tick from the position on, and within one turn, that has an event.
    #[inline]
    fn first_occupied(&self) -> Option<u64> {
        let start = self.position as usize % SPOKES;
        let word = start / WORD_BITS;
        let rest = self.occupied[word] >> (start % WORD_BITS);
        if rest != 0 {
            return Some(self.position + u64::from(rest.trailing_zeros()));
        }
        // The words behind it, then all round to itself: the spokes before the start are its last.
        let count = self.occupied_words.len();
        let (group, behind) = (word / WORD_BITS, !0 << (word % WORD_BITS) << 1);
        let found = (0..=count).find_map(|step| {
            let bits = match step {
                0 => self.occupied_words[group] & behind,
                _ if step == count => self.occupied_words[group] & !behind,
                _ => self.occupied_words[(group + step) % count],
            };
            let bit = bits.trailing_zeros() as usize;
            (bits != 0).then_some((group + step) % count * WORD_BITS + bit)
        })?;
        let spoke = found * WORD_BITS + self.occupied[found].trailing_zeros() as usize;
        Some(self.position + (spoke.wrapping_sub(start) % SPOKES) as u64)
    }

    fn empty_spoke(&mut self, spoke: usize, into: &mut Vec<Event>) {
        let word = spoke / WORD_BITS;
        self.occupied[word] &= !(1 << (spoke % WORD_BITS));
        if self.occupied[word] == 0 {
            self.occupied_words[word / WORD_BITS] &= !(1 << (word % WORD_BITS));
        }
        let mut number = std::mem::replace(&mut self.spokes[spoke], NONE);
        while number != NONE {
            let Node { event, next } = self.nodes[number as usize];
            self.nodes[number as usize].next = self.free;
            self.free = number;
            into.push(event);
            number = next;
        }
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

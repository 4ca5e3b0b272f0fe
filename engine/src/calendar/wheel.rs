//! Events at random moments, in order, on the spokes of a wheel that turns with the clock.
//!
//! Time is cut into ticks, and each spoke holds the events of one tick in no order: to add one costs
//! the same however many there are, where a heap would touch a cache line for each of its levels. The
//! spoke whose turn it is is sorted into the *near* list. What is further off than the wheel reaches
//! waits in a heap. (Varghese and Lauck, Hashed and Hierarchical Timing Wheels, 1987.)

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::calendar::Event;
use crate::mechanism::room::make_room;

/// Length of a tick in nanoseconds, as a power of two: a few events at the highest rates.
const TICK_BITS: u32 = 10;
/// Spokes of the wheel, and so the ticks that it reaches: 17 ms.
const SPOKES: usize = 1 << 14;
/// Bits of a word of the map of spokes.
const WORD_BITS: usize = 64;
/// Words of that map.
const WORDS: usize = SPOKES / WORD_BITS;
/// Most events among which a further one seeks its place; beyond that it goes to the heap.
const NEAR_MAX: usize = 64;
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
    /// The events before the position, the next one last.
    near: Vec<Event>,
    /// The first tick whose events are on a spoke.
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
            near: Vec::new(),
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

impl Wheel {
    /// Adds an event, which must not be before `now_ns`. O(1) within the wheel's reach, else O(log n) in
    /// those beyond it.
    #[inline]
    pub fn push(&mut self, event: Event, now_ns: u64) {
        if self.near.is_empty() {
            // Then the spokes are empty too, and the wheel may have stood still for long.
            self.position = self.position.max(now_ns >> TICK_BITS);
        }
        let tick = event.at_ns >> TICK_BITS;
        if tick < self.position {
            self.push_near(event);
        } else if tick - self.position >= SPOKES as u64 {
            self.far.push(Reverse(event));
        } else if self.near.is_empty() {
            self.position = tick + 1;
            self.near.push(event);
        } else {
            self.push_spoke(tick as usize % SPOKES, event);
        }
    }

    /// Adds an event to those that are sorted one by one, however many there are. O(log n) in those.
    pub fn push_far(&mut self, event: Event) {
        self.far.push(Reverse(event));
    }

    /// The next event; [`Event::NEVER`] where there is none. O(1).
    #[inline]
    pub fn first(&self) -> &Event {
        let near = self.near.last().unwrap_or(&Event::NEVER);
        match self.far.peek() {
            Some(Reverse(far)) if far < near => far,
            _ => near,
        }
    }

    /// Drops the next event. O(1) amortised, but for those that waited in the heap.
    #[inline]
    pub fn drop_first(&mut self) {
        let near = self.near.last().unwrap_or(&Event::NEVER);
        if self.far.peek().is_some_and(|Reverse(far)| far < near) {
            self.far.pop();
            return;
        }
        self.near.pop();
        if self.near.is_empty() {
            self.turn();
        }
    }

    /// Bytes held for the events.
    pub fn memory_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<Node>()
            + (self.near.capacity() + self.far.capacity()) * size_of::<Event>()
    }

    fn push_near(&mut self, event: Event) {
        if self.near.len() >= NEAR_MAX {
            self.far.push(Reverse(event));
            return;
        }
        let place = self.near.partition_point(|other| *other > event);
        self.near.insert(place, event);
    }

    #[inline]
    fn push_spoke(&mut self, spoke: usize, event: Event) {
        let node = Node {
            event,
            next: self.spokes[spoke],
        };
        self.spokes[spoke] = self.hold(node);
        let word = spoke / WORD_BITS;
        self.occupied[word] |= 1 << (spoke % WORD_BITS);
        self.occupied_words[word / WORD_BITS] |= 1 << (word % WORD_BITS);
    }

    /// Turns on to the next spoke that holds something, and makes its events the near ones.
    #[inline]
    fn turn(&mut self) {
        let Some(tick) = self.first_occupied() else {
            return;
        };
        self.empty_spoke(tick as usize % SPOKES);
        self.position = tick + 1;
        if self.near.len() > 1 {
            self.near.sort_unstable_by(|one, other| other.cmp(one));
        }
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

    fn empty_spoke(&mut self, spoke: usize) {
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
            self.near.push(event);
            number = next;
        }
    }

    #[inline]
    fn hold(&mut self, node: Node) -> u32 {
        if self.free == NONE {
            make_room(&mut self.nodes, 1);
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

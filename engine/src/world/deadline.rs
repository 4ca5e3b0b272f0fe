//! Time-outs: struck out when the answer comes, never left to pile up.
//!
//! All attempts wait equally long, so their deadlines come in the order in which they were set: a queue.
//! An answer strikes its deadline out where it stands, and those struck out leave when they come to the
//! front, or when they are more than the others. A change of the time-out opens a second queue; the old
//! one runs dry by itself.

use std::collections::VecDeque;

use crate::mechanism::room::{make_room, make_room_in_queue};
use crate::world::request::NOBODY;

/// Twelve bytes: there are up to two for each request in flight.
#[derive(Clone, Copy, Debug)]
#[repr(C, packed(4))]
struct Deadline {
    at_ns: u64,
    /// [`NOBODY`] when it is struck out.
    id: u32,
}

/// Where the deadline of a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    queue: u32,
    /// Counted from the first deadline the queue ever had, modulo 2^32.
    number: u32,
}

const NOWHERE: Place = Place {
    queue: u32::MAX,
    number: 0,
};

/// A queue is tidied only when so many in it are struck out, so that the work is shared by many.
const STRUCK_MIN: usize = 1_024;

#[derive(Clone, Debug)]
struct Queue {
    delay_ns: u64,
    deadlines: VecDeque<Deadline>,
    /// Number of the one at the front.
    front_number: u32,
    struck: usize,
}

/// The deadlines of all attempts that wait for an answer.
#[derive(Clone, Debug)]
pub struct Deadlines {
    /// By record.
    places: Vec<Place>,
    queues: Vec<Queue>,
    first_ns: u64,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            queues: Vec::new(),
            first_ns: u64::MAX,
        }
    }
}

impl Deadlines {
    /// The attempt of record `id`, which has no deadline, fails if no answer came `delay_ns` from now.
    /// O(1).
    pub fn set(&mut self, id: u32, now_ns: u64, delay_ns: u64) {
        let at_ns = now_ns + delay_ns;
        let place = self.queue(delay_ns);
        let queue = &mut self.queues[place];
        let number = queue
            .front_number
            .wrapping_add(queue.deadlines.len() as u32);
        make_room_in_queue(&mut queue.deadlines);
        queue.deadlines.push_back(Deadline { at_ns, id });
        self.first_ns = self.first_ns.min(at_ns);
        *self.place_mut(id) = Place {
            queue: place as u32,
            number,
        };
    }

    /// The answer came, or nobody waits any more. Does nothing where none is set. O(1) amortised.
    pub fn clear(&mut self, id: u32) {
        let Some(deadline) = self.deadline_mut(id) else {
            return;
        };
        deadline.id = NOBODY;
        let Place { queue, number } = std::mem::replace(&mut self.places[id as usize], NOWHERE);
        let queue = &mut self.queues[queue as usize];
        queue.struck += 1;
        if number == queue.front_number {
            queue.drop_struck();
            self.first_ns = self.first().map_or(u64::MAX, |(at_ns, _)| at_ns);
        } else if queue.struck >= STRUCK_MIN && queue.struck * 2 > queue.deadlines.len() {
            queue.tidy(&mut self.places);
        }
    }

    /// Record `heir` waits in place of record `id`.
    pub fn hand_over(&mut self, id: u32, heir: u32) {
        let Some(deadline) = self.deadline_mut(id) else {
            return;
        };
        deadline.id = heir;
        *self.place_mut(heir) = self.places[id as usize];
        self.places[id as usize] = NOWHERE;
    }

    /// Reads a deadline that will be struck out soon, and returns something of it.
    #[inline]
    pub fn peek(&self, id: u32) -> u32 {
        self.deadline(id).map_or(0, |deadline| deadline.id)
    }

    /// The earliest deadline; `u64::MAX` where there is none.
    #[inline]
    pub fn first_ns(&self) -> u64 {
        self.first_ns
    }

    /// The earliest deadline, with its record.
    #[inline]
    pub fn first(&self) -> Option<(u64, u32)> {
        let fronts = self
            .queues
            .iter()
            .filter_map(|queue| queue.deadlines.front());
        fronts.map(|deadline| (deadline.at_ns, deadline.id)).min()
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        let queued = self.queues.iter().map(|queue| queue.deadlines.capacity());
        self.places.capacity() * size_of::<Place>() + queued.sum::<usize>() * size_of::<Deadline>()
    }

    #[inline]
    fn deadline(&self, id: u32) -> Option<&Deadline> {
        let place = self.places.get(id as usize)?;
        let queue = self.queues.get(place.queue as usize)?;
        queue.deadlines.get(queue.index(place.number))
    }

    #[inline]
    fn deadline_mut(&mut self, id: u32) -> Option<&mut Deadline> {
        let place = self.places.get(id as usize)?;
        let queue = self.queues.get_mut(place.queue as usize)?;
        let index = queue.index(place.number);
        queue.deadlines.get_mut(index)
    }

    /// Where the deadline of a record stands, in the table, which grows to have it.
    #[inline]
    fn place_mut(&mut self, id: u32) -> &mut Place {
        let row = id as usize;
        while row >= self.places.len() {
            make_room(&mut self.places, 1);
            self.places.push(NOWHERE);
        }
        &mut self.places[row]
    }

    fn queue(&mut self, delay_ns: u64) -> usize {
        let mut queues = self.queues.iter();
        if let Some(found) = queues.position(|queue| queue.delay_ns == delay_ns) {
            return found;
        }
        self.queues.push(Queue {
            delay_ns,
            deadlines: VecDeque::new(),
            front_number: 0,
            struck: 0,
        });
        self.queues.len() - 1
    }
}

impl Queue {
    #[inline]
    fn index(&self, number: u32) -> usize {
        number.wrapping_sub(self.front_number) as usize
    }

    /// Drops those at the front that are struck out, so that the first is one to wait for.
    fn drop_struck(&mut self) {
        while let Some(front) = self.deadlines.front()
            && front.id == NOBODY
        {
            self.deadlines.pop_front();
            self.front_number = self.front_number.wrapping_add(1);
            self.struck -= 1;
        }
    }

    /// Drops all that are struck out. O(deadlines).
    fn tidy(&mut self, places: &mut [Place]) {
        self.deadlines.retain(|deadline| deadline.id != NOBODY);
        self.struck = 0;
        for (index, deadline) in self.deadlines.iter().enumerate() {
            places[deadline.id as usize].number = self.front_number.wrapping_add(index as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::stream::Stream;

    #[test]
    fn the_earliest_comes_first_and_cleared_ones_never() {
        let mut deadlines = Deadlines::default();
        deadlines.set(4, 0, 100);
        deadlines.set(7, 10, 100);
        deadlines.set(2, 20, 100);
        deadlines.set(9, 30, 5);
        assert_eq!(deadlines.first(), Some((35, 9)));
        assert_eq!(deadlines.first_ns(), 35);
        deadlines.clear(9);
        deadlines.clear(9);
        deadlines.clear(4);
        assert_eq!(deadlines.first(), Some((110, 7)));
        assert_eq!(deadlines.first_ns(), 110);
        deadlines.clear(2);
        deadlines.clear(7);
        assert_eq!(deadlines.first(), None);
        assert_eq!(deadlines.first_ns(), u64::MAX);
    }

    #[test]
    fn an_heir_takes_the_place_of_the_one_before() {
        let mut deadlines = Deadlines::default();
        (0..3).for_each(|id| deadlines.set(id, u64::from(id), 100));
        deadlines.hand_over(1, 8);
        deadlines.hand_over(0, 9);
        deadlines.hand_over(2, 10);
        let mut order = Vec::new();
        while let Some((_, id)) = deadlines.first() {
            order.push(id);
            deadlines.clear(id);
        }
        assert_eq!(order, [9, 8, 10]);
    }

    #[test]
    fn those_struck_out_do_not_pile_up_behind_one_that_waits() {
        let mut deadlines = Deadlines::default();
        let mut stream = Stream::new(1, "deadlines", "test");
        // Record 0 waits to the end; a thousand others come and go, each waiting by itself.
        deadlines.set(0, 0, 1_000_000);
        let mut waiting = Vec::new();
        for now_ns in 1..100_000 {
            let id = 1 + stream.below(1_000);
            match waiting.iter().position(|&(_, other)| other == id) {
                Some(place) => {
                    waiting.remove(place);
                    deadlines.clear(id);
                }
                None => {
                    waiting.push((now_ns + 1_000_000, id));
                    deadlines.set(id, now_ns, 1_000_000);
                }
            }
        }
        assert!(deadlines.memory_bytes() < 100_000);
        assert_eq!(deadlines.first(), Some((1_000_000, 0)));
        deadlines.clear(0);
        for expected in waiting {
            assert_eq!(deadlines.first(), Some(expected));
            deadlines.clear(expected.1);
        }
        assert_eq!(deadlines.first(), None);
    }
}

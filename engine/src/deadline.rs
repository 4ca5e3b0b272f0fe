//! Time-outs: unlinked when the answer comes, never left to pile up.
//!
//! All attempts wait equally long, so their deadlines come in the order in which they were set: a
//! doubly linked list through a table beside the records. A change of the time-out opens a second
//! list; the old one runs dry by itself.

use crate::request::NOBODY;

#[derive(Clone, Copy, Debug)]
struct Deadline {
    at_ns: u64,
    previous: u32,
    next: u32,
}

/// `previous` of a record that has no deadline.
const UNSET: u32 = u32::MAX - 1;

#[derive(Clone, Copy, Debug)]
struct List {
    delay_ns: u64,
    head: u32,
    tail: u32,
}

/// The deadlines of all attempts that wait for an answer.
#[derive(Clone, Debug)]
pub struct Deadlines {
    table: Vec<Deadline>,
    lists: Vec<List>,
    first_ns: u64,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            table: Vec::new(),
            lists: Vec::new(),
            first_ns: u64::MAX,
        }
    }
}

impl Deadlines {
    /// The attempt of record `id` fails if no answer came `delay_ns` from now. O(1).
    pub fn set(&mut self, id: u32, now_ns: u64, delay_ns: u64) {
        let slot = self.slot(id);
        let list = self.list(delay_ns);
        let tail = std::mem::replace(&mut self.lists[list].tail, id);
        self.table[slot] = Deadline {
            at_ns: now_ns + delay_ns,
            previous: tail,
            next: NOBODY,
        };
        match tail {
            NOBODY => {
                self.lists[list].head = id;
                self.first_ns = self.first_ns.min(now_ns + delay_ns);
            }
            _ => self.table[tail as usize].next = id,
        }
    }

    /// The answer came, or nobody waits any more. Does nothing where none is set. O(1).
    pub fn clear(&mut self, id: u32) {
        let Some(deadline) = self.table.get_mut(id as usize) else {
            return;
        };
        if deadline.previous == UNSET {
            return;
        }
        let Deadline { previous, next, .. } = *deadline;
        deadline.previous = UNSET;
        match previous {
            NOBODY => self.list_mut(|list| list.head == id).head = next,
            _ => self.table[previous as usize].next = next,
        }
        match next {
            NOBODY => self.list_mut(|list| list.tail == id).tail = previous,
            _ => self.table[next as usize].previous = previous,
        }
        if previous == NOBODY {
            self.first_ns = self.first().map_or(u64::MAX, |(at_ns, _)| at_ns);
        }
    }

    /// Record `heir` waits in place of record `id`.
    pub fn hand_over(&mut self, id: u32, heir: u32) {
        let Some(&deadline) = self.table.get(id as usize) else {
            return;
        };
        if deadline.previous == UNSET {
            return;
        }
        let slot = self.slot(heir);
        self.table[slot] = deadline;
        self.table[id as usize].previous = UNSET;
        match deadline.previous {
            NOBODY => self.list_mut(|list| list.head == id).head = heir,
            previous => self.table[previous as usize].next = heir,
        }
        match deadline.next {
            NOBODY => self.list_mut(|list| list.tail == id).tail = heir,
            next => self.table[next as usize].previous = heir,
        }
    }

    /// Reads a deadline that will be needed soon, and returns something of it.
    #[inline]
    pub fn peek(&self, id: u32) -> u32 {
        self.table
            .get(id as usize)
            .map_or(0, |deadline| deadline.next)
    }

    /// The earliest deadline; `u64::MAX` where there is none.
    #[inline]
    pub fn first_ns(&self) -> u64 {
        self.first_ns
    }

    /// The earliest deadline, with its record.
    pub fn first(&self) -> Option<(u64, u32)> {
        let heads = self.lists.iter().filter(|list| list.head != NOBODY);
        heads
            .map(|list| (self.table[list.head as usize].at_ns, list.head))
            .min()
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.table.capacity() * size_of::<Deadline>()
    }

    /// The place of a record in the table, which grows to have it.
    fn slot(&mut self, id: u32) -> usize {
        let slot = id as usize;
        if slot >= self.table.len() {
            let unset = Deadline {
                at_ns: 0,
                previous: UNSET,
                next: NOBODY,
            };
            self.table.resize(slot + 1, unset);
        }
        slot
    }

    fn list(&mut self, delay_ns: u64) -> usize {
        if let Some(found) = self.lists.iter().position(|list| list.delay_ns == delay_ns) {
            return found;
        }
        self.lists.push(List {
            delay_ns,
            head: NOBODY,
            tail: NOBODY,
        });
        self.lists.len() - 1
    }

    fn list_mut(&mut self, wanted: impl Fn(&List) -> bool) -> &mut List {
        self.lists
            .iter_mut()
            .find(|list| wanted(list))
            .expect("an end of a list belongs to one")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}

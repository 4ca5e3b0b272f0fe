//! The entries of one cache node: capacity, eviction, expiry.
//!
//! Entries sit in one array and are chained through it in two ways: by an index from key to place, and
//! in lines, most recent first, that say who goes next. LRU and FIFO need one line; LFU has a line for
//! each count of uses, and the lines are chained by ascending count. Every operation is O(1).

use headroom_scenario::Eviction;

/// No place.
const NONE: u32 = u32::MAX;
/// Bit of an entry whose version the database has not got yet; there are never so many lines.
const DIRTY: u32 = 1 << 31;
/// Never expires.
const NEVER: u64 = u64::MAX;

/// What a look-up found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The entry, fresh.
    Hit {
        /// Version of the value.
        version: u32,
        /// The database has not got this version yet.
        dirty: bool,
    },
    /// No such entry.
    Miss,
    /// The entry's time was over: it is gone now.
    Expired,
}

/// An entry that had to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evicted {
    /// Its key.
    pub key: u32,
    /// Version of its value.
    pub version: u32,
    /// The database has not got this version yet.
    pub dirty: bool,
}

/// The rules a store keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Entries there is room for; with none, nothing is kept.
    pub capacity: u32,
    /// Who goes when it is full.
    pub eviction: Eviction,
    /// How long an entry stays fresh, in nanoseconds; 0 is for ever.
    pub ttl_ns: u64,
    /// A hit starts the time to live anew.
    pub ttl_renewed_by_hit: bool,
}

/// The entries of one cache node. An entry whose time is over keeps its room until it is asked for or
/// evicted, as in memcached.
#[derive(Clone, Debug)]
pub struct Store {
    rules: Rules,
    entries: Vec<Entry>,
    /// Head of the chain of unused places in `entries`, linked by `older`.
    free_entry: u32,
    lines: Vec<Line>,
    /// Head of the chain of unused places in `lines`, linked by `more_used`.
    free_line: u32,
    /// The line whose oldest entry goes next; the others follow by ascending count of uses.
    first_line: u32,
    index: Index,
}

/// An entry; its 32 bytes are half a cache line, and a test holds them there.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
struct Entry {
    expires_ns: u64,
    key: u32,
    version: u32,
    newer: u32,
    older: u32,
    /// Number of its line, and [`DIRTY`].
    line_and_dirty: u32,
}

/// Entries in one order, most recent first.
#[derive(Clone, Copy, Debug)]
struct Line {
    /// How often each was used since it came in; 1 for all without LFU.
    uses: u64,
    newest: u32,
    oldest: u32,
    less_used: u32,
    more_used: u32,
}

impl Store {
    /// An empty store; it takes memory as entries come in, at most for its capacity.
    pub fn new(rules: Rules) -> Self {
        Self {
            rules,
            entries: Vec::new(),
            free_entry: NONE,
            lines: Vec::new(),
            free_line: NONE,
            first_line: NONE,
            index: Index::default(),
        }
    }

    /// Entries held, those included whose time is over and who were not asked for since.
    pub fn len(&self) -> usize {
        self.index.len
    }

    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rules it keeps to.
    pub fn rules(&self) -> Rules {
        self.rules
    }

    /// Asks for a key, which counts as a use. What the database has not got yet does not expire: there is
    /// no other. O(1).
    pub fn lookup(&mut self, key: u32, now_ns: u64) -> Lookup {
        let Some(place) = self.index.get(key) else {
            return Lookup::Miss;
        };
        let entry = &mut self.entries[place as usize];
        if entry.expires_ns <= now_ns && !entry.is_dirty() {
            self.take_out(place);
            return Lookup::Expired;
        }
        if self.rules.ttl_renewed_by_hit {
            entry.expires_ns = self.rules.expiry_ns(now_ns);
        }
        let hit = Lookup::Hit {
            version: entry.version,
            dirty: entry.is_dirty(),
        };
        self.use_again(place);
        hit
    }

    /// Version of a key's value if it is held, fresh or not. Not a use. O(1).
    pub fn peek(&self, key: u32) -> Option<u32> {
        self.index
            .get(key)
            .map(|place| self.entries[place as usize].version)
    }

    /// Puts a value in, for a full time to live, and returns the entry that had to go for it. A key
    /// that is held gets the new value, which counts as a use and keeps its dirty mark; one that the
    /// database has not got yet keeps its value if that is the newer one. O(1).
    pub fn insert(&mut self, key: u32, now_ns: u64, version: u32) -> Option<Evicted> {
        let expires_ns = self.rules.expiry_ns(now_ns);
        if let Some(place) = self.index.get(key) {
            let entry = &mut self.entries[place as usize];
            let keeps_newer = entry.is_dirty() && entry.version > version;
            if !keeps_newer {
                entry.version = version;
            }
            entry.expires_ns = expires_ns;
            self.use_again(place);
            return None;
        }
        if self.rules.capacity == 0 {
            return None;
        }
        let evicted = if self.len() >= self.rules.capacity as usize {
            self.evict()
        } else {
            None
        };
        let entry = Entry {
            expires_ns,
            key,
            version,
            newer: NONE,
            older: NONE,
            line_and_dirty: 0,
        };
        let place = self.place_for(entry);
        self.index.insert(key, place);
        self.enter_first_use(place);
        evicted
    }

    /// Marks a held entry as one that the database has yet to get, or has got; false if it is not held or
    /// was marked so already.
    pub fn set_dirty(&mut self, key: u32, dirty: bool) -> bool {
        let Some(place) = self.index.get(key) else {
            return false;
        };
        let entry = &mut self.entries[place as usize];
        let changes = entry.is_dirty() != dirty;
        entry.set_dirty(dirty);
        changes
    }

    /// Drops a key; false if it was not held. O(1).
    pub fn remove(&mut self, key: u32) -> bool {
        let place = self.index.get(key);
        if let Some(place) = place {
            self.take_out(place);
        }
        place.is_some()
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        *self = Self::new(self.rules);
    }

    /// Takes on other rules; those for whom there is no more room are handed over, next to go first.
    /// Entries keep the expiry they have. Under another eviction they keep their order and start with
    /// one use each. O(entries) if the eviction changes, else O(evicted).
    pub fn configure(&mut self, rules: Rules, mut evicted: impl FnMut(Evicted)) {
        let eviction_changes = self.rules.eviction != rules.eviction;
        self.rules = rules;
        while self.len() > rules.capacity as usize {
            self.evict().into_iter().for_each(&mut evicted);
        }
        if eviction_changes {
            let places: Vec<u32> = self.next_to_go_first().collect();
            places.iter().for_each(|&place| self.leave_line(place));
            places.iter().for_each(|&place| self.enter_first_use(place));
        }
    }

    /// Every entry, in the order in which they would have to go.
    pub fn iter(&self) -> impl Iterator<Item = Evicted> {
        self.next_to_go_first()
            .map(|place| self.entries[place as usize].leaving())
    }

    fn next_to_go_first(&self) -> impl Iterator<Item = u32> {
        let link = |place: u32| (place != NONE).then_some(place);
        std::iter::successors(link(self.first_line), move |&line| {
            link(self.lines[line as usize].more_used)
        })
        .flat_map(move |line| {
            std::iter::successors(link(self.lines[line as usize].oldest), move |&place| {
                link(self.entries[place as usize].newer)
            })
        })
    }

    fn evict(&mut self) -> Option<Evicted> {
        let line = self.lines.get(self.first_line as usize)?;
        let place = line.oldest;
        let evicted = self.entries[place as usize].leaving();
        self.take_out(place);
        Some(evicted)
    }

    /// Finds room in the array for an entry.
    fn place_for(&mut self, entry: Entry) -> u32 {
        let place = self.free_entry;
        if place == NONE {
            self.entries.push(entry);
            return self.entries.len() as u32 - 1;
        }
        self.free_entry = self.entries[place as usize].older;
        self.entries[place as usize] = entry;
        place
    }

    fn take_out(&mut self, place: u32) {
        self.leave_line(place);
        self.index.remove(self.entries[place as usize].key);
        self.entries[place as usize].older = self.free_entry;
        self.free_entry = place;
    }

    /// What a use does to the order.
    fn use_again(&mut self, place: u32) {
        let line = self.entries[place as usize].line();
        match self.rules.eviction {
            Eviction::Fifo => {}
            Eviction::Lru => {
                if self.lines[line as usize].newest != place {
                    self.unchain(place);
                    self.enter(place, line);
                }
            }
            Eviction::Lfu => {
                let Line {
                    uses, more_used, ..
                } = self.lines[line as usize];
                let next = match self.lines.get(more_used as usize) {
                    Some(next) if next.uses == uses + 1 => more_used,
                    _ => self.open_line(uses + 1, line),
                };
                self.leave_line(place);
                self.enter(place, next);
            }
        }
    }

    /// An entry joins those used once.
    fn enter_first_use(&mut self, place: u32) {
        let line = match self.lines.get(self.first_line as usize) {
            Some(first) if first.uses == 1 => self.first_line,
            _ => self.open_line(1, NONE),
        };
        self.enter(place, line);
    }

    /// An entry becomes the most recent of a line.
    #[inline]
    fn enter(&mut self, place: u32, line: u32) {
        let newest = self.lines[line as usize].newest;
        let entry = &mut self.entries[place as usize];
        (entry.newer, entry.older) = (NONE, newest);
        entry.set_line(line);
        match newest {
            NONE => self.lines[line as usize].oldest = place,
            _ => self.entries[newest as usize].newer = place,
        }
        self.lines[line as usize].newest = place;
    }

    /// Takes an entry out of its line, and the line away if it was the last one there.
    fn leave_line(&mut self, place: u32) {
        let line = self.entries[place as usize].line();
        self.unchain(place);
        if self.lines[line as usize].newest == NONE {
            self.close_line(line);
        }
    }

    fn unchain(&mut self, place: u32) {
        let entry = self.entries[place as usize];
        let (line, newer, older) = (entry.line(), entry.newer, entry.older);
        match newer {
            NONE => self.lines[line as usize].newest = older,
            _ => self.entries[newer as usize].older = older,
        }
        match older {
            NONE => self.lines[line as usize].oldest = newer,
            _ => self.entries[older as usize].newer = newer,
        }
    }

    /// A new line behind another, or before all.
    fn open_line(&mut self, uses: u64, less_used: u32) -> u32 {
        let more_used = match less_used {
            NONE => self.first_line,
            _ => self.lines[less_used as usize].more_used,
        };
        let opened = Line {
            uses,
            newest: NONE,
            oldest: NONE,
            less_used,
            more_used,
        };
        let line = self.free_line;
        let line = if line == NONE {
            self.lines.push(opened);
            self.lines.len() as u32 - 1
        } else {
            self.free_line = self.lines[line as usize].more_used;
            self.lines[line as usize] = opened;
            line
        };
        self.chain_lines(less_used, line);
        self.chain_lines(line, more_used);
        line
    }

    fn close_line(&mut self, line: u32) {
        let Line {
            less_used,
            more_used,
            ..
        } = self.lines[line as usize];
        self.chain_lines(less_used, more_used);
        self.lines[line as usize].more_used = self.free_line;
        self.free_line = line;
    }

    fn chain_lines(&mut self, less_used: u32, more_used: u32) {
        match less_used {
            NONE => self.first_line = more_used,
            _ => self.lines[less_used as usize].more_used = more_used,
        }
        if more_used != NONE {
            self.lines[more_used as usize].less_used = less_used;
        }
    }
}

impl Rules {
    fn expiry_ns(&self, now_ns: u64) -> u64 {
        if self.ttl_ns == 0 {
            NEVER
        } else {
            now_ns.saturating_add(self.ttl_ns)
        }
    }
}

impl Entry {
    fn line(&self) -> u32 {
        self.line_and_dirty & !DIRTY
    }

    fn set_line(&mut self, line: u32) {
        self.line_and_dirty = line | (self.line_and_dirty & DIRTY);
    }

    fn is_dirty(&self) -> bool {
        self.line_and_dirty & DIRTY != 0
    }

    fn set_dirty(&mut self, dirty: bool) {
        self.line_and_dirty = self.line() | if dirty { DIRTY } else { 0 };
    }

    fn leaving(&self) -> Evicted {
        Evicted {
            key: self.key,
            version: self.version,
            dirty: self.is_dirty(),
        }
    }
}

/// From key to place: open addressing with linear probing, at most three quarters full.
#[derive(Clone, Debug, Default)]
struct Index {
    /// A key in the upper half and its place in the lower, or [`Index::EMPTY`]. A power of two of them.
    cells: Vec<u64>,
    len: usize,
}

impl Index {
    const EMPTY: u64 = u64::MAX;
    const CELLS_MIN: usize = 16;

    #[inline]
    fn get(&self, key: u32) -> Option<u32> {
        self.find(key).map(|cell| self.cells[cell] as u32)
    }

    /// The key must not be there yet.
    fn insert(&mut self, key: u32, place: u32) {
        if (self.len + 1) * 4 > self.cells.len() * 3 {
            self.grow();
        }
        self.put(u64::from(key) << 32 | u64::from(place));
        self.len += 1;
    }

    fn remove(&mut self, key: u32) {
        let Some(mut hole) = self.find(key) else {
            return;
        };
        let mask = self.cells.len() - 1;
        let mut next = (hole + 1) & mask;
        // Those behind move up, unless that puts them before the cell where their search begins.
        while self.cells[next] != Self::EMPTY {
            let home = self.home((self.cells[next] >> 32) as u32);
            if (next.wrapping_sub(home) & mask) >= (next.wrapping_sub(hole) & mask) {
                self.cells[hole] = self.cells[next];
                hole = next;
            }
            next = (next + 1) & mask;
        }
        self.cells[hole] = Self::EMPTY;
        self.len -= 1;
    }

    #[inline]
    fn find(&self, key: u32) -> Option<usize> {
        if self.cells.is_empty() {
            return None;
        }
        let mut cell = self.home(key);
        while self.cells[cell] != Self::EMPTY {
            if (self.cells[cell] >> 32) as u32 == key {
                return Some(cell);
            }
            cell = (cell + 1) & (self.cells.len() - 1);
        }
        None
    }

    #[inline]
    fn put(&mut self, content: u64) {
        let mut cell = self.home((content >> 32) as u32);
        while self.cells[cell] != Self::EMPTY {
            cell = (cell + 1) & (self.cells.len() - 1);
        }
        self.cells[cell] = content;
    }

    fn grow(&mut self) {
        let wider = vec![Self::EMPTY; (self.cells.len() * 2).max(Self::CELLS_MIN)];
        for content in std::mem::replace(&mut self.cells, wider) {
            if content != Self::EMPTY {
                self.put(content);
            }
        }
    }

    /// Where the search for a key begins: Fibonacci hashing, the top bits of a product.
    fn home(&self, key: u32) -> usize {
        let bits = self.cells.len().trailing_zeros();
        (u64::from(key).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - bits)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mechanism::hash::hash_u64;

    fn store(capacity: u32, eviction: Eviction) -> Store {
        Store::new(Rules {
            capacity,
            eviction,
            ttl_ns: 0,
            ttl_renewed_by_hit: false,
        })
    }

    fn expiring(ttl_ns: u64, ttl_renewed_by_hit: bool) -> Store {
        Store::new(Rules {
            capacity: 2,
            eviction: Eviction::Lru,
            ttl_ns,
            ttl_renewed_by_hit,
        })
    }

    #[test]
    fn an_entry_is_half_a_cache_line() {
        assert_eq!(size_of::<Entry>(), 32);
    }

    fn keys(store: &Store) -> Vec<u32> {
        store.iter().map(|entry| entry.key).collect()
    }

    /// Fills a store of room 3 with 1, 2, 3, uses 1 twice and 2 once, then puts 4 in.
    fn evicted_key(eviction: Eviction) -> u32 {
        let mut store = store(3, eviction);
        for key in [1, 2, 3] {
            assert_eq!(store.insert(key, 0, 0), None);
        }
        for key in [3, 2, 1, 1] {
            assert_eq!(
                store.lookup(key, 0),
                Lookup::Hit {
                    version: 0,
                    dirty: false
                }
            );
        }
        store.insert(4, 0, 0).unwrap().key
    }

    #[test]
    fn each_policy_evicts_its_own() {
        assert_eq!(evicted_key(Eviction::Lru), 3);
        assert_eq!(evicted_key(Eviction::Fifo), 1);
        // 2 and 3 were used as often: the tie goes to the least recently used.
        assert_eq!(evicted_key(Eviction::Lfu), 3);
    }

    #[test]
    fn lfu_forgets_the_uses_of_those_who_left() {
        let mut store = store(2, Eviction::Lfu);
        store.insert(1, 0, 0);
        (0..5).for_each(|_| assert_ne!(store.lookup(1, 0), Lookup::Miss));
        store.remove(1);
        store.insert(1, 0, 0);
        store.insert(2, 0, 0);
        store.lookup(2, 0);
        assert_eq!(store.insert(3, 0, 0).unwrap().key, 1);
    }

    #[test]
    fn an_entry_expires_when_its_time_is_over() {
        let mut store = expiring(10, false);
        store.insert(1, 100, 7);
        assert_eq!(
            store.lookup(1, 109),
            Lookup::Hit {
                version: 7,
                dirty: false
            }
        );
        assert_eq!(store.lookup(1, 110), Lookup::Expired);
        assert_eq!(store.lookup(1, 110), Lookup::Miss);
        assert!(store.is_empty());
    }

    #[test]
    fn a_hit_renews_the_time_to_live_only_where_told() {
        let mut store = expiring(10, true);
        store.insert(1, 0, 0);
        assert_ne!(store.lookup(1, 9), Lookup::Expired);
        assert_ne!(store.lookup(1, 18), Lookup::Expired);
        assert_eq!(store.lookup(1, 28), Lookup::Expired);
    }

    #[test]
    fn a_write_to_a_held_key_gives_it_a_new_value_and_time() {
        let mut store = expiring(10, false);
        store.insert(1, 0, 1);
        assert!(store.set_dirty(1, true));
        assert!(!store.set_dirty(1, true), "it is marked so already");
        assert_eq!(store.insert(1, 8, 2), None);
        assert_eq!(
            store.lookup(1, 15),
            Lookup::Hit {
                version: 2,
                dirty: true
            }
        );
        store.insert(2, 15, 0);
        store.lookup(2, 15);
        assert_eq!(
            store.insert(3, 16, 0),
            Some(Evicted {
                key: 1,
                version: 2,
                dirty: true
            })
        );
        assert!(!store.set_dirty(1, false));
    }

    #[test]
    fn what_the_database_has_not_got_yet_does_not_expire() {
        let mut store = expiring(10, false);
        store.insert(1, 0, 1);
        store.set_dirty(1, true);
        assert!(matches!(store.lookup(1, 50), Lookup::Hit { .. }));
        store.set_dirty(1, false);
        assert_eq!(store.lookup(1, 50), Lookup::Expired);
    }

    #[test]
    fn what_the_database_has_not_got_yet_gives_way_to_no_older_value() {
        let mut store = store(4, Eviction::Lru);
        store.insert(1, 0, 5);
        store.set_dirty(1, true);
        store.insert(1, 1, 4);
        assert_eq!(store.peek(1), Some(5));
        store.insert(1, 1, 6);
        assert_eq!(store.peek(1), Some(6));
        store.set_dirty(1, false);
        store.insert(1, 1, 3);
        assert_eq!(store.peek(1), Some(3), "the database has the truth");
    }

    #[test]
    fn a_store_without_room_keeps_nothing() {
        let mut store = store(0, Eviction::Lfu);
        assert_eq!(store.insert(1, 0, 0), None);
        assert_eq!(store.lookup(1, 0), Lookup::Miss);
    }

    #[test]
    fn less_room_sends_away_those_who_are_next_to_go() {
        let mut store = store(4, Eviction::Lru);
        (1..=4).for_each(|key| assert_eq!(store.insert(key, 0, 0), None));
        store.lookup(1, 0);
        let mut gone = Vec::new();
        store.configure(
            Rules {
                capacity: 2,
                ..store.rules()
            },
            |evicted| gone.push(evicted.key),
        );
        assert_eq!(gone, [2, 3]);
        assert_eq!(keys(&store), [4, 1]);
    }

    #[test]
    fn another_eviction_keeps_the_order() {
        let mut store = store(3, Eviction::Lfu);
        (1..=3).for_each(|key| assert_eq!(store.insert(key, 0, 0), None));
        store.lookup(1, 0);
        assert_eq!(keys(&store), [2, 3, 1]);
        store.configure(
            Rules {
                eviction: Eviction::Lru,
                ..store.rules()
            },
            |_| {},
        );
        assert_eq!(keys(&store), [2, 3, 1]);
        store.lookup(2, 0);
        assert_eq!(keys(&store), [3, 1, 2]);
    }

    /// A store as slow and plain as can be: a list, searched.
    struct Naive {
        entries: Vec<(u32, u64, u64)>,
        rules: Rules,
        clock: u64,
    }

    impl Naive {
        fn lookup(&mut self, key: u32, now_ns: u64) -> bool {
            self.clock += 1;
            let Some(found) = self.entries.iter().position(|entry| entry.0 == key) else {
                return false;
            };
            if self.rules.ttl_ns > 0 && now_ns >= self.entries[found].2 {
                self.entries.remove(found);
                return false;
            }
            let (_, order, _) = &mut self.entries[found];
            match self.rules.eviction {
                Eviction::Lru => *order = self.clock,
                Eviction::Lfu => *order = ((*order >> 32) + 1) << 32 | self.clock,
                Eviction::Fifo => {}
            }
            true
        }

        fn insert(&mut self, key: u32, now_ns: u64) -> Option<u32> {
            let gone = (self.entries.len() == self.rules.capacity as usize).then(|| {
                let (place, _) = self
                    .entries
                    .iter()
                    .enumerate()
                    .min_by_key(|(_, entry)| entry.1)
                    .unwrap();
                self.entries.remove(place).0
            });
            self.entries
                .push((key, self.clock, now_ns + self.rules.ttl_ns));
            gone
        }
    }

    #[test]
    fn it_does_what_a_searched_list_does() {
        for eviction in [Eviction::Lru, Eviction::Fifo, Eviction::Lfu] {
            for ttl_ns in [0, 300] {
                let rules = Rules {
                    capacity: 40,
                    eviction,
                    ttl_ns,
                    ttl_renewed_by_hit: false,
                };
                let mut store = Store::new(rules);
                let mut naive = Naive {
                    entries: Vec::new(),
                    rules,
                    clock: 0,
                };
                for now_ns in 0..20_000 {
                    let bits = hash_u64(3, now_ns);
                    let key = ((bits >> 32) % 100).min(bits % 100) as u32;
                    if bits.is_multiple_of(23) {
                        assert_eq!(
                            store.remove(key),
                            naive.entries.iter().any(|entry| entry.0 == key)
                        );
                        naive.entries.retain(|entry| entry.0 != key);
                        continue;
                    }
                    let hit = matches!(store.lookup(key, now_ns), Lookup::Hit { .. });
                    assert_eq!(hit, naive.lookup(key, now_ns), "{eviction:?} at {now_ns}");
                    if !hit {
                        let gone = store.insert(key, now_ns, 0).map(|evicted| evicted.key);
                        assert_eq!(gone, naive.insert(key, now_ns), "{eviction:?} at {now_ns}");
                    }
                    assert_eq!(store.len(), naive.entries.len());
                }
            }
        }
    }
}

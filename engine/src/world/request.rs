//! A request's record: one cache line, held in a slab.

mod overlay;

use crate::calendar::What;
use crate::limits::{DEPTH_MAX, RECORDS_MAX};
use crate::mechanism::room::make_room;

/// No request: the end of a list.
pub const NOBODY: u32 = u32::MAX;

/// A place a request is inside of: it came over `link` to `instance`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// Number of the link it came over.
    pub link: u8,
    /// The instance it is at.
    pub instance: u16,
}

/// The hop that a message makes.
impl From<What> for Hop {
    fn from(what: What) -> Self {
        Self {
            link: what.place,
            instance: what.instance,
        }
    }
}

/// Where a record's one pending token is. Every live record has exactly one, but for who waits for its calls: they
/// have theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    /// On a wire, either way.
    #[default]
    Wire,
    /// In the waiting line of the place on top of its stack.
    Line,
    /// In a slot there.
    Slot,
    /// Waiting there for what another request fetches.
    Lease,
    /// Held back there by a database: a write until its copies have it, a read until its copy has what it must see.
    Held,
    /// Waiting there for calls that it makes at once, each a record of its own.
    Join,
    /// With its client: asking for the address, or backing off.
    Client,
    /// In another place, where it has another record.
    Abroad,
    /// Freed.
    Free,
}

impl Stage {
    /// Whether it waits or is worked on in the place that it is inside of.
    pub fn is_local(self) -> bool {
        match self {
            Self::Line | Self::Slot | Self::Lease | Self::Held | Self::Join => true,
            Self::Wire | Self::Client | Self::Abroad | Self::Free => false,
        }
    }
}

/// Who hears of a record's answer, once it is inside of no place any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Origin {
    /// A user, who waits for it.
    #[default]
    User,
    /// A component that asked for itself: a balancer its probe, a cache that a write be taken. What the answer
    /// is to, the component tells by the record.
    Component,
    /// Another request, whose call it is and which waits for it: its [parent](Request::parent).
    Request,
    /// Nobody any more: who asked has given up, or has died. The work goes on.
    Nobody,
    /// Its own record in another place, from which it was sent: its [home](Request::home).
    Abroad,
}

/// What a call asks of the called, and so what its answer means to the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Operation {
    /// The user's request itself.
    #[default]
    Call,
    /// Look a key up in a cache.
    Get,
    /// Put into the cache what was fetched after a miss.
    Fill,
    /// Give back to the cache the lease on a key that could not be fetched.
    GiveBack,
    /// Drop a key from the cache after a write.
    Invalidate,
    /// Put a written value into the cache.
    Put,
    /// Leave a written value with the cache, which brings it to the database later.
    Leave,
    /// Read a key from the database, after a miss or without a cache.
    Read,
    /// Run one of the class's own queries.
    Query,
    /// Bring to the database what the cache held back.
    Flush,
    /// Say whether all is well: a balancer's health check.
    Probe,
    /// A read in the server itself, where no database is linked.
    LocalRead,
    /// One of the class's own queries there.
    LocalQuery,
}

/// Bits of [`Request::flags`].
pub mod flag {
    /// Traced and drawn.
    pub const SAMPLED: u8 = 1;
    /// Carries a log-in.
    pub const LOGIN: u8 = 2;
    /// The answer asks the client to log in and come again.
    pub const LOGIN_ASKED: u8 = 4;
    /// The answer says that the cache had it.
    pub const HIT: u8 = 8;
    /// Its user is one of the closed loop, and thinks when it has ended.
    pub const OF_LOOP: u8 = 16;
    /// It has failed because the called did not answer: nobody listened there, or the machine died. Whoever
    /// hears of it takes the mark off: its own caller has an answer.
    pub const NO_ANSWER: u8 = 32;
    /// Its key is that of a further look-up: what it asked for first is kept.
    pub const OTHER_KEY: u8 = 64;
}

/// Bits of [`Request::past`].
pub mod past {
    /// A write that this attempt has had applied.
    pub const APPLIED: u8 = 1;
    /// One that an earlier attempt has had applied.
    pub const APPLIED_BEFORE: u8 = 2;
    /// Other records may go on with the same write.
    pub const SHARED: u8 = 4;
    /// An attempt has ended without word of whether the write was applied.
    pub const UNKNOWN: u8 = 8;
    /// The memory that its present call asks has been counted as having the value or not.
    pub const LOOKED_UP: u8 = 16;
}

/// The record. Its 64 bytes are one cache line; a test holds it there.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Request {
    /// Of a user's, when its first attempt started; of a component's own, when its answer comes too late; of a
    /// call of another request, that request; of one from another place, its record there and where its caller
    /// is; of one that nobody waits for, since when.
    of_origin: u64,
    /// In a line: since when. In a slot: the sequence number of the event that ends it. Waiting for what
    /// another request fetches: when its own turn is over. Waiting for its calls: how many are out.
    of_stage: u64,
    /// Counted from 0 over the run, modulo 2^32.
    pub number: u32,
    /// Next in whatever list it is in.
    pub next: u32,
    /// Who sent it; of a write brought back by a cache, the node in its lower half.
    pub user: u32,
    /// What it asks for.
    pub key: u32,
    /// Version of the value it read or wrote last; of a probe, its number; of one that gives a lease back,
    /// why it has failed.
    pub version: u32,
    /// Instances of the places it is inside of, outermost first.
    hop_instances: [u16; DEPTH_MAX],
    /// Links it came over to those places.
    hop_links: [u8; DEPTH_MAX],
    /// How many of them.
    pub depth: u8,
    /// Number of its class.
    pub class: u8,
    /// Attempt, from 0.
    pub attempt: u8,
    /// Bits of [`flag`].
    pub flags: u8,
    /// Calls of its class that have been made, of the look-ups and then the queries; of such a call alone, its
    /// number among them, from 1.
    pub made: u8,
    /// Who hears of its answer.
    pub origin: Origin,
    /// 0, or one more than the number of the reason of its failure.
    pub failure: u8,
    /// Where its token is.
    pub stage: Stage,
    /// What the present call asks.
    pub operation: Operation,
    /// What has become of it: bits of [`past`].
    pub past: u8,
}

impl Request {
    /// A bit of [`flag`].
    #[inline]
    pub fn has(&self, bits: u8) -> bool {
        self.flags & bits != 0
    }

    /// Whether a user waits for it.
    #[inline]
    pub fn is_awaited(&self) -> bool {
        self.origin == Origin::User
    }

    /// The call that it makes next, as a record of its own: inside of no place. `id` is its own record.
    pub fn call(&self, id: u32) -> Self {
        Self {
            of_origin: id.into(),
            origin: Origin::Request,
            flags: self.flags & flag::SAMPLED,
            depth: 0,
            past: 0,
            stage: Stage::Wire,
            ..self.clone()
        }
    }

    /// The record that stands for it in another place, in which its caller is at an instance.
    pub fn guest(&self, home: u32, caller_instance: u16) -> Self {
        Self {
            of_origin: u64::from(home) | u64::from(caller_instance) << 32,
            of_stage: 0,
            origin: Origin::Abroad,
            depth: 0,
            past: self.past & !past::SHARED,
            flags: self.flags & !flag::OTHER_KEY,
            stage: Stage::Wire,
            ..self.clone()
        }
    }

    /// It is what its guest in another place has become, but for whom it is here, and for what a user asks.
    pub fn come_home(&mut self, guest: &Self) {
        let of_guest = guest.past & !past::SHARED;
        let is_call = self.depth > 0 || self.origin != Origin::User;
        *self = Self {
            of_origin: self.of_origin,
            of_stage: self.of_stage,
            next: self.next,
            hop_instances: self.hop_instances,
            hop_links: self.hop_links,
            depth: self.depth,
            origin: self.origin,
            past: self.past & (past::SHARED | past::UNKNOWN) | of_guest,
            stage: Stage::Wire,
            key: if is_call { guest.key } else { self.key },
            flags: guest.flags & !flag::OTHER_KEY | self.flags & flag::OTHER_KEY,
            ..guest.clone()
        };
    }

    /// Whether it is a balancer's health check, and no call that anybody counts.
    #[inline]
    pub fn is_probe(&self) -> bool {
        self.operation == Operation::Probe
    }

    /// The place it is inside of, if any.
    #[inline]
    pub fn top(&self) -> Option<Hop> {
        self.depth.checked_sub(1).map(|last| self.hop(last))
    }

    /// The place at that depth, 0 the outermost.
    #[inline]
    pub fn hop(&self, depth: u8) -> Hop {
        let at = usize::from(depth);
        Hop {
            link: self.hop_links[at],
            instance: self.hop_instances[at],
        }
    }

    /// Every place it is inside of, outermost first.
    pub fn hops(&self) -> impl Iterator<Item = Hop> + '_ {
        (0..self.depth).map(|depth| self.hop(depth))
    }

    /// What records are put in order by where no event does it: the number of the request, and its record, which
    /// ends it.
    pub fn order(&self, id: u32) -> u64 {
        u64::from(self.number) << 32 | u64::from(id)
    }

    /// Whether it can go inside of no further place.
    #[inline]
    pub fn is_full(&self) -> bool {
        usize::from(self.depth) >= DEPTH_MAX
    }

    /// Goes inside a place.
    #[inline]
    pub fn push(&mut self, hop: Hop) {
        self.set_next(hop);
        self.depth += 1;
    }

    /// Notes the place it is on its way to, as the one next to those that it is inside of.
    #[inline]
    pub fn set_next(&mut self, hop: Hop) {
        let at = usize::from(self.depth);
        self.hop_links[at] = hop.link;
        self.hop_instances[at] = hop.instance;
    }

    /// Forgets the outermost `count` places.
    pub fn forget_outermost(&mut self, count: u8) {
        let shift = usize::from(count);
        self.hop_links.rotate_left(shift);
        self.hop_instances.rotate_left(shift);
        self.depth -= count;
    }

    /// Leaves the place it is inside of.
    #[inline]
    pub fn pop(&mut self) -> Hop {
        self.depth -= 1;
        self.hop(self.depth)
    }
}

const BLANK: Request = Request {
    of_origin: 0,
    of_stage: 0,
    number: 0,
    next: NOBODY,
    user: 0,
    key: 0,
    version: 0,
    hop_instances: [0; DEPTH_MAX],
    hop_links: [0; DEPTH_MAX],
    depth: 0,
    class: 0,
    attempt: 0,
    flags: 0,
    made: 0,
    origin: Origin::User,
    failure: 0,
    stage: Stage::Free,
    operation: Operation::Call,
    past: 0,
};

/// All records. Freed ones are used again, last freed first, since they are still in the processor's cache.
#[derive(Clone, Debug)]
pub struct Requests {
    records: Vec<Request>,
    free: u32,
    /// By record, as far as any has looked up more than one key: the first.
    first_keys: Vec<u32>,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            records: Vec::new(),
            free: NOBODY,
            first_keys: Vec::new(),
        }
    }
}

impl Requests {
    /// A blank record, or none at the limit.
    #[inline]
    pub fn allocate(&mut self) -> Option<u32> {
        let id = if self.free != NOBODY {
            let id = self.free;
            let record = &mut self.records[id as usize];
            self.free = record.next;
            *record = BLANK;
            id
        } else if self.records.len() < RECORDS_MAX {
            make_room(&mut self.records, 1);
            self.records.push(BLANK);
            (self.records.len() - 1) as u32
        } else {
            return None;
        };
        Some(id)
    }

    /// Gives a record back.
    #[inline]
    pub fn release(&mut self, id: u32) {
        let record = &mut self.records[id as usize];
        assert!(record.stage != Stage::Free, "a record is freed once");
        record.stage = Stage::Free;
        record.next = self.free;
        self.free = id;
    }

    /// A request asks for another key, after the one that it asked for first.
    pub fn ask_for_other(&mut self, id: u32, key: u32) {
        let record = &mut self.records[id as usize];
        let first = std::mem::replace(&mut record.key, key);
        if !record.has(flag::OTHER_KEY) {
            record.flags |= flag::OTHER_KEY;
            self.keep_first_key(id, first);
        }
    }

    /// A request is sent to a server, for the first time or once more: it asks for what it asked for first, and none
    /// of its calls is made.
    #[inline]
    pub fn begin(&mut self, id: u32) {
        let record = &mut self.records[id as usize];
        record.made = 0;
        record.operation = Operation::Call;
        record.failure = 0;
        if record.has(flag::OTHER_KEY) {
            record.flags &= !flag::OTHER_KEY;
            record.key = self.first_keys[id as usize];
        }
    }

    /// A record goes on with what another one asked for.
    pub fn copy(&mut self, from: u32, to: u32) {
        self.records[to as usize] = self.records[from as usize].clone();
        if self.records[to as usize].has(flag::OTHER_KEY) {
            self.keep_first_key(to, self.first_keys[from as usize]);
        }
    }

    fn keep_first_key(&mut self, id: u32, first: u32) {
        if self.first_keys.len() <= id as usize {
            self.first_keys.resize(self.records.len(), 0);
        }
        self.first_keys[id as usize] = first;
    }

    /// Reads a record that will be needed soon, and returns something of it.
    #[inline]
    pub fn peek(&self, id: u32) -> u32 {
        self.records
            .get(id as usize)
            .map_or(0, |record| record.user)
    }

    /// Every record in use, with its id, in order of id. O(records ever used at once).
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Request)> {
        (0u32..)
            .zip(&self.records)
            .filter(|(_, record)| record.stage != Stage::Free)
    }

    /// How long users have waited by a moment who still wait, and have for longer than a limit. O(records ever
    /// used at once).
    pub fn overdue_ns(&self, now_ns: u64, limit_ns: u64) -> impl Iterator<Item = u64> {
        let waiting = self.iter().filter(|(_, request)| request.is_awaited());
        waiting
            .map(move |(_, request)| now_ns - request.started_ns())
            .filter(move |waited_ns| *waited_ns > limit_ns)
    }

    /// The most that were in use at once.
    pub fn most(&self) -> usize {
        self.records.len()
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.records.capacity() * size_of::<Request>()
            + self.first_keys.capacity() * size_of::<u32>()
    }
}

impl std::ops::Index<u32> for Requests {
    type Output = Request;
    #[inline]
    fn index(&self, id: u32) -> &Request {
        &self.records[id as usize]
    }
}

impl std::ops::IndexMut<u32> for Requests {
    #[inline]
    fn index_mut(&mut self, id: u32) -> &mut Request {
        &mut self.records[id as usize]
    }
}

/// A waiting line: first in, first out, linked through the records.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    head: u32,
    tail: u32,
    len: u32,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            head: NOBODY,
            tail: NOBODY,
            len: 0,
        }
    }
}

impl Line {
    /// How many wait.
    #[inline]
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Joins the end.
    #[inline]
    pub fn push(&mut self, requests: &mut Requests, id: u32) {
        requests[id].next = NOBODY;
        if self.tail == NOBODY {
            self.head = id;
        } else {
            requests[self.tail].next = id;
        }
        self.tail = id;
        self.len += 1;
    }

    /// Who waits, longest first.
    pub fn iter<'a>(&self, requests: &'a Requests) -> impl Iterator<Item = &'a Request> + 'a {
        let mut next = self.head;
        std::iter::from_fn(move || {
            let request = (next != NOBODY).then(|| &requests[next])?;
            next = request.next;
            Some(request)
        })
    }

    /// Reads the record of the one that has waited longest, and returns something of it.
    #[inline]
    pub fn peek(&self, requests: &Requests) -> u32 {
        requests.peek(self.head)
    }

    /// Takes the one that has waited longest.
    #[inline]
    pub fn pop(&mut self, requests: &Requests) -> Option<u32> {
        if self.head == NOBODY {
            return None;
        }
        let id = self.head;
        self.head = requests[id].next;
        if self.head == NOBODY {
            self.tail = NOBODY;
        }
        self.len -= 1;
        Some(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_one_cache_line() {
        assert_eq!(size_of::<Request>(), 64);
    }

    #[test]
    fn freed_records_are_used_again() {
        let mut requests = Requests::default();
        let first = requests.allocate().unwrap();
        requests[first].stage = Stage::Wire;
        let second = requests.allocate().unwrap();
        requests[second].stage = Stage::Wire;
        requests.release(first);
        assert_eq!(requests.iter().count(), 1);
        assert_eq!(requests.allocate(), Some(first));
        assert_eq!(
            requests.iter().count(),
            1,
            "a blank record is not live until its stage is set"
        );
    }

    #[test]
    fn a_line_is_first_in_first_out() {
        let mut requests = Requests::default();
        let ids: Vec<u32> = (0..3).map(|_| requests.allocate().unwrap()).collect();
        let mut line = Line::default();
        ids.iter().for_each(|&id| line.push(&mut requests, id));
        assert_eq!(line.len(), 3);
        assert_eq!(line.pop(&requests), Some(ids[0]));
        assert_eq!(line.pop(&requests), Some(ids[1]));
        line.push(&mut requests, ids[0]);
        assert_eq!(line.pop(&requests), Some(ids[2]));
        assert_eq!(line.pop(&requests), Some(ids[0]));
        assert_eq!(line.pop(&requests), None);
    }
}

//! What the callers over a link know of the copies of a database, which need not be so: they act on what they
//! were last told.

use headroom_scenario::{OwnWrites, ReadChoice, ReadsFrom, Replication};

use crate::mechanism::stream::Stream;
use crate::time::ns_from_ms;
use crate::world::World;
use crate::world::border::Message;
use crate::world::request::Hop;

/// Which copies of a database there are, as somebody says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    /// The one that takes writes.
    pub primary: u16,
    /// The others that answer.
    pub replicas: Vec<u16>,
}

/// What the callers over a link know.
#[derive(Clone, Debug)]
pub struct View {
    copies: Copies,
    reads: ReadsFrom,
    choice: ReadChoice,
    own_writes: OwnWrites,
    own_writes_ns: u64,
    /// Counts up, for those who take turns.
    turn: usize,
    lots: Stream,
    /// By copy, calls that are not answered.
    open: Vec<u32>,
    /// By user, until when reads go to the primary; empty where nobody asks for that.
    primary_until_ns: Vec<u64>,
}

impl View {
    /// The view over a link of that name.
    pub fn new(seed: u64, name: &str, copies: Copies, rules: &Replication) -> Self {
        let mut view = Self {
            copies,
            reads: rules.reads,
            choice: rules.read_choice,
            own_writes: rules.own_writes,
            own_writes_ns: 0,
            turn: 0,
            lots: Stream::new(seed, name, "copies"),
            open: Vec::new(),
            primary_until_ns: Vec::new(),
        };
        view.keep_to(rules);
        view
    }

    /// Callers keep to these rules from now on.
    pub fn keep_to(&mut self, rules: &Replication) {
        (self.reads, self.choice) = (rules.reads, rules.read_choice);
        self.own_writes = rules.own_writes;
        self.own_writes_ns = ns_from_ms(rules.own_writes_ms);
        if self.own_writes != OwnWrites::Primary {
            self.primary_until_ns = Vec::new();
        }
    }

    /// The copy that a call goes to, by a user at a moment.
    fn choose(&mut self, is_write: bool, user: u32, now_ns: u64) -> u16 {
        let primary = self.copies.primary;
        if is_write || self.reads == ReadsFrom::Primary || self.must_see_own(user, now_ns) {
            return primary;
        }
        let with_primary = usize::from(self.reads == ReadsFrom::All);
        let count = self.copies.replicas.len() + with_primary;
        let copy = |place: usize| match place.checked_sub(with_primary) {
            Some(place) => self.copies.replicas[place],
            None => primary,
        };
        match (count, self.choice) {
            (0, _) => primary,
            (1, _) => copy(0),
            (_, ReadChoice::Turns) => {
                let turn = self.turn % count;
                self.turn = turn + 1;
                copy(turn)
            }
            (_, ReadChoice::Random) => copy(self.lots.below(count as u32) as usize),
            (_, ReadChoice::LeastBusy) => {
                let open = |copy: u16| self.open.get(usize::from(copy)).copied().unwrap_or(0);
                let least = (0..count).map(|place| open(copy(place))).min();
                let idle = || (0..count).filter(|place| Some(open(copy(*place))) == least);
                let lot = self.lots.below(idle().count() as u32);
                idle().nth(lot as usize).map_or(primary, copy)
            }
        }
    }

    fn must_see_own(&self, user: u32, now_ns: u64) -> bool {
        let until_ns = self.primary_until_ns.get(user as usize);
        until_ns.is_some_and(|until_ns| now_ns < *until_ns)
    }

    fn note_own_write(&mut self, user: u32, now_ns: u64) {
        if self.own_writes == OwnWrites::Primary {
            let user = user as usize;
            if self.primary_until_ns.len() <= user {
                self.primary_until_ns.resize(user + 1, 0);
            }
            self.primary_until_ns[user] = now_ns + self.own_writes_ns;
        }
    }

    fn count(&mut self, copy: u16) -> &mut u32 {
        let copy = usize::from(copy);
        if self.open.len() <= copy {
            self.open.resize(copy + 1, 0);
        }
        &mut self.open[copy]
    }
}

impl World {
    /// The copy at the other end of a link that a call of a request goes to; 0 where there are no copies.
    #[inline]
    pub fn copy_to_ask(&mut self, id: u32, link: u8, is_write: bool) -> u16 {
        let Some(view) = &mut self.views[usize::from(link)] else {
            return 0;
        };
        let user = self.requests[id].user;
        let copy = view.choose(is_write, user, self.calendar.now_ns());
        *view.count(copy) += 1;
        copy
    }

    /// A call over a link is not open any more.
    #[inline]
    pub fn close_call(&mut self, link: u8, copy: u16) {
        if let Some(view) = &mut self.views[usize::from(link)] {
            let open = view.count(copy);
            *open = open.saturating_sub(1);
        }
    }

    /// Who asked over a link is told that a write is done.
    #[inline]
    pub fn note_own_write(&mut self, id: u32, link: u8) {
        if let Some(view) = &mut self.views[usize::from(link)] {
            let user = self.requests[id].user;
            view.note_own_write(user, self.calendar.now_ns());
        }
    }

    /// What the callers over a link know of the copies at its other end, if there are any.
    pub fn view(&mut self, link: u8) -> &mut Option<Box<View>> {
        &mut self.views[usize::from(link)]
    }

    /// The callers over a link are told which copies there are.
    pub fn hear_copies(&mut self, link: u8, copies: Copies) {
        if let Some(view) = &mut self.views[usize::from(link)] {
            view.copies = copies;
        }
    }

    /// Word of it leaves for another place.
    pub fn send_copies(&mut self, link: u8, copies: Copies, at_ns: u64) {
        let hop = Hop { link, instance: 0 };
        self.cross(0, hop, Message::Copies(copies), at_ns);
    }
}

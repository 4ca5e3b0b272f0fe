//! How long users and callers wait, and what becomes of a record when they do no longer.

use crate::calendar::{EventKind, What};
use crate::figures::reason::Reason;
use crate::story::trace::Activity;
use crate::world::World;
use crate::world::request::{Hop, Origin, Stage, flag};

/// Time between two looks at whether a caller that hangs goes on.
const LOOK_AGAIN_NS: u64 = 100_000_000;

impl World {
    /// The earliest time-out of all, of users and of calls; `u64::MAX` where there is none.
    #[inline]
    pub fn first_deadline_ns(&self) -> u64 {
        self.deadlines.first_ns().min(self.calls.first_ns())
    }

    /// The earliest time-out of all, as an event; `clients` is the number of the users.
    pub fn first_deadline(&self, clients: u8) -> Option<(u64, What)> {
        let users = self.deadlines.first();
        let calls = self.calls.first();
        let of_call = |(at_ns, request, depth): (u64, u32, u8)| {
            let caller = self.requests[request].hop(depth - 1);
            let what = What {
                request,
                instance: depth.into(),
                place: self.wires[usize::from(caller.link)].to,
                kind: EventKind::CallDeadline,
            };
            (at_ns, what)
        };
        let of_user = |(at_ns, request): (u64, u32)| {
            let caller = self.caller_of_call(request);
            let what = What {
                request,
                instance: 0,
                place: caller.map_or(clients, |caller| self.called(caller)),
                kind: match caller {
                    Some(_) => EventKind::CallDeadline,
                    None => EventKind::Deadline,
                },
            };
            (at_ns, what)
        };
        match (users, calls) {
            (Some(user), Some(call)) if call.0 < user.0 => Some(of_call(call)),
            (Some(user), _) => Some(of_user(user)),
            (None, call) => call.map(of_call),
        }
    }

    /// The caller waits so long. What a component asks for itself has a clock of its own.
    #[inline(never)]
    pub(super) fn set_call_timeout(&mut self, id: u32, to: Hop, timeout_ns: u64) {
        let request = &mut self.requests[id];
        if request.origin != Origin::Component && !request.is_full() {
            request.set_next(to);
            let depth = request.depth;
            self.set_call_deadline(id, depth, timeout_ns);
        }
    }

    /// The call that a record at a depth makes fails so long from now. A call that is a record has no user with a
    /// deadline, and its own in that place.
    fn set_call_deadline(&mut self, id: u32, depth: u8, delay_ns: u64) {
        if depth == 0 {
            return self.set_deadline(id, delay_ns);
        }
        let now_ns = self.now_ns();
        self.calls.set(id, depth, now_ns, delay_ns);
        self.calendar.stop_by(now_ns + delay_ns + 1);
    }

    /// The call of a record at a depth waits for its answer no more.
    #[inline]
    pub fn clear_call_deadline(&mut self, id: u32, depth: u8) {
        if depth > 0 {
            self.calls.clear(id, depth);
        } else if self.requests[id].origin == Origin::Request {
            self.deadlines.clear(id);
        }
    }

    /// The attempt of a request fails if no answer comes `delay_ns` from now.
    pub fn set_deadline(&mut self, id: u32, delay_ns: u64) {
        let now_ns = self.now_ns();
        self.deadlines.set(id, now_ns, delay_ns);
        self.calendar.stop_by(now_ns + delay_ns + 1);
    }

    /// A second record takes over the user's side of a request, as it is at `depth`; the first goes on
    /// where it is, abandoned. None at the limit of records.
    pub fn split(&mut self, id: u32, depth: u8) -> Option<u32> {
        let heir = self.requests.allocate()?;
        // No call of a write is a record of its own, but traffic may have turned its class into one since.
        if self.is_write(id) && self.requests[id].parent().is_none() {
            let request = &mut self.requests[id];
            request.past = self.written.split(request.number, request.past);
        }
        self.requests.copy(id, heir);
        let copy = &mut self.requests[heir];
        copy.depth = depth;
        copy.stage = Stage::Client;
        self.deadlines.hand_over(id, heir);
        self.calls.split(id, heir, depth);
        self.requests[id].forget_outermost(depth);
        self.give_up(id);
        Some(heir)
    }

    /// The caller of a call whose time is over hangs: it is looked again in a while.
    pub fn wait_on(&mut self, id: u32, depth: u8) {
        self.clear_call_deadline(id, depth);
        self.set_call_deadline(id, depth, LOOK_AGAIN_NS);
    }

    /// The answer to a call has not come in time: its caller goes on with another record, and the first one
    /// goes on where it is, abandoned. The caller's, and the call that it made; none at the limit of records.
    pub fn time_call_out(&mut self, id: u32, depth: u8) -> Option<(u32, Hop)> {
        self.clear_call_deadline(id, depth);
        let called = self.requests[id].hop(depth);
        let heir = self.split(id, depth)?;
        let component = self.wires[usize::from(called.link)].to;
        let request = &mut self.requests[heir];
        request.failure = Reason::TimedOut as u8 + 1;
        request.flags |= flag::NO_ANSWER;
        let activity = Activity::Fail(Reason::TimedOut);
        self.note(heir, activity, component, called.instance);
        Some((heir, called))
    }

    /// Where the request is that makes a call which is a record; none of others.
    fn caller_of_call(&self, id: u32) -> Option<Hop> {
        let parent = self.requests[id].parent()?;
        self.requests[parent].top()
    }
}

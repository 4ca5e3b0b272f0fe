//! Requests that make their calls at the same time, each a record of its own, and wait for them.

use crate::world::World;
use crate::world::request::{Stage, flag};

impl World {
    /// One more call of a request, as a record of its own; none at the limit of records. The request waits for it
    /// where it is.
    pub fn fork(&mut self, parent: u32) -> Option<u32> {
        let id = self.requests.allocate()?;
        self.requests[parent].call_out();
        self.requests[id] = self.requests[parent].call(parent);
        Some(id)
    }

    /// A call that was a record has ended, with its failure if it has failed. Says which request waited for it.
    pub fn join(&mut self, id: u32) -> Option<u32> {
        let call = &self.requests[id];
        let (parent, failure) = (call.parent()?, call.failure);
        if call.has(flag::SAMPLED) && self.is_for_user(call) {
            self.tracer
                .rejoin(call.number, call.made, self.calendar.now_ns());
        }
        self.release(id);
        let request = &mut self.requests[parent];
        request.call_back();
        if request.failure == 0 {
            request.failure = failure;
        }
        Some(parent)
    }

    /// Requests that waited for their calls have died: nobody hears of those calls, and what was done for them in
    /// the very place ends.
    pub fn disown(&mut self, is_dead: impl Fn(u32) -> bool) {
        let calls = self.requests.iter();
        let calls = calls.filter(|(_, call)| call.parent().is_some_and(&is_dead));
        let calls: Vec<(u32, bool)> = calls.map(|(id, call)| (id, call.depth == 0)).collect();
        for (id, is_here) in calls {
            if is_here && self.requests[id].stage == Stage::Slot {
                self.release(id);
            } else {
                self.clear_call_deadline(id, 0);
                self.give_up(id);
            }
        }
    }
}

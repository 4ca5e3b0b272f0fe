//! Who gives a request up, and who hears of it when: word of it follows the request over the links, as what closes
//! a connection does, and takes the time that each of them takes.

use crate::calendar::{EventKind, What};
use crate::world::World;
use crate::world::border::{GivenUp, Message};
use crate::world::request::{Hop, Origin, Request, Stage};

impl World {
    /// Nobody waits for a record any more, as of now. What it has become in another place hears of it there.
    pub fn give_up(&mut self, id: u32) {
        let now_ns = self.now_ns();
        let request = &mut self.requests[id];
        request.give_up(now_ns);
        match request.stage {
            Stage::Abroad => self.tell_abroad(id),
            Stage::Join if self.border.has_others() => {
                let calls = self.requests.iter();
                let calls = calls.filter(|(_, call)| call.parent() == Some(id));
                let abroad = calls.filter(|(_, call)| call.stage == Stage::Abroad);
                let abroad: Vec<u32> = abroad.map(|(call, _)| call).collect();
                abroad.into_iter().for_each(|call| self.tell_abroad(call));
            }
            _ => {}
        }
    }

    /// What a record has become in another place hears that it is given up.
    pub(super) fn tell_abroad(&mut self, id: u32) {
        let request = &self.requests[id];
        if let (Some(given_up), false) = (self.given_up(request), request.is_full()) {
            let called = request.hop(request.depth);
            let at_ns = given_up.since_ns + self.latency_ns(called, request.user);
            let message = Message::GivenUp(request.number, given_up);
            self.cross(id, called, message, at_ns);
        }
    }

    /// Whether anybody waits for a record, as far as is known where it is: a user, a component, or a request for
    /// which somebody does.
    pub fn is_wanted(&self, id: u32) -> bool {
        let heard_ns = self.heard_ns(&self.requests[id]);
        heard_ns.is_none_or(|heard_ns| self.now_ns() < heard_ns)
    }

    /// Whether who has sent a message knows that nobody waits for it: it need not go on.
    pub(super) fn is_over(&self, what: What) -> bool {
        let request = &self.requests[what.request];
        if request.depth > 0 {
            return false;
        }
        let wire = &self.wires[usize::from(what.place)];
        let given_up_ns = match request.origin {
            Origin::Nobody => request.given_up_ns(),
            Origin::Abroad => {
                let given_up = self.border.given_up(wire.from, request);
                let given_up = given_up.filter(|given_up| given_up.is_unheard);
                given_up.map(|given_up| given_up.since_ns)
            }
            Origin::User | Origin::Component | Origin::Request => None,
        };
        let hop = Hop::from(what);
        let way_ns = match what.kind {
            EventKind::Back => self.latency_ns(hop, request.user),
            _ => 0,
        };
        request.is_late_probe(self.now_ns())
            || given_up_ns.is_some_and(|given_up_ns| self.now_ns() >= given_up_ns + way_ns)
    }

    /// A message that is over is dropped, and with it all that its record stands for.
    pub(super) fn drop_message(&mut self, what: What) {
        let request = &self.requests[what.request];
        if request.origin == Origin::Abroad {
            let hop = Hop::from(what);
            let at_ns = self.now_ns() + self.latency_ns(hop, request.user);
            self.send_home(what.request, hop, at_ns);
        } else {
            self.release(what.request);
        }
    }

    /// When it is known where a record is that nobody waits for it; none where somebody does, as far as has been
    /// heard here.
    pub(super) fn heard_ns(&self, request: &Request) -> Option<u64> {
        let given_up_ns = match request.origin {
            Origin::User | Origin::Component => None,
            Origin::Request => self.heard_ns(&self.requests[request.parent()?]),
            Origin::Nobody => request.given_up_ns(),
            Origin::Abroad => {
                let caller = self.wires[usize::from(request.hops().next()?.link)].from;
                let given_up = self.border.given_up(caller, request);
                given_up.map(|given_up| given_up.since_ns)
            }
        };
        let hops = request.hops();
        let path_ns = hops.map(|hop| self.latency_ns(hop, request.user));
        given_up_ns.map(|given_up_ns| given_up_ns + path_ns.sum::<u64>())
    }

    /// What is known of who has given a record up, where it is.
    pub(super) fn given_up(&self, request: &Request) -> Option<GivenUp> {
        Some(GivenUp {
            since_ns: self.heard_ns(request)?,
            is_unheard: request.origin == Origin::Nobody && request.depth == 0,
        })
    }

    /// What the link of a hop takes for a user, if nothing is wrong with it.
    pub(super) fn latency_ns(&self, hop: Hop, user: u32) -> u64 {
        let wire = &self.wires[usize::from(hop.link)];
        match wire.is_by_region() {
            true => wire.latency_ns[self.region_of(user)],
            false => wire.latency_ns[0],
        }
    }
}

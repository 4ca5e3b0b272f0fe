//! What is put on a wire, and what becomes of it there.

use headroom_scenario::{ClassKind, Impairment, KindTag, Scenario};

use crate::calendar::{Calendar, EventKind, What};
use crate::figures::reason::Reason;
use crate::story::trace::Activity;
use crate::world::World;
use crate::world::class::ClassRow;
use crate::world::impairment::{Fate, Impaired, Message, Way};
use crate::world::request::{Hop, Operation, Request, Stage, flag, past};
use crate::world::wire::Departure;

/// What a message takes beside the values in it: headers, a key, a status.
const MESSAGE_BYTES: u64 = 1_000;

impl World {
    /// Sends a request over a link to an instance at its other end.
    pub fn send(&mut self, id: u32, to: Hop, departure: Departure) {
        self.requests[id].past &= !past::LOOKED_UP;
        let timeout_ns = self.wires[usize::from(to.link)].timeout_ns;
        if timeout_ns > 0 {
            self.set_call_timeout(id, to, timeout_ns);
        }
        self.set_out(id, to, Way::Call, departure);
    }

    /// Puts a request on a wire.
    #[inline(always)]
    pub(super) fn set_out(&mut self, id: u32, hop: Hop, way: Way, departure: Departure) {
        let request = &mut self.requests[id];
        request.stage = Stage::Wire;
        let user = request.user;
        let what = What {
            request: id,
            instance: hop.instance,
            place: hop.link,
            kind: match way {
                Way::Call => EventKind::Forward,
                Way::Answer => EventKind::Back,
            },
        };
        let is_followed = self.is_followed(id);
        let wire = &self.wires[usize::from(hop.link)];
        let region = match wire.is_by_region() {
            false => 0,
            true => self.region_of(user),
        };
        let wire = &mut self.wires[usize::from(hop.link)];
        if !wire.is_plain() {
            return self.carry_specially(what, way, region, departure.wait_ns());
        }
        let (start_ns, end_ns) = wire.carry(what, region, departure, &mut self.calendar);
        if is_followed {
            self.show_flight(what, start_ns, end_ns);
        }
    }

    /// Over a link that is impaired, or leads to another place.
    #[cold]
    #[inline(never)]
    fn carry_specially(&mut self, what: What, way: Way, region: usize, wait_ns: u64) {
        let wire = &self.wires[usize::from(what.place)];
        if wire.is_sound() {
            let start_ns = self.now_ns() + wait_ns;
            let end_ns = start_ns + wire.latency_ns[region];
            return self.set_off(what, start_ns, end_ns);
        }
        let message = Message {
            what,
            way,
            latency_ns: self.wires[usize::from(what.place)].latency_ns[region],
            bytes: self.bytes_of(what.request, way),
            comes_back: false,
        };
        self.put_on_impaired(what.place, message, wait_ns);
    }

    fn put_on_impaired(&mut self, link: u8, message: Message, wait_ns: u64) {
        let at_ns = self.now_ns() + wait_ns;
        self.with_impaired(link, |impaired, calendar| {
            [(message.what, impaired.carry(message, at_ns, calendar))]
        });
    }

    /// What waited on a link for a moment or for its turn goes on.
    pub fn go_on_carrying(&mut self, what: What) {
        let number = what.request;
        self.with_impaired(what.place, |impaired, calendar| match what.kind {
            EventKind::Passed => impaired.pass(number, calendar),
            _ => impaired.set_out(number, calendar),
        });
    }

    /// Does something with what is wrong with a link, and notes what becomes of the messages.
    fn with_impaired<Fates: IntoIterator<Item = (What, Fate)>>(
        &mut self,
        link: u8,
        does: impl FnOnce(&mut Impaired, &mut Calendar) -> Fates,
    ) {
        let wire = &mut self.wires[usize::from(link)];
        let called = wire.to;
        for (what, fate) in wire.with_impaired(|impaired| does(impaired, &mut self.calendar)) {
            match fate {
                Fate::Arrives { start_ns, end_ns } => self.set_off(what, start_ns, end_ns),
                Fate::Held => self.note(what.request, Activity::HeldUp, called, what.instance),
                Fate::Waits => {}
            }
        }
        let impaired = self.wires[usize::from(link)].impaired();
        if impaired.is_some_and(Impaired::is_look_due) {
            self.forget_held(link.into());
        }
    }

    /// A message is on the wire, and arrives at a moment: here, or in another place.
    fn set_off(&mut self, what: What, start_ns: u64, end_ns: u64) {
        if self.is_followed(what.request) {
            self.show_flight(what, start_ns, end_ns);
        }
        let hop = Hop::from(what);
        if !self.wires[usize::from(hop.link)].crosses {
            self.calendar.push_at(end_ns, what);
        } else if what.kind == EventKind::Back {
            self.send_home(what.request, hop, end_ns);
        } else {
            self.send_abroad(what.request, hop, end_ns);
        }
    }

    fn forget_held(&mut self, link: usize) {
        let held = self.wires[link].impaired();
        let held = held.into_iter().flat_map(Impaired::held);
        let over: Vec<What> = held.filter(|what| self.is_over(*what)).collect();
        self.wires[link].forget(&over);
        for what in over {
            self.drop_message(what);
        }
    }

    /// How large a message is: so much by itself, and the values that it carries.
    fn bytes_of(&self, id: u32, way: Way) -> u64 {
        let request = &self.requests[id];
        let class = &self.classes[usize::from(request.class)];
        let is_write = class.kind == ClassKind::Write;
        let has_failed = request.failure != 0 || request.has(flag::LOGIN_ASKED);
        let values = match (way, request.operation) {
            (Way::Call, Operation::Fill | Operation::Put | Operation::Leave | Operation::Flush) => {
                1
            }
            (Way::Call, Operation::Query) => u64::from(is_write),
            // What is to be written, as far as it is not yet.
            (Way::Call, Operation::Call) if is_write => class.queries_left(request.made).into(),
            (Way::Call, _) => 0,
            (Way::Answer, _) if has_failed => 0,
            (Way::Answer, Operation::Call) => self.values_asked_for(request, class),
            (Way::Answer, Operation::Get) => request.has(flag::HIT).into(),
            (Way::Answer, Operation::Read) => 1,
            (Way::Answer, Operation::Query) => u64::from(!is_write),
            (Way::Answer, _) => 0,
        };
        MESSAGE_BYTES + values * self.value_bytes
    }

    /// How many values the answer to a request brings to the place that it is inside of: those that have not
    /// been read there.
    fn values_asked_for(&self, request: &Request, class: &ClassRow) -> u64 {
        let callers = request
            .hops()
            .map(|hop| self.wires[usize::from(hop.link)].to);
        // A balancer asks for nothing itself.
        let caller = callers
            .filter(|&it| self.tag(it) != KindTag::LoadBalancer)
            .last();
        let has = |wanted: KindTag| {
            caller.is_some_and(|caller| {
                self.links_from(caller)
                    .any(|(_, to)| self.tag(to) == wanted)
            })
        };
        let (has_cache, has_database) = (has(KindTag::Cache), has(KindTag::Database));
        let are_read = class.kind != ClassKind::Write;
        let looked_up = u64::from(!has_cache && !has_database) * u64::from(class.lookups);
        looked_up + u64::from(!has_database && are_read) * u64::from(class.queries)
    }

    /// A link carries worse than it should, or as it should again where there is no impairment.
    pub fn impair(&mut self, link: usize, impairment: Option<Impairment>, scenario: &Scenario) {
        let wire = &mut self.wires[link];
        match impairment {
            Some(impairment) => wire.impair(
                impairment,
                scenario.seed,
                link as u8,
                &scenario.design.links[link],
            ),
            None => wire.repair(),
        }
        self.forget_held(link);
        self.with_impaired(link as u8, Impaired::release);
    }

    /// A user of that component asks a directory for an address, over a link: the answer comes after a
    /// round trip.
    pub fn look_up(&mut self, id: u32, link: u8, component: u8) {
        self.requests[id].stage = Stage::Client;
        let what = What {
            request: id,
            instance: 0,
            place: component,
            kind: EventKind::Resolved,
        };
        let wire = &self.wires[usize::from(link)];
        let latency_ns = wire.latency_ns[0];
        if wire.is_sound() {
            let lane = self.calendar.lane(2 * latency_ns);
            self.calendar.push_after(lane, what);
        } else {
            let message = Message {
                what,
                way: Way::Call,
                latency_ns,
                bytes: MESSAGE_BYTES,
                comes_back: true,
            };
            self.put_on_impaired(link, message, 0);
        }
    }

    /// No design leads a request through more components than its record has room for, but an edit may send
    /// one that is midway through those of two designs: it is refused at the door.
    #[cold]
    pub(super) fn turn_away(&mut self, id: u32, from: Hop) {
        let request = &mut self.requests[id];
        request.failure = Reason::ConnectionRefused as u8 + 1;
        request.flags |= flag::NO_ANSWER;
        self.set_out(id, from, Way::Answer, Departure::Now);
    }
}

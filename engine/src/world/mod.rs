//! What all components share: the calendar, the records, the wires between them, the meters.
//! Components never touch each other: they send and answer through here.

pub(crate) mod border;
pub(crate) mod call;
pub(crate) mod class;
pub(crate) mod data;
pub(crate) mod deadline;
pub(crate) mod giving_up;
pub(crate) mod hearsay;
pub(crate) mod impairment;
mod regions;
pub(crate) mod request;
pub(crate) mod route;
pub(crate) mod wire;
pub(crate) mod written;

use std::sync::Arc;

use headroom_scenario::{ClassKind, Component, Design, Impairment, KindTag, Scenario, Traffic};

use crate::calendar::{Calendar, EventKind, What};
use crate::figures::meter::{Level, Meter, Peak};
use crate::figures::outcome::Outcomes;
use crate::figures::reason::Reason;
use crate::mechanism::popularity::Popularity;
use crate::story::flight::Flight;
use crate::story::happening::{Mark, Tone};
use crate::story::marks::Marks;
use crate::story::trace::Activity;
use crate::story::tracer::{Change, Maker, Note, Tracer, WayPoint};
use crate::time::ns_from_ms;
use crate::world::border::{Border, PlaceNumber};
use crate::world::call::CallDeadlines;
use crate::world::class::ClassRow;
use crate::world::data::Data;
use crate::world::deadline::Deadlines;
use crate::world::hearsay::Hearsay;
use crate::world::impairment::{Fate, Impaired, Message, Way};
use crate::world::request::{Hop, Operation, Origin, Request, Requests, Stage, flag, past};
use crate::world::route::Route;
use crate::world::wire::{Departure, Wire};
use crate::world::written::Written;

/// Time between two looks at whether a caller that hangs goes on.
const LOOK_AGAIN_NS: u64 = 100_000_000;
/// What a message takes beside the values in it: headers, a key, a status.
const MESSAGE_BYTES: u64 = 1_000;

/// Id and name of a component, and its instances' meters.
#[derive(Clone, Debug, Default)]
pub struct ComponentMeter {
    /// What it is called in this run ([`Design::name_in_run`]).
    pub id: String,
    /// One meter for each instance there ever was.
    pub instances: Vec<Meter>,
    /// Waiting in the lines of all of them together.
    pub waiting: Peak,
    /// Instances that are rented: from the moment they are started until they are gone, dead or not.
    pub rented: Level,
}

/// What all components share.
#[derive(Clone, Debug)]
pub struct World {
    /// What is still to happen.
    pub calendar: Calendar,
    /// Every request in the system.
    pub requests: Requests,
    /// Their users' time-outs.
    pub deadlines: Deadlines,
    /// The time-outs of their calls.
    pub calls: CallDeadlines,
    /// What is here, and what travels to other places and from there.
    pub border: Border,
    /// What is to be told of this window in other places.
    hearsay: Hearsay,
    /// The links, in the order of the design.
    pub wires: Vec<Wire>,
    /// The classes, in the order of the mix.
    pub classes: Vec<ClassRow>,
    /// How requests end.
    pub outcomes: Outcomes,
    /// Popularity of the keys, for who draws further ones.
    pub popularity: Option<Arc<Popularity>>,
    /// Meters by component.
    pub meters: Vec<ComponentMeter>,
    /// Every component that there has been, as it was at first: what its instances are called never changes.
    named: Vec<Component>,
    /// By component: which of its instances keeps a key, where keys decide.
    pub routes: Vec<Option<Route>>,
    /// By component, what is written there: databases have data of their own.
    data: Vec<Data>,
    /// How many keys there are, or were.
    keys: usize,
    /// Users' writes that go on with several records.
    pub written: Written,
    /// Size of a value.
    value_bytes: u64,
    /// Follows sampled requests.
    pub tracer: Tracer,
    /// Marks for the time line.
    pub marks: Marks,
    /// By user, the region each lives in; empty where there is just one.
    user_regions: Vec<u8>,
    /// Names of the classes.
    pub class_names: Vec<String>,
}

impl World {
    /// The world of a scenario in one of its places, before its first event.
    pub fn new(scenario: &Scenario, place: PlaceNumber) -> Self {
        let mut world = World {
            calendar: Calendar::default(),
            requests: Requests::default(),
            deadlines: Deadlines::default(),
            calls: CallDeadlines::default(),
            border: Border::at(place),
            hearsay: Hearsay::default(),
            wires: Vec::new(),
            classes: Vec::new(),
            outcomes: Outcomes::default(),
            popularity: None,
            meters: Vec::new(),
            named: Vec::new(),
            routes: Vec::new(),
            data: Vec::new(),
            keys: 0,
            written: Written::default(),
            value_bytes: 0,
            tracer: Tracer::default(),
            marks: Marks::default(),
            user_regions: Vec::new(),
            class_names: Vec::new(),
        };
        for place in 0..scenario.design.components.len() {
            world.open(&scenario.design, place);
        }
        world.set_traffic(&scenario.traffic);
        world.open_wires(scenario);
        world
    }

    /// One more component, as of now.
    pub fn open(&mut self, design: &Design, place: usize) {
        let component = &design.components[place];
        self.meters.push(ComponentMeter {
            id: design.name_in_run(place),
            instances: Vec::new(),
            waiting: Peak::default(),
            rented: Level::from(self.now_ns(), component.kind.instances().into()),
        });
        self.named.push(component.clone());
        self.border.open(design, place);
        self.routes.push(None);
        let mut data = Data::default();
        if component.kind.tag() == KindTag::Database {
            data.make_room(self.keys);
        }
        self.data.push(data);
    }

    /// Each link of the design that has none gets its wire, between what its ends are by now.
    pub fn open_wires(&mut self, scenario: &Scenario) {
        while let Some(ends) = scenario.design.ends(self.wires.len()) {
            let link = self.wires.len();
            let row = &scenario.design.links[link];
            let mut wire = Wire::new(ends.from.into(), ends.to.into(), self.now_ns());
            let [from, to] = [ends.from, ends.to].map(|end| self.border.place_of(end.place()));
            wire.crosses = from != to;
            self.wires.push(wire);
            self.set_latency(link, row.latency_ms, scenario);
            self.set_timeout(link, row.timeout_ms);
        }
    }

    /// Takes over classes, keys and regions of the traffic.
    pub fn set_traffic(&mut self, traffic: &Traffic) {
        // Requests for classes and keys that are no more, or of users, may still be on their way.
        let rows = traffic.classes.iter().map(ClassRow::of);
        let names = traffic.classes.iter().map(|class| class.id.clone());
        let replaced = rows.len().min(self.classes.len());
        self.classes.splice(..replaced, rows);
        self.class_names.splice(..replaced, names);
        self.keys = self.keys.max(traffic.keys.count as usize);
        for (data, component) in self.data.iter_mut().zip(&self.named) {
            if component.kind.tag() == KindTag::Database {
                data.make_room(self.keys);
            }
        }
        self.value_bytes = (traffic.keys.value_kb * 1e3 + 0.5) as u64;
        let users = self.user_regions.len().max(traffic.population() as usize);
        self.user_regions = regions::of_users(&traffic.regions, users);
    }

    /// Sets the latency of a link: what is on the wire already arrives as it would have.
    pub fn set_latency(&mut self, link: usize, latency_ms: f64, scenario: &Scenario) {
        let from = &scenario.design.components[usize::from(self.wires[link].from)];
        let from_clients = matches!(from.kind, headroom_scenario::Kind::Clients(_));
        let to = &scenario.design.components[usize::from(self.wires[link].to)];
        let to_directory = matches!(to.kind, headroom_scenario::Kind::Dns(_));
        let latency_ns: Vec<u64> = if from_clients && !to_directory {
            let regions = scenario.traffic.regions.iter();
            regions
                .map(|region| ns_from_ms(latency_ms + region.round_trip_ms / 2.0))
                .collect()
        } else {
            vec![ns_from_ms(latency_ms)]
        };
        self.wires[link].set_latency(latency_ns, &mut self.calendar);
    }

    /// Sets how long the caller of a link waits: who waits already does so as long as it would have.
    pub fn set_timeout(&mut self, link: usize, timeout_ms: f64) {
        self.wires[link].timeout_ns = ns_from_ms(timeout_ms);
    }

    /// When all that is on its way to a component by now will have arrived.
    pub fn arrived_by_ns(&self, component: u8) -> u64 {
        let now_ns = self.now_ns();
        let wires = self.wires.iter().filter(|wire| wire.to == component);
        let arrivals = wires.map(|wire| wire.arrived_by_ns(now_ns));
        arrivals.fold(now_ns, u64::max)
    }

    /// Whether something that was sent to an instance by some moment is held up on a link, and will arrive by
    /// itself.
    pub fn is_held_up(&self, component: u8, instance: u16, by_ns: u64) -> bool {
        let wires = self.wires.iter().filter(|wire| wire.to == component);
        let mut impaired = wires.filter_map(Wire::impaired);
        impaired.any(|it| it.keeps(instance, by_ns))
    }

    /// The least time in which something that sets out now arrives in another place; `u64::MAX` where no link leads
    /// there.
    pub fn least_crossing_ns(&self) -> u64 {
        let wires = self.wires.iter().filter(|wire| wire.crosses);
        let latencies = wires.flat_map(|wire| &wire.latency_ns);
        latencies.copied().min().unwrap_or(u64::MAX)
    }

    /// Bytes held by what grows with the requests in flight.
    pub fn memory_bytes(&self) -> usize {
        self.requests.memory_bytes()
            + self.deadlines.memory_bytes()
            + self.calls.memory_bytes()
            + self.calendar.memory_bytes()
    }

    /// The moment the run has reached.
    #[inline]
    pub fn now_ns(&self) -> u64 {
        self.calendar.now_ns()
    }

    /// The region a user lives in.
    #[inline]
    pub fn region_of(&self, user: u32) -> usize {
        let region = self.user_regions.get(user as usize).copied();
        usize::from(region.unwrap_or(0))
    }

    /// The links from a component, each with the number of the called.
    pub fn links_from(&self, component: u8) -> impl Iterator<Item = (u8, u8)> + '_ {
        let wires = (0u8..).zip(&self.wires);
        wires
            .filter(move |(_, wire)| wire.from == component && !wire.is_removed)
            .map(|(link, wire)| (link, wire.to))
    }

    fn tag(&self, component: u8) -> KindTag {
        self.named[usize::from(component)].kind.tag()
    }

    /// The database whose values a service or a cache has: the one behind it, or behind the cache that it asks,
    /// or, of a cache that only keeps what it is given, that of those who ask it.
    pub fn database_behind(&self, component: u8) -> Option<u8> {
        let called = |by: u8, wanted: KindTag| {
            let mut links = self.links_from(by);
            links
                .find(|&(_, to)| self.tag(to) == wanted)
                .map(|(_, to)| to)
        };
        let directly = |by: u8| called(by, KindTag::Database);
        let asked = called(component, KindTag::Cache);
        let wires = self.wires.iter().filter(|wire| !wire.is_removed);
        let mut callers = wires
            .filter(|wire| wire.to == component)
            .map(|wire| wire.from);
        directly(component)
            .or_else(|| asked.and_then(directly))
            .or_else(|| callers.find_map(directly))
    }

    /// What is written in a database.
    #[inline]
    pub fn data(&mut self, database: u8) -> &mut Data {
        &mut self.data[usize::from(database)]
    }

    /// The version of a value that a database has.
    #[inline]
    pub fn stored(&self, database: u8, key: u32) -> u32 {
        self.data[usize::from(database)].stored(key)
    }

    /// Sends a request over a link to an instance at its other end.
    pub fn send(&mut self, id: u32, to: Hop, departure: Departure) {
        self.requests[id].past &= !past::LOOKED_UP;
        let timeout_ns = self.wires[usize::from(to.link)].timeout_ns;
        if timeout_ns > 0 {
            self.set_call_timeout(id, to, timeout_ns);
        }
        self.set_out(id, to, Way::Call, departure);
    }

    /// The earliest time-out of all, of users and of calls; `u64::MAX` where there is none.
    #[inline]
    pub fn first_deadline_ns(&self) -> u64 {
        self.deadlines.first_ns().min(self.calls.first_ns())
    }

    /// When the next event or time-out is; `u64::MAX` where nothing will ever happen again.
    pub fn next_ns(&self) -> u64 {
        self.calendar.next_ns().min(self.first_deadline_ns())
    }

    /// Events from a moment on are not due yet, nor those after the next time-out.
    pub fn stop_at(&mut self, stop_ns: u64) {
        let in_time_ns = self.first_deadline_ns().saturating_add(1);
        self.calendar.stop_at(stop_ns.min(in_time_ns));
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
    fn set_call_timeout(&mut self, id: u32, to: Hop, timeout_ns: u64) {
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

    /// Puts a request on a wire.
    #[inline(always)]
    fn set_out(&mut self, id: u32, hop: Hop, way: Way, departure: Departure) {
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

    /// A request has arrived over a link: it is inside from now on, if its record has room for that. Says of which
    /// component. Probes are work, but no calls: they take time, and are not counted.
    #[inline]
    pub fn enter(&mut self, id: u32, link: u8, instance: u16) -> Option<u8> {
        let request = &mut self.requests[id];
        if request.is_full() {
            self.turn_away(id, Hop { link, instance });
            return None;
        }
        request.push(Hop { link, instance });
        let is_call = !request.is_probe();
        let wire = &mut self.wires[usize::from(link)];
        wire.calls += u32::from(is_call);
        let to = wire.to;
        if is_call {
            let now_ns = self.now_ns();
            let meter = self.meter(to, instance);
            meter.arrived += 1;
            meter.inside.up(now_ns);
        }
        Some(to)
    }

    /// No design leads a request through more components than its record has room for, but an edit may send
    /// one that is midway through those of two designs: it is refused at the door.
    #[cold]
    fn turn_away(&mut self, id: u32, from: Hop) {
        let request = &mut self.requests[id];
        request.failure = Reason::ConnectionRefused as u8 + 1;
        request.flags |= flag::NO_ANSWER;
        self.set_out(id, from, Way::Answer, Departure::Now);
    }

    /// Answers the call that the request is inside of: it leaves, and travels back to the caller.
    pub fn answer(&mut self, id: u32, departure: Departure) {
        let hop = self.leave(id);
        self.set_out(id, hop, Way::Answer, departure);
    }

    /// Answers badly, or not at all where that is the reason.
    pub fn refuse(&mut self, id: u32, reason: Reason) {
        self.fail(id, reason);
        if matches!(reason, Reason::ConnectionRefused | Reason::ConnectionReset) {
            self.requests[id].flags |= flag::NO_ANSWER;
        }
        if reason == Reason::ConnectionRefused
            && let Some(hop) = self.requests[id].top()
        {
            let component = self.wires[usize::from(hop.link)].to;
            self.meter(component, hop.instance).unheard += 1;
        }
        self.answer(id, Departure::Now);
    }

    /// Notes that the request has failed where it is.
    pub fn fail(&mut self, id: u32, reason: Reason) {
        let top = self.requests[id].top();
        self.requests[id].failure = reason as u8 + 1;
        if let Some(hop) = top {
            let component = self.wires[usize::from(hop.link)].to;
            self.note(id, Activity::Fail(reason), component, hop.instance);
        }
    }

    #[inline]
    fn leave(&mut self, id: u32) -> Hop {
        let now_ns = self.now_ns();
        let request = &mut self.requests[id];
        let hop = request.pop();
        if request.is_probe() {
            return hop;
        }
        let failure = request.failure;
        let to = self.wires[usize::from(hop.link)].to;
        let meter = self.meter(to, hop.instance);
        meter.inside.down(now_ns);
        match failure {
            0 => meter.answered += 1,
            reason => meter.failed[usize::from(reason) - 1] += 1,
        }
        hop
    }

    /// A worker of an instance starts on a request, for so long.
    #[inline]
    pub fn work(&mut self, id: u32, component: u8, instance: u16, duration_ns: u64) {
        self.requests[id].stage = Stage::Slot;
        self.prolong(id, component, instance, duration_ns);
        self.note(id, Activity::Work, component, instance);
    }

    /// Work on a request ends so long from now.
    #[inline]
    pub fn prolong(&mut self, id: u32, component: u8, instance: u16, left_ns: u64) {
        let what = What {
            request: id,
            instance,
            place: component,
            kind: EventKind::WorkDone,
        };
        let at_ns = self.now_ns() + left_ns;
        self.requests[id].mark = self.calendar.push_at(at_ns, what);
    }

    /// The meter of an instance.
    #[inline]
    pub fn meter(&mut self, component: u8, instance: u16) -> &mut Meter {
        &mut self.meters[usize::from(component)].instances[usize::from(instance)]
    }

    /// A request joins the line of an instance.
    #[inline]
    pub fn count_in_line(&mut self, component: u8, instance: u16) {
        let now_ns = self.now_ns();
        let meters = &mut self.meters[usize::from(component)];
        meters.instances[usize::from(instance)].waiting.up(now_ns);
        meters.waiting.up();
    }

    /// A request leaves it for a slot.
    #[inline]
    pub fn count_out_of_line(&mut self, component: u8, instance: u16) {
        let now_ns = self.now_ns();
        let meters = &mut self.meters[usize::from(component)];
        meters.instances[usize::from(instance)].waiting.down(now_ns);
        meters.waiting.down(1);
    }

    /// All leave the line of an instance that has died.
    pub fn clear_line(&mut self, component: u8, instance: u16) {
        let now_ns = self.now_ns();
        let meters = &mut self.meters[usize::from(component)];
        let waiting = &mut meters.instances[usize::from(instance)].waiting;
        meters.waiting.down(waiting.value());
        waiting.set(now_ns, 0);
    }

    /// Gives up all that a record stands for.
    pub fn release(&mut self, id: u32) {
        self.deadlines.clear(id);
        self.calls.clear_all(id);
        let request = &self.requests[id];
        if request.past & past::SHARED != 0 {
            self.written.leave(request.number);
        }
        self.requests.release(id);
    }

    /// Whether a record is a user's write.
    #[inline]
    pub fn is_write(&self, id: u32) -> bool {
        let request = &self.requests[id];
        let class = &self.classes[usize::from(request.class)];
        class.kind == ClassKind::Write && request.origin != Origin::Component
    }

    /// Whether the look-up of its present call has not been counted yet; it is from now on.
    #[inline]
    pub fn is_first_count(&mut self, id: u32) -> bool {
        let request = &mut self.requests[id];
        let is_first = request.past & past::LOOKED_UP == 0;
        request.past |= past::LOOKED_UP;
        is_first
    }

    /// A user's write has been applied in another place, which does not know of the other records that go on with
    /// it: one that was applied there before by its own past is counted there.
    fn apply_shared(&mut self, id: u32) {
        let request = &mut self.requests[id];
        let before = request.past & past::APPLIED_BEFORE;
        let (past, again) = self.written.apply(
            request.number,
            request.past & !(past::APPLIED | past::APPLIED_BEFORE),
        );
        request.past = past | before;
        self.outcomes.writes_applied_again += u64::from(again && before == 0);
    }

    /// A user's write is applied, where it is acknowledged from.
    #[inline]
    pub fn apply_write(&mut self, id: u32) {
        let request = &mut self.requests[id];
        let (past, again) = self.written.apply(request.number, request.past);
        request.past = past;
        self.outcomes.writes_applied_again += u64::from(again);
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

    /// Whether every change of that request is noted.
    #[inline]
    pub fn is_followed(&self, id: u32) -> bool {
        self.requests[id].has(flag::SAMPLED) || self.tracer.is_narrating()
    }

    /// Notes what a request does from now on, if anybody follows it.
    #[inline]
    pub fn note(&mut self, id: u32, activity: Activity, component: u8, instance: u16) {
        if self.is_followed(id) {
            self.note_change(id, Change::Activity(activity), component, instance);
        }
    }

    /// Notes a change of a followed request.
    pub fn note_change(&mut self, id: u32, change: Change, component: u8, instance: u16) {
        self.note_change_at(id, change, component, instance, self.now_ns());
    }

    #[cold]
    fn note_change_at(
        &mut self,
        id: u32,
        change: Change,
        component: u8,
        instance: u16,
        at_ns: u64,
    ) {
        let request = &self.requests[id];
        let maker = match request.operation {
            Operation::Probe => Maker::Probe,
            Operation::Flush => Maker::Flush,
            _ => Maker::User {
                request: request.number,
                class: request.class,
            },
        };
        let note = Note {
            maker,
            change,
            component,
            instance,
        };
        let traced = request.has(flag::SAMPLED) && self.is_for_user(request);
        let branch = request.parent().map_or(0, |_| request.made);
        let attempt = request.attempt;
        let way = WayPoint { attempt, branch };
        self.tracer.note(note, way, at_ns, traced);
    }

    #[cold]
    fn show_flight(&mut self, what: What, start_ns: u64, end_ns: u64) {
        let (activity, flags) = match what.kind {
            EventKind::Forward => (Activity::Travel, 0),
            EventKind::Back => (Activity::Return, Flight::BACK),
            // Who looks a name up is not drawn on the way.
            _ => return,
        };
        let id = what.request;
        let hop = Hop::from(what);
        let to = self.wires[usize::from(hop.link)].to;
        let change = Change::Activity(activity);
        self.note_change_at(id, change, to, hop.instance, start_ns);
        self.fly(id, hop, start_ns, end_ns, flags);
    }

    fn fly(&mut self, id: u32, hop: Hop, start_ns: u64, end_ns: u64, flags: u8) {
        let request = &self.requests[id];
        if !request.has(flag::SAMPLED) {
            return;
        }
        let state = [
            (request.failure != 0, Flight::FAILED),
            (request.attempt > 0, Flight::RETRY),
            (!self.is_for_user(request), Flight::ABANDONED),
        ];
        let bits = state
            .iter()
            .filter(|(is, _)| *is)
            .fold(flags, |all, (_, bit)| all | bit);
        self.tracer.fly(Flight {
            start_ns,
            end_ns,
            request: u64::from(request.number),
            link: u16::from(hop.link),
            from_instance: self.caller_instance(request),
            to_instance: hop.instance,
            class: request.class,
            flags: bits,
        });
    }

    /// Tells the reader who steps through the run something that is about no request.
    pub fn say(&mut self, sentence: impl FnOnce(&Self) -> String) {
        if self.tracer.is_narrating() {
            let sentence = sentence(self);
            self.tracer.say(sentence);
        }
    }

    /// Puts a mark on the time line.
    pub fn mark(&mut self, tone: Tone, words: String, component: u8, instance: Option<u16>) {
        let at_ns = self.now_ns();
        self.marks.add(Mark {
            at_ns,
            tone,
            words,
            details: String::new(),
            component: Some(component),
            instance,
        });
    }

    /// `web/2` for instance 1 of `web`, `Database` for what there is one of.
    pub fn name(&self, component: u8, instance: u16) -> String {
        self.named[usize::from(component)].instance_title(instance)
    }

    /// The component that a hop leads to.
    #[inline]
    pub fn called(&self, hop: Hop) -> u8 {
        self.wires[usize::from(hop.link)].to
    }

    /// Where a record is: inside of what it came to last, or, as a call of another, with the one that makes it.
    #[inline]
    pub fn inside(&self, request: &Request) -> Option<Hop> {
        request
            .top()
            .or_else(|| self.requests[request.parent()?].top())
    }

    /// The instance that a record is at, or its caller, here or in another place; 0 of users.
    fn caller_instance(&self, request: &Request) -> u16 {
        let here = self.inside(request).map(|caller| caller.instance);
        here.or_else(|| request.caller_abroad()).unwrap_or(0)
    }

    /// Where the request is that makes a call which is a record; none of others.
    fn caller_of_call(&self, id: u32) -> Option<Hop> {
        let parent = self.requests[id].parent()?;
        self.requests[parent].top()
    }

    /// Whether a user waits for a record, or for the request whose call it is.
    fn is_for_user(&self, request: &Request) -> bool {
        match request.parent() {
            Some(parent) => self.is_for_user(&self.requests[parent]),
            None => request.is_awaited() || request.origin == Origin::Abroad,
        }
    }

    /// One more call of a request, as a record of its own; none at the limit of records. The request waits for it
    /// where it is.
    pub fn fork(&mut self, parent: u32) -> Option<u32> {
        let id = self.requests.allocate()?;
        let request = &mut self.requests[parent];
        if request.stage != Stage::Join {
            request.stage = Stage::Join;
            request.mark = 0;
        }
        request.mark += 1;
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
        request.mark -= 1;
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

    /// What a component is called.
    pub fn title(&self, component: u8) -> &str {
        self.named[usize::from(component)].title()
    }

    /// A call that a component makes for itself: blank but for what the called must know.
    pub fn internal(&mut self, operation: Operation, key: u32, version: u32) -> Option<u32> {
        let id = self.requests.allocate()?;
        let started_ns = self.now_ns();
        let request: &mut Request = &mut self.requests[id];
        request.started_ns = started_ns;
        request.origin = Origin::Component;
        request.operation = operation;
        request.key = key;
        request.version = version;
        request.stage = Stage::Wire;
        Some(id)
    }
}

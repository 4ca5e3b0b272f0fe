//! What all components share: the calendar, the records, the wires between them, the meters.
//! Components never touch each other: they send and answer through here.

pub(crate) mod border;
pub(crate) mod call;
mod carrying;
pub(crate) mod class;
pub(crate) mod data;
pub(crate) mod deadline;
pub(crate) mod giving_up;
pub(crate) mod hearsay;
pub(crate) mod impairment;
mod joining;
mod patience;
mod regions;
pub(crate) mod request;
pub(crate) mod route;
mod telling;
pub(crate) mod view;
pub(crate) mod wire;
pub(crate) mod written;

use std::sync::Arc;

use headroom_scenario::{ClassKind, Component, Design, KindTag, Scenario, Traffic};

use crate::calendar::{Calendar, EventKind, What};
use crate::figures::meter::{Level, Meter, Peak};
use crate::figures::outcome::Outcomes;
use crate::figures::reason::Reason;
use crate::mechanism::popularity::Popularity;
use crate::story::marks::Marks;
use crate::story::trace::Activity;
use crate::story::tracer::Tracer;
use crate::time::ns_from_ms;
use crate::world::border::{Border, PlaceNumber};
use crate::world::call::CallDeadlines;
use crate::world::class::ClassRow;
use crate::world::data::Data;
use crate::world::deadline::Deadlines;
use crate::world::hearsay::Hearsay;
use crate::world::impairment::Way;
use crate::world::request::{Hop, Operation, Origin, Request, Requests, Stage, flag, past};
use crate::world::route::Route;
use crate::world::view::View;
use crate::world::wire::{Departure, Wire};
use crate::world::written::Written;

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
    /// By link, what its callers know of the copies at its other end; none where there are no copies.
    views: Vec<Option<Box<View>>>,
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
            views: Vec::new(),
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
            let [from, to] = [ends.from, ends.to].map(|end| self.border.place_of(end.place()));
            let wire = Wire::new(ends.from.into(), ends.to.into(), self.now_ns(), from != to);
            self.wires.push(wire);
            self.views.push(None);
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

    /// When the next event or time-out is; `u64::MAX` where nothing will ever happen again.
    pub fn next_ns(&self) -> u64 {
        self.calendar.next_ns().min(self.first_deadline_ns())
    }

    /// Events from a moment on are not due yet, nor those after the next time-out.
    pub fn stop_at(&mut self, stop_ns: u64) {
        let in_time_ns = self.first_deadline_ns().saturating_add(1);
        self.calendar.stop_at(stop_ns.min(in_time_ns));
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
        self.meter(component, instance).worked_ns += duration_ns;
        self.work_beside(id, component, instance, duration_ns);
    }

    /// The same, of what is no work for anybody's request.
    #[inline]
    pub fn work_beside(&mut self, id: u32, component: u8, instance: u16, duration_ns: u64) {
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
        let sequence = self.calendar.push_at(at_ns, what);
        self.requests[id].set_end_of_work(sequence);
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

    /// A call that a component makes for itself: blank but for what the called must know.
    pub fn internal(&mut self, operation: Operation, key: u32, version: u32) -> Option<u32> {
        let id = self.requests.allocate()?;
        let request: &mut Request = &mut self.requests[id];
        request.origin = Origin::Component;
        request.operation = operation;
        request.key = key;
        request.version = version;
        request.stage = Stage::Wire;
        Some(id)
    }
}

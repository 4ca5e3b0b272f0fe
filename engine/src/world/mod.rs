//! What all components share: the calendar, the records, the wires between them, the meters.
//! Components never touch each other: they send and answer through here.

pub(crate) mod deadline;
pub(crate) mod request;
pub(crate) mod route;

use std::sync::Arc;

use headroom_scenario::{Class, ClassKind, Component, Design, Region, Scenario, Traffic};

use crate::calendar::{Calendar, EventKind, LaneNumber, What};
use crate::figures::meter::{Level, Meter, Peak};
use crate::figures::outcome::Outcomes;
use crate::figures::reason::Reason;
use crate::mechanism::popularity::Popularity;
use crate::story::flight::Flight;
use crate::story::happening::{Mark, Tone};
use crate::story::marks::Marks;
use crate::story::trace::Activity;
use crate::story::tracer::{Change, Note, Origin, Tracer};
use crate::time::ns_from_ms;
use crate::world::deadline::Deadlines;
use crate::world::request::{Hop, Operation, Request, Requests, Stage, flag};
use crate::world::route::Route;

/// A link as the engine runs it.
#[derive(Clone, Debug)]
pub struct Wire {
    /// Number of the calling component.
    pub from: u8,
    /// Number of the called component.
    pub to: u8,
    /// Time one way by region of the user; one entry where regions do not matter.
    pub latency_ns: Vec<u64>,
    /// What was sent while it took another time has arrived by then.
    arrived_ns: u64,
    /// Calls that came over it since they were last taken.
    pub calls: u32,
    lanes: Vec<LaneNumber>,
}

impl Wire {
    /// When all that is on it at a moment will have arrived.
    fn arrived_by_ns(&self, now_ns: u64) -> u64 {
        let slowest_ns = self.latency_ns.iter().fold(0, |most, &ns| most.max(ns));
        self.arrived_ns.max(now_ns + slowest_ns)
    }
}

/// A class of the mix as the engine runs it.
#[derive(Clone, Copy, Debug)]
pub struct ClassRow {
    /// Which rules hold for it.
    pub kind: ClassKind,
    /// Computing time as a multiple of the service's mean.
    pub work: f64,
    /// Cacheable reads.
    pub lookups: u8,
    /// Queries for the database alone.
    pub queries: u8,
    /// Cost of a query as a multiple of the database's mean.
    pub query_work: f64,
}

impl ClassRow {
    fn of(class: &Class) -> Self {
        // No cache holds the answer of a join: all that a search asks for is for the database.
        let (lookups, queries) = match class.kind {
            ClassKind::Search => (0, class.lookups + class.queries),
            ClassKind::Static | ClassKind::Read | ClassKind::Write | ClassKind::Task => {
                (class.lookups, class.queries)
            }
        };
        Self {
            kind: class.kind,
            work: class.work,
            lookups,
            queries,
            query_work: class.query_work,
        }
    }
}

/// Id and name of a component, and its instances' meters.
#[derive(Clone, Debug, Default)]
pub struct ComponentMeter {
    /// Id in the design.
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
    /// Their time-outs.
    pub deadlines: Deadlines,
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
    /// The components as they were at first: what their instances are called never changes.
    named: Vec<Component>,
    /// By component: which of its instances keeps a key, where keys decide.
    pub routes: Vec<Option<Route>>,
    /// Version of each key's value that the last acknowledged write made.
    pub versions: Vec<u32>,
    /// Version of each key's value that the database has: older where a cache holds the write back.
    pub stored: Vec<u32>,
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
    /// The world of a scenario before its first event.
    pub fn new(scenario: &Scenario) -> Self {
        let mut world = World {
            calendar: Calendar::default(),
            requests: Requests::default(),
            deadlines: Deadlines::default(),
            wires: Vec::new(),
            classes: Vec::new(),
            outcomes: Outcomes::default(),
            popularity: None,
            meters: Vec::new(),
            named: scenario.design.components.clone(),
            routes: scenario.design.components.iter().map(|_| None).collect(),
            versions: Vec::new(),
            stored: Vec::new(),
            tracer: Tracer::default(),
            marks: Marks::default(),
            user_regions: Vec::new(),
            class_names: Vec::new(),
        };
        world.meters = scenario
            .design
            .components
            .iter()
            .map(|component| ComponentMeter {
                id: component.id.clone(),
                instances: Vec::new(),
                waiting: Peak::default(),
                rented: Level::of(component.kind.instances().into()),
            })
            .collect();
        world.set_traffic(&scenario.traffic);
        world.wires = scenario
            .design
            .links
            .iter()
            .map(|link| Wire {
                from: number_of(&scenario.design, &link.from),
                to: number_of(&scenario.design, &link.to),
                latency_ns: Vec::new(),
                arrived_ns: 0,
                calls: 0,
                lanes: Vec::new(),
            })
            .collect();
        for (link, row) in scenario.design.links.iter().enumerate() {
            world.set_latency(link, row.latency_ms, scenario);
        }
        world
    }

    /// Takes over classes, keys and regions of the traffic.
    pub fn set_traffic(&mut self, traffic: &Traffic) {
        // Requests for classes and keys that are no more, or of users, may still be on their way.
        let rows = traffic.classes.iter().map(ClassRow::of);
        let names = traffic.classes.iter().map(|class| class.id.clone());
        let replaced = rows.len().min(self.classes.len());
        self.classes.splice(..replaced, rows);
        self.class_names.splice(..replaced, names);
        let keys = self.versions.len().max(traffic.keys.count as usize);
        self.versions.resize(keys, 0);
        self.stored.resize(keys, 0);
        let users = self.user_regions.len().max(traffic.population() as usize);
        self.user_regions = user_regions(&traffic.regions, users);
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
        self.wires[link].arrived_ns = self.wires[link].arrived_by_ns(self.now_ns());
        self.wires[link].lanes = latency_ns
            .iter()
            .map(|&ns| self.calendar.lane(ns))
            .collect();
        self.wires[link].latency_ns = latency_ns;
    }

    /// When all that is on its way to a component by now will have arrived.
    pub fn arrived_by_ns(&self, component: u8) -> u64 {
        let now_ns = self.now_ns();
        let wires = self.wires.iter().filter(|wire| wire.to == component);
        let arrivals = wires.map(|wire| wire.arrived_by_ns(now_ns));
        arrivals.fold(now_ns, u64::max)
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

    #[inline]
    fn lane_of(&self, link: u8, user: u32) -> LaneNumber {
        let lanes = &self.wires[usize::from(link)].lanes;
        if lanes.len() == 1 {
            lanes[0]
        } else {
            lanes[self.region_of(user)]
        }
    }

    /// The link from one component to another of a kind, if there is one.
    pub fn links_from(&self, component: u8) -> impl Iterator<Item = (u8, u8)> + '_ {
        let wires = (0u8..).zip(&self.wires);
        wires
            .filter(move |(_, wire)| wire.from == component)
            .map(|(link, wire)| (link, wire.to))
    }

    /// Sends a request over a link to an instance at its other end.
    #[inline]
    pub fn send(&mut self, id: u32, link: u8, instance: u16) {
        let request = &mut self.requests[id];
        request.stage = Stage::Wire;
        let (user, flags) = (request.user, request.flags);
        let what = What {
            request: id,
            instance,
            place: link,
            kind: EventKind::Forward,
        };
        let end_ns = self.calendar.push_after(self.lane_of(link, user), what);
        if flags & flag::SAMPLED != 0 || self.tracer.is_narrating() {
            self.show_flight(id, Hop { link, instance }, self.now_ns(), end_ns);
        }
    }

    /// The same, but it sets out only `wait_ns` from now, from an instance that needs no more events.
    /// `is_usual` waits are the same time after time, and so have a lane of their own.
    pub fn send_after(&mut self, id: u32, to: Hop, wait_ns: u64, is_usual: bool) {
        self.requests[id].stage = Stage::Wire;
        let latency_ns = self.latency_ns(to.link, self.requests[id].user);
        let what = What {
            request: id,
            instance: to.instance,
            place: to.link,
            kind: EventKind::Forward,
        };
        let start_ns = self.now_ns() + wait_ns;
        self.push_after_wait(wait_ns, latency_ns, is_usual, what);
        if self.is_followed(id) {
            self.show_flight(id, to, start_ns, start_ns + latency_ns);
        }
    }

    /// A request has arrived over a link: it is inside from now on. Probes are work, but no calls: they
    /// take time, and are not counted.
    #[inline]
    pub fn enter(&mut self, id: u32, link: u8, instance: u16) {
        let request = &mut self.requests[id];
        request.push(Hop { link, instance });
        if request.is_probe() {
            return;
        }
        let now_ns = self.now_ns();
        let wire = &mut self.wires[usize::from(link)];
        wire.calls += 1;
        let to = wire.to;
        let meter = self.meter(to, instance);
        meter.arrived += 1;
        meter.inside.up(now_ns);
    }

    /// Answers the call that the request is inside of: it leaves, and travels back to the caller.
    #[inline]
    pub fn answer(&mut self, id: u32) {
        let hop = self.leave(id);
        let request = &mut self.requests[id];
        request.stage = Stage::Wire;
        let user = request.user;
        let what = What {
            request: id,
            instance: hop.instance,
            place: hop.link,
            kind: EventKind::Back,
        };
        let end_ns = self.calendar.push_after(self.lane_of(hop.link, user), what);
        if self.is_followed(id) {
            self.show_answer(id, hop, self.now_ns(), end_ns);
        }
    }

    /// The same, but the answer sets out only `wait_ns` from now, as in [`World::send_after`].
    pub fn answer_after(&mut self, id: u32, wait_ns: u64, is_usual: bool) {
        let hop = self.leave(id);
        self.requests[id].stage = Stage::Wire;
        let latency_ns = self.latency_ns(hop.link, self.requests[id].user);
        let what = What {
            request: id,
            instance: hop.instance,
            place: hop.link,
            kind: EventKind::Back,
        };
        let at_ns = self.now_ns() + wait_ns;
        self.push_after_wait(wait_ns, latency_ns, is_usual, what);
        if self.is_followed(id) {
            self.show_answer(id, hop, at_ns, at_ns + latency_ns);
        }
    }

    #[inline]
    fn push_after_wait(&mut self, wait_ns: u64, latency_ns: u64, is_usual: bool, what: What) {
        if is_usual {
            let lane = self.calendar.lane(wait_ns + latency_ns);
            self.calendar.push_after(lane, what);
        } else {
            let at_ns = self.now_ns() + wait_ns + latency_ns;
            self.calendar.push_at(at_ns, what);
        }
    }

    /// Time that a user's request takes over a link, one way.
    #[inline]
    fn latency_ns(&self, link: u8, user: u32) -> u64 {
        let wire = &self.wires[usize::from(link)];
        match wire.latency_ns.len() {
            1 => wire.latency_ns[0],
            _ => wire.latency_ns[self.region_of(user)],
        }
    }

    /// Answers badly, or not at all where that is the reason.
    pub fn refuse(&mut self, id: u32, reason: Reason) {
        self.fail(id, reason);
        if matches!(reason, Reason::ConnectionRefused | Reason::ConnectionReset) {
            self.requests[id].flags |= flag::NO_ANSWER;
        }
        self.answer(id);
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
        let what = What {
            request: id,
            instance,
            place: component,
            kind: EventKind::WorkDone,
        };
        let at_ns = self.now_ns() + duration_ns;
        let request = &mut self.requests[id];
        request.stage = Stage::Slot;
        request.mark = self.calendar.push_at(at_ns, what);
        self.note(id, Activity::Work, component, instance);
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
        self.requests.release(id);
    }

    /// A second record takes over the user's side of a request, as it is at `depth`; the first goes on
    /// where it is, abandoned. None at the limit of records.
    pub fn split(&mut self, id: u32, depth: u8) -> Option<u32> {
        let heir = self.requests.allocate()?;
        let mut copy = self.requests[id].clone();
        copy.depth = depth;
        copy.stage = Stage::Client;
        self.requests[heir] = copy;
        self.deadlines.hand_over(id, heir);
        let orphan = &mut self.requests[id];
        orphan.flags |= flag::ABANDONED;
        orphan.forget_outermost(depth);
        Some(heir)
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
        let origin = match request.operation {
            Operation::Probe => Origin::Probe,
            Operation::Flush => Origin::Flush,
            _ => Origin::User {
                request: request.number,
                class: request.class,
            },
        };
        let note = Note {
            origin,
            change,
            component,
            instance,
        };
        let traced = request.has(flag::SAMPLED) && !request.is_abandoned();
        let attempt = request.attempt;
        self.tracer.note(note, attempt, at_ns, traced);
    }

    #[cold]
    fn show_flight(&mut self, id: u32, hop: Hop, start_ns: u64, end_ns: u64) {
        let to = self.wires[usize::from(hop.link)].to;
        let change = Change::Activity(Activity::Travel);
        self.note_change_at(id, change, to, hop.instance, start_ns);
        self.fly(id, hop, start_ns, end_ns, 0);
    }

    #[cold]
    fn show_answer(&mut self, id: u32, hop: Hop, start_ns: u64, end_ns: u64) {
        let to = self.wires[usize::from(hop.link)].to;
        self.note_change_at(
            id,
            Change::Activity(Activity::Return),
            to,
            hop.instance,
            start_ns,
        );
        self.fly(id, hop, start_ns, end_ns, Flight::BACK);
    }

    fn fly(&mut self, id: u32, hop: Hop, start_ns: u64, end_ns: u64, flags: u8) {
        let request = &self.requests[id];
        if !request.has(flag::SAMPLED) {
            return;
        }
        let state = [
            (request.failure != 0, Flight::FAILED),
            (request.attempt > 0, Flight::RETRY),
            (request.has(flag::ABANDONED), Flight::ABANDONED),
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
            from_instance: request.top().map_or(0, |caller| caller.instance),
            to_instance: hop.instance,
            class: request.class,
            flags: bits,
        });
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

    /// `web/2` for instance 1 of `web`.
    pub fn name(&self, component: u8, instance: u16) -> String {
        self.named[usize::from(component)].instance_name(instance)
    }

    /// A call of a request's own to make: blank but for what the callee must know.
    pub fn internal(&mut self, operation: Operation, key: u32, version: u32) -> Option<u32> {
        let id = self.requests.allocate()?;
        let started_ns = self.now_ns();
        let request: &mut Request = &mut self.requests[id];
        request.started_ns = started_ns;
        request.flags = flag::INTERNAL | flag::ABANDONED;
        request.operation = operation;
        request.key = key;
        request.version = version;
        request.stage = Stage::Wire;
        Some(id)
    }
}

/// Settles users in regions one after the other, each where most are missing by the shares: however few
/// there are, and however many of them are active, every region has its share of them to within one, and
/// who is there already stays when more come. O(users x regions).
fn user_regions(regions: &[Region], users: usize) -> Vec<u8> {
    if regions.len() < 2 {
        return Vec::new();
    }
    let all: f64 = regions.iter().map(|region| region.share).sum();
    let mut missing = vec![0.0; regions.len()];
    let mut settle = || {
        let mut most = 0;
        for (number, region) in regions.iter().enumerate() {
            missing[number] += region.share / all;
            if missing[number] > missing[most] {
                most = number;
            }
        }
        missing[most] -= 1.0;
        most as u8
    };
    (0..users).map(|_| settle()).collect()
}

fn number_of(design: &Design, id: &str) -> u8 {
    design.component(id).map_or(0, |(number, _)| number as u8)
}

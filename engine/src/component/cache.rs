//! A cache tier: nodes that keep values in memory, each a single thread that takes one operation after
//! the other.
//!
//! An operation takes a constant time, so when it ends follows from when the one before it ends: a node
//! needs no events of its own, and its figures are booked as the operation arrives.

mod write_back;

use std::collections::BTreeMap;

use headroom_scenario::{Cache as Parameters, Kind, ReadMode, Scenario};

use crate::calendar::{EventKind, What};
use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::figures::meter::Meter;
use crate::figures::own_counts::{Own, OwnCounts};
use crate::figures::reason::Reason;
use crate::figures::snapshot::{InstanceState, KindGauge};
use crate::mechanism::ring::Ring;
use crate::mechanism::store::{Lookup, Rules, Store};
use crate::mechanism::timetable::{Ahead, Timetable};
use crate::story::trace::Activity;
use crate::time::{ns_from_ms, stretched};
use crate::world::World;
use crate::world::request::{Hop, Line, Operation, flag};
use crate::world::route::Route;
use crate::world::wire::Departure;
use write_back::HeldBack;

/// A cache tier.
#[derive(Clone, Debug)]
pub struct Cache {
    me: u8,
    instances: Vec<Instance>,
    nodes: Vec<Node>,
    parameters: Parameters,
    operation_ns: u64,
    /// Entries that a node has room for.
    room: u32,
    database: Option<u8>,
    /// The database whose values it keeps.
    data: u8,
    hits: u64,
    misses: u64,
    stale_hits: u64,
    evictions: u64,
    writes_lost: u64,
    values_lost: u64,
}

/// What one node holds.
#[derive(Clone, Debug)]
struct Node {
    store: Store,
    /// When it does which operation.
    timetable: Timetable,
    /// Keys somebody fetches, since when, and who waits for them.
    fetches: BTreeMap<u32, Fetch>,
    /// Keys whose values the database has yet to get: those marked dirty in the store.
    held_back: BTreeMap<u32, HeldBack>,
}

/// When an operation is done: so long after it arrived.
#[derive(Clone, Copy, Debug)]
struct Turn {
    done_after_ns: u64,
    /// It had neither to wait nor a slow node.
    is_usual: bool,
}

impl Turn {
    /// When its answer sets out.
    fn departure(self) -> Departure {
        match self.is_usual {
            true => Departure::Usual(self.done_after_ns),
            false => Departure::After(self.done_after_ns),
        }
    }
}

/// A value on its way into the cache.
#[derive(Clone, Copy, Debug)]
struct Fetch {
    /// When the lease of who fetches it is over.
    until_ns: u64,
    waiting: Line,
}

impl Cache {
    /// The tier of a scenario, all nodes up and cold.
    pub fn new(
        number: u8,
        parameters: &Parameters,
        scenario: &Scenario,
        world: &mut World,
    ) -> Self {
        let mut cache = Self {
            me: number,
            instances: Vec::new(),
            nodes: Vec::new(),
            parameters: parameters.clone(),
            operation_ns: 0,
            room: parameters.node_room(&scenario.traffic.keys),
            database: None,
            data: number,
            hits: 0,
            misses: 0,
            stale_hits: 0,
            evictions: 0,
            writes_lost: 0,
            values_lost: 0,
        };
        let route = Route::new(
            parameters.routing,
            Ring::hashed(parameters.virtual_nodes, parameters.hash_function),
            &[],
            parameters.nodes,
        );
        world.routes[usize::from(number)] = Some(route);
        (0..parameters.nodes).for_each(|_| cache.open(world));
        cache.adopt(parameters, scenario, world);
        cache
    }

    /// Takes over parameters. Nodes keep what they hold, as far as there is room.
    fn adopt(&mut self, parameters: &Parameters, scenario: &Scenario, world: &mut World) {
        self.parameters = parameters.clone();
        self.room = parameters.node_room(&scenario.traffic.keys);
        self.operation_ns = ns_from_ms(parameters.operation_ms);
        for node in 0..self.nodes.len() {
            self.fit(world, node as u16);
        }
        if let Some(route) = &mut world.routes[usize::from(self.me)] {
            let Parameters {
                routing,
                virtual_nodes,
                hash_function,
                ..
            } = *parameters;
            route.reconfigure(routing, virtual_nodes, hash_function, &[]);
        }
    }

    /// A node keeps to the parameters from now on, with what it has room for. One that hangs will when it
    /// goes on.
    fn fit(&mut self, world: &mut World, node: u16) {
        if self.instances[usize::from(node)].hangs {
            return;
        }
        let rules = self.rules();
        let mut evicted = Vec::new();
        let store = &mut self.nodes[usize::from(node)].store;
        store.configure(rules, |entry| evicted.push(entry));
        for entry in evicted {
            self.let_go(world, node, Some(entry));
        }
    }

    /// The database gets what a node that leaves has held back, and who waits there waits no more.
    fn hand_over(&mut self, world: &mut World, node: u16) {
        self.flush_all(world, node);
        self.end_leases(world, node);
    }

    /// The next of those who wait for a key gets the lease on it, and fetches for the others.
    fn pass_lease_on(&mut self, world: &mut World, node: u16, key: u32) {
        let fetches = &mut self.nodes[usize::from(node)].fetches;
        let Some(mut fetch) = fetches.get(&key).copied() else {
            return;
        };
        let Some(next) = fetch.waiting.pop(&world.requests) else {
            fetches.remove(&key);
            return;
        };
        fetch.until_ns = self.grant(world, node, key);
        self.nodes[usize::from(node)].fetches.insert(key, fetch);
        answer_waiting(world, next);
    }

    /// Who has a lease will bring the value elsewhere: who waits for it here fetches it too.
    fn end_leases(&mut self, world: &mut World, node: u16) {
        let fetches = &mut self.nodes[usize::from(node)].fetches;
        let mut waiting = Vec::new();
        fetches.retain(|_, fetch| {
            let is_lease = fetch.until_ns < u64::MAX;
            if is_lease {
                waiting.push(fetch.waiting);
            }
            !is_lease
        });
        for mut line in waiting {
            while let Some(id) = line.pop(&world.requests) {
                answer_waiting(world, id);
            }
        }
    }

    fn open(&mut self, world: &mut World) {
        world.meters[usize::from(self.me)]
            .instances
            .push(Meter::default());
        self.instances.push(Instance::default());
        self.nodes.push(Node {
            store: Store::new(self.rules()),
            timetable: Timetable::default(),
            fetches: BTreeMap::new(),
            held_back: BTreeMap::new(),
        });
    }

    fn rules(&self) -> Rules {
        Rules {
            capacity: self.room,
            eviction: self.parameters.eviction,
            ttl_ns: ns_from_ms(self.parameters.ttl_s * 1e3),
            ttl_renewed_by_hit: self.parameters.ttl_renewed_by_hit,
        }
    }

    /// Books one operation at a node.
    fn book(&mut self, world: &mut World, node: u16) -> Turn {
        let now_ns = world.now_ns();
        let slow_factor = self.instances[usize::from(node)].slow_factor;
        let operation_ns = stretched(self.operation_ns, slow_factor);
        let timetable = &mut self.nodes[usize::from(node)].timetable;
        let begun = timetable.pass(now_ns);
        let waited_ns = timetable.book(now_ns, operation_ns);
        world.meters[usize::from(self.me)].waiting.down(begun);
        if waited_ns > 0 {
            self.line_up(world, node);
        }
        let meter = world.meter(self.me, node);
        meter.started += 1;
        meter.waited_ns += waited_ns;
        meter.worked_ns += operation_ns;
        meter.busy.add_area(operation_ns);
        meter.waiting.add_area(waited_ns);
        Turn {
            done_after_ns: waited_ns + operation_ns,
            is_usual: waited_ns == 0 && operation_ns == self.operation_ns,
        }
    }

    /// One more operation waits at a node. Nodes that nothing has come to for a while may have let
    /// others begin: that matters only where this looks like the most that ever waited.
    fn line_up(&mut self, world: &mut World, node: u16) {
        if world.meters[usize::from(self.me)].waiting.is_at_max() {
            self.catch_up(world);
        }
        let now_ns = world.now_ns();
        let in_line = self.nodes[usize::from(node)].timetable.waiting(now_ns);
        world.meters[usize::from(self.me)].waiting.up();
        world.meter(self.me, node).waiting.reach(in_line);
    }

    /// Answers when the turn is over; until then the request is inside, in the books.
    fn answer(&self, world: &mut World, id: u32, node: u16, turn: Turn) {
        let meter = world.meter(self.me, node);
        meter.inside.add_area(turn.done_after_ns);
        world.answer(id, turn.departure());
    }

    fn get(&mut self, world: &mut World, id: u32, node: u16, turn: Turn) {
        let now_ns = world.now_ns();
        let key = world.requests[id].key;
        let held = &mut self.nodes[usize::from(node)];
        if let Lookup::Hit { version, .. } = held.store.lookup(key, now_ns) {
            if world.is_first_count(id) {
                self.hits += 1;
                self.stale_hits += u64::from(world.is_stale(self.me, self.data, key, version));
                world.meter(self.me, node).hits += 1;
            }
            let request = &mut world.requests[id];
            request.version = version;
            request.flags |= flag::HIT;
            world.note(id, Activity::Hit, self.me, node);
            return self.answer(world, id, node, turn);
        }
        self.count_miss(world, id, node);
        world.note(id, Activity::Miss, self.me, node);
        self.miss(world, id, node, turn);
    }

    /// A look-up has not found its value here: it was not there, or nobody answered in time.
    fn count_miss(&mut self, world: &mut World, id: u32, node: u16) {
        if world.is_first_count(id) {
            self.misses += 1;
            world.meter(self.me, node).misses += 1;
        }
    }

    fn miss(&mut self, world: &mut World, id: u32, node: u16, turn: Turn) {
        let key = world.requests[id].key;
        let reads_through = match self.parameters.read_mode {
            ReadMode::ReadThrough => self.database,
            ReadMode::CacheAside => None,
        };
        if reads_through.is_none() && !self.parameters.leases {
            return self.answer(world, id, node, turn);
        }
        let now_ns = world.now_ns();
        let fetches = &mut self.nodes[usize::from(node)].fetches;
        if let Some(fetch) = fetches.get_mut(&key) {
            world.requests[id].wait_for_fetch(now_ns + turn.done_after_ns);
            fetch.waiting.push(&mut world.requests, id);
            self.nodes[usize::from(node)].timetable.stay();
            return world.note(id, Activity::Lease, self.me, node);
        }
        let until_ns = match reads_through {
            Some(_) => u64::MAX,
            None => self.grant(world, node, key),
        };
        let waiting = Line::default();
        let fetches = &mut self.nodes[usize::from(node)].fetches;
        fetches.insert(key, Fetch { until_ns, waiting });
        match reads_through {
            Some(link) => {
                self.nodes[usize::from(node)].timetable.stay();
                world.requests[id].operation = Operation::Read;
                let instance = world.copy_to_ask(id, link, false);
                let database = Hop { link, instance };
                world.send(id, database, turn.departure());
            }
            None => self.answer(world, id, node, turn),
        }
    }

    /// Gives a lease on a key; when it will be over.
    fn grant(&self, world: &mut World, node: u16, key: u32) -> u64 {
        let what = What {
            request: key,
            instance: node,
            place: self.me,
            kind: EventKind::Timer,
        };
        let lane = world.calendar.lane(ns_from_ms(self.parameters.lease_ms));
        world.calendar.push_after(lane, what)
    }

    /// Answers those who waited for a key.
    fn settle(&mut self, world: &mut World, node: u16, key: u32, outcome: Outcome) {
        let Some(mut fetch) = self.nodes[usize::from(node)].fetches.remove(&key) else {
            return;
        };
        while let Some(id) = fetch.waiting.pop(&world.requests) {
            let request = &mut world.requests[id];
            match outcome {
                Outcome::Filled(version) => {
                    request.version = version;
                    request.flags |= flag::HIT;
                }
                Outcome::Failed(failure) => {
                    // It is the database that fails them all: nobody need ask it again.
                    request.operation = Operation::Read;
                    request.failure = failure;
                }
            }
            answer_waiting(world, id);
        }
    }
}

impl Part for Cache {
    fn connect(&mut self, scenario: &Scenario, world: &mut World) {
        let is_database = |to: u8| {
            matches!(
                scenario.design.components[usize::from(to)].kind,
                Kind::Database(_)
            )
        };
        self.database = world
            .links_from(self.me)
            .find(|&(_, to)| is_database(to))
            .map(|(link, _)| link);
        self.data = world.database_behind(self.me).unwrap_or(self.data);
    }

    fn configure(&mut self, kind: &Kind, scenario: &Scenario, world: &mut World) {
        if let Kind::Cache(parameters) = kind {
            self.adopt(parameters, scenario, world);
        }
    }

    fn deliver(&mut self, world: &mut World, id: u32, node: u16) {
        if !self
            .instances
            .get(usize::from(node))
            .is_some_and(Instance::listens)
        {
            self.not_answered(world, id, node);
            return world.refuse(id, Reason::ConnectionRefused);
        }
        let turn = self.book(world, node);
        world.note(id, Activity::Work, self.me, node);
        let operation = world.requests[id].operation;
        match operation {
            Operation::Get => self.get(world, id, node, turn),
            Operation::Invalidate => {
                self.nodes[usize::from(node)]
                    .store
                    .remove(world.requests[id].key);
                self.answer(world, id, node, turn);
            }
            Operation::Leave => self.leave(world, id, node, turn),
            Operation::GiveBack => {
                let key = world.requests[id].key;
                self.answer(world, id, node, turn);
                self.pass_lease_on(world, node, key);
            }
            Operation::Fill | Operation::Put => {
                let request = &world.requests[id];
                let (key, version) = (request.key, request.version);
                let store = &mut self.nodes[usize::from(node)].store;
                let evicted = store.insert(key, world.now_ns(), version);
                self.let_go(world, node, evicted);
                self.answer(world, id, node, turn);
                self.settle(world, node, key, Outcome::Filled(version));
            }
            Operation::Call
            | Operation::Read
            | Operation::Query
            | Operation::Flush
            | Operation::Probe
            | Operation::LocalRead
            | Operation::LocalQuery => unreachable!("a cache is asked for none of these"),
        }
    }

    #[inline]
    fn peek(&self, world: &World, what: What) -> u32 {
        if what.kind != EventKind::Forward {
            return 0;
        }
        let key = world.requests[what.request].key;
        self.nodes
            .get(usize::from(what.instance))
            .and_then(|node| node.store.peek(key))
            .unwrap_or(0)
    }

    fn answered(&mut self, world: &mut World, id: u32, _from: Hop) {
        let request = &mut world.requests[id];
        request.flags &= !flag::NO_ANSWER;
        let Some(hop) = request.top() else { return };
        let (key, version, failure) = (request.key, request.version, request.failure);
        let outcome = match failure {
            0 => {
                let now_ns = world.now_ns();
                let node = &mut self.nodes[usize::from(hop.instance)];
                let evicted = node.store.insert(key, now_ns, version);
                self.let_go(world, hop.instance, evicted);
                world.requests[id].flags |= flag::HIT;
                Outcome::Filled(version)
            }
            failure => Outcome::Failed(failure),
        };
        world.answer(id, Departure::Now);
        self.settle(world, hop.instance, key, outcome);
    }

    fn not_answered(&mut self, world: &mut World, id: u32, node: u16) {
        if world.requests[id].operation == Operation::Get {
            self.count_miss(world, id, node);
        }
    }

    fn goes_on(&mut self, world: &mut World, node: u16) {
        self.fit(world, node);
        if self.instances[usize::from(node)].state == InstanceState::Draining {
            self.hand_over(world, node);
        }
    }

    fn instances(&self) -> &[Instance] {
        &self.instances
    }

    fn instance_mut(&mut self, number: u16) -> Option<&mut Instance> {
        self.instances.get_mut(usize::from(number))
    }

    fn begin_leaving(&mut self, world: &mut World, node: u16) {
        if let Some(route) = &mut world.routes[usize::from(self.me)] {
            route.change(node, false);
        }
        let left = &mut self.instances[usize::from(node)];
        left.begin_leaving();
        match (left.state, left.hangs) {
            (InstanceState::Gone, _) => self.lose_held_back(world, node),
            (_, true) => {}
            (_, false) => self.hand_over(world, node),
        }
    }

    fn is_idle(&self, world: &World, instance: u16) -> bool {
        let node = &self.nodes[usize::from(instance)];
        !node.timetable.is_busy(world.now_ns()) && node.held_back.is_empty()
    }

    fn repaired(&mut self, world: &mut World, node: u16) {
        self.flush_due(world, node);
    }

    fn destroyed(&mut self, world: &mut World, node: u16) {
        self.lose_held_back(world, node);
        self.nodes[usize::from(node)].store.clear();
    }

    fn died(&mut self, world: &mut World, node: u16) {
        // It may have hung when it was told.
        self.fit(world, node);
        let now_ns = world.now_ns();
        self.catch_up(world);
        let (me, number) = (self.me, node);
        let node = &mut self.nodes[usize::from(node)];
        let ahead = node.timetable.ahead(now_ns);
        node.timetable.clear(now_ns);
        node.fetches.clear();
        world.meter(me, number).take_back(ahead);
        world.meters[usize::from(me)].waiting.down(ahead.waiting);
        if self.parameters.warm_restart {
            return self.forget_ways(world, number);
        }
        self.lose_held_back(world, number);
        self.nodes[usize::from(number)].store.clear();
    }

    fn waiting(&self, node: u16, now_ns: u64) -> u32 {
        self.nodes[usize::from(node)].timetable.waiting(now_ns)
    }

    fn busy(&self, world: &World, _number: usize, node: u16) -> u32 {
        u32::from(
            self.nodes[usize::from(node)]
                .timetable
                .is_busy(world.now_ns()),
        )
    }

    fn ahead(&self, node: u16, now_ns: u64) -> Ahead {
        self.nodes[usize::from(node)].timetable.ahead(now_ns)
    }

    fn catch_up(&mut self, world: &mut World) {
        let now_ns = world.now_ns();
        let tables = self.nodes.iter_mut().map(|node| &mut node.timetable);
        let begun = tables.map(|table| table.pass(now_ns)).sum();
        world.meters[usize::from(self.me)].waiting.down(begun);
    }

    fn entries(&self, node: u16) -> u32 {
        self.nodes[usize::from(node)].store.len() as u32
    }

    fn found_stale(&mut self) {
        self.stale_hits += 1;
    }

    fn own_counts(&self) -> OwnCounts {
        OwnCounts::of([
            (Own::StaleHits, self.stale_hits),
            (Own::Evictions, self.evictions),
            (Own::WritesLost, self.writes_lost),
            (Own::ValuesLost, self.values_lost),
        ])
    }

    fn gauge(&self, hit_ratio: f64) -> KindGauge {
        KindGauge::Cache {
            hit_ratio,
            room: self.room,
            hits: self.hits,
            misses: self.misses,
            stale_hits: self.stale_hits,
            evictions: self.evictions,
            writes_lost: self.writes_lost,
            values_lost: self.values_lost,
        }
    }

    fn call_timed_out(&mut self, world: &mut World, heir: u32, called: Hop) {
        self.answered(world, heir, called);
    }

    fn answered_itself(&mut self, world: &mut World, id: u32, _instance: u16) {
        self.brought_back(world, id);
    }

    fn timed(&self, what: What) -> u16 {
        what.instance
    }

    fn timer(&mut self, world: &mut World, what: What) {
        let (node, key) = (what.instance, what.request);
        let now_ns = world.now_ns();
        let fetch = self.nodes[usize::from(node)].fetches.get(&key);
        // What the time was set for, a lease or a value held back, may have come to its end before.
        if fetch.is_some_and(|fetch| fetch.until_ns <= now_ns) {
            world.say(|world| format!("A lease at {} runs out.", world.name(self.me, node)));
            self.pass_lease_on(world, node, key);
        }
        self.flush(world, node, key);
    }

    fn slots(&self) -> u32 {
        1
    }

    fn add_instance(&mut self, world: &mut World) -> Option<u16> {
        self.open(world);
        let node = (self.nodes.len() - 1) as u16;
        let now_ns = world.now_ns();
        world.meters[usize::from(self.me)].rented.up(now_ns);
        if let Some(route) = &mut world.routes[usize::from(self.me)] {
            route.change(node, true);
        }
        Some(node)
    }
}

/// Answers one who waited for a fetch, not before its own turn is over.
fn answer_waiting(world: &mut World, id: u32) {
    let turn_over_ns = world.requests[id].turn_over_ns();
    let left_ns = turn_over_ns.saturating_sub(world.now_ns());
    world.answer(id, Departure::after(left_ns, 0));
}

/// How a fetch ended, for those who waited for it.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    /// The value is there, in this version.
    Filled(u32),
    /// The database refused, with this number of failure.
    Failed(u8),
}

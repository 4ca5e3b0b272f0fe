//! Servers that do the work. A request takes a worker of one server, computes, makes the calls its
//! class says, and holds the worker until its answer is sent.

use std::sync::Arc;

use headroom_scenario::{
    Distribution, Eviction, Kind, ReadMode, Scenario, Service as Parameters, SessionStore, Traffic,
    WriteMode,
};

use crate::calendar::{EventKind, What};
use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::component::station::{Admission, Station};
use crate::figures::meter::Meter;
use crate::figures::own_counts::{Own, OwnCounts};
use crate::figures::reason::Reason;
use crate::figures::snapshot::KindGauge;
use crate::mechanism::popularity::Popularity;
use crate::mechanism::store::{Lookup, Rules, Store};
use crate::mechanism::stream::{Law, Stream, StreamAhead};
use crate::story::trace::Activity;
use crate::time::{ns_from_ms, stretched};
use crate::world::World;
use crate::world::class::Call;
use crate::world::request::{Hop, Operation, Request, flag};
use crate::world::wire::Departure;

/// No server holds the user's session.
const NOWHERE: Session = Session {
    instance: u16::MAX,
    incarnation: 0,
};

/// Where a user's session lives: in one life of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Session {
    instance: u16,
    incarnation: u16,
}

/// What has become of a user's session since the measurement began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The user has not come.
    Unseen,
    /// The user has come, and has not had to log in anew.
    Kept,
    /// The user has had to log in anew.
    Lost,
}

/// A tier of servers.
#[derive(Clone, Debug)]
pub struct Service {
    me: u8,
    /// The servers.
    pub instances: Vec<Instance>,
    parameters: Parameters,
    computing: Law,
    local_query: Law,
    cache: Option<CacheLink>,
    database: Option<u8>,
    /// The database whose values its own caches keep.
    data: u8,
    onward: Option<u8>,
    work_times: Stream,
    keys: StreamAhead,
    /// By user; empty where sessions do not live here.
    sessions: Vec<Session>,
    /// By server, where servers cache for themselves.
    local_caches: Vec<Store>,
    own_cache_room: u32,
    /// By user: what has become of the session since the measurement began.
    fates: Vec<Fate>,
    /// Users who have come since then.
    sessions_seen: u32,
    sessions_lost: u32,
    session_calls: u64,
    login_calls: u64,
    stale_hits: u64,
}

/// The cache that the servers ask, and how.
#[derive(Clone, Copy, Debug)]
struct CacheLink {
    link: u8,
    component: u8,
    read_mode: ReadMode,
    write_mode: WriteMode,
    /// Who misses has a lease, and others wait for what it fetches.
    leases: bool,
}

impl Service {
    /// The tier of a scenario, all servers up.
    pub fn new(
        number: u8,
        parameters: &Parameters,
        scenario: &Scenario,
        world: &mut World,
    ) -> Self {
        let id = &world.meters[usize::from(number)].id.clone();
        let mut service = Self {
            me: number,
            instances: Vec::new(),
            parameters: parameters.clone(),
            computing: Law::new(0.0, Distribution::Constant),
            local_query: Law::new(0.0, Distribution::Constant),
            cache: None,
            database: None,
            data: number,
            onward: None,
            work_times: Stream::new(scenario.seed, id, "work"),
            keys: StreamAhead::new(Stream::new(scenario.seed, id, "keys")),
            sessions: Vec::new(),
            local_caches: Vec::new(),
            own_cache_room: 0,
            fates: Vec::new(),
            sessions_seen: 0,
            sessions_lost: 0,
            session_calls: 0,
            login_calls: 0,
            stale_hits: 0,
        };
        for _ in 0..parameters.instances {
            service.open(world, Instance::default());
        }
        service.adopt(parameters, scenario, world);
        service
    }

    /// Takes over parameters. Servers that are there stay; requests at work finish as begun.
    fn adopt(&mut self, parameters: &Parameters, scenario: &Scenario, world: &mut World) {
        self.computing = Law::new(parameters.service_time_ms, parameters.distribution);
        self.local_query = Law::new(parameters.local_query_ms, parameters.distribution);
        self.parameters = parameters.clone();
        match parameters.sessions {
            SessionStore::None => {
                self.sessions = Vec::new();
                self.fates = Vec::new();
                self.count_sessions();
            }
            SessionStore::Server => {
                self.make_room_for_sessions(&scenario.traffic);
            }
        }
        let ttl_ns = ns_from_ms(parameters.local_cache_ttl_s * 1e3);
        let capacity = parameters.own_cache_room(&scenario.traffic.keys);
        self.own_cache_room = capacity;
        if capacity == 0 {
            self.local_caches.clear();
        } else {
            let eviction = Eviction::Lru;
            let rules = Rules {
                capacity,
                eviction,
                ttl_ns,
                ttl_renewed_by_hit: false,
            };
            self.local_caches
                .resize(self.instances.len(), Store::new(rules));
            for cache in &mut self.local_caches {
                cache.configure(rules, |_| {});
            }
        }
        for instance in 0..self.instances.len() {
            self.start_waiting(world, instance as u16);
        }
    }

    fn make_room_for_sessions(&mut self, traffic: &Traffic) {
        let users = traffic.population() as usize;
        self.sessions.resize(users, NOWHERE);
        self.fates.resize(users, Fate::Unseen);
        self.count_sessions();
    }

    #[inline]
    fn count_sessions(&mut self) {
        let count = |wanted: Fate| self.fates.iter().filter(|fate| **fate == wanted).count() as u32;
        self.sessions_lost = count(Fate::Lost);
        self.sessions_seen = count(Fate::Kept) + self.sessions_lost;
    }

    /// Starts a server under the number of one that is gone, which it has nothing of.
    pub fn start_again(&mut self, world: &mut World, instance: u16) {
        self.rent(world);
        let place = usize::from(instance);
        self.instances[place] = Instance {
            incarnation: self.instances[place].incarnation + 1,
            ..Instance::booting()
        };
        self.died(world, instance);
    }

    /// Time a server takes to boot, in nanoseconds.
    fn boot_ns(&self, instance: u16) -> u64 {
        let slow_factor = self.instances[usize::from(instance)].slow_factor;
        ns_from_ms(self.parameters.boot_s * slow_factor * 1e3)
    }

    fn rent(&self, world: &mut World) {
        let now_ns = world.now_ns();
        world.meters[usize::from(self.me)].rented.up(now_ns);
    }

    fn station(&self, instance: u16) -> Station {
        Station {
            component: self.me,
            instance,
            slots: self.slots(),
            line_max: self.parameters.queue_limit,
        }
    }

    fn open(&mut self, world: &mut World, instance: Instance) -> u16 {
        world.meters[usize::from(self.me)]
            .instances
            .push(Meter::default());
        self.instances.push(instance);
        if let Some(store) = self.local_caches.first() {
            let mut store = store.clone();
            store.clear();
            self.local_caches.push(store);
        }
        (self.instances.len() - 1) as u16
    }

    /// Whether the user is known here. Users come with a session to the first server they meet; from
    /// then on only a log-in moves it.
    fn has_session(&mut self, world: &mut World, id: u32, instance: u16) -> bool {
        let request = &world.requests[id];
        let incarnation = self.instances[usize::from(instance)].incarnation as u16;
        let here = Session {
            instance,
            incarnation,
        };
        let Some(session) = self.sessions.get_mut(request.user as usize) else {
            // Users who are no more may still have requests on their way.
            return true;
        };
        let is_login = request.has(flag::LOGIN);
        let fate = &mut self.fates[request.user as usize];
        if *fate == Fate::Unseen {
            *fate = Fate::Kept;
            self.sessions_seen += 1;
        }
        self.session_calls += u64::from(!is_login);
        if *session == here {
            return true;
        }
        let is_new = *session == NOWHERE;
        if !is_new && !is_login {
            self.login_calls += 1;
            return false;
        }
        *session = here;
        if !is_new && std::mem::replace(fate, Fate::Lost) != Fate::Lost {
            self.sessions_lost += 1;
        }
        true
    }

    /// A health check goes before all other work, and needs no worker: else a server that has much to do
    /// would be taken for dead. It takes as long as the server is slow.
    fn start_probe(&self, world: &mut World, id: u32, instance: u16) {
        let slow_factor = self.instances[usize::from(instance)].slow_factor;
        let duration_ns = stretched(ns_from_ms(self.parameters.probe_ms), slow_factor);
        world.work_beside(id, self.me, instance, duration_ns);
    }

    fn start(&mut self, world: &mut World, id: u32, instance: u16, waited_ns: u64) {
        self.station(instance).take(world, waited_ns);
        let slow_factor = self.instances[usize::from(instance)].slow_factor;
        let request = &mut world.requests[id];
        request.operation = Operation::Call;
        let class = &world.classes[usize::from(request.class)];
        let login = if request.has(flag::LOGIN) {
            self.parameters.login_work
        } else {
            0.0
        };
        let factor = (class.work + login) * slow_factor;
        let duration_ns = self.computing.draw_ns(&mut self.work_times, factor);
        world.work(id, self.me, instance, duration_ns);
    }

    /// The next call that the request has to make, or its end. Calls that are not made here are left
    /// to the next service, which comes last.
    fn go_on(&mut self, world: &mut World, id: u32, instance: u16) {
        if world.requests[id].parent().is_some() {
            return self.join(world, id, instance);
        }
        loop {
            let request = &world.requests[id];
            if world.classes[usize::from(request.class)].forks(request.made)
                && self.fork(world, id, instance)
            {
                return;
            }
            let Some(call) = self.next_call(world, id) else {
                break;
            };
            self.count_call(world, id, call);
            if self.set_out(world, id, instance, call) {
                return;
            }
        }
        match self.onward {
            Some(link) => {
                world.requests[id].operation = Operation::Call;
                world.send(id, Hop { link, instance: 0 }, Departure::Now);
            }
            None => self.finish(world, id, instance),
        }
    }

    /// The next call of a request that is made here.
    #[inline]
    fn next_call(&self, world: &World, id: u32) -> Option<Call> {
        let request = &world.requests[id];
        let call = world.classes[usize::from(request.class)].call(request.made)?;
        let is_made_here = match call {
            Call::LookUp => self.looks_up_itself(),
            Call::Query => self.queries_itself(world, id),
        };
        is_made_here.then_some(call)
    }

    /// A request makes its next call: a look-up but for the first is of a key of its own.
    #[inline(always)]
    fn count_call(&mut self, world: &mut World, id: u32, call: Call) {
        if call == Call::LookUp && world.requests[id].made > 0 {
            let key = self.draw_key(world.popularity.as_ref());
            world.requests.ask_for_other(id, key);
        }
        world.requests[id].made += 1;
    }

    /// A call sets out, unless the server itself has what is looked up.
    #[inline(always)]
    fn set_out(&mut self, world: &mut World, id: u32, instance: u16, call: Call) -> bool {
        match call {
            Call::LookUp => {
                let must_ask =
                    self.local_caches.is_empty() || !self.has_locally(world, id, instance);
                if must_ask {
                    self.look_up(world, id, instance);
                }
                must_ask
            }
            Call::Query => {
                self.query(world, id, instance);
                true
            }
        }
    }

    /// A request makes calls side by side, as many at once as its class does. Whether it waits for any.
    #[cold]
    fn fork(&mut self, world: &mut World, id: u32, instance: u16) -> bool {
        let class = &world.classes[usize::from(world.requests[id].class)];
        let waits = (0..class.at_once).fold(false, |waits, _| {
            self.fork_once(world, id, instance) || waits
        });
        if waits {
            world.note(id, Activity::Join, self.me, instance);
        }
        waits
    }

    /// The next call of a request sets out beside those that are out. Whether there was one, and room for its
    /// record; what the server itself has needs none.
    #[cold]
    fn fork_once(&mut self, world: &mut World, id: u32, instance: u16) -> bool {
        while let Some(next) = self.next_call(world, id) {
            let Some(call) = world.fork(id) else {
                return false;
            };
            self.count_call(world, id, next);
            let Request { key, made, .. } = world.requests[id];
            (world.requests[call].key, world.requests[call].made) = (key, made);
            if self.set_out(world, call, instance, next) {
                return true;
            }
            world.join(call);
        }
        false
    }

    /// A call that was made beside others has ended: the next one sets out, or the request goes on once all are
    /// back. Where one has failed no more set out, and the request fails with the last that is back.
    fn join(&mut self, world: &mut World, call: u32, instance: u16) {
        let Some(id) = world.join(call) else { return };
        let has_failed = world.requests[id].failure != 0;
        if !has_failed && self.fork_once(world, id, instance) {
            return;
        }
        if world.requests[id].calls_out() == 0 {
            match has_failed {
                true => self.finish(world, id, instance),
                false => self.go_on(world, id, instance),
            }
        }
    }

    /// Whether it has where to look keys up, or nobody to leave that to.
    fn looks_up_itself(&self) -> bool {
        self.onward.is_none() || self.cache.is_some() || self.database.is_some()
    }

    /// Whether it has where to run a query of the request, or nobody to leave it to.
    fn queries_itself(&self, world: &World, id: u32) -> bool {
        let takes_writes = |cache: CacheLink| cache.write_mode == WriteMode::Back;
        self.onward.is_none()
            || self.database.is_some()
            || self.cache.is_some_and(takes_writes) && world.is_write(id)
    }

    fn draw_key(&mut self, popularity: Option<&Arc<Popularity>>) -> u32 {
        popularity.map_or(0, |popularity| {
            popularity.draw(self.keys.bits(|bits| popularity.peek(bits)))
        })
    }

    /// Asks the server's own cache. Few designs have one.
    #[inline(never)]
    fn has_locally(&mut self, world: &mut World, id: u32, instance: u16) -> bool {
        let Some(store) = self.local_caches.get_mut(usize::from(instance)) else {
            return false;
        };
        let now_ns = world.now_ns();
        let key = world.requests[id].key;
        let Lookup::Hit { version, .. } = store.lookup(key, now_ns) else {
            world.meter(self.me, instance).misses += 1;
            return false;
        };
        self.stale_hits += u64::from(world.is_stale(self.me, self.data, key, version));
        world.meter(self.me, instance).hits += 1;
        world.note(id, Activity::Hit, self.me, instance);
        true
    }

    /// Asks the cache tier, else the database.
    #[inline(always)]
    fn look_up(&mut self, world: &mut World, id: u32, instance: u16) {
        let request = &mut world.requests[id];
        if let Some(cache) = self.cache
            && let Some(node) = world.routes[usize::from(cache.component)]
                .as_ref()
                .and_then(|route| route.node(request.key))
        {
            request.operation = Operation::Get;
            request.flags &= !flag::HIT;
            return world.send(
                id,
                Hop {
                    link: cache.link,
                    instance: node,
                },
                Departure::Now,
            );
        }
        self.ask_database(world, id, instance, Operation::Read);
    }

    #[inline(never)]
    fn query(&mut self, world: &mut World, id: u32, instance: u16) {
        let is_write = world.is_write(id);
        match self.cache {
            Some(CacheLink {
                write_mode: WriteMode::Back,
                ..
            }) if is_write => {
                self.tell_cache(world, id, instance, Operation::Leave);
            }
            _ => self.ask_database(world, id, instance, Operation::Query),
        }
    }

    fn ask_database(&mut self, world: &mut World, id: u32, instance: u16, operation: Operation) {
        let request = &mut world.requests[id];
        if let Some(link) = self.database {
            request.operation = operation;
            let is_write = operation == Operation::Query && world.is_write(id);
            let instance = world.copy_to_ask(id, link, is_write);
            return world.send(id, Hop { link, instance }, Departure::Now);
        }
        request.operation = match operation {
            Operation::Read => Operation::LocalRead,
            _ => Operation::LocalQuery,
        };
        let work = world.classes[usize::from(request.class)].query_work;
        let factor = work * self.instances[usize::from(instance)].slow_factor;
        let duration_ns = self.local_query.draw_ns(&mut self.work_times, factor);
        world.work(id, self.me, instance, duration_ns);
    }

    /// The cache has answered a look-up.
    fn looked_up(&mut self, world: &mut World, id: u32, instance: u16) {
        if world.requests[id].has(flag::HIT) {
            self.keep_locally(world, id, instance);
            self.go_on(world, id, instance);
        } else {
            self.ask_database(world, id, instance, Operation::Read);
        }
    }

    /// A call has failed, and the request with it. Who was to fetch for others lets the next one try.
    fn failed(&mut self, world: &mut World, id: u32, instance: u16) {
        let request = &mut world.requests[id];
        let is_leased = self.cache.is_some_and(|cache| cache.leases);
        if !is_leased || request.operation != Operation::Read {
            return self.finish(world, id, instance);
        }
        request.version = request.failure.into();
        request.failure = 0;
        self.tell_cache(world, id, instance, Operation::GiveBack);
    }

    /// The database has answered what the cache could not.
    fn fetched(&mut self, world: &mut World, id: u32, instance: u16) {
        self.keep_locally(world, id, instance);
        match self.cache {
            Some(CacheLink {
                read_mode: ReadMode::CacheAside,
                ..
            }) => {
                self.tell_cache(world, id, instance, Operation::Fill);
            }
            _ => self.go_on(world, id, instance),
        }
    }

    /// The database has answered one of the class's own queries.
    fn queried(&mut self, world: &mut World, id: u32, instance: u16) {
        if !world.is_write(id) {
            return self.go_on(world, id, instance);
        }
        if let Some(link) = self.database {
            world.note_own_write(id, link);
        }
        self.forget_locally(world, id, instance);
        match self.cache.map(|cache| cache.write_mode) {
            Some(WriteMode::Invalidate) => {
                self.tell_cache(world, id, instance, Operation::Invalidate);
            }
            Some(WriteMode::Through) => self.tell_cache(world, id, instance, Operation::Put),
            _ => self.go_on(world, id, instance),
        }
    }

    /// Sends the request's key to its cache node, to be filled, put, left or dropped there.
    fn tell_cache(&mut self, world: &mut World, id: u32, instance: u16, operation: Operation) {
        let key = world.requests[id].key;
        let target = self.cache.and_then(|cache| {
            let route = world.routes[usize::from(cache.component)].as_ref()?;
            Some((cache.link, route.node(key)?))
        });
        match target {
            Some((link, node)) => {
                world.requests[id].operation = operation;
                world.send(
                    id,
                    Hop {
                        link,
                        instance: node,
                    },
                    Departure::Now,
                );
            }
            None => self.go_on(world, id, instance),
        }
    }

    #[inline]
    fn keep_locally(&mut self, world: &World, id: u32, instance: u16) {
        if let Some(store) = self.local_caches.get_mut(usize::from(instance)) {
            let request = &world.requests[id];
            store.insert(request.key, world.now_ns(), request.version);
        }
    }

    fn forget_locally(&mut self, world: &World, id: u32, instance: u16) {
        if let Some(store) = self.local_caches.get_mut(usize::from(instance)) {
            store.remove(world.requests[id].key);
        }
    }

    fn finish(&mut self, world: &mut World, id: u32, instance: u16) {
        if world.requests[id].parent().is_some() {
            return self.join(world, id, instance);
        }
        self.station(instance).free(world);
        world.requests[id].operation = Operation::Call;
        world.answer(id, Departure::Now);
        self.start_waiting(world, instance);
    }

    /// Gives free workers to those who wait, unless the server hangs.
    fn start_waiting(&mut self, world: &mut World, instance: u16) {
        if self.instances[usize::from(instance)].hangs {
            return;
        }
        let station = self.station(instance);
        while let Some((id, waited_ns)) =
            station.next(world, &mut self.instances[usize::from(instance)].line)
        {
            match self.parameters.drops_abandoned && !world.is_wanted(id) {
                true => world.refuse(id, Reason::TimedOut),
                false => self.start(world, id, instance, waited_ns),
            }
        }
    }
}

impl Part for Service {
    fn connect(&mut self, scenario: &Scenario, world: &mut World) {
        self.cache = None;
        self.database = None;
        self.onward = None;
        for (link, to) in world.links_from(self.me) {
            match &scenario.design.components[usize::from(to)].kind {
                Kind::Cache(cache) => {
                    let (read_mode, write_mode) = (cache.read_mode, cache.write_mode);
                    self.cache = Some(CacheLink {
                        link,
                        component: to,
                        read_mode,
                        write_mode,
                        leases: cache.leases && read_mode == ReadMode::CacheAside,
                    });
                }
                Kind::Database(_) => self.database = Some(link),
                Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) | Kind::Service(_) => {
                    self.onward = Some(link);
                }
            }
        }
        self.data = world.database_behind(self.me).unwrap_or(self.data);
        if !self.sessions.is_empty() {
            self.make_room_for_sessions(&scenario.traffic);
        }
    }

    fn configure(&mut self, kind: &Kind, scenario: &Scenario, world: &mut World) {
        if let Kind::Service(parameters) = kind {
            self.adopt(parameters, scenario, world);
        }
    }

    fn deliver(&mut self, world: &mut World, id: u32, instance: u16) {
        if !self
            .instances
            .get(usize::from(instance))
            .is_some_and(Instance::listens)
        {
            return world.refuse(id, Reason::ConnectionRefused);
        }
        if world.requests[id].is_probe() {
            return self.start_probe(world, id, instance);
        }
        if !self.sessions.is_empty() && !self.has_session(world, id, instance) {
            world.requests[id].flags |= flag::LOGIN_ASKED;
            return world.answer(id, Departure::Now);
        }
        let station = self.station(instance);
        let line = &mut self.instances[usize::from(instance)].line;
        match station.admit(world, line, id) {
            Admission::Slot => self.start(world, id, instance, 0),
            Admission::Line => {}
            Admission::Full => world.refuse(id, Reason::QueueFull),
        }
    }

    fn work_done(&mut self, world: &mut World, id: u32, instance: u16) {
        match world.requests[id].operation {
            Operation::Probe => return world.answer(id, Departure::Now),
            Operation::LocalRead => self.keep_locally(world, id, instance),
            Operation::LocalQuery if world.is_write(id) => {
                world.apply_write(id);
                self.forget_locally(world, id, instance);
            }
            Operation::Call | Operation::LocalQuery => {}
            Operation::Get
            | Operation::Fill
            | Operation::GiveBack
            | Operation::Invalidate
            | Operation::Put
            | Operation::Leave
            | Operation::Read
            | Operation::Query
            | Operation::Flush => unreachable!("others do that"),
        }
        self.go_on(world, id, instance);
    }

    fn answered(&mut self, world: &mut World, id: u32, _from: Hop) {
        let Some(Hop { instance, .. }) = world.inside(&world.requests[id]) else {
            return;
        };
        let request = &mut world.requests[id];
        let operation = request.operation;
        request.flags &= !flag::NO_ANSWER;
        let asked_cache = matches!(
            operation,
            Operation::Get
                | Operation::Fill
                | Operation::GiveBack
                | Operation::Invalidate
                | Operation::Put
        );
        if request.failure != 0 && !asked_cache {
            return self.failed(world, id, instance);
        }
        // A cache that fails is a cache that misses: the database still has the value.
        request.failure = 0;
        match operation {
            Operation::Get => self.looked_up(world, id, instance),
            Operation::Read => self.fetched(world, id, instance),
            Operation::Query => self.queried(world, id, instance),
            Operation::GiveBack => {
                request.failure = request.version as u8;
                self.finish(world, id, instance);
            }
            // The next service has done what was left to do.
            Operation::Call => self.finish(world, id, instance),
            Operation::Fill | Operation::Invalidate | Operation::Put | Operation::Leave => {
                self.go_on(world, id, instance);
            }
            Operation::Flush | Operation::Probe | Operation::LocalRead | Operation::LocalQuery => {
                unreachable!("it asks nobody for these")
            }
        }
    }

    fn call_timed_out(&mut self, world: &mut World, heir: u32, called: Hop) {
        let request = &mut world.requests[heir];
        let is_cache = self.cache.is_some_and(|cache| cache.link == called.link);
        if self.onward == Some(called.link) {
            request.operation = Operation::Call;
        } else if is_cache && request.operation == Operation::Read {
            request.operation = Operation::Get;
        }
        self.answered(world, heir, called);
    }

    fn goes_on(&mut self, world: &mut World, instance: u16) {
        self.start_waiting(world, instance);
    }

    fn slots(&self) -> u32 {
        u32::from(self.parameters.workers) * u32::from(self.parameters.size.factor())
    }

    fn found_stale(&mut self) {
        self.stale_hits += 1;
    }

    fn own_counts(&self) -> OwnCounts {
        OwnCounts::of([
            (Own::SessionCalls, self.session_calls),
            (Own::LoginCalls, self.login_calls),
            (Own::StaleHits, self.stale_hits),
        ])
    }

    fn starts(&mut self, world: &mut World, instance: u16) {
        let at_ns = world.now_ns() + self.boot_ns(instance);
        let what = What {
            request: self.instances[usize::from(instance)].incarnation,
            instance,
            place: self.me,
            kind: EventKind::Booted,
        };
        world.calendar.push_at(at_ns, what);
    }

    fn sessions(&self) -> (u32, u32) {
        (self.sessions_seen, self.sessions_lost)
    }

    fn begin_measurement(&mut self, _now_ns: u64) {
        self.fates.fill(Fate::Unseen);
        self.count_sessions();
    }

    fn gauge(&self, hit_ratio: f64) -> KindGauge {
        KindGauge::Service {
            sessions: self.sessions_seen,
            sessions_lost: self.sessions_lost,
            local_hit_ratio: hit_ratio,
            own_cache_room: self.own_cache_room,
        }
    }

    fn died(&mut self, _world: &mut World, instance: u16) {
        if let Some(cache) = self.local_caches.get_mut(usize::from(instance)) {
            cache.clear();
        }
    }

    fn destroyed(&mut self, _world: &mut World, instance: u16) {
        self.instances[usize::from(instance)].has_booted = false;
    }

    fn add_instance(&mut self, world: &mut World) -> Option<u16> {
        self.rent(world);
        Some(self.open(world, Instance::booting()))
    }

    fn peek(&self, world: &World, what: What) -> u32 {
        match what.kind {
            EventKind::Forward => {
                let user = world.requests[what.request].user as usize;
                let session = self.sessions.get(user);
                session.map_or(0, |session| u32::from(session.instance))
            }
            // After its computing: who keeps its key, and who gets the worker then.
            EventKind::WorkDone => {
                let key = world.requests[what.request].key;
                let cache = self.cache.map(|cache| usize::from(cache.component));
                let route = cache.and_then(|cache| world.routes[cache].as_ref());
                let keeper = route.map_or(0, |route| route.peek(key));
                let server = &self.instances[usize::from(what.instance)];
                keeper ^ server.line.peek(&world.requests)
            }
            _ => 0,
        }
    }

    fn instances(&self) -> &[Instance] {
        &self.instances
    }

    fn instance_mut(&mut self, number: u16) -> Option<&mut Instance> {
        self.instances.get_mut(usize::from(number))
    }

    fn entries(&self, instance: u16) -> u32 {
        let own = self.local_caches.get(usize::from(instance));
        own.map_or(0, |cache| cache.len() as u32)
    }

    fn begin_leaving(&mut self, _world: &mut World, instance: u16) {
        self.instances[usize::from(instance)].begin_leaving();
    }
}

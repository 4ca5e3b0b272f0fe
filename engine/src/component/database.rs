//! A database: a primary and its replicas, each with connections in front, cores behind, a buffer in memory, and a
//! disk that writes fill.
//!
//! What is written follows the log (`log`, `shipping`), which each replica applies (`applying`). A monitor looks at
//! all of them (`monitor`), puts a replica in the place of a primary that is gone (`promotion`), and tells callers
//! (`announcing`). A new one begins with a snapshot (`seeding`).

mod announcing;
mod applying;
mod books;
mod copy;
mod faults;
mod figures;
mod letters;
mod monitor;
mod promotion;
mod seeding;
mod shipping;

use std::collections::VecDeque;

use headroom_scenario::{
    Database as Parameters, Distribution, Eviction, Kind, OwnWrites, Scenario,
};

use crate::calendar::{EventKind, What};
use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::component::station::{Admission, Station};
use crate::figures::meter::Meter;
use crate::figures::own_counts::{Own, OwnCounts};
use crate::figures::reason::Reason;
use crate::figures::replication::ReplicationGauge;
use crate::figures::snapshot::KindGauge;
use crate::mechanism::log::{Log, NO_USER};
use crate::mechanism::store::{Lookup, Rules};
use crate::mechanism::stream::{Law, Stream};
use crate::story::happening::Tone;
use crate::story::trace::Activity;
use crate::time::{ns_from_ms, stretched};
use crate::world::World;
use crate::world::request::{Operation, Origin, Request, Stage};
use crate::world::wire::Departure;
use copy::{Copy, Seeding};
use letters::Letters;
use monitor::Monitor;
use promotion::kept_since;
use shipping::Held;

/// A database.
#[derive(Clone, Debug)]
pub struct Database {
    me: u8,
    instances: Vec<Instance>,
    /// What each of them has beside.
    copies: Vec<Copy>,
    parameters: Parameters,
    seed: u64,
    reading: Law,
    writing: Law,
    applying: Law,
    disk_read_ns: u64,
    /// Entries that a buffer has room for; none where all data fits.
    buffer_room: Option<u32>,
    query_times: Stream,
    /// What has been written, once there is somebody to follow it.
    log: Option<Box<Log>>,
    /// The copy that takes writes, or is waited for.
    primary: u16,
    /// Primaries there have been.
    epoch: u32,
    /// By promotion: the position at which the new primary's log parts from the old one's.
    parted: Vec<u64>,
    /// All writes up to this position are acknowledged.
    acknowledged: u64,
    /// Writes whose answer waits for replicas, in the order of the log.
    held: VecDeque<Held>,
    /// Writes are answered without acknowledgements, until the replicas have caught up.
    is_degraded: bool,
    monitor: Monitor,
    letters: Letters,
    /// Since when no copy takes writes, if that is so, and how long that was before, since the measurement began.
    unavailable_from_ns: Option<u64>,
    unavailable_ns: u64,
    reads: u64,
    writes: u64,
    writes_lost: u64,
    values_lost: u64,
    stale_reads: u64,
    own_writes_missed: u64,
    promotions: u64,
}

impl Database {
    /// The database of a scenario, up.
    pub fn new(
        number: u8,
        parameters: &Parameters,
        scenario: &Scenario,
        world: &mut World,
    ) -> Self {
        let id = world.meters[usize::from(number)].id.clone();
        let mut database = Self {
            me: number,
            instances: Vec::new(),
            copies: Vec::new(),
            parameters: parameters.clone(),
            seed: scenario.seed,
            reading: Law::new(0.0, Distribution::Constant),
            writing: Law::new(0.0, Distribution::Constant),
            applying: Law::new(0.0, Distribution::Constant),
            disk_read_ns: 0,
            buffer_room: None,
            query_times: Stream::new(scenario.seed, &id, "queries"),
            log: None,
            primary: 0,
            epoch: 1,
            parted: Vec::new(),
            acknowledged: 0,
            held: VecDeque::new(),
            is_degraded: false,
            monitor: Monitor::default(),
            letters: Letters::default(),
            unavailable_from_ns: None,
            unavailable_ns: 0,
            reads: 0,
            writes: 0,
            writes_lost: 0,
            values_lost: 0,
            stale_reads: 0,
            own_writes_missed: 0,
            promotions: 0,
        };
        for _ in 0..=parameters.replication.replicas {
            database.open(world, Instance::default());
        }
        database.adopt(parameters, scenario, world);
        if parameters.replication.replicas > 0 {
            database.begin_replicating(world);
        }
        database
    }

    fn open(&mut self, world: &mut World, instance: Instance) -> u16 {
        let meters = &mut world.meters[usize::from(self.me)];
        meters.instances.push(Meter::default());
        let number = self.instances.len() as u16;
        let copy = Copy::new(self.seed, &meters.id, number, &self.parameters);
        self.instances.push(instance);
        self.copies.push(copy);
        self.monitor.open();
        number
    }

    /// Takes over parameters; queries that run finish as begun, but find the new disk.
    fn adopt(&mut self, parameters: &Parameters, scenario: &Scenario, world: &mut World) {
        let distribution = parameters.distribution;
        self.reading = Law::new(parameters.read_time_ms, distribution);
        self.writing = Law::new(parameters.write_time_ms, distribution);
        self.applying = Law::new(parameters.replication.apply_time_ms, distribution);
        self.disk_read_ns = ns_from_ms(parameters.disk_read_ms);
        self.buffer_room = parameters.buffer_room(&scenario.traffic.keys);
        self.parameters = parameters.clone();
        let rules = self.buffer_rules();
        for copy in &mut self.copies {
            copy.disk.configure(parameters);
            copy.fit_buffer(rules);
        }
        for copy in 0..self.copies.len() as u16 {
            self.start_waiting(world, copy);
        }
        if self.log.is_some() {
            self.settle_acknowledgements(world);
        }
    }

    /// Whether there is or was a copy beside the first.
    pub fn has_copies(&self) -> bool {
        self.log.is_some()
    }

    fn buffer_rules(&self) -> Option<Rules> {
        let capacity = self.buffer_room.filter(|room| *room > 0)?;
        Some(Rules {
            capacity,
            eviction: Eviction::Lru,
            ttl_ns: 0,
            ttl_renewed_by_hit: false,
        })
    }

    /// Who has a connection may wait.
    fn station(&self, copy: u16) -> Station {
        Station {
            component: self.me,
            instance: copy,
            slots: self.slots(),
            line_max: u32::MAX,
        }
    }

    fn copy(&mut self, copy: u16) -> &mut Copy {
        &mut self.copies[usize::from(copy)]
    }

    fn instance(&self, copy: u16) -> &Instance {
        &self.instances[usize::from(copy)]
    }

    /// A write is done on the primary: its value has a version, its place in the log, and is answered at once or
    /// when replicas have it.
    fn commit(&mut self, world: &mut World, id: u32) {
        let Request {
            key,
            version,
            operation,
            user,
            origin,
            ..
        } = world.requests[id];
        let data = world.data(self.me);
        let before = data.stored(key);
        let version = match operation {
            Operation::Flush => data.store(key, version),
            _ => data.write(key),
        };
        world.requests[id].version = version;
        if operation == Operation::Query {
            world.apply_write(id);
        }
        world.tell_written(self.me, key, version);
        self.writes += 1;
        let user = match origin {
            Origin::Component => NO_USER,
            Origin::User | Origin::Request | Origin::Nobody | Origin::Abroad => user,
        };
        match &self.log {
            Some(_) => self.log_write(world, id, before, user),
            None => self.reply(world, id, self.primary),
        }
    }

    /// A write is done on a copy that another has replaced: it will be thrown away.
    fn commit_in_vain(&mut self, world: &mut World, id: u32, copy: u16) {
        world.apply_write(id);
        if self.needed() > 0 {
            // No replica follows it that could acknowledge that.
            world.requests[id].stage = Stage::Held;
            world.note(id, Activity::Acknowledge, self.me, copy);
            return self.copy(copy).stranded.push(id);
        }
        self.writes += 1;
        self.copy(copy).surplus += 1;
        self.reply(world, id, copy);
    }

    /// A read is done: it gives what the copy has.
    fn read(&mut self, world: &mut World, id: u32, copy: u16) {
        let key = world.requests[id].key;
        world.requests[id].version = world.stored(self.me, key);
        self.reads += 1;
        if copy != self.primary && self.log.is_some() {
            self.read_replica(world, id, copy);
        }
        self.reply(world, id, copy);
    }

    /// What a replica has is older where it has yet to apply a write of that key.
    fn read_replica(&mut self, world: &mut World, id: u32, copy: u16) {
        let Request { key, user, .. } = world.requests[id];
        let Copy { applied, epoch, .. } = self.copies[usize::from(copy)];
        let applied = kept_since(&self.parted, epoch, applied);
        let Some(log) = &self.log else { return };
        let Some((position, missing)) = log.first_after(key, applied) else {
            return;
        };
        world.requests[id].version = missing.version_before;
        if position <= self.acknowledged {
            self.stale_reads += 1;
            // One that waits has what it was to see: what is written meanwhile came after it.
            let waits = self.parameters.replication.own_writes == OwnWrites::Wait;
            let misses = !waits && log.has_written_after(user, key, applied);
            self.own_writes_missed += u64::from(misses);
            world.note(id, Activity::Stale, self.me, copy);
        }
    }

    fn reply(&mut self, world: &mut World, id: u32, copy: u16) {
        self.copy(copy).connections -= 1;
        world.answer(id, Departure::Now);
    }

    /// A write finds no room: the time line says since when.
    fn fill(&mut self, world: &mut World, copy: u16) {
        if !std::mem::replace(&mut self.copy(copy).is_full, true) {
            let words = format!("disk of {} full", world.name(self.me, copy));
            world.mark(Tone::Bad, words, self.me, None);
        }
    }

    fn start(&mut self, world: &mut World, id: u32, copy: u16, waited_ns: u64) {
        self.station(copy).take(world, waited_ns);
        let is_write = is_write(world, id);
        let request = &world.requests[id];
        let class = &world.classes[usize::from(request.class)];
        let (operation, key) = (request.operation, request.key);
        let law = if is_write {
            &self.writing
        } else {
            &self.reading
        };
        let work = if operation == Operation::Flush {
            1.0
        } else {
            class.query_work
        };
        let slow_factor = self.instance(copy).slow_factor;
        let mut duration_ns = law.draw_ns(&mut self.query_times, work * slow_factor);
        if !is_write && !self.has_buffered(world, id, key, copy) {
            duration_ns += stretched(self.disk_read_ns, slow_factor);
        }
        world.work(id, self.me, copy, duration_ns);
    }

    /// Whether the key is in memory; it is from now on.
    fn has_buffered(&mut self, world: &mut World, id: u32, key: u32, copy: u16) -> bool {
        let Some(buffer) = &mut self.copy(copy).buffer else {
            return true;
        };
        let now_ns = world.now_ns();
        let is_hit = matches!(buffer.lookup(key, now_ns), Lookup::Hit { .. });
        if !is_hit {
            buffer.insert(key, now_ns, 0);
        }
        self.count_look_up(world, id, is_hit, copy);
        is_hit
    }

    fn count_look_up(&mut self, world: &mut World, id: u32, is_hit: bool, copy: u16) {
        if !world.is_first_count(id) {
            return;
        }
        let meter = world.meter(self.me, copy);
        if is_hit {
            meter.hits += 1;
        } else {
            meter.misses += 1;
        }
    }

    /// Gives free slots to those who want one: appliers first, then who waits in line.
    fn start_waiting(&mut self, world: &mut World, copy: u16) {
        if self.instance(copy).hangs {
            return;
        }
        if self.log.is_some() {
            self.copy_snapshots(world, copy);
            self.apply(world, copy);
        }
        let station = self.station(copy);
        while let Some((id, waited_ns)) =
            station.next(world, &mut self.instances[usize::from(copy)].line)
        {
            if self.parameters.drops_abandoned && !world.is_wanted(id) {
                self.copy(copy).connections -= 1;
                world.refuse(id, Reason::TimedOut);
            } else {
                self.start(world, id, copy, waited_ns);
            }
        }
    }

    /// A query that has come, or has waited for its copy to catch up, wants a slot.
    fn admit(&mut self, world: &mut World, id: u32, copy: u16) {
        let station = self.station(copy);
        let line = &mut self.instances[usize::from(copy)].line;
        match station.admit(world, line, id) {
            Admission::Slot => self.start(world, id, copy, 0),
            Admission::Line => {}
            Admission::Full => unreachable!("its line has no end"),
        }
    }

    /// A read waits where its copy has yet to apply what its user has written. Whether it does.
    fn parks(&mut self, world: &mut World, id: u32, copy: u16) -> bool {
        let waits = self.parameters.replication.own_writes == OwnWrites::Wait;
        let Some(log) = self.log.as_ref().filter(|_| waits && copy != self.primary) else {
            return false;
        };
        let position = log.newest_of_user(world.requests[id].user);
        if position <= self.copies[usize::from(copy)].applied {
            return false;
        }
        world.requests[id].stage = Stage::Held;
        world.note(id, Activity::CatchUp, self.me, copy);
        self.copy(copy).parked.push((position, id));
        true
    }
}

impl Part for Database {
    fn connect(&mut self, scenario: &Scenario, world: &mut World) {
        if self.log.is_some() {
            self.open_views(scenario, world);
        }
    }

    fn configure(&mut self, kind: &Kind, scenario: &Scenario, world: &mut World) {
        if let Kind::Database(parameters) = kind {
            self.adopt(parameters, scenario, world);
        }
    }

    fn deliver(&mut self, world: &mut World, id: u32, copy: u16) {
        let listens = |it: &Instance| it.listens();
        if !self.instances.get(usize::from(copy)).is_some_and(listens) {
            self.not_answered(world, id, copy);
            return world.refuse(id, Reason::ConnectionRefused);
        }
        let connections = self.parameters.connections;
        let is_write = is_write(world, id);
        let asked = self.copy(copy);
        if asked.connections >= connections {
            world.meter(self.me, copy).dropped += 1;
            return world.refuse(id, Reason::TooManyConnections);
        }
        if is_write && !asked.takes_writes {
            return world.refuse(id, Reason::ReadOnly);
        }
        asked.connections += 1;
        if is_write || !self.parks(world, id, copy) {
            self.admit(world, id, copy);
        }
    }

    #[inline]
    fn peek(&self, world: &World, what: What) -> u32 {
        if what.kind != EventKind::Forward {
            return 0;
        }
        world.stored(self.me, world.requests[what.request].key)
    }

    fn work_done(&mut self, world: &mut World, id: u32, instance: u16) {
        self.station(instance).free(world);
        let (epoch, is_write) = (self.epoch, is_write(world, id));
        let copy = self.copy(instance);
        if !is_write {
            self.read(world, id, instance);
        } else if !copy.takes_writes {
            // It has been told meanwhile that another has taken its place.
            world.fail(id, Reason::ReadOnly);
            self.reply(world, id, instance);
        } else if !copy.disk.append() {
            self.fill(world, instance);
            world.fail(id, Reason::DiskFull);
            self.reply(world, id, instance);
        } else {
            copy.is_full = false;
            match copy.epoch == epoch {
                true => self.commit(world, id),
                false => self.commit_in_vain(world, id, instance),
            }
        }
        self.start_waiting(world, instance);
    }

    fn not_answered(&mut self, world: &mut World, id: u32, instance: u16) {
        if self.buffer_room.is_some() && !is_write(world, id) {
            self.count_look_up(world, id, false, instance);
        }
    }

    fn goes_on(&mut self, world: &mut World, instance: u16) {
        self.note_availability(world);
        self.start_waiting(world, instance);
    }

    fn hung(&mut self, world: &mut World) {
        self.note_availability(world);
    }

    fn slots(&self) -> u32 {
        u32::from(self.parameters.workers) * u32::from(self.parameters.size.factor())
    }

    fn own_counts(&self) -> OwnCounts {
        OwnCounts::of([
            (Own::Reads, self.reads),
            (Own::Writes, self.writes),
            (Own::WritesLost, self.writes_lost),
            (Own::ValuesLost, self.values_lost),
            (Own::StaleReads, self.stale_reads),
            (Own::MissedOwnWrites, self.own_writes_missed),
            (Own::Promotions, self.promotions),
        ])
    }

    fn gauge(&self, hit_ratio: f64) -> KindGauge {
        let disk = &self.copies[usize::from(self.primary)].disk;
        let copies = self.copies.iter();
        KindGauge::Database {
            connections: copies.map(|copy| copy.connections).sum(),
            connections_max: self.parameters.connections * self.present() as u32,
            reads: self.reads,
            writes: self.writes,
            writes_lost: self.writes_lost,
            values_lost: self.values_lost,
            buffer_hit_ratio: hit_ratio,
            buffer_room: self.buffer_room,
            disk_gb: self.parameters.disk_room_gb(),
            data_gb: disk.data_gb(),
            disk_used_share: disk.used_share(),
            replication: None,
        }
    }

    fn imbalance(&self, world: &World) -> Option<String> {
        self.imbalance_of_copies(world)
    }

    fn replication(&self, world: &World) -> Option<ReplicationGauge> {
        self.replication_gauge(world)
    }

    fn begin_measurement(&mut self, now_ns: u64) {
        self.begin_measuring_copies(now_ns);
    }

    fn timed(&self, what: What) -> u16 {
        what.instance
    }

    fn timer(&mut self, world: &mut World, what: What) {
        self.take_letter(world, what.request);
    }

    fn died(&mut self, world: &mut World, instance: u16) {
        self.copy(instance).die();
        if self.log.is_some() {
            self.copy_died(world, instance);
        }
    }

    fn destroyed(&mut self, world: &mut World, instance: u16) {
        self.copy(instance).disk.replace();
        if self.log.is_some() {
            return self.copy_destroyed(instance);
        }
        self.lose_all(world);
    }

    fn instances(&self) -> &[Instance] {
        &self.instances
    }

    fn instance_mut(&mut self, number: u16) -> Option<&mut Instance> {
        self.instances.get_mut(usize::from(number))
    }

    fn add_instance(&mut self, world: &mut World) -> Option<u16> {
        let now_ns = world.now_ns();
        world.meters[usize::from(self.me)].rented.up(now_ns);
        let number = self.open(world, Instance::booting());
        let rules = self.buffer_rules();
        let copy = self.copy(number);
        copy.fit_buffer(rules);
        copy.disk.replace();
        copy.seeding = Seeding::Wanted;
        copy.lag = crate::mechanism::lag::Lag::from(now_ns);
        if self.log.is_none() {
            self.begin_replicating(world);
        }
        Some(number)
    }

    fn starts(&mut self, world: &mut World, instance: u16) {
        self.copy_starts(world, instance);
    }

    fn reached(&mut self, world: &mut World, instance: u16) {
        self.copy_reached(world, instance);
    }

    fn booted(&mut self, world: &mut World, _instance: u16) {
        self.announce(world);
    }

    fn repaired(&mut self, world: &mut World, instance: u16) {
        if self.log.is_some() {
            self.copy_returns(world, instance);
        }
    }

    fn is_to_stay(&self, instance: u16) -> Option<&'static str> {
        let is_primary = instance == self.primary && self.present() > 1;
        is_primary.then_some("is the primary: it stays")
    }

    fn entries(&self, instance: u16) -> u32 {
        let buffer = self.copies[usize::from(instance)].buffer.as_ref();
        buffer.map_or(0, |buffer| buffer.len() as u32)
    }

    fn begin_leaving(&mut self, world: &mut World, instance: u16) {
        self.instances[usize::from(instance)].begin_leaving();
        if self.log.is_some() {
            self.announce(world);
            self.settle_acknowledgements(world);
        }
    }
}

/// Whether a query changes data.
#[inline]
fn is_write(world: &World, id: u32) -> bool {
    let request = &world.requests[id];
    match request.operation {
        Operation::Flush => true,
        Operation::Query => world.is_write(id),
        _ => false,
    }
}

//! A database with one primary: connections in front, cores behind, a buffer in memory, and a disk that
//! writes fill.

use headroom_scenario::{Database as Parameters, Distribution, Eviction, Kind, Scenario};

use crate::calendar::{EventKind, What};
use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::component::station::{Admission, Station};
use crate::figures::meter::Meter;
use crate::figures::own_counts::{Own, OwnCounts};
use crate::figures::reason::Reason;
use crate::figures::snapshot::KindGauge;
use crate::mechanism::disk::Disk;
use crate::mechanism::store::{Lookup, Rules, Store};
use crate::mechanism::stream::{Law, Stream};
use crate::story::happening::Tone;
use crate::time::{ns_from_ms, stretched};
use crate::world::World;
use crate::world::request::{Operation, Request};
use crate::world::wire::Departure;

/// A database.
#[derive(Clone, Debug)]
pub struct Database {
    me: u8,
    /// The primary.
    pub instance: Instance,
    parameters: Parameters,
    reading: Law,
    writing: Law,
    disk_read_ns: u64,
    buffer: Option<Store>,
    /// Entries that the buffer has room for; none where all data fits.
    buffer_room: Option<u32>,
    disk: Disk,
    /// The last write found no room.
    is_full: bool,
    query_times: Stream,
    reads: u64,
    writes: u64,
    writes_lost: u64,
    values_lost: u64,
    connections: u32,
}

impl Database {
    /// The database of a scenario, up.
    pub fn new(
        number: u8,
        parameters: &Parameters,
        scenario: &Scenario,
        world: &mut World,
    ) -> Self {
        world.meters[usize::from(number)]
            .instances
            .push(Meter::default());
        let id = &world.meters[usize::from(number)].id;
        let mut database = Self {
            me: number,
            instance: Instance::default(),
            parameters: parameters.clone(),
            reading: Law::new(0.0, Distribution::Constant),
            writing: Law::new(0.0, Distribution::Constant),
            disk_read_ns: 0,
            buffer: None,
            buffer_room: None,
            disk: Disk::new(parameters),
            is_full: false,
            query_times: Stream::new(scenario.seed, id, "queries"),
            reads: 0,
            writes: 0,
            writes_lost: 0,
            values_lost: 0,
            connections: 0,
        };
        database.adopt(parameters, scenario, world);
        database
    }

    /// Takes over parameters; queries that run finish as begun, but find the new disk.
    fn adopt(&mut self, parameters: &Parameters, scenario: &Scenario, world: &mut World) {
        self.reading = Law::new(parameters.read_time_ms, parameters.distribution);
        self.writing = Law::new(parameters.write_time_ms, parameters.distribution);
        self.disk_read_ns = ns_from_ms(parameters.disk_read_ms);
        self.disk.configure(parameters);
        self.buffer_room = parameters.buffer_room(&scenario.traffic.keys);
        let capacity = self.buffer_room.unwrap_or(0);
        let eviction = Eviction::Lru;
        let rules = Rules {
            capacity,
            eviction,
            ttl_ns: 0,
            ttl_renewed_by_hit: false,
        };
        match &mut self.buffer {
            _ if capacity == 0 => self.buffer = None,
            Some(buffer) => buffer.configure(rules, |_| {}),
            None => self.buffer = Some(Store::new(rules)),
        }
        self.parameters = parameters.clone();
        self.start_waiting(world);
    }

    /// Entries in its buffer.
    pub fn buffered(&self) -> u32 {
        self.buffer.as_ref().map_or(0, |buffer| buffer.len() as u32)
    }

    /// Who has a connection may wait.
    fn station(&self) -> Station {
        Station {
            component: self.me,
            instance: 0,
            slots: self.slots(),
            line_max: u32::MAX,
        }
    }

    /// Gives the values their versions, the moment the query ends.
    fn commit(&mut self, world: &mut World, id: u32) {
        let is_write = is_write(world, id);
        let &Request {
            key,
            version,
            operation,
            ..
        } = &world.requests[id];
        let data = world.data(self.me);
        world.requests[id].version = match operation {
            Operation::Flush => data.store(key, version),
            _ if is_write => data.write(key),
            _ => data.stored(key),
        };
        if is_write && operation == Operation::Query {
            world.apply_write(id);
        }
        if is_write {
            let version = world.requests[id].version;
            world.tell_written(self.me, key, version);
            self.writes += 1;
            self.is_full = false;
        } else {
            self.reads += 1;
        }
    }

    /// A write finds no room: the time line says since when.
    fn fill(&mut self, world: &mut World) {
        if !std::mem::replace(&mut self.is_full, true) {
            let words = format!("disk of {} full", world.name(self.me, 0));
            world.mark(Tone::Bad, words, self.me, None);
        }
    }

    fn start(&mut self, world: &mut World, id: u32, waited_ns: u64) {
        self.station().take(world, waited_ns);
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
        let factor = work * self.instance.slow_factor;
        let mut duration_ns = law.draw_ns(&mut self.query_times, factor);
        if !is_write && !self.has_buffered(world, id, key) {
            duration_ns += stretched(self.disk_read_ns, self.instance.slow_factor);
        }
        world.work(id, self.me, 0, duration_ns);
    }

    /// Whether the key is in memory; it is from now on.
    fn has_buffered(&mut self, world: &mut World, id: u32, key: u32) -> bool {
        let Some(buffer) = &mut self.buffer else {
            return true;
        };
        let now_ns = world.now_ns();
        let is_hit = matches!(buffer.lookup(key, now_ns), Lookup::Hit { .. });
        if !is_hit {
            buffer.insert(key, now_ns, 0);
        }
        self.count_look_up(world, id, is_hit);
        is_hit
    }

    fn count_look_up(&mut self, world: &mut World, id: u32, is_hit: bool) {
        if !world.is_first_count(id) {
            return;
        }
        let meter = world.meter(self.me, 0);
        if is_hit {
            meter.hits += 1;
        } else {
            meter.misses += 1;
        }
    }

    fn start_waiting(&mut self, world: &mut World) {
        if self.instance.hangs {
            return;
        }
        let station = self.station();
        while let Some((id, waited_ns)) = station.next(world, &mut self.instance.line) {
            if self.parameters.drops_abandoned && !world.is_wanted(id) {
                self.connections -= 1;
                world.refuse(id, Reason::TimedOut);
            } else {
                self.start(world, id, waited_ns);
            }
        }
    }
}

impl Part for Database {
    fn configure(&mut self, kind: &Kind, scenario: &Scenario, world: &mut World) {
        if let Kind::Database(parameters) = kind {
            self.adopt(parameters, scenario, world);
        }
    }

    fn deliver(&mut self, world: &mut World, id: u32, _instance: u16) {
        if !self.instance.listens() {
            self.not_answered(world, id, 0);
            return world.refuse(id, Reason::ConnectionRefused);
        }
        if self.connections >= self.parameters.connections {
            world.meter(self.me, 0).dropped += 1;
            return world.refuse(id, Reason::TooManyConnections);
        }
        self.connections += 1;
        let station = self.station();
        match station.admit(world, &mut self.instance.line, id) {
            Admission::Slot => self.start(world, id, 0),
            Admission::Line => {}
            Admission::Full => unreachable!("its line has no end"),
        }
    }

    #[inline]
    fn peek(&self, world: &World, what: What) -> u32 {
        if what.kind != EventKind::Forward {
            return 0;
        }
        world.stored(self.me, world.requests[what.request].key)
    }

    fn work_done(&mut self, world: &mut World, id: u32, _instance: u16) {
        self.station().free(world);
        self.connections -= 1;
        if is_write(world, id) && !self.disk.append() {
            self.fill(world);
            world.fail(id, Reason::DiskFull);
        } else {
            self.commit(world, id);
        }
        world.answer(id, Departure::Now);
        self.start_waiting(world);
    }

    fn not_answered(&mut self, world: &mut World, id: u32, _instance: u16) {
        if self.buffer.is_some() && !is_write(world, id) {
            self.count_look_up(world, id, false);
        }
    }

    fn goes_on(&mut self, world: &mut World, _instance: u16) {
        self.start_waiting(world);
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
        ])
    }

    fn gauge(&self, hit_ratio: f64) -> KindGauge {
        KindGauge::Database {
            connections: self.connections,
            connections_max: self.parameters.connections,
            reads: self.reads,
            writes: self.writes,
            writes_lost: self.writes_lost,
            values_lost: self.values_lost,
            buffer_hit_ratio: hit_ratio,
            buffer_room: self.buffer_room,
            disk_gb: self.parameters.disk_room_gb(),
            data_gb: self.disk.data_gb(),
            disk_used_share: self.disk.used_share(),
        }
    }

    fn died(&mut self, _world: &mut World, _instance: u16) {
        self.connections = 0;
        if let Some(buffer) = &mut self.buffer {
            buffer.clear();
        }
    }

    fn destroyed(&mut self, world: &mut World, _instance: u16) {
        self.disk.replace();
        let lost = world.data(self.me).destroy();
        self.writes_lost += lost.writes;
        self.values_lost += lost.values;
    }

    fn instances(&self) -> &[Instance] {
        std::slice::from_ref(&self.instance)
    }

    fn instance_mut(&mut self, number: u16) -> Option<&mut Instance> {
        (number == 0).then_some(&mut self.instance)
    }

    fn entries(&self, _instance: usize) -> u32 {
        self.buffered()
    }

    fn begin_leaving(&mut self, _world: &mut World, _instance: u16) {
        self.instance.begin_leaving();
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

//! The component kinds, side by side: each in a room of its own, touching the others only through
//! the world.

pub mod cache;
pub mod clients;
pub mod database;
pub mod dns;
pub mod instance;
pub mod load_balancer;
pub mod part;
pub mod service;
mod station;

use headroom_scenario::{Kind, Scenario};

use crate::calendar::What;
use crate::figures::own_counts::OwnCounts;
use crate::figures::replication::ReplicationGauge;
use crate::figures::snapshot::KindGauge;
use crate::mechanism::timetable::Ahead;
use crate::world::World;
use crate::world::request::Hop;
use cache::Cache;
use clients::Clients;
use database::Database;
use dns::Dns;
use instance::Instance;
use load_balancer::LoadBalancer;
use part::Part;
use service::Service;

/// A component of the running design. Dispatch is by enum: the hot path calls through no table.
#[derive(Clone, Debug)]
pub enum Component {
    /// The users.
    Clients(Box<Clients>),
    /// The directory.
    Dns(Box<Dns>),
    /// A balancer.
    LoadBalancer(Box<LoadBalancer>),
    /// Servers.
    Service(Box<Service>),
    /// A cache tier.
    Cache(Box<Cache>),
    /// A database.
    Database(Box<Database>),
}

/// Does the same with whichever kind it is.
macro_rules! each {
    ($component:ident, $part:ident => $does:expr) => {
        match $component {
            Component::Clients($part) => $does,
            Component::Dns($part) => $does,
            Component::LoadBalancer($part) => $does,
            Component::Service($part) => $does,
            Component::Cache($part) => $does,
            Component::Database($part) => $does,
        }
    };
}

impl Component {
    /// Component `number` of a scenario, with its meters opened in the world.
    pub fn new(number: u8, scenario: &Scenario, world: &mut World) -> Self {
        let row = &scenario.design.components[usize::from(number)];
        match &row.kind {
            Kind::Clients(_) => Component::Clients(Box::new(Clients::new(number, scenario, world))),
            Kind::Dns(_) => Component::Dns(Box::new(Dns::new(number, world))),
            Kind::LoadBalancer(parameters) => Component::LoadBalancer(Box::new(LoadBalancer::new(
                number, parameters, scenario, world,
            ))),
            Kind::Service(parameters) => {
                Component::Service(Box::new(Service::new(number, parameters, scenario, world)))
            }
            Kind::Cache(parameters) => {
                Component::Cache(Box::new(Cache::new(number, parameters, scenario, world)))
            }
            Kind::Database(parameters) => {
                Component::Database(Box::new(Database::new(number, parameters, scenario, world)))
            }
        }
    }

    /// Whether an instance has nothing to do any more. One that hangs does not know.
    pub fn has_finished(&self, world: &World, number: u8, instance: u16) -> bool {
        let meters = &world.meters[usize::from(number)];
        !self.instances()[usize::from(instance)].hangs
            && meters.instances[usize::from(instance)].inside.value() == 0
            && self.is_idle(world, instance)
    }
}

impl Part for Component {
    fn connect(&mut self, scenario: &Scenario, world: &mut World) {
        each!(self, part => part.connect(scenario, world))
    }

    fn configure(&mut self, kind: &Kind, scenario: &Scenario, world: &mut World) {
        each!(self, part => part.configure(kind, scenario, world))
    }

    #[inline]
    fn deliver(&mut self, world: &mut World, id: u32, instance: u16) {
        each!(self, part => part.deliver(world, id, instance))
    }

    #[inline]
    fn peek(&self, world: &World, what: What) -> u32 {
        each!(self, part => part.peek(world, what))
    }

    #[inline]
    fn work_done(&mut self, world: &mut World, id: u32, instance: u16) {
        each!(self, part => part.work_done(world, id, instance))
    }

    #[inline]
    fn answered(&mut self, world: &mut World, id: u32, from: Hop) {
        each!(self, part => part.answered(world, id, from))
    }

    fn call_timed_out(&mut self, world: &mut World, heir: u32, called: Hop) {
        each!(self, part => part.call_timed_out(world, heir, called))
    }

    fn not_answered(&mut self, world: &mut World, id: u32, instance: u16) {
        each!(self, part => part.not_answered(world, id, instance))
    }

    fn answered_itself(&mut self, world: &mut World, id: u32, instance: u16) {
        each!(self, part => part.answered_itself(world, id, instance))
    }

    fn timed(&self, what: What) -> u16 {
        each!(self, part => part.timed(what))
    }

    fn timer(&mut self, world: &mut World, what: What) {
        each!(self, part => part.timer(world, what))
    }

    fn service_behind(&self) -> Option<u8> {
        each!(self, part => part.service_behind())
    }

    fn instances(&self) -> &[Instance] {
        each!(self, part => part.instances())
    }

    fn instance_mut(&mut self, number: u16) -> Option<&mut Instance> {
        each!(self, part => part.instance_mut(number))
    }

    fn slots(&self) -> u32 {
        each!(self, part => part.slots())
    }

    fn waiting(&self, instance: u16, now_ns: u64) -> u32 {
        each!(self, part => part.waiting(instance, now_ns))
    }

    fn busy(&self, world: &World, number: usize, instance: u16) -> u32 {
        each!(self, part => part.busy(world, number, instance))
    }

    fn catch_up(&mut self, world: &mut World) {
        each!(self, part => part.catch_up(world))
    }

    fn ahead(&self, instance: u16, now_ns: u64) -> Ahead {
        each!(self, part => part.ahead(instance, now_ns))
    }

    fn entries(&self, instance: u16) -> u32 {
        each!(self, part => part.entries(instance))
    }

    fn found_stale(&mut self) {
        each!(self, part => part.found_stale())
    }

    fn own_counts(&self) -> OwnCounts {
        each!(self, part => part.own_counts())
    }

    fn sessions(&self) -> (u32, u32) {
        each!(self, part => part.sessions())
    }

    fn imbalance(&self, world: &World) -> Option<String> {
        each!(self, part => part.imbalance(world))
    }

    fn begin_measurement(&mut self, now_ns: u64) {
        each!(self, part => part.begin_measurement(now_ns))
    }

    fn starts(&mut self, world: &mut World, instance: u16) {
        each!(self, part => part.starts(world, instance))
    }

    fn reached(&mut self, world: &mut World, instance: u16) {
        each!(self, part => part.reached(world, instance))
    }

    fn booted(&mut self, world: &mut World, instance: u16) {
        each!(self, part => part.booted(world, instance))
    }

    fn replication(&self, world: &World) -> Option<ReplicationGauge> {
        each!(self, part => part.replication(world))
    }

    fn is_to_stay(&self, instance: u16) -> Option<&'static str> {
        each!(self, part => part.is_to_stay(instance))
    }

    fn gauge(&self, hit_ratio: f64) -> KindGauge {
        each!(self, part => part.gauge(hit_ratio))
    }

    fn died(&mut self, world: &mut World, instance: u16) {
        each!(self, part => part.died(world, instance))
    }

    fn hung(&mut self, world: &mut World) {
        each!(self, part => part.hung(world))
    }

    fn destroyed(&mut self, world: &mut World, instance: u16) {
        each!(self, part => part.destroyed(world, instance))
    }

    fn add_instance(&mut self, world: &mut World) -> Option<u16> {
        each!(self, part => part.add_instance(world))
    }

    fn begin_leaving(&mut self, world: &mut World, instance: u16) {
        each!(self, part => part.begin_leaving(world, instance))
    }

    fn is_idle(&self, world: &World, instance: u16) -> bool {
        each!(self, part => part.is_idle(world, instance))
    }

    fn goes_on(&mut self, world: &mut World, instance: u16) {
        each!(self, part => part.goes_on(world, instance))
    }

    fn repaired(&mut self, world: &mut World, instance: u16) {
        each!(self, part => part.repaired(world, instance))
    }
}

//! The component kinds, side by side: each in a room of its own, touching the others only through
//! the world.

pub mod cache;
pub mod clients;
pub mod database;
pub mod dns;
pub mod instance;
pub mod load_balancer;
pub mod service;
mod station;

use headroom_scenario::{Kind, Scenario};

use crate::calendar::{EventKind, What};
use crate::figures::own_counts::OwnCounts;
use crate::figures::snapshot::{InstanceState, KindGauge};
use crate::mechanism::timetable::Ahead;
use crate::world::World;
use crate::world::request::Hop;
use cache::Cache;
use clients::Clients;
use database::Database;
use dns::Dns;
use instance::Instance;
use load_balancer::LoadBalancer;
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

    /// Looks at its links, once all components are there and after every edit.
    pub fn connect(&mut self, scenario: &Scenario, world: &mut World) {
        match self {
            Component::Clients(clients) => clients.connect(scenario, world),
            Component::Dns(_) => {}
            Component::LoadBalancer(balancer) => balancer.connect(scenario, world),
            Component::Service(service) => service.connect(scenario, world),
            Component::Cache(cache) => cache.connect(scenario, world),
            Component::Database(_) => {}
        }
    }

    /// Takes over new parameters of the same kind.
    pub fn configure(&mut self, kind: &Kind, scenario: &Scenario, world: &mut World) {
        match (self, kind) {
            (Component::LoadBalancer(balancer), Kind::LoadBalancer(parameters)) => {
                balancer.configure(parameters, world);
            }
            (Component::Service(service), Kind::Service(parameters)) => {
                service.configure(parameters, scenario, world);
            }
            (Component::Cache(cache), Kind::Cache(parameters)) => {
                cache.configure(parameters, scenario, world);
            }
            (Component::Database(database), Kind::Database(parameters)) => {
                database.configure(parameters, scenario, world);
            }
            _ => {}
        }
    }

    /// A request arrives at one of its instances.
    #[inline]
    pub fn deliver(&mut self, world: &mut World, id: u32, instance: u16) {
        match self {
            Component::LoadBalancer(balancer) => balancer.deliver(world, id),
            Component::Service(service) => service.deliver(world, id, instance),
            Component::Cache(cache) => cache.deliver(world, id, instance),
            Component::Database(database) => database.deliver(world, id),
            Component::Clients(_) | Component::Dns(_) => {
                unreachable!("validation refuses links that lead here")
            }
        }
    }

    /// Reads the memory that an event here will need, and returns something of it.
    #[inline]
    pub fn peek(&self, world: &World, what: What) -> u32 {
        let id = what.request;
        match (self, what.kind) {
            (Component::Clients(_), _) => world.deadlines.peek(id),
            (Component::LoadBalancer(balancer), EventKind::Forward) => balancer.peek(world, id),
            (Component::Service(service), EventKind::Forward) => service.peek_session(world, id),
            (Component::Service(service), EventKind::WorkDone) => {
                service.peek_next(world, id, what.instance)
            }
            (Component::Cache(cache), EventKind::Forward) => cache.peek(world, id, what.instance),
            (Component::Database(database), EventKind::Forward) => database.peek(world, id),
            _ => 0,
        }
    }

    /// The answer to a call it made comes back.
    #[inline]
    pub fn answered(&mut self, world: &mut World, id: u32, from: What) {
        match self {
            Component::Clients(clients) => clients.answered(world, id),
            Component::LoadBalancer(balancer) => {
                let called = Hop {
                    link: from.place,
                    instance: from.instance,
                };
                balancer.answered(world, id, called);
            }
            Component::Service(service) => service.answered(world, id),
            Component::Cache(cache) => cache.answered(world, id),
            Component::Database(_) | Component::Dns(_) => {
                unreachable!("these call nobody")
            }
        }
    }

    /// The answer to a call that a request made has not come in time. It goes on as `heir`; what it called works
    /// on for the record it was.
    pub fn call_timed_out(&mut self, world: &mut World, heir: u32, called: Hop) {
        match self {
            Component::LoadBalancer(balancer) => balancer.answered(world, heir, called),
            Component::Service(service) => service.call_timed_out(world, heir, called),
            Component::Cache(cache) => cache.answered(world, heir),
            Component::Clients(_) | Component::Dns(_) | Component::Database(_) => {
                unreachable!("clients have a clock of their own, and the others call nobody")
            }
        }
    }

    /// A call to an instance of it has not been answered in time: what was asked of its memory has not been
    /// answered from there.
    pub fn not_answered(&mut self, world: &mut World, id: u32, instance: u16) {
        match self {
            Component::Cache(cache) => cache.not_answered(world, id, instance),
            Component::Database(database) => database.not_answered(world, id),
            Component::Clients(_)
            | Component::Dns(_)
            | Component::LoadBalancer(_)
            | Component::Service(_) => {}
        }
    }

    /// What it asked for itself is answered: a value that a cache brought back, a balancer's probe.
    pub fn answered_itself(&mut self, world: &mut World, id: u32, instance: u16) {
        match self {
            Component::Cache(cache) => cache.brought_back(world, id),
            Component::LoadBalancer(balancer) => balancer.probe_answered(world, id, instance),
            Component::Clients(_)
            | Component::Dns(_)
            | Component::Service(_)
            | Component::Database(_) => unreachable!("these ask nothing for themselves"),
        }
    }

    /// Which of its instances has set a timer.
    pub fn timed(&self, what: What) -> u16 {
        match self {
            Component::Cache(_) => what.instance,
            // A balancer sets them for each of those behind it.
            Component::LoadBalancer(_) => 0,
            Component::Clients(_)
            | Component::Dns(_)
            | Component::Service(_)
            | Component::Database(_) => unreachable!("these set none"),
        }
    }

    /// The time of a timer is over that it set for itself.
    pub fn timer(&mut self, world: &mut World, what: What) {
        match self {
            Component::LoadBalancer(balancer) => {
                balancer.probe_due(world, what.instance, what.request);
            }
            Component::Cache(cache) => cache.key_due(world, what.instance, what.request),
            Component::Clients(_)
            | Component::Dns(_)
            | Component::Service(_)
            | Component::Database(_) => unreachable!("these set none"),
        }
    }

    /// A worker of one of its instances has done what it did.
    #[inline]
    pub fn work_done(&mut self, world: &mut World, id: u32, instance: u16) {
        match self {
            Component::Service(service) => service.work_done(world, id, instance),
            Component::Database(database) => database.work_done(world, id),
            _ => unreachable!("only services and databases work in slots"),
        }
    }

    /// The service that a balancer stands before.
    pub fn service_behind(&self) -> Option<u8> {
        match self {
            Component::LoadBalancer(balancer) => balancer.service(),
            Component::Clients(_)
            | Component::Dns(_)
            | Component::Service(_)
            | Component::Cache(_)
            | Component::Database(_) => None,
        }
    }

    /// Its instances.
    pub fn instances(&self) -> &[Instance] {
        match self {
            Component::Clients(clients) => std::slice::from_ref(&clients.instance),
            Component::Dns(dns) => std::slice::from_ref(&dns.instance),
            Component::LoadBalancer(balancer) => std::slice::from_ref(&balancer.instance),
            Component::Service(service) => &service.instances,
            Component::Cache(cache) => cache.instances(),
            Component::Database(database) => std::slice::from_ref(&database.instance),
        }
    }

    /// One of its instances, to break, mend or slow down.
    pub fn instance_mut(&mut self, number: u16) -> Option<&mut Instance> {
        let number = usize::from(number);
        match self {
            Component::Clients(_) | Component::Dns(_) => None,
            Component::LoadBalancer(balancer) => (number == 0).then_some(&mut balancer.instance),
            Component::Service(service) => service.instances.get_mut(number),
            Component::Cache(cache) => cache.instance_mut(number),
            Component::Database(database) => (number == 0).then_some(&mut database.instance),
        }
    }

    /// Slots of each of its instances; 0 where nothing is limited.
    pub fn slots(&self) -> u32 {
        match self {
            Component::Clients(_) | Component::Dns(_) | Component::LoadBalancer(_) => 0,
            Component::Service(service) => service.slots(),
            Component::Cache(_) => 1,
            Component::Database(database) => database.slots(),
        }
    }

    /// Waiting in line at an instance at this moment.
    pub fn waiting(&self, instance: usize, now_ns: u64) -> u32 {
        match self {
            Component::Cache(cache) => cache.waiting(instance, now_ns),
            _ => self.instances()[instance].line.len(),
        }
    }

    /// Slots of an instance that are busy at this moment.
    pub fn busy(&self, world: &World, number: usize, instance: usize) -> u32 {
        match self {
            Component::Cache(cache) => cache.busy(instance, world.now_ns()),
            _ => world.meters[number].instances[instance].busy.value(),
        }
    }

    /// Counts what has happened by now where there are no events for it.
    pub fn catch_up(&mut self, world: &mut World) {
        if let Component::Cache(cache) = self {
            cache.catch_up(world);
        }
    }

    /// What an instance has booked of the time to come.
    pub fn ahead(&self, instance: usize, now_ns: u64) -> Ahead {
        match self {
            Component::Cache(cache) => cache.ahead(instance, now_ns),
            _ => Ahead::default(),
        }
    }

    /// Entries an instance holds; 0 for kinds that store nothing.
    pub fn entries(&self, instance: usize) -> u32 {
        match self {
            Component::Cache(cache) => cache.entries(instance),
            Component::Service(service) => service.local_entries(instance),
            Component::Database(database) => database.buffered(),
            _ => 0,
        }
    }

    /// What only its kind counts, since the start of the run.
    pub fn own_counts(&self) -> OwnCounts {
        match self {
            Component::Clients(clients) => clients.own_counts(),
            Component::Dns(dns) => dns.own_counts(),
            Component::LoadBalancer(_) => OwnCounts::default(),
            Component::Service(service) => service.own_counts(),
            Component::Cache(cache) => cache.own_counts(),
            Component::Database(database) => database.own_counts(),
        }
    }

    /// Users who have come here since the measurement began, and those of them who had to log in anew.
    pub fn sessions(&self) -> (u32, u32) {
        match self {
            Component::Service(service) => service.sessions(),
            _ => (0, 0),
        }
    }

    /// The warm-up is over.
    pub fn begin_measurement(&mut self) {
        if let Component::Service(service) = self {
            service.begin_measurement();
        }
    }

    /// Figures of its kind; `hit_ratio` is its share of hits lately.
    pub fn gauge(&self, hit_ratio: f64) -> KindGauge {
        match self {
            Component::Clients(clients) => clients.gauge(),
            Component::Dns(dns) => dns.gauge(),
            Component::LoadBalancer(balancer) => balancer.gauge(),
            Component::Service(service) => service.gauge(hit_ratio),
            Component::Cache(cache) => cache.gauge(hit_ratio),
            Component::Database(database) => database.gauge(hit_ratio),
        }
    }

    /// An instance has died; the requests in it are dealt with by the engine.
    pub fn died(&mut self, world: &mut World, instance: u16) {
        match self {
            Component::LoadBalancer(balancer) => balancer.died(world),
            Component::Cache(cache) => cache.died(world, instance),
            Component::Service(service) => service.died(instance),
            Component::Database(database) => database.died(),
            Component::Clients(_) | Component::Dns(_) => {}
        }
    }

    /// An instance hangs: what it would do waits.
    pub fn hung(&mut self, world: &mut World) {
        match self {
            Component::LoadBalancer(balancer) => balancer.call_standby(world),
            Component::Clients(_)
            | Component::Dns(_)
            | Component::Service(_)
            | Component::Cache(_)
            | Component::Database(_) => {}
        }
    }

    /// An instance is destroyed, after it has died: what outlives a death is gone too.
    pub fn destroyed(&mut self, world: &mut World, instance: u16) {
        match self {
            Component::Cache(cache) => cache.destroyed(world, instance),
            Component::Database(database) => database.destroyed(world),
            Component::Service(service) => service.destroyed(instance),
            Component::Clients(_) | Component::Dns(_) | Component::LoadBalancer(_) => {}
        }
    }

    /// Opens one more instance; none where the kind has just one.
    pub fn add_instance(&mut self, world: &mut World) -> Option<u16> {
        match self {
            Component::Service(service) => Some(service.add_instance(world)),
            Component::Cache(cache) => Some(cache.add_node(world)),
            _ => None,
        }
    }

    /// An instance was taken out: it finishes what it has.
    pub fn begin_leaving(&mut self, world: &mut World, instance: u16) {
        match self {
            Component::Service(service) => {
                service.instances[usize::from(instance)].begin_leaving();
            }
            Component::Cache(cache) => cache.begin_leaving(world, instance),
            Component::LoadBalancer(balancer) => balancer.begin_leaving(),
            Component::Database(database) => database.instance.begin_leaving(),
            Component::Dns(dns) => dns.instance.state = InstanceState::Gone,
            Component::Clients(_) => unreachable!("the users stay"),
        }
    }

    /// Whether an instance has nothing to do any more. One that hangs does not know.
    pub fn is_idle(&self, world: &World, number: u8, instance: u16) -> bool {
        let meters = &world.meters[usize::from(number)];
        !self.instances()[usize::from(instance)].hangs
            && meters.instances[usize::from(instance)].inside.value() == 0
            && match self {
                Component::Cache(cache) => cache.is_idle(world, instance),
                Component::Clients(_)
                | Component::Dns(_)
                | Component::LoadBalancer(_)
                | Component::Service(_)
                | Component::Database(_) => true,
            }
    }

    /// An instance that hung goes on, with what it could not begin meanwhile.
    pub fn goes_on(&mut self, world: &mut World, instance: u16) {
        match self {
            Component::LoadBalancer(balancer) => balancer.dismiss_standby(),
            Component::Service(service) => service.goes_on(world, instance),
            Component::Cache(cache) => cache.goes_on(world, instance),
            Component::Database(database) => database.goes_on(world),
            Component::Clients(_) | Component::Dns(_) => {}
        }
    }

    /// An instance works again after its death.
    pub fn repaired(&mut self, world: &mut World, instance: u16) {
        match self {
            Component::LoadBalancer(balancer) => balancer.repaired(),
            Component::Cache(cache) => cache.repaired(world, instance),
            Component::Clients(_)
            | Component::Dns(_)
            | Component::Service(_)
            | Component::Database(_) => {}
        }
    }
}

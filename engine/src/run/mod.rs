//! One run of a design: its world, its components and the statistics taken of them. What drives it and what
//! is done to it stand above: `Engine` and `control`.

pub(crate) mod standstill;
pub(crate) mod statistics;

use headroom_scenario::Scenario;

use crate::component::Component;
use crate::component::clients::Clients;
use crate::component::load_balancer::LoadBalancer;
use crate::component::part::Part;
use crate::mechanism::digest::Digest;
use crate::world::World;
use crate::world::border::PlaceNumber;
use crate::world::hearsay::Written;
use standstill::Standstill;
use statistics::Statistics;

/// Version of the engine: another version may run the same scenario differently.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// A run of a scenario. Cloning it is a checkpoint.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// The scenario as its live edits have made it, without its script.
    pub scenario: Scenario,
    pub world: World,
    pub components: Vec<Component>,
    pub statistics: Statistics,
    pub standstill: Standstill,
    /// Of every event so far.
    pub digest: Digest,
    /// Events handled since the start.
    pub events: u64,
    /// Number of the clients among the components.
    pub clients_number: usize,
}

impl Run {
    /// The run of a scenario in one of its places, before its first event.
    pub fn new(scenario: Scenario, place: PlaceNumber) -> Self {
        let mut world = World::new(&scenario, place);
        let count = scenario.design.components.len();
        let components: Vec<Component> = (0..count)
            .map(|number| Component::new(number as u8, &scenario, &mut world))
            .collect();
        let is_clients = |component: &Component| matches!(component, Component::Clients(_));
        let clients_number = components.iter().position(is_clients).unwrap_or(0);
        let mut run = Self {
            statistics: Statistics::new(count, &scenario.objectives),
            standstill: Standstill::default(),
            scenario,
            world,
            components,
            digest: Digest::default(),
            events: 0,
            clients_number,
        };
        run.connect();
        run.clients(|clients, world| {
            world.popularity = Some(clients.popularity());
            clients.start(world);
        });
        run
    }

    /// Does something with the clients.
    #[inline]
    pub fn clients(&mut self, action: impl FnOnce(&mut Clients, &mut World)) {
        if let Component::Clients(clients) = &mut self.components[self.clients_number] {
            action(clients, &mut self.world);
        }
    }

    /// Tells every balancer of a service what has become of it.
    pub fn tell_balancers(&mut self, service: u8, tell: impl Fn(&mut LoadBalancer, &mut World)) {
        for component in &mut self.components {
            if let Component::LoadBalancer(balancer) = component
                && balancer.service() == Some(service)
            {
                tell(balancer, &mut self.world);
            }
        }
    }

    /// Hears what was written in another place, in order, all of it by now.
    pub fn hear(&mut self, from: usize, written: &[Written]) {
        for component in self.world.hear(from, written) {
            self.components[usize::from(component)].found_stale();
        }
    }

    /// Takes the figures out of the meters, before a report and before what changes the number of
    /// slots: those of a stretch are the same all through it.
    pub fn settle(&mut self) {
        let design = &self.scenario.design;
        self.statistics
            .settle(&mut self.world, &mut self.components, design);
    }
}

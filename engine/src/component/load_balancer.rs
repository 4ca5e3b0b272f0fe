//! A balancer: a public address in front, private ones behind, and a choice for every request.

use headroom_scenario::{Algorithm, LoadBalancer as Parameters, NodeRouting, Scenario};

use crate::calendar::{EventKind, What};
use crate::choice::{Chooser, RequestKeys};
use crate::component::instance::Instance;
use crate::happening::Tone;
use crate::meter::Meter;
use crate::reason::Reason;
use crate::ring::Ring;
use crate::route::Route;
use crate::snapshot::{InstanceState, KindGauge};
use crate::stream::Stream;
use crate::time::ns_from_ms;
use crate::world::World;

/// No instance.
const NOWHERE: u16 = u16::MAX;

/// A balancer.
#[derive(Clone, Debug)]
pub struct LoadBalancer {
    me: u8,
    /// The balancer itself, or its standby once that has taken over.
    pub instance: Instance,
    parameters: Parameters,
    chooser: Chooser,
    backends: Vec<Backend>,
    link: Option<Link>,
    draws: Stream,
    /// By user: the instance that answered first. Empty unless sticky.
    homes: Vec<u16>,
    /// By record: when it was sent on, where response times decide.
    sent_ns: Vec<u64>,
    on_standby: bool,
}

/// The way to the instances.
#[derive(Clone, Copy, Debug)]
struct Link {
    number: u8,
    to: u8,
}

/// What the balancer knows of an instance by its probes.
#[derive(Clone, Copy, Debug, Default)]
struct Backend {
    good_in_a_row: u8,
    bad_in_a_row: u8,
    is_probed: bool,
    is_gone: bool,
    /// It is to start anew: good probes do not count until it has stopped.
    is_draining: bool,
}

impl LoadBalancer {
    /// The balancer of a scenario.
    pub fn new(
        number: u8,
        parameters: &Parameters,
        scenario: &Scenario,
        world: &mut World,
    ) -> Self {
        world.meters[usize::from(number)]
            .instances
            .push(Meter::default());
        let id = &scenario.design.components[usize::from(number)].id;
        Self {
            me: number,
            instance: Instance::default(),
            parameters: parameters.clone(),
            chooser: Chooser::new(parameters, 0),
            backends: Vec::new(),
            link: None,
            draws: Stream::new(scenario.seed, id, "choices"),
            homes: Vec::new(),
            sent_ns: Vec::new(),
            on_standby: false,
        }
    }

    /// Finds the service behind it; the first time, every instance of it is in rotation.
    pub fn connect(&mut self, scenario: &Scenario, world: &mut World) {
        let link = world.links_from(self.me).next();
        self.link = link.map(|(number, to)| Link { number, to });
        let users = super::clients::users(&scenario.traffic) as usize;
        self.homes
            .resize(if self.parameters.sticky { users } else { 0 }, NOWHERE);
        let Some(Link { to, .. }) = self.link else {
            return;
        };
        let instances = world.meters[usize::from(to)].instances.len();
        if self.backends.is_empty() {
            self.backends = vec![Backend::default(); instances];
            self.chooser = Chooser::new(&self.parameters, instances);
            let Parameters {
                virtual_nodes,
                hash_function,
                ..
            } = self.parameters;
            let ring = Ring::hashed(virtual_nodes, hash_function);
            let route = Route::new(
                NodeRouting::Ring,
                ring,
                &self.parameters.weights,
                instances as u16,
            );
            world.routes[usize::from(self.me)] = Some(route);
            self.probe_all(world);
        }
    }

    /// Takes over new parameters.
    pub fn configure(&mut self, parameters: &Parameters, world: &mut World) {
        let had_checks = self.parameters.health_check.is_some();
        self.parameters = parameters.clone();
        self.chooser.configure(parameters);
        if let Some(route) = &mut world.routes[usize::from(self.me)] {
            let Parameters {
                virtual_nodes,
                hash_function,
                ..
            } = *parameters;
            route.reconfigure(
                NodeRouting::Ring,
                virtual_nodes,
                hash_function,
                &parameters.weights,
            );
        }
        match parameters.health_check {
            Some(_) => self.probe_all(world),
            None if had_checks => {
                for backend in 0..self.backends.len() {
                    self.put_in_rotation(world, backend, true);
                }
            }
            None => {}
        }
    }

    /// One more instance stands behind it. With health checks it is in rotation once they succeed,
    /// else as soon as it serves.
    pub fn instance_added(&mut self, world: &mut World) {
        self.backends.push(Backend::default());
        let backend = self.chooser.add();
        self.chooser.set_in_rotation(backend, false);
        self.probe_all(world);
    }

    /// A new instance boots under the number of one that was taken away.
    pub fn instance_started_again(&mut self, world: &mut World, instance: u16) {
        let number = usize::from(instance);
        let Backend { is_probed, .. } = self.backends[number];
        self.backends[number] = Backend {
            is_probed,
            ..Backend::default()
        };
        self.chooser.restore(number);
        for home in &mut self.homes {
            if *home == instance {
                *home = NOWHERE;
            }
        }
        self.probe_all(world);
    }

    /// Nobody probes the instance any more.
    pub fn probes_end(&mut self, instance: u16) {
        self.backends[usize::from(instance)].is_probed = false;
    }

    /// The instance has booted.
    pub fn instance_booted(&mut self, world: &mut World, instance: u16) {
        if self.parameters.health_check.is_none() {
            self.put_in_rotation(world, usize::from(instance), true);
        }
    }

    /// The instance is taken away: it gets nothing new from now on.
    pub fn instance_removed(&mut self, world: &mut World, instance: u16) {
        let number = usize::from(instance);
        self.put_in_rotation(world, number, false);
        self.backends[number].is_gone = true;
        self.chooser.remove(number);
    }

    /// The instance is to start anew: it gets nothing new until its checks succeed after that. Without
    /// checks nobody would put it back: then it is left in.
    pub fn drain(&mut self, world: &mut World, instance: u16) {
        if self.parameters.health_check.is_some() {
            self.put_in_rotation(world, usize::from(instance), false);
            self.backends[usize::from(instance)].is_draining = true;
        }
    }

    /// Whether an instance that was to be drained has answered all it was sent.
    pub fn has_drained(&self, instance: u16) -> bool {
        let number = usize::from(instance);
        !self.backends[number].is_draining || self.chooser.backends()[number].open == 0
    }

    /// The instance has stopped: from now on its checks count again.
    pub fn instance_stopped(&mut self, instance: u16) {
        let backend = &mut self.backends[usize::from(instance)];
        if backend.is_draining {
            backend.is_draining = false;
            backend.good_in_a_row = 0;
        }
    }

    /// A request arrives.
    pub fn deliver(&mut self, world: &mut World, id: u32) {
        if self.instance.state != InstanceState::Up {
            return world.refuse(id, Reason::ConnectionRefused);
        }
        let request = &world.requests[id];
        let (user, key) = (request.user, request.key);
        let home = self.homes.get(user as usize).copied().unwrap_or(NOWHERE);
        let at_home = self
            .chooser
            .backends()
            .get(usize::from(home))
            .is_some_and(|there| there.in_rotation);
        let chosen = if at_home {
            Some(usize::from(home))
        } else {
            let draws = &mut self.draws;
            self.chooser
                .choose(RequestKeys { user, key }, || draws.bits())
        };
        match chosen {
            Some(backend) => {
                if let Some(home) = self.homes.get_mut(user as usize) {
                    *home = backend as u16;
                }
                self.send_on(world, id, backend);
            }
            None => world.refuse(id, Reason::NoHealthyInstance),
        }
    }

    /// Reads where a request on its way will be sent on to.
    #[inline]
    pub fn peek(&self, world: &World, id: u32) -> u32 {
        let request = &world.requests[id];
        let (user, key) = (request.user, request.key);
        match self.homes.get(user as usize) {
            Some(&home) => u32::from(home),
            None => self.chooser.peek(RequestKeys { user, key }),
        }
    }

    /// An instance has answered.
    pub fn answered(&mut self, world: &mut World, id: u32, from_instance: u16) {
        let backend = usize::from(from_instance);
        let failure = world.requests[id].failure;
        self.chooser
            .close(backend, self.response_time_ns(world, id, failure));
        let is_refused = failure == Reason::ConnectionRefused as u8 + 1;
        if is_refused
            && world.requests[id].tries < self.parameters.retries
            && let Some(next) = self.chooser.next_after(backend)
        {
            let request = &mut world.requests[id];
            request.tries += 1;
            request.failure = 0;
            return self.send_on(world, id, next);
        }
        world.answer(id);
    }

    /// The outcome of a probe is known; the next one sets out an interval later.
    pub fn probed(&mut self, world: &mut World, instance: u16, is_good: bool) {
        let number = usize::from(instance);
        let Some(check) = self.parameters.health_check.clone() else {
            self.backends[number].is_probed = false;
            return;
        };
        let backend = &mut self.backends[number];
        if is_good {
            backend.bad_in_a_row = 0;
            backend.good_in_a_row = backend.good_in_a_row.saturating_add(1);
        } else {
            backend.good_in_a_row = 0;
            backend.bad_in_a_row = backend.bad_in_a_row.saturating_add(1);
        }
        let (good, bad) = (backend.good_in_a_row, backend.bad_in_a_row);
        let in_rotation = self.in_rotation(number);
        if in_rotation && bad >= check.fall {
            self.put_in_rotation(world, number, false);
            self.say(
                world,
                Tone::Warning,
                instance,
                format!("out after {bad} failed checks"),
            );
        } else if !in_rotation && good >= check.rise && !self.backends[number].is_draining {
            self.put_in_rotation(world, number, true);
            self.say(
                world,
                Tone::Good,
                instance,
                format!("in after {good} good checks"),
            );
        }
        self.probe(world, instance, ns_from_ms(check.interval_ms));
    }

    /// How long a probe may take, in nanoseconds.
    pub fn probe_timeout_ns(&self) -> u64 {
        let check = self.parameters.health_check.as_ref();
        check.map_or(u64::MAX, |check| ns_from_ms(check.timeout_ms))
    }

    /// It has died, with all it knew; the standby takes over in a while.
    pub fn died(&mut self, world: &mut World) {
        self.homes.fill(NOWHERE);
        if self.parameters.standby && !self.on_standby {
            let at_ns = world.now_ns() + ns_from_ms(self.parameters.takeover_ms);
            let (place, kind) = (self.me, EventKind::TakenOver);
            let request = self.instance.incarnation;
            world.calendar.push_at(
                at_ns,
                What {
                    request,
                    instance: 0,
                    place,
                    kind,
                },
            );
        }
    }

    /// The standby takes the public address, and knows nothing yet of open requests.
    pub fn take_over(&mut self, world: &mut World) {
        self.instance.state = InstanceState::Up;
        self.on_standby = true;
        self.forget_open();
        let name = world.name(self.me, 0);
        world.mark(
            Tone::Good,
            format!("standby takes over from {name}"),
            self.me,
            Some(0),
        );
    }

    /// It works again after its death.
    pub fn repaired(&mut self) {
        self.on_standby = false;
        self.forget_open();
    }

    /// Whether an instance gets requests.
    pub fn in_rotation(&self, instance: usize) -> bool {
        self.chooser
            .backends()
            .get(instance)
            .is_some_and(|backend| backend.in_rotation)
    }

    /// The service behind it.
    pub fn service(&self) -> Option<u8> {
        self.link.map(|link| link.to)
    }

    /// Whether it routes by the ring.
    pub fn uses_ring(&self) -> bool {
        matches!(
            self.parameters.algorithm,
            Algorithm::ConsistentHash | Algorithm::ConsistentHashBounded
        )
    }

    /// What it hashes.
    pub fn hash_key(&self) -> headroom_scenario::HashKey {
        self.parameters.hash_key
    }

    /// Figures of its kind.
    pub fn gauge(&self) -> KindGauge {
        let open = self
            .chooser
            .backends()
            .iter()
            .map(|backend| backend.open)
            .collect();
        KindGauge::LoadBalancer {
            on_standby: self.on_standby,
            open,
        }
    }

    fn send_on(&mut self, world: &mut World, id: u32, backend: usize) {
        let Some(Link { number, .. }) = self.link else {
            return world.refuse(id, Reason::NoHealthyInstance);
        };
        self.chooser.open(backend);
        if self.parameters.algorithm == Algorithm::LeastResponseTime {
            let slot = id as usize;
            if slot >= self.sent_ns.len() {
                self.sent_ns.resize(slot + 1, 0);
            }
            self.sent_ns[slot] = world.now_ns();
        }
        world.send(id, number, backend as u16);
    }

    fn response_time_ns(&self, world: &World, id: u32, failure: u8) -> Option<u64> {
        let is_timed = failure == 0 && self.parameters.algorithm == Algorithm::LeastResponseTime;
        let sent_ns = self.sent_ns.get(id as usize).filter(|_| is_timed)?;
        Some(world.now_ns() - sent_ns)
    }

    /// Sets the probes of all instances going that have none, spread over one interval.
    fn probe_all(&mut self, world: &mut World) {
        let Some(check) = self.parameters.health_check.clone() else {
            return;
        };
        let interval_ns = ns_from_ms(check.interval_ms);
        let count = self.backends.len() as u64;
        for number in 0..self.backends.len() {
            let backend = &mut self.backends[number];
            if !backend.is_probed && !backend.is_gone {
                backend.is_probed = true;
                self.probe(
                    world,
                    number as u16,
                    interval_ns * (number as u64 + 1) / count,
                );
            }
        }
    }

    /// Sends a probe in a while.
    fn probe(&mut self, world: &mut World, instance: u16, wait_ns: u64) {
        let Some(link) = self.link else { return };
        if self.backends[usize::from(instance)].is_gone {
            return self.probes_end(instance);
        }
        let latency_ns = world.wires[usize::from(link.number)].latency_ns[0];
        let at_ns = world.now_ns() + wait_ns + latency_ns;
        let kind = EventKind::Probe;
        world.calendar.push_at(
            at_ns,
            What {
                request: 0,
                instance,
                place: link.number,
                kind,
            },
        );
    }

    fn put_in_rotation(&mut self, world: &mut World, backend: usize, is_in: bool) {
        if self.backends[backend].is_gone {
            return;
        }
        self.chooser.set_in_rotation(backend, is_in);
        if let Some(route) = &mut world.routes[usize::from(self.me)] {
            route.change(backend as u16, is_in);
        }
    }

    fn forget_open(&mut self) {
        let before = std::mem::replace(
            &mut self.chooser,
            Chooser::new(&self.parameters, self.backends.len()),
        );
        for (number, backend) in self.backends.iter().enumerate() {
            if backend.is_gone {
                self.chooser.remove(number);
            } else {
                self.chooser
                    .set_in_rotation(number, before.backends()[number].in_rotation);
            }
        }
    }

    fn say(&self, world: &mut World, tone: Tone, instance: u16, what: String) {
        let Some(Link { to, .. }) = self.link else {
            return;
        };
        let name = world.name(to, instance);
        world.mark(tone, format!("{name} {what}"), to, Some(instance));
    }
}

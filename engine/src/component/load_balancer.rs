//! A balancer: a public address in front, private ones behind, and a choice for every request.

mod health;

use std::collections::BTreeMap;

use headroom_scenario::{
    Algorithm, ClassKind, Kind, LoadBalancer as Parameters, NodeRouting, Scenario,
};

use crate::calendar::{EventKind, What};
use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::figures::meter::Meter;
use crate::figures::reason::Reason;
use crate::figures::snapshot::{InstanceState, KindGauge};
use crate::mechanism::choice::{Chooser, RequestKeys, Response};
use crate::mechanism::ring::Ring;
use crate::mechanism::stream::Stream;
use crate::story::happening::Tone;
use crate::story::trace::Activity;
use crate::time::{ns_from_ms, stretched};
use crate::world::World;
use crate::world::request::{Hop, Request, flag};
use crate::world::route::Route;
use crate::world::wire::Departure;
use health::Health;

/// No instance.
const NOWHERE: u16 = u16::MAX;

/// A balancer.
#[derive(Clone, Debug)]
pub struct LoadBalancer {
    me: u8,
    /// The balancer itself, or its standby once that has taken over.
    pub instance: Instance,
    parameters: Parameters,
    /// Time it takes to pass a request on.
    forward_ns: u64,
    chooser: Chooser,
    /// By instance.
    health: Vec<Health>,
    /// Numbers given to probes.
    probes: u32,
    link: Option<Link>,
    draws: Stream,
    /// By user: the instance that the cookie in the browser names, which the last answer has set. Empty
    /// unless sticky.
    homes: Vec<u16>,
    /// Who refused the connection, while others are tried.
    tried: BTreeMap<Attempt, Vec<u16>>,
    /// When it was sent on, where response times decide.
    sent_ns: BTreeMap<Attempt, u64>,
    standby: Standby,
}

/// What its standby does, if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standby {
    /// It waits to be needed.
    Idle,
    /// It is needed, and takes over at this moment.
    Called { at_ns: u64 },
    /// It serves in the balancer's place.
    Serves,
}

/// A request's number and which of its attempts it is: its record may become another's, and it may go on
/// in another record.
type Attempt = (u32, u8);

#[inline]
fn attempt(world: &World, id: u32) -> Attempt {
    let request = &world.requests[id];
    (request.number, request.attempt)
}

/// The way to the instances.
#[derive(Clone, Copy, Debug)]
struct Link {
    number: u8,
    to: u8,
}

/// Whether a request that an instance has not answered may be sent to another one: it has not been taken up
/// there, or may be done twice. What has changed data may not, as with nginx's `proxy_next_upstream`.
fn may_go_elsewhere(world: &World, id: u32, failure: u8) -> bool {
    let class = usize::from(world.requests[id].class);
    let is_write = world.classes[class].kind == ClassKind::Write;
    failure == Reason::ConnectionRefused as u8 + 1
        || failure == Reason::TimedOut as u8 + 1 && !is_write
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
        let id = &world.meters[usize::from(number)].id;
        Self {
            me: number,
            instance: Instance::default(),
            parameters: parameters.clone(),
            forward_ns: ns_from_ms(parameters.forward_ms),
            chooser: Chooser::new(parameters, 0),
            health: Vec::new(),
            probes: 0,
            link: None,
            draws: Stream::new(scenario.seed, id, "choices"),
            homes: Vec::new(),
            tried: BTreeMap::new(),
            sent_ns: BTreeMap::new(),
            standby: Standby::Idle,
        }
    }

    /// One more instance stands behind it. With health checks it is in rotation once they succeed,
    /// else as soon as it serves.
    pub fn instance_added(&mut self, world: &mut World) {
        self.health.push(Health::default());
        let backend = self.chooser.add();
        self.chooser.set_in_rotation(backend, false);
        self.probe_all(world);
    }

    /// A new instance boots under the number of one that was taken away.
    pub fn instance_started_again(&mut self, world: &mut World, instance: u16) {
        let number = usize::from(instance);
        self.forget_health(number);
        self.chooser.restore(number);
        for home in &mut self.homes {
            if *home == instance {
                *home = NOWHERE;
            }
        }
        self.probe_all(world);
    }

    /// The instance boots: with health checks it is in rotation once they succeed, else as soon as it serves.
    pub fn instance_boots(&mut self, world: &mut World, instance: u16) {
        self.put_in_rotation(world, usize::from(instance), false);
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
        self.health[number].is_gone = true;
        self.stop_probing(number);
        self.chooser.remove(number);
    }

    /// The instance is to start anew: it gets nothing new until its checks succeed after that. Without
    /// checks nobody would put it back: then it is left in.
    pub fn drain(&mut self, world: &mut World, instance: u16) {
        if self.parameters.health_check.is_some() {
            self.put_in_rotation(world, usize::from(instance), false);
            self.health[usize::from(instance)].is_draining = true;
        }
    }

    /// Whether an instance that was to be drained has answered all it was sent.
    pub fn has_drained(&self, instance: u16) -> bool {
        !self.health[usize::from(instance)].is_draining || self.has_nothing_open(instance)
    }

    /// Whether an instance has answered all it was sent.
    pub fn has_nothing_open(&self, instance: u16) -> bool {
        self.chooser.backends()[usize::from(instance)].open == 0
    }

    /// Whether the service that has answered still stands behind it: an edit may have put another there.
    #[cold]
    fn is_behind(&self, world: &World, from: Hop) -> bool {
        self.service() == Some(world.wires[usize::from(from.link)].to)
    }

    /// The user stays with the server that has answered.
    fn set_cookie(&mut self, user: u32, instance: u16) {
        if let Some(home) = self.homes.get_mut(user as usize) {
            *home = instance;
        }
    }

    /// Another instance to try after one has refused, chosen by the algorithm among those not tried yet;
    /// none where that was the last try, or nobody is left.
    fn another(&mut self, world: &World, id: u32, refused: u16) -> Option<usize> {
        if self.parameters.retries == 0 {
            return None;
        }
        let tried = self.tried.entry(attempt(world, id)).or_default();
        tried.push(refused);
        if tried.len() > usize::from(self.parameters.retries) {
            return None;
        }
        let Request { user, key, .. } = world.requests[id];
        let draws = &mut self.draws;
        let keys = RequestKeys { user, key };
        self.chooser
            .choose_among_others(keys, tried, || draws.bits())
    }

    /// It answers nothing any more: the standby takes over in a while. One that is called already comes no
    /// later for it.
    pub fn call_standby(&mut self, world: &mut World) {
        if self.parameters.standby && self.standby == Standby::Idle {
            let at_ns = world.now_ns() + ns_from_ms(self.parameters.takeover_ms);
            self.standby = Standby::Called { at_ns };
            let what = What {
                request: 0,
                instance: 0,
                place: self.me,
                kind: EventKind::TakenOver,
            };
            world.calendar.push_at(at_ns, what);
        }
    }

    /// Whether the standby takes over at this moment: who has called it still needs it.
    pub fn is_taken_over(&self, now_ns: u64) -> bool {
        self.standby == Standby::Called { at_ns: now_ns }
    }

    /// The standby takes the public address, and knows nothing yet of open requests.
    pub fn take_over(&mut self, world: &mut World) {
        self.instance.state = InstanceState::Up;
        self.standby = Standby::Serves;
        self.forget_open();
        let name = world.name(self.me, 0);
        world.mark(
            Tone::Good,
            format!("standby takes over from {name}"),
            self.me,
            Some(0),
        );
    }

    /// The standby need not take over, if it has not yet.
    pub fn dismiss_standby(&mut self) {
        if matches!(self.standby, Standby::Called { .. }) {
            self.standby = Standby::Idle;
        }
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

    fn send_on(&mut self, world: &mut World, id: u32, backend: usize) {
        let Some(Link { number, .. }) = self.link else {
            return world.refuse(id, Reason::NoHealthyInstance);
        };
        self.chooser.open(backend);
        let instance = backend as u16;
        if self.parameters.algorithm == Algorithm::LeastResponseTime {
            self.sent_ns.insert(attempt(world, id), world.now_ns());
        }
        let work_ns = stretched(self.forward_ns, self.instance.slow_factor);
        if work_ns > 0 {
            world.meter(self.me, 0).worked_ns += work_ns;
            world.note(id, Activity::Work, self.me, 0);
        }
        let to = Hop {
            link: number,
            instance,
        };
        world.send(id, to, Departure::after(work_ns, self.forward_ns));
    }

    /// How long a good answer took, or that there was none, where that decides. An error that the instance
    /// answers tells nothing of it: what stands behind may be the reason.
    fn response(&mut self, world: &World, id: u32) -> Option<Response> {
        let sent_ns = self.sent_ns.remove(&attempt(world, id))?;
        let request = &world.requests[id];
        let is_none = request.has(flag::NO_ANSWER);
        let at_ns = world.now_ns();
        (is_none || request.failure == 0).then(|| Response {
            at_ns,
            took_ns: (!is_none).then(|| at_ns - sent_ns),
        })
    }

    fn put_in_rotation(&mut self, world: &mut World, backend: usize, is_in: bool) {
        if self.health[backend].is_gone {
            return;
        }
        self.chooser.set_in_rotation(backend, is_in);
        if let Some(route) = &mut world.routes[usize::from(self.me)] {
            route.change(backend as u16, is_in);
        }
    }

    /// What it has open is not its own any more: nobody will tell it of an answer.
    fn forget_open(&mut self) {
        self.tried.clear();
        self.sent_ns.clear();
        let before = std::mem::replace(
            &mut self.chooser,
            Chooser::new(&self.parameters, self.health.len()),
        );
        for (number, health) in self.health.iter().enumerate() {
            if health.is_gone {
                self.chooser.remove(number);
            } else {
                self.chooser
                    .set_in_rotation(number, before.backends()[number].in_rotation);
            }
        }
    }
}

impl Part for LoadBalancer {
    fn connect(&mut self, scenario: &Scenario, world: &mut World) {
        let before = self.service();
        let link = world.links_from(self.me).next();
        self.link = link.map(|(number, to)| Link { number, to });
        let users = scenario.traffic.population() as usize;
        self.homes
            .resize(if self.parameters.sticky { users } else { 0 }, NOWHERE);
        let Some(Link { to, .. }) = self.link else {
            return;
        };
        if before != Some(to) {
            let instances = world.meters[usize::from(to)].instances.len();
            self.homes.fill(NOWHERE);
            self.tried.clear();
            self.sent_ns.clear();
            self.health = vec![Health::default(); instances];
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

    fn configure(&mut self, kind: &Kind, _scenario: &Scenario, world: &mut World) {
        let Kind::LoadBalancer(parameters) = kind else {
            return;
        };
        let had_checks = self.parameters.health_check.is_some();
        self.parameters = parameters.clone();
        self.forward_ns = ns_from_ms(parameters.forward_ms);
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
                for backend in 0..self.health.len() {
                    self.stop_probing(backend);
                    self.put_in_rotation(world, backend, true);
                }
            }
            None => {}
        }
        match self.standby {
            Standby::Called { .. } if !parameters.standby => self.dismiss_standby(),
            Standby::Idle if self.instance.hangs || !self.instance.runs() => {
                self.call_standby(world);
            }
            _ => {}
        }
    }

    fn deliver(&mut self, world: &mut World, id: u32, _instance: u16) {
        if !self.instance.listens() {
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
            Some(backend) => self.send_on(world, id, backend),
            None => world.refuse(id, Reason::NoHealthyInstance),
        }
    }

    #[inline]
    fn peek(&self, world: &World, what: What) -> u32 {
        if what.kind != EventKind::Forward {
            return 0;
        }
        let request = &world.requests[what.request];
        let (user, key) = (request.user, request.key);
        match self.homes.get(user as usize) {
            Some(&home) => u32::from(home),
            None => self.chooser.peek(RequestKeys { user, key }),
        }
    }

    fn answered(&mut self, world: &mut World, id: u32, from: Hop) {
        if self.link.is_none_or(|link| link.number != from.link) && !self.is_behind(world, from) {
            world.requests[id].flags &= !flag::NO_ANSWER;
            return world.answer(id, Departure::Now);
        }
        let from_instance = from.instance;
        let backend = usize::from(from_instance);
        let response = self.response(world, id);
        // At the limit of records, one that has died is told of what it had open.
        if !self.has_nothing_open(from_instance) {
            self.chooser.close(backend, response);
        }
        let request = &mut world.requests[id];
        let failure = request.failure;
        let has_answered = !request.has(flag::NO_ANSWER);
        request.flags &= !flag::NO_ANSWER;
        if has_answered && world.is_wanted(id) {
            self.set_cookie(world.requests[id].user, from_instance);
        }
        if !has_answered
            && may_go_elsewhere(world, id, failure)
            && let Some(next) = self.another(world, id, from_instance)
        {
            world.requests.begin(id);
            return self.send_on(world, id, next);
        }
        self.tried.remove(&attempt(world, id));
        world.answer(id, Departure::Now);
    }

    fn died(&mut self, world: &mut World, _instance: u16) {
        self.forget_open();
        self.call_standby(world);
    }

    fn begin_leaving(&mut self, _world: &mut World, _instance: u16) {
        self.dismiss_standby();
        self.instance.begin_leaving();
        (0..self.health.len()).for_each(|instance| self.stop_probing(instance));
    }

    fn repaired(&mut self, _world: &mut World, _instance: u16) {
        self.standby = Standby::Idle;
    }

    fn gauge(&self, _hit_ratio: f64) -> KindGauge {
        let open = self
            .chooser
            .backends()
            .iter()
            .map(|backend| backend.open)
            .collect();
        KindGauge::LoadBalancer {
            on_standby: self.standby == Standby::Serves,
            open,
        }
    }

    fn call_timed_out(&mut self, world: &mut World, heir: u32, called: Hop) {
        self.answered(world, heir, called);
    }

    fn answered_itself(&mut self, world: &mut World, id: u32, instance: u16) {
        self.probe_answered(world, id, instance);
    }

    fn timed(&self, _what: What) -> u16 {
        // Its timers are for those behind it.
        0
    }

    fn timer(&mut self, world: &mut World, what: What) {
        self.probe_due(world, what.instance, what.request);
    }

    fn service_behind(&self) -> Option<u8> {
        self.service()
    }

    fn instances(&self) -> &[Instance] {
        std::slice::from_ref(&self.instance)
    }

    fn instance_mut(&mut self, number: u16) -> Option<&mut Instance> {
        (number == 0).then_some(&mut self.instance)
    }

    fn hung(&mut self, world: &mut World) {
        self.call_standby(world);
    }

    fn goes_on(&mut self, _world: &mut World, _instance: u16) {
        self.dismiss_standby();
    }
}

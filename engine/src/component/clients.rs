//! The users: when they ask, for what, how long they wait, and when they try again.

use std::sync::Arc;

use headroom_scenario::limits::TIME_MAX_MS;
use headroom_scenario::{ClassKind, Curve, Kind, LoopModel, Retries, Scenario, Traffic};

use crate::calendar::{EventKind, What};
use crate::component::instance::Instance;
use crate::component::part::Part;
use crate::figures::meter::{Meter, ratio};
use crate::figures::outcome::Outcome;
use crate::figures::own_counts::{Own, OwnCounts};
use crate::figures::reason::Reason;
use crate::figures::snapshot::KindGauge;
use crate::mechanism::popularity::Popularity;
use crate::mechanism::stream::{Stream, StreamAhead, scaled};
use crate::story::trace::{Activity, Trace};
use crate::story::tracer::{Change, Maker, Note, WayPoint};
use crate::time::{NS_PER_MS, NS_PER_S, ns_from_ms};
use crate::world::World;
use crate::world::request::{Hop, Request, Stage, flag, past};
use crate::world::wire::Departure;
use crate::world::written::next_attempt;

/// Candidate arrivals looked at in a row when the curve leaves almost none; then time moves on.
const CANDIDATES_MAX: u32 = 1_000;

/// What their streams are named after: the users are the users, whatever a design calls them, so that two
/// designs face the same ones.
const STREAMS: &str = "users";

/// The users and their streams of random numbers.
#[derive(Clone, Debug)]
pub struct Clients {
    me: u8,
    /// Stands for all of them.
    pub instance: Instance,
    traffic: Traffic,
    popularity: Arc<Popularity>,
    /// Weights of the classes, summed up.
    mix: Vec<f64>,
    timeout_ns: u64,
    entry: Option<u8>,
    directory: Option<Directory>,
    arrivals: Stream,
    classes: Stream,
    keys: StreamAhead,
    users: StreamAhead,
    backoffs: Stream,
    thoughts: Stream,
    /// The moment that the curve counts from; later than all while it is held where it starts.
    curve_from_ns: u64,
    /// By user, whether it is in the closed loop: it thinks, or has a request under way.
    in_loop: Vec<bool>,
    /// Retries that the budget allows by now.
    retry_savings: f64,
    backing_off: u64,
    /// By class, where a class has copies that stay fresh in the browser.
    copies: Vec<Copies>,
    from_copy: u64,
    numbered: u64,
}

/// The directory as the users see it.
#[derive(Clone, Debug)]
struct Directory {
    link: u8,
    component: u8,
    ttl_ns: u64,
    known: UntilByUser,
}

/// The copies of one class's file in the users' browsers.
#[derive(Clone, Debug, Default)]
struct Copies {
    /// How long one stays fresh; 0 where none is kept.
    fresh_ns: u64,
    fresh: UntilByUser,
}

/// Until when each user has something: the address, or a fresh copy. At a million users this is read for
/// every request from memory, so it takes four bytes each; those hold 49 days, and count from a moment
/// that moves on.
#[derive(Clone, Debug, Default)]
struct UntilByUser {
    /// The moment they count from, in milliseconds.
    from_ms: u64,
    /// By user, in milliseconds.
    until_ms: Vec<u32>,
}

impl UntilByUser {
    #[inline]
    fn has(&self, user: usize, now_ns: u64) -> bool {
        let until_ms = self.until_ms.get(user).copied().unwrap_or(0);
        (self.from_ms + u64::from(until_ms)) * NS_PER_MS > now_ns
    }

    /// For so many users.
    fn make_room(&mut self, users: usize) {
        let users = users.max(self.until_ms.len());
        self.until_ms.resize(users, 0);
    }

    #[inline]
    fn get(&mut self, user: usize, now_ns: u64, ttl_ns: u64) {
        let until_ms = (now_ns + ttl_ns) / NS_PER_MS;
        if until_ms - self.from_ms > u64::from(u32::MAX) {
            self.count_from(now_ns / NS_PER_MS);
        }
        // Users who are no more may still have requests on their way.
        if let Some(until) = self.until_ms.get_mut(user) {
            *until = (until_ms - self.from_ms) as u32;
        }
    }

    /// What is over by then stays over.
    #[cold]
    fn count_from(&mut self, from_ms: u64) {
        let passed_ms = from_ms - self.from_ms;
        self.from_ms = from_ms;
        for until_ms in &mut self.until_ms {
            *until_ms = u64::from(*until_ms).saturating_sub(passed_ms) as u32;
        }
    }
}

impl Clients {
    /// The users of a scenario.
    pub fn new(number: u8, scenario: &Scenario, world: &mut World) -> Self {
        world.meters[usize::from(number)]
            .instances
            .push(Meter::default());
        let stream = |purpose| Stream::new(scenario.seed, STREAMS, purpose);
        let traffic = scenario.traffic.clone();
        Self {
            me: number,
            instance: Instance::default(),
            popularity: popularity(&traffic),
            mix: mix(&traffic),
            timeout_ns: ns_from_ms(traffic.client.timeout_ms),
            traffic,
            entry: None,
            directory: None,
            arrivals: stream("arrivals"),
            classes: stream("classes"),
            keys: StreamAhead::new(stream("keys")),
            users: StreamAhead::new(stream("users")),
            backoffs: stream("backoffs"),
            thoughts: stream("thoughts"),
            curve_from_ns: 0,
            in_loop: Vec::new(),
            retry_savings: 0.0,
            backing_off: 0,
            copies: Vec::new(),
            from_copy: 0,
            numbered: 0,
        }
    }

    /// The component of the directory, if there is one.
    pub fn directory(&self) -> Option<u8> {
        self.directory.as_ref().map(|directory| directory.component)
    }

    /// The popularity of keys, shared with who draws further ones.
    pub fn popularity(&self) -> Arc<Popularity> {
        Arc::clone(&self.popularity)
    }

    /// Starts what makes requests, by the loop model. Users who are in the loop already stay; those who
    /// are no more leave it at the end of what they do.
    pub fn start(&mut self, world: &mut World) {
        let LoopModel::Closed { users, .. } = self.traffic.client.loop_model else {
            return self.schedule_arrival(world, world.now_ns());
        };
        world.calendar.clear_alarm();
        let seats = self.in_loop.len().max(users as usize);
        self.in_loop.resize(seats, false);
        for user in 0..users {
            if !std::mem::replace(&mut self.in_loop[user as usize], true) {
                self.schedule_thought(world, user);
            }
        }
    }

    /// Takes over another traffic: its loop model stays as it was.
    pub fn set_traffic(&mut self, traffic: &Traffic, scenario: &Scenario, world: &mut World) {
        let rate_rps = traffic.rate_rps;
        let before = std::mem::replace(&mut self.traffic, traffic.clone());
        self.traffic.rate_rps = before.rate_rps;
        self.mix = mix(traffic);
        self.timeout_ns = ns_from_ms(traffic.client.timeout_ms);
        let names = |traffic: &Traffic| -> Vec<String> {
            let classes = traffic.classes.iter();
            classes.map(|class| class.id.clone()).collect()
        };
        if names(&before) != names(traffic) {
            self.copies.clear();
        }
        if before.keys != traffic.keys {
            self.popularity = popularity(traffic);
        }
        self.connect(scenario, world);
        self.set_rate(world, rate_rps);
        // The next arrival of another curve is another one, and may be at the end of time.
        let has_turned = before.client.loop_model != traffic.client.loop_model;
        if has_turned || before.curve != traffic.curve {
            self.start(world);
        }
    }

    /// Sets the rate. At a steady rate the wait for the next arrival has no memory, so it is stretched,
    /// not drawn anew: both runs go on with the same draws. Under a curve it has one, for the rate is
    /// another when it is over.
    pub fn set_rate(&mut self, world: &mut World, rate_rps: f64) {
        let before = std::mem::replace(&mut self.traffic.rate_rps, rate_rps);
        if let Some((at_ns, what)) = world.calendar.alarm() {
            let now_ns = world.now_ns();
            if !matches!(self.traffic.curve, Curve::Steady) {
                return self.schedule_arrival(world, now_ns);
            }
            let left_ns = (at_ns - now_ns) as f64 * before / rate_rps;
            let at_ns = now_ns.saturating_add((left_ns + 0.5) as u64);
            world.calendar.set_alarm(at_ns, what);
        }
    }

    /// The curve counts from a moment on, and stays where it starts until then.
    pub fn count_curve_from(&mut self, world: &mut World, from_ns: u64) {
        self.curve_from_ns = from_ns;
        if self.traffic.curve != Curve::Steady {
            self.start(world);
        }
    }

    fn factor(&self, at_ns: u64) -> f64 {
        let passed_ns = at_ns.saturating_sub(self.curve_from_ns);
        self.traffic
            .curve
            .factor(passed_ns as f64 / NS_PER_S as f64)
    }

    /// Requests a second that users start at a moment.
    pub fn offered_rps(&self, at_ns: u64) -> f64 {
        match self.traffic.client.loop_model {
            LoopModel::Open => self.traffic.rate_rps * self.factor(at_ns),
            LoopModel::Closed { .. } => 0.0,
        }
    }

    /// The alarm rang: a request starts, or, where the curve leaves hardly any, only time has passed.
    pub fn arrive(&mut self, world: &mut World, is_request: bool) {
        let now_ns = world.now_ns();
        if is_request {
            let user = self.draw_user();
            self.begin(world, user, 0);
        }
        self.schedule_arrival(world, now_ns);
    }

    /// A user of the closed loop has thought enough.
    pub fn thought(&mut self, world: &mut World, user: u32) {
        if self.stays_in_loop(user) {
            self.begin(world, user, flag::OF_LOOP);
        }
    }

    /// The address is known: the request sets out.
    pub fn resolved(&mut self, world: &mut World, id: u32) {
        if !world.requests[id].is_awaited() {
            world.release(id);
            return;
        }
        let user = world.requests[id].user as usize;
        let now_ns = world.now_ns();
        if let Some(directory) = &mut self.directory {
            directory.known.get(user, now_ns, directory.ttl_ns);
        }
        self.set_out(world, id);
    }

    /// The wait before the next attempt is over.
    pub fn try_again(&mut self, world: &mut World, id: u32) {
        self.backing_off -= 1;
        world.outcomes.retries += 1;
        self.attempt(world, id);
    }

    /// The answer has not come in time. What the servers do for it goes on; nobody waits for it.
    pub fn timed_out(&mut self, world: &mut World, id: u32) {
        let request = &mut world.requests[id];
        // Who still asks for the address has sent nothing.
        if request.stage != Stage::Client {
            request.past |= past::UNKNOWN;
        }
        match world.split(id, 0) {
            Some(heir) => {
                world.note(heir, Activity::Fail(Reason::TimedOut), self.me, 0);
                self.failed(world, heir, Reason::TimedOut);
            }
            None => {
                world.deadlines.clear(id);
                self.give_up(world, id, Reason::TooManyInFlight);
                world.give_up(id);
            }
        }
    }

    fn begin(&mut self, world: &mut World, user: u32, flags: u8) {
        let number = self.numbered;
        self.numbered += 1;
        world.outcomes.arrived += 1;
        let drawn = self.classes.uniform() * self.mix.last().copied().unwrap_or(1.0);
        let class = self
            .mix
            .iter()
            .take_while(|&&sum| drawn >= sum)
            .count()
            .min(self.mix.len() - 1);
        let popularity = &self.popularity;
        let key = popularity.draw(self.keys.bits(|bits| popularity.peek(bits)));
        self.save_for_retries();
        if self.has_fresh_copy(class, user, world.now_ns()) {
            self.answer_from_copy(world, class, number);
            return self.think_again(world, user, flags);
        }
        let Some(id) = world.requests.allocate() else {
            let now_ns = world.now_ns();
            let outcome = Outcome::Failed(Reason::TooManyInFlight);
            world.outcomes.end(number as u32, now_ns, now_ns, outcome);
            return self.think_again(world, user, flags);
        };
        let now_ns = world.now_ns();
        world.outcomes.set_out(now_ns);
        let request = &mut world.requests[id];
        request.start(now_ns);
        request.number = number as u32;
        request.user = user;
        request.key = key;
        request.class = class as u8;
        request.flags = flags;
        request.stage = Stage::Client;
        if world.tracer.wants(number) {
            request.flags |= flag::SAMPLED;
            world.tracer.begin(Trace {
                request: number,
                class: class as u8,
                key,
                user,
                region: world.region_of(user) as u8,
                start_ns: now_ns,
                ..Trace::default()
            });
        }
        self.attempt(world, id);
    }

    /// A first attempt earns its share of a retry.
    #[inline]
    fn save_for_retries(&mut self) {
        let Retries {
            budget, saved_max, ..
        } = self.traffic.client.retries;
        self.retry_savings = (self.retry_savings + budget).min(f64::from(saved_max));
    }

    /// Makes room for the copies of classes that keep any.
    fn keep_copies(&mut self, users: usize) {
        let fresh_ns = self.traffic.classes.iter().map(|class| match class.kind {
            ClassKind::Static => ns_from_ms(class.fresh_s * 1e3),
            ClassKind::Read | ClassKind::Write | ClassKind::Task | ClassKind::Search => 0,
        });
        let fresh_ns: Vec<u64> = fresh_ns.collect();
        if fresh_ns.iter().all(|&fresh_ns| fresh_ns == 0) {
            self.copies = Vec::new();
            return;
        }
        self.copies.resize_with(fresh_ns.len(), Copies::default);
        for (copies, fresh_ns) in self.copies.iter_mut().zip(fresh_ns) {
            copies.fresh_ns = fresh_ns;
            if fresh_ns == 0 {
                copies.fresh = UntilByUser::default();
            } else {
                copies.fresh.make_room(users);
            }
        }
    }

    #[inline]
    fn has_fresh_copy(&self, class: usize, user: u32, now_ns: u64) -> bool {
        let copies = self.copies.get(class).filter(|copies| copies.fresh_ns > 0);
        copies.is_some_and(|copies| copies.fresh.has(user as usize, now_ns))
    }

    /// The browser answers at once, by itself: there is no record, and nothing to trace.
    fn answer_from_copy(&mut self, world: &mut World, class: usize, number: u64) {
        self.from_copy += 1;
        let now_ns = world.now_ns();
        let outcome = Outcome::Completed;
        world.outcomes.end(number as u32, now_ns, now_ns, outcome);
        if world.tracer.is_narrating() {
            let maker = Maker::User {
                request: number as u32,
                class: class as u8,
            };
            let note = Note {
                maker,
                change: Change::Activity(Activity::Hit),
                component: self.me,
                instance: 0,
            };
            world
                .tracer
                .note(note, WayPoint::default(), world.now_ns(), false);
        }
    }

    /// Who asks next, by the open loop.
    fn draw_user(&mut self) -> u32 {
        let users = self.traffic.population();
        let directory = self.directory.as_ref();
        let bits = self.users.bits(|bits| {
            let user = scaled(bits, users) as usize;
            directory.map_or(0, |directory| directory.known.until_ms[user])
        });
        scaled(bits, users)
    }

    fn attempt(&mut self, world: &mut World, id: u32) {
        let now_ns = world.now_ns();
        if self.timeout_ns > 0 {
            world.set_deadline(id, self.timeout_ns);
        }
        let user = world.requests[id].user as usize;
        match &self.directory {
            Some(directory) if !directory.known.has(user, now_ns) => {
                world.look_up(id, directory.link, self.me);
                world.note(id, Activity::Lookup, directory.component, 0);
            }
            _ => self.set_out(world, id),
        }
    }

    #[inline]
    fn set_out(&mut self, world: &mut World, id: u32) {
        world.requests.begin(id);
        match self.entry {
            Some(link) => world.send(id, Hop { link, instance: 0 }, Departure::Now),
            None => self.failed(world, id, Reason::ConnectionRefused),
        }
    }

    fn completed(&mut self, world: &mut World, id: u32) {
        let now_ns = world.now_ns();
        let request = &world.requests[id];
        let started_ns = request.started_ns();
        let &Request {
            number,
            user,
            class,
            flags,
            ..
        } = request;
        let class = usize::from(class);
        if let Some(copies) = self
            .copies
            .get_mut(class)
            .filter(|copies| copies.fresh_ns > 0)
        {
            copies.fresh.get(user as usize, now_ns, copies.fresh_ns);
        }
        world.outcomes.come_back(now_ns);
        let outcome = Outcome::Completed;
        world.outcomes.end(number, started_ns, now_ns, outcome);
        if world.is_followed(id) {
            let latency_ns = now_ns - started_ns;
            world.note_change(id, Change::Completed(latency_ns), self.me, 0);
        }
        world.release(id);
        self.think_again(world, user, flags);
    }

    fn failed(&mut self, world: &mut World, id: u32, reason: Reason) {
        world.deadlines.clear(id);
        let Retries {
            max,
            backoff_ms,
            multiplier,
            jitter,
            ..
        } = self.traffic.client.retries;
        let request = &mut world.requests[id];
        if request.attempt >= max || self.retry_savings < 1.0 {
            self.give_up(world, id, reason);
            world.release(id);
            return;
        }
        self.retry_savings -= 1.0;
        self.backing_off += 1;
        let wait_ms = (0..request.attempt).fold(backoff_ms, |wait_ms, _| wait_ms * multiplier);
        let wait_ms = wait_ms.min(TIME_MAX_MS);
        request.attempt += 1;
        request.past = next_attempt(request.past);
        request.failure = 0;
        request.flags &= flag::SAMPLED | flag::OF_LOOP | flag::OTHER_KEY;
        request.stage = Stage::Client;
        let drawn = 1.0 - jitter * self.backoffs.uniform();
        let at_ns = world.now_ns() + ns_from_ms(wait_ms * drawn);
        let what = What {
            request: id,
            instance: 0,
            place: self.me,
            kind: EventKind::BackoffDone,
        };
        world.calendar.push_at(at_ns, what);
        world.note(id, Activity::Backoff, self.me, 0);
    }

    /// Counts a request that is given up.
    fn give_up(&mut self, world: &mut World, id: u32, reason: Reason) {
        let now_ns = world.now_ns();
        let request = &world.requests[id];
        let started_ns = request.started_ns();
        let &Request {
            number,
            user,
            flags,
            ..
        } = request;
        if world.is_write(id) && world.requests[id].past & past::UNKNOWN != 0 {
            world.outcomes.writes_unknown += 1;
        }
        world.outcomes.come_back(now_ns);
        let outcome = Outcome::Failed(reason);
        world.outcomes.end(number, started_ns, now_ns, outcome);
        if world.is_followed(id) {
            world.note_change(id, Change::GivenUp(reason), self.me, 0);
        }
        self.think_again(world, user, flags);
    }

    /// A request of those flags has ended for its user.
    #[inline]
    fn think_again(&mut self, world: &mut World, user: u32, flags: u8) {
        if flags & flag::OF_LOOP != 0 && self.stays_in_loop(user) {
            self.schedule_thought(world, user);
        }
    }

    /// Whether a user of the loop is still wanted there; else it leaves.
    fn stays_in_loop(&mut self, user: u32) -> bool {
        let stays = match self.traffic.client.loop_model {
            LoopModel::Open => false,
            LoopModel::Closed { users, .. } => user < users,
        };
        self.in_loop[user as usize] = stays;
        stays
    }

    fn schedule_thought(&mut self, world: &mut World, user: u32) {
        if !world.border.is_here(self.me) {
            return;
        }
        let LoopModel::Closed { think_time_ms, .. } = self.traffic.client.loop_model else {
            return;
        };
        let think_ns = ns_from_ms(think_time_ms) as f64 * self.thoughts.exponential();
        let what = What {
            request: user,
            instance: 0,
            place: self.me,
            kind: EventKind::Thought,
        };
        world
            .calendar
            .push_at(world.now_ns() + (think_ns + 0.5) as u64, what);
    }

    /// Draws the next arrival of a Poisson process.
    fn schedule_arrival(&mut self, world: &mut World, from_ns: u64) {
        if !world.border.is_here(self.me) {
            return;
        }
        let mean_ns = NS_PER_S as f64 / self.traffic.rate_rps;
        if !matches!(self.traffic.curve, Curve::Steady) {
            return self.schedule_thinned_arrival(world, from_ns, mean_ns);
        }
        let wait_ns = (mean_ns * self.arrivals.exponential() + 0.5) as u64;
        world.calendar.set_alarm(from_ns + wait_ns, arrival(true));
    }

    /// The process at the curve's peak, thinned to the curve (Lewis and Shedler, 1979).
    fn schedule_thinned_arrival(&mut self, world: &mut World, from_ns: u64, mean_ns: f64) {
        let peak = self.traffic.curve.peak();
        let mut at_ns = from_ns;
        for _ in 0..CANDIDATES_MAX {
            // Where the curve leaves nothing, the next arrival is at the end of time.
            let wait_ns = (mean_ns / peak * self.arrivals.exponential() + 0.5) as u64;
            at_ns = at_ns.saturating_add(wait_ns);
            if self.arrivals.uniform() * peak < self.factor(at_ns) {
                world.calendar.set_alarm(at_ns, arrival(true));
                return;
            }
        }
        world.calendar.set_alarm(at_ns, arrival(false));
    }
}

impl Part for Clients {
    fn connect(&mut self, scenario: &Scenario, world: &mut World) {
        let users = self.traffic.population() as usize;
        let mut entry = None;
        let mut directory = None;
        for (link, to) in world.links_from(self.me) {
            match &scenario.design.components[usize::from(to)].kind {
                Kind::Dns(dns) => {
                    let before = self.directory.take();
                    let known = before.map_or_else(Default::default, |before| before.known);
                    let ttl_ns = ns_from_ms(dns.ttl_s * 1e3);
                    directory = Some(Directory {
                        link,
                        component: to,
                        ttl_ns,
                        known,
                    });
                }
                Kind::Clients(_)
                | Kind::LoadBalancer(_)
                | Kind::Service(_)
                | Kind::Cache(_)
                | Kind::Database(_) => entry = entry.or(Some(link)),
            }
        }
        if let Some(directory) = &mut directory {
            directory.known.make_room(users);
        }
        self.entry = entry;
        self.directory = directory;
        self.keep_copies(users);
    }

    fn answered(&mut self, world: &mut World, id: u32, _from: Hop) {
        let request = &mut world.requests[id];
        if request.failure != 0 {
            let reason = Reason::ALL[usize::from(request.failure) - 1];
            if reason.leaves_unknown() {
                request.past |= past::UNKNOWN;
            }
            self.failed(world, id, reason);
        } else if request.has(flag::LOGIN_ASKED) {
            request.flags = (request.flags & !flag::LOGIN_ASKED) | flag::LOGIN;
            world.note(id, Activity::Login, self.me, 0);
            self.set_out(world, id);
        } else {
            self.completed(world, id);
        }
    }

    fn own_counts(&self) -> OwnCounts {
        OwnCounts::of([(Own::FromCopy, self.from_copy)])
    }

    fn gauge(&self, _hit_ratio: f64) -> KindGauge {
        KindGauge::Clients {
            backing_off: self.backing_off,
            from_copy: self.from_copy,
            from_copy_share: ratio(self.from_copy as f64, self.numbered as f64),
        }
    }

    fn peek(&self, world: &World, what: What) -> u32 {
        world.deadlines.peek(what.request)
    }

    fn instances(&self) -> &[Instance] {
        std::slice::from_ref(&self.instance)
    }

    fn instance_mut(&mut self, _number: u16) -> Option<&mut Instance> {
        None
    }

    fn begin_leaving(&mut self, _world: &mut World, _instance: u16) {
        unreachable!("the users stay")
    }
}

fn arrival(is_request: bool) -> What {
    What {
        request: u32::from(is_request),
        instance: 0,
        place: 0,
        kind: EventKind::Arrival,
    }
}

fn popularity(traffic: &Traffic) -> Arc<Popularity> {
    Arc::new(Popularity::zipf(
        traffic.keys.count,
        traffic.keys.zipf_exponent,
    ))
}

fn mix(traffic: &Traffic) -> Vec<f64> {
    let mut sum = 0.0;
    let weights = traffic.classes.iter().map(|class| class.weight);
    weights
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_NS: u64 = 86_400 * NS_PER_S;

    #[test]
    fn an_address_is_known_for_its_time_however_late() {
        let mut known = UntilByUser::default();
        known.until_ms.resize(3, 0);
        known.get(0, 0, 60 * NS_PER_S);
        for day in [1, 40, 49, 50, 51, 120, 365 * 200] {
            let now_ns = day * DAY_NS;
            known.get(1, now_ns, 2 * DAY_NS);
            assert!(known.has(1, now_ns + 2 * DAY_NS - 1), "day {day}");
            known.get(2, now_ns + DAY_NS, 60 * NS_PER_S);
            assert!(known.has(1, now_ns + 2 * DAY_NS - 1), "day {day}");
            assert!(!known.has(1, now_ns + 2 * DAY_NS), "day {day}");
            assert!(!known.has(0, now_ns), "day {day}: it was over long ago");
        }
    }
}

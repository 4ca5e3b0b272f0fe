//! Which backend a balancer sends a request to: every algorithm of the document, as pure choosers.
//!
//! The chooser keeps its own account of the backends, and hears of every request that is opened and
//! closed there, since the cleverer algorithms keep the backends in order as that happens.

mod least_connections;
mod response_time;
mod tournament;

use std::cmp::Reverse;

use headroom_scenario::{Algorithm, HashKey, LoadBalancer};

use crate::mechanism::hash::{bucket, user_address, user_position};
use crate::mechanism::ring::Ring;
use crate::time::ns_from_ms;
use least_connections::LeastConnections;
pub use response_time::Response;
use response_time::ResponseTime;
use tournament::Tournament;

/// A server as its balancer knows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backend {
    /// Its share of the work, relative to the others; 0 once it has been removed.
    pub weight: u16,
    /// Requests sent there and not answered yet.
    pub open: u32,
    /// It may be chosen.
    pub in_rotation: bool,
    /// How fast it has answered lately, once that is known.
    response_time: Option<ResponseTime>,
    /// When it was chosen last, as a count of choices: the longest ago goes first among equals.
    turn: u64,
    /// What smooth weighted round robin owes it.
    credit: i64,
}

/// What a request can be recognised by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestKeys {
    /// The user, who is also the session and has the address of [`user_address`].
    pub user: u32,
    /// The key it asks for.
    pub key: u32,
}

/// Chooses among backends by a balancer's algorithm. Backends have the numbers of their instances,
/// which stay when one is removed.
#[derive(Clone, Debug)]
pub struct Chooser {
    parameters: LoadBalancer,
    backends: Vec<Backend>,
    /// Numbers of those in rotation, ascending.
    rotation: Vec<u16>,
    /// Requests open at those in rotation.
    rotation_open: u64,
    /// Weight of those in rotation.
    rotation_weight: u64,
    /// Requests sent to backends so far.
    turns: u64,
    method: Method,
}

/// An algorithm's own state.
#[derive(Clone, Debug)]
enum Method {
    RoundRobin {
        next: u16,
    },
    WeightedRoundRobin,
    LeastConnections(LeastConnections),
    WeightedLeastConnections,
    Random,
    /// In order of the wait to be expected.
    LeastResponseTime(Tournament<ShortestWait>),
    PowerOfTwoChoices,
    IpHash {
        /// Every backend that was not removed, as often as its weight says.
        places: Vec<u16>,
        /// Takes over when the hash keeps finding backends that are out.
        next: u16,
    },
    SessionHash,
    ConsistentHash(Ring),
    ConsistentHashBounded(Ring),
}

impl Chooser {
    /// A chooser over so many backends, all in rotation.
    pub fn new(parameters: &LoadBalancer, backends: usize) -> Self {
        let mut chooser = Self {
            parameters: parameters.clone(),
            backends: Vec::new(),
            rotation: Vec::new(),
            rotation_open: 0,
            rotation_weight: 0,
            turns: 0,
            method: Method::Random,
        };
        for number in 0..backends {
            let backend = chooser.newcomer(number);
            chooser.backends.push(backend);
        }
        chooser.begin();
        chooser
    }

    /// Takes on other parameters. Backends, and what is open there, stay; weights become the new ones.
    pub fn configure(&mut self, parameters: &LoadBalancer) {
        self.parameters = parameters.clone();
        for number in 0..self.backends.len() {
            let weight = self.newcomer(number).weight;
            let backend = &mut self.backends[number];
            backend.credit = 0;
            if backend.weight > 0 {
                backend.weight = weight;
            }
        }
        self.begin();
    }

    /// One more backend, in rotation; its number.
    pub fn add(&mut self) -> usize {
        let number = self.backends.len();
        let backend = self.newcomer(number);
        self.backends.push(backend);
        self.begin();
        number
    }

    /// Takes a backend away for good. Its number stays.
    pub fn remove(&mut self, backend: usize) {
        self.backends[backend].weight = 0;
        self.backends[backend].in_rotation = false;
        self.begin();
    }

    /// Another backend comes under the number of one that was removed, out of rotation. What is still
    /// open there ends as it would have.
    pub fn restore(&mut self, backend: usize) {
        self.backends[backend] = Backend {
            open: self.backends[backend].open,
            in_rotation: false,
            ..self.newcomer(backend)
        };
        self.begin();
    }

    /// Puts a backend into rotation, or takes it out for the time being.
    pub fn set_in_rotation(&mut self, backend: usize, in_rotation: bool) {
        let changed = &mut self.backends[backend];
        if changed.in_rotation == in_rotation || changed.weight == 0 {
            return;
        }
        changed.in_rotation = in_rotation;
        let weight = changed.weight;
        self.count_rotation();
        match &mut self.method {
            Method::ConsistentHash(ring) | Method::ConsistentHashBounded(ring) if in_rotation => {
                ring.add(backend as u16, weight);
            }
            Method::ConsistentHash(ring) | Method::ConsistentHashBounded(ring) => {
                ring.remove(backend as u16)
            }
            _ => self.reorder(backend),
        }
    }

    /// The backends, in order of their numbers.
    pub fn backends(&self) -> &[Backend] {
        &self.backends
    }

    /// How many are in rotation.
    pub fn rotation_len(&self) -> usize {
        self.rotation.len()
    }

    /// The ring, where the algorithm has one: it holds those in rotation.
    pub fn ring(&self) -> Option<&Ring> {
        match &self.method {
            Method::ConsistentHash(ring) | Method::ConsistentHashBounded(ring) => Some(ring),
            _ => None,
        }
    }

    /// Chooses a backend; none if none is in rotation. Opens nothing yet. `bits` gives 64 random bits,
    /// and is asked only by the algorithms that draw.
    ///
    /// O(1) or O(log n) for n backends; O(n) for the two weighted algorithms.
    pub fn choose(&mut self, request: RequestKeys, bits: impl FnOnce() -> u64) -> Option<usize> {
        if self.rotation.is_empty() {
            return None;
        }
        match &mut self.method {
            Method::RoundRobin { next } => in_turn(&self.rotation, next),
            Method::WeightedRoundRobin => {
                smooth_step(&mut self.backends, |_, backend| backend.in_rotation)
            }
            Method::LeastConnections(order) => order.choose(),
            Method::WeightedLeastConnections => {
                weighted_least_connections(&mut self.backends, |_, backend| backend.in_rotation)
            }
            Method::Random => Some(usize::from(
                self.rotation[scaled(bits() >> 32, self.rotation.len())],
            )),
            Method::LeastResponseTime(order) => order.best(),
            Method::PowerOfTwoChoices => {
                Some(less_busy_of_two(&self.backends, &self.rotation, bits()))
            }
            Method::IpHash { places, next } => {
                let backends = &self.backends;
                by_address(user_address(request.user), places, |number| {
                    backends[number].in_rotation
                })
                .or_else(|| in_turn(&self.rotation, next))
            }
            Method::SessionHash => {
                let place = bucket(user_position(request.user), self.rotation.len());
                Some(usize::from(self.rotation[place]))
            }
            Method::ConsistentHash(ring) => ring
                .owner(position(ring, self.parameters.hash_key, request))
                .map(usize::from),
            Method::ConsistentHashBounded(_) => self.within_bounds(request, |_| true),
        }
    }

    /// Chooses again for a request that some have refused, by the same algorithm among all others in
    /// rotation; none if there are none. O(n): this is rare.
    pub fn choose_among_others(
        &mut self,
        request: RequestKeys,
        refused: &[u16],
        bits: impl FnOnce() -> u64,
    ) -> Option<usize> {
        let is_other = |number: u16| !refused.contains(&number);
        let rotation = self.rotation.iter().copied();
        let others: Vec<u16> = rotation.filter(|&number| is_other(number)).collect();
        let place = |place: usize| Some(usize::from(*others.get(place)?));
        let takes_part =
            |number: usize, backend: &Backend| backend.in_rotation && is_other(number as u16);
        let memory_ns = memory_ns(&self.parameters);
        let backends = &mut self.backends;
        match &mut self.method {
            Method::RoundRobin { next } => in_turn(&others, next),
            Method::WeightedRoundRobin => smooth_step(backends, takes_part),
            Method::LeastConnections(_) => {
                let load = |number: &&u16| {
                    let backend = &backends[usize::from(**number)];
                    (backend.open, backend.turn)
                };
                others.iter().min_by_key(load).copied().map(usize::from)
            }
            Method::WeightedLeastConnections => weighted_least_connections(backends, takes_part),
            Method::Random => place(scaled(bits() >> 32, others.len())),
            Method::LeastResponseTime(_) => {
                let merit =
                    |number: &&u16| shortest_wait(&backends[usize::from(**number)], memory_ns);
                others.iter().max_by_key(merit).copied().map(usize::from)
            }
            Method::PowerOfTwoChoices if others.is_empty() => None,
            Method::PowerOfTwoChoices => Some(less_busy_of_two(backends, &others, bits())),
            Method::IpHash { places, next } => {
                let is_among = |number: usize| takes_part(number, &backends[number]);
                by_address(user_address(request.user), places, is_among)
                    .or_else(|| in_turn(&others, next))
            }
            Method::SessionHash if others.is_empty() => None,
            Method::SessionHash => place(bucket(user_position(request.user), others.len())),
            Method::ConsistentHash(ring) => ring
                .owner_where(position(ring, self.parameters.hash_key, request), is_other)
                .map(usize::from),
            Method::ConsistentHashBounded(_) => self.within_bounds(request, is_other),
        }
    }

    /// Reads what the choice for a request will look up, and returns something of it.
    #[inline]
    pub fn peek(&self, request: RequestKeys) -> u32 {
        match &self.method {
            Method::ConsistentHash(ring) | Method::ConsistentHashBounded(ring) => {
                ring.peek(position(ring, self.parameters.hash_key, request))
            }
            _ => 0,
        }
    }

    /// A request is sent to a backend.
    pub fn open(&mut self, backend: usize) {
        self.turns += 1;
        self.backends[backend].turn = self.turns;
        self.backends[backend].open += 1;
        self.rotation_open += u64::from(self.backends[backend].in_rotation);
        self.reorder(backend);
    }

    /// A request has left a backend: with an answer or without one, if there is something to learn from it.
    pub fn close(&mut self, backend: usize, response: Option<Response>) {
        let closed = &mut self.backends[backend];
        debug_assert!(closed.open > 0, "backend {backend} has nothing open");
        closed.open -= 1;
        self.rotation_open -= u64::from(closed.in_rotation);
        if let Some(response) = response {
            let memory_ns = memory_ns(&self.parameters);
            let known = &mut self.backends[backend].response_time;
            *known = Some(ResponseTime::after(*known, response, memory_ns));
        }
        self.reorder(backend);
    }

    fn newcomer(&self, number: usize) -> Backend {
        Backend {
            weight: weight(&self.parameters.weights, number as u16),
            open: 0,
            in_rotation: true,
            response_time: None,
            turn: 0,
            credit: 0,
        }
    }

    /// Sets the algorithm up for the backends as they are.
    fn begin(&mut self) {
        self.count_rotation();
        let backends = &self.backends;
        self.method = match self.parameters.algorithm {
            Algorithm::RoundRobin => {
                let next = if let Method::RoundRobin { next } = self.method {
                    next
                } else {
                    0
                };
                Method::RoundRobin { next }
            }
            Algorithm::WeightedRoundRobin => Method::WeightedRoundRobin,
            Algorithm::LeastConnections => Method::LeastConnections(LeastConnections::new(
                backends
                    .iter()
                    .map(|backend| backend.in_rotation.then_some(backend.open)),
            )),
            Algorithm::WeightedLeastConnections => Method::WeightedLeastConnections,
            Algorithm::Random => Method::Random,
            Algorithm::LeastResponseTime => {
                let memory_ns = memory_ns(&self.parameters);
                let waits = backends
                    .iter()
                    .map(|backend| shortest_wait(backend, memory_ns));
                Method::LeastResponseTime(Tournament::new(waits))
            }
            Algorithm::PowerOfTwoChoices => Method::PowerOfTwoChoices,
            Algorithm::IpHash => Method::IpHash {
                places: places_by_weight(backends),
                next: 0,
            },
            Algorithm::SessionHash => Method::SessionHash,
            Algorithm::ConsistentHash => Method::ConsistentHash(self.new_ring()),
            Algorithm::ConsistentHashBounded => Method::ConsistentHashBounded(self.new_ring()),
        };
    }

    fn new_ring(&self) -> Ring {
        let LoadBalancer {
            virtual_nodes,
            hash_function,
            ..
        } = self.parameters;
        let mut ring = Ring::hashed(virtual_nodes, hash_function);
        let nodes = self
            .backends
            .iter()
            .enumerate()
            .filter(|(_, backend)| backend.in_rotation);
        ring.add_all(nodes.map(|(number, backend)| (number as u16, backend.weight)));
        ring
    }

    fn count_rotation(&mut self) {
        self.rotation.clear();
        (self.rotation_open, self.rotation_weight) = (0, 0);
        for (number, backend) in self
            .backends
            .iter()
            .enumerate()
            .filter(|(_, backend)| backend.in_rotation)
        {
            self.rotation.push(number as u16);
            self.rotation_open += u64::from(backend.open);
            self.rotation_weight += u64::from(backend.weight);
        }
    }

    /// A backend has changed: where the algorithm keeps an order, it gets its new place in it.
    #[inline]
    fn reorder(&mut self, number: usize) {
        let backend = &self.backends[number];
        match &mut self.method {
            Method::LeastConnections(order) => {
                order.set(number, backend.in_rotation.then_some(backend.open))
            }
            Method::LeastResponseTime(order) => {
                let memory_ns = memory_ns(&self.parameters);
                order.set(number, shortest_wait(backend, memory_ns));
            }
            _ => {}
        }
    }

    /// The first node clockwise with less than its bounded share of what is open, this request
    /// included: the factor times the mean, in proportion to weight, rounded up.
    fn within_bounds(
        &self,
        request: RequestKeys,
        takes_part: impl Fn(u16) -> bool,
    ) -> Option<usize> {
        let ring = self.ring()?;
        let open = (self.rotation_open + 1) as f64;
        let bound_per_weight =
            self.parameters.bounded_load_factor * open / self.rotation_weight as f64;
        let has_room = |node: u16| {
            let backend = &self.backends[usize::from(node)];
            let bound = (bound_per_weight * f64::from(backend.weight)).ceil();
            f64::from(backend.open) < bound && takes_part(node)
        };
        let position = position(ring, self.parameters.hash_key, request);
        ring.owner_where(position, has_room)
            .or_else(|| ring.owner_where(position, &takes_part))
            .map(usize::from)
    }
}

fn less_busy_of_two(backends: &[Backend], rotation: &[u16], bits: u64) -> usize {
    let count = rotation.len();
    let first = scaled(bits >> 32, count);
    let other = if count == 1 {
        first
    } else {
        // Any of the others: those from the first on move up by one.
        let other = scaled(bits & u64::from(u32::MAX), count - 1);
        other + usize::from(other >= first)
    };
    let [first, other] = [first, other].map(|place| usize::from(rotation[place]));
    if backends[other].open < backends[first].open {
        other
    } else {
        first
    }
}

/// A number below `count` from 32 random bits.
fn scaled(bits: u64, count: usize) -> usize {
    ((bits * count as u64) >> 32) as usize
}

#[inline]
fn position(ring: &Ring, hash_key: HashKey, request: RequestKeys) -> u64 {
    match hash_key {
        HashKey::User => ring.user_position(request.user),
        HashKey::Key => ring.key_position(request.key),
    }
}

/// Time in which a measured response time fades to 1/e.
fn memory_ns(parameters: &LoadBalancer) -> f64 {
    ns_from_ms(parameters.response_memory_s * 1e3) as f64
}

/// The first in rotation from the next on, and round again.
#[inline]
fn in_turn(rotation: &[u16], next: &mut u16) -> Option<usize> {
    let place = rotation.partition_point(|number| number < next);
    let chosen = *rotation.get(place).or(rotation.first())?;
    *next = chosen + 1;
    Some(usize::from(chosen))
}

/// The weight of an instance by a list of weights, which may end before it, and says 0 for 1.
pub fn weight(weights: &[u16], instance: u16) -> u16 {
    weights
        .get(usize::from(instance))
        .map_or(1, |&weight| weight.max(1))
}

/// A step of nginx's smooth weighted round robin among those that take part: each is credited its
/// weight, the one with most credit is chosen, the first of equals, and pays what all were credited.
fn smooth_step(
    backends: &mut [Backend],
    takes_part: impl Fn(usize, &Backend) -> bool,
) -> Option<usize> {
    let mut total = 0;
    let mut best: Option<(usize, i64)> = None;
    for (number, backend) in backends
        .iter_mut()
        .enumerate()
        .filter(|(number, backend)| takes_part(*number, backend))
    {
        backend.credit += i64::from(backend.weight);
        total += i64::from(backend.weight);
        if best.is_none_or(|(_, most)| backend.credit > most) {
            best = Some((number, backend.credit));
        }
    }
    let (chosen, _) = best?;
    backends[chosen].credit -= total;
    Some(chosen)
}

/// nginx's least connections: the fewest open for the weight; a tie is a step of smooth weighted
/// round robin among those tied.
fn weighted_least_connections(
    backends: &mut [Backend],
    takes_part: impl Fn(usize, &Backend) -> bool,
) -> Option<usize> {
    // Compares open / weight without dividing.
    let load_cmp = |left: &Backend, right: &Backend| {
        let (left_load, right_load) = (
            u64::from(left.open) * u64::from(right.weight),
            u64::from(right.open) * u64::from(left.weight),
        );
        left_load.cmp(&right_load)
    };
    let (least, &reference) = (backends.iter().enumerate())
        .filter(|(number, backend)| takes_part(*number, backend))
        .min_by(|left, right| load_cmp(left.1, right.1))?;
    let is_tied = |number: usize, backend: &Backend| {
        takes_part(number, backend) && load_cmp(backend, &reference).is_eq()
    };
    let mut tied =
        (backends.iter().enumerate()).filter(|(number, backend)| is_tied(*number, backend));
    match tied.nth(1) {
        Some(_) => smooth_step(backends, is_tied),
        None => Some(least),
    }
}

/// nginx's ip hash. A backend that is out is passed over by hashing on, up to 20 times.
fn by_address(
    address: [u8; 4],
    places: &[u16],
    takes_part: impl Fn(usize) -> bool,
) -> Option<usize> {
    const TRIES: usize = 20;
    ip_hashes(address)
        .take(TRIES)
        .map(|hash| usize::from(places[hash as usize % places.len()]))
        .find(|&number| takes_part(number))
}

/// nginx's hashes of an address, by its first three octets: the first, and those it goes on with as
/// long as the server found is out.
pub fn ip_hashes(address: [u8; 4]) -> impl Iterator<Item = u32> {
    let hash_on = move |hash: u32| {
        address[..3]
            .iter()
            .fold(hash, |hash, &octet| (hash * 113 + u32::from(octet)) % 6271)
    };
    std::iter::successors(Some(hash_on(89)), move |&hash| Some(hash_on(hash)))
}

fn places_by_weight(backends: &[Backend]) -> Vec<u16> {
    let repeated = |(number, backend): (usize, &Backend)| {
        std::iter::repeat_n(number as u16, usize::from(backend.weight))
    };
    backends.iter().enumerate().flat_map(repeated).collect()
}

/// The wait to be expected, shortest first, and among equals who was chosen longest ago.
type ShortestWait = (Reverse<(Knowledge, i64)>, Reverse<u64>);

/// How a backend stands whose response time is not known yet: it gets a request at once to find out,
/// and no second one before it knows, unless nobody's time is known. Then the fewest open decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Knowledge {
    Unasked,
    Known,
    Asked,
}

fn shortest_wait(backend: &Backend, memory_ns: f64) -> Option<ShortestWait> {
    let open = backend.open;
    let wait = match backend.response_time {
        Some(known) => (Knowledge::Known, known.expected_wait(open, memory_ns)),
        None if open == 0 => (Knowledge::Unasked, 0),
        None => (Knowledge::Asked, open.into()),
    };
    let merit = (Reverse(wait), Reverse(backend.turn));
    backend.in_rotation.then_some(merit)
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own arithmetic may be the platform's"
)]
mod tests {
    use super::*;
    use crate::mechanism::hash::hash_u64;

    fn chooser(algorithm: Algorithm, weights: &[u16]) -> Chooser {
        let parameters = LoadBalancer {
            algorithm,
            weights: weights.to_vec(),
            ..LoadBalancer::default()
        };
        Chooser::new(&parameters, weights.len())
    }

    /// The letters of the backends chosen for users 0, 1, 2 and so on; every request is held open.
    fn letters(chooser: &mut Chooser, count: u32) -> String {
        (0..count)
            .map(|user| {
                choose_and_open(chooser, user).map_or('-', |number| (b'a' + number as u8) as char)
            })
            .collect()
    }

    fn choose_and_open(chooser: &mut Chooser, user: u32) -> Option<usize> {
        let chosen = chooser.choose(RequestKeys { user, key: user }, || {
            hash_u64(1, u64::from(user))
        });
        chosen.into_iter().for_each(|number| chooser.open(number));
        chosen
    }

    #[test]
    fn round_robin_goes_round_and_passes_over_those_out() {
        let mut chooser = chooser(Algorithm::RoundRobin, &[1, 1, 5, 1]);
        assert_eq!(letters(&mut chooser, 6), "abcdab");
        chooser.set_in_rotation(2, false);
        assert_eq!(letters(&mut chooser, 4), "dabd");
        chooser.add();
        assert_eq!(letters(&mut chooser, 5), "eabde");
    }

    #[test]
    fn least_connections_is_the_weighted_one_at_equal_weights() {
        for weights in [vec![1; 7], vec![3; 7]] {
            let mut plain = chooser(Algorithm::LeastConnections, &weights);
            let mut weighted = chooser(Algorithm::WeightedLeastConnections, &weights);
            for user in 0..5_000 {
                let chosen = choose_and_open(&mut plain, user);
                assert_eq!(chosen, choose_and_open(&mut weighted, user));
                let done = hash_u64(4, u64::from(user)) as usize % 9;
                if done < 7 && plain.backends()[done].open > 0 {
                    plain.close(done, None);
                    weighted.close(done, None);
                }
            }
        }
    }

    #[test]
    fn weighted_least_connections_fills_in_proportion() {
        let mut chooser = chooser(Algorithm::WeightedLeastConnections, &[5, 3, 2]);
        letters(&mut chooser, 1_000);
        let open: Vec<u32> = chooser
            .backends()
            .iter()
            .map(|backend| backend.open)
            .collect();
        assert_eq!(open, [500, 300, 200]);
    }

    #[test]
    fn least_response_time_prefers_the_fast_and_asks_a_stranger_once() {
        let mut chooser = chooser(Algorithm::LeastResponseTime, &[1, 1, 1]);
        assert_eq!(letters(&mut chooser, 3), "abc");
        let took = |took_ns| {
            let took_ns = Some(took_ns);
            Some(Response { at_ns: 0, took_ns })
        };
        chooser.close(0, took(3_000));
        chooser.close(1, took(1_000));
        // One waits 3,000 at a, and 1,000 at b, then 2,000, then 3,000: there a has waited longer for its
        // turn. c has not answered yet.
        assert_eq!(letters(&mut chooser, 4), "bbab");
        chooser.close(2, took(500));
        assert_eq!(letters(&mut chooser, 1), "c");
    }

    #[test]
    fn random_and_two_choices_reach_everyone_alike() {
        for algorithm in [Algorithm::Random, Algorithm::PowerOfTwoChoices] {
            let mut chooser = chooser(algorithm, &[1; 10]);
            let mut counts = [0_u32; 10];
            for user in 0..100_000 {
                let bits = hash_u64(2, user);
                counts[chooser.choose(RequestKeys::default(), || bits).unwrap()] += 1;
            }
            let chi2: f64 = counts
                .iter()
                .map(|&n| (f64::from(n) - 1e4).powi(2) / 1e4)
                .sum();
            // 9 degrees of freedom: mean 9, standard deviation 4.2.
            assert!(chi2 < 9.0 + 5.0 * 4.2, "{algorithm:?}: chi-square {chi2}");
        }
    }

    #[test]
    fn two_choices_take_the_less_busy() {
        let mut chooser = chooser(Algorithm::PowerOfTwoChoices, &[1, 1]);
        chooser.open(0);
        for bits in [0, u64::MAX, 1 << 63, 1 << 31] {
            assert_eq!(chooser.choose(RequestKeys::default(), || bits), Some(1));
        }
    }

    #[test]
    fn hashing_algorithms_send_a_user_to_one_backend() {
        use Algorithm::{ConsistentHash, IpHash, SessionHash};
        for algorithm in [IpHash, SessionHash, ConsistentHash] {
            let mut chooser = chooser(algorithm, &[1; 8]);
            let mut counts = [0_u32; 8];
            for user in 0..8_000 {
                let chosen = choose_and_open(&mut chooser, user).unwrap();
                counts[chosen] += 1;
                assert_eq!(choose_and_open(&mut chooser, user), Some(chosen));
            }
            assert!(
                counts.iter().all(|&count| (600..1_500).contains(&count)),
                "{algorithm:?}: {counts:?}"
            );
        }
    }

    #[test]
    fn users_of_a_backend_that_is_out_are_spread_and_the_others_stay_on_the_ring() {
        let mut chooser = chooser(Algorithm::ConsistentHash, &[1; 5]);
        let before: Vec<_> = (0..2_000)
            .map(|user| choose_and_open(&mut chooser, user))
            .collect();
        chooser.set_in_rotation(3, false);
        for (user, owner) in before.iter().enumerate() {
            let now = choose_and_open(&mut chooser, user as u32);
            assert!(if *owner == Some(3) {
                now != Some(3)
            } else {
                now == *owner
            });
        }
        chooser.set_in_rotation(3, true);
        let after: Vec<_> = (0..2_000)
            .map(|user| choose_and_open(&mut chooser, user))
            .collect();
        assert_eq!(before, after);
    }

    #[test]
    fn bounded_loads_hold_for_every_backend_at_every_moment() {
        let mut chooser = chooser(Algorithm::ConsistentHashBounded, &[1, 1, 2, 1]);
        for user in 0..3_000_u32 {
            // A celebrity: half of all requests come from one user.
            let chosen =
                choose_and_open(&mut chooser, if user % 2 == 0 { 7 } else { user }).unwrap();
            let mean = f64::from(user + 1) / 5.0;
            let backend = chooser.backends()[chosen];
            assert!(f64::from(backend.open) <= (1.25 * mean * f64::from(backend.weight)).ceil());
        }
    }

    #[test]
    fn those_out_of_rotation_are_never_chosen_and_come_back() {
        for algorithm in Algorithm::ALL {
            let mut chooser = chooser(algorithm, &[1, 2, 3, 1]);
            [0, 2]
                .into_iter()
                .for_each(|number| chooser.set_in_rotation(number, false));
            assert!(
                letters(&mut chooser, 200)
                    .chars()
                    .all(|letter| "bd".contains(letter)),
                "{algorithm:?}"
            );
            [1, 3]
                .into_iter()
                .for_each(|number| chooser.set_in_rotation(number, false));
            assert_eq!(letters(&mut chooser, 1), "-", "{algorithm:?}");
            chooser.set_in_rotation(0, true);
            assert_eq!(letters(&mut chooser, 3), "aaa", "{algorithm:?}");
        }
    }

    #[test]
    fn those_removed_are_gone_and_newcomers_serve() {
        for algorithm in Algorithm::ALL {
            let mut chooser = chooser(algorithm, &[1, 1, 1]);
            letters(&mut chooser, 9);
            chooser.remove(1);
            chooser.set_in_rotation(1, true);
            assert_eq!(chooser.add(), 3);
            let chosen = letters(&mut chooser, 300);
            assert!(
                !chosen.contains('b') && chosen.contains('d'),
                "{algorithm:?}: {chosen}"
            );
        }
    }

    #[test]
    fn a_change_of_algorithm_keeps_what_is_open() {
        for algorithm in Algorithm::ALL {
            let mut chooser = chooser(Algorithm::RoundRobin, &[1, 1, 1]);
            letters(&mut chooser, 4);
            chooser.configure(&LoadBalancer {
                algorithm,
                ..LoadBalancer::default()
            });
            let open: Vec<u32> = chooser
                .backends()
                .iter()
                .map(|backend| backend.open)
                .collect();
            assert_eq!(open, [2, 1, 1]);
            assert!(choose_and_open(&mut chooser, 0).is_some());
            (0..3).for_each(|number| {
                chooser.close(
                    number,
                    Some(Response {
                        at_ns: 0,
                        took_ns: Some(1),
                    }),
                )
            });
        }
    }

    #[test]
    fn what_was_slow_long_ago_is_tried_again_and_equals_take_turns() {
        let mut chooser = chooser(Algorithm::LeastResponseTime, &[1, 1, 1]);
        let mut counts = [0; 3];
        for second in 0..600 {
            let at_ns = second * 1_000_000_000;
            let chosen = choose_and_open(&mut chooser, second as u32).unwrap();
            let is_slow = chosen == 1 && (10..40).contains(&second);
            let took_ns = if is_slow { 500_000_000 } else { 10_000_000 };
            let took_ns = Some(took_ns);
            chooser.close(chosen, Some(Response { at_ns, took_ns }));
            counts[chosen] += i32::from(second >= 300);
        }
        assert_eq!(counts, [100; 3]);
    }

    #[test]
    fn a_retry_is_chosen_by_the_algorithm_among_all_others() {
        for algorithm in Algorithm::ALL {
            let mut chooser = chooser(algorithm, &[1, 1, 1, 1, 1]);
            chooser.set_in_rotation(4, false);
            let mut counts = [0; 5];
            for user in 0..4_000 {
                let keys = RequestKeys { user, key: user };
                let bits = || hash_u64(3, u64::from(user));
                let chosen = chooser.choose_among_others(keys, &[1], bits).unwrap();
                counts[chosen] += 1;
                chooser.open(chosen);
            }
            assert_eq!([counts[1], counts[4]], [0, 0], "{algorithm:?}");
            let third = 4_000 / 3;
            for other in [0, 2, 3] {
                let error = f64::from(counts[other]) / f64::from(third) - 1.0;
                assert!(error.abs() < 0.25, "{algorithm:?}: {counts:?}");
            }
        }
    }

    #[test]
    fn a_retry_goes_to_nobody_twice() {
        for algorithm in Algorithm::ALL {
            let mut chooser = chooser(algorithm, &[1, 2, 1]);
            let keys = RequestKeys { user: 9, key: 9 };
            let mut again = |refused: &[u16]| chooser.choose_among_others(keys, refused, || 7);
            assert_eq!(again(&[0, 2]), Some(1), "{algorithm:?}");
            assert_eq!(again(&[2, 1]), Some(0), "{algorithm:?}");
            assert_eq!(again(&[0, 1, 2]), None, "{algorithm:?}");
        }
    }
}

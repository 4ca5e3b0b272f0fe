//! Which backend a balancer sends a request to: every algorithm of the document, as pure choosers.
//!
//! The chooser keeps its own account of the backends, and hears of every request that is opened and
//! closed there, since the cleverer algorithms keep the backends in order as that happens.

mod least_connections;
mod tournament;

use std::cmp::Reverse;

use headroom_scenario::{Algorithm, HashKey, LoadBalancer};

use crate::hash::{bucket, user_address, user_position};
use crate::ring::Ring;
use least_connections::LeastConnections;
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
    /// Moving average of its response times, in nanoseconds; 0 while none is known.
    pub response_time_ns: u64,
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
    LeastResponseTime(Tournament<Reverse<u64>>),
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
                smooth_step(&mut self.backends, |backend| backend.in_rotation)
            }
            Method::LeastConnections(order) => order.choose(),
            Method::WeightedLeastConnections => weighted_least_connections(&mut self.backends),
            Method::Random => Some(usize::from(
                self.rotation[scaled(bits() >> 32, self.rotation.len())],
            )),
            Method::LeastResponseTime(order) => order.best(),
            Method::PowerOfTwoChoices => Some(self.less_busy_of_two(bits())),
            Method::IpHash { places, next } => {
                by_address(user_address(request.user), places, &self.backends)
                    .or_else(|| in_turn(&self.rotation, next))
            }
            Method::SessionHash => {
                let place = bucket(user_position(request.user), self.rotation.len());
                Some(usize::from(self.rotation[place]))
            }
            Method::ConsistentHash(ring) => ring
                .owner(position(ring, self.parameters.hash_key, request))
                .map(usize::from),
            Method::ConsistentHashBounded(_) => self.within_bounds(request),
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

    /// The next in rotation after one that refused; none if there is no other.
    pub fn next_after(&self, refused: usize) -> Option<usize> {
        let mut next = refused as u16 + 1;
        in_turn(&self.rotation, &mut next).filter(|&other| other != refused)
    }

    /// A request is sent to a backend.
    pub fn open(&mut self, backend: usize) {
        self.backends[backend].open += 1;
        self.rotation_open += u64::from(self.backends[backend].in_rotation);
        self.reorder(backend);
    }

    /// A request has left a backend: answered well after so many nanoseconds, or not.
    pub fn close(&mut self, backend: usize, response_time_ns: Option<u64>) {
        let closed = &mut self.backends[backend];
        debug_assert!(closed.open > 0, "backend {backend} has nothing open");
        closed.open -= 1;
        if let Some(sample_ns) = response_time_ns {
            closed.response_time_ns = match closed.response_time_ns {
                0 => sample_ns.max(1),
                average_ns => moving_average(average_ns, sample_ns),
            };
        }
        self.rotation_open -= u64::from(closed.in_rotation);
        self.reorder(backend);
    }

    fn newcomer(&self, number: usize) -> Backend {
        Backend {
            weight: weight(&self.parameters.weights, number as u16),
            open: 0,
            in_rotation: true,
            response_time_ns: 0,
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
                Method::LeastResponseTime(Tournament::new(backends.iter().map(expected_wait)))
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
    fn reorder(&mut self, number: usize) {
        let backend = &self.backends[number];
        match &mut self.method {
            Method::LeastConnections(order) => {
                order.set(number, backend.in_rotation.then_some(backend.open))
            }
            Method::LeastResponseTime(order) => order.set(number, expected_wait(backend)),
            _ => {}
        }
    }

    fn less_busy_of_two(&self, bits: u64) -> usize {
        let count = self.rotation.len();
        let first = scaled(bits >> 32, count);
        let other = if count == 1 {
            first
        } else {
            // Any of the others: those from the first on move up by one.
            let other = scaled(bits & u64::from(u32::MAX), count - 1);
            other + usize::from(other >= first)
        };
        let [first, other] = [first, other].map(|place| usize::from(self.rotation[place]));
        if self.backends[other].open < self.backends[first].open {
            other
        } else {
            first
        }
    }

    /// The first node clockwise with less than its bounded share of what is open, this request
    /// included: the factor times the mean, in proportion to weight, rounded up.
    fn within_bounds(&self, request: RequestKeys) -> Option<usize> {
        let ring = self.ring()?;
        let open = (self.rotation_open + 1) as f64;
        let bound_per_weight =
            self.parameters.bounded_load_factor * open / self.rotation_weight as f64;
        let has_room = |node: u16| {
            let backend = &self.backends[usize::from(node)];
            f64::from(backend.open) < (bound_per_weight * f64::from(backend.weight)).ceil()
        };
        let position = position(ring, self.parameters.hash_key, request);
        ring.owner_where(position, has_room)
            .or_else(|| ring.owner(position))
            .map(usize::from)
    }
}

/// A new response time counts for an eighth, as in TCP's smoothed round trip (RFC 6298).
fn moving_average(average_ns: u64, sample_ns: u64) -> u64 {
    (average_ns - average_ns / 8 + sample_ns / 8).max(1)
}

/// A number below `count` from 32 random bits.
fn scaled(bits: u64, count: usize) -> usize {
    ((bits * count as u64) >> 32) as usize
}

fn position(ring: &Ring, hash_key: HashKey, request: RequestKeys) -> u64 {
    match hash_key {
        HashKey::User => ring.user_position(request.user),
        HashKey::Key => ring.key_position(request.key),
    }
}

/// The first in rotation from the next on, and round again.
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
fn smooth_step(backends: &mut [Backend], takes_part: impl Fn(&Backend) -> bool) -> Option<usize> {
    let mut total = 0;
    let mut best: Option<(usize, i64)> = None;
    for (number, backend) in backends
        .iter_mut()
        .enumerate()
        .filter(|(_, backend)| takes_part(backend))
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
fn weighted_least_connections(backends: &mut [Backend]) -> Option<usize> {
    // Compares open / weight without dividing.
    let load_cmp = |left: &Backend, right: &Backend| {
        let (left_load, right_load) = (
            u64::from(left.open) * u64::from(right.weight),
            u64::from(right.open) * u64::from(left.weight),
        );
        left_load.cmp(&right_load)
    };
    let in_rotation = || {
        backends
            .iter()
            .enumerate()
            .filter(|(_, backend)| backend.in_rotation)
    };
    let (least, &reference) = in_rotation().min_by(|left, right| load_cmp(left.1, right.1))?;
    let is_tied = |backend: &Backend| backend.in_rotation && load_cmp(backend, &reference).is_eq();
    if in_rotation()
        .filter(|(_, backend)| is_tied(backend))
        .nth(1)
        .is_none()
    {
        return Some(least);
    }
    smooth_step(backends, is_tied)
}

/// nginx's ip hash. A backend that is out is passed over by hashing on, up to 20 times.
fn by_address(address: [u8; 4], places: &[u16], backends: &[Backend]) -> Option<usize> {
    const TRIES: usize = 20;
    ip_hashes(address)
        .take(TRIES)
        .map(|hash| usize::from(places[hash as usize % places.len()]))
        .find(|&number| backends[number].in_rotation)
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

/// Order of least response time: what is open, this request included, times the average time. One
/// whose time is not known yet gets a request at once to find out, and no second one before it knows,
/// unless nobody's time is known: then the fewest open decide.
fn expected_wait(backend: &Backend) -> Option<Reverse<u64>> {
    const UNKNOWN: u64 = 1 << 63;
    let wait = match (backend.response_time_ns, backend.open) {
        (0, 0) => 0,
        (0, open) => UNKNOWN + u64::from(open),
        (time_ns, open) => time_ns.saturating_mul(u64::from(open) + 1).min(UNKNOWN - 1),
    };
    backend.in_rotation.then_some(Reverse(wait))
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "a test's own arithmetic may be the platform's"
)]
mod tests {
    use super::*;
    use crate::hash::hash_u64;

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
        chooser.close(0, Some(3_000));
        chooser.close(1, Some(1_000));
        // One waits 3,000 at a, and 1,000 at b, then 2,000, then 3,000; c has not answered yet.
        assert_eq!(letters(&mut chooser, 4), "bbab");
        chooser.close(2, Some(500));
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
            (0..3).for_each(|number| chooser.close(number, Some(1)));
        }
    }

    #[test]
    fn a_retry_goes_to_the_next_in_rotation() {
        let mut chooser = chooser(Algorithm::Random, &[1, 1, 1]);
        chooser.set_in_rotation(1, false);
        assert_eq!(chooser.next_after(0), Some(2));
        assert_eq!(chooser.next_after(2), Some(0));
        chooser.set_in_rotation(0, false);
        assert_eq!(chooser.next_after(2), None);
    }
}

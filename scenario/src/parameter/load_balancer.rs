//! Of a load balancer.

use super::{Field, Input, Parameters, Value};
use crate::limits;
use crate::{Algorithm, HashFunction, HashKey, LoadBalancer};

fn hashes(of: &LoadBalancer) -> bool {
    of.algorithm.has_ring()
}

fn weighs(of: &LoadBalancer) -> bool {
    matches!(
        of.algorithm,
        Algorithm::WeightedRoundRobin | Algorithm::WeightedLeastConnections
    ) || hashes(of)
}

impl Parameters for LoadBalancer {
    const FIELDS: &'static [Field<Self>] = &[
        choice!(algorithm, "Algorithm", "How the next server is chosen.", [
            Algorithm::RoundRobin => "round robin",
            Algorithm::WeightedRoundRobin => "weighted round robin",
            Algorithm::LeastConnections => "least connections",
            Algorithm::WeightedLeastConnections => "weighted least connections",
            Algorithm::Random => "random",
            Algorithm::LeastResponseTime => "least response time",
            Algorithm::PowerOfTwoChoices => "power of two choices",
            Algorithm::IpHash => "IP hash",
            Algorithm::SessionHash => "session hash % n",
            Algorithm::ConsistentHash => "consistent hash (ring)",
            Algorithm::ConsistentHashBounded => "ring with bounded loads",
        ]),
        choice!(hash_key, "Hash of", "What is hashed onto the ring.", [
            HashKey::User => "the user",
            HashKey::Key => "the key asked for",
        ])
        .when(hashes),
        choice!(hash_function, "Hash function", "What places servers and keys on the ring.", [
            HashFunction::Splitmix64 => "splitmix64 (even)",
            HashFunction::Murmur3 => "MurmurHash3 (even)",
            HashFunction::Fnv1a => "FNV-1a (clusters)",
            HashFunction::Crc32 => "CRC-32 (patterns)",
        ])
        .when(hashes),
        number!(
            virtual_nodes,
            "Virtual nodes",
            "each",
            VIRTUAL_NODES,
            "Points each server has on the ring: the more, the more even the shares."
        )
        .said("virtual nodes", "")
        .when(hashes),
        number!(
            bounded_load_factor,
            "Bounded load",
            "× mean",
            BOUNDED_LOAD_FACTOR,
            "Most open requests a server may have; what is above goes on to the next on the ring."
        )
        .when(|of| of.algorithm == Algorithm::ConsistentHashBounded),
        field!(
            "weights",
            "Weights",
            "",
            Input::Numbers(range!(WEIGHT, limits::INSTANCES_MAX as usize)),
            "One for each server in order; missing ones are 1.",
            |of| {
                let weights = of.weights.iter().copied();
                Some(Value::Numbers(weights.map(f64::from).collect()))
            },
            |of, value| if let Value::Numbers(numbers) = value {
                of.weights = numbers.iter().map(|number| *number as u16).collect();
            }
        )
        .when(weighs),
        switch!(
            sticky,
            "Sticky cookie",
            "A user stays with the server that answered last, by a cookie, while it is in rotation."
        ),
        part!(
            health_check,
            "Health checks",
            "Probes; without them a server that is dead or hangs keeps getting its share."
        ),
        part_number!(
            health_check.interval_ms,
            "Probe every",
            "ms",
            PROBE_INTERVAL_MS,
            "Time between two probes of a server."
        ),
        part_number!(
            health_check.timeout_ms,
            "Probe time-out",
            "ms",
            DELAY_MS,
            "A probe unanswered for so long has failed."
        ),
        part_number!(
            health_check.fall,
            "Out after",
            "bad probes",
            PROBES,
            "Bad probes in a row until a server gets no more requests."
        ),
        part_number!(
            health_check.rise,
            "Back after",
            "good probes",
            PROBES,
            "Good probes in a row until it gets them again."
        ),
        number!(
            retries,
            "Tries elsewhere",
            "",
            RETRIES,
            "Further servers tried when one refuses the connection, or is late with what may be done twice, each chosen by the algorithm among the others."
        ),
        number!(
            forward_ms,
            "Passing on",
            "ms",
            FORWARD_MS,
            "Time to choose a server and pass a request on; it does so for many at once."
        ),
        number!(
            response_memory_s,
            "Remembers for",
            "s",
            RESPONSE_MEMORY_S,
            "What was measured so long ago has faded to 37 %: a server that was slow is tried again."
        )
        .when(|of| of.algorithm == Algorithm::LeastResponseTime),
        switch!(
            standby,
            "Standby",
            "A second balancer takes over when the first fails."
        ),
        number!(
            takeover_ms,
            "Take-over",
            "ms",
            WAIT_MS,
            "Time until the standby has taken over."
        )
        .when(|of| of.standby),
    ];
}

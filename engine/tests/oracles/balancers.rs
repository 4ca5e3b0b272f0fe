//! The balancer against what nginx did, request by request.

use headroom_engine::choice::{Chooser, RequestKeys, ip_hashes};
use headroom_scenario::{Algorithm, LoadBalancer};

use crate::data::figures;

/// Letters of the backends chosen one after the other, each request held open.
fn sequence(algorithm: Algorithm, weights: &str, length: usize) -> String {
    let weights: Vec<u16> = weights
        .split(',')
        .map(|weight| weight.parse().unwrap())
        .collect();
    let parameters = LoadBalancer {
        algorithm,
        weights,
        ..LoadBalancer::default()
    };
    let mut chooser = Chooser::new(&parameters, parameters.weights.len());
    (0..length)
        .map(|_| {
            let chosen = chooser.choose(RequestKeys::default(), || 0).unwrap();
            chooser.open(chosen);
            (b'a' + chosen as u8) as char
        })
        .collect()
}

fn assert_sequences(rows: &str, algorithm: Algorithm) {
    for (weights, expected) in figures("balancers")[rows].as_object().unwrap() {
        let expected = expected.as_str().unwrap();
        let chosen = sequence(algorithm, weights, expected.len());
        println!("{algorithm:?} at {weights}: {chosen}");
        assert_eq!(chosen, expected, "{algorithm:?} at {weights}");
    }
}

#[test]
fn smooth_weighted_round_robin_chooses_as_nginx_does() {
    assert_sequences(
        "smooth weighted round robin (nginx)",
        Algorithm::WeightedRoundRobin,
    );
}

#[test]
fn least_connections_choose_as_nginx_does() {
    for algorithm in [
        Algorithm::LeastConnections,
        Algorithm::WeightedLeastConnections,
    ] {
        assert_sequences(
            "least connections, every request held open (nginx)",
            algorithm,
        );
    }
}

#[test]
fn ip_hash_sends_an_address_where_nginx_sends_it() {
    for (address, server) in figures("balancers")["ip hash (nginx)"]["3 servers"]
        .as_object()
        .unwrap()
    {
        let address: std::net::Ipv4Addr = address.parse().unwrap();
        let hash = ip_hashes(address.octets()).next().unwrap();
        let chosen = ["a", "b", "c"][hash as usize % 3];
        println!("ip hash: {address} goes to {chosen}");
        assert_eq!(chosen, server, "{address}");
    }
}

#[test]
fn the_balancer_uses_the_ip_hash_of_the_users_address() {
    let parameters = LoadBalancer {
        algorithm: Algorithm::IpHash,
        ..LoadBalancer::default()
    };
    let mut chooser = Chooser::new(&parameters, 3);
    for user in 0..1_000 {
        let hash = ip_hashes(headroom_engine::hash::user_address(user))
            .next()
            .unwrap();
        let chosen = chooser.choose(RequestKeys { user, key: 0 }, || 0);
        assert_eq!(chosen, Some(hash as usize % 3));
    }
}

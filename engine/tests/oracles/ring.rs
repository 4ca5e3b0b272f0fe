//! The ring against the formulas of random circles, and ketama's rows with its hash plugged in.

use std::collections::BTreeMap;

use headroom_engine::ring::{Ring, modulo_moved_share, moved_share};
use headroom_scenario::HashFunction;
use md5::{Digest, Md5};
use serde_json::Value;

use crate::data::{figures, number};
use crate::numbers::Numbers;
use crate::sample::Sample;

/// Rings of nodes that no other ring has, so that their points are independent.
fn rings(nodes: u16, virtual_nodes: u16, count: u16) -> impl Iterator<Item = Ring> {
    (0..count).map(move |ring| {
        let first = ring * nodes;
        ring_of(first..first + nodes, virtual_nodes)
    })
}

fn ring_of(nodes: std::ops::Range<u16>, virtual_nodes: u16) -> Ring {
    filled(Ring::new(virtual_nodes), nodes)
}

fn filled(mut ring: Ring, nodes: std::ops::Range<u16>) -> Ring {
    ring.add_all(nodes.map(|node| (node, 1)));
    ring
}

fn relative_shares(ring: &Ring, nodes: u16) -> impl Iterator<Item = f64> {
    ring.shares()
        .into_iter()
        .map(move |(_, share)| share * f64::from(nodes))
}

#[test]
fn the_spread_of_shares_is_that_of_random_points() {
    for (nodes, virtual_nodes, count) in [
        (3, 1, 20_000),
        (10, 10, 5_000),
        (10, 100, 2_000),
        (100, 100, 200),
    ] {
        let variances = rings(nodes, virtual_nodes, count).map(|ring| {
            relative_shares(&ring, nodes)
                .map(|share| (share - 1.0).powi(2))
                .sum::<f64>()
                / f64::from(nodes)
        });
        let points = f64::from(nodes) * f64::from(virtual_nodes);
        let what = format!("variance of the share, {nodes} nodes with {virtual_nodes} points each");
        Sample::new(variances.collect())
            .assert_is(&what, (f64::from(nodes) - 1.0) / (points + 1.0));
    }
}

/// Variances of the share over rings of 10 nodes with 100 points each, and the one of random points.
fn spread_by(hash_function: HashFunction) -> (Sample, f64) {
    let variances = (0..500).map(|ring| {
        let nodes = ring * 10..(ring + 1) * 10;
        let ring = filled(Ring::hashed(100, hash_function), nodes);
        relative_shares(&ring, 10)
            .map(|share| (share - 1.0).powi(2))
            .sum::<f64>()
            / 10.0
    });
    (Sample::new(variances.collect()), 9.0 / 1_001.0)
}

#[test]
fn a_good_hash_function_spreads_similar_names_like_random_points_and_a_poor_one_does_not() {
    for good in [HashFunction::Splitmix64, HashFunction::Murmur3] {
        let (sample, random) = spread_by(good);
        sample.assert_is(&format!("variance of the share by {good:?}"), random);
    }
    for (poor, times) in [(HashFunction::Fnv1a, 20.0), (HashFunction::Crc32, 2.5)] {
        let (sample, random) = spread_by(poor);
        let found = sample.mean() / random;
        println!("variance of the share by {poor:?}: {found:.1} times that of random points");
        assert!(found > times, "{poor:?}: only {found:.1} times");
    }
}

#[test]
fn keys_find_their_owners_by_the_hash_function_of_the_points() {
    for hash_function in [
        HashFunction::Murmur3,
        HashFunction::Fnv1a,
        HashFunction::Crc32,
    ] {
        let ring = filled(Ring::hashed(100, hash_function), 0..5);
        let shares: BTreeMap<u16, f64> = ring.shares().into_iter().collect();
        // Users by their numbers, one after the other: where the function spreads them, each node gets
        // its share of them.
        let mut users = [0_u32; 5];
        (0..100_000).for_each(|user| {
            users[usize::from(ring.owner(ring.user_position(user)).unwrap())] += 1;
        });
        for (node, count) in (0..).zip(users) {
            let share = f64::from(count) / 1e5;
            println!(
                "{hash_function:?}: node {node} owns {:.4}, keeps {share:.4}",
                shares[&node]
            );
            if hash_function == HashFunction::Murmur3 {
                assert!((share - shares[&node]).abs() < 5.0 * (shares[&node] / 1e5).sqrt());
            }
        }
        let default = Ring::new(100);
        assert_ne!(ring.user_position(1), default.user_position(1));
        assert_ne!(ring.key_position(1), ring.user_position(1));
    }
}

#[test]
fn the_peak_of_shares_is_that_of_random_points() {
    for row in figures("hashing")["peak over mean, simulated to +-0.3 % (exact H_n for v=1)"]
        .as_array()
        .unwrap()
    {
        let [nodes, virtual_nodes] = [0, 1].map(|column| row[column].as_u64().unwrap() as u16);
        let expected = row[2].as_f64().unwrap();
        let count = (2_000_000 / (u32::from(nodes) * u32::from(virtual_nodes)))
            .min(60_000 / u32::from(nodes));
        let peaks: Vec<f64> = rings(nodes, virtual_nodes, count as u16)
            .map(|ring| relative_shares(&ring, nodes).fold(0.0, f64::max))
            .collect();
        let sample = Sample::new(peaks);
        let what = format!("peak over mean, {nodes} nodes with {virtual_nodes} points each");
        if virtual_nodes == 1 {
            let harmonic = (1..=nodes).map(|n| 1.0 / f64::from(n)).sum();
            sample.assert_is(&what, harmonic);
        } else {
            let (mean, error) = (sample.mean(), sample.standard_error());
            println!("{what}: {mean:.4} ± {error:.4}, published {expected} ± 0.3 %");
            assert!(
                (mean - expected).abs() < 0.003 * expected + 4.0 * error,
                "{what}: {mean}, not {expected}"
            );
        }
    }
}

#[test]
fn a_node_that_joins_takes_its_part_and_moves_no_key_between_the_others() {
    for nodes in [2, 5, 10] {
        let shares = (0..1_000).map(|number| {
            let first = number * (nodes + 1);
            let (before, after) = (
                ring_of(first..first + nodes, 50),
                ring_of(first..first + nodes + 1, 50),
            );
            let newcomer = first + nodes;
            let moved = moved_share(&before, &after);
            assert_eq!(
                after.shares().last(),
                Some(&(newcomer, moved)),
                "others moved too"
            );
            let mut numbers = Numbers::from_state(u64::from(number));
            for _ in 0..200 {
                let key = numbers.bits();
                assert!(
                    after.owner(key) == Some(newcomer) || after.owner(key) == before.owner(key)
                );
            }
            moved
        });
        let what = format!("share of the keys moved when a node joins {nodes}");
        Sample::new(shares.collect()).assert_is(&what, 1.0 / (f64::from(nodes) + 1.0));

        let (before, after): (Vec<u16>, Vec<u16>) = ((0..nodes).collect(), (0..=nodes).collect());
        let modulo = f64::from(nodes) / (f64::from(nodes) + 1.0);
        assert!((modulo_moved_share(&before, &after) - modulo).abs() < 1e-12);
    }
}

#[test]
fn a_node_that_leaves_gives_away_its_own_keys_only() {
    for (number, before) in rings(10, 50, 200).enumerate() {
        let leaver = (number * 10 + number % 10) as u16;
        let mut after = before.clone();
        after.remove(leaver);
        let owned = before
            .shares()
            .into_iter()
            .find(|&(node, _)| node == leaver)
            .unwrap()
            .1;
        assert!((moved_share(&before, &after) - owned).abs() < 1e-15);
        let mut numbers = Numbers::from_state(number as u64);
        for _ in 0..1_000 {
            let key = numbers.bits();
            assert!(before.owner(key) == Some(leaver) || before.owner(key) == after.owner(key));
            assert_ne!(after.owner(key), Some(leaver));
        }
    }
}

/// The four points that ketama takes from one md5 sum.
fn md5_words(text: &str) -> [u32; 4] {
    let sum = Md5::digest(text.as_bytes());
    std::array::from_fn(|word| u32::from_le_bytes(std::array::from_fn(|byte| sum[4 * word + byte])))
}

#[test]
fn ketama_with_its_own_hash_finds_the_owners_that_libmemcached_finds() {
    let ketama = &figures("hashing")["ketama"];
    let weights: BTreeMap<String, f64> = serde_json::from_value(ketama["servers"].clone()).unwrap();
    let total: f64 = weights.values().sum();
    let servers: Vec<&String> = weights.keys().collect();
    let mut points = Vec::new();
    for (node, (server, weight)) in weights.iter().enumerate() {
        let labels = ((weight / total) as f32 * 40.0 * weights.len() as f32).floor() as u32;
        for label in 0..labels {
            let words = md5_words(&format!("{server}-{label}"));
            points.extend(words.map(|word| (u64::from(word), node as u16)));
        }
    }
    let ring = Ring::from_points(points);
    assert_eq!(ring.points().len(), number(ketama, "points_count") as usize);
    assert_eq!(
        f64::from(md5_words("test")[0]),
        number(ketama, "hash of 'test'")
    );
    for (key, row) in ketama["owners, key: point, server"].as_object().unwrap() {
        let hash = u64::from(md5_words(key)[0]);
        let owner = servers[usize::from(ring.owner(hash).unwrap())];
        println!("ketama: {key} belongs to {owner}");
        assert_eq!(Value::from(owner.as_str()), row[1], "owner of {key}");
        let point = ring
            .points()
            .iter()
            .find(|point| point.0 >= hash)
            .unwrap_or(&ring.points()[0]);
        assert_eq!(Value::from(point.0), row[0], "point of {key}");
    }
}

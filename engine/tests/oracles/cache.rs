//! The cache against exact counts, the exact reference model, Che's approximation and the TTL laws.

use headroom_engine::popularity::Popularity;
use headroom_engine::store::{Lookup, Rules, Store};
use headroom_scenario::{Cache, Eviction, Keys, Scenario};
use serde_json::Value;

use crate::data::{figures, number};
use crate::designs::cached;
use crate::numbers::Numbers;
use crate::runs::{Stretch, each_seed, run};
use crate::sample::{RUNS_MIN, Sample, runs};

const POLICIES: [(&str, Eviction); 3] = [
    ("lru", Eviction::Lru),
    ("fifo", Eviction::Fifo),
    ("lfu", Eviction::Lfu),
];

fn store(capacity: u32, eviction: Eviction) -> Store {
    Store::new(Rules {
        capacity,
        eviction,
        ttl_ns: 0,
        ttl_renewed_by_hit: false,
    })
}

/// Asks for a key, and puts it in when it is missing.
fn ask(store: &mut Store, key: u32, now_ns: u64) -> bool {
    let hit = matches!(store.lookup(key, now_ns), Lookup::Hit { .. });
    if !hit {
        store.insert(key, now_ns, 0);
    }
    hit
}

/// Share of hits among `requests` for keys drawn one by one, after as many to warm up as `warm_up`.
fn hit_ratio(store: &mut Store, warm_up: u32, requests: u32, mut draw: impl FnMut() -> u32) -> f64 {
    for _ in 0..warm_up {
        ask(store, draw(), 0);
    }
    let hits: u32 = (0..requests)
        .map(|_| u32::from(ask(store, draw(), 0)))
        .sum();
    f64::from(hits) / f64::from(requests)
}

#[test]
fn hits_on_the_cubic_trace_are_those_that_three_programs_agree_on() {
    let cubic = &figures("cache")["cubic"];
    let mut numbers = Numbers::from_state(42);
    let trace: Vec<u32> = (0..200_000)
        .map(|_| {
            let u = numbers.uniform();
            (u * u * u * 10_000.0) as u32
        })
        .collect();
    let first: Vec<u64> = cubic["first_20"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_u64)
        .collect();
    assert!(
        trace
            .iter()
            .map(|&key| u64::from(key))
            .zip(first)
            .all(|(key, expected)| key == expected)
    );
    assert_eq!(
        trace.iter().map(|&key| u64::from(key)).sum::<u64>(),
        cubic["sum"].as_u64().unwrap()
    );

    for capacity in [100, 1_000] {
        for (name, eviction) in POLICIES {
            let mut store = store(capacity, eviction);
            let hits = trace.iter().filter(|&&key| ask(&mut store, key, 0)).count() as u64;
            let expected = cubic["hits"][capacity.to_string()][name].as_u64().unwrap();
            println!("cubic trace, room for {capacity}, {name}: {hits} hits");
            assert_eq!(hits, expected, "room for {capacity}, {name}");
        }
    }
}

#[test]
fn hit_ratios_of_the_reference_model_are_exact() {
    for row in figures("cache")["independent reference model, exact"]
        .as_array()
        .unwrap()
    {
        let probabilities: Vec<f64> = row["p"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_f64)
            .collect();
        let capacity = number(row, "capacity") as u32;
        for (name, other, eviction) in [
            ("lru", "fifo", Eviction::Lru),
            ("fifo", "lru", Eviction::Fifo),
        ] {
            let run = |seed| {
                let mut numbers = Numbers::from_state(seed);
                let draw = || {
                    let mut place = numbers.uniform();
                    let drawn = probabilities.iter().position(|p| {
                        place -= p;
                        place < 0.0
                    });
                    drawn.unwrap_or(probabilities.len() - 1) as u32
                };
                hit_ratio(&mut store(capacity, eviction), 1_000, 200_000, draw)
            };
            let sample = Sample::new((0..runs(RUNS_MIN) as u64).map(run).collect());
            let what = format!("{name}, {} keys, room for {capacity}", probabilities.len());
            sample.assert_is(&what, number(row, name));
            sample.assert_is_not(&what, number(row, other));
        }
    }
}

#[test]
fn hit_ratios_of_zipf_keys_are_within_one_per_cent_of_che() {
    for row in figures("cache")["Che, Zipf"].as_array().unwrap() {
        let (keys, capacity) = (number(row, "keys") as u32, number(row, "capacity") as u32);
        let popularity = Popularity::zipf(keys, number(row, "alpha"));
        let measure = |eviction| {
            let mut numbers = Numbers::from_state(1);
            hit_ratio(&mut store(capacity, eviction), 1_000_000, 4_000_000, || {
                popularity.draw(numbers.bits())
            })
        };
        for (name, eviction) in [("lru", Eviction::Lru), ("fifo", Eviction::Fifo)] {
            let (ratio, che) = (measure(eviction), number(row, name));
            println!("{keys} Zipf keys, room for {capacity}, {name}: {ratio:.5}, Che {che:.5}");
            assert!(
                (ratio / che - 1.0).abs() < 0.01,
                "{name}: {ratio} is not near {che}"
            );
        }
        let (lfu, lru, ideal) = (
            measure(Eviction::Lfu),
            measure(Eviction::Lru),
            number(row, "ideal_lfu"),
        );
        println!("{keys} Zipf keys, room for {capacity}, lfu: {lfu:.5}, ideal {ideal:.5}");
        assert!(
            lru < lfu && lfu < ideal,
            "lfu {lfu} is not between lru {lru} and its ideal {ideal}"
        );
    }
}

/// Share of hits for one key asked for at moments of a Poisson process, `load` times in a time to
/// live on average.
fn expiring_hit_ratio(seed: u64, load: f64, ttl_renewed_by_hit: bool) -> f64 {
    const TTL_NS: u64 = 1_000_000_000;
    let rules = Rules {
        capacity: 10,
        eviction: Eviction::Lru,
        ttl_ns: TTL_NS,
        ttl_renewed_by_hit,
    };
    let (mut store, mut numbers) = (Store::new(rules), Numbers::from_state(seed));
    let (mut now_ns, mut hits) = (0, 0_u32);
    let requests = 100_000;
    for _ in 0..requests {
        now_ns += (numbers.exponential() * TTL_NS as f64 / load) as u64;
        hits += u32::from(ask(&mut store, 7, now_ns));
    }
    f64::from(hits) / f64::from(requests)
}

#[test]
fn hit_ratios_with_a_time_to_live_follow_both_laws() {
    for load in [0.25, 1.0, 4.0] {
        let fixed = load / (1.0 + load);
        let renewed = 1.0 - f64::exp(-load);
        for (what, by_hit, truth, untruth) in [
            ("not renewed", false, fixed, renewed),
            ("renewed by a hit", true, renewed, fixed),
        ] {
            let runs =
                (0..runs(RUNS_MIN) as u64).map(|seed| expiring_hit_ratio(seed, load, by_hit));
            let sample = Sample::new(runs.collect());
            let what = format!("{load} requests in a time to live {what}");
            sample.assert_is(&what, truth);
            sample.assert_is_not(&what, untruth);
        }
    }
}

/// Share of hits of the cache tier in a run in which so many requests are measured, after half as
/// many to warm up.
fn hit_ratio_of_run(scenario: Scenario, requests: f64) -> f64 {
    let measured_s = requests / scenario.traffic.rate_rps;
    let stretch = Stretch {
        warmup_s: measured_s / 2.0,
        measured_s,
    };
    run(scenario, stretch).components["cache"].extra["hit_ratio"]
}

#[test]
fn the_cache_tier_of_a_design_is_within_one_per_cent_of_che() {
    let rows = figures("cache")["Che, Zipf"].as_array().unwrap().clone();
    for row in rows {
        let keys = Keys {
            count: number(&row, "keys") as u32,
            zipf_exponent: number(&row, "alpha"),
            ..Keys::default()
        };
        for (name, eviction) in [("lru", Eviction::Lru), ("fifo", Eviction::Fifo)] {
            let cache = Cache {
                entries_per_node: Some(number(&row, "capacity") as u32),
                eviction,
                ..Cache::default()
            };
            let design = |seed| cached(seed, 1_000.0, keys.clone(), cache.clone());
            let ratio = hit_ratio_of_run(design(3), 1e6);
            let che = number(&row, name);
            println!(
                "a tier for {} Zipf keys, {name}: {ratio:.5}, Che {che:.5}",
                keys.count
            );
            assert!(
                (ratio / che - 1.0).abs() < 0.01,
                "{name}: {ratio} is not near {che}"
            );
        }
    }
}

#[test]
fn the_cache_tier_of_a_design_follows_both_laws_of_the_time_to_live() {
    const TTL_S: f64 = 1.0;
    let one_key = Keys {
        count: 1,
        zipf_exponent: 0.0,
        ..Keys::default()
    };
    // No document asks for fewer requests than one a second.
    for rate_rps in [1.0, 4.0] {
        let load = rate_rps * TTL_S;
        let fixed = load / (1.0 + load);
        let renewed = 1.0 - f64::exp(-load);
        for (what, by_hit, truth, untruth) in [
            ("not renewed", false, fixed, renewed),
            ("renewed by a hit", true, renewed, fixed),
        ] {
            let cache = Cache {
                ttl_s: TTL_S,
                ttl_renewed_by_hit: by_hit,
                ..Cache::default()
            };
            let measure = |seed| {
                hit_ratio_of_run(cached(seed, rate_rps, one_key.clone(), cache.clone()), 1e4)
            };
            let sample = Sample::new(each_seed(runs(RUNS_MIN), measure));
            let what = format!("a tier asked {load} times in a time to live {what}");
            sample.assert_is(&what, truth);
            sample.assert_is_not(&what, untruth);
        }
    }
}

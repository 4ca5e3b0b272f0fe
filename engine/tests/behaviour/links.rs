//! What passes over each link, as it is drawn.

use headroom_engine::Engine;
use headroom_scenario::{Cache, Database, Dns, Kind, NodeRouting, ReadMode};

use crate::design::{
    cached, chain, component, compute, engine, kill, link, lookup, near, run_to, servers, traffic,
};

fn calls_rps(engine: &Engine) -> Vec<f64> {
    let links = engine.snapshot().links.into_iter();
    links.map(|link| link.calls_rps).collect()
}

#[test]
fn every_link_counts_the_calls_that_come_over_it() {
    let cache = Cache {
        routing: NodeRouting::Modulo,
        ..Cache::default()
    };
    let mut scenario = cached(traffic(200.0, lookup()), cache, Database::default());
    scenario.traffic.keys.count = 100;
    let mut engine = engine(scenario);
    run_to(&mut engine, 30.0);
    let [users, cache, database, read_through] = calls_rps(&engine)[..] else {
        panic!("there are four links");
    };
    near("users to web", users, 200.0, 20.0);
    near("web to cache, look-ups and fills", cache, users, 20.0);
    assert!(database < 5.0, "all is in the cache: {database}");
    assert_eq!(read_through, 0.0, "the server asks the database");
}

#[test]
fn a_cache_that_fetches_by_itself_is_the_one_who_calls() {
    let cache = Cache {
        read_mode: ReadMode::ReadThrough,
        entries_per_node: Some(1),
        ..Cache::default()
    };
    let mut engine = engine(cached(traffic(100.0, lookup()), cache, Database::default()));
    run_to(&mut engine, 20.0);
    let rates = calls_rps(&engine);
    assert_eq!(rates[2], 0.0);
    near("cache to database", rates[3], 100.0, 15.0);
}

#[test]
fn calls_to_a_dead_server_count_for_they_were_made() {
    let mut engine = engine(chain(
        traffic(100.0, compute()),
        0.0,
        vec![("web", Kind::Service(servers(1)))],
    ));
    engine.apply(&kill("web", 0)).expect("it is there");
    run_to(&mut engine, 20.0);
    near("users to web", calls_rps(&engine)[0], 100.0, 15.0);
}

#[test]
fn look_ups_of_names_pass_over_their_own_link() {
    let mut scenario = chain(
        traffic(100.0, compute()),
        1.0,
        vec![("web", Kind::Service(servers(1)))],
    );
    let dns = component("dns", Kind::Dns(Dns { ttl_s: 1e-3 }));
    scenario.design.components.push(dns);
    scenario.design.links.push(link("users", "dns", 1.0));
    let mut engine = engine(scenario);
    run_to(&mut engine, 20.0);
    near("users to dns", calls_rps(&engine)[1], 100.0, 15.0);
}

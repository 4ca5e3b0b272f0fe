//! What users do to a running design, judged by the design as it is at that moment.

use headroom_engine::Engine;
use headroom_engine::snapshot::InstanceState;
use headroom_scenario::{Action, Cache, Database, Kind, Service};

use crate::design::{
    add, at_s, cached, chain, compute, engine, kill, lookup, part, remove, repair, run_to, servers,
    traffic,
};

#[test]
fn an_instance_that_joined_can_be_killed_and_taken_out() {
    let kinds = vec![("web", Kind::Service(servers(2)))];
    let mut engine = engine(chain(traffic(100.0, compute()), 0.0, kinds));
    run_to(&mut engine, 1.0);
    let newcomer = kill("web", 2);
    assert!(engine.apply(&newcomer).is_err(), "it is not there yet");
    engine.apply(&add("web")).expect("there is room");
    run_to(&mut engine, 2.0);
    engine.apply(&newcomer).expect("it is there");
    run_to(&mut engine, 3.0);
    engine.apply(&remove("web", 2)).expect("it is there");
    run_to(&mut engine, 4.0);
    assert!(engine.apply(&newcomer).is_err(), "it is gone");
    assert_eq!(part(&engine.report(), "web").instances.len(), 3);
}

#[test]
fn what_is_done_live_leaves_what_the_script_has_still_to_do() {
    let kinds = vec![("web", Kind::Service(servers(2)))];
    let mut scenario = chain(traffic(100.0, compute()), 0.0, kinds);
    scenario.script = vec![at_s(2.0, kill("web", 0)), at_s(3.0, repair("web", 0))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 1.0);
    for (factor, instance) in [(2.0, 0), (3.0, 1)] {
        let slow = Action::Slow {
            component: "web".into(),
            instance,
            factor,
        };
        engine.apply(&slow).expect("they are there");
    }
    run_to(&mut engine, 1.5);
    let state = |engine: &Engine, instance: usize| {
        engine.snapshot().components[1].instances[instance].clone()
    };
    assert_eq!(state(&engine, 0).slow_factor, 2.0);
    assert_eq!(state(&engine, 1).slow_factor, 3.0);
    run_to(&mut engine, 2.5);
    assert_eq!(state(&engine, 0).state, InstanceState::Down);
    run_to(&mut engine, 3.5);
    assert_eq!(state(&engine, 0).state, InstanceState::Up);
}

#[test]
fn what_is_done_live_and_the_script_after_it_are_the_run_that_a_link_replays() {
    let kinds = vec![("web", Kind::Service(servers(2)))];
    let mut scenario = chain(traffic(100.0, compute()), 0.0, kinds);
    scenario.script = vec![at_s(2.0, kill("web", 0)), at_s(3.0, repair("web", 0))];
    let mut lived = engine(scenario.clone());
    for (seconds, action) in [
        (1.0, add("web")),
        (1.0, kill("web", 2)),
        (2.5, remove("web", 1)),
    ] {
        run_to(&mut lived, seconds);
        let timed = lived.apply(&action).expect("it makes sense");
        let script = &mut scenario.script;
        let place = script.partition_point(|earlier| earlier.at_ns <= timed.at_ns);
        script.insert(place, timed);
    }
    run_to(&mut lived, 5.0);
    let mut replayed = engine(scenario);
    run_to(&mut replayed, 5.0);
    assert_eq!(lived.digest(), replayed.digest());
}

#[test]
fn what_the_script_does_to_an_instance_that_a_user_has_taken_out_is_done_until_it_is_gone() {
    let kinds = vec![("web", Kind::Service(servers(2)))];
    let mut scenario = chain(traffic(100.0, compute()), 0.0, kinds);
    if let Kind::Service(service) = &mut scenario.design.components[1].kind {
        service.service_time_ms = 5_000.0;
    }
    scenario.script = vec![
        at_s(1.1, kill("web", 0)),
        at_s(1.2, repair("web", 0)),
        at_s(1.3, remove("web", 0)),
    ];
    let mut engine = engine(scenario.clone());
    run_to(&mut engine, 1.0);
    let removal = engine.apply(&remove("web", 0)).expect("there are two");
    let state = |engine: &Engine| engine.snapshot().components[1].instances[0].state;
    run_to(&mut engine, 1.05);
    assert_eq!(state(&engine), InstanceState::Draining);
    run_to(&mut engine, 1.4);
    assert_eq!(
        state(&engine),
        InstanceState::Gone,
        "it has died on its way out"
    );
    scenario.script.insert(0, removal);
    assert!(scenario.validate().is_ok(), "the document still opens");
}

#[test]
fn what_would_leave_the_script_without_sense_is_refused() {
    let kinds = vec![("web", Kind::Service(servers(2)))];
    let mut scenario = chain(traffic(100.0, compute()), 0.0, kinds);
    scenario.script = vec![at_s(2.0, remove("web", 1))];
    let mut engine = engine(scenario);
    run_to(&mut engine, 1.0);
    let refusal = engine
        .apply(&remove("web", 0))
        .expect_err("nobody would be left");
    assert!(refusal.contains("2 s into the run"), "{refusal}");
}

#[test]
fn other_parameters_leave_the_start_alone_and_say_so() {
    let kinds = vec![("web", Kind::Service(servers(2)))];
    let mut engine = engine(chain(traffic(100.0, compute()), 0.0, kinds));
    let configure = Action::Configure {
        component: "web".into(),
        kind: Kind::Service(servers(5)),
    };
    let refusal = engine.apply(&configure).expect_err("two were started");
    assert!(
        refusal.starts_with("configure.kind.service.instances: it was started with 2"),
        "{refusal}"
    );
    assert!(refusal.contains("add_instance"), "{refusal}");
    engine.apply(&add("web")).expect("there is room");
    let slower = Service {
        service_time_ms: 20.0,
        ..servers(2)
    };
    let configure = Action::Configure {
        component: "web".into(),
        kind: Kind::Service(slower),
    };
    engine.apply(&configure).expect("two were started");
    run_to(&mut engine, 1.0);
    assert_eq!(engine.snapshot().components[1].instances.len(), 3);
}

#[test]
fn another_number_of_cache_nodes_is_refused_with_what_would_do_it() {
    let cache = |nodes| Cache {
        nodes,
        ttl_s: 5.0,
        ..Cache::default()
    };
    let configure = |nodes| Action::Configure {
        component: "cache".into(),
        kind: Kind::Cache(cache(nodes)),
    };
    let before = Cache {
        nodes: 2,
        ..Cache::default()
    };
    let mut engine = engine(cached(
        traffic(100.0, lookup()),
        before,
        Database::default(),
    ));
    let nodes = |engine: &Engine| {
        let components = engine.snapshot().components;
        let place = engine.scenario().design.component("cache");
        components[place.expect("it is there").0].instances.len()
    };
    let refusal = engine.apply(&configure(5)).expect_err("two were started");
    assert!(
        refusal.starts_with("configure.kind.cache.nodes: it was started with 2"),
        "{refusal}"
    );
    assert!(refusal.contains("add_instance"), "{refusal}");
    engine.apply(&add("cache")).expect("there is room");
    run_to(&mut engine, 1.0);
    assert_eq!(nodes(&engine), 3);
    // With other parameters, those that came later stay, and the start is as it was.
    let refusal = engine.apply(&configure(3)).expect_err("two were started");
    assert!(refusal.contains("started with 2"), "{refusal}");
    engine.apply(&configure(2)).expect("two were started");
    run_to(&mut engine, 2.0);
    assert_eq!(nodes(&engine), 3);
    let (_, live) = engine.scenario().design.component("cache").unwrap();
    assert_eq!(live.kind, Kind::Cache(cache(2)));
}

#[test]
fn the_gauge_of_failures_falls_with_them_and_not_with_the_load() {
    let kinds = vec![("web", Kind::Service(servers(1)))];
    let mut engine = engine(chain(traffic(5_000.0, compute()), 0.0, kinds));
    run_to(&mut engine, 20.0);
    let overloaded = engine.snapshot().recent.failed_share();
    // Of 5,000 requests a second, 800 are served.
    assert!((overloaded - 0.84).abs() < 0.02, "{overloaded}");
    let calm = Action::SetRate { rate_rps: 50.0 };
    engine.apply(&calm).expect("a load that can be");
    // The line of 1,000 empties in little more than a second; then nothing fails any more.
    run_to(&mut engine, 20.0 + 4.0);
    let share = engine.snapshot().recent.failed_share();
    // One second of the five is the overloaded one; in the others all are served.
    assert!(
        (0.6..0.8).contains(&share),
        "{share} while one second of it is in sight"
    );
    run_to(&mut engine, 20.0 + 7.0);
    let share = engine.snapshot().recent.failed_share();
    assert_eq!(share, 0.0, "it is out of sight");
}

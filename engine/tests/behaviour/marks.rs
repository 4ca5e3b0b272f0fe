//! What users did stands on the time line, in words, and in the same words before it happens.

use headroom_engine::Engine;
use headroom_engine::happening::{Mark, Tone};
use headroom_engine::marks::scheduled;
use headroom_scenario::{Action, Cache, Database, Kind, LoadBalancer, Scenario, Traffic};

use crate::design::{
    at_s, cached, chain, compute, engine, kill, lookup, repair, run_to, servers, traffic,
};

fn behind_a_balancer() -> Scenario {
    let kinds = vec![
        ("lb", Kind::LoadBalancer(LoadBalancer::default())),
        ("web", Kind::Service(servers(2))),
    ];
    chain(traffic(100.0, compute()), 0.5, kinds)
}

fn words(marks: &[Mark]) -> Vec<&str> {
    marks.iter().map(|mark| mark.words.as_str()).collect()
}

fn done(scenario: Scenario, action: Action) -> Vec<Mark> {
    let mut engine = engine(scenario);
    run_to(&mut engine, 1.0);
    engine.apply(&action).expect("it makes sense");
    run_to(&mut engine, 1.1);
    engine.marks_since(0).to_vec()
}

fn latency(from: &str, to: &str, latency_ms: f64) -> Action {
    Action::SetLatency {
        from: from.into(),
        to: to.into(),
        latency_ms,
    }
}

#[test]
fn an_edit_of_a_link_leaves_a_mark() {
    let marks = done(behind_a_balancer(), latency("lb", "web", 5.0));
    assert_eq!(words(&marks), ["lb to web: latency 0.5 → 5 ms"]);
    assert_eq!(
        (marks[0].tone, marks[0].component),
        (Tone::Neutral, Some(2))
    );
}

#[test]
fn an_edit_of_parameters_says_what_from_and_to() {
    let usual = Cache {
        entries_per_node: Some(10_000),
        ..Cache::default()
    };
    let scenario = cached(
        traffic(100.0, lookup()),
        Cache {
            ttl_s: 300.0,
            ..usual.clone()
        },
        Database::default(),
    );
    let configure = |cache| Action::Configure {
        component: "cache".into(),
        kind: Kind::Cache(cache),
    };
    let marks = done(
        scenario.clone(),
        configure(Cache {
            ttl_s: 2.0,
            ..usual.clone()
        }),
    );
    assert_eq!(words(&marks), ["cache: TTL 300 → 2 s"]);
    assert_eq!(marks[0].details, "");
    let marks = done(
        scenario.clone(),
        configure(Cache {
            ttl_s: 2.0,
            entries_per_node: Some(50),
            leases: true,
            warm_restart: true,
            ..usual.clone()
        }),
    );
    assert_eq!(
        words(&marks),
        ["cache: entries a node 10,000 → 50, TTL 300 → 2 s, +2 more"]
    );
    assert_eq!(
        marks[0].details,
        "cache: entries a node 10,000 → 50, TTL 300 → 2 s, one fetch for all on, warm restart on"
    );
    let same = scenario.design.components[2].kind.clone();
    let unchanged = Action::Configure {
        component: "cache".into(),
        kind: same,
    };
    assert_eq!(done(scenario, unchanged), []);
}

#[test]
fn an_edit_of_the_traffic_says_what_from_and_to() {
    let after = Traffic {
        users: 50,
        ..behind_a_balancer().traffic
    };
    let marks = done(behind_a_balancer(), Action::SetTraffic { traffic: after });
    assert_eq!(words(&marks), ["users 1,000 → 50"]);
}

#[test]
fn one_turn_of_the_load_is_one_mark() {
    let mut scenario = behind_a_balancer();
    let rate = |rate_rps| Action::SetRate { rate_rps };
    scenario.script = vec![
        at_s(1.0, rate(110.0)),
        at_s(1.3, rate(150.0)),
        at_s(1.7, rate(200.0)),
        at_s(4.0, rate(50.0)),
        at_s(4.4, rate(200.0)),
        at_s(6.0, rate(300.0)),
        at_s(6.1, kill("web", 0)),
        at_s(6.2, rate(400.0)),
    ];
    assert_eq!(
        words(&scheduled(&scenario)),
        [
            "rate 100 → 200 requests/s",
            "rate 200 → 300 requests/s",
            "web/1 dies",
            "rate 300 → 400 requests/s"
        ],
        "what was turned back is no change"
    );
    let mut engine = engine(scenario.clone());
    run_to(&mut engine, 6.5);
    assert_eq!(engine.marks_since(0), scheduled(&scenario));
}

#[test]
fn what_is_scheduled_stands_in_the_words_in_which_it_will_happen() {
    let mut scenario = behind_a_balancer();
    scenario.design.components[2].kind = Kind::Service(headroom_scenario::Service {
        boot_s: 100.0,
        ..servers(2)
    });
    let web = || String::from("web");
    scenario.script = vec![
        at_s(1.0, Action::AddInstance { component: web() }),
        at_s(1.1, kill("web", 1)),
        at_s(1.2, repair("web", 1)),
        at_s(
            1.3,
            Action::Slow {
                component: web(),
                instance: 0,
                factor: 3.0,
            },
        ),
        at_s(1.4, latency("lb", "web", 2.0)),
        at_s(
            1.5,
            Action::RemoveInstance {
                component: web(),
                instance: 2,
            },
        ),
        at_s(1.6, kill("lb", 0)),
        at_s(1.7, repair("lb", 0)),
    ];
    let foreseen = scheduled(&scenario);
    assert_eq!(
        words(&foreseen),
        [
            "web/3 starts",
            "web/2 dies",
            "web/2 works again",
            "web/1 3 times slower",
            "lb to web: latency 0.5 → 2 ms",
            "web/3 taken out",
            "lb dies",
            "lb works again",
        ]
    );
    let mut engine = engine(scenario);
    run_to(&mut engine, 1.8);
    assert_eq!(engine.marks_since(0), foreseen);
}

#[test]
fn a_link_opens_with_the_marks_of_the_run_it_was_made_of() {
    let mut scenario = behind_a_balancer();
    let mut lived: Engine = engine(scenario.clone());
    for (seconds, action) in [
        (1.0, Action::SetRate { rate_rps: 200.0 }),
        (1.5, Action::SetRate { rate_rps: 300.0 }),
        (2.0, latency("lb", "web", 3.0)),
        (3.0, kill("web", 1)),
        (9.0, repair("web", 1)),
    ] {
        run_to(&mut lived, seconds);
        scenario
            .script
            .push(lived.apply(&action).expect("it makes sense"));
    }
    run_to(&mut lived, 20.0);
    let mut opened = engine(scenario);
    run_to(&mut opened, 20.0);
    assert!(lived.marks_since(0).len() > 4, "checks notice the dead");
    assert_eq!(lived.marks_since(0), opened.marks_since(0));
}

/// A machine is called alike wherever it is named, alone or one of many.
#[test]
fn a_server_alone_is_called_as_on_its_card() {
    let mut scenario = behind_a_balancer();
    scenario.design.components[2].kind = Kind::Service(servers(1));
    scenario.script = vec![at_s(1.0, kill("web", 0)), at_s(1.1, repair("web", 0))];
    let card = scenario.design.components[2].instance_name(0);
    assert_eq!(card, "web/1");
    let foreseen = scheduled(&scenario);
    assert_eq!(words(&foreseen), ["web/1 dies", "web/1 works again"]);
    let mut engine = engine(scenario);
    run_to(&mut engine, 1.2);
    assert_eq!(engine.marks_since(0), foreseen);
}

//! Rolling deploys: batches, draining, what is lost.

use headroom_engine::Engine;
use headroom_engine::snapshot::InstanceState;
use headroom_scenario::{
    Action, HealthCheck, Kind, LoadBalancer, Scenario, Service, SessionStore, Size,
};

use crate::design::*;

fn deploy(batch: u16, drain_s: f64) -> Action {
    Action::Deploy {
        component: "web".into(),
        batch,
        pause_s: 0.5,
        drain_s,
    }
}

fn checking() -> LoadBalancer {
    LoadBalancer {
        health_check: Some(HealthCheck {
            interval_ms: 1_000.0,
            timeout_ms: 50.0,
            rise: 2,
            fall: 3,
        }),
        ..LoadBalancer::default()
    }
}

/// Four servers that boot in 2 s, at a third of what they can do, deployed after 5 s.
fn deployed(balancer: LoadBalancer, service: Service, action: Action) -> Scenario {
    let service = Service {
        boot_s: 2.0,
        ..service
    };
    let kinds = vec![
        ("lb", Kind::LoadBalancer(balancer)),
        ("web", Kind::Service(service)),
    ];
    let mut scenario = chain(traffic(1_000.0, compute()), 5.0, kinds);
    scenario.script = vec![at_s(5.0, action)];
    scenario
}

/// Most servers that do not serve at any moment.
fn most_out(engine: &mut Engine, from_s: f64, to_s: f64) -> usize {
    let moments =
        (0..((to_s - from_s) * 50.0) as u32).map(|moment| from_s + f64::from(moment) / 50.0);
    moments
        .map(|moment_s| {
            run_to(engine, moment_s);
            let servers = &engine.snapshot().components[2].instances;
            let serves = |state| matches!(state, InstanceState::Up);
            servers
                .iter()
                .filter(|server| !serves(server.state))
                .count()
        })
        .max()
        .unwrap_or(0)
}

fn marks(engine: &Engine, words: &str) -> usize {
    let marks = engine.marks_since(0);
    let marks = marks.iter();
    marks.filter(|mark| mark.words.contains(words)).count()
}

#[test]
fn no_request_fails_where_the_balancer_drains_and_checks() {
    for (batch, length_s) in [(1, 24.0), (2, 13.0)] {
        let mut engine = engine(deployed(checking(), servers(4), deploy(batch, 30.0)));
        assert_eq!(
            most_out(&mut engine, 5.1, 5.0 + length_s),
            usize::from(batch)
        );
        assert_eq!(marks(&engine, "restarts"), 4);
        assert_eq!(marks(&engine, "has booted"), 4);
        assert_eq!(marks(&engine, "web deployed"), 1, "after {length_s} s");
        let report = engine.report();
        assert_eq!(
            report.requests.failed.len(),
            0,
            "{:?}",
            report.requests.failed
        );
        assert_eq!(most_out(&mut engine, 30.0, 32.0), 0);
    }
}

#[test]
fn a_balancer_that_does_not_check_sends_to_servers_that_start_anew() {
    let mut engine = engine(deployed(blind_balancer(), servers(4), deploy(1, 1.0)));
    run_to(&mut engine, 30.0);
    assert_eq!(marks(&engine, "web deployed"), 1);
    let report = engine.report();
    // Each server is away for 2 s, and gets a quarter of 1,000 requests a second meanwhile. A few are
    // inside when their time is up.
    near(
        "refused",
        failed(&report, "connection_refused") as f64,
        2_000.0,
        150.0,
    );
    let reset = failed(&report, "connection_reset");
    assert!((1..=40).contains(&reset), "{reset} reset");
}

#[test]
fn who_does_not_finish_in_time_is_cut_off() {
    let slow = Service {
        service_time_ms: 4_000.0,
        workers: 1_024,
        size: Size::Xlarge4,
        ..servers(4)
    };
    let reset = |drain_s| {
        let mut engine = engine(deployed(checking(), slow.clone(), deploy(4, drain_s)));
        run_to(&mut engine, 12.0);
        failed(&engine.report(), "connection_reset")
    };
    // The last 3 s of arrivals at four servers at once.
    near("reset", reset(1.0) as f64, 3_000.0, 200.0);
    assert_eq!(reset(5.0), 0);
}

#[test]
fn sessions_and_copies_in_a_server_are_lost() {
    let service = Service {
        sessions: SessionStore::Server,
        local_cache_entries: Some(100),
        workers: 64,
        ..servers(4)
    };
    let balancer = LoadBalancer {
        sticky: true,
        ..checking()
    };
    let mut scenario = deployed(balancer, service, deploy(1, 30.0));
    scenario.traffic.users = 400;
    scenario.traffic.classes = vec![lookup()];
    let mut engine = engine(scenario);
    // Who asks twice before the first answer has no cookie yet.
    let before = stretch(&mut engine, 2.0, 5.0);
    assert_eq!(part(&before, "web").extra["sessions_lost"], 0.0);
    let entries = |engine: &Engine| {
        let servers = &engine.snapshot().components[2].instances;
        servers
            .iter()
            .map(|server| server.entries)
            .min()
            .unwrap_or(0)
    };
    assert!(entries(&engine) > 50);
    let after = stretch(&mut engine, 5.0, 8.0);
    // The first batch is a quarter of the users; they move on, some to who is next.
    let lost = part(&after, "web").extra["sessions_lost"];
    assert!(
        (90.0..=220.0).contains(&lost),
        "{lost} users lost their session"
    );
    assert!(entries(&engine) < 50, "{}", entries(&engine));
    assert_eq!(after.requests.failed.len(), 0);
}

#[test]
fn a_server_killed_while_it_drains_comes_back_by_repair() {
    let slow = Service {
        service_time_ms: 4_000.0,
        workers: 1_024,
        size: Size::Xlarge4,
        ..servers(4)
    };
    let mut scenario = deployed(checking(), slow, deploy(1, 30.0));
    scenario.script.push(at_s(6.0, kill("web", 0)));
    scenario.script.push(at_s(20.0, repair("web", 0)));
    let mut engine = engine(scenario);
    run_to(&mut engine, 6.5);
    let states = |engine: &Engine| -> Vec<InstanceState> {
        let servers = &engine.snapshot().components[2].instances;
        servers.iter().map(|server| server.state).collect()
    };
    assert_eq!(states(&engine)[0], InstanceState::Down);
    run_to(&mut engine, 60.0);
    assert_eq!(states(&engine), [InstanceState::Up; 4]);
    let rotation = &engine.snapshot().components[2].instances;
    assert!(rotation.iter().all(|server| server.in_rotation));
    assert_eq!(
        marks(&engine, "restarts"),
        3,
        "the dead one starts in the new version"
    );
}

#[test]
fn a_deploy_done_live_is_the_one_of_the_script() {
    let mut scripted = engine(deployed(checking(), servers(4), deploy(1, 30.0)));
    run_to(&mut scripted, 12.0);
    let mut scenario = deployed(checking(), servers(4), deploy(1, 30.0));
    scenario.script.clear();
    let mut live = engine(scenario.clone());
    run_to(&mut live, 3.0);
    scenario
        .script
        .push(live.apply(&deploy(2, 30.0)).expect("it makes sense"));
    let mut checkpoint = live.clone();
    let mut replayed = engine(scenario);
    for run in [&mut live, &mut checkpoint, &mut replayed] {
        run_to(run, 12.0);
    }
    assert_eq!(live.digest(), replayed.digest());
    assert_eq!(live.digest(), checkpoint.digest());
    assert_ne!(live.digest(), scripted.digest());
}

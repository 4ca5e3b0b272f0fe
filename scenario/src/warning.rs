//! What a scenario says that will not do what it seems to ask for: it can run, and whoever runs it should
//! know.

use crate::problem::{Path, Problems};
use crate::{
    Action, Component, Curve, Kind, KindTag, LoopModel, Problem, Scenario, Traffic, ValidScenario,
};

impl ValidScenario {
    /// What changes nothing though it is there: servers that nobody sends anything, caches of servers that
    /// leave look-ups to others, caches that no read fills, sites, the curve of a closed loop, health checks that a server passes however
    /// slow it is made. Each with its place, and what would make it count. O(components x links + actions).
    pub fn warnings(&self) -> Vec<Problem> {
        let mut warnings = Problems::default();
        let design = &Path::Root.field("design");
        idle_servers(&mut warnings, design, self);
        idle_caches(&mut warnings, design, self);
        unfilled_caches(&mut warnings, design, self);
        sites(&mut warnings, design, self);
        curve(&mut warnings, &Path::Root.field("traffic"), self);
        unnoticed(&mut warnings, &Path::Root.field("script"), self);
        warnings.into_list()
    }
}

/// Who calls a service of several servers without a balancer calls the first of them. What the script makes of
/// the design counts: a balancer may come later, and with it something for all of them to do.
fn idle_servers(warnings: &mut Problems, design: &Path, scenario: &Scenario) {
    let components = &design.field("components");
    let mut last = scenario.clone();
    let script = scenario.script.iter();
    script.for_each(|timed| timed.action.carry_out(&mut last));
    let scenario = &last;
    for (index, component) in scenario.design.components.present() {
        if !matches!(component.kind, Kind::Service(_)) {
            continue;
        }
        let Some(caller) = direct_caller(scenario, index) else {
            continue;
        };
        let id = &component.id;
        let Some(others) = others(scenario, component) else {
            continue;
        };
        warnings.about(Some(id));
        let message = if caller.kind.facts().calls.contains(&KindTag::LoadBalancer) {
            let service = component.title();
            format!("nothing reaches {others}: put a load balancer before {service}")
        } else {
            format!(
                "nothing of what {} sends reaches {others}, for all goes to {id}/1: a service can't \
                 call a load balancer yet; take a bigger machine for {} instead",
                caller.title(),
                component.title()
            )
        };
        warnings.add(&components.index(index), message);
    }
    warnings.about(None);
}

/// Who calls a component, and is no balancer.
fn direct_caller(scenario: &Scenario, place: usize) -> Option<&Component> {
    let mut callers = scenario.design.callers(place);
    let direct = callers.find(|(_, caller)| caller.kind.tag() != KindTag::LoadBalancer);
    direct.map(|(_, caller)| caller)
}

/// The servers of a service beside the first, those that join later included; none where
/// it is alone at last.
fn others(scenario: &Scenario, component: &Component) -> Option<String> {
    let id = &component.id;
    let resizes = scenario
        .script
        .iter()
        .filter_map(|timed| timed.action.resizes());
    let joined: i32 = resizes
        .filter(|(component, _)| component == id)
        .map(|(_, joined)| i32::from(joined))
        .sum();
    match component.kind.instances() {
        1 if joined > 0 || component.kind.instances_max() > 1 => {
            Some(format!("servers that join {id}/1"))
        }
        0 | 1 => None,
        2 => Some(format!("{id}/2")),
        3 => Some(format!("{id}/2 and {id}/3")),
        count => Some(format!("{id}/2 to {id}/{count}")),
    }
}

/// A service that calls another and stores nothing leaves it all look-ups: its own caches are never asked.
fn idle_caches(warnings: &mut Problems, design: &Path, scenario: &Scenario) {
    let components = &design.field("components");
    for (index, component) in scenario.design.components.present() {
        let has_caches =
            matches!(&component.kind, Kind::Service(of) if of.local_cache_entries != Some(0));
        let callees = || scenario.design.callees(index).map(|(_, callee)| callee);
        let stores = callees().any(|callee| callee.kind.facts().stores);
        let onward = callees().find(|callee| callee.kind.tag() == KindTag::Service);
        let Some(onward) = onward.filter(|_| has_caches && !stores) else {
            continue;
        };
        warnings.about(Some(&component.id));
        let message = format!(
            "nothing is looked up in it: {} leaves that to {}, whose own cache would be asked",
            component.title(),
            onward.title()
        );
        let kind = components.index(index);
        let kind = kind.field("kind");
        let service = kind.field("service");
        warnings.add(&service.field("local_cache_entries"), message);
    }
    warnings.about(None);
}

/// What a read has missed in a cache is put there when a database has answered: its own, or that of who asks it.
fn unfilled_caches(warnings: &mut Problems, design: &Path, scenario: &Scenario) {
    let has_database = |place: usize| {
        let mut callees = scenario.design.callees(place);
        callees.any(|(_, callee)| callee.kind.tag() == KindTag::Database)
    };
    for (place, component) in scenario.design.components.present() {
        let mut callers = scenario.design.callers(place).peekable();
        if component.kind.tag() == KindTag::Cache
            && callers.peek().is_some()
            && !has_database(place)
            && !callers.any(|(caller, _)| has_database(caller))
        {
            warnings.about(Some(&component.id));
            let message = format!(
                "no read fills {}: link a database to it, or to who asks it",
                component.title()
            );
            warnings.add(&design.field("components").index(place), message);
        }
    }
    warnings.about(None);
}

fn sites(warnings: &mut Problems, design: &Path, scenario: &Scenario) {
    let components = &scenario.design.components;
    if !scenario.design.sites.is_empty() || components.iter().any(|row| row.site.is_some()) {
        let message = "sites change no figure yet: every link takes the time it says, wherever its ends \
                       are; set the latency of the links between them";
        warnings.add(&design.field("sites"), message);
    }
}

/// In a closed loop there is no rate for a curve to change.
fn curve(warnings: &mut Problems, traffic: &Path, scenario: &Scenario) {
    let is_closed = |traffic: &Traffic| traffic.client.loop_model != LoopModel::Open;
    let has_idle_curve = |traffic: &Traffic| is_closed(traffic) && traffic.curve != Curve::Steady;
    let later = scenario.script.iter().filter_map(|timed| {
        if let Action::SetTraffic { traffic } = &timed.action {
            Some(traffic)
        } else {
            None
        }
    });
    if [&scenario.traffic]
        .into_iter()
        .chain(later)
        .any(has_idle_curve)
    {
        let message = "users of a closed loop make the rate, so the curve changes nothing: make it \
                       steady, or the loop open";
        warnings.add(&traffic.field("curve"), message);
    }
}

/// A server that is made too slow for its users stays in service where its balancer's checks are answered in time.
fn unnoticed(warnings: &mut Problems, script: &Path, scenario: &Scenario) {
    let mut now = scenario.clone();
    for (index, timed) in scenario.script.iter().enumerate() {
        if let Action::Slow {
            component,
            instance,
            factor,
        } = &timed.action
            && let Some(checkup) = now.checkup(
                component,
                *instance,
                *factor,
                rate_rps(&now.traffic, timed.at_ns),
            )
        {
            warnings.about(Some(component));
            let action = script.index(index);
            let action = action.field("action");
            let server = now.design.instance_title(component, *instance);
            let message = format!(
                "{server} {checkup}, and stays in service: give checks less time, or let it hang"
            );
            warnings.add(&action.field("slow"), message);
        }
        timed.action.carry_out(&mut now);
    }
    warnings.about(None);
}

/// Requests a second that users start at a moment; of a closed loop nobody knows.
fn rate_rps(traffic: &Traffic, at_ns: u64) -> f64 {
    match traffic.client.loop_model {
        LoopModel::Open => traffic.rate_rps * traffic.curve.factor(at_ns as f64 / 1e9),
        LoopModel::Closed { .. } => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Autoscaling, Clients, Link, LoadBalancer, Service, Site, TimedAction};

    /// Clients and a service of so many servers.
    fn direct(instances: u16) -> Scenario {
        let web = Service {
            instances,
            ..Service::default()
        };
        let mut scenario = Scenario {
            version: crate::SCHEMA_VERSION,
            ..Scenario::default()
        };
        scenario.design.components = vec![
            component("users", Kind::Clients(Clients {})),
            component("web", Kind::Service(web)),
        ]
        .into();
        scenario.design.links = vec![link("users", "web")].into();
        scenario
    }

    fn component(id: &str, kind: Kind) -> Component {
        Component {
            id: id.into(),
            name: String::new(),
            site: None,
            kind,
            position: None,
        }
    }

    fn link(from: &str, to: &str) -> Link {
        Link {
            from: from.into(),
            to: to.into(),
            latency_ms: 0.0,
            ..Default::default()
        }
    }

    fn told(scenario: Scenario) -> Vec<String> {
        let valid = scenario.validate().expect("it can run");
        let warnings = valid.warnings().into_iter();
        warnings.map(|warning| warning.message).collect()
    }

    #[test]
    fn servers_without_a_balancer_get_nothing() {
        assert_eq!(told(direct(1)), [""; 0]);
        let expected = "nothing reaches web/2: put a load balancer before web";
        assert_eq!(told(direct(2)), [expected]);
        let expected = "nothing reaches web/2 and web/3: put a load balancer before web";
        assert_eq!(told(direct(3)), [expected]);
        let warnings = direct(3).validate().expect("it can run").warnings();
        assert_eq!(warnings[0].path, "design.components[1]");
        assert_eq!(warnings[0].component.as_deref(), Some("web"));
        assert!(told(direct(9))[0].starts_with("nothing reaches web/2 to web/9:"));
    }

    #[test]
    fn so_do_those_that_join_later() {
        let mut joined = direct(1);
        let component = "web".to_owned();
        joined.script.push(TimedAction {
            at_ns: 1,
            action: Action::AddInstance { component },
        });
        let expected = "nothing reaches servers that join web/1: put a load balancer before web";
        assert_eq!(told(joined), [expected]);
        let mut scaled = direct(1);
        if let Kind::Service(web) = &mut scaled.design.components[1].kind {
            web.autoscaling = Some(Autoscaling::default());
        }
        assert_eq!(told(scaled), [expected]);
    }

    #[test]
    fn a_balancer_serves_all_of_them() {
        for mut balanced in [direct(3), direct(1)] {
            let lb = Kind::LoadBalancer(LoadBalancer::default());
            balanced.design.components.push(component("lb", lb));
            balanced.design.links = vec![link("users", "lb"), link("lb", "web")].into();
            assert_eq!(told(balanced), [""; 0]);
        }
    }

    #[test]
    fn servers_behind_another_service_get_nothing_and_no_balancer_is_advised() {
        let mut tiers = direct(1);
        let back = Service {
            instances: 3,
            ..Service::default()
        };
        let back = component("back", Kind::Service(back));
        tiers.design.components.push(back);
        tiers.design.links.push(link("web", "back"));
        let expected = "nothing of what web sends reaches back/2 and back/3, for all goes to back/1: a \
                        service can't call a load balancer yet; take a bigger machine for back instead";
        assert_eq!(told(tiers), [expected]);
    }

    #[test]
    fn a_cache_in_servers_that_leave_look_ups_to_others_is_said_to_be_idle() {
        let front = Service {
            local_cache_entries: Some(100),
            ..Service::default()
        };
        let mut tiers = direct(1);
        tiers.design.components[1].kind = Kind::Service(front);
        assert_eq!(told(tiers.clone()), [""; 0]);
        let back = component("back", Kind::Service(Service::default()));
        tiers.design.components.push(back);
        tiers.design.links.push(link("web", "back"));
        let expected =
            "nothing is looked up in it: web leaves that to back, whose own cache would be asked";
        assert_eq!(told(tiers.clone()), [expected]);
        let database = component("db", Kind::Database(crate::Database::default()));
        tiers.design.components.push(database);
        tiers.design.links.push(link("web", "db"));
        assert_eq!(told(tiers), [""; 0]);
    }

    #[test]
    fn a_cache_without_a_database_is_said_to_stay_empty() {
        let mut cached = direct(1);
        let cache = component("cache", Kind::Cache(crate::Cache::default()));
        cached.design.components.push(cache);
        assert_eq!(told(cached.clone()), [""; 0]);
        cached.design.links.push(link("web", "cache"));
        let expected = "no read fills cache: link a database to it, or to who asks it";
        assert_eq!(told(cached.clone()), [expected]);
        let database = component("db", Kind::Database(crate::Database::default()));
        cached.design.components.push(database);
        for caller in ["web", "cache"] {
            let mut filled = cached.clone();
            filled.design.links.push(link(caller, "db"));
            assert_eq!(told(filled), [""; 0]);
        }
    }

    #[test]
    fn a_curve_of_a_closed_loop_says_that_it_changes_nothing() {
        let mut closed = direct(1);
        closed.traffic.curve = Curve::Spike {
            factor: 5.0,
            start_s: 1.0,
            length_s: 2.0,
        };
        assert_eq!(told(closed.clone()), [""; 0]);
        closed.traffic.client.loop_model = LoopModel::Closed {
            users: 10,
            think_time_ms: 100.0,
        };
        assert!(told(closed)[0].starts_with("users of a closed loop make the rate"));
    }

    #[test]
    fn a_server_that_is_slow_and_passes_its_checks_stays_in_service_and_that_is_said() {
        let mut checked = direct(2);
        let balancer = LoadBalancer::default();
        let timeout_ms = balancer.health_check.as_ref().map(|check| check.timeout_ms);
        let balancer = component("lb", Kind::LoadBalancer(balancer));
        checked.design.components.push(balancer);
        checked.design.links = vec![link("users", "lb"), link("lb", "web")].into();
        checked.design.links[1].latency_ms = 2.5;
        checked.traffic.rate_rps = 1.0;
        let slowed = |factor: f64| {
            let mut slowed = checked.clone();
            let action = Action::Slow {
                component: "web".into(),
                instance: 1,
                factor,
            };
            slowed.script = vec![TimedAction { at_ns: 1, action }];
            slowed
        };
        // A request takes 10 ms, and a check 1 ms and the way of 5 ms; 500 ms and a second are in time.
        assert_eq!(timeout_ms, Some(1_000.0));
        assert_eq!(told(slowed(50.0)), [""; 0], "slow, and fast enough");
        for factor in [51.0, 100.0, 900.0, 994.0] {
            let words = told(slowed(factor));
            let expected = format!("web/2 answers its checks in {} ms, in time", factor + 5.0);
            assert!(words[0].starts_with(&expected), "{words:?}");
        }
        assert_eq!(told(slowed(1_000.0)), [""; 0], "it is taken out");
        let mut unchecked = slowed(100.0);
        if let Kind::LoadBalancer(balancer) = &mut unchecked.design.components[2].kind {
            balancer.health_check = None;
        }
        assert_eq!(told(unchecked), [""; 0], "nobody checks");
    }

    #[test]
    fn a_server_that_is_slower_than_its_share_of_the_load_stays_in_service_and_that_is_said() {
        // Three of four workers of 10 ms for 300 requests a second: each gets 100 and bears 400.
        let mut checked = direct(3);
        let balancer = LoadBalancer::default();
        checked
            .design
            .components
            .push(component("lb", Kind::LoadBalancer(balancer)));
        checked.design.links = vec![link("users", "lb"), link("lb", "web")].into();
        checked.traffic.rate_rps = 300.0;
        if let Kind::Service(web) = &mut checked.design.components[1].kind {
            (web.workers, web.service_time_ms) = (4, 10.0);
        }
        let slowed = |factor: f64, change: &dyn Fn(&mut Scenario)| {
            let mut slowed = checked.clone();
            let action = Action::Slow {
                component: "web".into(),
                instance: 0,
                factor,
            };
            slowed.script = vec![TimedAction {
                at_ns: 10_000_000_000,
                action,
            }];
            change(&mut slowed);
            !told(slowed).is_empty()
        };
        let as_it_is = |_: &mut Scenario| {};
        let busy = |scenario: &mut Scenario| scenario.traffic.rate_rps = 3_000.0;
        assert!(!slowed(1.0, &busy), "it is as fast as ever");
        for (factor, is_told) in [
            (2.0, false),
            (4.0, false),
            (4.1, true),
            (10.0, true),
            (40.0, true),
        ] {
            assert_eq!(slowed(factor, &as_it_is), is_told, "{factor}");
        }
        let with = |change: fn(&mut LoadBalancer)| {
            move |scenario: &mut Scenario| {
                if let Kind::LoadBalancer(balancer) = &mut scenario.design.components[2].kind {
                    change(balancer);
                }
            }
        };
        let by_load = with(|lb| lb.algorithm = crate::Algorithm::LeastConnections);
        assert!(!slowed(10.0, &by_load), "it gets what it can do");
        let weighed = with(|lb| {
            lb.algorithm = crate::Algorithm::WeightedRoundRobin;
            lb.weights = vec![1, 4, 5];
        });
        assert!(
            !slowed(10.0, &weighed) && slowed(14.0, &weighed),
            "30 a second"
        );
        let light = |scenario: &mut Scenario| scenario.traffic.classes[0].work = 0.5;
        assert!(!slowed(8.0, &light) && slowed(8.2, &light));
        let late = |scenario: &mut Scenario| {
            scenario.traffic.curve = Curve::Stepped {
                factors: vec![0.5, 1.0],
                every_s: 20.0,
            };
        };
        assert!(
            !slowed(8.0, &late) && slowed(8.2, &late),
            "half as much comes then"
        );
        let scaled = |scenario: &mut Scenario| {
            if let Kind::Service(web) = &mut scenario.design.components[1].kind {
                web.autoscaling = Some(Autoscaling {
                    instances_max: 6,
                    ..Autoscaling::default()
                });
            }
        };
        assert!(
            !slowed(8.0, &scaled) && slowed(8.2, &scaled),
            "others may come"
        );
        let closed = |scenario: &mut Scenario| {
            scenario.traffic.client.loop_model = LoopModel::Closed {
                users: 10,
                think_time_ms: 100.0,
            };
        };
        assert!(!slowed(40.0, &closed), "users who wait ask for no more");
    }

    #[test]
    fn sites_say_that_they_change_nothing() {
        let mut placed = direct(1);
        placed.design.sites = vec![Site {
            id: "east".into(),
            region: "us-east".into(),
        }];
        assert!(told(placed.clone())[0].starts_with("sites change no figure yet"));
        placed.design.components[1].site = Some("east".into());
        assert_eq!(told(placed).len(), 1, "once");
    }
}

//! Components and links come and go: which edits a running design takes, and what the others are told.

use headroom_scenario::step::{LADDER, find};
use headroom_scenario::{
    Action, Algorithm, CHANGES_MAX, COMPONENTS_EVER_MAX, Change, Design, Dns, Kind, LINKS_EVER_MAX,
    Link, LoadBalancer, Problem, Scenario, Service, TimedAction, validate_action,
    validate_action_before,
};

fn step(name: &str) -> Scenario {
    let mut scenario = find(name).expect("a step").scenario();
    scenario.script.clear();
    scenario
}

fn refusal(scenario: &Scenario, changes: Vec<Change>) -> Problem {
    validate_action(scenario, &Action::Edit { changes }).expect_err("it makes no sense")
}

fn remove(id: &str) -> Change {
    Change::Remove {
        component: id.into(),
    }
}

fn unlink(from: &str, to: &str) -> Change {
    Change::Unlink {
        from: from.into(),
        to: to.into(),
    }
}

fn link(from: &str, to: &str) -> Change {
    Change::Link {
        link: Link {
            from: from.into(),
            to: to.into(),
            ..Link::default()
        },
    }
}

fn add(scenario: &Scenario, id: &str, kind: Kind) -> Change {
    let mut component = scenario.design.components[0].clone();
    component.id = id.into();
    component.name = String::new();
    component.kind = kind;
    Change::Add { component }
}

fn timed(at_ns: u64, changes: Vec<Change>) -> TimedAction {
    TimedAction {
        at_ns,
        action: Action::Edit { changes },
    }
}

#[test]
fn any_step_becomes_any_other_by_an_edit() {
    for from in LADDER {
        for to in LADDER {
            let (mut before, after) = (step(from.name), step(to.name));
            let changes = before.design.changes_to(&after.design);
            let edit = Action::Edit { changes };
            if from.name == to.name {
                assert_eq!(edit, Action::Edit { changes: vec![] });
                continue;
            }
            validate_action(&before, &edit).expect("the other design can run");
            edit.carry_out(&mut before);
            let [have, want] = [before.design, after.design].map(parts);
            assert_eq!(have, want, "{} to {}", from.name, to.name);
        }
    }
}

/// What a design consists of, in order of names; how many instances there are and what the diagram calls them
/// is not changed by an edit.
fn parts(design: Design) -> (Vec<(String, Kind)>, Vec<[String; 2]>) {
    let design = design.into_present();
    let mut components: Vec<(String, Kind)> = Vec::new();
    for component in &design.components {
        let mut kind = component.kind.clone();
        kind.set_instances(1);
        components.push((component.id.clone(), kind));
    }
    components.sort_by(|one, other| one.0.cmp(&other.0));
    let links = design.links.iter();
    let mut links: Vec<[String; 2]> = links
        .map(|link| [link.from.clone(), link.to.clone()])
        .collect();
    links.sort();
    (components, links)
}

#[test]
fn what_goes_takes_its_links_and_leaves_its_place_empty() {
    let mut scenario = step("load-balancer");
    let count = scenario.design.components.len();
    let (place, _) = scenario.design.component("lb").expect("it is there");
    Action::Edit {
        changes: vec![remove("lb"), link("users", "web")],
    }
    .carry_out(&mut scenario);
    let design = &scenario.design;
    assert_eq!(
        (design.components.len(), design.component("lb")),
        (count, None)
    );
    assert!(!design.components.has(place));
    assert_eq!(design.link("users", "lb"), None);
    assert_eq!(design.link("lb", "web"), None);
    assert_eq!(design.link("users", "web"), Some(design.links.len() - 1));
    let read = Scenario::from_json(&scenario.to_json()).expect("it was written by us");
    assert_eq!(read.design, scenario.design.into_present());
}

#[test]
fn an_edit_is_refused_where_it_is_wrong_and_told_what_would_be_right() {
    let scenario = step("load-balancer");
    let service = || Kind::Service(Service::default());
    let dns = || Kind::Dns(Dns::default());
    let cases = [
        (
            vec![],
            "edit.changes",
            "an edit without changes does nothing: name at least one",
        ),
        (
            vec![remove("wbe")],
            "edit.changes[0].remove.component",
            "there is no component “wbe”: did you mean “Web tier” (web)?",
        ),
        (
            vec![remove("users")],
            "edit.changes[0].remove.component",
            "“Users” (users) send the requests and stay as long as the run: remove another component",
        ),
        (
            vec![add(&scenario, "web", service())],
            "edit.changes[0].add.component.id",
            "“Web tier” (web) is there already: give the new component another id",
        ),
        (
            vec![add(
                &scenario,
                "crowd",
                scenario.design.components[0].kind.clone(),
            )],
            "edit.changes[0].add.component.kind",
            "one component stands for all clients, and is there: leave this one out",
        ),
        (
            vec![unlink("users", "web")],
            "edit.changes[0].unlink",
            "no link leads from “Users” (users) to “Web tier” (web): from there it leads to \
             “DNS” (dns), “Load balancer” (lb)",
        ),
        (
            vec![unlink("web", "lb")],
            "edit.changes[0].unlink",
            "no link leads from “Web tier” (web) to “Load balancer” (lb): one leads the other way, so \
             swap its ends",
        ),
        (
            vec![remove("lb"), unlink("lb", "web")],
            "edit.changes[1].unlink.from",
            "there is no component “lb”: did you mean “Database” (db)?",
        ),
        (
            vec![link("users", "names"), add(&scenario, "names", dns())],
            "edit.changes[0].link.link.to",
            "there is no component “names”: there are “Users” (users), “DNS” (dns), “Web tier” (web), \
             “Database” (db), “Load balancer” (lb)",
        ),
        (
            vec![link("lb", "web")],
            "edit.changes[0].link.link",
            "this link is there already: one is enough",
        ),
        (
            vec![remove("lb")],
            "edit",
            "the design that it leaves can't run: “Users” (users): requests have nowhere to go: link the \
             clients to a load balancer or a service",
        ),
        (
            vec![remove("web")],
            "edit",
            "the design that it leaves can't run: “Load balancer” (lb): no service stands behind this load \
             balancer: link it to one",
        ),
        (
            vec![add(&scenario, "names", dns()), link("users", "names")],
            "edit",
            "the design that it leaves can't run: “Users” (users): clients ask one name service: remove \
             the other links",
        ),
        (
            vec![add(
                &scenario,
                "app",
                Kind::Service(Service {
                    workers: 0,
                    ..Service::default()
                }),
            )],
            "edit.changes[0].add.component.kind.service.workers",
            "0 is too small: give 1 to 1024",
        ),
        (
            vec![Change::Configure {
                component: "web".into(),
                kind: dns(),
            }],
            "edit.changes[0].configure.kind",
            "“Web tier” (web) is a service and can't become a name service: give its own kind",
        ),
    ];
    for (changes, path, message) in cases {
        let problem = refusal(&scenario, changes);
        assert_eq!((&*problem.path, &*problem.message), (path, message));
    }
}

#[test]
fn instances_that_have_come_since_count_for_an_edit() {
    let mut scenario = step("database-apart");
    let many = (0..250).map(|at_ns| TimedAction {
        at_ns,
        action: Action::AddInstance {
            component: "web".into(),
        },
    });
    scenario.script = many.collect();
    let balancer = |virtual_nodes| {
        let kind = Kind::LoadBalancer(LoadBalancer {
            virtual_nodes,
            algorithm: Algorithm::ConsistentHash,
            ..LoadBalancer::default()
        });
        vec![
            unlink("users", "web"),
            add(&scenario, "lb", kind),
            link("users", "lb"),
            link("lb", "web"),
        ]
    };
    let edit = |changes| validate_action(&scenario, &Action::Edit { changes });
    edit(balancer(100)).expect("25,100 points on the ring");
    let problem = edit(balancer(1_000)).expect_err("251,000 points");
    assert_eq!(problem.path, "edit");
    assert!(problem.message.contains("“lb”: "), "{problem}");
    assert!(problem.message.contains("points"), "{problem}");
}

#[test]
fn an_edit_has_only_so_many_changes() {
    let scenario = step("load-balancer");
    let turns = |count: usize| -> Vec<Change> {
        let pair = [unlink("web", "db"), link("web", "db")];
        pair.into_iter().cycle().take(count).collect()
    };
    let is_too_long = |changes| {
        refusal(&scenario, changes)
            .message
            .contains("changes are too many")
    };
    assert!(
        !is_too_long(turns(CHANGES_MAX)),
        "links have run out before"
    );
    assert!(is_too_long(turns(CHANGES_MAX + 2)));
}

#[test]
fn a_run_has_numbers_for_only_so_many_parts() {
    let mut scenario = step("load-balancer");
    let Design {
        components, links, ..
    } = &scenario.design;
    let (parts, wires) = (components.len(), links.len());
    let mut toggled = |changes: Vec<Change>, most: usize| {
        scenario.script.clear();
        for at_ns in 0..most as u64 {
            scenario.script.push(timed(at_ns, changes.clone()));
        }
        let last = scenario.script.len() - 1;
        let problems = scenario.clone().validate().expect_err("one too many");
        let first = &problems[0];
        assert_eq!(first.path, format!("script[{last}].action.edit.changes"));
        assert!(
            first
                .message
                .ends_with("numbers for 256, so begin a new one"),
            "{first}"
        );
        scenario.script.pop();
        scenario.clone().validate().expect("all have numbers");
    };
    let service = add(
        &step("one-server"),
        "more",
        Kind::Service(Service::default()),
    );
    toggled(
        vec![service, remove("more")],
        COMPONENTS_EVER_MAX - parts + 1,
    );
    toggled(
        vec![unlink("web", "db"), link("web", "db")],
        LINKS_EVER_MAX - wires + 1,
    );
}

#[test]
fn what_is_done_to_a_part_that_is_gone_is_refused_and_let_pass_where_a_user_was_faster() {
    let scenario = step("load-balancer");
    let away = vec![remove("lb"), link("users", "web")];
    let kill = Action::Kill {
        component: "lb".into(),
        instance: 0,
    };
    let slow_link = Action::SetLatency {
        from: "lb".into(),
        to: "web".into(),
        latency_ms: 9.0,
    };
    let gone = Scenario {
        script: vec![timed(5, away.clone())],
        ..scenario.clone()
    };
    for action in [kill, slow_link] {
        validate_action(&scenario, &action).expect("it is there");
        let problem = validate_action(&gone, &action).expect_err("it is gone");
        assert!(
            problem.message.starts_with("there is no component “lb”"),
            "{problem}"
        );
        let later = TimedAction { at_ns: 9, action };
        let edit = Action::Edit {
            changes: away.clone(),
        };
        validate_action_before(&scenario, &edit, std::slice::from_ref(&later))
            .expect("a user was faster");
        let mut replayed = gone.clone();
        replayed.script.push(later);
        replayed.validate().expect("it is what happened");
    }
}

#[test]
fn an_edit_that_what_comes_later_can_not_follow_is_refused() {
    let scenario = step("load-balancer");
    let later = timed(7_000_000_000, vec![remove("lb"), link("users", "web")]);
    let replaced = Action::Edit {
        changes: vec![
            remove("lb"),
            add(
                &scenario,
                "lb2",
                Kind::LoadBalancer(LoadBalancer::default()),
            ),
            link("users", "lb2"),
            link("lb2", "web"),
        ],
    };
    let problem = validate_action_before(&scenario, &replaced, &[later]).expect_err("no lb to go");
    assert!(
        problem
            .message
            .starts_with("what the script does 7 s into the run would make no sense then"),
        "{problem}"
    );
}

#[test]
fn an_edit_is_told_by_what_comes_and_goes() {
    let scenario = step("load-balancer");
    let told = |changes| Action::Edit { changes }.changes(&scenario);
    assert_eq!(
        told(vec![remove("lb"), link("users", "web")]),
        ["Load balancer taken out", "Users linked to Web tier"]
    );
    assert_eq!(
        told(vec![add(
            &scenario,
            "app",
            Kind::Service(Service::default())
        )]),
        ["app added"]
    );
    assert_eq!(
        told(vec![unlink("web", "db")]),
        ["Web tier unlinked from Database"]
    );
    let to_cache = scenario.design.changes_to(&step("cache").design);
    let told = told(to_cache);
    assert!(told.contains(&"Cache added".to_owned()), "{told:?}");
    assert!(
        !told.iter().any(|words| words.contains("linked")),
        "{told:?}"
    );
}

#[test]
fn a_design_can_run_with_whatever_it_may_be_given_and_without_whatever_it_may_lose() {
    let mut orders = Vec::new();
    for step in LADDER {
        let mut scenario = self::step(step.name);
        for addition in scenario.design.additions() {
            let edit = Action::Edit {
                changes: addition.changes,
            };
            validate_action(&scenario, &edit).expect(&addition.words);
            edit.carry_out(&mut scenario);
            orders.push(addition.words);
        }
        scenario.design = scenario.design.into_present();
        scenario.clone().validate().expect("all of it together");
        for id in ["lb", "cache", "dns"] {
            let edit = Action::Edit {
                changes: scenario.design.without(id),
            };
            if scenario.design.component(id).is_some() {
                validate_action(&scenario, &edit).expect(id);
                edit.carry_out(&mut scenario);
            }
        }
        let left = scenario.design.into_present();
        assert!(left.link("users", "web").is_some(), "{}", step.name);
    }
    orders.sort();
    orders.dedup();
    let expected = [
        "Cache for Web tier",
        "Database for Web tier",
        "Load balancer before Web tier",
    ];
    assert_eq!(orders, expected);
}

#[test]
fn what_is_added_again_has_an_id_of_its_own() {
    let mut scenario = step("database-apart");
    let mut ids = Vec::new();
    for _ in 0..3 {
        let additions = scenario.design.additions();
        let cache = additions
            .into_iter()
            .find(|addition| addition.words.starts_with("Cache"));
        let changes = cache.expect("there is none yet").changes;
        for change in &changes {
            if let Change::Add { component } = change {
                ids.push(component.id.clone());
            }
        }
        Action::Edit { changes }.carry_out(&mut scenario);
        let changes = scenario.design.without(ids.last().expect("it was added"));
        Action::Edit { changes }.carry_out(&mut scenario);
    }
    assert_eq!(ids, ["cache", "cache-2", "cache-3"]);
}

#[test]
fn what_is_there_already_stays_as_it_is_when_a_step_is_built() {
    let (one, two) = (step("one-server").design, step("database-apart").design);
    let mut live = step("one-server");
    for addition in live.design.additions() {
        let changes = addition.changes;
        Action::Edit { changes }.carry_out(&mut live);
    }
    let there: Vec<String> = live
        .design
        .components
        .present()
        .map(|(_, part)| part.id.clone())
        .collect();
    assert_eq!(there, ["users", "dns", "web", "db", "lb"]);
    let fitting = live.design.fitting(one.changes_to(&two));
    for change in &fitting {
        live.design.apply(change);
    }
    assert!(live.design.component("lb").is_some(), "{fitting:?}");
    assert_eq!(live.design.link("users", "web"), None, "{fitting:?}");
    let again = live.design.fitting(one.changes_to(&two));
    assert_eq!(again, vec![]);
}

#[test]
fn instances_come_and_go_where_the_other_design_has_more_or_fewer() {
    let one = step("bigger-server").design;
    let three = step("load-balancer").design;
    let sort = |mut actions: Vec<Action>| {
        let edit = actions.pop().expect("the edit comes last");
        assert!(matches!(edit, Action::Edit { .. }));
        actions
    };
    let web = || "web".to_owned();
    assert_eq!(
        sort(one.actions_between(&one, &three, |_| vec![0])),
        vec![Action::AddInstance { component: web() }; 2]
    );
    let gone = |instance| Action::RemoveInstance {
        component: web(),
        instance,
    };
    assert_eq!(
        sort(three.actions_between(&three, &one, |id| match id {
            "web" => vec![0, 2, 4],
            _ => vec![0],
        })),
        [gone(4), gone(2)]
    );
    let copied = step("replication").design;
    let alone = step("hash-ring").design;
    let copies = alone.actions_between(&alone, &copied, |_| vec![0]);
    assert!(copies.contains(&Action::AddInstance {
        component: "db".into(),
    }));
}

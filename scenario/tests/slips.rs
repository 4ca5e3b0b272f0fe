//! One slip of whoever types a document is one problem: where, what, and the nearest that is known.

use headroom_scenario::{Problem, Scenario};

const DOCUMENT: &str = r#"{"version": 1,
"design": {"components": [
    {"id": "users", "kind": {"clients": {}}},
    {"id": "lb", "kind": {"load_balancer": {}}},
    {"id": "web", "kind": {"service": {"instances": 2}}},
    {"id": "cache", "kind": {"cache": {"routing": "modulo"}}},
    {"id": "db", "kind": {"database": {}}}],
  "links": [{"from": "users", "to": "lb"}, {"from": "lb", "to": "web"},
    {"from": "web", "to": "cache"}, {"from": "web", "to": "db"}]},
"script": [
    {"at_ns": 1000, "action": {"kill": {"component": "web", "instance": 0}}},
    {"at_ns": 1500, "action": {"add_instance": {"component": "web"}}},
    {"at_ns": 1600, "action": {"hang": {"component": "web", "instance": 2}}},
    {"at_ns": 2000, "action": {"slow": {"component": "web", "instance": 1, "factor": 2}}},
    {"at_ns": 2050, "action": {"configure": {"component": "web",
        "kind": {"service": {"instances": 2, "autoscaling": {}}}}}},
    {"at_ns": 2070, "action": {"repair": {"component": "web", "instance": 9}}},
    {"at_ns": 2100, "action": {"set_latency": {"from": "web", "to": "db", "latency_ms": 2}}},
    {"at_ns": 2200, "action": {"impair_link": {"from": "web", "to": "db",
        "impairment": {"cut": {"direction": "both"}}}}}]
}"#;

fn problems(document: &str) -> Vec<Problem> {
    let read = Scenario::from_json(document).and_then(Scenario::validate);
    read.err().unwrap_or_default()
}

/// The only problem of the document with that one slip in it.
fn only_problem(typed: &str, slip: &str) -> String {
    assert!(DOCUMENT.contains(typed), "{typed}");
    let problems = problems(&DOCUMENT.replacen(typed, slip, 1));
    match problems.as_slice() {
        [only] => only.to_string(),
        all => panic!("{slip} has {} problems: {all:#?}", all.len()),
    }
}

fn assert_told(slips: &[(&str, &str, &str)]) {
    for (typed, slip, told) in slips {
        assert_eq!(only_problem(typed, slip), *told);
    }
}

#[test]
fn the_document_is_valid_without_a_slip() {
    assert_eq!(problems(DOCUMENT), []);
}

#[test]
fn a_slip_in_an_action_is_one_problem() {
    assert_told(&[
        (
            "\"kill\"",
            "\"kil\"",
            "script[0].action: unknown choice `kil`: did you mean `kill`?",
        ),
        (
            "\"instance\": 0",
            "\"instnce\": 0",
            "script[0].action.kill.instnce: unknown field `instnce`: did you mean `instance`?",
        ),
        (
            "\"instance\": 0",
            "\"no\": 0",
            "script[0].action.kill.no: unknown field `no`: did you mean `instance`, which is missing?",
        ),
        (
            "\"action\"",
            "\"acton\"",
            "script[0].acton: unknown field `acton`: did you mean `action`?",
        ),
        (
            "\"at_ns\"",
            "\"at_n\"",
            "script[0].at_n: unknown field `at_n`: did you mean `at_ns`?",
        ),
        (
            "\"factor\": 2",
            "\"factor\": \"2\"",
            "script[3].action.slow.factor: invalid type: string \"2\", expected a number",
        ),
        (
            "\"direction\": \"both\"",
            "\"direction\": \"bth\"",
            "script[7].action.impair_link.impairment.cut.direction: unknown choice `bth`: did you mean `both`?",
        ),
        (
            "{\"kill\": {\"component\": \"web\"",
            "{\"kill\": {\"component\": \"wbe\"",
            "script[0].action.kill.component: there is no component “wbe”: did you mean “web”?",
        ),
        (
            "{\"kill\": {\"component\": \"web\", \"instance\": 0",
            "{\"kill\": {\"component\": \"db\", \"instance\": 1",
            "script[0].action.kill.instance: “db” has one instance by then: give 0",
        ),
        (
            "\"web\", \"instance\": 0",
            "\"web\", \"instance\": 20",
            "script[0].action.kill.instance: “web” has 2 instances by then: give at most 1, for they are numbered from 0",
        ),
    ]);
}

#[test]
fn a_number_beyond_its_type_is_told_with_the_bounds_of_its_parameter() {
    assert_told(&[
        (
            "{\"service\": {\"instances\": 2}}",
            "{\"service\": {\"instances\": 70000}}",
            "design.components[2].kind.service.instances: 70000 is too large: give 1 to 1000",
        ),
        (
            "{\"service\": {\"instances\": 2}}",
            "{\"service\": {\"instances\": 2, \"workers\": 1e30}}",
            "design.components[2].kind.service.workers: it is too large: give 1 to 1024",
        ),
        (
            "\"version\": 1,",
            "\"version\": 1, \"traffic\": {\"classes\": [{\"id\": \"a\", \"lookups\": 300}]},",
            "traffic.classes[0].lookups: 300 is too large: give 0 to 16",
        ),
        // What an instance may be is a question of the design, which is not read here.
        (
            "\"instance\": 0",
            "\"instance\": 70000",
            "script[0].action.kill.instance: 70000 is too large: give at most 65535",
        ),
        (
            "\"at_ns\": 2200",
            "\"at_ns\": 2e19",
            "script[7].at_ns: it is too large: give at most 9007199254740991",
        ),
    ]);
}

#[test]
fn calls_that_are_too_many_in_sum_as_well_are_told_one_by_one() {
    let traffic = "\"version\": 1, \"traffic\": {\"classes\": [{\"id\": \"a\", \"lookups\": 250, \"queries\": 10}, \
                   {\"id\": \"b\", \"lookups\": 250, \"queries\": 20}]},";
    let problems = problems(&DOCUMENT.replacen("\"version\": 1,", traffic, 1));
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "traffic.classes[0].lookups: 250 is too large: give 0 to 16",
            "traffic.classes[1].lookups: 250 is too large: give 0 to 16",
            "traffic.classes[1].queries: 20 is too large: give 0 to 16",
        ]
    );
}

#[test]
fn what_stands_in_place_of_something_else_is_called_as_in_a_document() {
    assert_told(&[
        (
            "{\"service\": {\"instances\": 2}}",
            "{\"service\": {\"instances\": null}}",
            "design.components[2].kind.service.instances: invalid type: null, expected a whole number of 0 or more",
        ),
        (
            "{\"service\": {\"instances\": 2}}",
            "{\"service\": {\"instances\": []}}",
            "design.components[2].kind.service.instances: invalid type: a list, expected a whole number of 0 or more",
        ),
        (
            "\"factor\": 2",
            "\"factor\": {}",
            "script[3].action.slow.factor: invalid type: an object, expected a number",
        ),
        (
            "\"id\": \"lb\",",
            "\"id\": \"lb\", \"name\": -1e308,",
            "design.components[1].name: invalid type: number -1e308, expected a text",
        ),
        (
            "\"id\": \"lb\",",
            "\"id\": \"lb\", \"position\": {\"x\": 1e308, \"y\": 0},",
            "design.components[1].position.x: 1e308 is too large: give -100000 to 100000",
        ),
    ]);
}

#[test]
fn what_counts_on_an_action_with_a_slip_is_no_further_problem() {
    assert_told(&[
        (
            "{\"add_instance\": {\"component\": \"web\"",
            "{\"add_instance\": {\"component\": \"wbe\"",
            "script[1].action.add_instance.component: there is no component “wbe”: did you mean “web”?",
        ),
        (
            "{\"configure\": {\"component\": \"web\"",
            "{\"configure\": {\"component\": \"wbe\"",
            "script[4].action.configure.component: there is no component “wbe”: did you mean “web”?",
        ),
        (
            "\"at_ns\": 1500",
            "\"at_ns\": 15000",
            "script[2].at_ns: 1600 ns is before the action above: put actions in order of time",
        ),
        (
            "\"at_ns\": 2000",
            "\"at_ns\": 200",
            "script[3].at_ns: 200 ns is before the action above: put actions in order of time",
        ),
    ]);
}

#[test]
fn a_slip_in_a_kind_or_a_field_is_one_problem() {
    assert_told(&[
        (
            "\"service\"",
            "\"servce\"",
            "design.components[2].kind: unknown choice `servce`: did you mean `service`?",
        ),
        (
            "{\"clients\"",
            "{\"client\"",
            "design.components[0].kind: unknown choice `client`: did you mean `clients`?",
        ),
        (
            "\"kind\"",
            "\"knd\"",
            "design.components[0].knd: unknown field `knd`: did you mean `kind`?",
        ),
        (
            "\"modulo\"",
            "\"modul\"",
            "design.components[3].kind.cache.routing: unknown choice `modul`: did you mean `modulo`?",
        ),
        (
            "\"links\"",
            "\"lnks\"",
            "design.lnks: unknown field `lnks`: did you mean `links`?",
        ),
        (
            "\"version\"",
            "\"verson\"",
            "verson: unknown field `verson`: did you mean `version`?",
        ),
    ]);
}

#[test]
fn a_slip_in_a_link_or_a_name_is_one_problem() {
    assert_told(&[
        (
            "\"from\": \"users\"",
            "\"form\": \"users\"",
            "design.links[0].form: unknown field `form`: did you mean `from`?",
        ),
        (
            "\"to\": \"web\"",
            "\"to\": \"wbe\"",
            "design.links[1].to: there is no component “wbe”: did you mean “web”?",
        ),
        (
            "\"to\": \"lb\"",
            "\"to\": \"bl\"",
            "design.links[0].to: there is no component “bl”: did you mean “lb”?",
        ),
        (
            "\"from\": \"users\"",
            "\"from\": \"usrs\"",
            "design.links[0].from: there is no component “usrs”: did you mean “users”?",
        ),
        (
            "\"to\": \"lb\"",
            "\"to\": \"db\"",
            "design.links[0]: a group of clients can't call a database: link clients to a name service, \
             a load balancer or a service",
        ),
        (
            "\"id\": \"web\"",
            "\"id\": \"wbe\"",
            "design.links[1].to: there is no component “web”, here and in 10 more places: did you mean “wbe”?",
        ),
        (
            "\"set_latency\": {\"from\": \"web\"",
            "\"set_latency\": {\"from\": \"wbe\"",
            "script[6].action.set_latency.from: there is no component “wbe”: did you mean “web”?",
        ),
        (
            "\"set_latency\": {\"from\": \"web\", \"to\": \"db\"",
            "\"set_latency\": {\"from\": \"db\", \"to\": \"web\"",
            "script[6].action.set_latency: no link leads from “db” to “web”: one leads the other way, so \
             swap its ends",
        ),
        (
            "\"set_latency\": {\"from\": \"web\"",
            "\"set_latency\": {\"from\": \"lb\"",
            "script[6].action.set_latency: no link leads from “lb” to “db”: from there it leads to “web”",
        ),
    ]);
}

#[test]
fn an_id_typed_twice_is_one_problem_whatever_is_said_of_it_and_of_the_one_it_hides() {
    let ids = ["users", "lb", "web", "cache", "db"];
    for id in ids {
        for other in ids.into_iter().filter(|other| *other != id) {
            let typed = format!("\"id\": \"{id}\"");
            let told = only_problem(&typed, &format!("\"id\": \"{other}\""));
            let taken = format!("].id: the id “{other}” is taken: give each its own");
            assert!(told.ends_with(&taken), "{told}");
        }
    }
    let site = |id: &str| format!("{{\"id\": \"{id}\", \"region\": \"eu\"}}");
    let sites = format!(
        "\"design\": {{\"sites\": [{}, {}],",
        site("north"),
        site("north")
    );
    let placed = DOCUMENT.replacen("\"design\": {", &sites, 1);
    let placed = placed.replacen(
        "\"id\": \"web\",",
        "\"id\": \"web\", \"site\": \"south\",",
        1,
    );
    let [only] = &problems(&placed)[..] else {
        panic!("{:#?}", problems(&placed));
    };
    assert_eq!(only.path, "design.sites[1].id");
}

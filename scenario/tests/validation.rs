//! What is wrong with a document is told at its place, all of it, with what would be right.

use headroom_scenario::{
    Action, Algorithm, Autoscaling, Curve, Design, Direction, Impairment, Kind, Link, LoopModel,
    Problem, ReadMode, Replication, ReplicationMode, Scenario, Size, TimedAction, WriteMode,
    limits, step, validate_action,
};
use serde_json::{Value, json};

fn one_server() -> Value {
    serde_json::from_str(&step::LADDER[0].scenario().to_json()).expect("it is JSON")
}

fn last_step() -> Value {
    let step = step::LADDER.last().expect("the ladder has steps");
    serde_json::from_str(&step.scenario().to_json()).expect("it is JSON")
}

fn problems_of(document: &Value) -> Vec<Problem> {
    let read = Scenario::from_json(&document.to_string());
    read.and_then(Scenario::validate).err().unwrap_or_default()
}

fn paths(problems: &[Problem]) -> Vec<&str> {
    problems
        .iter()
        .map(|problem| problem.path.as_str())
        .collect()
}

/// The one problem of a design that is drawn as `id: kind` and `from > to`.
fn drawn(components: &[(&str, Value)], links: &[(&str, &str)]) -> Vec<Problem> {
    let mut document = one_server();
    let component = |(id, kind): &(&str, Value)| json!({"id": id, "kind": kind});
    let link = |(from, to): &(&str, &str)| json!({"from": from, "to": to});
    document["design"] = json!({
        "components": components.iter().map(component).collect::<Vec<_>>(),
        "links": links.iter().map(link).collect::<Vec<_>>(),
    });
    problems_of(&document)
}

fn kind(name: &str) -> Value {
    json!({ name: {} })
}

type Components = Vec<(&'static str, Value)>;
type Links = Vec<(&'static str, &'static str)>;

/// A design with one component of each kind, all linked as they should be.
fn whole() -> (Components, Links) {
    let components = vec![
        ("users", kind("clients")),
        ("dns", kind("dns")),
        ("lb", kind("load_balancer")),
        ("web", kind("service")),
        ("cache", kind("cache")),
        ("db", kind("database")),
    ];
    let links = vec![
        ("users", "dns"),
        ("users", "lb"),
        ("lb", "web"),
        ("web", "cache"),
        ("web", "db"),
    ];
    (components, links)
}

#[test]
fn all_problems_of_shape_come_at_once_each_at_its_place() {
    let mut document = last_step();
    document["seed"] = json!("lucky");
    document["colour"] = json!("blue");
    document["traffic"]["classes"][1]["lookups"] = json!(300);
    let components = &mut document["design"]["components"];
    components[2]["kind"]["service"]["workers"] = json!(-1);
    components[2]["kind"]["service"]["size"] = json!("huge");
    components[5]["kind"] = json!({"toaster": {}});
    components[0]["position"] = json!({"x": 1});
    document["design"]["links"][0]["to"] = Value::Null;
    document["design"]["links"][1]["via"] = json!("lb");
    let problems = problems_of(&document);
    let mut found = paths(&problems);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "colour",
            "design.components[0].position",
            "design.components[2].kind.service.size",
            "design.components[2].kind.service.workers",
            "design.components[5].kind",
            "design.links[0].to",
            "design.links[1].via",
            "seed",
            "traffic.classes[1].lookups",
        ]
    );
    let workers = problems
        .iter()
        .find(|problem| problem.path.ends_with("workers"));
    let workers = workers.expect("it is there");
    assert_eq!(workers.component.as_deref(), Some("web"));
    assert!(
        workers.message.contains("a whole number of 0 or more"),
        "{}",
        workers.message
    );
    let colour = problems
        .iter()
        .find(|problem| problem.path == "colour")
        .expect("it is there");
    assert!(
        colour.message.contains("unknown field"),
        "{}",
        colour.message
    );
}

#[test]
fn a_name_that_is_not_known_is_told_with_the_nearest_that_is() {
    let mut document = last_step();
    document["sede"] = json!(1);
    document["design"]["components"][2]["kind"]["service"]["instancs"] = json!(2);
    document["design"]["components"][3]["kind"] = json!({"databse": {}});
    let problems = problems_of(&document);
    let message = |path: &str| {
        let found = problems.iter().find(|problem| problem.path == path);
        found
            .unwrap_or_else(|| panic!("{path}: {problems:#?}"))
            .message
            .clone()
    };
    assert_eq!(
        message("sede"),
        "unknown field `sede`: did you mean `seed`?"
    );
    assert_eq!(
        message("design.components[2].kind.service.instancs"),
        "unknown field `instancs`: did you mean `instances`?"
    );
    assert_eq!(
        message("design.components[3].kind"),
        "unknown choice `databse`: did you mean `database`?"
    );

    let mut document = last_step();
    document["design"]["components"][2]["site"] = json!("eu_1");
    document["design"]["sites"] = json!([{"id": "eu-1", "region": "eu"}]);
    document["design"]["links"][1]["to"] = json!("wep");
    document["script"] = json!([
        {"at_ns": 1, "action": {"kill": {"component": "wbe", "instance": 0}}},
    ]);
    document["view"] = json!({"selected": "cahce"});
    let problems = problems_of(&document);
    for (path, meant) in [
        ("design.components[2].site", "“eu-1”"),
        ("design.links[1].to", "“Web tier” (web)"),
        ("script[0].action.kill.component", "“Web tier” (web)"),
        ("view.selected", "“Cache” (cache)"),
    ] {
        let found = problems.iter().find(|problem| problem.path == path);
        let message = &found
            .unwrap_or_else(|| panic!("{path}: {problems:#?}"))
            .message;
        assert!(
            message.contains(&format!("did you mean {meant}?")),
            "{path}: {message}"
        );
    }
    document["view"] = json!({"selected": "nobody"});
    let problems = problems_of(&document);
    let nobody = problems
        .iter()
        .find(|problem| problem.path == "view.selected");
    assert!(
        nobody
            .expect("it is there")
            .message
            .contains("there are “Users” (users)")
    );
}

#[test]
fn a_whole_number_may_have_a_fraction_of_nothing_and_no_other() {
    let document = one_server();
    let with = |seed: &str, version: &str, users: &str| {
        let mut text = document.to_string();
        for (key, value) in [("seed", seed), ("version", version), ("users", users)] {
            let start = text.find(&format!("\"{key}\":")).expect(key) + key.len() + 3;
            let end = start + text[start..].find([',', '}']).expect("it ends");
            text.replace_range(start..end, value);
        }
        Scenario::from_json(&text)
    };
    let read = with("3.0", "1.0", "1e3").expect("3.0 is 3");
    assert_eq!((read.seed, read.version, read.traffic.users), (3, 1, 1_000));
    let problems = with("18446744073709551617", "1", "1").expect_err("more than 64 bits");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["seed: it is too large: give at most 9007199254740991"]
    );
    for zero in ["-0", "-0.0"] {
        assert_eq!(with(zero, "1", "1").expect("it is 0").seed, 0);
    }
    for negative in ["-1", "-1e300"] {
        let problems = with(negative, "1", "1").expect_err(negative);
        let told = problems[0].to_string();
        assert_eq!(
            told,
            "seed: it is negative: give a whole number of 0 or more"
        );
    }
    let problems = with("3.5", "1", "-2.0").expect_err("3.5 is not whole");
    let mut found: Vec<String> = problems.iter().map(ToString::to_string).collect();
    found.sort();
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        found[0],
        "seed: 3.5 is not whole: give a whole number of 0 or more"
    );
    assert_eq!(
        found[1],
        "traffic.users: it is negative: give a whole number of 0 or more"
    );
    let problems = with("1", "1", "1e10").expect_err("more than its type holds");
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["traffic.users: 10000000000 is too large: give 1 to 1000000"]
    );
}

#[test]
fn a_key_given_twice_is_refused_with_its_path_and_with_the_other_problems() {
    let text = one_server().to_string();
    let twice = text.replacen("\"seed\":", "\"seed\":5,\"seed\":", 1);
    let twice = twice.replacen("\"id\":", "\"id\":\"a\",\"id\":", 1);
    assert_ne!(twice, text);
    let problems = Scenario::from_json(&twice).expect_err("two keys are given twice");
    let mut found = paths(&problems);
    found.sort_unstable();
    assert_eq!(found, ["design.components[0].id", "seed"]);
    assert!(
        problems
            .iter()
            .all(|problem| problem.message.contains("twice"))
    );

    let broken = twice.replacen("\"version\":", "\"colour\":1,\"version\":", 1);
    let problems = Scenario::from_json(&broken).expect_err("and one is not known");
    assert_eq!(problems.len(), 3, "{problems:?}");
    let odd = "{\"version\": 1, \"\u{202e}\": 1, \"\u{202e}\": 2}";
    let problems = Scenario::from_json(odd).expect_err("it is given twice");
    assert!(
        problems
            .iter()
            .all(|problem| !problem.to_string().contains('\u{202e}'))
    );
}

#[test]
fn a_byte_order_mark_is_passed_over_and_another_encoding_is_named() {
    let text = one_server().to_string();
    assert_eq!(
        Scenario::from_json(&format!("\u{feff}{text}")),
        Scenario::from_json(&text)
    );
    // What a browser makes of a file in UTF-16, with its mark and without.
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe], &units[..]].concat();
    for bytes in [&units, &marked] {
        let problems = Scenario::from_json(&String::from_utf8_lossy(bytes));
        let problems = problems.expect_err("it is no JSON");
        assert!(problems[0].message.contains("UTF-8"), "{}", problems[0]);
    }
}

/// Pointers to every value in a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    for (name, inside) in value.as_object().into_iter().flatten() {
        places(inside, &format!("{at}/{name}"), found);
    }
    for (index, inside) in value.as_array().into_iter().flatten().enumerate() {
        places(inside, &format!("{at}/{index}"), found);
    }
}

#[test]
fn whatever_stands_at_any_place_is_answered_without_a_panic() {
    let document = last_step();
    let mut found = Vec::new();
    places(&document, "", &mut found);
    let (mut refused, mut tried) = (0, 0);
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!("?"),
        json!([7]),
        json!({"?": 7}),
    ];
    for pointer in found {
        for value in &odd {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).expect("it was found there") = value.clone();
            tried += 1;
            refused += usize::from(!problems_of(&changed).is_empty());
        }
    }
    println!("{refused} of {tried} documents with something odd are refused");
    assert!(refused > tried * 9 / 10, "{refused} of {tried}");
}

#[test]
fn problems_keep_their_number_when_items_before_them_are_broken() {
    let mut document = last_step();
    for index in [0, 2] {
        document["design"]["links"][index] = json!("broken");
    }
    document["design"]["links"][3]["latency_ms"] = json!("slow");
    document["design"]["links"][4]["via"] = json!("lb");
    let problems = problems_of(&document);
    let mut found = paths(&problems);
    found.sort_unstable();
    let expected = [
        "design.links[0]",
        "design.links[2]",
        "design.links[3].latency_ms",
        "design.links[4].via",
    ];
    assert_eq!(found, expected);
}

#[test]
fn problems_of_shape_and_of_content_come_together() {
    let mut document = last_step();
    document["seed"] = json!("lucky");
    document["traffic"]["rate_rps"] = json!(0);
    document["traffic"]["regions"] = json!([{"share": "all"}]);
    document["traffic"]["keys"]["count"] = json!(0);
    let components = &mut document["design"]["components"];
    components[1] = json!("broken");
    components[2]["kind"]["service"]["workers"] = json!(-1);
    components[2]["kind"]["service"]["boot_s"] = json!(-1);
    components[5]["kind"]["cache"]["nodes"] = json!(0);
    document["design"]["links"][0] = json!("broken");
    document["design"]["links"][3]["latency_ms"] = json!(-1);
    document["objectives"]["failed_share"] = json!(2);
    let problems = problems_of(&document);
    let mut found = paths(&problems);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "design.components[1]",
            "design.components[2].kind.service.boot_s",
            "design.components[2].kind.service.workers",
            "design.components[5].kind.cache.nodes",
            "design.links[0]",
            "design.links[3].latency_ms",
            "objectives.failed_share",
            "seed",
            "traffic.keys.count",
            "traffic.rate_rps",
            "traffic.regions[0].share",
        ],
        "what lacks only because it could not be read is not told"
    );
}

#[test]
fn all_problems_of_content_come_at_once_each_at_its_place() {
    let mut document = last_step();
    document["name"] = json!("bell\u{7}");
    document["traffic"]["rate_rps"] = json!(0);
    document["design"]["components"][2]["kind"]["service"]["workers"] = json!(0);
    document["design"]["components"][3]["id"] = json!("web");
    document["script"] = json!([
        {"at_ns": 5, "action": {"kill": {"component": "cache", "instance": 9}}},
        {"at_ns": 4, "action": {"set_rate": {"rate_rps": 100}}},
    ]);
    document["objectives"]["failed_share"] = json!(1.5);
    document["view"] = json!({"selected": "nobody"});
    let problems = problems_of(&document);
    for path in [
        "name",
        "traffic.rate_rps",
        "design.components[2].kind.service.workers",
        "design.components[3].id",
        "script[0].action.kill.instance",
        "script[1].at_ns",
        "objectives.failed_share",
        "view.selected",
    ] {
        assert!(
            paths(&problems).contains(&path),
            "{path} is not among {:?}",
            paths(&problems)
        );
    }
    let workers = problems
        .iter()
        .find(|problem| problem.path.ends_with("workers"));
    let workers = workers.expect("it is there");
    assert_eq!(workers.message, "0 is too small: give 1 to 1024");
    assert_eq!(workers.component.as_deref(), Some("web"));
}

#[test]
fn what_is_no_scenario_at_all_is_said_to_be_none() {
    for (text, part) in [
        ("", "the file is empty"),
        ("\u{feff} \n", "the file is empty"),
        ("{", "not a JSON document"),
        ("[]", "JSON object"),
        ("null", "JSON object"),
        ("{}", "the version is missing"),
        ("{\"version\": 0}", "1 or more"),
        ("{\"version\": \"1\"}", "a whole number"),
        ("{\"version\": 7}", "newer"),
        ("{\"version\": 1} {}", "not a JSON document"),
    ] {
        let problems = Scenario::from_json(text).expect_err("it is none");
        assert_eq!(problems.len(), 1, "{text}");
        assert!(
            problems[0].message.contains(part),
            "{text}: {}",
            problems[0]
        );
    }
}

#[test]
fn deep_nesting_is_refused_before_it_can_fill_the_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let bomb = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        assert!(Scenario::from_json(&bomb).is_err());
        let hidden = format!("{{\"version\": 1, \"design\": {bomb}}}");
        assert!(Scenario::from_json(&hidden).is_err());
    }
}

#[test]
fn a_document_full_of_mistakes_ends_in_a_bounded_list() {
    let wrong: Value = (0..5_000).map(|index| json!({"id": index})).collect();
    let mut document = one_server();
    document["design"]["components"] = wrong;
    let problems = problems_of(&document);
    assert_eq!(problems.len(), limits::PROBLEMS_MAX);
}

#[test]
fn a_design_with_a_component_of_each_kind_is_valid() {
    let (components, mut links) = whole();
    assert_eq!(drawn(&components, &links), []);
    links.push(("cache", "db"));
    assert_eq!(drawn(&components, &links), []);
}

#[test]
fn only_links_that_make_sense_are_allowed() {
    const SENSE: [(&str, &str); 8] = [
        ("users", "dns"),
        ("users", "lb"),
        ("users", "web"),
        ("lb", "web"),
        ("web", "cache"),
        ("web", "db"),
        ("web", "api"),
        ("cache", "db"),
    ];
    let (mut components, _) = whole();
    components.push(("api", kind("service")));
    for (from, _) in &components {
        for (to, _) in &components {
            if from == to || *from == "api" || (*to == "api" && *from != "web") {
                continue;
            }
            let problems = drawn(&components, &[(from, to)]);
            let refused = problems
                .iter()
                .find(|problem| problem.path == "design.links[0]");
            assert_eq!(
                refused.is_none(),
                SENSE.contains(&(*from, *to)),
                "{from} > {to}"
            );
            if let Some(problem) = refused {
                assert!(
                    problem.message.contains("link"),
                    "{problem} says what would make sense"
                );
                assert_eq!(problem.component.as_deref(), Some(*from));
            }
        }
    }
}

/// Adds components and links to the whole design and expects one problem.
fn assert_refused(
    more: &[(&'static str, Value)],
    links: &[(&'static str, &'static str)],
    says: &str,
) {
    let (mut components, mut all_links) = whole();
    components.extend_from_slice(more);
    all_links.extend_from_slice(links);
    let problems = drawn(&components, &all_links);
    let said = problems
        .iter()
        .any(|problem| problem.message.contains(says));
    assert!(said, "“{says}” is not among {problems:#?}");
}

#[test]
fn a_design_that_can_not_serve_is_refused_at_the_place() {
    let second = |name| [("second", kind(name))];
    assert_refused(&[], &[("web", "web")], "can't call itself");
    assert_refused(&[], &[("web", "db")], "there already");
    assert_refused(
        &[],
        &[("web", "nowhere")],
        "there is no component “nowhere”",
    );
    assert_refused(
        &second("clients"),
        &[("second", "web")],
        "one component stands for all clients",
    );
    assert_refused(&second("dns"), &[("users", "second")], "one name service");
    assert_refused(&[], &[("users", "web")], "requests enter at one place");
    assert_refused(&second("load_balancer"), &[], "no service stands behind");
    assert_refused(
        &second("service"),
        &[("lb", "second")],
        "one service behind it",
    );
    assert_refused(
        &second("database"),
        &[("web", "second")],
        "calls one database",
    );
    assert_refused(&second("cache"), &[("web", "second")], "calls one cache");
    assert_refused(
        &[("second", kind("service")), ("third", kind("service"))],
        &[("web", "second"), ("web", "third")],
        "calls one service",
    );
    assert_refused(
        &second("database"),
        &[("cache", "second")],
        "link both to the same database",
    );
    assert_refused(
        &second("service"),
        &[("web", "second"), ("second", "web")],
        "the links form a circle",
    );
    let through = json!({"cache": {"read_mode": "read_through"}});
    assert_refused(
        &[("second", through)],
        &[],
        "a read-through cache fetches by itself",
    );
    let back = json!({"cache": {"write_mode": "back"}});
    assert_refused(
        &[("second", back)],
        &[],
        "a write-back cache writes by itself",
    );
}

#[test]
fn a_design_without_an_entry_is_refused() {
    let said = |problems: &[Problem], says: &str| {
        problems
            .iter()
            .any(|problem| problem.message.contains(says))
    };
    assert!(said(&drawn(&[], &[]), "nobody sends requests"));
    assert!(said(
        &drawn(&[("web", kind("service"))], &[]),
        "nobody sends requests"
    ));
    let apart = [("users", kind("clients")), ("web", kind("service"))];
    let problems = drawn(&apart, &[]);
    assert!(said(&problems, "requests have nowhere to go"));
    assert_eq!(problems[0].component.as_deref(), Some("users"));
}

#[test]
fn a_component_without_links_is_only_idle() {
    let (mut components, links) = whole();
    components.push(("spare", kind("database")));
    assert_eq!(drawn(&components, &links), []);
}

#[test]
fn ids_are_short_plain_and_given_once() {
    for id in [
        "",
        "web server",
        "web/1",
        "wéb",
        "a\u{202e}b",
        "<b>",
        "a&b",
        &"x".repeat(33),
    ] {
        let mut document = one_server();
        document["traffic"]["regions"][0]["id"] = json!(id);
        assert_eq!(
            paths(&problems_of(&document)),
            ["traffic.regions[0].id"],
            "{id:?}"
        );
    }
}

#[test]
fn names_hold_no_invisible_characters() {
    for hidden in [
        '\0', '\n', '\u{7f}', '\u{85}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}',
    ] {
        let mut scenario = step::LADDER[0].scenario();
        scenario.name = format!("all{hidden}good");
        let problems = scenario.validate().expect_err("it hides something");
        assert_eq!(paths(&problems), ["name"], "{hidden:?}");
        let shown = format!("U+{:04X}", hidden as u32);
        assert!(problems[0].message.contains(&shown), "{}", problems[0]);
    }
    let mut scenario = step::LADDER[0].scenario();
    scenario.name = "Größe 50 % — 负载 <script>".into();
    assert!(scenario.validate().is_ok());
}

#[test]
fn what_can_not_be_seen_is_told_by_its_code() {
    let read = |typed: &str, hidden: &str| {
        let text = step::LADDER[3].scenario().to_json();
        assert!(text.contains(typed), "{typed}");
        let text = text.replacen(typed, hidden, 1);
        let problems = Scenario::from_json(&text).and_then(Scenario::validate);
        problems.expect_err("it hides something")[0].to_string()
    };
    for (typed, hidden, told) in [
        (
            "\"rate_rps\"",
            "\"rate\u{200b}_rps\"",
            "traffic.rate<U+200B>_rps: unknown field `rate<U+200B>_rps`: did you mean `rate_rps`?",
        ),
        (
            "\"version\"",
            "\"ver\u{ad}sion\"",
            "ver<U+00AD>sion: unknown field `ver<U+00AD>sion`: did you mean `version`?",
        ),
        (
            "\"id\":\"lb\"",
            "\"id\":\"l\u{200f}b\"",
            "design.components[4].id: the id has the invisible character U+200F: leave it out",
        ),
        (
            "\"to\":\"lb\"",
            "\"to\":\"lb\u{2060}\"",
            "design.links[2].to: there is no component “lb<U+2060>”: did you mean “Load balancer” (lb)?",
        ),
        (
            "\"seed\":",
            "\u{200b}\"seed\":",
            "this is not a JSON document: key must be a string at line 1 column COLUMN, where the invisible \
             character U+200B stands: leave it out",
        ),
    ] {
        let text = step::LADDER[3].scenario().to_json();
        let column = text.find(typed).expect(typed) + 1;
        let told = told.replace("COLUMN", &column.to_string());
        assert_eq!(read(typed, hidden), told);
    }
}

#[test]
fn a_message_never_repeats_hidden_or_endless_text() {
    let (mut components, links) = whole();
    let evil = format!("evil\u{202e}{}", "x".repeat(1_000));
    components.push((&evil, kind("service")));
    for problem in drawn(&components, &links) {
        assert!(!problem.message.contains('\u{202e}'), "{problem:?}");
        assert!(problem.message.chars().count() < 200, "{problem:?}");
    }
}

#[test]
fn neither_a_path_nor_a_message_of_shape_repeats_hidden_or_endless_text() {
    let evil = format!("\u{1b}[2J\u{202e}{}", "x".repeat(1_000));
    let mut document = last_step();
    document[&evil] = json!(1);
    document["design"]["components"][2]["kind"]["service"]["size"] = json!(evil);
    document["design"]["components"][3]["kind"] = json!({ &evil: {} });
    document["traffic"]["regions"][0][&evil] = json!(1);
    let problems = problems_of(&document);
    assert_eq!(problems.len(), 4, "{problems:#?}");
    for Problem { path, message, .. } in problems {
        for text in [path, message] {
            assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
            assert!(text.chars().count() < 400, "{text:?}");
        }
    }
}

fn scripted(actions: impl IntoIterator<Item = Action>) -> Result<(), Vec<String>> {
    scripted_on(cached(), actions)
}

fn cached() -> Scenario {
    step::LADDER.last().expect("there are steps").scenario()
}

fn scripted_on(
    mut scenario: Scenario,
    actions: impl IntoIterator<Item = Action>,
) -> Result<(), Vec<String>> {
    let timed = |(at_ns, action)| TimedAction { at_ns, action };
    scenario.script = (0..).zip(actions).map(timed).collect();
    let problems = scenario.validate().map(|_| ());
    problems.map_err(|problems| problems.into_iter().map(|problem| problem.path).collect())
}

fn add(component: &str) -> Action {
    Action::AddInstance {
        component: component.into(),
    }
}

fn kill(component: &str, instance: u16) -> Action {
    Action::Kill {
        component: component.into(),
        instance,
    }
}

fn remove(component: &str, instance: u16) -> Action {
    Action::RemoveInstance {
        component: component.into(),
        instance,
    }
}

/// The last step, with other rules for the copies of its database: what is wrong, and where.
fn replicated(change: impl FnOnce(&mut Replication)) -> Vec<(String, String)> {
    let mut scenario = cached();
    let parts = scenario.design.components.iter_mut();
    for part in parts {
        if let Kind::Database(database) = &mut part.kind {
            change(&mut database.replication);
            break;
        }
    }
    let problems = scenario.validate().err().unwrap_or_default();
    let problems = problems.into_iter();
    problems
        .map(|problem| (problem.path, problem.message))
        .collect()
}

#[test]
fn no_write_waits_for_more_replicas_than_there_are() {
    let waiting = |mode, acknowledgements, replicas| {
        replicated(|rules| {
            (rules.mode, rules.acknowledgements) = (mode, acknowledgements);
            rules.replicas = replicas;
        })
    };
    let semi = ReplicationMode::SemiSynchronous;
    assert_eq!(waiting(semi, 2, 2), []);
    let [(path, message)] = &waiting(semi, 2, 1)[..] else {
        panic!("one thing is wrong");
    };
    assert_eq!(
        path,
        "design.components[3].kind.database.replication.acknowledgements"
    );
    assert!(
        message.contains("2 of 1: give at most 1, or more replicas"),
        "{message}"
    );
    // Nobody counts them where writes wait for none or for all, or where there is nobody to wait for.
    for mode in [ReplicationMode::Asynchronous, ReplicationMode::Synchronous] {
        assert_eq!(waiting(mode, 15, 1), []);
    }
    assert_eq!(waiting(semi, 15, 0), []);
}

#[test]
fn a_look_at_a_copy_is_over_before_the_next_one() {
    let checked = |timeout_ms, interval_ms, replicas| {
        replicated(|rules| {
            (rules.check_timeout_ms, rules.check_interval_ms) = (timeout_ms, interval_ms);
            rules.replicas = replicas;
        })
    };
    assert_eq!(checked(1_000.0, 1_000.0, 1), []);
    assert_eq!(checked(1_001.0, 1_000.0, 0), []);
    let [(path, message)] = &checked(1_001.0, 1_000.0, 1)[..] else {
        panic!("one thing is wrong");
    };
    assert_eq!(
        path,
        "design.components[3].kind.database.replication.check_timeout_ms"
    );
    assert!(message.contains("1001 ms"), "{message}");
    assert!(message.contains("give at most the interval"), "{message}");
}

#[test]
fn a_lease_outlasts_the_time_between_two_checks() {
    let leased = |lease_ms, replicas| {
        replicated(|rules| {
            (rules.lease_ms, rules.check_interval_ms) = (lease_ms, 1_000.0);
            rules.replicas = replicas;
        })
    };
    for lease_ms in [0.0, 1_000.1] {
        assert_eq!(leased(lease_ms, 1), []);
    }
    assert_eq!(leased(1_000.0, 0), []);
    let [(path, message)] = &leased(1_000.0, 1)[..] else {
        panic!("one thing is wrong");
    };
    assert_eq!(
        path,
        "design.components[3].kind.database.replication.lease_ms"
    );
    assert!(
        message.contains("more than the interval, or 0 for none"),
        "{message}"
    );
}

#[test]
fn only_a_copy_that_has_others_is_cut_off_or_promoted() {
    let cut_off = |component: &str, instance| Action::CutOff {
        component: component.into(),
        instance,
    };
    let promote = |component: &str, instance| Action::Promote {
        component: component.into(),
        instance,
    };
    assert_eq!(scripted([cut_off("db", 2), promote("db", 2)]), Ok(()));
    for (action, path) in [
        (cut_off("db", 3), "cut_off.instance"),
        (promote("db", 3), "promote.instance"),
        (cut_off("web", 0), "cut_off.component"),
        (promote("web", 0), "promote.component"),
    ] {
        let refused = vec![format!("script[0].action.{path}")];
        assert_eq!(scripted([action]), Err(refused));
    }
    let alone = step::find("hash-ring").expect("it is a step").scenario();
    for (action, path) in [
        (cut_off("db", 0), "cut_off.component"),
        (promote("db", 0), "promote.component"),
    ] {
        let refused = vec![format!("script[0].action.{path}")];
        assert_eq!(scripted_on(alone.clone(), [action.clone()]), Err(refused));
        // Whoever has joined by then is another.
        let joined = [add("db"), action];
        assert_eq!(scripted_on(alone.clone(), joined), Ok(()));
    }
}

#[test]
fn a_database_has_sixteen_copies_and_no_more() {
    let most = limits::COPIES_MAX - 1;
    assert_eq!(replicated(|rules| rules.replicas = most), []);
    let [(path, _)] = &replicated(|rules| rules.replicas = most + 1)[..] else {
        panic!("one thing is wrong");
    };
    assert_eq!(
        path,
        "design.components[3].kind.database.replication.replicas"
    );
    // Three copies at the start, and those that join.
    let joined = |count: usize| (0..count).map(|_| add("db"));
    assert_eq!(scripted(joined(13)), Ok(()));
    let path = "script[13].action.add_instance.component";
    assert_eq!(scripted(joined(14)), Err(vec![path.to_owned()]));
    // There is room for another where one has gone.
    let replaced = joined(13).chain([remove("db", 2), add("db")]);
    assert_eq!(scripted(replaced), Ok(()));
}

#[test]
fn only_a_service_is_deployed() {
    let deploy = |component: &str, batch| Action::Deploy {
        component: component.into(),
        batch,
        pause_s: 1.0,
        drain_s: 30.0,
    };
    assert_eq!(scripted([deploy("web", 1), deploy("web", 1_000)]), Ok(()));
    for (action, field) in [
        (deploy("cache", 1), "component"),
        (deploy("lb", 1), "component"),
        (deploy("nobody", 1), "component"),
        (deploy("web", 0), "batch"),
    ] {
        let path = format!("script[0].action.deploy.{field}");
        assert_eq!(scripted([action]), Err(vec![path]));
    }
}

#[test]
fn a_script_is_aimed_at_instances_that_there_are_by_then() {
    assert_eq!(
        scripted([
            kill("web", 5),
            kill("cache", 2),
            kill("db", 2),
            kill("lb", 0)
        ]),
        Ok(())
    );
    let refused = |actions: Vec<Action>, path: &str| {
        assert_eq!(scripted(actions), Err(vec![path.to_owned()]), "{path}");
    };
    refused(vec![kill("web", 6)], "script[0].action.kill.instance");
    refused(vec![kill("db", 3)], "script[0].action.kill.instance");
    assert_eq!(scripted([add("web"), kill("web", 6)]), Ok(()));
    assert_eq!(scripted([add("db"), kill("db", 3)]), Ok(()));
    refused(
        vec![kill("web", 6), add("web")],
        "script[0].action.kill.instance",
    );
    refused(vec![kill("users", 0)], "script[0].action.kill.instance");
    refused(vec![kill("nobody", 0)], "script[0].action.kill.component");
    refused(vec![add("lb")], "script[0].action.add_instance.component");
    refused(
        vec![remove("lb", 0)],
        "script[0].action.remove_instance.component",
    );
}

#[test]
fn a_removed_instance_is_gone_and_the_last_one_stays() {
    // A script may come to one that a user was faster to remove: that has no effect.
    assert_eq!(scripted([remove("web", 0), kill("web", 0)]), Ok(()));
    assert_eq!(scripted([remove("web", 0), remove("web", 0)]), Ok(()));
    let mut scenario = step::LADDER.last().expect("there are steps").scenario();
    scenario.script.push(TimedAction {
        at_ns: 0,
        action: remove("web", 0),
    });
    for hit in [kill("web", 0), remove("web", 0)] {
        let problem = validate_action(&scenario, &hit).expect_err("nobody clicks what is gone");
        assert!(problem.message.contains("removed by then"), "{problem}");
    }
    let all = [0, 1, 2].map(|node| remove("cache", node));
    assert_eq!(
        scripted(all),
        Err(vec!["script[2].action.remove_instance.instance".to_owned()])
    );
    let replaced = vec![
        remove("cache", 0),
        remove("cache", 1),
        add("cache"),
        remove("cache", 2),
    ];
    assert_eq!(scripted(replaced), Ok(()));
}

/// The web tier has an autoscaler from now on.
fn scaled(instances_max: u16) -> Action {
    changed("web", |kind| {
        if let Kind::Service(web) = kind {
            web.autoscaling = Some(Autoscaling {
                instances_max,
                ..Autoscaling::default()
            });
        }
    })
}

#[test]
fn an_autoscaler_starts_and_removes_what_nobody_can_count_beforehand() {
    let unscaled = changed("web", |_| {});
    // Any of them may be there, and come back after it was removed.
    for action in [kill("web", 999), remove("web", 999)] {
        let actions = [scaled(2), remove("web", 0), remove("web", 0), action];
        assert_eq!(scripted(actions), Ok(()));
    }
    // Those that were started before it was turned off are there still.
    assert_eq!(scripted([scaled(2), unscaled, kill("web", 8)]), Ok(()));
    let refused = |actions: Vec<Action>, path: &str| {
        assert_eq!(scripted(actions), Err(vec![path.to_owned()]), "{path}");
    };
    let kill_last = vec![scaled(2), kill("web", 1_000)];
    refused(kill_last, "script[1].action.kill.instance");
    // There must be room for all it may start, and for who is added then.
    let most = scaled(limits::INSTANCES_MAX);
    assert_eq!(scripted([most.clone()]), Ok(()));
    refused(
        vec![most, add("web")],
        "script[1].action.add_instance.component",
    );
}

#[test]
fn a_script_can_not_scale_past_the_ring_of_a_balancer() {
    let ring = changed("lb", |kind| {
        if let Kind::LoadBalancer(balancer) = kind {
            balancer.algorithm = Algorithm::ConsistentHash;
            balancer.virtual_nodes = 1_000;
        }
    });
    assert_eq!(scripted([ring.clone(), scaled(200)]), Ok(()));
    assert_eq!(
        scripted([ring, scaled(201)]),
        Err(vec![
            "script[1].action.configure.kind.service.autoscaling".to_owned()
        ])
    );
}

#[test]
fn a_component_keeps_its_kind() {
    let scenario = step::LADDER.last().expect("there are steps").scenario();
    let kind_of = |id: &str| {
        scenario
            .design
            .component(id)
            .expect("it is there")
            .1
            .kind
            .clone()
    };
    let configure = |id: &str, kind| Action::Configure {
        component: id.into(),
        kind,
    };
    assert_eq!(scripted([configure("web", kind_of("web"))]), Ok(()));
    let wrong = scripted([configure("web", kind_of("db"))]);
    assert_eq!(
        wrong,
        Err(vec!["script[0].action.configure.kind".to_owned()])
    );
}

/// The last step's component of that id, with other parameters.
fn changed(id: &str, change: impl FnOnce(&mut Kind)) -> Action {
    let scenario = step::LADDER.last().expect("there are steps").scenario();
    let (_, component) = scenario.design.component(id).expect("it is there");
    let mut kind = component.kind.clone();
    change(&mut kind);
    Action::Configure {
        component: id.into(),
        kind,
    }
}

fn cache_of(entries_per_node: u32, read_mode: ReadMode, write_mode: WriteMode) -> Action {
    changed("cache", |kind| {
        if let Kind::Cache(cache) = kind {
            cache.entries_per_node = Some(entries_per_node);
            (cache.read_mode, cache.write_mode) = (read_mode, write_mode);
        }
    })
}

#[test]
fn a_script_can_not_set_the_number_of_servers_that_a_design_started_with() {
    for (id, field) in [
        ("web", "service.instances"),
        ("cache", "cache.nodes"),
        ("db", "database.replication.replicas"),
    ] {
        let other = changed(id, |kind| kind.set_instances(kind.instances() + 1));
        let path = format!("script[0].action.configure.kind.{field}");
        assert_eq!(scripted([other]), Err(vec![path]));
        assert_eq!(scripted([changed(id, |_| {})]), Ok(()));
    }
}

#[test]
fn a_script_can_not_ask_for_a_cache_that_needs_a_link_it_has_not_got() {
    let path = |field| {
        Err(vec![format!(
            "script[0].action.configure.kind.cache.{field}"
        )])
    };
    let mut unlinked = cached();
    unlinked.design.links.retain(|link| link.from != "cache");
    let cache = |read, write| scripted_on(unlinked.clone(), [cache_of(10, read, write)]);
    assert_eq!(cache(ReadMode::CacheAside, WriteMode::Through), Ok(()));
    let linked = scripted([cache_of(10, ReadMode::ReadThrough, WriteMode::Back)]);
    assert_eq!(linked, Ok(()));
    assert_eq!(
        cache(ReadMode::ReadThrough, WriteMode::Around),
        path("read_mode")
    );
    assert_eq!(
        cache(ReadMode::CacheAside, WriteMode::Back),
        path("write_mode")
    );
}

#[test]
fn a_script_can_not_grow_a_cache_beyond_what_a_design_may_have() {
    let cache = |entries| cache_of(entries, ReadMode::CacheAside, WriteMode::Around);
    // Three nodes, and those that join.
    let joined = |count: usize| (0..count).map(|_| add("cache"));
    let grown = |count| std::iter::once(cache(1_000_000)).chain(joined(count));
    assert_eq!(scripted(grown(17)), Ok(()));
    let path = "script[18].action.add_instance.component";
    assert_eq!(scripted(grown(18)), Err(vec![path.to_owned()]));
    let larger = |entries| joined(18).chain([cache(entries)]);
    assert_eq!(scripted(larger(952_380)), Ok(()));
    let path = "script[18].action.configure.kind.cache.entries_per_node";
    assert_eq!(scripted(larger(952_381)), Err(vec![path.to_owned()]));
}

#[test]
fn a_script_can_not_put_more_points_on_a_ring_than_a_design_may_have() {
    let ring = |first| {
        changed("lb", |kind| {
            if let Kind::LoadBalancer(balancer) = kind {
                balancer.virtual_nodes = 1_000;
                balancer.weights = vec![first, 99];
            }
        })
    };
    // Six servers: the two of these weights, and four of weight 1.
    assert_eq!(scripted([ring(97)]), Ok(()));
    let path = "script[0].action.configure.kind.load_balancer.virtual_nodes";
    assert_eq!(scripted([ring(98)]), Err(vec![path.to_owned()]));
    let path = "script[1].action.add_instance.component";
    assert_eq!(scripted([ring(97), add("web")]), Err(vec![path.to_owned()]));
}

#[test]
fn a_script_can_not_ask_for_a_higher_peak_than_traffic_may_have() {
    let rate = |rate_rps| Action::SetRate { rate_rps };
    let spiky = |factor| {
        let mut traffic = step::LADDER[0].scenario().traffic;
        traffic.curve = Curve::Spike {
            factor,
            start_s: 1.0,
            length_s: 1.0,
        };
        Action::SetTraffic { traffic }
    };
    assert_eq!(scripted([spiky(8.0), rate(500_000.0)]), Ok(()));
    let path = "script[1].action.set_rate.rate_rps";
    let too_high = scripted([spiky(8.0), rate(500_001.0)]);
    assert_eq!(too_high, Err(vec![path.to_owned()]));
    assert_eq!(scripted([rate(500_001.0), spiky(8.0)]), Ok(()));
}

#[test]
fn a_closed_loop_has_no_rate_to_set() {
    let rate = Action::SetRate { rate_rps: 50.0 };
    let turned = |loop_model| {
        let mut traffic = step::LADDER[0].scenario().traffic;
        traffic.client.loop_model = loop_model;
        Action::SetTraffic { traffic }
    };
    let closed = turned(LoopModel::Closed {
        users: 20,
        think_time_ms: 1.0,
    });
    let path = "script[1].action.set_rate.rate_rps";
    let refused = scripted([closed.clone(), rate.clone()]);
    assert_eq!(refused, Err(vec![path.to_owned()]));
    let open_again = turned(LoopModel::Open);
    assert_eq!(scripted([closed, open_again, rate]), Ok(()));
}

#[test]
fn a_link_must_be_there_to_get_another_latency() {
    let set = |from: &str, to: &str| Action::SetLatency {
        from: from.into(),
        to: to.into(),
        latency_ms: 5.0,
    };
    assert_eq!(scripted([set("web", "db")]), Ok(()));
    let wrong = scripted([set("db", "web")]);
    assert_eq!(wrong, Err(vec!["script[0].action.set_latency".to_owned()]));
}

#[test]
fn a_link_must_be_there_to_be_impaired_or_repaired() {
    let impaired = |from: &str, to: &str| Action::ImpairLink {
        from: from.into(),
        to: to.into(),
        impairment: Impairment::Cut {
            direction: Direction::Both,
        },
    };
    let repaired = |from: &str, to: &str| Action::RepairLink {
        from: from.into(),
        to: to.into(),
    };
    let both = [impaired("web", "db"), repaired("web", "db")];
    assert_eq!(scripted(both), Ok(()));
    let wrong = scripted([impaired("db", "web"), repaired("web", "nowhere")]);
    let paths = [
        "script[0].action.impair_link",
        "script[1].action.repair_link.to",
    ];
    assert_eq!(wrong, Err(paths.map(str::to_owned).to_vec()));
}

#[test]
fn clients_have_a_time_out_of_their_own() {
    let set = |from: &str, to: &str, timeout_ms| Action::SetTimeout {
        from: from.into(),
        to: to.into(),
        timeout_ms,
    };
    assert_eq!(scripted([set("web", "db", 100.0)]), Ok(()));
    assert_eq!(scripted([set("users", "lb", 0.0)]), Ok(()));
    let path = "script[0].action.set_timeout.timeout_ms";
    let refused = Err(vec![path.to_owned()]);
    assert_eq!(scripted([set("users", "lb", 100.0)]), refused);
    let mut document = last_step();
    document["design"]["links"][0]["timeout_ms"] = 100.into();
    let problems = problems_of(&document);
    assert_eq!(paths(&problems), ["design.links[0].timeout_ms"]);
    assert!(problems[0].message.contains("traffic.client"));
}

#[test]
fn what_is_done_to_an_instance_needs_one_that_is_there() {
    let hang = Action::Hang {
        component: "web".into(),
        instance: 6,
    };
    let destroy = Action::Destroy {
        component: "nowhere".into(),
        instance: 0,
    };
    let paths = [
        "script[0].action.hang.instance",
        "script[1].action.destroy.component",
    ];
    let refused = scripted([hang, destroy]);
    assert_eq!(refused, Err(paths.map(str::to_owned).to_vec()));
}

#[test]
fn a_live_action_is_judged_after_all_that_the_script_has_done() {
    let mut scenario = step::LADDER.last().expect("there are steps").scenario();
    let problem = validate_action(&scenario, &kill("web", 6)).expect_err("there are six");
    assert_eq!(problem.path, "kill.instance");
    assert_eq!(problem.component.as_deref(), Some("web"));
    scenario.script.push(TimedAction {
        at_ns: 0,
        action: add("web"),
    });
    assert_eq!(validate_action(&scenario, &kill("web", 6)), Ok(()));
}

#[test]
fn a_valid_scenario_gives_its_document_back() {
    let scenario = step::LADDER[0].scenario();
    let valid = scenario.clone().validate().expect("steps are valid");
    assert_eq!(valid.design, scenario.design);
    assert_eq!(valid.into_inner(), scenario);
    let mut changed = scenario;
    changed.design = Design::default();
    changed.design.links.push(Link {
        from: "a".into(),
        to: "b".into(),
        latency_ms: 0.0,
        ..Default::default()
    });
    assert!(changed.validate().is_err());
}

#[test]
fn the_largest_machine_is_for_a_database_alone() {
    let sized = |index: usize, kind: &str, size: &str| {
        let mut document = last_step();
        document["design"]["components"][index]["kind"][kind]["size"] = size.into();
        problems_of(&document)
    };
    assert_eq!(sized(3, "database", "24tb"), []);
    assert_eq!(sized(2, "service", "24xlarge"), []);
    let problems = sized(2, "service", "24tb");
    assert_eq!(paths(&problems), ["design.components[2].kind.service.size"]);
    assert_eq!(problems[0].component.as_deref(), Some("web"));
    assert_eq!(
        problems[0].message,
        "no server of size 24tb is to be had: give at most 24xlarge"
    );
    let grow = changed("web", |kind| {
        if let Kind::Service(service) = kind {
            service.size = Size::Tb24;
        }
    });
    let problem = validate_action(&cached(), &grow).expect_err("no server is so large");
    assert!(problem.path.ends_with("kind.service.size"), "{problem}");
}

/// The last step, with the users and their directory in one site and the rest in another.
fn in_two_sites() -> Value {
    let mut document = last_step();
    document["design"]["sites"] = json!([{"id": "a", "region": "x"}, {"id": "b", "region": "x"}]);
    let components = document["design"]["components"].as_array_mut();
    for component in components.expect("there are components") {
        let kind = component["kind"].as_object().expect("it has a kind");
        let is_user = kind.contains_key("clients") || kind.contains_key("dns");
        component["site"] = json!(if is_user { "a" } else { "b" });
    }
    document
}

#[test]
fn a_link_between_two_sites_takes_its_time() {
    let least_ms = limits::LATENCY_BETWEEN_SITES_MIN_MS;
    let mut document = in_two_sites();
    let links = document["design"]["links"].as_array();
    let entry = links.expect("there are links").iter();
    let entry = entry
        .clone()
        .position(|link| link["to"] == "lb")
        .expect("users call the balancer");
    document["design"]["links"][entry]["latency_ms"] = json!(least_ms);
    assert_eq!(problems_of(&document), []);

    document["design"]["links"][entry]["latency_ms"] = json!(least_ms / 2.0);
    let problems = problems_of(&document);
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected = "Users is in site “a” and Load balancer in “b”: a link between two sites takes 0.1 ms or more";
    assert_eq!(
        told,
        [format!("design.links[{entry}].latency_ms: {expected}")]
    );

    document["design"]["links"][entry]["latency_ms"] = json!(least_ms);
    let faster = json!({"set_latency": {"from": "users", "to": "lb", "latency_ms": 0}});
    document["script"] = json!([{"at_ns": 1, "action": faster}]);
    let problems = problems_of(&document);
    assert_eq!(
        paths(&problems),
        ["script[0].action.set_latency.latency_ms"]
    );
    assert!(problems[0].message.contains(expected), "{problems:?}");

    // In one site it may take none at all.
    document["design"]["sites"] = json!([{"id": "a", "region": "x"}]);
    for component in document["design"]["components"]
        .as_array_mut()
        .expect("they are there")
    {
        component["site"] = json!("a");
    }
    assert_eq!(problems_of(&document), []);
}

#[test]
fn who_knows_at_once_how_another_is_stands_in_its_site() {
    let mut document = in_two_sites();
    let components = document["design"]["components"].as_array_mut();
    for component in components.expect("there are components") {
        if component["id"] == "lb" {
            component["site"] = json!("a");
        }
    }
    let problems = problems_of(&document);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(
        problems[0]
            .message
            .ends_with("put both in one site, since one knows at once how the other is")
    );
    // A component that names no site stands in the first one.
    let mut document = in_two_sites();
    for component in document["design"]["components"]
        .as_array_mut()
        .expect("they are there")
    {
        if component["id"] == "lb" {
            component
                .as_object_mut()
                .expect("it is an object")
                .remove("site");
        }
    }
    let again = problems_of(&document);
    assert_eq!(again, problems);
}

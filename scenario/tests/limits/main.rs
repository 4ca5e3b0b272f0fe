//! Every number of a document has limits: the schema says them, validation keeps them. The tests walk
//! along the schema, so that a field without limits is found too.

mod walk;

use headroom_scenario::room::RoomBy;
use headroom_scenario::{Problem, Scenario, limits, step};
use serde_json::{Value, json};

use walk::{Walk, base};

fn problems_of(document: &Value) -> Vec<Problem> {
    let read = Scenario::from_json(&document.to_string());
    read.and_then(Scenario::validate).err().unwrap_or_default()
}

fn has_problem_at(document: &Value, path: &str) -> bool {
    problems_of(document)
        .iter()
        .any(|problem| problem.path == path)
}

#[test]
fn every_number_is_refused_just_past_its_limits_and_not_at_them() {
    let numbers = Walk::new().numbers;
    assert!(
        numbers.len() > 100,
        "only {} numbers were found",
        numbers.len()
    );
    for number in &numbers {
        let (min, max) = number.bounds();
        for value in [min, max] {
            // At a limit, another rule may have something to say, but not about the limit.
            let problems = problems_of(&number.with(value.clone()));
            let complaint = problems.iter().find(|problem| {
                problem.path == number.path
                    && (problem.message.contains("too small")
                        || problem.message.contains("too large"))
                    || problem.message.contains("invalid")
            });
            assert_eq!(complaint, None, "{} = {value}", number.path);
        }
        let (below, above) = number.beyond();
        for value in [below, above] {
            let document = number.with(value.clone());
            assert!(
                has_problem_at(&document, &number.path),
                "{} = {value}",
                number.path
            );
        }
    }
}

#[test]
fn numbers_of_every_part_of_the_document_are_walked_over() {
    let numbers = Walk::new().numbers;
    for path in [
        "seed",
        "traffic.rate_rps",
        "traffic.curve.stepped.factors[0]",
        "traffic.client.loop.closed.users",
        "design.components[2].kind.service.workers",
        "design.components[2].kind.service.distribution.erlang.k",
        "design.components[2].kind.service.autoscaling.instances_max",
        "design.components[2].kind.service.autoscaling.target_utilisation",
        "design.components[4].kind.load_balancer.health_check.rise",
        "design.components[4].kind.load_balancer.weights[0]",
        "design.components[3].kind.database.disk_gb",
        "design.components[3].kind.database.replication.replicas",
        "design.components[3].kind.database.replication.seed_mbps",
        "design.components[5].kind.cache.ttl_s",
        "design.components[0].position.x",
        "design.links[0].latency_ms",
        "script[0].at_ns",
        "script[0].action.slow.factor",
        "script[0].action.configure.kind.database.connections",
        "script[0].action.set_traffic.traffic.keys.zipf_exponent",
        "objectives.failed_share",
        "view.speed",
    ] {
        assert!(numbers.iter().any(|number| number.path == path), "{path}");
    }
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut scenario = step::LADDER[0].scenario();
        scenario.traffic.rate_rps = value;
        scenario.objectives.failed_share = value;
        let problems = scenario.validate().expect_err("it is not finite");
        let paths: Vec<&str> = problems
            .iter()
            .map(|problem| problem.path.as_str())
            .collect();
        assert!(paths.contains(&"traffic.rate_rps"), "{paths:?}");
        assert!(paths.contains(&"objectives.failed_share"), "{paths:?}");
    }
}

/// Makes a list as long as asked by repeating its first item, under a new id where it has one.
fn stretched(pointer: &str, length: usize) -> Value {
    let mut document = base();
    let list = document
        .pointer_mut(pointer)
        .and_then(Value::as_array_mut)
        .expect("a list");
    let first = list[0].clone();
    while list.len() < length {
        let mut item = first.clone();
        if item.get("id").is_some() {
            item["id"] = format!("more-{}", list.len()).into();
        }
        list.push(item);
    }
    document
}

#[test]
fn lists_are_refused_just_past_their_length_and_not_at_it() {
    for (pointer, path, most) in [
        (
            "/design/components",
            "design.components",
            limits::COMPONENTS_MAX,
        ),
        ("/design/links", "design.links", limits::LINKS_MAX),
        ("/design/sites", "design.sites", limits::SITES_MAX),
        ("/traffic/regions", "traffic.regions", limits::REGIONS_MAX),
        ("/traffic/classes", "traffic.classes", limits::CLASSES_MAX),
        ("/script", "script", limits::SCRIPT_MAX),
    ] {
        let too_many = |document| {
            let problems = problems_of(&document);
            problems
                .iter()
                .any(|problem| problem.path == path && problem.message.contains("too many"))
        };
        assert!(!too_many(stretched(pointer, most)), "{path}");
        assert!(too_many(stretched(pointer, most + 1)), "{path}");
    }
}

#[test]
fn texts_are_refused_just_past_their_length_and_not_at_it() {
    let mut scenario = step::LADDER[0].scenario();
    scenario.name = "ü".repeat(limits::TEXT_MAX);
    assert!(scenario.clone().validate().is_ok());
    scenario.name.push('ü');
    assert_eq!(scenario.validate().expect_err("it is long")[0].path, "name");

    let with_id = |length| {
        let mut document = base();
        document["traffic"]["regions"][0]["id"] = "x".repeat(length).into();
        document
    };
    assert_eq!(problems_of(&with_id(limits::ID_MAX)), []);
    assert!(has_problem_at(
        &with_id(limits::ID_MAX + 1),
        "traffic.regions[0].id"
    ));
}

/// Sets a value and asks for problems at a path: at the first value there is none, at the second
/// there is one.
fn assert_last_and_first(pointer: &str, path: &str, last_good: Value, first_bad: Value) {
    let with = |value| {
        let mut document = base();
        *document.pointer_mut(pointer).expect("it is there") = value;
        document
    };
    assert!(
        !has_problem_at(&with(last_good), path),
        "{path} at its limit"
    );
    assert!(
        has_problem_at(&with(first_bad), path),
        "{path} past its limit"
    );
}

#[test]
fn what_is_bounded_together_is_refused_just_past_the_limit_and_not_at_it() {
    let cache = "/design/components/5/kind/cache";
    let path = "design.components[5].kind.cache.entries_per_node";
    let node = |nodes: u32, entries: u32| json!({"nodes": nodes, "entries_per_node": entries});
    assert_last_and_first(cache, path, node(20, 1_000_000), node(21, 952_381));

    let path = "design.components[5].kind.cache.virtual_nodes";
    let ring = |nodes: u32, points: u32| json!({"nodes": nodes, "virtual_nodes": points});
    assert_last_and_first(cache, path, ring(200, 1_000), ring(201, 1_000));

    let balancer = "/design/components/4/kind/load_balancer";
    let path = "design.components[4].kind.load_balancer.virtual_nodes";
    let ring = |weight: u32| {
        let weights = [100, 95, weight, 1];
        json!({"algorithm": "consistent_hash", "virtual_nodes": 1_000, "weights": weights})
    };
    assert_last_and_first(balancer, path, ring(2), ring(3));

    let web = "/design/components/2/kind/service";
    let path = "design.components[2].kind.service.local_cache_entries";
    let local = |instances: u32, entries: u32| json!({"instances": instances, "local_cache_entries": entries});
    assert_last_and_first(web, path, local(1_000, 20_000), local(1_000, 20_001));
    let scaled = |most: u32| {
        let scaling = json!({"instances_max": most});
        json!({"instances": 1, "local_cache_entries": 20_001, "autoscaling": scaling})
    };
    assert_last_and_first(web, path, scaled(999), scaled(1_000));

    let path = "design.components[2].kind.service.autoscaling.instances_min";
    let fewest = |least: u32| json!({"autoscaling": {"instances_min": least, "instances_max": 7}});
    assert_last_and_first(web, path, fewest(7), fewest(8));

    let path = "traffic.curve";
    let peak = |rate_rps: u32| json!({"rate_rps": rate_rps, "curve": {"spike": {"factor": 8, "start_s": 1, "length_s": 1}}});
    assert_last_and_first("/traffic", path, peak(500_000), peak(500_001));
}

#[test]
fn own_caches_that_follow_their_machine_hold_only_so_much_in_all() {
    let with = |servers: u16, keys: Value| {
        let mut document = base();
        document["script"] = json!([]);
        document["traffic"]["keys"] = keys;
        let scaling = json!({"instances_max": servers});
        document["design"]["components"][2]["kind"]["service"] =
            json!({"instances": 1, "local_cache_entries": null, "autoscaling": scaling});
        document
    };
    let room = |servers: u16, keys: Value| {
        let scenario: Scenario = serde_json::from_value(with(servers, keys)).expect("it is one");
        let scenario = scenario
            .validate()
            .expect("nobody has set what is too much");
        let rooms = scenario.design.components[2]
            .kind
            .rooms(&scenario.traffic.keys);
        (rooms[0].amount, rooms[0].by)
    };
    // All the keys fit into each machine.
    assert_eq!(
        room(1_000, json!({"count": 20_000})),
        (2_147_483.0, RoomBy::Machine)
    );
    assert_eq!(
        room(1_000, json!({"count": 20_001})),
        (20_000.0, RoomBy::Limit)
    );
    assert_eq!(
        room(999, json!({"count": 100_000})),
        (20_020.0, RoomBy::Limit)
    );
    // 2,147 of them do.
    let large = json!({"count": 1_000_000, "value_kb": 1_000});
    assert_eq!(room(1_000, large), (2_147.0, RoomBy::Machine));

    let schema = headroom_scenario::schema();
    for field in [
        "Service/properties/local_cache_entries",
        "Cache/properties/entries_per_node",
    ] {
        let rule = schema.pointer(&format!("/$defs/{field}"));
        let words = rule.expect("it is there")["description"].to_string();
        let most = limits::ENTRIES_TOTAL_MAX.to_string();
        assert!(words.contains(&most), "{words}");
    }

    // More keys, or more servers, may come later.
    let after = |servers: u16, action: Value| {
        let mut document = with(servers, json!({"count": 20_000}));
        document["script"] = json!([{"at_ns": 0, "action": action}]);
        document
    };
    let keys = |count: u32| json!({"set_traffic": {"traffic": {"keys": {"count": count}}}});
    assert_eq!(problems_of(&after(1_000, keys(20_001))), []);
    let servers = |most: u16| {
        let scaling = json!({"instances_max": most});
        let service = json!({"instances": 1, "local_cache_entries": null, "autoscaling": scaling});
        json!({"configure": {"component": "web", "kind": {"service": service}}})
    };
    let many = |most: u16| {
        let mut document = after(2, servers(most));
        document["traffic"]["keys"]["count"] = 1_000_000.into();
        document
    };
    assert_eq!(problems_of(&many(1_000)), []);
}

#[test]
fn a_design_has_only_so_many_instances_in_all() {
    let with = |instances: u16| {
        let mut document = base();
        document["script"] = json!([]);
        let components = document["design"]["components"]
            .as_array_mut()
            .expect("a list");
        // Three idle tiers of a thousand, beside the balancer, three copies of the database and three cache nodes.
        for index in 0..3 {
            components.push(
                json!({"id": format!("idle-{index}"), "kind": {"service": {"instances": 1_000}}}),
            );
        }
        components[2]["kind"]["service"]["instances"] = instances.into();
        document
    };
    let beside = 3 * 1_000 + 7;
    let most = u16::try_from(limits::INSTANCES_TOTAL_MAX - beside).expect("it is small");
    assert_eq!(problems_of(&with(most)), []);
    assert!(has_problem_at(&with(most + 1), "design.components"));
    // An autoscaler may start as many as it is allowed.
    let scaled_to = |instances_max: u16| {
        let mut document = with(1);
        document["design"]["components"][2]["kind"]["service"]["autoscaling"] =
            json!({"instances_max": instances_max});
        document
    };
    assert_eq!(problems_of(&scaled_to(most)), []);
    assert!(has_problem_at(&scaled_to(most + 1), "design.components"));
}

#[test]
fn a_request_passes_through_only_so_many_components_at_once() {
    let with = |services: usize| {
        let mut document = base();
        let mut caller = "web".to_owned();
        for number in 0..services {
            let id = format!("more-{number}");
            let components = document["design"]["components"].as_array_mut();
            components
                .expect("a list")
                .push(json!({"id": id, "kind": {"service": {}}}));
            let links = document["design"]["links"].as_array_mut();
            links
                .expect("a list")
                .push(json!({"from": caller, "to": id}));
            caller = id;
        }
        document
    };
    // The balancer and the web tier come first.
    let most = limits::DEPTH_MAX - 2;
    assert_eq!(problems_of(&with(most)), []);
    let problems = problems_of(&with(most + 1));
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].path, "design.links");
    assert!(
        problems[0].message.contains("inside of 7 components"),
        "{}",
        problems[0]
    );
}

#[test]
fn a_document_is_read_up_to_its_largest_size_and_no_further() {
    let mut text = base().to_string();
    text.extend(std::iter::repeat_n(
        ' ',
        limits::DOCUMENT_BYTES_MAX - text.len(),
    ));
    assert!(Scenario::from_json(&text).is_ok());
    text.push(' ');
    let problems = Scenario::from_json(&text).expect_err("it is too long");
    assert!(problems[0].message.contains("bytes"), "{}", problems[0]);
}

#[test]
fn a_scenario_that_could_not_be_read_again_is_not_valid() {
    let scenario = step::LADDER[0].scenario();
    let mut big = scenario.clone();
    let mut traffic = scenario.traffic.clone();
    traffic.classes = (0..limits::CLASSES_MAX)
        .map(|index| {
            let mut class = scenario.traffic.classes[0].clone();
            class.id = format!("{index:-<32}");
            class
        })
        .collect();
    big.script = (0..limits::SCRIPT_MAX as u64)
        .map(|at_ns| headroom_scenario::TimedAction {
            at_ns,
            action: headroom_scenario::Action::SetTraffic {
                traffic: traffic.clone(),
            },
        })
        .collect();
    assert!(big.to_json().len() > limits::DOCUMENT_BYTES_MAX);
    let problems = big.validate().expect_err("it is too long");
    assert!(
        problems[0].message.contains("shorten the script"),
        "{}",
        problems[0]
    );
}

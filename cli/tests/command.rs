//! The command as its users meet it: arguments in, text and exit code out.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use headroom_engine::reason::Reason;
use headroom_scenario::{
    Action, ClassKind, Direction, Impairment, Kind, Link, LoopModel, Replication, Scenario, Site,
    Size, TimedAction, WriteMode, price, step,
};
use serde_json::Value;

fn headroom(arguments: &[&str]) -> Output {
    headroom_reading("", arguments)
}

/// Runs the command with a text on its standard input.
fn headroom_reading(input: &str, arguments: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    // A command that fails before it reads closes the pipe: its exit code says so.
    let _ = child
        .stdin
        .take()
        .expect("is piped")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("the command ends")
}

fn text(arguments: &[&str]) -> String {
    let output = headroom(arguments);
    assert_eq!(code(&output), 0, "{arguments:?}: {}", errors(&output));
    String::from_utf8(output.stdout).expect("the answer is text")
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&text(arguments)).expect("the answer is JSON")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("the command exits by itself")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn first_step() -> Scenario {
    step::LADDER[0].scenario()
}

#[test]
fn a_run_prints_one_document_with_every_key() {
    let run = json(&["run", "cache", "--for", "5s", "--warmup", "2s", "--json"]);
    for key in [
        "engine",
        "seed",
        "simulated_s",
        "wall_s",
        "events",
        "digest",
        "outcomes_digest",
        "requests",
        "latency_ms",
        "components",
        "warmup_s",
        "name",
        "objectives",
    ] {
        assert!(!run[key].is_null(), "{key}");
    }
    for key in ["arrived", "completed", "failed", "in_flight"] {
        assert!(!run["requests"][key].is_null(), "requests.{key}");
    }
    for key in ["mean", "p50", "p95", "p99", "p999", "max"] {
        assert!(
            run["latency_ms"][key].as_f64().expect(key) > 0.0,
            "latency_ms.{key}"
        );
    }
    let load = [
        "utilisation",
        "throughput_rps",
        "queue_mean",
        "queue_max",
        "wait_ms_mean",
    ];
    let components = run["components"].as_object().expect("components by id");
    assert!(components.len() >= 4);
    for (id, component) in components {
        assert!(component["kind"].is_string(), "{id}.kind");
        for key in load {
            assert!(component[key].is_number(), "{id}.{key}");
            for instance in component["instances"].as_array().expect("instances") {
                assert!(instance[key].is_number(), "{id}.instances.{key}");
            }
        }
    }
    assert_eq!(run["simulated_s"], 5.0);
}

#[test]
fn a_run_tells_the_room_of_memory_and_whether_it_follows_the_machine() {
    let mut design = step::find("cache").expect("is a step").scenario();
    for component in &mut design.design.components {
        match &mut component.kind {
            Kind::Database(database) => {
                (database.buffer_entries, database.disk_gb) = (Some(1_234), None);
            }
            Kind::Cache(cache) => cache.entries_per_node = None,
            Kind::Service(service) => service.local_cache_entries = Some(56),
            Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => {}
        }
    }
    let keys = design.traffic.keys.clone();
    let (_, cache) = design.design.component("cache").expect("it has a cache");
    let Kind::Cache(cache) = &cache.kind else {
        panic!("it is one");
    };
    let node = cache.node_room(&keys);
    let folder = Folder::new("rooms");
    let file = folder.file("design.json", design.to_json().as_bytes());
    let run = json(&["run", &file, "--for", "1s", "--json"]);
    let room = |id: &str, place: usize| run["rooms"][id][place].clone();
    for (id, place, of, amount, by) in [
        ("db", 0, "buffer_entries", 1_234.0, "document"),
        (
            "db",
            1,
            "disk_gb",
            room("db", 1)["amount"].as_f64().unwrap(),
            "machine",
        ),
        ("cache", 0, "node_entries", f64::from(node), "machine"),
        ("web", 0, "own_cache_entries", 56.0, "document"),
    ] {
        let told = room(id, place);
        assert_eq!(told["of"], of, "{id}");
        assert_eq!(told["amount"], amount, "{id}");
        assert_eq!(told["by"], by, "{id}");
    }
    let told = text(&["run", &file, "--for", "1s"]);
    for words in [
        "buffer 1,234 entries as set",
        " GB by the machine",
        " entries each by the machine",
        "own cache 56 entries each as set",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    // A bigger machine has more, unless it is set.
    for component in &mut design.design.components {
        if let Kind::Cache(cache) = &mut component.kind {
            cache.size = Size::Xlarge8;
        }
    }
    let file = folder.file("bigger.json", design.to_json().as_bytes());
    let bigger = json(&["run", &file, "--for", "1s", "--json"]);
    assert!(bigger["rooms"]["cache"][0]["amount"].as_f64() > room("cache", 0)["amount"].as_f64());
}

#[test]
fn what_only_a_kind_counts_stands_with_the_component_and_with_each_instance() {
    let run = json(&["run", "cache", "--for", "5s", "--json"]);
    let cache = &run["components"]["cache"];
    let hit_ratio = |part: &Value| part["hit_ratio"].as_f64().expect("a share of hits");
    let nodes = cache["instances"].as_array().expect("its nodes");
    assert_eq!(nodes.len(), 3);
    let (mut least, mut most) = (1.0_f64, 0.0_f64);
    for node in nodes {
        assert!(node["failed"].is_object());
        least = least.min(hit_ratio(node));
        most = most.max(hit_ratio(node));
    }
    // The tier's share is that of its nodes, each by its number of look-ups.
    assert!(0.0 < least && least < hit_ratio(cache) && hit_ratio(cache) < most && most < 1.0);
    for (id, key) in [
        ("web", "sessions_lost"),
        ("db", "reads"),
        ("dns", "lookups"),
    ] {
        assert!(run["components"][id][key].is_number(), "{id}.{key}");
    }
}

#[test]
fn a_full_disk_is_said_with_the_database() {
    let mut scenario = step::LADDER[1].scenario();
    for component in &mut scenario.design.components {
        if let Kind::Database(database) = &mut component.kind {
            (database.disk_gb, database.data_gb) = (Some(0.5), 0.5);
        }
    }
    let read = |more: &[&str]| {
        let arguments = [&["run", "-", "--for", "5s", "--warmup", "1s"], more].concat();
        let output = headroom_reading(&scenario.to_json(), &arguments);
        assert_eq!(code(&output), 0, "{}", errors(&output));
        String::from_utf8(output.stdout).expect("the answer is text")
    };
    let run: Value = serde_json::from_str(&read(&["--json"])).expect("the answer is JSON");
    assert_eq!(run["components"]["db"]["disk_used_share"], 1.0);
    assert_eq!(run["components"]["db"]["data_gb"], 0.5);
    assert!(run["requests"]["failed"]["disk_full"].as_u64() > Some(0));
    let table = read(&[]);
    assert!(table.contains("data 500 MB, disk 100 % full"), "{table}");
    assert!(table.contains("disk full"), "{table}");
}

#[test]
fn what_became_of_copies_is_told() {
    // The primary dies at 15 s, and works again at 40 s.
    let window = ["run", "replication", "--warmup", "5s", "--for", "45s"];
    let run = json(&[&window[..], &["--json"]].concat());
    let database = &run["components"]["db"];
    let replication = &database["replication"];
    assert_eq!(replication["mode"], "asynchronous");
    assert_eq!(
        (&replication["epoch"], &replication["promotions"]),
        (&2.into(), &1.into())
    );
    let figure = |part: &Value, key: &str| part[key].as_f64().unwrap_or_else(|| panic!("{key}"));
    for key in [
        "position",
        "writes_lost",
        "stale_reads",
        "own_writes_missed",
        "unavailable_s",
    ] {
        assert!(figure(replication, key) >= 0.0, "{key}");
    }
    // It is missed after three looks, a second from each other, and another takes a second to be ready.
    let unavailable_s = figure(replication, "unavailable_s");
    assert!((3.0..6.0).contains(&unavailable_s), "{unavailable_s} s");
    assert!(figure(replication, "stale_reads") >= figure(replication, "own_writes_missed"));
    assert_eq!(
        figure(replication, "stale_reads"),
        figure(database, "stale_reads")
    );
    let copies = database["instances"].as_array().expect("its copies");
    assert_eq!(copies.len(), 3);
    let roles = copies
        .iter()
        .map(|copy| copy["role"].as_str().expect("a role"));
    let roles: Vec<&str> = roles.collect();
    assert_eq!(roles[0], "replica");
    assert_eq!(roles.iter().filter(|role| **role == "primary").count(), 1);
    for copy in copies {
        assert!(figure(copy, "position") <= figure(replication, "position"));
        assert!(figure(copy, "lag_ms_mean") <= figure(copy, "lag_ms_max"));
        assert!(figure(copy, "lag_writes_max") > 0.0);
    }
    // It came back to 20 s of writes that it did not have.
    assert!(figure(&copies[0], "lag_ms_max") > 15_000.0);

    let table = text(&window);
    let lines: Vec<&str> = table.lines().collect();
    let heading = lines
        .iter()
        .position(|line| line.starts_with("Copies of Database "));
    let heading = heading.unwrap_or_else(|| panic!("no copies in\n{table}"));
    for (place, role) in roles.iter().enumerate() {
        let cells: Vec<&str> = lines[heading + 1 + place].split_whitespace().collect();
        assert_eq!(cells[..2], [&format!("db/{}", place + 1), *role], "{table}");
    }
    let together = lines[heading + 4];
    assert!(
        together.starts_with("  asynchronous, position "),
        "{together}"
    );
    assert!(
        together.contains(", epoch 2, promotions 1, without a primary "),
        "{together}"
    );
    let told = lines[heading + 5];
    for words in [
        "writes lost ",
        "stale reads ",
        " % of reads)",
        "own writes missed ",
    ] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let once = |words: &str| table.matches(words).count() == 1;
    assert!(once("stale reads ") && once("writes lost "), "{table}");
    assert!(!text(&["run", "hash-ring", "--for", "1s"]).contains("Copies"));
    let alone = json(&["run", "hash-ring", "--for", "1s", "--json"]);
    let database = &alone["components"]["db"];
    assert!(database["replication"].is_null() && database["instances"][0]["role"].is_null());
}

#[test]
fn a_comparison_shows_what_copies_cost() {
    let table = text(&["compare", "hash-ring", "replication", "--for", "5s"]);
    let line = table
        .lines()
        .find(|line| line.starts_with("stale reads, %"));
    let line = line.unwrap_or_else(|| panic!("no stale reads in\n{table}"));
    let cells: Vec<&str> = line["stale reads, %".len()..].split_whitespace().collect();
    assert_eq!(cells[0], "0");
    assert!(cells[1].parse::<f64>().expect("a share") > 0.0, "{line}");
    assert!(table.contains("writes lost"), "{table}");
    let table = text(&["compare", "sticky-sessions", "hash-ring", "--for", "1s"]);
    assert!(!table.contains("stale reads"), "{table}");
}

#[test]
fn a_run_is_paid_for_by_what_it_has_and_not_by_what_it_starts_with() {
    let mut scenario = step::find("load-balancer").expect("a step").scenario();
    scenario.script = vec![TimedAction {
        at_ns: 15_000_000_000,
        action: Action::AddInstance {
            component: "web".into(),
        },
    }];
    let start_usd = price::monthly_usd(&scenario.design).total_usd;
    let server_usd = price::server(Size::Large).monthly_usd();
    let read = |arguments: &[&str]| {
        let timed = [arguments, &["--for", "20s", "--warmup", "5s"]].concat();
        let output = headroom_reading(&scenario.to_json(), &timed);
        assert_eq!(code(&output), 0, "{}", errors(&output));
        String::from_utf8(output.stdout).expect("the answer is text")
    };
    let run: Value = serde_json::from_str(&read(&["run", "-", "--json"])).expect("JSON");
    let usd = |run: &Value, which: &str| run["monthly_usd"][which].as_f64().expect("dollars");
    // Of the 20 s measured, the new server is there for the last ten.
    assert!((usd(&run, "mean") - start_usd - server_usd / 2.0).abs() < 1e-3);
    assert!((usd(&run, "at_end") - start_usd - server_usd).abs() < 1e-3);
    assert!(
        (run["components"]["web"]["rented_mean"]
            .as_f64()
            .expect("servers")
            - 3.5)
            .abs()
            < 1e-6
    );
    let words = format!(
        "${:.0} a month on average, ${:.0} at the end",
        usd(&run, "mean"),
        usd(&run, "at_end")
    );
    assert!(read(&["run", "-"]).contains(&words), "{words}");

    let both: Value =
        serde_json::from_str(&read(&["compare", "load-balancer", "-", "--json"])).expect("JSON");
    // The script is part of the conditions that both face.
    assert_eq!(both["before"]["monthly_usd"], both["after"]["monthly_usd"]);
    assert_eq!(usd(&both["after"], "mean"), usd(&run, "mean"));
}

#[test]
fn a_comparison_shows_what_write_policies_and_balancers_cost() {
    let table = text(&["compare", "hash-ring", "cache", "--for", "5s"]);
    for row in [
        "stale hits, %",
        "evictions",
        "writes lost",
        "database reads",
        "database writes",
    ] {
        assert!(table.contains(row), "{row} in\n{table}");
    }
    let table = text(&[
        "compare",
        "load-balancer",
        "sticky-sessions",
        "--for",
        "10s",
    ]);
    let shares = |row: &str| -> Vec<f64> {
        let line = table.lines().find(|line| line.contains(row));
        let line = line.unwrap_or_else(|| panic!("{row} in\n{table}"));
        let figures = line.split_once('%').expect("a share").1.split_whitespace();
        figures
            .take(2)
            .map(|figure| figure.parse().expect("a number"))
            .collect()
    };
    for row in ["users who had to log in anew", "requests that had to"] {
        let shares = shares(row);
        assert!((10.0..=100.0).contains(&shares[0]), "{row}: {shares:?}");
        assert_eq!(shares[1], 0.0, "{row}");
    }
}

#[test]
fn requests_of_a_run_are_conserved() {
    let requests = &json(&["run", "load-balancer", "--for", "10s", "--json"])["requests"];
    let count = |key: &str| requests[key].as_u64().expect("a count");
    let failed: u64 = requests["failed"]
        .as_object()
        .expect("by reason")
        .values()
        .filter_map(Value::as_u64)
        .sum();
    assert_eq!(
        count("carried_in") + count("arrived"),
        count("completed") + failed + count("in_flight")
    );
    assert!(count("arrived") > 0);
}

#[test]
fn the_same_seed_is_the_same_run_and_another_is_another() {
    let digest = |seed: &str| {
        let run = json(&["run", "one-server", "--seed", seed, "--for", "2s", "--json"]);
        run["digest"].as_str().expect("a digest").to_string()
    };
    assert_eq!(digest("7"), digest("7"));
    assert_ne!(digest("7"), digest("8"));
}

#[test]
fn the_rate_and_the_duration_are_what_was_asked_for() {
    let run = json(&[
        "run",
        "one-server",
        "--rate",
        "50",
        "--for",
        "2m",
        "--warmup",
        "500ms",
        "--json",
    ]);
    let arrived = run["requests"]["arrived"].as_f64().expect("a count");
    // Poisson with mean 6,000: five standard deviations are 387.
    assert!((arrived - 6_000.0).abs() < 387.0, "{arrived} arrived");
    assert_eq!(run["simulated_s"], 120.0);
    assert_eq!(run["warmup_s"], 0.5);
}

#[test]
fn without_json_a_run_is_a_table_that_lines_up() {
    let table = text(&["run", "load-balancer", "--for", "2s"]);
    let heading = table
        .lines()
        .position(|line| line.starts_with("Component"))
        .expect("a heading");
    let lines: Vec<&str> = table
        .lines()
        .skip(heading)
        .take_while(|line| !line.is_empty() && !line.contains(": "))
        .collect();
    assert!(lines.len() > 3, "{table}");
    let end_of_busy = |line: &str| {
        line.chars()
            .position(|c| c == '%')
            .or(line.find("busy").map(|at| at + 3))
    };
    for line in &lines {
        assert_eq!(end_of_busy(line), end_of_busy(lines[0]), "{line}\n{table}");
    }
    assert!(table.lines().any(|line| line.starts_with("Objectives")));
    assert!(
        table.lines().all(|line| line == line.trim_end()),
        "no space at the end of a line"
    );
}

#[test]
fn a_scenario_comes_from_a_step_a_file_a_link_or_standard_input() {
    let digest = |output: Output| {
        assert_eq!(code(&output), 0, "{}", errors(&output));
        let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        run["digest"].as_str().expect("a digest").to_string()
    };
    let run = |source: &str, input: &str| {
        digest(headroom_reading(
            input,
            &["run", source, "--for", "1s", "--json"],
        ))
    };
    let document = first_step().to_json();
    let file = std::env::temp_dir().join(format!("headroom-{}.json", std::process::id()));
    fs::write(&file, &document).expect("the temporary folder can be written");
    let link = text(&["link", "one-server", "--whole"]);

    let expected = run("one-server", "");
    assert_eq!(run(file.to_str().expect("a plain path"), ""), expected);
    assert_eq!(run(link.trim(), ""), expected);
    assert_eq!(
        run(&format!("https://example.org/headroom/{}", link.trim()), ""),
        expected
    );
    assert_eq!(run("#step=one-server", ""), expected);
    assert_eq!(run("-", &document), expected);
    assert_eq!(run("-", &link), expected);
    fs::remove_file(file).expect("the file is still there");
}

#[test]
fn a_link_opens_as_the_scenario_it_was_made_from() {
    let page = ["--whole", "--seed", "99", "--page", "https://example.org/"];
    let link = text(&[&["link", "load-balancer"][..], &page].concat());
    let fragment = link
        .trim()
        .strip_prefix("https://example.org/#s1=")
        .expect("a whole address");
    let opened =
        Scenario::from_json(&text(&["open", &format!("s1={fragment}")])).expect("a scenario");
    let mut expected = step::find("load-balancer").expect("is a step").scenario();
    expected.seed = 99;
    expected.engine = env!("CARGO_PKG_VERSION").into();
    assert_eq!(opened, expected);

    let readable = text(&["link", "load-balancer", "--seed", "99"]);
    assert!(
        readable.starts_with("#check=") && readable.contains("&step=load-balancer&v=0.1.0&seed=99"),
        "{readable}"
    );
    assert_eq!(
        text(&["open", readable.trim()]),
        text(&["open", link.trim()])
    );
}

#[test]
fn a_link_says_which_engine_made_it_and_another_engine_says_so() {
    let version = env!("CARGO_PKG_VERSION");
    for link in [
        text(&["link", "cache"]),
        text(&["link", "cache", "--whole"]),
    ] {
        assert_eq!(json(&["open", link.trim()])["engine"], version);
        let same = headroom(&["run", link.trim(), "--for", "100ms"]);
        assert_eq!((code(&same), errors(&same).as_str()), (0, ""));
    }
    let older = headroom(&["run", "#step=cache&v=0.0.1", "--for", "100ms"]);
    assert_eq!(code(&older), 0);
    assert!(
        errors(&older).contains("made with engine 0.0.1"),
        "{}",
        errors(&older)
    );
}

#[test]
fn every_step_has_a_line_that_begins_with_its_name() {
    let lines = text(&["steps"]);
    let names: Vec<&str> = lines
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let expected: Vec<&str> = step::LADDER.iter().map(|step| step.name).collect();
    assert_eq!(names, expected);
}

#[test]
fn the_schema_is_the_published_one() {
    let published = include_str!("../../docs/scenario.schema.json");
    assert!(
        text(&["schema"]) == published,
        "docs/scenario.schema.json is of another build: CONTRIBUTING.md says how to write it anew"
    );
}

#[test]
fn capacity_says_how_much_is_left_and_what_gives_way() {
    let capacity = json(&["capacity", "one-server", "--json"]);
    let rate_rps = capacity["rate_rps"].as_f64().expect("a load");
    let breaks_rps = capacity["breaks"]["rate_rps"].as_f64().expect("a load");
    assert!(rate_rps > 0.0 && breaks_rps > rate_rps && breaks_rps < rate_rps * 1.03);
    assert_eq!(capacity["limited"]["component"], "web");
    assert_eq!(capacity["now"]["rate_rps"], 250.0);
    let times = capacity["headroom"]["times_now"]
        .as_f64()
        .expect("a multiple");
    let used = capacity["headroom"]["used_share"]
        .as_f64()
        .expect("a share");
    assert!((times - rate_rps / 250.0).abs() < 1e-9 && (times * used - 1.0).abs() < 1e-9);
    let told = text(&["capacity", "one-server"]);
    assert!(told.contains("What gives way first: Web tier."), "{told}");
    let headroom = format!(
        "At 250 requests/s it takes {times:.1} × this load: {:.0} % of its capacity used.",
        used * 100.0
    );
    assert!(told.contains(&headroom), "{told}");
    let over = text(&["capacity", "one-server", "--rate", "1000"]);
    assert!(
        over.contains("it takes 0.") && over.contains("% of its capacity asked."),
        "{over}"
    );
}

/// One server and users who each ask anew a millisecond after their answer.
fn closed_loop() -> String {
    let mut scenario = first_step();
    scenario.traffic.client.loop_model = LoopModel::Closed {
        users: 20,
        think_time_ms: 1.0,
    };
    scenario.to_json()
}

#[test]
fn the_capacity_of_a_closed_loop_is_a_number_of_users() {
    let read = |more: &[&str]| {
        let output = headroom_reading(&closed_loop(), &[&["capacity", "-"], more].concat());
        assert_eq!(code(&output), 0, "{}", errors(&output));
        String::from_utf8(output.stdout).expect("the answer is text")
    };
    let capacity: Value = serde_json::from_str(&read(&["--json"])).expect("JSON");
    let users = capacity["users"].as_u64().expect("a number of users");
    let reached_rps = capacity["reached_rps"].as_f64().expect("a rate");
    assert!(
        users > 20 && (100.0..1_000.0).contains(&reached_rps),
        "{capacity}"
    );
    assert_eq!(capacity["now"]["users"], 20);
    assert!(capacity["breaks"]["users"].as_u64() > Some(users));
    assert!(capacity["rate_rps"].is_null(), "it has no rate of its own");
    let told = read(&[]);
    assert!(
        told.starts_with(&format!(
            "Holds its objectives up to {users} users, who reach "
        )),
        "{told}"
    );
    assert!(told.contains("At 20 users it takes "), "{told}");
}

#[test]
fn a_closed_loop_has_no_rate_to_be_set() {
    let compared = ["compare", "one-server", "-", "--rate", "50"];
    let linked = ["link", "-", "--rate", "50"];
    for arguments in [
        &["run", "-", "--rate", "50"][..],
        &["capacity", "-", "--rate", "50"],
        &compared,
        &linked,
    ] {
        let output = headroom_reading(&closed_loop(), arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        let errors = errors(&output);
        assert!(errors.contains("have no rate of their own"), "{errors}");
        assert!(
            errors.contains("traffic.client.loop.closed.users, 20 now"),
            "{errors}"
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_percentile_of_nothing_is_no_figure() {
    let mut scenario = first_step();
    scenario.traffic.client.timeout_ms = 1.0;
    scenario.objectives.failed_share = 1.0;
    let read = |arguments: &[&str]| {
        let output = headroom_reading(&scenario.to_json(), arguments);
        String::from_utf8(output.stdout).expect("the answer is text")
    };
    let run: Value =
        serde_json::from_str(&read(&["run", "-", "--for", "5s", "--json"])).expect("JSON");
    assert_eq!(run["requests"]["completed"], 0);
    assert!(run["latency_ms"]["p99"].is_null(), "{}", run["latency_ms"]);
    assert_eq!(run["objectives"]["hold"], false);
    let table = read(&["run", "-", "--for", "5s"]);
    let line = table
        .lines()
        .find(|line| line.contains("99 of 100"))
        .expect("the objective");
    assert!(
        line.contains("no answer") && line.contains("BROKEN"),
        "{line}"
    );
    let latency = table
        .lines()
        .position(|line| line.starts_with("Latency"))
        .expect("a table");
    let figures = table.lines().nth(latency + 1).expect("its row");
    assert_eq!(figures.split_whitespace().collect::<Vec<_>>(), ["–"; 6]);
    let compared = read(&["compare", "one-server", "-", "--for", "5s"]);
    assert!(
        compared.contains("nothing is answered, before or after"),
        "{compared}"
    );
    let p99 = compared
        .lines()
        .find(|line| line.starts_with("latency p99"))
        .expect("a row");
    assert!(p99.ends_with("–"), "{p99}");
    // Nobody kept a session, and nobody lost one.
    for figure in ["latency p99", "users who had to", "requests that had to"] {
        let mut lines = compared.lines();
        let line = lines.find(|line| line.starts_with(figure)).expect(figure);
        assert_eq!(line.matches("no answer").count(), 2, "{line}");
    }
}

#[test]
fn a_run_to_which_nobody_came_holds_nothing_and_says_so() {
    let mut scenario = first_step();
    scenario.traffic.curve = headroom_scenario::Curve::Stepped {
        factors: vec![0.0],
        every_s: 1.0,
    };
    let read = |arguments: &[&str]| {
        let output = headroom_reading(&scenario.to_json(), arguments);
        let told = String::from_utf8(output.stdout.clone()).expect("the answer is text");
        (code(&output), told)
    };
    let (exit, run) = read(&["run", "-", "--for", "5s", "--check", "--json"]);
    let run: Value = serde_json::from_str(&run).expect("JSON");
    assert_eq!((exit, &run["requests"]["arrived"]), (1, &Value::from(0)));
    assert_eq!(run["objectives"]["hold"], false);
    assert_eq!(run["objectives"]["broken"][0]["objective"], "requests");
    let (_, text) = read(&["run", "-", "--for", "5s"]);
    let objectives = text.lines().filter(|line| line.contains("no request came"));
    assert!(objectives.count() >= 2 && !text.contains("holds"), "{text}");
    let (_, compared) = read(&["compare", "cache", "-", "--for", "5s"]);
    assert!(compared.contains("no request came"), "{compared}");
    let p99 = compared
        .lines()
        .find(|line| line.starts_with("latency p99"));
    assert!(
        p99.is_some_and(|line| line.contains("no request")),
        "{compared}"
    );
    let (_, capacity) = read(&["capacity", "-", "--for", "5s"]);
    assert!(capacity.contains("no request came"), "{capacity}");
}

#[test]
fn a_share_of_hits_is_told_where_something_was_looked_up() {
    let mut scenario = step::find("cache").expect("a step").scenario();
    scenario
        .traffic
        .classes
        .retain(|class| class.kind == ClassKind::Static);
    scenario
        .traffic
        .classes
        .iter_mut()
        .for_each(|class| class.lookups = 0);
    let arguments = ["run", "-", "--for", "2s", "--warmup", "0", "--json"];
    let output = headroom_reading(&scenario.to_json(), &arguments);
    let run: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for (id, name) in [
        ("cache", "hit_ratio"),
        ("web", "local_hit_ratio"),
        ("db", "buffer_hit_ratio"),
    ] {
        let part = &run["components"][id];
        assert_eq!(part.get(name), None, "{id}");
        assert_eq!(part["instances"][0].get(name), None, "{id}");
    }
    let asked = json(&["run", "cache", "--for", "2s", "--warmup", "0", "--json"]);
    assert!(asked["components"]["cache"]["hit_ratio"].is_number());
}

#[test]
fn a_comparison_says_what_stands_for_what_and_what_could_not_be_done() {
    let mut renamed = step::find("load-balancer").expect("a step").scenario();
    renamed.script.clear();
    for component in &mut renamed.design.components {
        if component.id == "web" {
            component.id = "app".into();
        }
    }
    for link in &mut renamed.design.links {
        for end in [&mut link.from, &mut link.to] {
            if end == "web" {
                *end = "app".into();
            }
        }
    }
    let compare = |before: &str, after: &str, more: &[&str]| {
        let arguments = [&["compare", before, after, "--for", "20s"], more].concat();
        let output = headroom_reading(&renamed.to_json(), &arguments);
        assert_eq!(code(&output), 0, "{}", errors(&output));
        String::from_utf8(output.stdout).expect("the answer is text")
    };
    for (before, after) in [("-", "load-balancer"), ("load-balancer", "-")] {
        let both: Value = serde_json::from_str(&compare(before, after, &["--json"])).expect("JSON");
        assert_eq!(both["before"]["digest"], both["after"]["digest"]);
        assert_eq!(both["renamed"].as_array().map(Vec::len), Some(1));
        assert_eq!(both["left_out"].as_array().map(Vec::len), Some(0));
    }
    let told = compare("-", "load-balancer", &[]);
    assert!(
        told.contains(
            "Web tier (app) of \"More servers behind a load balancer\" is taken as Web tier (web)"
        ),
        "{told}"
    );

    // One server has no second one to be slowed.
    let told = compare("one-server", "balancing-algorithm", &[]);
    let left_out = "Not done in \"One server\": at 10 s, slow web/2 3 ×: “Web tier” (web) has one \
                    instance by then.\n";
    assert!(told.contains(left_out), "{told}");
    let both = json(&[
        "compare",
        "one-server",
        "balancing-algorithm",
        "--for",
        "5s",
        "--json",
    ]);
    assert_eq!(both["left_out"].as_array().map(Vec::len), Some(2));
    assert!(both["left_out"][0]["reason"].is_string());
}

#[test]
fn a_comparison_says_which_script_is_played_and_what_of_the_first_is_set_aside() {
    let kill = TimedAction {
        at_ns: 7_000_000_000,
        action: Action::Kill {
            component: "web".into(),
            instance: 0,
        },
    };
    let mut own = step::find("database-apart").expect("a step").scenario();
    own.script = vec![kill; 2];
    own.seed = 99;
    own.traffic.rate_rps += 1.0;
    own.objectives.latency_p99_ms += 1.0;
    let compare = |input: &Scenario, arguments: &[&str]| {
        let arguments = [&["compare"], arguments, &["--for", "5s"]].concat();
        let output = headroom_reading(&input.to_json(), &arguments);
        assert_eq!(code(&output), 0, "{}", errors(&output));
        String::from_utf8(output.stdout).expect("the answer is text")
    };
    let all = ["traffic", "script", "seed", "objectives"];
    for (before, after, played, set_aside) in [
        ("-", "bigger-server", 0, &all[..]),
        ("-", "load-balancer", 2, &all),
        ("bigger-server", "-", 2, &["traffic", "seed", "objectives"]),
    ] {
        let both = compare(&own, &[before, after, "--json"]);
        let both: Value = serde_json::from_str(&both).expect("the answer is JSON");
        assert_eq!(both["script_actions"], played);
        assert_eq!(both["set_aside"], Value::from(set_aside.to_vec()));
        let text = compare(&own, &[before, after]);
        let is_said = |word: &str| text.contains(word);
        assert_eq!(is_said("No script"), played == 0, "{text}");
        assert_eq!(
            is_said("set aside"),
            set_aside.contains(&"script"),
            "{text}"
        );
        for word in ["2 actions", "traffic", "seed", "objectives"] {
            assert!(is_said(word), "{word}: {text}");
        }
    }
    // What both say alike is not spoken of.
    let text = text(&["compare", "bigger-server", "bigger-server", "--for", "5s"]);
    assert!(
        !text.contains("script") && !text.contains("not the first's own"),
        "{text}"
    );
}

#[test]
fn parts_are_called_by_their_titles_with_the_id_where_it_is_typed() {
    let table = text(&["run", "load-balancer", "--for", "2s"]);
    for words in ["\nWeb tier (web) ", "\n  web/1 ", "\n  Database: "] {
        assert!(table.contains(words), "{words:?} in {table}");
    }
    let mut scenario = step::find("load-balancer").expect("a step").scenario();
    scenario.view.selected = Some("servers".into());
    let output = headroom_reading(&scenario.to_json(), &["run", "-"]);
    let told = "view.selected: there is no component “servers”: there are “Users” (users)";
    assert!(errors(&output).contains(told), "{}", errors(&output));
    // What has no title has its id.
    for component in &mut scenario.design.components {
        component.name = String::new();
    }
    let output = headroom_reading(&scenario.to_json(), &["run", "-"]);
    let told = "there is no component “servers”: there are “users”, ";
    assert!(errors(&output).contains(told), "{}", errors(&output));
}

#[test]
fn what_is_wrong_at_the_end_of_a_run_is_told() {
    let hang = Action::Hang {
        component: "web".into(),
        instance: 1,
    };
    let slow = Action::Slow {
        component: "web".into(),
        instance: 2,
        factor: 3.0,
    };
    let kill = Action::Kill {
        component: "lb".into(),
        instance: 0,
    };
    let impair = |impairment| Action::ImpairLink {
        from: "web".into(),
        to: "db".into(),
        impairment,
    };
    let actions = [
        hang,
        slow,
        impair(Impairment::Loss { share: 0.05 }),
        impair(Impairment::Cut {
            direction: Direction::Calls,
        }),
        kill,
    ];
    let mut scenario = step::find("load-balancer").expect("a step").scenario();
    let at_ns = 2_000_000_000;
    scenario.script = actions.map(|action| TimedAction { at_ns, action }).to_vec();
    let read = |scenario: &Scenario, more: &[&str]| {
        let arguments = [&["run", "-", "--for", "2s", "--warmup", "1s"], more].concat();
        let output = headroom_reading(&scenario.to_json(), &arguments);
        assert_eq!(code(&output), 0, "{}", errors(&output));
        String::from_utf8(output.stdout).expect("the answer is text")
    };
    let table = read(&scenario, &[]);
    for line in [
        "\nAt the end\n",
        "\n  web/2 hangs\n",
        "\n  web/3 takes 3.00 × as long as usual\n",
        "\n  Load balancer is dead\n",
        "\n  Web tier → Database: cut for calls, loses 5 %; ",
    ] {
        assert!(table.contains(line), "{line:?} in {table}");
    }
    let run: Value = serde_json::from_str(&read(&scenario, &["--json"])).expect("it is JSON");
    let at_end = &run["at_end"];
    let instances = at_end["instances"].as_array().expect("a list");
    let hanging = instances.iter().filter(|machine| machine["hangs"] == true);
    let hanging: Vec<(&str, u64)> = hanging
        .map(|machine| {
            let number = machine["instance"].as_u64().expect("a number");
            (machine["component"].as_str().expect("an id"), number)
        })
        .collect();
    assert_eq!(hanging, [("web", 1)]);
    assert_eq!(instances.len(), 3);
    let link = &at_end["links"][0];
    assert_eq!((&link["from"], &link["to"]), (&"web".into(), &"db".into()));
    let impairments = link["impairments"].as_array().map(Vec::len);
    assert_eq!((impairments, link["held"].is_u64()), (Some(2), true));
    // Where all is well, nothing is said.
    scenario.script.clear();
    assert!(!read(&scenario, &[]).contains("At the end"));
    let run: Value = serde_json::from_str(&read(&scenario, &["--json"])).expect("it is JSON");
    assert_eq!(run["at_end"]["instances"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_comparison_faces_both_designs_with_the_same_load() {
    let both = json(&[
        "compare",
        "one-server",
        "database-apart",
        "--for",
        "10s",
        "--rate",
        "20",
        "--json",
    ]);
    let arrived = |side: &str| both[side]["requests"]["arrived"].as_u64().expect("a count");
    assert_eq!(
        arrived("before"),
        arrived("after"),
        "the same arrivals, one by one"
    );
    assert_ne!(both["before"]["digest"], both["after"]["digest"]);
    assert!(text(&["compare", "one-server", "database-apart", "--for", "5s"]).contains("p99 "));
}

#[test]
fn a_broken_objective_is_an_exit_code_only_where_it_is_asked_for() {
    let overload = ["run", "one-server", "--rate", "20000", "--for", "2s"];
    let output = headroom(&overload);
    assert_eq!(code(&output), 0);
    assert!(String::from_utf8_lossy(&output.stdout).contains("BROKEN"));
    assert_eq!(code(&headroom(&[&overload[..], &["--check"]].concat())), 1);
    assert_eq!(
        code(&headroom(&["run", "one-server", "--rate", "1", "--check"])),
        0
    );
}

#[test]
fn a_command_line_that_makes_no_sense_is_explained() {
    for (arguments, words) in [
        (&["fly"][..], "there is no command 'fly'"),
        (&["rnu", "cache"], "did you mean run?"),
        (&["help", "capactiy"], "did you mean capacity?"),
        (&["cache"], "write 'headroom run cache'"),
        (&["#step=cache"], "write 'headroom run #step=cache'"),
        (&["cahce"], "did you mean 'headroom run cache'?"),
        (&["help", "cahce"], "did you mean 'headroom run cache'?"),
        (
            &["--json", "run", "cache"],
            "write 'headroom run ... --json'",
        ),
        (
            &["--seed", "7", "run", "cache"],
            "write 'headroom run ... --seed'",
        ),
        (
            &["--rate=7", "compare"],
            "write 'headroom compare ... --rate'",
        ),
        (&["--check"], "write 'headroom <command> ... --check'"),
        (&["--jsno", "run", "cache"], "did you mean --json?"),
        (&["--fly"], "there is no option --fly"),
        (&["run"], "something is missing"),
        (&["run", "cache", "cache"], "too much"),
        (&["run", "cache", "--page", "x"], "has no option --page"),
        (&["run", "cache", "--rte", "7"], "did you mean --rate?"),
        (
            &["run", "cache", "--seed", "1", "--seed", "2"],
            "--seed is given twice",
        ),
        (&["run", "cache", "--for", "60"], "write 60s"),
        (&["run", "cache", "--for", "0s"], "longer than nothing"),
        (&["run", "cache", "--for", "0"], "longer than nothing"),
        (
            &["run", "cache", "--for", "0.0000001ms"],
            "longer than nothing",
        ),
        (&["run", "cache", "--for", "-5s"], "less than nothing"),
        (&["run", "cache", "--for", "5d"], "no duration"),
        (&["run", "cache", "--for"], "missing argument"),
        (&["run", "cache", "--warmup", "-5s"], "less than nothing"),
        (&["run", "cache", "--warmup", "soon"], "no duration"),
        (&["run", "cache", "--rate", "0"], "requests a second"),
        (&["run", "cache", "--rate", "2000000"], "requests a second"),
        (&["run", "cache", "--rate", "abc"], "requests a second"),
        (&["run", "cache", "--rate", "nan"], "requests a second"),
        (&["run", "cache", "--seed", "-1"], "whole number"),
        (&["run", "cache", "--seed", "1.5"], "whole number"),
        (
            &["run", "cache", "--seed", "9007199254740992"],
            "whole number",
        ),
        (&["run", "cache", "--threads", "0"], "from 1 to 16"),
        (&["run", "cache", "--threads", "17"], "from 1 to 16"),
        (&["run", "cache", "--threads", "two"], "from 1 to 16"),
        (
            &["run", "cache", "--json", "--series", "-"],
            "standard output",
        ),
    ] {
        let output = headroom(arguments);
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(
            errors(&output).contains(words),
            "{arguments:?}: {}",
            errors(&output)
        );
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_seed_may_have_a_fraction_of_nothing_and_a_warm_up_of_nothing_needs_no_unit() {
    let run = |seed: &str, warmup: &str| {
        let more = ["--seed", seed, "--warmup", warmup];
        json(&[&["run", "one-server", "--for", "1s", "--json"][..], &more].concat())["digest"]
            .clone()
    };
    assert_eq!(run("7.0", "0"), run("7", "0s"));
}

#[test]
fn the_page_of_a_link_is_an_address_of_the_web() {
    for page in [
        "x",
        "",
        "javascript:alert(1)",
        "file:///tmp/index.html",
        "ftp://example.org/",
        "//example.org/",
        "example.org",
        "http://",
        "https:///",
        "https://:80/",
        "https://user@/",
        "https://user@:80/",
        "https://?a",
        "https://example.org:port/",
        "https://example.org:65536/",
        "https://exam ple.org/",
        "https://example.org/\"onload=x",
    ] {
        let output = headroom(&["link", "cache", "--page", page]);
        assert_eq!(code(&output), 2, "{page}: {}", errors(&output));
        let told = errors(&output);
        let is_web = page.starts_with("http");
        let why = if is_web {
            "host"
        } else {
            "http:// or https://"
        };
        let has_host = page.starts_with("https://exam") && !page.contains(":port");
        assert!(has_host || told.contains(why), "{page}: {told}");
        assert!(told.contains("https://example.org/"), "{page}: {told}");
        assert!(output.stdout.is_empty(), "{page}");
    }
    for (page, link) in [
        (
            "http://localhost:8080/",
            "http://localhost:8080/#step=cache",
        ),
        ("HTTPS://example.org", "HTTPS://example.org#step=cache"),
        ("http://[::1]:8080/", "http://[::1]:8080/#step=cache"),
        ("http://me@box:80", "http://me@box:80#step=cache"),
        (
            "https://example.org/#step=one-server",
            "https://example.org/#step=cache",
        ),
        (
            "https://example.org/a/?b=c#",
            "https://example.org/a/?b=c#step=cache",
        ),
    ] {
        let found = text(&["link", "cache", "--page", page]);
        assert!(found.starts_with(link), "{page}: {found}");
    }
}

/// A folder for the files of one test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("headroom-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the temporary folder can be written");
        Self(folder)
    }

    fn path(&self, file: &str) -> String {
        let path = self.0.join(file);
        path.to_str().expect("a plain path").to_owned()
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        fs::write(&path, bytes).expect("the folder can be written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_opens_whatever_its_name_is_and_with_a_byte_order_mark() {
    let folder = Folder::new("names");
    let document = first_step().to_json();
    for name in ["design#2.json", "step=1.json", "#s1.json", "#step=cache"] {
        let path = folder.file(name, document.as_bytes());
        let run = json(&["run", &path, "--for", "1s", "--json"]);
        assert_eq!(run["name"], first_step().name, "{name}");
    }
    let marked = format!("\u{feff}{document}");
    let path = folder.file("marked.json", marked.as_bytes());
    assert_eq!(
        json(&["run", &path, "--for", "1s", "--json"])["name"],
        first_step().name
    );
    let piped = headroom_reading(&marked, &["run", "-", "--for", "1s"]);
    assert_eq!(code(&piped), 0, "{}", errors(&piped));

    let missing = headroom(&["run", "no-such#file.json"]);
    assert_eq!(code(&missing), 5);
    assert!(
        errors(&missing).contains("there is no file"),
        "{}",
        errors(&missing)
    );
}

#[test]
fn a_file_in_another_encoding_is_told_which_it_is() {
    let folder = Folder::new("encodings");
    let document = first_step().to_json();
    let in_others = |text: &str| {
        let units = || text.encode_utf16();
        let wide = || text.chars().map(u32::from);
        [
            ("UTF-16", units().flat_map(u16::to_le_bytes).collect()),
            ("UTF-16", units().flat_map(u16::to_be_bytes).collect()),
            ("UTF-32", wide().flat_map(u32::to_le_bytes).collect()),
            (
                "UTF-32",
                wide().flat_map(u32::to_be_bytes).collect::<Vec<u8>>(),
            ),
        ]
    };
    // With a mark at its beginning, and without.
    let marked = in_others(&format!("\u{feff}{document}"));
    for (encoding, bytes) in marked.into_iter().chain(in_others(&document)) {
        let output = headroom(&["run", &folder.file("other.json", &bytes)]);
        assert_eq!(code(&output), 5);
        let words = format!("is in {encoding}: save it as UTF-8");
        assert!(errors(&output).contains(&words), "{}", errors(&output));
    }
}

#[test]
fn what_can_not_be_seen_in_a_name_is_told_by_its_code() {
    for (arguments, told) in [
        (
            &["run", "cac\u{200b}he"][..],
            "no step 'cac<U+200B>he' (did you mean cache?)",
        ),
        (&["open", "#step=cac\u{ad}he"], "no step “cac<U+00AD>he”"),
        (&["r\u{200b}un", "cache"], "r<U+200B>un"),
        (&["run", "cache", "--rate=1\u{200f}0"], "'1<U+200F>0'"),
    ] {
        let output = headroom(arguments);
        assert!(errors(&output).contains(told), "{}", errors(&output));
    }
}

#[test]
fn a_step_is_suggested_wherever_a_scenario_is_asked_for() {
    for (verb, behind) in [
        ("run", &["cahce"][..]),
        ("capacity", &["cahce"]),
        ("compare", &["cahce", "cache"]),
        ("compare", &["cache", "cahce"]),
        ("link", &["cahce"]),
        ("open", &["cahce"]),
        ("open", &["#step=cahce"]),
        ("run", &["chace"]),
        ("link", &["chace"]),
        ("open", &["#step=chace"]),
    ] {
        let output = headroom(&[&[verb], behind].concat());
        let said = errors(&output).to_lowercase();
        let is_meant = said.contains("did you mean cache?") || said.contains("mean #step=cache?");
        assert!(is_meant, "{verb} {behind:?}: {said}");
    }
    let folder = Folder::new("opened");
    let file = folder.file("design.json", first_step().to_json().as_bytes());
    let opened = headroom(&["open", &file]);
    assert_eq!(code(&opened), 2);
    let words = format!("'headroom link {file}' prints its link");
    assert!(errors(&opened).contains(&words), "{}", errors(&opened));
}

#[test]
fn a_whole_number_with_a_fraction_and_a_key_given_twice_are_told_in_a_file() {
    let document = first_step().to_json();
    let with_seed = |seed: &str| {
        let start = document.find("\"seed\":").expect("it has one") + 7;
        let end = start + document[start..].find(',').expect("it goes on");
        let changed = format!("{}{seed}{}", &document[..start], &document[end..]);
        headroom_reading(&changed, &["run", "-", "--for", "1s", "--json"])
    };
    let whole = with_seed("3.0");
    assert_eq!(code(&whole), 0, "{}", errors(&whole));
    let run: Value = serde_json::from_slice(&whole.stdout).expect("JSON");
    assert_eq!(run["seed"], 3);
    for (seed, words) in [
        ("3.5", "seed: 3.5 is not whole"),
        ("3,\"seed\":4", "seed: it is given twice"),
    ] {
        let output = with_seed(seed);
        assert_eq!(code(&output), 3, "{seed}");
        assert!(
            errors(&output).contains(words),
            "{seed}: {}",
            errors(&output)
        );
    }
}

#[test]
fn a_link_opens_as_it_comes_out_of_a_chat() {
    let link = text(&[
        "link",
        "cache",
        "--seed",
        "7",
        "--page",
        "https://example.org/",
    ]);
    let link = link.trim();
    let expected = text(&["open", link]);
    let digest = |source: &str| json(&["run", source, "--for", "1s", "--json"])["digest"].clone();
    let expected_digest = digest(link);
    let fragment = link.split_once('#').expect("it has one").1;
    for text_of_link in [
        format!("<{link}>,"),
        format!("“{link}”."),
        format!("'#{fragment}'"),
        format!("({fragment})"),
        format!("_{link}_"),
        format!("*#{fragment}*"),
        format!("`{link}`"),
        format!("see **_{link}_**."),
        format!(" {link}\n"),
        format!("%22{link}%22"),
        fragment.to_owned(),
    ] {
        assert_eq!(text(&["open", &text_of_link]), expected, "{text_of_link}");
        assert_eq!(digest(&text_of_link), expected_digest, "{text_of_link}");
        for arguments in [&["open", "-"][..], &["link", "-"]] {
            let output = headroom_reading(&text_of_link, arguments);
            assert_eq!(code(&output), 0, "{text_of_link}: {}", errors(&output));
        }
    }
}

#[test]
fn what_is_mistyped_in_a_link_or_a_step_is_told_with_what_was_meant() {
    for (source, exit_code, words) in [
        ("#step=cache&rte=2000", 4, "did you mean rate?"),
        ("#step=cahce", 4, "did you mean cache?"),
        ("loadbalancer", 5, "did you mean load-balancer?"),
        ("chache", 5, "did you mean cache?"),
    ] {
        for command in ["run", "capacity", "link"] {
            let output = headroom(&[command, source]);
            assert_eq!(
                code(&output),
                exit_code,
                "{command} {source}: {}",
                errors(&output)
            );
            assert!(
                errors(&output).contains(words),
                "{command} {source}: {}",
                errors(&output)
            );
        }
    }
}

/// A series as a table: names, and rows of cells as they stand.
struct Table {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    fn read(text: &str) -> Self {
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<String>>();
        let mut lines = text.lines().map(cells);
        let names = lines.next().expect("a heading");
        let rows: Vec<_> = lines.collect();
        assert!(
            rows.iter().all(|row| row.len() == names.len()),
            "rows are as long as the heading"
        );
        Self { names, rows }
    }

    fn cells(&self, name: &str) -> Vec<&str> {
        let place = self
            .names
            .iter()
            .position(|other| other == name)
            .expect(name);
        self.rows.iter().map(|row| row[place].as_str()).collect()
    }

    fn figures(&self, name: &str) -> Vec<f64> {
        let number = |cell: &str| cell.parse().unwrap_or_else(|_| panic!("{name}: '{cell}'"));
        self.cells(name).into_iter().map(number).collect()
    }

    fn sum(&self, name: &str) -> f64 {
        self.figures(name).iter().sum()
    }
}

/// Runs with a series in a file; the report and the table.
/// The last step at a load that is worth two threads, with its users in one site and the rest in another.
fn in_two_sites() -> String {
    let mut scenario = step::find("cache").expect("is a step").scenario();
    scenario.traffic.rate_rps = 50_000.0;
    let site = |id: &str| Site {
        id: id.into(),
        region: "anywhere".into(),
    };
    scenario.design.sites = vec![site("home"), site("abroad")];
    for place in 0..scenario.design.components.len() {
        let component = &mut scenario.design.components[place];
        let is_user = matches!(component.kind, Kind::Clients(_) | Kind::Dns(_));
        component.site = Some(if is_user { "home" } else { "abroad" }.into());
    }
    scenario.to_json()
}

#[test]
fn a_run_in_two_sites_is_the_same_on_any_number_of_threads() {
    let run = |more: &[&str]| -> Value {
        let window = ["run", "-", "--json", "--warmup", "0s", "--for", "1s"];
        let output = headroom_reading(&in_two_sites(), &[&window[..], more].concat());
        assert_eq!(code(&output), 0, "{}", errors(&output));
        let mut report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        report["wall_s"] = Value::Null;
        report
    };
    let alone = run(&["--threads", "1"]);
    assert!(alone["requests"]["arrived"].as_u64() > Some(40_000));
    for more in [&["--threads", "2"][..], &["--threads", "16"], &[]] {
        assert_eq!(run(more), alone, "{more:?}");
    }
}

fn run_with_series(name: &str, arguments: &[&str]) -> (Value, Table) {
    let folder = Folder::new(name);
    let path = folder.path("series.csv");
    let more = ["--json", "--series", &path];
    let report = json(&[arguments, &more].concat());
    let table = fs::read_to_string(&path).expect("the series is there");
    (report, Table::read(&table))
}

#[test]
fn a_series_has_a_row_a_second_and_adds_up_to_the_report() {
    let arguments = [
        "run", "cache", "--for", "12s", "--warmup", "0s", "--rate", "3000",
    ];
    let (report, series) = run_with_series("sums", &arguments);
    let starts: Vec<f64> = (0..12).map(f64::from).collect();
    assert_eq!(series.figures("start_s"), starts);
    assert!(
        series
            .figures("length_s")
            .iter()
            .all(|length| *length == 1.0)
    );
    let requests = &report["requests"];
    for name in ["arrived", "completed", "retries"] {
        assert_eq!(
            series.sum(name),
            requests[name].as_f64().expect(name),
            "{name}"
        );
    }
    let failed = requests["failed"].as_object().expect("by reason");
    let total: f64 = failed.values().filter_map(Value::as_f64).sum();
    assert_eq!(series.sum("failed"), total);
    for name in ["in_flight", "overdue"] {
        let at_end = series.figures(name).pop();
        assert_eq!(at_end, requests[name].as_f64(), "{name}");
    }
    for reason in Reason::ALL {
        let count = failed.get(reason.name()).and_then(Value::as_f64);
        let name = format!("failed_{}", reason.name());
        assert_eq!(series.sum(&name), count.unwrap_or(0.0), "{name}");
    }
    for (id, name, figure) in [
        ("cache", "hits", "hits"),
        ("cache", "misses", "misses"),
        ("web", "login_calls", "login_calls"),
        ("web", "dropped", "dropped"),
        ("db", "dropped", "dropped"),
    ] {
        let expected = report["components"][id][figure].as_f64().expect(figure);
        assert_eq!(series.sum(&format!("{id}.{name}")), expected, "{id}.{name}");
    }
    // Users are counted once: the last second tells of all.
    let lost = series.figures("web.sessions_lost").pop();
    assert_eq!(lost, report["components"]["web"]["sessions_lost"].as_f64());
    let busy = series.sum("web.utilisation") / 12.0;
    let expected = report["components"]["web"]["utilisation"]
        .as_f64()
        .expect("a share");
    assert!((busy - expected).abs() < 1e-4, "{busy} and {expected}");
    let most = series
        .figures("db.queue_max")
        .into_iter()
        .fold(0.0, f64::max);
    assert_eq!(Some(most), report["components"]["db"]["queue_max"].as_f64());
}

#[test]
fn a_series_of_hours_has_every_second_and_one_cut_within_a_second_has_that_part() {
    let arguments = [
        "run",
        "one-server",
        "--for",
        "2h",
        "--warmup",
        "700s",
        "--rate",
        "1",
    ];
    let (report, series) = run_with_series("hours", &arguments);
    let starts = series.figures("start_s");
    assert_eq!(starts.len(), 7_900);
    assert!(
        (0..)
            .zip(&starts)
            .all(|(second, start)| *start == f64::from(second))
    );
    assert!(
        series
            .figures("length_s")
            .iter()
            .all(|length| *length == 1.0)
    );
    let measured: f64 = series.figures("arrived")[700..].iter().sum();
    assert_eq!(report["requests"]["arrived"], measured);

    let arguments = ["run", "one-server", "--for", "2.25s", "--warmup", "0s"];
    let (report, series) = run_with_series("part", &arguments);
    assert_eq!(series.figures("length_s"), [1.0, 1.0, 0.25]);
    assert_eq!(report["requests"]["arrived"], series.sum("arrived"));
    assert_eq!(report["requests"]["completed"], series.sum("completed"));
}

#[test]
fn a_series_does_not_change_the_run() {
    let arguments = ["run", "balancing-algorithm", "--for", "20s"];
    let (report, _) = run_with_series("same", &arguments);
    let without = json(&[&arguments[..], &["--json"]].concat());
    assert_eq!(report["digest"], without["digest"]);
    assert_eq!(report["requests"], without["requests"]);
    assert_eq!(report["components"], without["components"]);
}

#[test]
fn a_line_that_grows_under_overload_is_seen_to_grow() {
    let (_, calm) = run_with_series(
        "calm",
        &["run", "database-apart", "--rate", "100", "--for", "8s"],
    );
    assert!(
        calm.figures("web.queue_max")
            .iter()
            .all(|waiting| *waiting < 20.0)
    );
    let (_, series) = run_with_series(
        "grows",
        &["run", "database-apart", "--rate", "800", "--for", "8s"],
    );
    let waiting = series.figures("web.queue_mean");
    assert!(
        waiting[7] > 2.0 * waiting[2] && waiting[2] > 2.0,
        "{waiting:?}"
    );
    let busy = series.figures("web.utilisation");
    assert!(busy[7] > 0.95, "{busy:?}");
}

#[test]
fn servers_that_are_killed_and_added_are_seen_in_the_series() {
    let mut scenario = step::find("load-balancer").expect("is a step").scenario();
    let at = |at_s: u64, action| TimedAction {
        at_ns: at_s * 1_000_000_000,
        action,
    };
    let component = || "web".to_owned();
    scenario.script = vec![
        at(
            3,
            Action::Kill {
                component: component(),
                instance: 0,
            },
        ),
        at(
            6,
            Action::Repair {
                component: component(),
                instance: 0,
            },
        ),
    ];
    let folder = Folder::new("replicas");
    let path = folder.path("series.csv");
    let arguments = [
        "run", "-", "--for", "10s", "--warmup", "0", "--series", &path,
    ];
    let output = headroom_reading(&scenario.to_json(), &arguments);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let series = Table::read(&fs::read_to_string(&path).expect("it is there"));
    let servers = series.figures("web.servers");
    let (all, fewer) = (servers[0], servers[4]);
    assert_eq!(all - fewer, 1.0, "{servers:?}");
    assert_eq!(servers[9], all, "{servers:?}");
}

#[test]
fn how_far_copies_are_behind_is_seen_in_the_series() {
    let mut scenario = step::find("replication").expect("is a step").scenario();
    scenario.script.insert(
        0,
        TimedAction {
            at_ns: 3 * SECOND_NS,
            action: Action::AddInstance {
                component: "db".into(),
            },
        },
    );
    let folder = Folder::new("copies");
    let path = folder.path("series.csv");
    let window = ["--warmup", "0", "--for", "30s", "--json"];
    let arguments = [&["run", "-", "--series", &path], &window[..]].concat();
    let output = headroom_reading(&scenario.to_json(), &arguments);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let report: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let series = Table::read(&fs::read_to_string(&path).expect("it is there"));
    let stale = report["components"]["db"]["replication"]["stale_reads"].as_f64();
    assert!(stale > Some(0.0));
    assert_eq!(stale, Some(series.sum("db.stale_reads")));
    // The primary has all it writes, until it dies at 15 s: then it lacks what its successor writes.
    let (lag_ms, writes) = (
        series.figures("db/1.lag_ms"),
        series.figures("db/1.lag_writes"),
    );
    assert!(
        lag_ms[..15]
            .iter()
            .chain(&writes[..15])
            .all(|lag| *lag == 0.0)
    );
    assert!(lag_ms[29] > 5_000.0 && lag_ms[29] < 15_000.0, "{lag_ms:?}");
    assert!(
        (lag_ms[29] - lag_ms[28] - 1_000.0).abs() < 0.1,
        "{lag_ms:?}"
    );
    assert!(writes[29] > writes[28] && writes[28] > 100.0, "{writes:?}");
    // One that has joined has nothing to be behind with until it has the data.
    for name in ["db/4.lag_ms", "db/4.lag_writes"] {
        let cells = series.cells(name);
        assert_eq!(cells[..3], ["", "", ""], "{name}");
        assert_ne!(cells[29], "", "{name}");
    }
    let is_copy = |name: &&String| name.contains('/');
    let copies = series.names.iter().filter(is_copy).count();
    assert_eq!(copies, 4 * 2, "only the database has copies");
}

#[test]
fn a_dead_balancer_is_seen_in_the_series() {
    let mut scenario = step::find("load-balancer").expect("is a step").scenario();
    scenario.script = vec![TimedAction {
        at_ns: 2_000_000_000,
        action: Action::Kill {
            component: "lb".into(),
            instance: 0,
        },
    }];
    let arguments = ["run", "-", "--for", "4s", "--warmup", "0", "--series", "-"];
    let output = headroom_reading(&scenario.to_json(), &arguments);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let series = Table::read(&String::from_utf8(output.stdout).expect("it is text"));
    assert_eq!(series.figures("lb.servers"), [1.0, 1.0, 0.0, 0.0]);
    // A directory has no machine that could die.
    assert!(series.names.iter().all(|name| name != "dns.servers"));
}

/// The cache's step with writes held back, whose cache dies at a moment, as does the database's disk.
fn losing_at(at_ns: u64) -> String {
    let mut scenario = step::find("cache").expect("is a step").scenario();
    for class in &mut scenario.traffic.classes {
        class.kind = ClassKind::Write;
    }
    for component in &mut scenario.design.components {
        match &mut component.kind {
            Kind::Cache(cache) => cache.write_mode = WriteMode::Back,
            // With copies, nothing is lost before one of them is promoted.
            Kind::Database(database) => database.replication = Replication::default(),
            _ => {}
        }
    }
    let mut designs = scenario.design.links.iter();
    let is_linked = designs.any(|link| link.from == "cache" && link.to == "db");
    if !is_linked {
        scenario.design.links.push(Link {
            from: "cache".into(),
            to: "db".into(),
            ..Link::default()
        });
    }
    let kill = Action::Kill {
        component: "cache".into(),
        instance: 0,
    };
    let destroy = Action::Destroy {
        component: "db".into(),
        instance: 0,
    };
    let at = |action| TimedAction { at_ns, action };
    scenario.script = vec![at(kill), at(destroy)];
    scenario.to_json()
}

/// The report and the series of such a run.
fn run_losing_at(at_ns: u64, warmup: &str, length: &str) -> (Value, Table) {
    let folder = Folder::new(&format!("losing-{at_ns}-{warmup}-{length}"));
    let path = folder.path("series.csv");
    let window = ["--warmup", warmup, "--for", length];
    let arguments = [&["run", "-", "--json", "--series", &path], &window[..]].concat();
    let output = headroom_reading(&losing_at(at_ns), &arguments);
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let report = serde_json::from_slice(&output.stdout).expect("it is JSON");
    let table = fs::read_to_string(&path).expect("the series is there");
    (report, Table::read(&table))
}

const SECOND_NS: u64 = 1_000_000_000;

#[test]
fn what_happens_at_a_whole_second_stands_in_the_row_that_begins_with_it() {
    let (_, at_once) = run_losing_at(6 * SECOND_NS, "0", "9s");
    let (_, just_after) = run_losing_at(6 * SECOND_NS + 1, "0", "9s");
    for part in ["cache", "db"] {
        let lost = at_once.figures(&format!("{part}.writes_lost"));
        assert!(lost[6] > 0.0 && lost[5] == 0.0, "{part}: {lost:?}");
    }
    // Every column has the same boundary, those of means but for the nanosecond: which is all the time that
    // a part had slots in the second it died in.
    let names = at_once.names.iter();
    for name in names.filter(|name| !name.ends_with(".utilisation")) {
        let (at_once, just_after) = (at_once.cells(name), just_after.cells(name));
        for (second, (one, other)) in at_once.into_iter().zip(just_after).enumerate() {
            let (one, other) = (one.parse::<f64>(), other.parse::<f64>());
            let off = one.unwrap_or_default() - other.unwrap_or_default();
            assert!(
                off.abs() < 1e-4,
                "{name} in second {second} is off by {off}"
            );
        }
    }
}

#[test]
fn what_happens_at_the_end_of_the_warm_up_is_measured() {
    let (report, series) = run_losing_at(6 * SECOND_NS, "6s", "3s");
    for part in ["cache", "db"] {
        let name = format!("{part}.writes_lost");
        let measured: f64 = series.figures(&name)[6..].iter().sum();
        assert!(measured > 0.0, "{name}");
        let told = report["components"][part]["writes_lost"].as_f64();
        assert_eq!(told, Some(measured), "{name}");
    }
    for name in ["arrived", "completed", "failed", "retries"] {
        let measured: f64 = series.figures(name)[6..].iter().sum();
        let told = match &report["requests"][name] {
            Value::Object(reasons) => reasons.values().filter_map(Value::as_f64).sum(),
            told => told.as_f64().expect(name),
        };
        assert_eq!(told, measured, "{name}");
    }
}

#[test]
fn what_happens_at_the_very_end_of_a_run_is_in_its_series() {
    let (report, series) = run_losing_at(6 * SECOND_NS, "0", "6s");
    for part in ["cache", "db"] {
        let name = format!("{part}.writes_lost");
        let told = report["components"][part]["writes_lost"].as_f64();
        assert!(told > Some(0.0), "{name}");
        assert_eq!(told, Some(series.sum(&name)), "{name}");
    }
}

#[test]
fn what_there_is_nothing_to_say_of_in_a_second_is_empty() {
    let mut scenario = first_step();
    scenario.script = vec![TimedAction {
        at_ns: 0,
        action: Action::Kill {
            component: "web".into(),
            instance: 0,
        },
    }];
    let output = headroom_reading(
        &scenario.to_json(),
        &["run", "-", "--for", "3s", "--warmup", "0", "--series", "-"],
    );
    assert_eq!(code(&output), 0, "{}", errors(&output));
    let series = Table::read(&String::from_utf8(output.stdout).expect("it is text"));
    assert_eq!(series.rows.len(), 3);
    assert!(series.sum("failed") > 0.0);
    for name in [
        "latency_ms_p50",
        "latency_ms_p95",
        "latency_ms_p99",
        "web.utilisation",
        "web.wait_ms_mean",
    ] {
        assert_eq!(series.cells(name), ["", "", ""], "{name}");
    }
    assert_eq!(series.figures("completed"), [0.0; 3]);
    assert_eq!(series.figures("web.servers"), [0.0; 3]);
}

#[test]
fn the_names_of_a_series_stay() {
    let heading = text(&["run", "cache", "--for", "1s", "--series", "-"]);
    let heading = heading.lines().next().expect("a heading");
    assert_eq!(
        heading,
        include_str!("golden/series-heading.csv").trim_end(),
        "tests/golden/series-heading.csv is of another build"
    );
}

#[test]
fn a_series_that_cannot_be_written_is_refused_before_the_run() {
    let folder = Folder::new("unwritten");
    let inside = folder.path("no-such-folder/series.csv");
    for path in [folder.path(""), inside] {
        let output = headroom(&["run", "one-server", "--for", "24h", "--series", &path]);
        assert_eq!(code(&output), 5, "{path}");
        assert!(
            errors(&output).contains("the series can't be written to"),
            "{}",
            errors(&output)
        );
        assert!(output.stdout.is_empty());
    }
    let design = folder.file("design.json", first_step().to_json().as_bytes());
    let output = headroom(&["run", &design, "--for", "1s", "--series", &design]);
    assert_eq!(code(&output), 2);
    assert!(
        errors(&output).contains("is the scenario itself"),
        "{}",
        errors(&output)
    );
    assert_eq!(
        fs::read_to_string(&design).expect("it is there"),
        first_step().to_json()
    );
}

#[test]
fn a_reader_of_a_series_that_has_seen_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args([
            "run",
            "one-server",
            "--for",
            "1h",
            "--rate",
            "1",
            "--series",
            "-",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!((code(&output), errors(&output).as_str()), (0, ""));
}

#[test]
fn a_scenario_with_problems_gets_all_of_them_and_no_run() {
    let mut scenario = first_step();
    scenario.traffic.rate_rps = -1.0;
    scenario.objectives.failed_share = 7.0;
    scenario.design.links[0].to = "nowhere".into();
    let output = headroom_reading(&scenario.to_json(), &["run", "-"]);
    assert_eq!(code(&output), 3);
    assert!(output.stdout.is_empty());
    let errors = errors(&output);
    assert!(errors.contains("nothing was run"), "{errors}");
    for path in [
        "traffic.rate_rps",
        "objectives.failed_share",
        "design.links[0]",
    ] {
        assert!(errors.contains(path), "{path}: {errors}");
    }
    assert_eq!(
        code(&headroom_reading(
            "{\"version\": 1, \"speed\": 3}",
            &["run", "-"]
        )),
        3
    );
    assert_eq!(code(&headroom_reading("not JSON", &["run", "-"])), 3);
}

#[test]
fn how_a_run_starts_is_told_by_its_help_and_by_the_documentation() {
    assert!(text(&["help", "run"]).contains("starts cold"));
    for verb in ["capacity", "compare"] {
        let help = text(&["help", verb]);
        for word in ["in service", "caches", "sessions"] {
            assert!(help.contains(word), "{word}: {help}");
        }
    }
    let model = include_str!("../../docs/model.md");
    let start = model
        .split("## How a run starts")
        .nth(1)
        .expect("a part of its own");
    for word in ["`run`", "cold", "`compare`", "`capacity`", "in service"] {
        assert!(start.contains(word), "{word}");
    }
}

#[test]
fn a_link_that_does_not_open_says_why() {
    let link = text(&["link", "one-server", "--whole"]);
    let cut_short = &link.trim()[..link.len() / 2];
    for (damaged, words) in [
        (cut_short, "cut short"),
        ("#s9=abc", "too new"),
        ("#step=no-such-step", "no-such-step"),
        ("https://example.org/#top", "not a link to a scenario"),
    ] {
        let output = headroom(&["open", damaged]);
        assert_eq!(code(&output), 4, "{damaged}: {}", errors(&output));
        assert!(
            errors(&output).contains(words),
            "{damaged}: {}",
            errors(&output)
        );
    }
}

#[test]
fn what_is_neither_file_nor_step_is_named_with_the_steps() {
    let output = headroom(&["run", "no-such-thing"]);
    assert_eq!(code(&output), 5);
    assert!(errors(&output).contains("'no-such-thing'") && errors(&output).contains("one-server"));
}

/// How the command ends whose readers of both outputs have gone before it begins.
fn unheard(arguments: &[&str]) -> i32 {
    let (reader, writer) = std::io::pipe().expect("there are pipes");
    drop(reader);
    let status = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(writer.try_clone().expect("it can be shared"))
        .stderr(writer)
        .status()
        .expect("the command starts");
    status.code().expect("the command exits by itself")
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let brief = ["--for", "1s", "--warmup", "0"];
    for arguments in [
        &["help"][..],
        &["--version"],
        &["schema"],
        &["steps", "--json"],
        &["open", "#step=cache"],
        // Both tell something beside the answer.
        &["link", "cache", "--whole"],
        &["link", "#step=cache&v=0.0.1"],
        &["capacity", "one-server"],
    ] {
        assert_eq!(unheard(arguments), 0, "{arguments:?}");
    }
    for arguments in [
        &["run", "one-server"][..],
        &["run", "one-server", "--series", "-"],
        &["compare", "one-server", "database-apart"],
    ] {
        assert_eq!(unheard(&[arguments, &brief].concat()), 0, "{arguments:?}");
    }
    // What failed has failed all the same.
    for (arguments, code) in [
        (&["run", "one-server", "--rate", "5000", "--check"][..], 1),
        (&["rum"], 2),
        (&["open", "#step=nowhere"], 4),
        (&["run", "nowhere.json"], 5),
    ] {
        assert_eq!(unheard(arguments), code, "{arguments:?}");
    }
}

#[test]
fn every_command_explains_itself() {
    let overview = text(&["--help"]);
    assert_eq!(text(&[]), overview);
    assert_eq!(text(&["help"]), overview);
    for command in [
        "run", "capacity", "compare", "steps", "link", "open", "schema",
    ] {
        assert!(overview.contains(command));
        let help = text(&[command, "--help"]);
        assert!(help.starts_with(&format!("headroom {command}:")));
        assert_eq!(text(&["help", command]), help);
    }
    assert!(text(&["--version"]).starts_with("headroom "));
}

#[test]
fn the_words_of_the_measured_steps_are_explained_by_their_help() {
    let help = text(&["help", "steps"]);
    for word in ["'any': ", "'–': ", "gives way first"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

#[test]
fn what_will_do_nothing_is_told_beside_the_answer() {
    let mut scenario = first_step();
    for component in &mut scenario.design.components {
        component.kind.set_instances(3);
    }
    let document = scenario.to_json();
    for command in [&["run", "-", "--for", "1s"][..], &["link", "-"]] {
        let output = headroom_reading(&document, command);
        assert_eq!(code(&output), 0);
        let told = errors(&output);
        let expected = "headroom: warning: design.components[2]: nothing reaches web/2 and \
                        web/3: put a load balancer before Web tier";
        assert!(told.contains(expected), "{told}");
    }
    let expected = "nothing reaches web/2";
    let warnings = |document: &Value| document["warnings"].to_string();
    for command in ["run", "capacity"] {
        let output = headroom_reading(&document, &[command, "-", "--for", "1s", "--json"]);
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(warnings(&told).contains(expected), "{told}");
    }
    // Of two, it is said of which.
    let file = Folder::new("warned");
    let file = file.file("three.json", document.as_bytes());
    let arguments = ["compare", "one-server", &file, "--for", "1s", "--json"];
    let output = headroom(&arguments);
    let lines = errors(&output);
    let told: Vec<&str> = lines
        .lines()
        .filter(|line| line.contains(expected))
        .collect();
    assert!(
        told.len() == 1 && told[0].contains("three.json"),
        "{told:?}"
    );
    let compared: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(warnings(&compared["before"]), "[]");
    assert!(warnings(&compared["after"]).contains(expected));
}

/// A run in which one request of twenty is never answered.
fn hanging() -> Scenario {
    let mut scenario = first_step();
    scenario.traffic.rate_rps = 20.0;
    scenario.traffic.client.timeout_ms = 0.0;
    let read = scenario.traffic.classes[1].clone();
    scenario.traffic.classes = [("quick", 95.0, 0.001), ("hangs", 5.0, 1_000.0)]
        .map(|(id, weight, work)| headroom_scenario::Class {
            id: id.into(),
            weight,
            work,
            lookups: 0,
            ..read.clone()
        })
        .into();
    for component in &mut scenario.design.components {
        if let Kind::Service(service) = &mut component.kind {
            service.service_time_ms = 600.0;
            service.workers = 1_024;
            service.sessions = headroom_scenario::SessionStore::None;
        }
    }
    scenario
}

#[test]
fn what_is_never_answered_breaks_a_run_that_is_checked_whatever_its_seed() {
    let document = hanging().to_json();
    for seed in ["1", "2", "3", "4", "5", "6"] {
        let arguments = ["run", "-", "--check", "--warmup", "0s", "--for", "60s"];
        let output = headroom_reading(&document, &[&arguments[..], &["--seed", seed]].concat());
        assert_eq!(code(&output), 1, "seed {seed}");
    }
}

#[test]
fn a_comparison_counts_those_who_are_never_answered() {
    let path = std::env::temp_dir().join(format!("headroom-hanging-{}.json", std::process::id()));
    fs::write(&path, hanging().to_json()).expect("there is room");
    let path = path.to_str().expect("a plain name");
    let compared = text(&["compare", path, path, "--for", "60s"]);
    fs::remove_file(path).ok();
    assert!(compared.contains("waiting for too long"), "{compared}");
    assert!(compared.contains("p99 unchanged"), "{compared}");
    let line = |name: &str| {
        let found = compared.lines().find(|line| line.starts_with(name));
        found.unwrap_or_else(|| panic!("no {name} in {compared}"))
    };
    assert!(line("p99 with them").contains(','), "{compared}");
}

#[test]
fn a_link_to_a_closed_loop_takes_no_rate() {
    let mut scenario = first_step();
    scenario.traffic.client.loop_model = LoopModel::Closed {
        users: 20,
        think_time_ms: 100.0,
    };
    let link = headroom_reading(&scenario.to_json(), &["link", "-"]);
    let link = String::from_utf8(link.stdout).expect("a link is text");
    let output = headroom(&["run", &format!("{}&rate=50", link.trim()), "--for", "1s"]);
    assert_ne!(code(&output), 0);
    assert!(errors(&output).contains("users of a closed loop make the rate"));
}

/// A step into which a balancer comes at 5 s, goes at 10 s and comes again at 15 s.
fn edited_step() -> String {
    let step = |name: &str| step::find(name).expect("a step").scenario();
    let (mut scenario, mut other) = (step("bigger-server"), step("load-balancer"));
    // An edit leaves the number of servers as it is.
    let servers = other.design.components.iter_mut();
    servers
        .filter(|row| row.id == "web")
        .for_each(|row| row.kind.set_instances(1));
    let there = scenario.design.changes_to(&other.design);
    let away = other.design.changes_to(&scenario.design);
    scenario.script = (1_u64..)
        .zip([there.clone(), away, there])
        .map(|(turn, changes)| TimedAction {
            at_ns: turn * 5_000_000_000,
            action: Action::Edit { changes },
        })
        .collect();
    scenario.to_json()
}

#[test]
fn a_part_that_came_and_went_is_told_beside_the_one_that_came_after_it() {
    let folder = Folder::new("edited");
    let file = folder.file("edited.json", edited_step().as_bytes());
    let arguments = ["run", &file, "--warmup", "0s", "--for", "20s"];
    let (report, series) = run_with_series("edited-series", &arguments);
    let answered = |id: &str| -> Vec<bool> {
        let answered = series.cells(&format!("{id}.answered"));
        answered
            .iter()
            .map(|cell| cell.parse::<f64>().is_ok_and(|calls| calls > 400.0))
            .collect()
    };
    let during = |from: usize, to: usize| -> Vec<bool> {
        (0..20).map(|second| (from..to).contains(&second)).collect()
    };
    // What has waited behind it is finished in the second after.
    assert_eq!(answered("lb"), during(5, 11));
    assert_eq!(answered("lb#2"), during(15, 20));
    for id in ["lb", "lb#2"] {
        assert!(
            report["components"][id]["usd_month_mean"].as_f64() > Some(0.0),
            "{id}"
        );
    }
    let output = headroom(&arguments);
    let text = String::from_utf8(output.stdout).expect("text");
    let line = |start: &str| {
        text.lines()
            .filter(|line| line.trim_start().starts_with(start))
            .count()
    };
    assert_eq!(line("Load balancer (lb), taken out"), 1, "{text}");
    assert_eq!(line("Load balancer (lb) "), 1, "{text}");
}

#[test]
fn an_edit_that_leaves_a_design_that_can_not_run_is_refused_at_its_place() {
    let folder = Folder::new("edited-badly");
    let mut document: Value = serde_json::from_str(&edited_step()).expect("it is JSON");
    document["script"][1]["action"]["edit"]["changes"] =
        serde_json::json!([{"remove": {"component": "web"}}]);
    let file = folder.file("edited.json", document.to_string().as_bytes());
    let output = headroom(&["run", &file]);
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(
        said.contains("script[1].action.edit: the design that it leaves can't run"),
        "{said}"
    );
    assert!(!output.status.success());
}

//! The command as its users meet it: arguments in, text and exit code out.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use headroom_scenario::{Kind, Scenario, step};
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
            (database.disk_gb, database.data_gb) = (0.5, 0.5);
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
    assert!(table.contains("disk used share 100 %"), "{table}");
    assert!(table.contains("disk full"), "{table}");
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
    std::fs::write(&file, &document).expect("the temporary folder can be written");
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
    std::fs::remove_file(file).expect("the file is still there");
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
    assert_eq!(capacity["limited"], "web");
    assert!(text(&["capacity", "one-server"]).contains("What gives way first: web."));
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
        (&["run"], "something is missing"),
        (&["run", "cache", "cache"], "too much"),
        (&["run", "cache", "--page", "x"], "has no option --page"),
        (&["run", "cache", "--for", "60"], "write 60s"),
        (&["run", "cache", "--for", "0s"], "longer than nothing"),
        (&["run", "cache", "--rate", "0"], "requests a second"),
        (&["run", "cache", "--rate", "2000000"], "requests a second"),
        (&["run", "cache", "--seed", "-1"], "whole number"),
        (
            &["run", "cache", "--seed", "9007199254740992"],
            "whole number",
        ),
        (&["--fly"], "--fly"),
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

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_headroom"))
        .arg("schema")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(code(&output), 0);
    assert_eq!(errors(&output), "");
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

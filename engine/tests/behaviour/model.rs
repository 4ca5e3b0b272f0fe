//! The constants that `docs/model.md` tells, held to the sources.

use std::fs;
use std::path::Path;

/// By the file that the table names: the line of the source that says the value there.
const LINES: &[(&str, &str, &str)] = &[
    (
        "weight of a further response time",
        "0.125",
        "const KEPT: f64 = 7.0 / 8.0;",
    ),
    ("tries of an IP hash", "20", "const TRIES: usize = 20;"),
    (
        "look at a deploy",
        "0.1 s",
        "const LOOK_NS: u64 = NS_PER_S / 10;",
    ),
    (
        "look at a server taken out",
        "0.1 s",
        "const LOOK_NS: u64 = NS_PER_S / 10;",
    ),
    (
        "share of a database's memory",
        "0.75",
        "pub const BUFFER_SHARE: f64 = 0.75;",
    ),
    (
        "share of a cache node's memory",
        "0.75",
        "pub const NODE_SHARE: f64 = 0.75;",
    ),
    (
        "share of a server's memory",
        "0.25",
        "pub const OWN_CACHE_SHARE: f64 = 0.25;",
    ),
    ("backlog", "0.01", "const BACKLOG_SHARE: f64 = 0.01;"),
    (
        "least backlog",
        "100 requests",
        "const BACKLOG_MIN: f64 = 100.0;",
    ),
    ("runs of a load", "3", "const RUNS: usize = 3;"),
    (
        "tolerance of a capacity",
        "1.02",
        "const TOLERANCE: f64 = 1.02;",
    ),
    (
        "time to come up",
        "120 s",
        "pub const COMING_UP_S: f64 = 120.0;",
    ),
    ("margin of a pay-off", "1.05", "const MARGIN: f64 = 1.05;"),
    ("gauges", "5 s", "pub const RECENT_S: usize = 5;"),
    (
        "requests at once",
        "4000000",
        "pub const RECORDS_MAX: usize = 4_000_000;",
    ),
];

#[test]
fn the_constants_of_the_model_are_those_that_are_told() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("it is there");
    let model = read("docs/model.md");
    let rows: Vec<Vec<&str>> = model
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), LINES.len(), "every constant is told and held");
    for (row, (name, value, line)) in rows.iter().zip(LINES) {
        assert_eq!((row[0], row[1]), (*name, *value));
        let file = row[3].trim_matches('`');
        assert!(read(file).contains(line), "{name}: {file} has no {line:?}");
    }
}

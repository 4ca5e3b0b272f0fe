//! The constants that `docs/model.md` tells, held to the sources.

use std::fs;
use std::path::{Path, PathBuf};

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
    (
        "memory for a processor",
        "4 GiB",
        "other => 4.0 * other.vcpus() as f64,",
    ),
    (
        "memory of a cache node for a processor",
        "8 GiB",
        "8.0 * self.vcpus() as f64",
    ),
    (
        "disk for a processor",
        "37.5 GB",
        "other => 37.5 * other.vcpus() as f64,",
    ),
    (
        "hours in a month",
        "730",
        "pub const HOURS_A_MONTH: f64 = 730.0;",
    ),
    (
        "arrivals looked at in a row",
        "1000",
        "const CANDIDATES_MAX: u32 = 1_000;",
    ),
    (
        "first wait of a retransmission",
        "0.2 s",
        "pub const RETRANSMIT_NS: u64 = 200_000_000;",
    ),
    (
        "longest wait of a retransmission",
        "120 s",
        "pub const RETRANSMIT_MAX_NS: u64 = 120_000_000_000;",
    ),
    (
        "retransmissions",
        "15",
        "const RETRANSMISSIONS_MAX: u32 = 15;",
    ),
    (
        "a message",
        "1000 bytes",
        "const MESSAGE_BYTES: u64 = 1_000;",
    ),
    (
        "requests at once",
        "4000000",
        "pub const RECORDS_MAX: usize = 4_000_000;",
    ),
    (
        "least latency between sites",
        "0.1 ms",
        "pub const LATENCY_BETWEEN_SITES_MIN_MS: f64 = 0.1;",
    ),
    ("usual warm-up", "5 s", "warmup_s: 5.0,"),
    ("usual stretch", "60 s", "duration_s: 60.0,"),
    ("buckets to a doubling", "2^6", "const SUB_BITS: u32 = 6;"),
    (
        "shortest time told to 0.8 %",
        "2^10 ns",
        "const LINEAR_BITS: u32 = 10;",
    ),
    (
        "longest time told apart",
        "2^42 ns",
        "const TOP_BITS: u32 = 42;",
    ),
    ("gauges", "5 s", "pub const RECENT_S: usize = 5;"),
    ("backlog", "0.01", "const BACKLOG_SHARE: f64 = 0.01;"),
    (
        "least backlog",
        "100 requests",
        "const BACKLOG_MIN: f64 = 100.0;",
    ),
    (
        "close to the capacity",
        "0.87",
        "const CLOSE_FROM: f64 = 0.87;",
    ),
    ("as good as", "0.9", "const AS_GOOD_AS_SHARE: f64 = 0.9;"),
    ("busy at all", "0.5", "const BUSY_FROM: f64 = 0.5;"),
    (
        "hardly ever come to",
        "0.01",
        "const RARE_SHARE: f64 = 0.01;",
    ),
    ("held by the way", "0.5", "const HELD_SHARE: f64 = 0.5;"),
    (
        "requests to fill",
        "10000",
        "const REQUESTS_TO_FILL: f64 = 10_000.0;",
    ),
    (
        "requests for each entry",
        "3",
        "const REQUESTS_PER_ENTRY: f64 = 3.0;",
    ),
    (
        "most requests to fill",
        "500000",
        "const REQUESTS_TO_FILL_MAX: f64 = 500_000.0;",
    ),
    (
        "least rate to fill at",
        "400 requests/s",
        "const FILLING_MIN_RPS: f64 = 400.0;",
    ),
    ("gentle start", "0.5", "const GENTLE_SHARE: f64 = 0.5;"),
    ("gentler start", "0.25", "const GENTLER_SHARE: f64 = 0.25;"),
    ("half full", "0.5", "const WATCHED_FROM: f64 = 0.5;"),
    (
        "too much at the start",
        "0.01",
        "const OVERLOADED_SHARE: f64 = 0.01;",
    ),
    ("look at a filling", "0.5 s", "const LOOK_S: f64 = 0.5;"),
    (
        "longest filling",
        "20000 s",
        "const FILLING_MAX_S: f64 = 20_000.0;",
    ),
    (
        "most events of a filling",
        "10000000",
        "const FILLING_EVENTS_MAX: u64 = 10_000_000;",
    ),
    ("runs of a load", "3", "const RUNS: usize = 3;"),
    (
        "requests that settle",
        "20000",
        "const SETTLING_REQUESTS: f64 = 20_000.0;",
    ),
    (
        "least time to settle",
        "0.25 s",
        "const SETTLING_MIN_S: f64 = 0.25;",
    ),
    (
        "most time to settle",
        "30 s",
        "const SETTLING_MAX_S: f64 = 30.0;",
    ),
    (
        "look at the settling",
        "0.25 s",
        "const LOOK_S: f64 = 0.25;",
    ),
    (
        "requests measured",
        "20000",
        "const REQUESTS_MIN: f64 = 20_000.0;",
    ),
    (
        "most requests measured",
        "200000",
        "const REQUESTS_MAX: f64 = 200_000.0;",
    ),
    (
        "shortest measured stretch",
        "1 s",
        "const STRETCH_MIN_S: f64 = 1.0;",
    ),
    (
        "longest measured stretch",
        "20000 s",
        "const STRETCH_MAX_S: f64 = 20_000.0;",
    ),
    ("top of a curve by", "0.5", "const TOP_BY_SHARE: f64 = 0.5;"),
    ("looks at a run", "16", "const MARKS: u32 = 16;"),
    (
        "most events of a run",
        "30000000",
        "const EVENTS_MAX: u64 = 30_000_000;",
    ),
    (
        "most events to come up",
        "60000000",
        "const COMING_UP_EVENTS_MAX: u64 = 60_000_000;",
    ),
    ("step of the loads", "2", "const BRACKET_STEP: f64 = 2.0;"),
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
];

/// Constants of the engine and of the document that change no figure and no answer, or are told elsewhere,
/// and why.
const OTHERS: &[(&str, &[&str])] = &[
    (
        "speed and memory alone",
        &[
            "AHEAD",
            "BLOCK_EVENTS",
            "BUCKETS",
            "CELLS_MIN",
            "CROWD",
            "FEW",
            "FIRST_SEQUENCE",
            "HEAP_AHEAD",
            "LOOK_AGAIN_NS",
            "LOOK_MIN",
            "MANY",
            "PARTS_PER_POINT",
            "QUIET_NS",
            "STEP_MIN",
            "STRUCK_MIN",
            "SUB_BUCKETS",
        ],
    ),
    (
        "what is shown of single requests and moments",
        &[
            "CHANGES_NAMED_MAX",
            "FLIGHTS_MAX",
            "KEYS_SHOWN_MAX",
            "MARKS_MAX",
            "SPANS_MAX",
            "TRACES_MAX",
            "TURN_NS",
            "WAITING_SHOWN_MAX",
        ],
    ),
    (
        "names for numbers: flags, nobody, nowhere, the end of time",
        &[
            "ABANDONED",
            "APPLIED",
            "APPLIED_BEFORE",
            "BACK",
            "CALLS",
            "COUNT",
            "DIRTY",
            "EMPTY",
            "FAILED",
            "HIT",
            "LOGIN",
            "LOGIN_ASKED",
            "LOOKED_UP",
            "NEVER",
            "NOBODY",
            "NONE",
            "NOWHERE",
            "NO_ANSWER",
            "NO_USER",
            "OF_LOOP",
            "OTHER_KEY",
            "RETRY",
            "SAMPLED",
            "SENT_MAX_NS",
            "SHARED",
            "TIME_MAX_NS",
            "UNKNOWN",
        ],
    ),
    (
        "units, and the bins that docs/figures.md tells",
        &[
            "BYTES_PER_GB",
            "BYTES_PER_GIB",
            "BYTES_PER_KB",
            "MB_PER_GB",
            "NS_PER_MS",
            "NS_PER_S",
            "TICKS_PER_BIN",
            "TICK_NS",
        ],
    ),
    (
        "mathematics: seeds of hashes, tables of a law, how exact a fraction is",
        &[
            "ADDRESS_SEED",
            "AREA",
            "FRACTION_BITS",
            "GOLDEN",
            "KEY_SEED",
            "LAYERS",
            "NAME_BYTES",
            "POINT_SEED",
            "ROUNDING",
            "STEPS",
            "TAIL",
            "TURN",
            "USER_SEED",
            "WHOLE",
        ],
    ),
    (
        "what a document may ask for, as its schema says",
        &["COUNT_MAX", "DEPTH_MAX"],
    ),
    (
        "what leaving a parameter out means, as the schema says",
        &[
            "USUAL_FORWARD_MS",
            "USUAL_LEASE_MS",
            "USUAL_PROBE_MS",
            "USUAL_RESPONSE_MEMORY_S",
            "USUAL_SAVED_MAX",
            "USUAL_SCALE_OUT_PERIOD_S",
            "USUAL_SCALE_OUT_SERVERS",
            "USUAL_SCALE_OUT_SHARE",
            "USUAL_VALUE_KB",
            "USUAL_WRITE_KB",
        ],
    ),
    (
        "what the document of a step or an edit by hand says, which whoever opens it reads, or that of a benchmark",
        &[
            "BUSY",
            "CACHED_SHARE",
            "CACHE_BUSY",
            "DIRECTORY_MS",
            "KEYS_MAX",
            "MISS_SHARE",
            "NEAR_MS",
            "SEND_EVERY_MS",
            "SESSIONS_LOST_SHARE",
            "WEB_INSTANCES_MAX",
            "WORKERS",
        ],
    ),
    (
        "how a document is read, packed into a link and told: what is wrong, and what was meant",
        &[
            "CHARACTERS_MAX",
            "CHARACTERS_WISE",
            "CHECKSUM_BYTES",
            "DIGITS_MAX",
            "EXACT_MAX",
            "LEVEL",
            "LISTED_MAX",
            "NESTED_MAX",
            "NS_DIGITS",
            "POLYNOMIAL",
            "SCHEMA_VERSION",
            "SHOWN",
            "STRESSES_MAX",
            "TOO_LARGE",
            "VERSION",
        ],
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("it is there")
}

#[test]
fn the_constants_of_the_model_are_those_that_are_told() {
    let model = read(&root().join("docs/model.md"));
    let rows: Vec<Vec<&str>> = model
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| constant "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), LINES.len(), "every constant is told and held");
    for (row, (name, value, line)) in rows.iter().zip(LINES) {
        assert_eq!((row[0], row[1]), (*name, *value));
        let file = row[3].trim_matches('`');
        let holds = read(&root().join(file)).contains(line);
        assert!(holds, "{name}: {file} has no {line:?}");
    }
}

#[test]
fn every_constant_is_told_or_changes_no_figure() {
    let mut untold = Vec::new();
    let folders = ["engine/src", "scenario/src"];
    for file in folders
        .iter()
        .flat_map(|folder| sources(&root().join(folder)))
    {
        // What a bench or a test sets is no part of the model, and the schema tells a document's limits.
        if file.ends_with("lab/bench.rs") || file.ends_with("scenario/src/limits.rs") {
            continue;
        }
        let text = read(&file);
        let product = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in product.lines().map(str::trim_start) {
            let Some(name) = number_named(line) else {
                continue;
            };
            if !is_told(line) && !is_known(name) {
                untold.push(format!("{}: {line}", file.display()));
            }
        }
    }
    assert!(
        untold.is_empty(),
        "tell these in docs/model.md, or say here why they change nothing:\n{}",
        untold.join("\n")
    );
}

fn is_told(line: &str) -> bool {
    LINES.iter().any(|(_, _, told)| line.contains(told))
}

fn is_known(name: &str) -> bool {
    OTHERS.iter().any(|(_, names)| names.contains(&name))
}

/// The name of the constant that a line gives a number.
fn number_named(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("const ")?;
    let is_constant = line.starts_with("const ") || line.starts_with("pub");
    let (name, kind) = rest.split_once(':')?;
    let kind = kind.split('=').next()?.trim();
    let numbers = ["f64", "i64", "u128", "u16", "u32", "u64", "u8", "usize"];
    (is_constant && numbers.contains(&kind)).then_some(name)
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("it is read").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .collect()
}

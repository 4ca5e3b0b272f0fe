//! Dependencies run one way: `scenario` ← `engine` ← `cli` and the page. The two at the bottom
//! are pure: the same run natively and in every browser rests on that.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Libraries that reach for the web, a clock, a thread, a file or the system's randomness.
const IMPURE_LIBRARIES: [&str; 14] = [
    "chrono",
    "console_error_panic_hook",
    "crossbeam-channel",
    "getrandom",
    "gloo",
    "js-sys",
    "rayon",
    "time",
    "tokio",
    "wasm-bindgen",
    "wasm-bindgen-futures",
    "web-sys",
    "web-time",
    "yew",
];

/// Parts of the standard library that do the same.
const IMPURE_NAMES: [&str; 12] = [
    "std::time::Instant",
    "std::time::SystemTime",
    "Instant::now",
    "SystemTime",
    "std::thread",
    "std::fs",
    "std::env",
    "std::io",
    "std::net",
    "std::process",
    "RandomState",
    "target_arch",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lives in a folder of the project")
}

/// All that a package links, itself included, on any target and with every feature.
fn linked_by(package: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["tree", "--offline", "--locked", "--package", package])
        .args(["--edges", "normal", "--target", "all", "--all-features"])
        .args(["--prefix", "none", "--format", "{p}"])
        .output()
        .expect("cargo is there, it runs this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut names: Vec<String> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    names
}

fn sources_below(folder: &Path) -> Vec<PathBuf> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).expect("a source folder can be read") {
        let path = entry.expect("a source folder can be read").path();
        if path.is_dir() {
            sources.extend(sources_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(path);
        }
    }
    sources.sort();
    sources
}

/// The code of a source file, without comments and without its tests.
fn code_of(path: &Path) -> String {
    let source = fs::read_to_string(path).expect("a source file is text");
    let (code, _tests) = source.split_once("\nmod tests {").unwrap_or((&source, ""));
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn scenario_and_engine_link_nothing_impure() {
    for package in ["headroom-scenario", "headroom-engine"] {
        let linked = linked_by(package);
        assert!(linked.contains(&package.to_owned()), "the tree was read");
        for library in IMPURE_LIBRARIES {
            assert!(
                !linked.contains(&library.to_owned()),
                "{package} links {library}"
            );
        }
    }
}

#[test]
fn scenario_and_engine_name_no_clock_file_thread_or_system_randomness() {
    for package in ["scenario", "engine"] {
        let sources = sources_below(&root().join(package).join("src"));
        assert!(!sources.is_empty(), "{package} has sources");
        for path in sources {
            let code = code_of(&path);
            for name in IMPURE_NAMES {
                assert!(!code.contains(name), "{} names {name}", path.display());
            }
        }
    }
}

#[test]
fn dependencies_run_one_way() {
    let ours = |package: &str| -> Vec<String> {
        linked_by(package)
            .into_iter()
            .filter(|name| name.starts_with("headroom-") && name != package)
            .collect()
    };
    assert_eq!(ours("headroom-scenario"), [""; 0]);
    assert_eq!(ours("headroom-engine"), ["headroom-scenario"]);
    assert_eq!(
        ours("headroom-cli"),
        ["headroom-engine", "headroom-scenario"]
    );
    assert_eq!(
        ours("headroom-page"),
        ["headroom-engine", "headroom-scenario"]
    );
}

/// The rooms of the engine, the lowest first: each names only those before it.
const ROOMS: [&str; 14] = [
    "time",
    "limits",
    "mechanism",
    "calendar",
    "figures",
    "story",
    "world",
    "component",
    "run",
    "books",
    "control",
    "place",
    "engine",
    "lab",
];

/// The rooms that a piece of the engine's code names.
fn named_by(code: &str) -> Vec<&str> {
    let names = code.split("crate::").skip(1);
    names
        .map(|rest| {
            let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

/// The rooms of the page, the lowest first: what a reader wants lies below what is drawn, and all of it below
/// what holds the page together.
const PAGE_ROOMS: [&str; 33] = [
    "mathematics",
    "format",
    "order",
    "lettering",
    "bunch",
    "shared",
    "selection",
    "speed",
    "packed",
    "part",
    "path_check",
    "address",
    "sampling",
    "protocol",
    "stage",
    "intent",
    "choice",
    "entry",
    "copies",
    "deed",
    "diagram",
    "charts",
    "ring",
    "queues",
    "data",
    "trace",
    "inspector",
    "host",
    "port",
    "worker",
    "lab",
    "proof",
    "app",
];

/// Asserts that the sources below a folder name only rooms that come before their own, or in a crate's face a
/// room by that name.
fn assert_rooms_know_only_those_below(sources: &Path, rooms: &[&str], face: Option<&str>) {
    let mut seen = 0;
    for path in sources_below(sources) {
        let below = path.strip_prefix(sources).expect("it is below");
        let room = below.components().next().expect("it has a name");
        let room = room.as_os_str().to_string_lossy().replace(".rs", "");
        if room == "lib" || room == "main" {
            continue;
        }
        let place = |name: &str| rooms.iter().position(|room| *room == name);
        let Some(here) = place(&room) else {
            panic!("{} is in no room that this test knows", path.display());
        };
        let code = code_of(&path);
        for name in named_by(&code) {
            let there = place(name).or_else(|| place(face?));
            let Some(there) = there else {
                panic!("{} names {name}, which is no room", path.display());
            };
            seen += 1;
            assert!(there <= here, "{} names {name}", path.display());
        }
    }
    assert!(seen > 100, "the sources were read");
}

#[test]
fn the_rooms_of_the_engine_know_only_those_below_them() {
    // A type of the engine's face, named in the lab, is the engine's.
    assert_rooms_know_only_those_below(&root().join("engine/src"), &ROOMS, Some("engine"));
}

#[test]
fn the_rooms_of_the_page_know_only_those_below_them() {
    assert_rooms_know_only_those_below(&root().join("src"), &PAGE_ROOMS, None);
}

#[test]
fn the_state_of_the_page_names_nothing_of_the_browser() {
    let sources = sources_below(&root().join("src/app/state"));
    assert!(!sources.is_empty(), "the state has sources");
    for path in sources {
        let code = code_of(&path);
        for name in ["gloo", "js_sys", "wasm_bindgen", "web_sys", "yew"] {
            assert!(!code.contains(name), "{} names {name}", path.display());
        }
    }
}

/// What is told apart in many places, by the beginning of its name: whoever tells some of it from the rest names
/// the rest, so that the compiler asks what a new one is there.
const TOLD_APART: [&str; 8] = [
    "Action::",
    "Change::",
    "Component::",
    "Impairment::",
    "Kind::",
    "KindGauge::",
    "KindTag::",
    "Reason::",
];

fn tells_apart(arm: &str) -> bool {
    TOLD_APART.iter().any(|name| {
        let mut places = arm.match_indices(name);
        places.any(|(place, _)| !arm[..place].ends_with(char::is_alphanumeric))
    })
}

/// Lines of a piece of code, as `cargo fmt` lays it out, with an arm for all the rest beside arms for some kinds
/// of things.
fn catch_alls(code: &str) -> Vec<usize> {
    let lines: Vec<&str> = code.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_rest = |line: &&str| {
        let arm = line.trim_start();
        arm.starts_with("_ =>") || arm.starts_with("_ if ")
    };
    let is_catch_all = |number: &usize| {
        let depth = indent(lines[*number]);
        let above = lines[..*number].iter().rev();
        let mut arms = above
            .filter(|line| !line.trim().is_empty())
            .take_while(|line| indent(line) >= depth)
            .filter(|line| indent(line) == depth);
        arms.any(|arm| tells_apart(arm))
    };
    (0..lines.len())
        .filter(|number| is_rest(&lines[*number]))
        .filter(is_catch_all)
        .map(|number| number + 1)
        .collect()
}

#[test]
fn nothing_that_is_told_apart_is_caught_with_the_rest() {
    let code = "match kind {\n    Kind::Dns(_) => {\n        1\n    }\n    _ => 0,\n}";
    assert_eq!(catch_alls(code), [5]);
    assert_eq!(catch_alls(&code.replace("Kind::", "EventKind::")), [0; 0]);
    let mut found = Vec::new();
    for folder in ["scenario/src", "engine/src", "cli/src", "src"] {
        let sources = sources_below(&root().join(folder)).into_iter();
        for path in sources {
            let lines = catch_alls(&code_of(&path)).into_iter();
            found.extend(lines.map(|line| format!("{}:{line}", path.display())));
        }
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn the_style_sheet_takes_type_space_and_corners_from_its_tokens() {
    const TOKENS: [&str; 5] = ["font-size", "border-radius", "gap", "padding", "margin"];
    // What follows from the size of something else, by file and declaration.
    const OTHERS: [&str; 7] = [
        "margin: -1px",
        "margin-bottom: -1px",
        "margin: -4px",
        "margin: 0 -20px -16px",
        "padding-bottom: 62px",
        "padding-bottom: 106px",
        "scroll-padding",
    ];
    let folder = root().join("static/style");
    let mut loose = Vec::new();
    for entry in fs::read_dir(folder).expect("the style sheet is there") {
        let path = entry.expect("the style sheet is there").path();
        let sheet = fs::read_to_string(&path).expect("a style sheet is text");
        loose.extend(
            sheet
                .lines()
                .map(str::trim)
                .filter(|line| TOKENS.iter().any(|token| line.starts_with(token)))
                .filter(|line| {
                    line.contains("px") && !OTHERS.iter().any(|other| line.starts_with(other))
                })
                .map(|line| format!("{}: {line}", path.display())),
        );
    }
    assert_eq!(loose, [] as [String; 0]);
}

//! `cargo xtask test`: every check, in the order of what they cost.

use std::ffi::OsString;
use std::time::Instant;

use headroom_e2e::{Browser, Driver, Failure, Outcome, Server};
use lexopt::prelude::*;

use crate::run::{cargo, command, output, run};
use crate::{again, build, misused, node, project, size, system, tools};

const WASM: &str = "wasm32-unknown-unknown";

/// One part of the checks; each runs alone with `--only`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The layout of the sources.
    Format,
    /// Lints, for the host and for WebAssembly.
    Clippy,
    /// Licences, sources and versions of what is linked.
    Deny,
    /// Tests that need no browser.
    Host,
    /// Tests of the module, in headless Chromium.
    Web,
    /// The release build.
    Build,
    /// What a visitor downloads.
    Size,
    /// The release build in headless Chromium.
    EndToEnd,
}

impl Part {
    const ALL: [Self; 8] = [
        Self::Format,
        Self::Clippy,
        Self::Deny,
        Self::Host,
        Self::Web,
        Self::Build,
        Self::Size,
        Self::EndToEnd,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Clippy => "clippy",
            Self::Deny => "deny",
            Self::Host => "host",
            Self::Web => "web",
            Self::Build => "build",
            Self::Size => "size",
            Self::EndToEnd => "e2e",
        }
    }

    fn named(name: &str) -> Outcome<Self> {
        Self::ALL
            .into_iter()
            .find(|part| part.name() == name)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                Failure::new(format!("there is no part {name}; the parts are {names}"))
            })
    }

    fn check(self, filters: &[OsString]) -> Outcome {
        match self {
            Self::Format => run(cargo().args(["fmt", "--all", "--check"])),
            Self::Clippy => clippy(),
            Self::Deny => deny(),
            Self::Host => run(cargo()
                .args(["test", "--locked", "--workspace", "--"])
                .args(filters)),
            Self::Web => web(filters),
            Self::Build => build::release_page(),
            Self::Size => size::within_budget(),
            Self::EndToEnd => end_to_end(filters),
        }
    }
}

/// The verb.
pub fn verb(mut arguments: lexopt::Parser) -> Outcome {
    let (mut parts, mut filters) = (Vec::new(), Vec::new());
    while let Some(argument) = arguments.next().map_err(misused)? {
        match argument {
            Long("only") => {
                let name = arguments.value().map_err(misused)?;
                parts.push(Part::named(&name.to_string_lossy())?);
            }
            Value(filter) => filters.push(filter),
            other => return Err(misused(other.unexpected())),
        }
    }
    if parts.is_empty() {
        parts.extend(Part::ALL);
    }
    // What is missing is installed before an hour is spent on anything else.
    if parts
        .iter()
        .any(|part| matches!(part, Part::Web | Part::EndToEnd))
    {
        system::browser(Browser::Chromium)?;
    }
    // A page alone is not built twice, and never tested stale.
    if parts.contains(&Part::EndToEnd) && !parts.contains(&Part::Build) {
        parts.insert(0, Part::Build);
    }
    check_all(&parts, &filters)
}

fn check_all(parts: &[Part], filters: &[OsString]) -> Outcome {
    let mut times = Vec::new();
    for part in parts {
        aside!("\n== {} ==", part.name());
        let start = Instant::now();
        part.check(filters)
            .map_err(|failure| Failure::new(format!("{}: {failure}", part.name())))?;
        times.push(format!("{} {} s", part.name(), start.elapsed().as_secs()));
    }
    aside!("\nAll is well: {}", times.join(", "));
    Ok(())
}

fn clippy() -> Outcome {
    tools::wasm_target()?;
    let clippy = || {
        let mut command = cargo();
        command.args(["clippy", "--locked", "--quiet"]);
        command
    };
    run(clippy().args(["--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    // The same sources as the browser gets them, with its own list of what must not be called.
    let in_browser = || {
        let mut command = clippy();
        command
            .env("CLIPPY_CONF_DIR", project::root().join("xtask/clippy-wasm"))
            .args(["--target", WASM]);
        command
    };
    run(in_browser()
        .args(["-p", "headroom-scenario", "-p", "headroom-engine", "--lib"])
        .args(["--", "-D", "warnings"]))?;
    run(in_browser().args([
        "-p",
        "headroom-page",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))
}

fn deny() -> Outcome {
    let deny = tools::cargo_deny()?;
    run(command(&deny)
        .args(["--log-level", "error", "check"])
        .args(["licenses", "bans", "sources"]))?;
    // The list of known vulnerabilities lives on the web, where not every machine gets.
    if output(command(&deny).args(["fetch", "db"])).is_none() {
        aside!("The advisory database is out of reach: known vulnerabilities are not checked.");
        return Ok(());
    }
    run(command(&deny).args(["--log-level", "error", "check", "advisories"]))
}

fn web(filters: &[OsString]) -> Outcome {
    tools::wasm_target()?;
    let wasm_bindgen = tools::wasm_bindgen()?;
    let runner = wasm_bindgen.with_file_name("wasm-bindgen-test-runner");
    let driver = system::browser(Browser::Chromium)?;
    run(cargo()
        .args(["test", "--locked", "--target", WASM, "-p", "headroom-page"])
        .args(["--lib", "--test", "web", "--"])
        .args(filters)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CHROMEDRIVER", driver)
        // A debug build on busy cores takes its time.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "600"))
}

fn end_to_end(filters: &[OsString]) -> Outcome {
    in_browser(Browser::Chromium, filters)
}

/// Runs the end-to-end tests in one browser, on the page in `dist/`.
pub fn in_browser(browser: Browser, filters: &[OsString]) -> Outcome {
    let server = Server::start(project::dist(), 0)?;
    let driver = Driver::start(browser, &system::browser(browser)?)?;
    let axe = node::axe()?;
    if axe.is_none() {
        aside!("Without Node there is no axe-core: accessibility is not checked.");
    }
    again::run_tests(|more| {
        let mut tests = cargo();
        tests
            .args(["test", "--locked", "-p", "headroom-e2e"])
            .args(["--test", "page", "--"])
            .env("HEADROOM_BROWSER", browser.name())
            .env("HEADROOM_DRIVER_URL", driver.url())
            .env("HEADROOM_PAGE_URL", server.url())
            .env("HEADROOM_PAGE_FOLDER", project::dist());
        match more {
            [] => tests.args(filters),
            more => tests.args(more),
        };
        if browser != Browser::Chromium {
            // The drivers of the others open one window at a time.
            tests.arg("--test-threads=1");
        }
        match &axe {
            Some(axe) => tests.env("HEADROOM_AXE", axe),
            None => tests.args(["--skip", "accessibility"]),
        };
        tests
    })
}

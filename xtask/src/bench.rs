//! `cargo xtask bench`: the speed of the engine, natively and in a browser's worker, and how
//! smoothly the page plays; every figure in one run.

use std::time::Duration;

use headroom_e2e::{Browser, Driver, Failure, Look, Outcome, Page, Server, proof, smoothness};
use serde_json::{Value, json};

use crate::run::{cargo, output, run};
use crate::{build, no_arguments, project, system};

/// How long the page is watched while it plays.
const WATCH: Duration = Duration::from_secs(10);
/// How long its searches may take before that.
const SETTLED_MAX: Duration = Duration::from_secs(180);
/// Simulated seconds after which dots of all ages are under way.
const SPREAD_AFTER_S: f64 = 60.0;
/// Asks the page for 10,000 dots more than the run has.
const CROWD: &str = "window.dispatchEvent(new Event('headroom-crowd'))";

/// Windows in which the page is opened anew.
const OPENINGS: usize = 5;
/// Notes when the simulated clock first shows another time than 0, in milliseconds since the page was asked
/// for.
const WHEN_RUNNING: &str = "
    new MutationObserver((_, observer) => {
      const clock = document.querySelector('[data-testid=clock]');
      if (!(Number(clock?.dataset.value) > 0)) return;
      window.runningMs = performance.now();
      observer.disconnect();
    }).observe(document, { subtree: true, childList: true, attributes: true });
";

/// The verb.
pub fn verb(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    let program = system::browser(Browser::Chromium)?;
    build::release_page()?;
    aside!("\nMeasuring: leave the machine alone for a few minutes.");
    let native = native()?;
    let server = Server::start(project::dist(), 0)?;
    let driver = Driver::start(Browser::Chromium, &program)?;
    let page = Page::open(driver.open(Look::DESK)?, &server.url(), "")?;
    // What plays on screen would take the worker's core.
    page.pause()?;
    let worker = proof::speed(&page)?;
    print_engine(&native, &worker);
    drop(page);
    let blank = driver.open(Look::DESK)?;
    blank.open("about:blank")?;
    let most = smoothness::watch(&blank, WATCH)?.frames_per_s;
    drop(blank);
    print_opening(&driver, &server.url())?;
    let page = Page::open(driver.open(Look::DESK)?, &server.url(), "#step=cache")?;
    print_page(&page, most)
}

/// Opens the page in new windows, whose caches are empty, and watches when the simulated clock first moves.
fn print_opening(driver: &Driver, url: &str) -> Outcome {
    let mut running_ms = Vec::new();
    for _ in 0..OPENINGS {
        let window = driver.open(Look::DESK)?;
        let source = json!({ "source": WHEN_RUNNING });
        window.devtools("Page.addScriptToEvaluateOnNewDocument", source)?;
        let page = Page::open(window, url, "")?;
        page.until("the clock moves", |page| {
            Ok(!page
                .session()
                .run("return window.runningMs", &json!([]))?
                .is_null())
        })?;
        let ms = page.session().run("return window.runningMs", &json!([]))?;
        running_ms.push(number(&ms));
    }
    let least_ms = running_ms.iter().copied().fold(f64::INFINITY, f64::min);
    let most_ms = running_ms.iter().copied().fold(0.0, f64::max);
    say!(
        "\npage opened {OPENINGS} times: it runs after {least_ms:.0} to {most_ms:.0} ms, from a server on this machine"
    );
    Ok(())
}

fn native() -> Outcome<Value> {
    let bench = [
        "--release",
        "--locked",
        "-p",
        "headroom-engine",
        "--example",
        "bench",
    ];
    run(cargo().arg("build").args(bench))?;
    output(
        cargo()
            .arg("run")
            .args(bench)
            .args(["--quiet", "--", "--json"]),
    )
    .and_then(|text| serde_json::from_str(&text).ok())
    .ok_or_else(|| Failure::new("the native bench failed"))
}

fn print_engine(native: &Value, worker: &Value) {
    say!("\n{:<38}{:>12}{:>12}", "", "native", "worker");
    let millions = |value: &Value| format!("{:.1} M/s", number(value) / 1e6);
    let times = |value: &Value| format!("{:.2} x", number(value));
    let row = |name: &str, path: &str, shown: &dyn Fn(&Value) -> String| {
        let cell = |report: &Value| report.pointer(path).map_or("-".to_owned(), shown);
        say!("{name:<38}{:>12}{:>12}", cell(native), cell(worker));
    };
    for (name, queue) in [("M/M/1", "/mm1"), ("M/M/8", "/mm8")] {
        let path = |figure: &str| format!("{queue}/{figure}");
        row(
            &format!("{name} through the engine, customers"),
            &path("customers_per_s"),
            &millions,
        );
        row(
            "  a bare heap loop",
            &path("bare_loop_customers_per_s"),
            &millions,
        );
        row("  of the bare loop", &path("of_bare_loop"), &times);
    }
    let runs = native["ladder"].as_array().map_or(0, Vec::len);
    for at in 0..runs {
        let path = |figure: &str| format!("/ladder/{at}/{figure}");
        let rate_rps = number(&native["ladder"][at]["rate_rps"]);
        say!("last step of the ladder at {rate_rps:.0} requests/s");
        row("  of real time", &path("times_real_time"), &times);
        row("  an event", &path("ns_per_event"), &|value| {
            format!("{:.0} ns", number(value))
        });
        row(
            "  a request in flight",
            &path("bytes_per_request_in_flight"),
            &|value| format!("{:.0} bytes", number(value)),
        );
        row("  requests in flight", &path("in_flight"), &|value| {
            format!("{:.0}", number(value))
        });
        row(
            "  requests that reach a service",
            &path("service_share"),
            &percent,
        );
        row(
            "  requests that reach a database",
            &path("database_share"),
            &percent,
        );
    }
}

/// Watches the page with its crowd, beside a browser that draws so many frames/s of an empty one.
fn print_page(page: &Page, most: f64) -> Outcome {
    // What is searched for at first takes a core that nothing on screen has to wait for later; and
    // dots that have been under way for a while are spread along their wires.
    page.until_within(SETTLED_MAX, "all is measured", |page| {
        Ok(page.exists("[data-testid=comparison]")?
            && (page.exists("[data-testid=pays-off-from]")?
                || page.exists("[data-testid=never-pays-off]")?)
            && page.figure("[data-testid=clock]")? > SPREAD_AFTER_S)
    })?;
    page.session().run(CROWD, &json!([]))?;
    page.until("10,000 dots are drawn", |page| {
        let dots = page.attribute("[data-testid=dots]", "data-dots")?;
        Ok(dots.parse().unwrap_or(0) >= 10_000)
    })?;
    let seen = smoothness::watch(page.session(), WATCH)?;
    say!(
        "page with {} dots: {:.1} frames/s (an empty one: {most:.1}), {:.0} ms from one to the next at most;",
        page.attribute("[data-testid=dots]", "data-dots")?,
        seen.frames_per_s,
        seen.gap_ms_max
    );
    let longest_ms = seen.long_tasks_ms.iter().copied().reduce(f64::max);
    say!(
        "  its main thread takes {:.0} % of a core, with {} tasks of 50 ms or more{}",
        100.0 * seen.core_share,
        seen.long_tasks_ms.len(),
        longest_ms.map_or(String::new(), |ms| format!(", the longest {ms:.0} ms"))
    );
    Ok(())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

fn percent(value: &Value) -> String {
    format!("{:.0} %", 100.0 * number(value))
}

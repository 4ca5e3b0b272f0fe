//! The native bench: `cargo run --release -p headroom-engine --example bench [-- --json]`.

use std::time::Instant;

use headroom_engine::lab::bench::{self, BenchReport, QueueSpeed};

#[expect(
    clippy::disallowed_methods,
    reason = "a bench has a clock; the engine has none"
)]
fn main() -> Result<(), serde_json::Error> {
    let start = Instant::now();
    let report = bench::run(|| start.elapsed().as_secs_f64());
    if std::env::args().any(|argument| argument == "--json") {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print(&report);
    }
    Ok(())
}

fn print(report: &BenchReport) {
    let millions = |customers_per_s: f64| customers_per_s / 1e6;
    let queue = |name: &str, speed: &QueueSpeed| {
        println!(
            "{name}: {:.2} million customers/s, {:.2} × the {:.2} of a bare heap loop",
            millions(speed.customers_per_s),
            speed.of_bare_loop,
            millions(speed.bare_loop_customers_per_s)
        );
    };
    queue("M/M/1", &report.mm1);
    queue("M/M/8", &report.mm8);

    println!();
    println!("The last step of the ladder, widened to carry the load:");
    println!(
        "{:>12}  {:>12}  {:>9}  {:>14}  {:>9}  {:>15}  {:>9}  {:>9}",
        "requests/s",
        "× real time",
        "ns/event",
        "events/request",
        "in flight",
        "bytes in flight",
        "service",
        "database"
    );
    for speed in &report.ladder {
        println!(
            "{:>12}  {:>12.2}  {:>9.0}  {:>14.1}  {:>9}  {:>15.0}  {:>7.0} %  {:>7.0} %",
            speed.rate_rps,
            speed.times_real_time,
            speed.ns_per_event,
            speed.events_per_request,
            speed.in_flight,
            speed.bytes_per_request_in_flight,
            speed.service_share * 100.0,
            speed.database_share * 100.0
        );
    }
}

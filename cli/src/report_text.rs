//! A report as people read it.

use headroom_engine::lab::{Objective, Verdict, Window};
use headroom_engine::reason::Reason;
use headroom_engine::report::{Report, ReportComponent, ReportCost, ReportLoad};
use headroom_scenario::room::{Room, RoomBy, RoomOf};
use headroom_scenario::{Design, Keys, Scenario};

use crate::copies_text;
use crate::ending::Ending;
use crate::figure::{count, dollars, number, percent};
use crate::own_figures::{self, plain};
use crate::table::{Align, Table};

/// Instances of a component that get a line of their own; the others are counted.
const INSTANCES_SHOWN: usize = 8;

/// The whole report, with what it says about the objectives.
pub fn of(
    scenario: &Scenario,
    report: &Report,
    verdict: &Verdict,
    at_end: &Ending,
    window: Window,
    wall_s: f64,
) -> String {
    let title = if scenario.name.is_empty() {
        "A scenario without a name"
    } else {
        &scenario.name
    };
    let simulated_s = window.warmup_s + report.simulated_s;
    let mut text = format!(
        "{title}\n\
         {} s measured after {} s of warm-up, seed {}; took {} s, {} × real time\n\
         {} events, digest {}, outcomes {}, engine {}; {}\n\n",
        number(report.simulated_s),
        number(window.warmup_s),
        report.seed,
        number(wall_s),
        number(simulated_s / wall_s.max(1e-9)),
        count(report.events),
        report.digest,
        report.outcomes_digest,
        report.engine,
        cost(report),
    );
    text.push_str(&requests(scenario, report));
    text.push('\n');
    text.push_str(&latency(report));
    text.push('\n');
    text.push_str(&components(scenario, report));
    text.push('\n');
    text.push_str(&copies(scenario, report));
    text.push_str(&at_end.lines());
    text.push_str(&objectives(scenario, report, verdict));
    text
}

/// `$210 a month`, or with its mean what it is at the end, where that is another.
fn cost(report: &Report) -> String {
    let ReportCost { mean, at_end } = report.monthly_usd;
    let mean_words = format!("{} a month", dollars(mean));
    if dollars(mean) == dollars(at_end) {
        mean_words
    } else {
        format!("{mean_words} on average, {} at the end", dollars(at_end))
    }
}

fn requests(scenario: &Scenario, report: &Report) -> String {
    use Align::Right;
    let requests = &report.requests;
    let mut table = Table::new([
        ("Requests", Align::Left),
        ("arrived", Right),
        ("completed", Right),
        ("failed", Right),
        ("in flight", Right),
        ("retries", Right),
    ]);
    table.row([
        String::new(),
        count(requests.arrived),
        count(requests.completed),
        count(requests.failed_total()),
        count(requests.in_flight),
        count(requests.retries),
    ]);
    let mut text = table.lines();
    if requests.failed_total() > 0 {
        text.push_str(&format!("  failed: {}\n", failures(&requests.failed)));
    }
    if requests.writes_unknown > 0 {
        text.push_str(&format!(
            "  writes unknown: {}, which may have been applied or not\n",
            count(requests.writes_unknown)
        ));
    }
    if requests.writes_applied_again > 0 {
        text.push_str(&format!(
            "  writes applied again: {}, by another attempt of the same request\n",
            count(requests.writes_applied_again)
        ));
    }
    if requests.overdue > 0 {
        text.push_str(&format!(
            "  in flight: {} have waited for longer than {} ms\n",
            count(requests.overdue),
            number(scenario.objectives.latency_p99_ms),
        ));
    }
    text
}

/// `timed out 200, waiting line full 12`.
fn failures(failed: &std::collections::BTreeMap<String, u64>) -> String {
    let words = |name: &str| {
        Reason::ALL
            .iter()
            .find(|reason| reason.name() == name)
            .map(|reason| reason.words())
    };
    let parts = failed.iter().filter(|(_, failures)| **failures > 0);
    let parts = parts
        .map(|(name, failures)| format!("{} {}", words(name).unwrap_or(name), count(*failures)));
    parts.collect::<Vec<_>>().join(", ")
}

fn latency(report: &Report) -> String {
    use Align::Right;
    let latency = &report.latency_ms;
    let mut table = Table::new([
        ("Latency, ms", Align::Left),
        ("mean", Right),
        ("p50", Right),
        ("p95", Right),
        ("p99", Right),
        ("p99.9", Right),
        ("longest", Right),
    ]);
    table.row([
        String::new(),
        number(latency.mean),
        number(latency.p50),
        number(latency.p95),
        number(latency.p99),
        number(latency.p999),
        number(latency.max),
    ]);
    table.lines()
}

fn components(scenario: &Scenario, report: &Report) -> String {
    use Align::{Left, Right};
    let mut table = Table::new([
        ("Component", Left),
        ("kind", Left),
        ("busy", Right),
        ("answers/s", Right),
        ("waiting", Right),
        ("longest", Right),
        ("wait, ms", Right),
        ("refused", Right),
    ]);
    let mut notes = String::new();
    let design = &scenario.design;
    for place in in_order_of_calls(design) {
        let part = &design.components[place];
        let id = &design.name_in_run(place);
        let Some(component) = report.components.get(id) else {
            continue;
        };
        let title = match design.components.has(place) {
            true => part.title_with_id(),
            false => format!("{}, taken out", part.title_with_id()),
        };
        table.row(row(&title, &component.kind, &component.load));
        if component.instances.len() > 1 {
            for (number, instance) in (1..).zip(component.instances.iter().take(INSTANCES_SHOWN)) {
                table.row(row(&format!("  {id}/{number}"), "", &instance.load));
            }
        }
        if let Some(more) = component.instances.len().checked_sub(INSTANCES_SHOWN + 1) {
            let mut cells = [const { String::new() }; 8];
            cells[0] = format!("  and {} more", more + 1);
            table.row(cells);
        }
        let keys = &scenario.traffic.keys;
        let rooms = part.kind.rooms(keys);
        let rooms = rooms.iter().map(|room| room_words(room, keys));
        let told: Vec<String> = rooms.chain(of_its_own(component)).collect();
        if !told.is_empty() {
            notes.push_str(&format!("  {}: {}\n", part.title(), told.join(", ")));
        }
    }
    table.lines() + &notes
}

/// What became of the copies of each database that has several.
fn copies(scenario: &Scenario, report: &Report) -> String {
    let design = &scenario.design;
    let databases = in_order_of_calls(design).into_iter().filter_map(|place| {
        let id = design.name_in_run(place);
        let title = design.components[place].title();
        let component = report.components.get(&id)?;
        Some(copies_text::of(title, &id, component))
    });
    databases.collect()
}

/// The places of the components in the order in which requests meet them: nearest to the users first, and last
/// those that were taken away.
fn in_order_of_calls(design: &Design) -> Vec<usize> {
    let components = design.components.present().map(|(place, _)| place);
    let mut order: Vec<usize> = components
        .filter(|place| design.callers(*place).next().is_none())
        .collect();
    let mut next = 0;
    while let Some(&caller) = order.get(next) {
        for (place, _) in design.callees(caller) {
            if !order.contains(&place) {
                order.push(place);
            }
        }
        next += 1;
    }
    let all = 0..design.components.len();
    order.extend(all.filter(|place| !design.components.has(*place)));
    order
}

fn row(name: &str, kind: &str, load: &ReportLoad) -> [String; 8] {
    [
        name.to_string(),
        kind.replace('_', " "),
        percent(load.utilisation),
        number(load.throughput_rps),
        number(load.queue_mean),
        count(load.queue_max),
        number(load.wait_ms_mean),
        count(load.dropped),
    ]
}

/// `buffer 10,000 entries by the machine`.
fn room_words(room: &Room, keys: &Keys) -> String {
    let amount = plain(room.amount);
    let words = match room.of {
        RoomOf::OwnCacheEntries => format!("own cache {amount} entries each"),
        RoomOf::NodeEntries => format!("room for {amount} entries each"),
        RoomOf::BufferEntries if room.amount >= f64::from(keys.count) => {
            format!("buffer {amount} entries (all the data)")
        }
        RoomOf::BufferEntries => format!("buffer {amount} entries"),
        RoomOf::DiskGb => format!("disk {amount} GB"),
    };
    let by = match room.by {
        RoomBy::Machine => "by the machine",
        RoomBy::Document => "as set",
        RoomBy::Limit => "as many as all servers can have",
    };
    format!("{words} {by}")
}

/// Figures of the component's kind, and why its calls failed.
fn of_its_own(component: &ReportComponent) -> Vec<String> {
    let figures = own_figures::of(component).into_iter();
    let sessions = component.figure("sessions");
    let lost = (component.figure("sessions_lost") > 0.0).then(|| {
        format!(
            "{} of users had to log in anew, {} of requests",
            percent(component.figure("sessions_lost") / sessions),
            percent(component.figure("login_calls") / component.figure("session_calls"))
        )
    });
    let failed = failures(&component.failed);
    let failed = (!failed.is_empty()).then(|| format!("calls failed: {failed}"));
    figures.chain(lost).chain(failed).collect()
}

fn objectives(scenario: &Scenario, report: &Report, verdict: &Verdict) -> String {
    let asked = &scenario.objectives;
    let mut table = Table::new([
        ("Objectives", Align::Left),
        ("found", Align::Right),
        ("", Align::Left),
    ]);
    let mut row = |words: String, found: String, objective: Objective| {
        let holds = verdict
            .broken
            .iter()
            .all(|breach| breach.objective != objective);
        let (found, told) = match (report.is_untried(), holds) {
            (true, _) => ("no request came".into(), "not tried"),
            (false, true) => (found, "holds"),
            (false, false) => (found, "BROKEN"),
        };
        table.row([words, found, told.to_string()]);
    };
    row(
        format!(
            "99 of 100 answers within {} ms",
            number(asked.latency_p99_ms)
        ),
        report.judged_p99_ms().map_or_else(
            || "no answer".into(),
            |p99_ms| format!("{} ms", number(p99_ms)),
        ),
        Objective::LatencyP99Ms,
    );
    row(
        format!("at most {} of requests fail", percent(asked.failed_share)),
        percent(report.failed_share()),
        Objective::FailedShare,
    );
    if asked.sessions_lost_share < 1.0 {
        row(
            format!(
                "at most {} of users log in anew",
                percent(asked.sessions_lost_share)
            ),
            report
                .judged_sessions_lost_share()
                .map_or_else(|| "no answer".into(), percent),
            Objective::SessionsLostShare,
        );
    }
    let backlog = verdict
        .broken
        .iter()
        .find(|breach| breach.objective == Objective::BacklogShare);
    if let Some(backlog) = backlog {
        row(
            "requests do not pile up".into(),
            percent(backlog.found.unwrap_or_default()),
            Objective::BacklogShare,
        );
    }
    table.lines()
}

//! Two reports side by side.

use headroom_engine::report::Report;

use crate::figure::{change, count, number};
use crate::table::{Align, Table};

/// The lines of a table of all figures that say something of either report.
pub fn of(before: &Report, after: &Report) -> String {
    let mut table = Table::new([
        ("", Align::Left),
        ("before", Align::Right),
        ("after", Align::Right),
        ("change", Align::Right),
    ]);
    for row in ROWS {
        if (row.is_told)(before) || (row.is_told)(after) {
            table.row(row.cells(before, after));
        }
    }
    table.lines()
}

/// The 99th percentile that the objective is held to; not a number where nothing was answered.
pub fn judged_p99_ms(report: &Report) -> f64 {
    report.judged_p99_ms().unwrap_or(f64::NAN)
}

/// A figure of both designs.
struct Row {
    name: &'static str,
    /// In the unit that the name tells. Not a number where there is none, as nobody was answered.
    figure: fn(&Report) -> f64,
    show: fn(f64) -> String,
    /// Whether it says something of a design. It is left out where it says nothing of both.
    is_told: fn(&Report) -> bool,
}

impl Row {
    fn cells(&self, before: &Report, after: &Report) -> [String; 4] {
        let (was, is) = ((self.figure)(before), (self.figure)(after));
        let shown = |report: &Report, figure: f64| match figure.is_nan() {
            true if report.is_untried() => "no request".into(),
            true => "no answer".into(),
            false => (self.show)(figure),
        };
        let (was, is) = (shown(before, was), shown(after, is));
        let change = change(&was, &is);
        [self.name.to_string(), was, is, change]
    }
}

const fn row(name: &'static str, figure: fn(&Report) -> f64, show: fn(f64) -> String) -> Row {
    Row {
        name,
        figure,
        show,
        is_told: |_| true,
    }
}

/// All figures, in the order in which they are read.
const ROWS: [Row; 19] = [
    row(
        "completed",
        |report| report.requests.completed as f64,
        whole,
    ),
    row(
        "failed, %",
        |report| percent(of_some(report.requests.ended(), report.failed_share())),
        number,
    ),
    row("latency mean, ms", |report| report.latency_ms.mean, number),
    row("latency p50, ms", |report| report.latency_ms.p50, number),
    row("latency p95, ms", |report| report.latency_ms.p95, number),
    row("latency p99, ms", |report| report.latency_ms.p99, number),
    Row {
        is_told: has_overdue,
        ..row(
            "waiting for too long",
            |report| report.requests.overdue as f64,
            whole,
        )
    },
    Row {
        is_told: has_overdue,
        ..row("p99 with them, ms", judged_p99_ms, number)
    },
    row(
        "users who had to log in anew, %",
        |report| {
            percent(of_some(
                report.requests.completed,
                report.sessions_lost_share(),
            ))
        },
        number,
    ),
    row(
        "requests that had to, %",
        |report| percent(of_some(report.requests.completed, report.login_share())),
        number,
    ),
    Row {
        is_told: has_cache,
        ..row(
            "stale hits, %",
            |report| percent(report.stale_share()),
            number,
        )
    },
    Row {
        is_told: has_copies,
        ..row(
            "stale reads, %",
            |report| percent(report.stale_reads_share()),
            number,
        )
    },
    Row {
        is_told: has_cache,
        ..row("evictions", |report| report.sum("evictions"), whole)
    },
    Row {
        is_told: |report| {
            has_cache(report) || has_copies(report) || report.sum("writes_lost") > 0.0
        },
        ..row("writes lost", |report| report.sum("writes_lost"), whole)
    },
    Row {
        is_told: has_writes_in_doubt,
        ..row(
            "writes unknown",
            |report| report.requests.writes_unknown as f64,
            whole,
        )
    },
    Row {
        is_told: has_writes_in_doubt,
        ..row(
            "writes applied again",
            |report| report.requests.writes_applied_again as f64,
            whole,
        )
    },
    row("database reads", |report| report.sum("reads"), whole),
    row("database writes", |report| report.sum("writes"), whole),
    row("$ a month", |report| report.monthly_usd.mean, number),
];

fn whole(value: f64) -> String {
    count(value as u64)
}

fn percent(share: f64) -> f64 {
    100.0 * share
}

/// A share of so many; not a number where they are none.
fn of_some(whole: u64, share: f64) -> f64 {
    if whole > 0 { share } else { f64::NAN }
}

fn has_overdue(report: &Report) -> bool {
    report.requests.overdue > 0
}

fn has_cache(report: &Report) -> bool {
    let mut parts = report.components.values();
    parts.any(|part| part.kind == "cache")
}

fn has_copies(report: &Report) -> bool {
    let mut parts = report.components.values();
    parts.any(|part| part.replication.is_some())
}

fn has_writes_in_doubt(report: &Report) -> bool {
    report.requests.writes_unknown + report.requests.writes_applied_again > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::replication::ReportReplication;
    use headroom_engine::report::ReportComponent;

    /// Shares of a hundred requests, by their rows.
    fn report(failed: u64, lost: f64, logins: f64, stale: f64) -> Report {
        let mut report = Report::default();
        (report.requests.arrived, report.requests.completed) = (100, 100 - failed);
        report.requests.failed.insert("timed_out".into(), failed);
        let part = |kind: &str, extra: &[(&str, f64)]| ReportComponent {
            kind: kind.into(),
            extra: extra
                .iter()
                .map(|(name, value)| (name.to_string(), *value))
                .collect(),
            ..ReportComponent::default()
        };
        let web = [
            ("sessions", 100.0),
            ("sessions_lost", lost),
            ("session_calls", 100.0),
            ("login_calls", logins),
        ];
        let cache = [("hits", 100.0), ("stale_hits", stale)];
        let parts = [
            ("web", part("service", &web)),
            ("cache", part("cache", &cache)),
        ];
        report.components = parts.map(|(id, part)| (id.to_owned(), part)).into();
        report
    }

    #[test]
    fn what_copies_cost_is_told_where_either_design_has_them() {
        let alone = report(0, 0.0, 0.0, 0.0);
        let mut copied = alone.clone();
        let reads = [("reads", 200.0), ("stale_reads", 3.0)];
        let database = ReportComponent {
            kind: "database".into(),
            extra: reads.map(|(name, value)| (name.to_owned(), value)).into(),
            replication: Some(ReportReplication::default()),
            ..ReportComponent::default()
        };
        copied.components.insert("db".into(), database);
        let table = of(&alone, &copied);
        let line = table.lines().find(|line| line.starts_with("stale reads"));
        let cells: Vec<&str> = line.expect("it is told").split_whitespace().collect();
        assert_eq!(cells[cells.len() - 3..], ["0", "1.50", "+1.50"]);
        assert!(!of(&alone, &alone).contains("stale reads"));
    }

    #[test]
    fn what_a_share_changed_by_is_told_in_the_unit_of_its_row() {
        let (before, after) = (report(50, 40.0, 30.0, 5.0), report(1, 20.0, 33.0, 25.0));
        let cells = |name: &str| {
            let row = ROWS.iter().find(|row| row.name == name);
            let [_, was, is, change] = row.expect("it is told").cells(&before, &after);
            [was, is, change]
        };
        assert_eq!(cells("failed, %"), ["50.0", "1.00", "−49.0"]);
        let lost = cells("users who had to log in anew, %");
        assert_eq!(lost, ["40.0", "20.0", "−20.0"]);
        assert_eq!(cells("requests that had to, %"), ["30.0", "33.0", "+3.0"]);
        assert_eq!(cells("stale hits, %"), ["5.00", "25.0", "+20.0"]);
        assert_eq!(cells("evictions"), ["0", "0", "="]);
        assert_eq!(cells("completed"), ["50", "99", "+49"]);
    }
}

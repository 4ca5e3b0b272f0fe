//! What became of the copies of a database, as people read it.

use headroom_engine::replication::{ReportCopy, ReportReplication};
use headroom_engine::report::{ReportComponent, ReportInstance};

use crate::figure::{count, number, percent};
use crate::own_figures::plain;
use crate::table::{Align, Table};

/// A line for each copy, and what they have in common; nothing where there never was but one.
pub fn of(title: &str, id: &str, component: &ReportComponent) -> String {
    let Some(replication) = &component.replication else {
        return String::new();
    };
    let lines = copies(title, id, &component.instances);
    let together = together(replication).join(", ");
    let told = data(replication, component).join(", ");
    format!("{lines}  {together}\n  {told}\n\n")
}

fn copies(title: &str, id: &str, instances: &[ReportInstance]) -> String {
    use Align::{Left, Right};
    let heading = format!("Copies of {title}");
    let mut table = Table::new([
        (heading.as_str(), Left),
        ("is", Left),
        ("position", Right),
        ("lag mean, ms", Right),
        ("longest", Right),
        ("over time", Right),
        ("writes behind", Right),
        ("most", Right),
    ]);
    let copies = (1..).zip(instances);
    let copies = copies.filter_map(|(number, instance)| Some((number, instance.copy.as_ref()?)));
    for (place, copy) in copies {
        table.row(row(&format!("  {id}/{place}"), copy));
    }
    table.lines()
}

fn row(name: &str, copy: &ReportCopy) -> [String; 8] {
    [
        name.to_owned(),
        copy.role.replace('_', " "),
        count(copy.position),
        number(copy.lag_ms_mean),
        number(copy.lag_ms_max),
        number(copy.lag_ms_over_time),
        number(copy.lag_writes_mean),
        count(copy.lag_writes_max),
    ]
}

/// `asynchronous, position 12,000, ...`: the log and who writes it.
fn together(replication: &ReportReplication) -> [String; 5] {
    let mode = &replication.mode;
    [
        mode.replace("semi_", "semi-"),
        format!("position {}", count(replication.position)),
        format!("epoch {}", replication.epoch),
        format!("promotions {}", count(replication.promotions)),
        format!("without a primary {} s", number(replication.unavailable_s)),
    ]
}

/// `writes lost 7, ...`: what copies cost, told where it is nothing too.
fn data(replication: &ReportReplication, component: &ReportComponent) -> [String; 4] {
    let stale = replication.stale_reads;
    let stale_share = match stale {
        0 => String::new(),
        _ => format!(
            " ({} of reads)",
            percent(stale as f64 / component.figure("reads"))
        ),
    };
    [
        format!("writes lost {}", count(replication.writes_lost)),
        format!("values lost {}", plain(component.figure("values_lost"))),
        format!("stale reads {}{stale_share}", count(stale)),
        format!("own writes missed {}", count(replication.own_writes_missed)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component() -> ReportComponent {
        let instance = |role: &str, position, lag_ms_max, lag_writes_max| ReportInstance {
            copy: Some(ReportCopy {
                role: role.into(),
                position,
                lag_ms_mean: lag_ms_max / 4.0,
                lag_ms_max,
                lag_ms_over_time: lag_ms_max / 2.0,
                lag_writes_mean: 0.5,
                lag_writes_max,
            }),
            ..ReportInstance::default()
        };
        ReportComponent {
            replication: Some(ReportReplication {
                mode: "semi_synchronous".into(),
                epoch: 2,
                position: 12_000,
                promotions: 1,
                writes_lost: 7,
                stale_reads: 30,
                own_writes_missed: 2,
                unavailable_s: 4.25,
            }),
            extra: [("reads", 1_000.0), ("values_lost", 6.0)]
                .map(|(name, value)| (name.to_owned(), value))
                .into(),
            instances: vec![
                instance("former_primary", 11_000, 0.0, 0),
                instance("primary", 12_000, 20.0, 1_234),
            ],
            ..ReportComponent::default()
        }
    }

    #[test]
    fn copies_are_told_by_their_lines_and_together() {
        assert_eq!(
            of("Database", "db", &component()),
            "\
Copies of Database   is               position   lag mean, ms   longest   over time   writes behind    most
  db/1               former primary     11,000              0         0           0            0.50       0
  db/2               primary            12,000           5.00      20.0        10.0            0.50   1,234
  semi-synchronous, position 12,000, epoch 2, promotions 1, without a primary 4.25 s
  writes lost 7, values lost 6, stale reads 30 (3.00 % of reads), own writes missed 2

"
        );
    }

    #[test]
    fn what_has_no_copies_says_nothing_of_them() {
        assert_eq!(of("Database", "db", &ReportComponent::default()), "");
        let mut component = component();
        assert!(of("Database", "db", &component).contains(" (3.00 % of reads)"));
        let replication = component.replication.as_mut().expect("it has copies");
        replication.stale_reads = 0;
        let told = of("Database", "db", &component);
        assert!(told.contains("stale reads 0, "), "{told}");
    }
}

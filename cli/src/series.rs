//! The run over time as a table of comma-separated values: a row for each second.
//!
//! Written as RFC 4180 has it, but for lines that end in a line feed alone, as programs that work on lines
//! expect. All there is are numbers and names made of the characters of an id, so nothing needs quotes.

use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};

use headroom_engine::Engine;
use headroom_engine::reason::Reason;
use headroom_engine::series::{Bin, ComponentBin, CopyBin};
use headroom_engine::time::NS_PER_S;
use headroom_scenario::{Action, Design, Kind, Scenario};

use crate::failure::Failure;

/// A figure of a component: empty where there is nothing to say.
struct Figure {
    name: &'static str,
    is_of: fn(&Kind) -> bool,
    value: fn(&ComponentBin) -> Option<f64>,
}

const fn figure(
    name: &'static str,
    is_of: fn(&Kind) -> bool,
    value: fn(&ComponentBin) -> Option<f64>,
) -> Figure {
    Figure { name, is_of, value }
}

const FIGURES: [Figure; 20] = [
    figure("utilisation", works, |bin| {
        (bin.servers > 0.0).then(|| shortest(bin.utilisation))
    }),
    figure("servers", has_instances, |bin| Some(shortest(bin.servers))),
    figure("usd_month", is_called, |bin| Some(shortest(bin.usd_month))),
    figure("queue_mean", works, |bin| Some(shortest(bin.queue_mean))),
    figure("queue_max", works, |bin| Some(bin.queue_max.into())),
    figure("wait_ms_mean", works, |bin| {
        (bin.started > 0).then(|| shortest(bin.wait_ms_mean))
    }),
    figure("dropped", works, |bin| Some(bin.dropped.into())),
    figure("answered", is_called, |bin| Some(bin.answered.into())),
    figure("hits", works, |bin| Some(bin.hits.into())),
    figure("misses", works, |bin| Some(bin.misses.into())),
    figure("stale_hits", caches, |bin| Some(bin.stale_hits.into())),
    figure("evictions", is_cache, |bin| Some(bin.evictions.into())),
    figure("writes_lost", may_lose, |bin| Some(bin.writes_lost.into())),
    figure("reads", is_database, |bin| Some(bin.reads.into())),
    figure("writes", is_database, |bin| Some(bin.writes.into())),
    figure("stale_reads", is_database, |bin| {
        Some(bin.stale_reads.into())
    }),
    figure("session_calls", is_service, |bin| {
        Some(bin.session_calls.into())
    }),
    figure("login_calls", is_service, |bin| {
        Some(bin.login_calls.into())
    }),
    figure("sessions", is_service, |bin| Some(bin.sessions.into())),
    figure("sessions_lost", is_service, |bin| {
        Some(bin.sessions_lost.into())
    }),
];

/// A figure of a copy of a database: empty where it is not there.
struct CopyFigure {
    name: &'static str,
    value: fn(&CopyBin) -> f64,
}

const COPY_FIGURES: [CopyFigure; 2] = [
    CopyFigure {
        name: "lag_ms",
        value: |copy| shortest(copy.lag_ms),
    },
    CopyFigure {
        name: "lag_writes",
        value: |copy| copy.lag_writes as f64,
    },
];

fn works(kind: &Kind) -> bool {
    kind.facts().works
}

fn has_instances(kind: &Kind) -> bool {
    kind.instances() > 0
}

fn is_called(kind: &Kind) -> bool {
    !matches!(kind, Kind::Clients(_))
}

fn caches(kind: &Kind) -> bool {
    is_service(kind) || is_cache(kind)
}

fn is_service(kind: &Kind) -> bool {
    matches!(kind, Kind::Service(_))
}

fn is_cache(kind: &Kind) -> bool {
    matches!(kind, Kind::Cache(_))
}

fn may_lose(kind: &Kind) -> bool {
    is_cache(kind) || is_database(kind)
}

fn is_database(kind: &Kind) -> bool {
    matches!(kind, Kind::Database(_))
}

/// A figure of 32 bits with the digits it has, and not those that 64 bits would add to it.
fn shortest(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}

/// A table on its way out.
pub struct Series {
    name: String,
    out: Box<dyn Write>,
    /// Each with the number of its component in the design.
    columns: Vec<(usize, &'static Figure)>,
    /// Copies of databases, by the number of the component and their own.
    copies: Vec<(usize, u16)>,
    /// What has been written ends here.
    until_ns: u64,
    /// Requests that came until then and have not ended.
    in_flight: u64,
    /// Who reads standard output has seen enough.
    is_closed: bool,
}

impl Series {
    /// Begins the table in a file, or on standard output for `-`. `source` is where the scenario came from.
    pub fn create(name: &str, source: &str, scenario: &Scenario) -> Result<Self, Failure> {
        let is_source = || {
            let (file, source) = (fs::canonicalize(name), fs::canonicalize(source));
            file.is_ok_and(|file| source.is_ok_and(|source| file == source))
        };
        let out: Box<dyn Write> = match name {
            "-" => Box::new(std::io::stdout()),
            _ if is_source() => {
                return Err(Failure::Usage(format!(
                    "--series: '{name}' is the scenario itself: give another file"
                )));
            }
            _ => Box::new(File::create(name).map_err(|error| unwritten(name, &error))?),
        };
        let mut all = scenario.clone();
        let mut added = Vec::new();
        for timed in scenario.script.iter() {
            timed.action.carry_out(&mut all);
            if let Action::AddInstance { component } = &timed.action {
                added.extend(all.design.component(component).map(|(number, _)| number));
            }
        }
        let components = all.design.components.iter().enumerate();
        let columns = components.flat_map(|(number, component)| {
            let figures = FIGURES
                .iter()
                .filter(|figure| (figure.is_of)(&component.kind));
            figures.map(move |figure| (number, figure))
        });
        let mut series = Self {
            name: name.to_owned(),
            out: Box::new(BufWriter::new(out)),
            columns: columns.collect(),
            copies: copies(&all.design, &added),
            until_ns: 0,
            in_flight: 0,
            is_closed: false,
        };
        let heading = series.heading(&all.design);
        series.line(&heading)?;
        Ok(series)
    }

    /// Writes the seconds that have passed since the last call.
    pub fn write(&mut self, engine: &Engine) -> Result<(), Failure> {
        let bins = engine.bins_since(self.until_ns);
        bins.iter().try_for_each(|bin| self.row(bin))
    }

    /// Writes what is left, up to a moment within a second too.
    pub fn finish(mut self, engine: &Engine) -> Result<(), Failure> {
        self.write(engine)?;
        if let Some(bin) = engine.open_bin() {
            self.row(&bin)?;
        }
        let flushed = self.out.flush();
        self.written(flushed)
    }

    /// The names of the columns, those of components that only come later included.
    fn heading(&self, design: &Design) -> Vec<String> {
        let mut names: Vec<String> = [
            "start_s",
            "length_s",
            "arrived",
            "completed",
            "retries",
            "writes_unknown",
            "writes_applied_again",
            "in_flight",
            "overdue",
            "failed",
        ]
        .map(String::from)
        .into();
        names.extend(Reason::ALL.map(|reason| format!("failed_{}", reason.name())));
        names.extend(["latency_ms_p50", "latency_ms_p95", "latency_ms_p99"].map(String::from));
        let figures = self.columns.iter();
        names.extend(figures.map(|(number, figure)| {
            let component = design.name_in_run(*number);
            format!("{component}.{}", figure.name)
        }));
        let copies = self.copies.iter();
        names.extend(copies.flat_map(|(number, copy)| {
            let component = design.name_in_run(*number);
            COPY_FIGURES.map(|figure| format!("{component}/{}.{}", copy + 1, figure.name))
        }));
        names
    }

    fn row(&mut self, bin: &Bin) -> Result<(), Failure> {
        let seconds = |ns: u64| (ns as f64 / NS_PER_S as f64).to_string();
        let latency = &bin.latency_ms;
        self.in_flight = self.in_flight + bin.arrived - bin.completed - bin.failed_total();
        let mut cells = vec![
            seconds(bin.start_ns),
            seconds(bin.length_ns),
            bin.arrived.to_string(),
            bin.completed.to_string(),
            bin.retries.to_string(),
            bin.writes_unknown.to_string(),
            bin.writes_applied_again.to_string(),
            self.in_flight.to_string(),
            bin.overdue.to_string(),
            bin.failed_total().to_string(),
        ];
        cells.extend(bin.failed.map(|count| count.to_string()));
        cells.extend(
            [latency.p50, latency.p95, latency.p99].map(|ms| match bin.completed {
                0 => String::new(),
                _ => ms.to_string(),
            }),
        );
        cells.extend(self.columns.iter().map(|(number, figure)| {
            let value = bin.components.get(*number).and_then(figure.value);
            value.map_or_else(String::new, |value| value.to_string())
        }));
        cells.extend(self.copies.iter().flat_map(|(number, copy)| {
            let is_it =
                |bin: &&CopyBin| (usize::from(bin.component), bin.instance) == (*number, *copy);
            let found = bin.copies.iter().find(is_it);
            COPY_FIGURES.map(|figure| {
                found.map_or_else(String::new, |copy| (figure.value)(copy).to_string())
            })
        }));
        self.until_ns = bin.start_ns + bin.length_ns;
        self.line(&cells)
    }

    fn line(&mut self, cells: &[String]) -> Result<(), Failure> {
        if self.is_closed {
            return Ok(());
        }
        let written = writeln!(self.out, "{}", cells.join(","));
        self.written(written)
    }

    /// A reader that has seen enough, such as `head`, is no failure.
    fn written(&mut self, result: std::io::Result<()>) -> Result<(), Failure> {
        match result {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            result => result.map_err(|error| unwritten(&self.name, &error)),
        }
    }
}

/// The copies that databases have or come to have, where they are several: those at the start, and those that the
/// script adds to a component, by its number.
fn copies(design: &Design, added: &[usize]) -> Vec<(usize, u16)> {
    let databases = design.components.iter().enumerate();
    let databases = databases.filter(|(_, component)| is_database(&component.kind));
    let copies = databases.flat_map(|(number, component)| {
        let later = added.iter().filter(|to| **to == number).count();
        let all = component.kind.instances() + later as u16;
        let several = if all > 1 { all } else { 0 };
        (0..several).map(move |copy| (number, copy))
    });
    copies.collect()
}

fn unwritten(name: &str, error: &std::io::Error) -> Failure {
    let target = match name {
        "-" => "standard output".to_owned(),
        file => format!("'{file}'"),
    };
    Failure::Io(format!("the series can't be written to {target}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_that_the_engine_keeps_of_a_component_has_a_column() {
        let bin = serde_json::to_value(ComponentBin::default()).expect("it is JSON");
        let kept = bin.as_object().expect("it has fields").keys();
        // How many waits the mean is of: what is empty without any.
        for name in kept.filter(|name| *name != "started") {
            assert!(FIGURES.iter().any(|figure| figure.name == name), "{name}");
        }
    }

    #[test]
    fn a_figure_has_the_digits_it_was_kept_with() {
        assert_eq!(shortest(0.1_f32).to_string(), "0.1");
        assert_eq!(shortest(2.0).to_string(), "2");
    }
}

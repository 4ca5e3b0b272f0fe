//! The figures of a run over time.

mod chart;
pub mod history;
pub mod scale;
pub mod sparkline;
mod window;

use std::rc::Rc;

use headroom_engine::happening::Mark;
use headroom_engine::reason::Reason;
use headroom_engine::series::{Bin, ComponentBin};
use headroom_engine::snapshot::Snapshot;
use headroom_scenario::{Component, Kind, Scenario, SessionStore, WriteMode};
use yew::prelude::*;

use crate::format;
use crate::order::sort_by;
use chart::{Chart, Drawing, Measure, Series};
use history::History;
use window::Window;

/// The panel of figures.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The design as it is now, with its traffic.
    pub scenario: Rc<Scenario>,
    /// Its figures, once there are some.
    pub snapshot: Option<Rc<Snapshot>>,
    /// What is behind.
    pub history: Rc<History>,
    /// Faults, repairs, edits.
    pub marks: Rc<Vec<Mark>>,
}

/// The panel of figures: charts over the last minute, or longer.
#[component]
pub fn FiguresPanel(props: &Props) -> Html {
    let window = use_state_eq(Window::default);
    let (bins, span) = window.of(&props.history);
    let stretches: Vec<(u64, u64)> = bins
        .iter()
        .map(|bin| (bin.start_ns, bin.length_ns))
        .collect();
    let recent = props.snapshot.as_ref().map(|snapshot| &snapshot.recent);
    let lately = recent.map_or_else(String::new, |bin| format::lately(bin.length_ns));
    let none = Bin::default();
    let seen = Seen {
        bins: &bins,
        recent: recent.unwrap_or(&none),
    };
    let scenario = &props.scenario;
    let draw = |figures: Figures| {
        let Figures {
            title,
            hook,
            measure,
            drawing,
            series,
            empty,
        } = figures;
        html! {
            <Chart {title} since={window.since()} lately={lately.clone()} {hook} {measure} {drawing}
                stretches={stretches.clone()} {span} {series} marks={props.marks.to_vec()} marks_named={hook == "throughput"} {empty} />
        }
    };
    html! {
        <div class="figures" data-testid="figures-panel">
            { choice(&window) }
            { draw(throughput(&seen)) }
            { draw(latency(&seen)) }
            { for overdue(&seen, scenario).map(draw) }
            { draw(errors(&seen)) }
            { draw(utilisation(&seen, scenario)) }
            { for [
                queries(&seen, scenario), hit_ratio(&seen, scenario), stale(&seen, scenario), stale_reads(&seen, scenario),
                evictions(&seen, scenario), writes_lost(&seen, scenario), writes_in_doubt(&seen), log_ins(&seen, scenario),
                servers(&seen, scenario), cost(&seen),
            ].into_iter().flatten().map(draw) }
        </div>
    }
}

/// How far back the charts reach.
fn choice(window: &UseStateHandle<Window>) -> Html {
    html! {
        <div class="segments" role="group" aria-label="How far back the charts reach">
            { for Window::ALL.into_iter().map(|option| {
                let chosen = **window == option;
                let window = window.clone();
                html! {
                    <button type="button" class={chosen.then_some("on")}
                        aria-pressed={if chosen { "true" } else { "false" }}
                        data-control="history" data-of={option.name()}
                        onclick={move |_| window.set(option)}>
                        { option.words() }
                    </button>
                }
            }) }
        </div>
    }
}

/// What one chart shows.
struct Figures {
    title: &'static str,
    hook: &'static str,
    measure: Measure,
    drawing: Drawing,
    series: Vec<Series>,
    empty: &'static str,
}

/// What is drawn: the bins of the window, and the last few seconds, which the gauges are of.
struct Seen<'a> {
    bins: &'a [Rc<Bin>],
    recent: &'a Bin,
}

impl Seen<'_> {
    /// A figure in every bin, and lately.
    fn series(
        &self,
        name: impl Into<AttrValue>,
        class: &'static str,
        of: impl Fn(&Bin) -> f64,
    ) -> Series {
        let name = name.into();
        Series {
            label: name.clone(),
            name,
            class,
            figures: self.bins.iter().map(|bin| of(bin)).collect(),
            lately: of(self.recent),
        }
    }

    /// Whether anything is so in any bin.
    fn any(&self, is_so: impl Fn(&Bin) -> bool) -> bool {
        self.bins.iter().any(|bin| is_so(bin))
    }

    /// Said where there is nothing to draw: of the first second, of which the gauges tell already, that it is
    /// not over.
    fn empty(&self, nothing: &'static str) -> &'static str {
        if self.bins.is_empty() {
            NOT_YET
        } else {
            nothing
        }
    }

    /// Whether a count of a component is above 0 in any bin.
    fn any_of(&self, number: usize, count: impl Fn(&ComponentBin) -> u32) -> bool {
        self.any(|bin| bin.components.get(number).is_some_and(|bin| count(bin) > 0))
    }
}

/// Of nothing there is no share.
fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        f64::NAN
    } else {
        f64::from(part) / f64::from(whole)
    }
}

fn throughput(seen: &Seen<'_>) -> Figures {
    let mut lines = vec![
        seen.series("offered", "line-offered", |bin| bin.per_s(bin.arrived)),
        seen.series("served", "line-served", |bin| bin.per_s(bin.completed)),
    ];
    if seen.any(|bin| bin.retries > 0) {
        lines.push(seen.series("retries", "line-retries", |bin| bin.per_s(bin.retries)));
    }
    Figures {
        title: "Throughput",
        hook: "throughput",
        measure: Measure::Rate,
        drawing: Drawing::Lines,
        series: lines,
        empty: NOT_YET,
    }
}

fn latency(seen: &Seen<'_>) -> Figures {
    // A second in which nothing ended has no latency.
    let known = |figure: f64| if figure > 0.0 { figure } else { f64::NAN };
    let any = seen.any(|bin| bin.latency_ms.p50 > 0.0);
    let lines = vec![
        seen.series("p99", "line-p99", |bin| known(bin.latency_ms.p99)),
        seen.series("p95", "line-p95", |bin| known(bin.latency_ms.p95)),
        seen.series("p50", "line-p50", |bin| known(bin.latency_ms.p50)),
    ];
    Figures {
        title: "Latency",
        hook: "latency",
        measure: Measure::Latency,
        drawing: Drawing::Lines,
        series: if any { lines } else { Vec::new() },
        empty: seen.empty(if seen.any(|bin| bin.failed_total() > 0) {
            "No request was answered."
        } else {
            "No request has ended yet."
        }),
    }
}

/// Who still waits, where somebody has for longer than the objective allows: latencies are of answers.
fn overdue(seen: &Seen<'_>, scenario: &Scenario) -> Option<Figures> {
    let limit = format::ms(scenario.objectives.latency_p99_ms);
    let name = format!("over {limit}");
    seen.any(|bin| bin.overdue > 0).then(|| Figures {
        title: "Still waiting",
        hook: "overdue",
        measure: Measure::Number,
        drawing: Drawing::Lines,
        series: vec![seen.series(name, line_class(0), |bin| bin.overdue as f64)],
        empty: NOT_YET,
    })
}

fn errors(seen: &Seen<'_>) -> Figures {
    let parts = Reason::ALL
        .into_iter()
        .enumerate()
        .filter(|(number, _)| seen.any(|bin| bin.failed[*number] > 0))
        .map(|(number, reason)| {
            let failed = seen.series(reason.words(), reason_class(number), |bin| {
                bin.per_s(bin.failed[number])
            });
            Series {
                label: format::short_reason(reason).into(),
                ..failed
            }
        })
        .collect();
    Figures {
        title: "Errors",
        hook: "errors",
        measure: Measure::Rate,
        drawing: Drawing::Stacked,
        series: parts,
        // The diagram shows the calls that failed, and were tried again.
        empty: seen.empty(if seen.any(|bin| bin.retries > 0) {
            "No request failed: calls that failed were tried again."
        } else {
            "No request failed."
        }),
    }
}

fn reason_class(number: usize) -> &'static str {
    const CLASSES: [&str; Reason::COUNT] = [
        "reason-1", "reason-2", "reason-3", "reason-4", "reason-5", "reason-6", "reason-7",
        "reason-8", "reason-9",
    ];
    CLASSES[number]
}

/// Dashes and shades that tell one component's line from another's.
fn line_class(number: usize) -> &'static str {
    const CLASSES: [&str; 6] = ["line-1", "line-2", "line-3", "line-4", "line-5", "line-6"];
    CLASSES[number % CLASSES.len()]
}

/// The components whose figures the window shows: those that are there, and those that were.
fn shown<'a>(
    seen: &Seen<'_>,
    scenario: &'a Scenario,
) -> impl Iterator<Item = (usize, &'a Component)> {
    let components = &scenario.design.components;
    let shown: Vec<usize> = (0..components.len())
        .filter(|number| {
            let was_there = |bin: &Bin| bin.components.get(*number).is_some_and(is_there);
            components.has(*number) || seen.any(was_there)
        })
        .collect();
    let component = |number| (number, &components[number]);
    shown.into_iter().map(component)
}

/// Whether a part was there in a stretch: it cost something, or did something.
fn is_there(part: &ComponentBin) -> bool {
    part.usd_month > 0.0 || part.answered > 0 || part.utilisation > 0.0
}

/// The figures of a component in a stretch; none after it was taken out.
fn part_of<'a>(bin: &'a Bin, number: usize, scenario: &Scenario) -> Option<&'a ComponentBin> {
    let part = bin.components.get(number);
    part.filter(|part| scenario.design.components.has(number) || is_there(part))
}

/// Lines of a chart at most: of more components, those of which the figure is largest.
const LINES_MAX: usize = 8;

/// A line for each component that `keep` keeps.
fn by_component(
    seen: &Seen<'_>,
    scenario: &Scenario,
    keep: impl Fn(usize, &Kind) -> bool,
    of: impl Fn(&Bin, &ComponentBin) -> f64,
) -> Vec<Series> {
    let kept = shown(seen, scenario);
    let kept = kept.filter(|(number, component)| keep(*number, &component.kind));
    let lately = |number: usize| {
        let part = part_of(seen.recent, number, scenario);
        part.map_or(f64::NEG_INFINITY, |part| of(seen.recent, part))
    };
    let mut kept: Vec<(usize, &Component)> = kept.collect();
    if kept.len() > LINES_MAX {
        sort_by(&mut kept, |(a, _), (b, _)| {
            lately(*b).total_cmp(&lately(*a))
        });
        kept.truncate(LINES_MAX);
    }
    kept.into_iter()
        .enumerate()
        .map(|(place, (number, component))| {
            seen.series(component.title().to_owned(), line_class(place), |bin| {
                let part = part_of(bin, number, scenario);
                part.map_or(f64::NAN, |part| of(bin, part))
            })
        })
        .collect()
}

fn utilisation(seen: &Seen<'_>, scenario: &Scenario) -> Figures {
    let works = |_: usize, kind: &Kind| kind.facts().works;
    Figures {
        title: "Utilisation",
        hook: "utilisation",
        measure: Measure::Share,
        drawing: Drawing::Lines,
        series: by_component(seen, scenario, works, |_, part| f64::from(part.utilisation)),
        empty: seen.empty("Nothing in this design does any work."),
    }
}

/// Who had to log in anew, where sessions live in one of several servers: requests in each stretch, and
/// users from the start of the run on.
fn log_ins(seen: &Seen<'_>, scenario: &Scenario) -> Option<Figures> {
    let can_lose = |number: usize, kind: &Kind| {
        let has_others = matches!(kind, Kind::Service(service)
            if service.sessions == SessionStore::Server && service.instances > 1);
        has_others || seen.any_of(number, |part| part.login_calls)
    };
    let numbers: Vec<usize> = shown(seen, scenario)
        .filter(|(number, component)| can_lose(*number, &component.kind))
        .map(|(number, _)| number)
        .collect();
    let sum = |bin: &Bin, count: fn(&ComponentBin) -> u32| -> u32 {
        let parts = numbers
            .iter()
            .filter_map(|number| bin.components.get(*number));
        parts.map(count).sum()
    };
    (!numbers.is_empty()).then(|| Figures {
        title: "Had to log in anew",
        hook: "log-ins",
        measure: Measure::Share,
        drawing: Drawing::Lines,
        series: vec![
            seen.series("requests", line_class(0), |bin| {
                share(
                    sum(bin, |part| part.login_calls),
                    sum(bin, |part| part.session_calls),
                )
            }),
            seen.series("users so far", line_class(1), |bin| {
                share(
                    sum(bin, |part| part.sessions_lost),
                    sum(bin, |part| part.sessions),
                )
            }),
        ],
        empty: NOT_YET,
    })
}

/// Said before the first bin is closed.
const NOT_YET: &str = "The first second is not over yet.";

/// How many servers serve, of what is scaled; nothing when nothing is.
fn servers(seen: &Seen<'_>, scenario: &Scenario) -> Option<Figures> {
    let is_scaled = |_: usize, kind: &Kind| kind.autoscaling().is_some();
    let lines = by_component(seen, scenario, is_scaled, |_, part| f64::from(part.servers));
    lines_of("Servers", "servers", Measure::Number, lines)
}

/// What the design costs, once that has changed.
fn cost(seen: &Seen<'_>) -> Option<Figures> {
    let all = |bin: &Bin| -> f64 {
        let parts = bin.components.iter();
        parts.map(|part| f64::from(part.usd_month)).sum()
    };
    let line = seen.series("all parts", line_class(0), all);
    let first = line.figures.first().copied().unwrap_or_default();
    let changes = line.figures.iter().any(|usd| (usd - first).abs() >= 0.005);
    let lines = if changes { vec![line] } else { Vec::new() };
    lines_of("Cost a month", "cost", Measure::Dollars, lines)
}

/// The share of look-ups that hit, of what stores; nothing when nothing does.
fn hit_ratio(seen: &Seen<'_>, scenario: &Scenario) -> Option<Figures> {
    let stores = |number: usize, kind: &Kind| {
        matches!(kind, Kind::Cache(_)) || seen.any_of(number, |part| part.hits + part.misses)
    };
    let lines = by_component(seen, scenario, stores, |_, part| {
        share(part.hits, part.hits + part.misses)
    });
    lines_of("Hit ratio", "hit-ratio", Measure::Share, lines)
}

fn is_cache(_: usize, kind: &Kind) -> bool {
    matches!(kind, Kind::Cache(_))
}

/// The share of hits that gave an older value than the last write made.
fn stale(seen: &Seen<'_>, scenario: &Scenario) -> Option<Figures> {
    let gives_stale = |number: usize, kind: &Kind| {
        is_cache(number, kind) || seen.any_of(number, |part| part.stale_hits)
    };
    let lines = by_component(seen, scenario, gives_stale, |_, part| {
        share(part.stale_hits, part.hits)
    });
    lines_of("Stale hits", "stale", Measure::Part, lines)
}

/// The share of reads that gave an older value than the last write made, of databases with copies.
fn stale_reads(seen: &Seen<'_>, scenario: &Scenario) -> Option<Figures> {
    let gives_stale = |number: usize, kind: &Kind| {
        matches!(kind, Kind::Database(database) if database.replication.replicas > 0)
            || seen.any_of(number, |part| part.stale_reads)
    };
    let lines = by_component(seen, scenario, gives_stale, |_, part| {
        share(part.stale_reads, part.reads)
    });
    lines_of("Stale reads", "stale-reads", Measure::Part, lines)
}

fn evictions(seen: &Seen<'_>, scenario: &Scenario) -> Option<Figures> {
    let lines = by_component(seen, scenario, is_cache, |bin, part| {
        bin.per_s(part.evictions.into())
    });
    lines_of("Evictions", "evictions", Measure::Rate, lines)
}

/// Acknowledged writes that were lost, where the cache holds writes back, or where any were.
fn writes_lost(seen: &Seen<'_>, scenario: &Scenario) -> Option<Figures> {
    let can_lose = |number: usize, kind: &Kind| {
        matches!(kind, Kind::Cache(cache) if cache.write_mode == WriteMode::Back)
            || seen.any_of(number, |part| part.writes_lost)
    };
    let lines = by_component(seen, scenario, can_lose, |bin, part| {
        bin.per_s(part.writes_lost.into())
    });
    lines_of("Writes lost", "writes-lost", Measure::Rate, lines)
}

/// Writes of which nobody knows whether they were applied, and those that a retry had applied again, where
/// there were any.
fn writes_in_doubt(seen: &Seen<'_>) -> Option<Figures> {
    let in_doubt = |bin: &Bin| bin.writes_unknown + bin.writes_applied_again > 0;
    seen.any(in_doubt).then(|| Figures {
        title: "Writes in doubt",
        hook: "writes-in-doubt",
        measure: Measure::Rate,
        drawing: Drawing::Lines,
        series: vec![
            seen.series("applied again", line_class(0), |bin| {
                bin.per_s(bin.writes_applied_again)
            }),
            seen.series("unknown", line_class(1), |bin| {
                bin.per_s(bin.writes_unknown)
            }),
        ],
        empty: NOT_YET,
    })
}

/// What the database has to do.
fn queries(seen: &Seen<'_>, scenario: &Scenario) -> Option<Figures> {
    let databases =
        shown(seen, scenario).filter(|(_, part)| matches!(part.kind, Kind::Database(_)));
    let databases: Vec<usize> = databases.map(|(number, _)| number).collect();
    let present = |number: &&usize| scenario.design.components.has(**number);
    let number = *databases.iter().find(present).or(databases.first())?;
    let rate = |name, place, count: fn(&ComponentBin) -> u32| {
        seen.series(name, line_class(place), move |bin| {
            let part = part_of(bin, number, scenario);
            part.map_or(f64::NAN, |part| bin.per_s(count(part).into()))
        })
    };
    let lines = vec![
        rate("reads", 0, |part| part.reads),
        rate("writes", 1, |part| part.writes),
    ];
    lines_of("Database", "queries", Measure::Rate, lines)
}

/// A chart of lines; none where there are none.
fn lines_of(
    title: &'static str,
    hook: &'static str,
    measure: Measure,
    series: Vec<Series>,
) -> Option<Figures> {
    (!series.is_empty()).then_some(Figures {
        title,
        hook,
        measure,
        drawing: Drawing::Lines,
        series,
        empty: NOT_YET,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::{Autoscaling, Cache, Database, Service};

    fn bin(arrived: u64, failed: [u64; Reason::COUNT], hits: u32, misses: u32) -> Rc<Bin> {
        Rc::new(Bin {
            length_ns: 500_000_000,
            arrived,
            failed,
            components: vec![ComponentBin {
                hits,
                misses,
                ..ComponentBin::default()
            }],
            ..Bin::default()
        })
    }

    /// What is drawn of some bins, the last of which was lately.
    fn seen(bins: &[Rc<Bin>]) -> Seen<'_> {
        Seen {
            bins,
            recent: bins.last().expect("there are some"),
        }
    }

    fn of_parts(components: Vec<ComponentBin>) -> Rc<Bin> {
        Rc::new(Bin {
            length_ns: 500_000_000,
            components,
            ..Bin::default()
        })
    }

    fn with(kind: Kind) -> Scenario {
        let mut scenario = Scenario::default();
        scenario.design.components.push(Component {
            id: "store".to_string(),
            name: String::new(),
            site: None,
            kind,
            position: None,
        });
        scenario
    }

    #[test]
    fn rates_are_per_second_whatever_the_length_of_a_stretch() {
        let figures = throughput(&seen(&[bin(100, [0; Reason::COUNT], 0, 0)]));
        assert_eq!(figures.series[0].figures, [200.0]);
    }

    #[test]
    fn only_reasons_that_happened_are_drawn() {
        let mut failed = [0; Reason::COUNT];
        failed[1] = 3;
        let figures = errors(&seen(&[bin(1, failed, 0, 0)]));
        assert_eq!(figures.series.len(), 1);
        assert_eq!(figures.series[0].name, "waiting line full");
        assert_eq!(figures.series[0].label, "line full");
        assert_eq!(figures.series[0].figures, [6.0]);
        let none = errors(&seen(&[bin(1, [0; Reason::COUNT], 0, 0)]));
        assert!(none.series.is_empty());
        assert_eq!(none.empty, "No request failed.");
    }

    #[test]
    fn no_chart_contradicts_the_gauges_of_a_second_that_is_not_over() {
        let recent = bin(900, [3; Reason::COUNT], 0, 0);
        let first = Seen {
            bins: &[],
            recent: &recent,
        };
        let servers = with(Kind::Service(Service::default()));
        let all = [throughput(&first), latency(&first), errors(&first)];
        for figures in all.into_iter().chain([utilisation(&first, &servers)]) {
            assert_eq!(figures.empty, NOT_YET, "{}", figures.title);
        }
        let over = seen(&[bin(0, [0; Reason::COUNT], 0, 0)]).empty("nothing");
        assert_eq!(over, "nothing");
    }

    #[test]
    fn who_still_waits_is_drawn_where_somebody_has_for_too_long() {
        let with = |overdue| {
            Rc::new(Bin {
                overdue,
                ..Bin::default()
            })
        };
        let scenario = Scenario::default();
        assert!(overdue(&seen(&[with(0)]), &scenario).is_none());
        let figures = overdue(&seen(&[with(0), with(412)]), &scenario).expect("a chart");
        assert_eq!(figures.series[0].figures, [0.0, 412.0]);
        assert_eq!(figures.series[0].name, "over 500\u{a0}ms");
    }

    #[test]
    fn failed_calls_that_retries_made_good_are_told() {
        let tried_again = Rc::new(Bin {
            retries: 2,
            ..Bin::default()
        });
        let saved = errors(&seen(&[tried_again]));
        assert_eq!(
            saved.empty,
            "No request failed: calls that failed were tried again."
        );
    }

    #[test]
    fn the_latest_figure_is_that_of_the_gauges() {
        let (bins, recent) = (
            [bin(100, [0; Reason::COUNT], 0, 0)],
            bin(7, [0; Reason::COUNT], 0, 0),
        );
        let seen = Seen {
            bins: &bins,
            recent: &recent,
        };
        let offered = &throughput(&seen).series[0];
        assert_eq!((offered.figures[0], offered.lately), (200.0, 14.0));
    }

    #[test]
    fn log_ins_are_drawn_where_there_is_another_server_to_land_at() {
        let servers = |instances, sessions| {
            with(Kind::Service(Service {
                instances,
                sessions,
                ..Service::default()
            }))
        };
        let bins = [of_parts(vec![ComponentBin {
            session_calls: 40,
            login_calls: 10,
            sessions: 8,
            sessions_lost: 6,
            ..ComponentBin::default()
        }])];
        let figures = log_ins(&seen(&bins), &servers(3, SessionStore::Server)).expect("three");
        assert_eq!(figures.series[0].figures, [0.25]);
        assert_eq!(figures.series[1].figures, [0.75]);
        let bins = [of_parts(vec![ComponentBin::default()])];
        assert!(log_ins(&seen(&bins), &servers(3, SessionStore::Server)).is_some());
        assert!(log_ins(&seen(&bins), &servers(1, SessionStore::Server)).is_none());
        assert!(log_ins(&seen(&bins), &servers(3, SessionStore::None)).is_none());
    }

    #[test]
    fn servers_are_drawn_where_they_are_scaled() {
        let mut service = Service::default();
        let bins = [of_parts(vec![ComponentBin {
            servers: 3.5,
            ..ComponentBin::default()
        }])];
        assert!(servers(&seen(&bins), &with(Kind::Service(service.clone()))).is_none());
        service.autoscaling = Some(Autoscaling::default());
        let figures = servers(&seen(&bins), &with(Kind::Service(service))).expect("it is scaled");
        assert_eq!(figures.series[0].figures, [3.5]);
    }

    #[test]
    fn the_cost_is_drawn_once_it_changes() {
        let at = |usd_month| {
            of_parts(vec![ComponentBin {
                usd_month,
                ..ComponentBin::default()
            }])
        };
        assert!(cost(&seen(&[at(210.24), at(210.24)])).is_none());
        let figures = cost(&seen(&[at(70.0), at(140.0)])).expect("it doubled");
        assert_eq!(figures.series[0].figures, [70.0, 140.0]);
    }

    #[test]
    fn a_cache_shows_the_price_of_its_policies() {
        let bins = [of_parts(vec![ComponentBin {
            hits: 10,
            stale_hits: 2,
            evictions: 5,
            writes_lost: 3,
            ..ComponentBin::default()
        }])];
        let seen = seen(&bins);
        let cache = with(Kind::Cache(Cache {
            write_mode: WriteMode::Back,
            ..Cache::default()
        }));
        let only = |figures: Option<Figures>| figures.expect("a cache").series[0].figures[0];
        assert_eq!(only(stale(&seen, &cache)), 0.2);
        assert_eq!(only(evictions(&seen, &cache)), 10.0);
        assert_eq!(only(writes_lost(&seen, &cache)), 6.0);
        let database = with(Kind::Database(Database::default()));
        assert!(evictions(&seen, &database).is_none());
        let none = [of_parts(vec![ComponentBin::default()])];
        let aside = with(Kind::Cache(Cache::default()));
        let none = Seen {
            bins: &none,
            recent: &none[0],
        };
        assert!(
            writes_lost(&none, &aside).is_none(),
            "it holds no write back"
        );
    }

    #[test]
    fn writes_in_doubt_are_drawn_once_there_are_any() {
        let of = |writes_unknown, writes_applied_again| {
            Rc::new(Bin {
                length_ns: 500_000_000,
                writes_unknown,
                writes_applied_again,
                ..Bin::default()
            })
        };
        assert!(writes_in_doubt(&seen(&[of(0, 0)])).is_none());
        let figures = writes_in_doubt(&seen(&[of(2, 3)])).expect("there are some");
        let lines: Vec<f64> = figures.series.iter().map(|line| line.figures[0]).collect();
        assert_eq!(lines, [6.0, 4.0]);
    }

    #[test]
    fn reads_and_writes_of_a_database_are_drawn() {
        let bins = [of_parts(vec![ComponentBin {
            reads: 30,
            writes: 4,
            ..ComponentBin::default()
        }])];
        let database = with(Kind::Database(Database::default()));
        let figures = queries(&seen(&bins), &database).expect("there is one");
        assert_eq!(figures.series[0].figures, [60.0]);
        assert_eq!(figures.series[1].figures, [8.0]);
        assert!(queries(&seen(&bins), &with(Kind::Cache(Cache::default()))).is_none());
    }

    #[test]
    fn what_was_taken_out_is_drawn_as_long_as_the_window_reaches_back_to_it() {
        let busy = ComponentBin {
            reads: 30,
            answered: 30,
            usd_month: 140.0,
            ..ComponentBin::default()
        };
        let mut taken_out = with(Kind::Database(Database::default()));
        taken_out.design.components.remove(0);
        let bins = [
            of_parts(vec![busy]),
            of_parts(vec![ComponentBin::default()]),
        ];
        let figures = queries(&seen(&bins), &taken_out).expect("it was there");
        let reads = &figures.series[0];
        assert_eq!(reads.figures[0], 60.0);
        assert!(reads.figures[1].is_nan() && reads.lately.is_nan());
        assert_eq!(utilisation(&seen(&bins), &taken_out).series.len(), 1);
        let later = seen(&bins[1..]);
        assert!(queries(&later, &taken_out).is_none());
        assert!(utilisation(&later, &taken_out).series.is_empty());
    }

    #[test]
    fn of_very_many_components_those_of_which_there_is_most_to_see_are_drawn() {
        let mut many = with(Kind::Database(Database::default()));
        for number in 1..20 {
            many.design.components.push(Component {
                id: format!("store-{number}"),
                ..many.design.components[0].clone()
            });
        }
        let parts = (0..20u8).map(|number| ComponentBin {
            utilisation: f32::from(number) / 20.0,
            ..ComponentBin::default()
        });
        let bins = [of_parts(parts.collect())];
        let lines = utilisation(&seen(&bins), &many).series;
        assert_eq!(lines.len(), LINES_MAX);
        assert_eq!(lines[0].name, "store-19");
    }

    #[test]
    fn hit_ratios_are_drawn_where_something_is_looked_up() {
        let cache = with(Kind::Cache(Cache::default()));
        let figures =
            hit_ratio(&seen(&[bin(1, [0; Reason::COUNT], 3, 1)]), &cache).expect("a cache");
        assert_eq!(figures.series[0].figures, [0.75]);
        let figures =
            hit_ratio(&seen(&[bin(1, [0; Reason::COUNT], 0, 0)]), &cache).expect("a cache");
        assert!(
            figures.series[0].figures[0].is_nan(),
            "nothing looked up is no ratio"
        );
        let database = with(Kind::Database(Database::default()));
        assert!(hit_ratio(&seen(&[bin(1, [0; Reason::COUNT], 0, 0)]), &database).is_none());
    }
}

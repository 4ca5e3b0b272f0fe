//! The figures of a run over time.

mod chart;
pub mod scale;
pub mod sparkline;
mod window;

use std::rc::Rc;

use headroom_engine::happening::Mark;
use headroom_engine::reason::Reason;
use headroom_engine::series::{Bin, ComponentBin};
use headroom_engine::snapshot::Snapshot;
use headroom_scenario::{Kind, Scenario, SessionStore};
use yew::prelude::*;

use chart::{Chart, Drawing, Measure, Series};
use window::Window;

/// The panel of figures.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The design as it is now, with its traffic.
    pub scenario: Rc<Scenario>,
    /// Its figures, once there are some.
    pub snapshot: Option<Rc<Snapshot>>,
    /// Closed stretches of the run, the oldest first.
    pub bins: Rc<Vec<Rc<Bin>>>,
    /// Faults, repairs, edits.
    pub marks: Rc<Vec<Mark>>,
}

/// The panel of figures: charts over the last minute, or longer.
#[component]
pub fn FiguresPanel(props: &Props) -> Html {
    let window = use_state_eq(Window::default);
    let (bins, span) = window.of(&props.bins);
    let times: Vec<u64> = bins
        .iter()
        .map(|bin| bin.start_ns + bin.length_ns / 2)
        .collect();
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
            <Chart {title} since={window.since()} {hook} {measure} {drawing} times={times.clone()}
                {span} {series} marks={props.marks.to_vec()} marks_named={hook == "throughput"} {empty} />
        }
    };
    html! {
        <div class="figures" data-testid="figures-panel">
            { choice(&window) }
            { draw(throughput(bins)) }
            { draw(latency(bins)) }
            { draw(errors(bins)) }
            { draw(utilisation(bins, &props.scenario)) }
            if let Some(lost) = sessions_lost(bins, &props.scenario) {
                { draw(lost) }
            }
            if let Some(servers) = servers(bins, &props.scenario) {
                { draw(servers) }
            }
            if let Some(hits) = hit_ratio(bins, &props.scenario) {
                { draw(hits) }
            }
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

/// Something a second, in a stretch.
fn per_s(count: u64, bin: &Bin) -> f64 {
    count as f64 * 1e9 / bin.length_ns.max(1) as f64
}

fn series(
    name: impl Into<AttrValue>,
    class: &'static str,
    bins: &[Rc<Bin>],
    of: impl Fn(&Bin) -> f64,
) -> Series {
    Series {
        name: name.into(),
        class,
        figures: bins.iter().map(|bin| of(bin)).collect(),
    }
}

fn throughput(bins: &[Rc<Bin>]) -> Figures {
    let mut lines = vec![
        series("offered", "line-offered", bins, |bin| {
            per_s(bin.arrived, bin)
        }),
        series("served", "line-served", bins, |bin| {
            per_s(bin.completed, bin)
        }),
    ];
    if bins.iter().any(|bin| bin.retries > 0) {
        lines.push(series("retries", "line-retries", bins, |bin| {
            per_s(bin.retries, bin)
        }));
    }
    Figures {
        title: "Throughput",
        hook: "throughput",
        measure: Measure::Rate,
        drawing: Drawing::Lines,
        series: lines,
        empty: "The first second is not over yet.",
    }
}

fn latency(bins: &[Rc<Bin>]) -> Figures {
    // A second in which nothing ended has no latency.
    let known = |figure: f64| if figure > 0.0 { figure } else { f64::NAN };
    let any = bins.iter().any(|bin| bin.latency_ms.p50 > 0.0);
    let lines = vec![
        series("p99", "line-p99", bins, |bin| known(bin.latency_ms.p99)),
        series("p95", "line-p95", bins, |bin| known(bin.latency_ms.p95)),
        series("p50", "line-p50", bins, |bin| known(bin.latency_ms.p50)),
    ];
    Figures {
        title: "Latency",
        hook: "latency",
        measure: Measure::Latency,
        drawing: Drawing::Lines,
        series: if any { lines } else { Vec::new() },
        empty: "No request has ended yet.",
    }
}

fn errors(bins: &[Rc<Bin>]) -> Figures {
    let parts = Reason::ALL
        .into_iter()
        .enumerate()
        .filter(|(number, _)| bins.iter().any(|bin| bin.failed[*number] > 0))
        .map(|(number, reason)| {
            series(short_words(reason), reason_class(number), bins, |bin| {
                per_s(bin.failed[number], bin)
            })
        })
        .collect();
    Figures {
        title: "Errors",
        hook: "errors",
        measure: Measure::Rate,
        drawing: Drawing::Stacked,
        series: parts,
        empty: "No request failed.",
    }
}

/// The reason in the two words that fit beside a chart.
fn short_words(reason: Reason) -> &'static str {
    match reason {
        Reason::TimedOut => "timed out",
        Reason::QueueFull => "line full",
        Reason::ConnectionRefused => "refused",
        Reason::ConnectionReset => "reset",
        Reason::NoHealthyInstance => "none healthy",
        Reason::TooManyConnections => "connections",
        Reason::DiskFull => "disk full",
        Reason::TooManyInFlight => "in flight",
    }
}

fn reason_class(number: usize) -> &'static str {
    const CLASSES: [&str; Reason::COUNT] = [
        "reason-1", "reason-2", "reason-3", "reason-4", "reason-5", "reason-6", "reason-7",
        "reason-8",
    ];
    CLASSES[number]
}

/// Dashes and shades that tell one component's line from another's.
fn line_class(number: usize) -> &'static str {
    const CLASSES: [&str; 6] = ["line-1", "line-2", "line-3", "line-4", "line-5", "line-6"];
    CLASSES[number % CLASSES.len()]
}

/// A line for each component that `keep` keeps.
fn by_component(
    bins: &[Rc<Bin>],
    scenario: &Scenario,
    keep: impl Fn(usize, &Kind) -> bool,
    of: impl Fn(&ComponentBin) -> f64,
) -> Vec<Series> {
    let kept = scenario
        .design
        .components
        .iter()
        .enumerate()
        .filter(|(number, component)| keep(*number, &component.kind));
    kept.enumerate()
        .map(|(place, (number, component))| {
            series(component.id.clone(), line_class(place), bins, |bin| {
                bin.components.get(number).map_or(f64::NAN, &of)
            })
        })
        .collect()
}

fn utilisation(bins: &[Rc<Bin>], scenario: &Scenario) -> Figures {
    let works = |_: usize, kind: &Kind| {
        matches!(kind, Kind::Service(_) | Kind::Cache(_) | Kind::Database(_))
    };
    Figures {
        title: "Utilisation",
        hook: "utilisation",
        measure: Measure::Share,
        drawing: Drawing::Lines,
        series: by_component(bins, scenario, works, |bin| f64::from(bin.utilisation)),
        empty: "Nothing in this design does any work.",
    }
}

/// The share of requests whose session was lost, where sessions live in one of several servers.
fn sessions_lost(bins: &[Rc<Bin>], scenario: &Scenario) -> Option<Figures> {
    let can_lose = |number: usize, kind: &Kind| {
        let lost = |bin: &Rc<Bin>| {
            let component = bin.components.get(number);
            component.is_some_and(|bin| bin.sessions_lost > 0)
        };
        let has_others = matches!(kind, Kind::Service(service)
            if service.sessions == SessionStore::Server && service.instances > 1);
        has_others || bins.iter().any(lost)
    };
    let numbers: Vec<usize> = (0..)
        .zip(&scenario.design.components)
        .filter(|(number, component)| can_lose(*number, &component.kind))
        .map(|(number, _)| number)
        .collect();
    let lost_share = |bin: &Bin| {
        let lost = |number: &usize| {
            bin.components
                .get(*number)
                .map_or(0, |bin| bin.sessions_lost)
        };
        let lost: u32 = numbers.iter().map(lost).sum();
        f64::from(lost) / (bin.arrived.max(1)) as f64
    };
    (!numbers.is_empty()).then(|| Figures {
        title: "Sessions lost",
        hook: "sessions-lost",
        measure: Measure::Share,
        drawing: Drawing::Lines,
        series: vec![series("of requests", line_class(0), bins, lost_share)],
        empty: "The first second is not over yet.",
    })
}

/// How many servers serve, of what is scaled; nothing when nothing is.
fn servers(bins: &[Rc<Bin>], scenario: &Scenario) -> Option<Figures> {
    let is_scaled = |_: usize, kind: &Kind| kind.autoscaling().is_some();
    let lines = by_component(bins, scenario, is_scaled, |bin| f64::from(bin.servers));
    (!lines.is_empty()).then_some(Figures {
        title: "Servers",
        hook: "servers",
        measure: Measure::Number,
        drawing: Drawing::Lines,
        series: lines,
        empty: "The first second is not over yet.",
    })
}

/// The share of look-ups that hit, of what stores; nothing when nothing does.
fn hit_ratio(bins: &[Rc<Bin>], scenario: &Scenario) -> Option<Figures> {
    let stores = |number: usize, kind: &Kind| {
        let asked = |bin: &Rc<Bin>| {
            bin.components
                .get(number)
                .is_some_and(|bin| bin.hits + bin.misses > 0)
        };
        matches!(kind, Kind::Cache(_)) || bins.iter().any(asked)
    };
    let lines = by_component(bins, scenario, stores, |bin| {
        let looked_up = bin.hits + bin.misses;
        if looked_up == 0 {
            f64::NAN
        } else {
            f64::from(bin.hits) / f64::from(looked_up)
        }
    });
    (!lines.is_empty()).then_some(Figures {
        title: "Hit ratio",
        hook: "hit-ratio",
        measure: Measure::Share,
        drawing: Drawing::Lines,
        series: lines,
        empty: "Nothing has been looked up yet.",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_scenario::{Autoscaling, Cache, Component, Database, Service};

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
        let figures = throughput(&[bin(100, [0; Reason::COUNT], 0, 0)]);
        assert_eq!(figures.series[0].figures, [200.0]);
    }

    #[test]
    fn only_reasons_that_happened_are_drawn() {
        let mut failed = [0; Reason::COUNT];
        failed[1] = 3;
        let figures = errors(&[bin(1, failed, 0, 0)]);
        assert_eq!(figures.series.len(), 1);
        assert_eq!(figures.series[0].name, short_words(Reason::QueueFull));
        assert_eq!(figures.series[0].figures, [6.0]);
        assert!(
            errors(&[bin(1, [0; Reason::COUNT], 0, 0)])
                .series
                .is_empty()
        );
    }

    #[test]
    fn lost_sessions_are_drawn_where_there_is_another_server_to_land_at() {
        let servers = |instances, sessions| {
            with(Kind::Service(Service {
                instances,
                sessions,
                ..Service::default()
            }))
        };
        let bin = Rc::new(Bin {
            arrived: 40,
            components: vec![ComponentBin {
                sessions_lost: 10,
                ..ComponentBin::default()
            }],
            ..Bin::default()
        });
        let figures = sessions_lost(&[bin], &servers(3, SessionStore::Server)).expect("three");
        assert_eq!(figures.series[0].figures, [0.25]);
        assert!(sessions_lost(&[], &servers(3, SessionStore::Server)).is_some());
        assert!(sessions_lost(&[], &servers(1, SessionStore::Server)).is_none());
        assert!(sessions_lost(&[], &servers(3, SessionStore::None)).is_none());
    }

    #[test]
    fn servers_are_drawn_where_they_are_scaled() {
        let mut service = Service::default();
        let bin = Bin {
            components: vec![ComponentBin {
                servers: 3.5,
                ..ComponentBin::default()
            }],
            ..Bin::default()
        };
        let bins = [Rc::new(bin)];
        assert!(servers(&bins, &with(Kind::Service(service.clone()))).is_none());
        service.autoscaling = Some(Autoscaling::default());
        let figures = servers(&bins, &with(Kind::Service(service))).expect("it is scaled");
        assert_eq!(figures.series[0].figures, [3.5]);
    }

    #[test]
    fn hit_ratios_are_drawn_where_something_is_looked_up() {
        let cache = with(Kind::Cache(Cache::default()));
        let figures = hit_ratio(&[bin(1, [0; Reason::COUNT], 3, 1)], &cache).expect("a cache");
        assert_eq!(figures.series[0].figures, [0.75]);
        let figures = hit_ratio(&[bin(1, [0; Reason::COUNT], 0, 0)], &cache).expect("a cache");
        assert!(
            figures.series[0].figures[0].is_nan(),
            "nothing looked up is no ratio"
        );
        let database = with(Kind::Database(Database::default()));
        assert!(hit_ratio(&[bin(1, [0; Reason::COUNT], 0, 0)], &database).is_none());
    }
}

//! Every waiting line of the design: how long it is, how long one waits, who was turned away.

use std::cmp::Reverse;
use std::rc::Rc;

use headroom_engine::snapshot::{ComponentGauge, InstanceGauge, InstanceState, Snapshot};
use headroom_scenario::{Component, Kind, Scenario};
use yew::prelude::*;

use crate::charts::history::History;
use crate::charts::sparkline::Sparkline;
use crate::format;
use crate::lettering::Lettering;
use crate::order::sort_by_key;
use crate::selection::Selection;

/// Seconds of history beside each line.
const HISTORY_BINS: usize = 60;
/// Instances that get a line each; of more, the longest.
const LINES_MAX: usize = 8;
/// How many of the longest.
const LONGEST: usize = 5;
/// A bar this long means at least so many waiting: one alone is not a full bar.
const BAR_LEAST: u32 = 10;

/// The panel of waiting lines.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The design as it is now.
    pub scenario: Rc<Scenario>,
    /// Its figures, once there are some.
    pub snapshot: Option<Rc<Snapshot>>,
    /// What is behind.
    pub history: Rc<History>,
    /// A component or an instance was picked.
    pub on_select: Callback<Option<Selection>>,
}

/// The panel of waiting lines.
#[component]
pub fn QueuesPanel(props: &Props) -> Html {
    let components = props.scenario.design.components.present();
    let lines: Vec<Html> = components
        .filter_map(|(number, component)| {
            let limit = Limit::of(&component.kind)?;
            let gauge = props.snapshot.as_ref()?.components.get(number)?;
            Some(queue(props, number, gauge, limit))
        })
        .collect();
    html! {
        <div class="queues" data-testid="queues-panel">
            if lines.is_empty() {
                <p class="nothing">{ "Nothing in this design has a waiting line." }</p>
            }
            if let (false, Some(snapshot)) = (lines.is_empty(), &props.snapshot) {
                <h2 class="eyebrow">
                    { "Waiting lines" }
                    <span class="at">{ format!("mean wait: {}", format::lately(snapshot.recent.length_ns)) }</span>
                </h2>
            }
            { for lines }
        </div>
    }
}

/// The names of instances beside their lines, and the room there is for them.
const NAMES: Lettering = Lettering::bold(12.0);
const NAME_WIDTH: f64 = 62.0;

/// Where a waiting line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    /// At so many waiting, at each instance.
    Waiting(u32),
    /// At so many connections, running ones counted.
    Connections(u32),
    /// Nowhere.
    None,
}

impl Limit {
    /// The limit of a kind; nothing for kinds without a line.
    fn of(kind: &Kind) -> Option<Limit> {
        match kind {
            Kind::Service(service) => Some(Limit::Waiting(service.queue_limit)),
            Kind::Database(database) => Some(Limit::Connections(database.connections)),
            Kind::Cache(_) => Some(Limit::None),
            Kind::Clients(_) | Kind::Dns(_) | Kind::LoadBalancer(_) => None,
        }
    }

    fn words(self) -> String {
        let count = |number: u32| format::count(u64::from(number));
        match self {
            Limit::Waiting(most) => format!("{} each", count(most)),
            Limit::Connections(most) => format!("{} open", count(most)),
            Limit::None => "none".to_string(),
        }
    }
}

fn queue(props: &Props, number: usize, gauge: &ComponentGauge, limit: Limit) -> Html {
    let component = &props.scenario.design.components[number];
    let id = component.id.clone();
    let history = latest(&props.history, number);
    let longest = history.iter().copied().fold(0.0, f64::max);
    let label = format!(
        "Waiting at {} over the last {} seconds, at most {}",
        component.title(),
        history.len(),
        format::rate(longest)
    );
    let full = gauge
        .instances
        .iter()
        .any(|instance| is_full(instance, limit));
    let on_select = {
        let (on_select, id) = (props.on_select.clone(), id.clone());
        move |_| on_select.emit(Some(Selection::Component(id.clone())))
    };
    html! {
        <section class="queue" data-testid={format!("queue-{id}")}>
            <div class="queue-head">
                <button type="button" class="place" data-control="queue" data-of={id.clone()} title={component.title().to_owned()}
                    onclick={on_select}>{ component.title() }</button>
                <Sparkline figures={history} {label} />
            </div>
            <dl class="facts">
                { fact("waiting", "waiting", format::count(u64::from(gauge.queue_depth)), false) }
                { fact("wait", "mean wait", format::ms(gauge.wait_ms_mean), false) }
                { fact("dropped", "turned away", format::count(gauge.dropped), gauge.dropped > 0) }
                { fact("limit", "limit", limit.words(), full) }
            </dl>
            { instances(props, component, gauge, limit) }
        </section>
    }
}

fn fact(hook: &'static str, name: &'static str, figure: String, bad: bool) -> Html {
    html! {
        <div>
            <dd class={bad.then_some("bad")} data-testid={format!("queue-{hook}")}>{ figure }</dd>
            <dt>{ name }</dt>
        </div>
    }
}

/// Mean number waiting in each of the last seconds.
fn latest(history: &History, number: usize) -> Vec<f64> {
    let bins = history.seconds();
    let first = bins.len().saturating_sub(HISTORY_BINS);
    bins[first..]
        .iter()
        .map(|bin| {
            bin.components
                .get(number)
                .map_or(0.0, |bin| f64::from(bin.queue_mean))
        })
        .collect()
}

fn is_full(instance: &InstanceGauge, limit: Limit) -> bool {
    match limit {
        Limit::Waiting(most) => instance.queue_depth >= most.max(1),
        Limit::Connections(most) => instance.busy + instance.queue_depth >= most,
        Limit::None => false,
    }
}

/// A line for each instance, or for those with the longest lines.
fn instances(props: &Props, component: &Component, gauge: &ComponentGauge, limit: Limit) -> Html {
    let mut present: Vec<(u16, &InstanceGauge)> = (0u16..)
        .zip(&gauge.instances)
        .filter(|(_, instance)| instance.state != InstanceState::Gone)
        .collect();
    if present.len() < 2 {
        return Html::default();
    }
    let longest = present
        .iter()
        .map(|(_, instance)| instance.queue_depth)
        .max()
        .unwrap_or(0);
    let others = present.len().saturating_sub(LONGEST);
    let shortened = present.len() > LINES_MAX;
    if shortened {
        sort_by_key(&mut present, |(_, instance)| Reverse(instance.queue_depth));
        present.truncate(LONGEST);
    }
    html! {
        <>
            { for present.into_iter().map(|(number, instance)| {
                let name = component.instance_name(number);
                let on_select = props.on_select.clone();
                let selection = Selection::Instance(component.id.clone(), number);
                html! {
                    <div class="line">
                        <button type="button" class="place small" data-control="queue"
                            data-of={name.clone()} title={name.clone()}
                            onclick={move |_| on_select.emit(Some(selection.clone()))}>
                            { NAMES.cut_name(&name, NAME_WIDTH) }
                        </button>
                        { bar(instance, longest.max(BAR_LEAST), is_full(instance, limit)) }
                        <span class="figure">{ depth_words(instance) }</span>
                    </div>
                }
            }) }
            if shortened {
                <p class="note">
                    { format!("The longest of {}; the other {} are no longer.",
                        format::count((others + LONGEST) as u64), format::count(others as u64)) }
                </p>
            }
        </>
    }
}

fn depth_words(instance: &InstanceGauge) -> String {
    match instance.state {
        InstanceState::Down => "down".to_string(),
        _ if instance.hangs => {
            format!("{} · hangs", format::count(u64::from(instance.queue_depth)))
        }
        InstanceState::Booting => "booting".to_string(),
        _ => format::count(u64::from(instance.queue_depth)),
    }
}

fn bar(instance: &InstanceGauge, end: u32, full: bool) -> Html {
    let wide = f64::from(instance.queue_depth) / f64::from(end.max(1)) * 160.0;
    html! {
        <svg class="depth" viewBox="0 0 160 8" preserveAspectRatio="none" aria-hidden="true">
            <rect class="ground" width="160" height="8" rx="2" />
            <rect class={if full { "bar full" } else { "bar" }} width={format!("{wide:.1}")}
                height="8" rx="2" />
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::series::{Bin, ComponentBin};
    use headroom_engine::time::NS_PER_S;
    use headroom_scenario::{Clients, Database, Service};

    #[test]
    fn only_what_makes_requests_wait_has_a_line() {
        assert_eq!(Limit::of(&Kind::Clients(Clients::default())), None);
        let service = Service {
            queue_limit: 50,
            ..Service::default()
        };
        assert_eq!(Limit::of(&Kind::Service(service)), Some(Limit::Waiting(50)));
        let database = Database {
            connections: 20,
            ..Database::default()
        };
        let limit = Limit::of(&Kind::Database(database));
        assert_eq!(limit, Some(Limit::Connections(20)));
    }

    #[test]
    fn history_is_the_last_minute() {
        let mut history = History::default();
        for second in 0..100u16 {
            let component = ComponentBin {
                queue_mean: f32::from(second),
                ..ComponentBin::default()
            };
            history.take(Bin {
                length_ns: NS_PER_S,
                components: vec![component],
                ..Bin::default()
            });
        }
        let figures = latest(&history, 0);
        assert_eq!((figures.len(), figures[0], figures[59]), (60, 40.0, 99.0));
        assert_eq!(
            latest(&history, 7)[0],
            0.0,
            "a component that came later waited for nobody"
        );
    }
}

//! The data of the design: where every copy of a database is in the log of its writes, what would be lost, and what
//! is read that is older.

mod tape;

use std::rc::Rc;

use headroom_engine::replication::ReplicationGauge;
use headroom_engine::series::ComponentBin;
use headroom_engine::snapshot::{
    ComponentGauge, InstanceGauge, InstanceState, KindGauge, Snapshot,
};
use headroom_scenario::{Action, Component, Kind, Scenario};
use yew::prelude::*;

use crate::charts::history::History;
use crate::charts::sparkline::Sparkline;
use crate::copies::{self, Copy};
use crate::deed;
use crate::format;
use crate::lettering::Lettering;
use crate::selection::Selection;

/// Seconds of history of what is read that is older.
const HISTORY_BINS: usize = 60;
/// The names of copies in their table, and the room there is for them.
const NAMES: Lettering = Lettering::bold(12.0);
const NAME_WIDTH: f64 = 62.0;

/// The panel of data.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The design as it is now.
    pub scenario: Rc<Scenario>,
    /// Its figures, once there are some.
    pub snapshot: Option<Rc<Snapshot>>,
    /// What is behind.
    pub history: Rc<History>,
    /// Nothing can be changed.
    pub read_only: bool,
    /// A copy was picked.
    pub on_select: Callback<Option<Selection>>,
    /// A replica was added.
    pub on_action: Callback<Action>,
}

/// The panel of data: a section for each database.
#[component]
pub fn DataPanel(props: &Props) -> Html {
    let components = props.scenario.design.components.present();
    let databases: Vec<Html> = components
        .filter(|(_, component)| matches!(component.kind, Kind::Database(_)))
        .filter_map(|(number, component)| {
            let gauge = props.snapshot.as_ref()?.components.get(number)?;
            Some(database(props, number, component, gauge))
        })
        .collect();
    html! {
        <div class="data" data-testid="data-panel">
            if databases.is_empty() {
                <p class="nothing">{ "No database of its own in this design: the data are on the servers, and die with them." }</p>
            }
            { for databases }
        </div>
    }
}

fn database(props: &Props, number: usize, component: &Component, gauge: &ComponentGauge) -> Html {
    let there = present(gauge);
    let replication = gauge.replication();
    html! {
        <section data-testid={format!("data-{}", component.id)}>
            <h2 class="eyebrow">{ component.title() }</h2>
            if let Some(all) = replication {
                { lost_now(all) }
                { tape::draw(component, all, &there) }
                { table(props, component, all, &there) }
                { stale(props, number, component) }
                { counts(all, &gauge.kind) }
            } else {
                <p class="nothing">
                    { "One database, no copies. When its machine dies, nothing answers until it is repaired, and \
                       with its disk all data goes." }
                </p>
                <p class="nothing">
                    { "A replica follows the log of its writes, answers reads, and takes its place when it dies." }
                </p>
                { adding(props, component, there.len()) }
            }
        </section>
    }
}

/// The instances that there are.
fn present(gauge: &ComponentGauge) -> Vec<(u16, &InstanceGauge)> {
    let instances = (0..).zip(&gauge.instances);
    instances
        .filter(|(_, instance)| instance.state != InstanceState::Gone)
        .collect()
}

/// What would be lost.
fn lost_now(all: &ReplicationGauge) -> Html {
    html! {
        <p class="lost-now">
            { "Lost if the primary died now: " }
            <b class={(all.unreceived > 0).then_some("bad")} data-testid="unreceived" data-value={all.unreceived.to_string()}>
                { format::counted(all.unreceived, "write", "writes") }
            </b>
        </p>
    }
}

fn table(
    props: &Props,
    component: &Component,
    all: &ReplicationGauge,
    there: &[(u16, &InstanceGauge)],
) -> Html {
    html! {
        <>
            <table class="copies">
                <thead><tr>
                    <th scope="col">{ "copy" }</th>
                    <th scope="col">{ "behind" }</th>
                    <th scope="col">{ "calls/s" }</th>
                    <th scope="col">{ "state" }</th>
                </tr></thead>
                <tbody>
                    { for there.iter().filter_map(|(instance, gauge)| {
                        Some(row(props, component, Copy::of(all, *instance)?, gauge))
                    }) }
                </tbody>
            </table>
            { adding(props, component, there.len()) }
        </>
    }
}

fn row(props: &Props, component: &Component, copy: Copy<'_>, gauge: &InstanceGauge) -> Html {
    let name = component.instance_title(copy.instance);
    let on_select = props.on_select.clone();
    let selection = Selection::Instance(component.id.clone(), copy.instance);
    let cut_off = gauge.is_cut_off.then_some("cut off");
    let stopped = copies::stopped(gauge).or(cut_off);
    html! {
        <tr data-testid="copy" data-of={name.clone()}>
            <th scope="row">
                <button type="button" class="place small" data-control="copy" data-of={name.clone()} title={name.clone()}
                    onclick={move |_| on_select.emit(Some(selection.clone()))}>{ NAMES.cut_name(&name, NAME_WIDTH) }</button>
                <span class="role">{ copy.role().unwrap_or("replica") }</span>
            </th>
            <td data-testid="copy-behind" data-value={copy.behind().to_string()}>{ behind(copy) }</td>
            <td>{ format::rate(gauge.throughput_rps) }</td>
            <td class={stopped.is_some().then_some("bad")} data-testid="copy-state">
                { stopped.map_or_else(|| format::gauge(gauge.utilisation), str::to_owned) }
            </td>
        </tr>
    }
}

/// How far behind a copy is, short.
fn behind(copy: Copy<'_>) -> String {
    match copy.behind() {
        _ if !copy.is_seeded() => copy.progress(),
        0 => "–".to_owned(),
        behind => format!(
            "{} · {}",
            format::short_rate(behind as f64),
            format::ms(copy.gauge.lag_ms)
        ),
    }
}

/// Adds a replica, where there is room for one.
fn adding(props: &Props, component: &Component, present: usize) -> Html {
    let deed = deed::adding(component, present).filter(|_| !props.read_only);
    let button = deed.map(|deed| {
        let (on_action, action) = (props.on_action.clone(), deed.action);
        html! {
            <button type="button" class="btn small" data-control={deed.control} data-of={component.id.clone()} title={deed.help}
                onclick={move |_| on_action.emit(action.clone())}>{ deed.words }</button>
        }
    });
    button.into_iter().collect()
}

/// Reads that were older than they should have been, over the last seconds.
fn stale(props: &Props, number: usize, component: &Component) -> Html {
    let share = |part: &ComponentBin| match part.reads {
        0 => 0.0,
        reads => f64::from(part.stale_reads) / f64::from(reads),
    };
    let of = |parts: &[ComponentBin]| parts.get(number).map_or(0.0, share);
    let bins = props.history.seconds();
    let first = bins.len().saturating_sub(HISTORY_BINS);
    let figures: Vec<f64> = bins[first..]
        .iter()
        .map(|bin| of(&bin.components))
        .collect();
    let recent = props.snapshot.as_ref().map(|snapshot| &snapshot.recent);
    let lately = recent.map_or(0.0, |bin| of(&bin.components));
    let label = format!(
        "Share of reads of {} that were stale, over the last {} seconds",
        component.title(),
        figures.len()
    );
    html! {
        <>
            <h3 class="eyebrow">
                { "Stale reads" }
                if let Some(recent) = recent {
                    <span class="at">{ format::lately(recent.length_ns) }</span>
                }
            </h3>
            <div class="stale-lately">
                <b data-testid="stale-share" data-value={lately.to_string()}>{ format::share(lately) }</b>
                <Sparkline {figures} {label} />
            </div>
        </>
    }
}

/// What has come of having copies since the start.
fn counts(all: &ReplicationGauge, kind: &KindGauge) -> Html {
    let lost = writes_lost(kind);
    let promotions = u64::from(all.epoch.saturating_sub(1));
    let facts = [
        ("stale reads", all.stale_reads, false),
        ("missed their own write", all.own_writes_missed, false),
        ("writes lost", lost, lost > 0),
        ("promotions", promotions, false),
    ];
    html! {
        <>
            <h3 class="eyebrow">{ "Since the start" }</h3>
            <dl class="facts doings">
                { for facts.into_iter().map(|(name, count, is_bad)| html! {
                    <div>
                        <dd class={is_bad.then_some("bad")} data-testid={format!("data-{}", name.replace(' ', "-"))}
                            data-value={count.to_string()}>{ format::count(count) }</dd>
                        <dt>{ name }</dt>
                    </div>
                }) }
            </dl>
        </>
    }
}

fn writes_lost(kind: &KindGauge) -> u64 {
    match kind {
        KindGauge::Database { writes_lost, .. } | KindGauge::Cache { writes_lost, .. } => {
            *writes_lost
        }
        KindGauge::Plain
        | KindGauge::Clients { .. }
        | KindGauge::Dns { .. }
        | KindGauge::LoadBalancer { .. }
        | KindGauge::Service { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use headroom_engine::replication::{CopyGauge, Role};

    #[test]
    fn how_far_behind_a_copy_is_fits_a_column() {
        let of = |role, applied, seeded_share| ReplicationGauge {
            position: 31_000,
            copies: vec![CopyGauge {
                role,
                applied,
                seeded_share,
                lag_ms: 23.4,
                ..CopyGauge::default()
            }],
            ..ReplicationGauge::default()
        };
        let told = |all: ReplicationGauge| {
            let copy = Copy::of(&all, 0).expect("it is there");
            behind(copy).replace('\u{a0}', " ")
        };
        assert_eq!(told(of(Role::Primary, 31_000, 1.0)), "–");
        assert_eq!(told(of(Role::Replica, 30_994, 1.0)), "6 · 23 ms");
        assert_eq!(told(of(Role::Replica, 0, 1.0)), "31k · 23 ms");
        assert_eq!(told(of(Role::Seeding, 0, 0.25)), "seeding 25 %");
    }
}

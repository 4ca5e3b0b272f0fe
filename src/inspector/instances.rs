//! The instances of a component: their state, and what can be done to each.

use std::rc::Rc;

use headroom_engine::series::ComponentBin;
use headroom_engine::snapshot::{ComponentGauge, Cost, InstanceGauge, InstanceState, KindGauge};
use headroom_engine::time::NS_PER_S;
use headroom_scenario::{Action, Checkup, Component, Scenario, Target};
use yew::prelude::*;

use crate::copies::{self, Copy};
use crate::deed::{self, Among};
use crate::format::{self, capital};
use crate::intent::{Intent, Intents};

/// More instances than this are scrolled by themselves: they would push the rest out of sight.
const ROWS_MAX: usize = 6;

/// What the list needs.
#[derive(Clone, PartialEq, Properties)]
pub struct InstancesProps {
    /// The component.
    pub component: Component,
    /// The same at this moment.
    pub gauge: ComponentGauge,
    /// What it did in the last few seconds.
    pub recent: ComponentBin,
    /// How many nanoseconds those are.
    pub length_ns: u64,
    /// What it costs a month now, in US dollars.
    pub usd_month: f64,
    /// The design that it is a part of.
    pub live: Rc<Scenario>,
    /// The instance that is selected.
    pub chosen: Option<u16>,
    /// Nothing can be done.
    pub read_only: bool,
    /// Where wishes go.
    pub intents: Intents,
}

/// One row for each instance that is there.
#[component]
pub fn Instances(props: &InstancesProps) -> Html {
    let there = || {
        let all = props.gauge.instances.iter().enumerate();
        all.filter(|(_, instance)| instance.state != InstanceState::Gone)
    };
    let wish = |action: Action| {
        let intents = props.intents.clone();
        Callback::from(move |_: MouseEvent| intents.emit(Intent::Apply(action.clone())))
    };
    let component = || props.gauge.id.clone();
    let count = there().count();
    let adding = deed::adding(&props.component, count);
    html! {
        <div class="instances">
            <ul class={(count > ROWS_MAX).then_some("scrolled")}>
                { for there().map(|(place, instance)| row(props, place as u16, instance, count)) }
            </ul>
            if let Some(room) = room_words(&props.gauge.kind) {
                <p class="help" data-testid="room">{ room }</p>
            }
            if let Some(disk) = disk_words(&props.gauge.kind) {
                <p class="help" data-testid="disk">{ disk }</p>
            }
            { doings(&props.recent, props.length_ns, &props.gauge.kind) }
            if let Some(cost) = cost_words(&props.gauge.cost, props.usd_month) {
                <p class="note" data-testid="cost">{ cost }</p>
            }
            if let Some(deed) = adding.filter(|_| !props.read_only) {
                <button class="btn small" data-control={deed.control} data-of={component()} title={deed.help}
                    onclick={wish(deed.action)}>{ deed.short }</button>
            }
        </div>
    }
}

fn row(props: &InstancesProps, number: u16, instance: &InstanceGauge, count: usize) -> Html {
    let (name, title) = (
        props.component.instance_name(number),
        props.component.instance_title(number),
    );
    let gauge = &props.gauge;
    let rate_rps = gauge.throughput_rps + gauge.failed_rps;
    let checkup = props
        .live
        .checkup(&gauge.id, number, instance.slow_factor, rate_rps);
    let among = Among::of(Some(gauge), number, count);
    let deeds = deed::of_instance(&props.component, number, instance, among);
    // What is done to all of them stands below the list.
    let own = deeds
        .into_iter()
        .filter(|deed| matches!(deed.action.target(), Target::Instance(..)));
    let copy = gauge.replication().and_then(|all| Copy::of(all, number));
    let state = match copy.filter(|_| copies::stopped(instance).is_none()) {
        Some(copy) => format!(
            "{}{}{} busy · {}",
            copy.role()
                .map_or_else(String::new, |role| format!("{role} · ")),
            if instance.is_cut_off {
                "cut off · "
            } else {
                ""
            },
            format::gauge(instance.utilisation),
            copy.progress()
        ),
        None => state_words(instance, checkup),
    };
    html! {
        <li class={classes!("instance", (props.chosen == Some(number)).then_some("on"))}>
            <div class="instance-name"><b title={title.clone()}>{ &title }</b><span>{ state }</span></div>
            if !props.read_only {
                <div class="instance-actions">
                    { for own.map(|deed| {
                        let (intents, action) = (props.intents.clone(), deed.action);
                        let onclick = move |_: MouseEvent| intents.emit(Intent::Apply(action.clone()));
                        html! {
                            <button key={deed.control} class="btn small" data-control={deed.control} data-of={name.clone()} title={deed.help}
                                aria-label={format!("{} {title}", deed.short)} {onclick}>{ deed.short }</button>
                        }
                    }) }
                </div>
            }
        </li>
    }
}

/// What there is room for in memory: `Room for 4,000 entries in each node`.
fn room_words(kind: &KindGauge) -> Option<String> {
    let entries = |room: u32| format::counted(room.into(), "entry", "entries");
    match kind {
        KindGauge::Cache { room, .. } => Some(format!("Room for {} in each node", entries(*room))),
        KindGauge::Database {
            buffer_room: None, ..
        } => Some("All data fits into memory".into()),
        KindGauge::Database {
            buffer_room: Some(room),
            ..
        } => Some(format!("Room for {} in memory", entries(*room))),
        KindGauge::Service { own_cache_room, .. } => (*own_cache_room > 0).then(|| {
            let room = entries(*own_cache_room);
            format!("Room for {room} in each server's own cache")
        }),
        KindGauge::Plain
        | KindGauge::Clients { .. }
        | KindGauge::Dns { .. }
        | KindGauge::LoadBalancer { .. } => None,
    }
}

/// How full a database's disk is, where that is looked at: `7.5 GB of data on a disk of 8 GB: 94 % full`.
fn disk_words(kind: &KindGauge) -> Option<String> {
    let KindGauge::Database {
        data_gb,
        disk_gb,
        disk_used_share: Some(share),
        ..
    } = kind
    else {
        return None;
    };
    Some(format!(
        "{} of data on a disk of {}: {} full",
        format::data(*data_gb),
        format::data(*disk_gb),
        format::gauge(*share)
    ))
}

/// What it costs: `$210 a month now, $192 on average so far`. Nothing of what is free.
fn cost_words(cost: &Cost, usd_month: f64) -> Option<String> {
    let now = Cost { usd_month, ..*cost };
    match now {
        Cost {
            usd_month,
            usd_month_mean,
            ..
        } if usd_month.max(usd_month_mean) < 0.01 => None,
        _ if now.has_changed() => Some(format!(
            "{} a month now, {} on average so far",
            format::usd(now.usd_month),
            format::usd(now.usd_month_mean)
        )),
        _ => Some(format!("{} a month", format::usd(now.usd_month))),
    }
}

/// A figure's name, and the figure.
type Fact = (&'static str, String);

/// What its kind did in the last few seconds, and since the start.
fn doings(recent: &ComponentBin, length_ns: u64, kind: &KindGauge) -> Html {
    html! {
        <>
            { listed(&capital(&format::lately(length_ns)), "lately", lately(recent, length_ns, kind)) }
            { listed("Since the start", "since-start", since_start(kind)) }
        </>
    }
}

fn listed(heading: &str, hook: &str, facts: Vec<Fact>) -> Html {
    if facts.is_empty() {
        return Html::default();
    }
    html! {
        <>
            <h3 class="eyebrow as-said">{ heading }</h3>
            <dl class="facts doings">
                { for facts.into_iter().map(|(name, figure)| html! {
                    <div><dd data-testid={format!("{hook}-{}", name.replace(' ', "-"))}>{ figure }</dd><dt>{ name }</dt></div>
                }) }
            </dl>
        </>
    }
}

fn lately(recent: &ComponentBin, length_ns: u64, kind: &KindGauge) -> Vec<Fact> {
    let a_second = |count: u32| {
        let rate = f64::from(count) * NS_PER_S as f64 / length_ns.max(1) as f64;
        format!("{}/s", format::rate(rate))
    };
    match kind {
        KindGauge::Cache { .. } => vec![
            ("hits", share(recent.hits, recent.hits + recent.misses)),
            ("stale hits", share(recent.stale_hits, recent.hits)),
            ("evictions", a_second(recent.evictions)),
        ],
        KindGauge::Database { replication, .. } => {
            let copied = replication.is_some();
            let stale = || ("stale reads", share(recent.stale_reads, recent.reads));
            let queries = [
                ("reads", a_second(recent.reads)),
                ("writes", a_second(recent.writes)),
            ];
            queries.into_iter().chain(copied.then(stale)).collect()
        }
        KindGauge::Service { sessions, .. } if *sessions > 0 => vec![(
            "requests that had to log in",
            share(recent.login_calls, recent.session_calls),
        )],
        KindGauge::Plain
        | KindGauge::Clients { .. }
        | KindGauge::Dns { .. }
        | KindGauge::LoadBalancer { .. }
        | KindGauge::Service { .. } => Vec::new(),
    }
}

/// What its policies have cost since the start, or a disk that is gone.
fn since_start(kind: &KindGauge) -> Vec<Fact> {
    match kind {
        KindGauge::Cache { writes_lost, .. } => {
            vec![("writes lost", format::count(*writes_lost))]
        }
        KindGauge::Database { writes_lost, .. } if *writes_lost > 0 => {
            vec![("writes lost", format::count(*writes_lost))]
        }
        KindGauge::Service {
            sessions,
            sessions_lost,
            ..
        } if *sessions > 0 => vec![("users who had to log in", share(*sessions_lost, *sessions))],
        KindGauge::Plain
        | KindGauge::Clients { .. }
        | KindGauge::Dns { .. }
        | KindGauge::LoadBalancer { .. }
        | KindGauge::Service { .. }
        | KindGauge::Database { .. } => Vec::new(),
    }
}

fn share(part: u32, whole: u32) -> String {
    match whole {
        0 => "–".to_string(),
        whole => format::share(f64::from(part) / f64::from(whole)),
    }
}

/// The state in a few words: `62 % busy`, `dead`, `5 × slower`.
fn state_words(instance: &InstanceGauge, checkup: Option<Checkup>) -> String {
    match instance.state {
        InstanceState::Down => "dead".into(),
        InstanceState::Up | InstanceState::Booting | InstanceState::Draining if instance.hangs => {
            match instance.in_rotation {
                true => "hangs: answers nothing".into(),
                false => "hangs · out of rotation".into(),
            }
        }
        InstanceState::Booting => "starting".into(),
        InstanceState::Draining => "finishing what it has".into(),
        InstanceState::Gone => "gone".into(),
        InstanceState::Up => {
            let mut words = vec![format!("{} busy", format::gauge(instance.utilisation))];
            if instance.slow_factor != 1.0 {
                words.push(format!(
                    "{}\u{a0}× slower",
                    format::plain(instance.slow_factor)
                ));
            }
            if !instance.in_rotation {
                words.push("out of rotation".into());
            } else if let Some(checkup) = checkup {
                words.push(checkup.to_string());
            }
            words.join(" · ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(usd_month_mean: f64) -> Cost {
        Cost {
            usd_month_mean,
            ..Cost::default()
        }
    }

    #[test]
    fn the_cost_is_told_with_its_mean_where_that_is_another() {
        assert_eq!(cost_words(&cost(0.0), 0.0), None);
        assert_eq!(
            cost_words(&cost(210.24), 210.24).as_deref(),
            Some("$210 a month")
        );
        let words = cost_words(&cost(140.2), 210.24);
        assert_eq!(
            words.as_deref(),
            Some("$210 a month now, $140 on average so far")
        );
        let words = cost_words(&cost(70.0), 0.0);
        assert_eq!(
            words.as_deref(),
            Some("$0 a month now, $70 on average so far")
        );
    }

    #[test]
    fn the_room_in_memory_is_told_as_a_figure() {
        let database = |buffer_room| KindGauge::Database {
            connections: 0,
            connections_max: 0,
            reads: 0,
            writes: 0,
            writes_lost: 0,
            values_lost: 0,
            buffer_room,
            disk_gb: 75.0,
            buffer_hit_ratio: 0.0,
            data_gb: 7.5,
            disk_used_share: Some(0.1),
            replication: None,
        };
        let told = |kind: &KindGauge| room_words(kind).map(|words| words.replace('\u{a0}', " "));
        let words = told(&database(Some(6_442)));
        assert_eq!(words.as_deref(), Some("Room for 6,442 entries in memory"));
        let words = told(&database(None));
        assert_eq!(words.as_deref(), Some("All data fits into memory"));
        let words = disk_words(&database(None)).map(|words| words.replace('\u{a0}', " "));
        let expected = "7.5 GB of data on a disk of 75 GB: 10 % full";
        assert_eq!(words.as_deref(), Some(expected));
    }

    #[test]
    fn what_hangs_is_told_from_what_is_dead() {
        let mut instance = crate::diagram::idle();
        instance.hangs = true;
        assert_eq!(state_words(&instance, None), "hangs: answers nothing");
        instance.in_rotation = false;
        assert_eq!(state_words(&instance, None), "hangs · out of rotation");
        instance.state = InstanceState::Down;
        assert_eq!(state_words(&instance, None), "dead");
    }

    #[test]
    fn a_slow_server_that_passes_its_checks_says_so_while_it_is_in_service() {
        let mut instance = crate::diagram::idle();
        instance.slow_factor = 100.0;
        let checkup = Some(Checkup { answer_ms: 105.0 });
        let words = state_words(&instance, checkup);
        assert!(words.ends_with(" · answers its checks in 105 ms, in time"));
        instance.in_rotation = false;
        assert!(!state_words(&instance, checkup).contains("checks"));
    }

    #[test]
    fn a_database_tells_of_writes_that_were_lost_with_its_disk() {
        let told = |writes_lost| {
            let kind = KindGauge::Database {
                connections: 0,
                connections_max: 0,
                reads: 0,
                writes: 0,
                writes_lost,
                values_lost: 0,
                buffer_room: None,
                disk_gb: 0.0,
                buffer_hit_ratio: 0.0,
                data_gb: 0.0,
                disk_used_share: None,
                replication: None,
            };
            since_start(&kind)
        };
        assert_eq!(told(0), []);
        assert_eq!(told(1_234), [("writes lost", "1,234".to_owned())]);
    }

    #[test]
    fn a_cache_tells_the_price_of_its_policies() {
        let recent = ComponentBin {
            hits: 80,
            misses: 20,
            stale_hits: 8,
            evictions: 10,
            ..ComponentBin::default()
        };
        let kind = KindGauge::Cache {
            hit_ratio: 0.8,
            room: 4_000,
            hits: 0,
            misses: 0,
            stale_hits: 0,
            evictions: 0,
            writes_lost: 50,
            values_lost: 5,
        };
        let told: Vec<String> = lately(&recent, 5 * NS_PER_S, &kind)
            .into_iter()
            .map(|(name, figure)| format!("{name} {}", figure.replace('\u{a0}', " ")))
            .collect();
        assert_eq!(told, ["hits 80 %", "stale hits 10 %", "evictions 2/s"]);
        assert_eq!(since_start(&kind), [("writes lost", "50".to_owned())]);
    }
}

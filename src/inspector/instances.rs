//! The instances of a component: their state, and what can be done to each.

use headroom_engine::snapshot::{ComponentGauge, InstanceGauge, InstanceState, KindGauge};
use headroom_scenario::Action;
use yew::prelude::*;

use crate::app::{Intent, Intents};
use crate::format;

/// A slowed instance takes so many times as long.
const SLOW_FACTOR: f64 = 5.0;

/// What the list needs.
#[derive(Clone, PartialEq, Properties)]
pub struct InstancesProps {
    /// The component at this moment.
    pub gauge: ComponentGauge,
    /// The instance that is selected.
    pub chosen: Option<u16>,
    /// Instances can come and go.
    pub scalable: bool,
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
    html! {
        <div class="instances">
            <ul>
                { for there().map(|(place, instance)| row(props, place as u16, instance, count)) }
            </ul>
            if let Some(disk) = disk_words(&props.gauge.kind) {
                <p class="help" data-testid="disk">{ disk }</p>
            }
            if props.scalable && !props.read_only {
                <button class="btn small" data-control="add-instance" data-of={component()}
                    onclick={wish(Action::AddInstance { component: component() })}>{ "Add one" }</button>
            }
        </div>
    }
}

fn row(props: &InstancesProps, number: u16, instance: &InstanceGauge, count: usize) -> Html {
    let name = format!("{}/{}", props.gauge.id, number + 1);
    let action = |label: &'static str, verb: &str, action: Action| {
        let intents = props.intents.clone();
        let onclick =
            Callback::from(move |_: MouseEvent| intents.emit(Intent::Apply(action.clone())));
        html! {
            <button class="btn small" data-control={verb.to_owned()} data-of={name.clone()}
                aria-label={format!("{label} {name}")} {onclick}>{ label }</button>
        }
    };
    let component = || props.gauge.id.clone();
    let is_well = instance.state != InstanceState::Down && instance.slow_factor == 1.0;
    html! {
        <li class={classes!("instance", (props.chosen == Some(number)).then_some("on"))}>
            <div class="instance-name"><b>{ &name }</b><span>{ state_words(instance) }</span></div>
            if !props.read_only {
                <div class="instance-actions">
                    if instance.state == InstanceState::Up {
                        { action("Kill", "kill", Action::Kill { component: component(), instance: number }) }
                    }
                    if is_well && instance.state == InstanceState::Up {
                        { action("Slow", "slow-down", Action::Slow { component: component(), instance: number, factor: SLOW_FACTOR }) }
                    }
                    if !is_well {
                        { action("Repair", "repair", Action::Repair { component: component(), instance: number }) }
                    }
                    if props.scalable && count > 1 && instance.state != InstanceState::Draining {
                        { action("Remove", "remove-instance", Action::RemoveInstance { component: component(), instance: number }) }
                    }
                </div>
            }
        </li>
    }
}

/// How full a database's disk is, where that is looked at: `7.5 GB of data, disk 94 % full`.
fn disk_words(kind: &KindGauge) -> Option<String> {
    match kind {
        KindGauge::Database {
            data_gb,
            disk_used_share: Some(share),
            ..
        } => Some(format!(
            "{} of data, disk {} full",
            format::data(*data_gb),
            format::gauge(*share)
        )),
        _ => None,
    }
}

/// The state in a few words: `62 % busy`, `dead`, `5 × slower`.
fn state_words(instance: &InstanceGauge) -> String {
    match instance.state {
        InstanceState::Down => "dead".into(),
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
            }
            words.join(" · ")
        }
    }
}

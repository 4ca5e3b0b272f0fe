//! The inspector: every parameter of what is selected, with its unit and its range.

mod building;
mod field;
mod form;
mod impairments;
mod instances;
mod subject;

use std::rc::Rc;

use headroom_engine::snapshot::Snapshot;
use headroom_scenario::{Component, Kind, Scenario, price};
use yew::prelude::*;

use crate::intent::{Intent, Intents};
use crate::selection::Selection;
use building::Building;
use form::Form;
use impairments::Impairments;
use instances::Instances;
use subject::Subject;

/// What the inspector needs.
#[derive(Clone, PartialEq, Properties)]
pub struct InspectorProps {
    /// The document.
    pub document: Rc<Scenario>,
    /// Its design as it stands now.
    pub live: Rc<Scenario>,
    /// The gauges, for the state of instances.
    pub snapshot: Option<Rc<Snapshot>>,
    /// What is selected.
    pub selection: Option<Selection>,
    /// Nothing can be changed.
    pub read_only: bool,
    /// Where wishes go.
    pub intents: Intents,
}

/// The inspector.
#[component]
pub fn Inspector(props: &InspectorProps) -> Html {
    html! {
        <div class="inspector">
            { parts(props) }
            { match &props.selection {
                Some(Selection::Component(id) | Selection::Instance(id, _)) => {
                    match props.live.design.component(id) {
                        Some((place, component)) => component_view(props, place, component),
                        // It was taken out.
                        None => design_view(props),
                    }
                }
                Some(Selection::Link { from, to }) => link_view(props, from, to),
                None => design_view(props),
            } }
        </div>
    }
}

/// Every part of the design as a button, so that each can be chosen without pointing at it.
fn parts(props: &InspectorProps) -> Html {
    let select = |selection: Option<Selection>| {
        let intents = props.intents.clone();
        Callback::from(move |_: MouseEvent| intents.emit(Intent::Select(selection.clone())))
    };
    let chosen = props.selection.as_ref().and_then(Selection::component);
    html! {
        <div class="parts" role="group" aria-label="Parts of the design">
            { for props.live.design.components.present().map(|(_, component)| {
                let is_on = chosen == Some(component.id.as_str());
                html! {
                    <button class={classes!("chip", is_on.then_some("on"))} aria-pressed={is_on.to_string()}
                        data-control="inspect" data-of={component.id.clone()} title={component.title().to_owned()}
                        onclick={select(Some(Selection::Component(component.id.clone())))}>{ component.title() }</button>
                }
            }) }
        </div>
    }
}

fn form(props: &InspectorProps, prefix: String, subject: Subject) -> Html {
    let rows = subject.rows(&props.live);
    let (document, live, intents) = (
        props.document.clone(),
        props.live.clone(),
        props.intents.clone(),
    );
    let change = Callback::from(move |(place, value)| {
        intents.emit(subject.change(&document, &live, place, &value)?);
        Ok(())
    });
    html! { <Form {prefix} {rows} read_only={props.read_only} {change} /> }
}

fn component_view(props: &InspectorProps, place: usize, component: &Component) -> Html {
    let gauge = props
        .snapshot
        .as_ref()
        .and_then(|snapshot| snapshot.components.get(place))
        .cloned();
    let chosen = match &props.selection {
        Some(Selection::Instance(_, instance)) => Some(*instance),
        _ => None,
    };
    let is_clients = matches!(component.kind, Kind::Clients(_));
    let gauge = gauge.filter(|gauge| !gauge.instances.is_empty() && !is_clients);
    let recent = props.snapshot.as_ref().map(|snapshot| &snapshot.recent);
    let length_ns = recent.map_or(0, |bin| bin.length_ns);
    let recent = recent.and_then(|bin| bin.components.get(place).copied());
    let instances = gauge.map_or_else(Html::default, |gauge| {
        let usd_month = price::usd_month(&component.kind, gauge.cost.rented.into());
        html! {
            <Instances component={component.clone()} {gauge} recent={recent.unwrap_or_default()} {length_ns} {usd_month} {chosen} read_only={props.read_only}
                live={props.live.clone()} intents={props.intents.clone()} />
        }
    });
    html! {
        <>
            <h2 class="inspector-title">{ component.title() }</h2>
            { instances }
            if is_clients {
                { traffic_view(props) }
            } else {
                { form(props, component.id.clone(), Subject::Component(component.id.clone())) }
            }
            { links_view(props, &component.id) }
            if !props.read_only {
                <Building live={props.live.clone()} component={component.id.clone()} intents={props.intents.clone()} />
            }
        </>
    }
}

fn traffic_view(props: &InspectorProps) -> Html {
    let traffic = &props.live.traffic;
    html! {
        <>
            { form(props, "traffic".into(), Subject::Traffic) }
            { for traffic.classes.iter().enumerate().map(|(place, class)| html! {
                <>
                    <h3 class="eyebrow">{ format!("Class: {}", class.id) }</h3>
                    { form(props, format!("class-{}", class.id), Subject::Class(place)) }
                </>
            }) }
            { for traffic.regions.iter().enumerate().map(|(place, region)| html! {
                <>
                    <h3 class="eyebrow">{ format!("Region: {}", region.id) }</h3>
                    { form(props, format!("region-{}", region.id), Subject::Region(place)) }
                </>
            }) }
        </>
    }
}

/// The links that leave a component.
fn links_view(props: &InspectorProps, id: &str) -> Html {
    let links = props.live.design.links.present();
    links
        .filter(|(_, link)| link.from == id)
        .map(|(_, link)| link_form(props, &link.from, &link.to, false))
        .collect()
}

fn link_view(props: &InspectorProps, from: &str, to: &str) -> Html {
    html! {
        <>
            <h2 class="inspector-title">{ "Link" }</h2>
            { link_form(props, from, to, true) }
        </>
    }
}

fn link_form(props: &InspectorProps, from: &str, to: &str, chosen: bool) -> Html {
    let name = |id| props.live.design.title(id);
    let subject = Subject::Link {
        from: from.into(),
        to: to.into(),
    };
    let impairments = props.live.design.link(from, to).map(|number| {
        let gauge = props.snapshot.as_ref().and_then(|snapshot| snapshot.links.get(number));
        html! {
            <Impairments key={format!("{from}-{to}")} link={props.live.design.links[number].clone()} gauge={gauge.cloned().unwrap_or_default()}
                live={props.live.clone()} {chosen} read_only={props.read_only} intents={props.intents.clone()} />
        }
    });
    html! {
        <>
            <h3 class="eyebrow">{ format!("Link: {} → {}", name(from), name(to)) }</h3>
            { form(props, format!("link-{from}-{to}"), subject) }
            { impairments }
        </>
    }
}

fn design_view(props: &InspectorProps) -> Html {
    html! {
        <>
            <h2 class="inspector-title">{ "What the design must hold" }</h2>
            <p class="help">{ "Headroom and “pays off” are judged by these. Select a part, above or on the diagram, to change it." }</p>
            { form(props, "objectives".into(), Subject::Objectives) }
            if !props.read_only {
                <Building live={props.live.clone()} intents={props.intents.clone()} />
            }
        </>
    }
}

//! The story: what hurts, what this step does about it, and what that changed, measured.

mod comparison;
mod payoff;
mod row;
mod sight;

use headroom_engine::lab::Load;
use headroom_scenario::step::{LADDER, Step};
use yew::prelude::*;

use super::building::{Building, Site};
use super::header::short_title;
use super::icon;
use crate::format;
use crate::intent::{Intent, Intents};
use crate::lab::{Finding, Progress};
use comparison::comparison;
use payoff::payoff;

/// What the story tells.
#[derive(Clone, PartialEq, Properties)]
pub struct StoryProps {
    /// Place of the step, if the document came from one.
    pub step: Option<usize>,
    /// What the document is called: by its own name, where it came from elsewhere.
    pub title: AttrValue,
    /// The load now.
    pub load: Load,
    /// From which load on the step pays off, once it has been found.
    pub payoff: Option<Finding>,
    /// What it changed, once it has been measured.
    pub comparison: Option<Finding>,
    /// How far the search for the one has come.
    pub payoff_progress: Option<Progress>,
    /// How far the runs for the other have come.
    pub comparison_progress: Option<Progress>,
    /// Largest load that the design holds, once it has been found.
    pub capacity: Option<Load>,
    /// The script has faults besides the step's own, which before and after leave out.
    pub leaves_out_faults: bool,
    /// The capacity is of what pays off: the same design under the same script.
    pub is_bounded: bool,
    /// Parts have come or gone since the step was opened: before and after are of the step as it was.
    pub is_built_on: bool,
    /// Instances that the reader added or removed are there, or not, from the start in the design after.
    pub is_resized_by_hand: bool,
    /// What the next step may be built in.
    pub site: Option<Site>,
    /// Where wishes go.
    pub intents: Intents,
}

/// The story at the left.
#[component]
pub fn Story(props: &StoryProps) -> Html {
    let building = use_memo(props.site.clone(), |site| {
        site.as_ref().and_then(Building::at)
    });
    let told_before = use_mut_ref(|| false);
    use_effect_with((props.step, props.title.clone()), move |_| {
        if told_before.replace(true) {
            sight::show_from_its_start();
        }
    });
    match props.step.map(|place| (place, &LADDER[place])) {
        Some((place, step)) => told(props, place, step, building.as_ref().as_ref()),
        None => html! {
            <aside class="story" aria-label="Story">
                <h2 class="eyebrow">{ "A design of its own" }</h2>
                <h1>{ &props.title }</h1>
                <p>{ "It came from a link or a file. Turn the traffic up, break a server, select a part to change it: \
                      everything you do is kept in the link." }</p>
                <button class="btn primary" data-control="start-ladder" onclick={open(props, 0)}>{ "Start with one server" }</button>
            </aside>
        },
    }
}

fn told(
    props: &StoryProps,
    place: usize,
    step: &'static Step,
    building: Option<&Building>,
) -> Html {
    html! {
        <aside class="story" aria-label="Story">
            <div class="story-text">
                <h2 class="eyebrow">{ format!("Step {} of {}", place + 1, LADDER.len()) }</h2>
                <h1 data-testid="step-title">{ &props.title }</h1>
                <p>{ step.pain }</p>
                <p class="change">{ step.change }</p>
                if place > 0 { { payoff(props) } { comparison(props) } }
                <p><b>{ "What it costs you. " }</b>{ step.cost }</p>
                <p class="try"><b>{ "Try it. " }</b>{ step.try_it }</p>
                if building.is_some() {
                    <p class="build"><b>{ "Or watch it come. " }</b>
                        { "The next step can be built in this design while it runs, and taken back: same users, same requests." }</p>
                }
            </div>
            <nav class="story-steps" aria-label="Neighbouring steps">
                { hurts(props) }
                if place > 0 {
                    <button class="btn back" data-control="step-before" aria-label="Back" title="Back (p)"
                        onclick={open(props, place - 1)}>{ "←" }</button>
                }
                { build(props, place, building) }
                if let Some(next) = LADDER.get(place + 1) {
                    <button class="btn primary" data-control="next-step" onclick={open(props, place + 1)}>
                        { format!("Next: {} →", short_title(next.name).to_ascii_lowercase()) }
                    </button>
                } else {
                    <button class="btn primary" data-control="start-again" onclick={open(props, 0)}>{ "Start again" }</button>
                }
            </nav>
        </aside>
    }
}

fn open(props: &StoryProps, place: usize) -> Callback<MouseEvent> {
    let intents = props.intents.clone();
    Callback::from(move |_| intents.emit(Intent::OpenStep(place)))
}

/// The next step, built here: nothing starts anew. It stands beside the way on, in sight wherever one reads, and
/// brings what it builds into sight.
fn build(props: &StoryProps, place: usize, building: Option<&Building>) -> Html {
    let (Some(building), Some(next)) = (building, LADDER.get(place + 1)) else {
        return Html::default();
    };
    let next = short_title(next.name).to_ascii_lowercase();
    let (control, words) = match building {
        Building::Ahead(_) => ("build-next", "Build it"),
        Building::Back(_) => ("take-back", "Take back"),
    };
    let (intents, actions) = (props.intents.clone(), building.actions().to_vec());
    let onclick = Callback::from(move |_: MouseEvent| {
        actions
            .iter()
            .for_each(|action| intents.emit(Intent::Apply(action.clone())));
        sight::show_stage();
    });
    html! {
        <button class="btn build-here" data-control={control} {onclick} title={format!("{words} in this design, while it runs: {next}")}
            aria-label={format!("{words} here: {next}")}>{ words }</button>
    }
}

/// Said beside the way on, while more arrives than the design holds.
fn hurts(props: &StoryProps) -> Html {
    match props.capacity {
        Some(capacity) if capacity.amount() < props.load.amount() => {
            let words = if capacity.amount() > 0.0 {
                format!("It hurts: this design holds {}.", format::load(capacity))
            } else {
                "It hurts: as it stands, it breaks its objectives at any load.".into()
            };
            html! { <p class="hurts" data-testid="hurts">{ icon::warning() }{ words }</p> }
        }
        _ => html! {},
    }
}

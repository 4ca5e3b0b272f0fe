//! The page on screen.

use headroom_engine::lab::Load;
use headroom_engine::snapshot::{Cost, Snapshot};
use headroom_scenario::{Design, price};
use yew::html::Scope;
use yew::prelude::*;

use super::badge::{Badge, Capacity, Found, Limited};
use super::booting::Booting;
use super::building::{Site, kept_instances};
use super::dialog::{Keys, Unopened};
use super::header::Header;
use super::legend::Legend;
use super::now::Now;
use super::panels::Panels;
use super::share::Share;
use super::state::State;
use super::stop::Stop;
use super::story::Story;
use super::timeline::Timeline;
use super::traffic::Traffic;
use super::{App, Msg, file};
use crate::diagram::{Diagram, wants_less_motion};
use crate::format;
use crate::intent::{Dialog, Intent};
use crate::lab::{Finding, Progress};

/// The whole page.
pub(super) fn page(app: &App, link: &Scope<App>) -> Html {
    let run = &app.state.run;
    let live = &app.state.document.live;
    let step = app.state.step();
    let read_only = app.state.read_only();
    let capacity = capacity(&app.state);
    let load = Load::of(&live.traffic);
    let stops = |found: fn(&Design, &Snapshot) -> Option<Stop>| {
        found(&live.design, run.snapshot.as_deref()?)
    };
    let engine = match (&run.failure, &app.waiting) {
        (Some(_), _) => "panicked",
        (None, Some(_)) => "starting",
        (None, None) => "ready",
    };
    let finding = |question: &Option<crate::lab::Question>| {
        question
            .as_ref()
            .and_then(|question| app.state.findings.get(question))
            .cloned()
    };
    let progress = |question: &Option<crate::lab::Question>| {
        let question = question.as_ref();
        question.and_then(|question| app.state.findings.progress(question))
    };
    html! {
        <div class={classes!("app", app.state.document.scenario.view.embedded.then_some("embedded"))} data-engine={engine}
            data-step={app.state.document.scenario.step.clone().unwrap_or_default()} data-playing={run.playing.to_string()}>
            <Header {step} can_undo={app.state.document.can_undo()} can_redo={app.state.document.can_redo()}
                is_broken={!app.state.broken().is_empty()} {read_only} theme={app.state.look.theme} intents={app.intents.clone()} />
            <Story {step} title={app.state.title().to_owned()} {load} payoff={finding(&app.state.experiments.payoff)} comparison={finding(&app.state.experiments.comparison)}
                payoff_progress={progress(&app.state.experiments.payoff)} comparison_progress={progress(&app.state.experiments.comparison)}
                capacity={capacity.load()} leaves_out_faults={app.state.experiments.leaves_out_faults} is_bounded={app.state.experiments.is_bounded} is_resized_by_hand={app.state.experiments.resizes} is_built_on={app.state.experiments.is_built_on} site={site(&app.state)} intents={app.intents.clone()} />
            <main class="stage" aria-label="The design">
                // Where the story is not beside the diagram but below it.
                <p class="stage-title" aria-hidden="true" title={app.state.title().to_owned()}>{ match step {
                    Some(place) => format!("{} · {}", place + 1, app.state.title()),
                    None => app.state.title().to_owned(),
                } }</p>
                <Diagram scenario={live.clone()} snapshot={run.snapshot.clone()} stage={app.stage.clone()}
                    selection={app.state.look.selection.clone()} on_select={app.intents.reform(Intent::Select)}
                    on_action={app.intents.reform(Intent::Apply)} on_trace={app.intents.reform(Intent::OpenTrace)}
                    happening={run.happening.clone()} problems={app.state.document.problems.clone()} {read_only} />
                <Badge {load} capacity={capacity.clone()} snapshot={run.snapshot.clone()} objectives={live.objectives.clone()}
                    stop={stops(Stop::of_all)} wound={stops(Stop::of_some)}
                    booting={run.snapshot.as_deref().and_then(|snapshot| Booting::of(&live.design, snapshot))} />
                { stage_foot(app) }
                { failure(app) }
            </main>
            // A second edit builds on the first even while the engine has not answered that one.
            <Panels tab={app.state.look.tab} document={app.state.settled()} live={app.state.document.after(&app.state.unanswered)} run={run.clone()}
                stage={app.stage.clone()} selection={app.state.look.selection.clone()} {read_only} intents={app.intents.clone()} />
            <Traffic live={live.clone()} capacity={capacity.load()} {read_only} intents={app.intents.clone()} />
            <Timeline playing={run.playing} speed={run.speed} reached={run.reached} behind={run.behind} now_ns={run.now_ns()}
                horizon_ns={run.horizon_ns} seeking={run.seeking} marks={run.marks.clone()}
                marks_known_before_ns={run.marks_known_before_ns} scheduled={app.state.document.scheduled.clone()} seed={app.state.document.scenario.seed}
                {read_only} intents={app.intents.clone()} />
            <Now snapshot={run.snapshot.clone()} objectives={live.objectives.clone()} cost={cost(&app.state)} />
            <div class="visually-hidden" aria-live="polite" data-testid="live">{ &app.state.look.announcement }</div>
            { dialog(app, link) }
            if app.state.look.awaits_drop {
                <div class="drop-target" data-testid="drop-target"><p>{ "Drop the file to open it" }</p></div>
            }
        </div>
    }
}

/// What the design on screen costs: by the gauges, once there are any.
fn cost(state: &State) -> Cost {
    let design = &state.document.live.design;
    let Some(snapshot) = &state.run.snapshot else {
        let usd = price::monthly_usd(design).total_usd;
        return Cost {
            usd_month: usd,
            usd_month_mean: usd,
            ..Cost::default()
        };
    };
    // What is edited while time stands still has its price at once.
    let parts = design.components.iter().zip(&snapshot.components);
    let usd_month =
        parts.map(|(part, gauge)| price::usd_month(&part.kind, gauge.cost.rented.into()));
    Cost {
        usd_month: usd_month.sum(),
        ..snapshot.cost()
    }
}

/// What the next step may be built in, where the document may be changed and runs.
fn site(state: &State) -> Option<Site> {
    let step = state
        .step()
        .filter(|_| !state.read_only() && state.document.problems.is_empty())?;
    let live = state.document.after(&state.unanswered);
    Some(Site {
        step,
        instances: kept_instances(&live.design, state.run.snapshot.as_deref()),
        live,
        document: state.document.scenario.clone(),
        done: state.document.done().len(),
    })
}

/// What the design as it stands holds, as far as it is known.
fn capacity(state: &State) -> Capacity {
    if !state.document.problems.is_empty() {
        return Capacity::Unanswerable("the design has problems: nothing runs".into());
    }
    let question = state.experiments.capacity.as_ref();
    match question.and_then(|question| state.findings.get(question)) {
        Some(Finding::Capacity {
            load,
            reached_rps,
            is_unlimited,
            holds_from_cold,
            limited,
            breach,
        }) => Capacity::Found(Found {
            load: *load,
            reached_rps: *reached_rps,
            is_unlimited: *is_unlimited,
            holds_from_cold: *holds_from_cold,
            limited: limited.as_ref().map(|limited| Limited {
                name: limited.title(&state.document.live.design),
                wrong: limited.wrong(),
            }),
            breach: *breach,
        }),
        Some(Finding::Unanswerable(reason)) => Capacity::Unanswerable(reason.clone()),
        _ => Capacity::Searching {
            tried: question
                .and_then(|question| state.findings.progress(question))
                .and_then(Progress::load),
        },
    }
}

/// Below the diagram: what will do nothing, what the last event did, a notice, and what the dots are.
fn stage_foot(app: &App) -> Html {
    let dismiss = app.intents.reform(|_: MouseEvent| Intent::Dismiss);
    html! {
        <div class="stage-foot">
            <div class="stage-notes">
            if let Some(notice) = &app.state.look.notice {
                <div class="notice" role="status" data-testid="notice">
                    <span>{ notice }</span>
                    <button class="btn small" data-control="dismiss" onclick={dismiss}>{ "Good" }</button>
                </div>
            }
            if !app.state.document.warnings.is_empty() {
                <ul class="warnings" role="status" data-testid="warnings">
                    { for app.state.document.warnings.iter().map(|warning| html! {
                        <li>{ format::capital(&warning.message) }{ "." }</li>
                    }) }
                </ul>
            }
            if let Some(happening) = &app.state.run.happening {
                <p class="sentence" data-testid="sentence">{ &happening.sentence }</p>
            }
            </div>
            <Legend classes={app.state.document.live.traffic.classes.clone()} sampling={app.state.run.sampling} still={wants_less_motion()}
                has_log={app.state.run.snapshot.as_ref().is_some_and(|snapshot| snapshot.components.iter().any(|part| part.replication().is_some()))}
                lately={app.state.run.snapshot.as_ref().map(|snapshot| AttrValue::from(format::lately(snapshot.recent.length_ns)))} />
        </div>
    }
}

/// What stands over the diagram when the engine has died, or when the design can't run.
fn failure(app: &App) -> Html {
    if let Some(reason) = &app.state.run.failure {
        let save = {
            let scenario = app.state.document.scenario.clone();
            Callback::from(move |_: MouseEvent| file::save(&scenario))
        };
        let restart = app.intents.reform(|_: MouseEvent| Intent::Restart);
        return html! {
            <div class="failure" role="alert" data-testid="engine-failure">
                <h2>{ "The simulation has stopped" }</h2>
                <p>{ "Something went wrong inside it. That is our fault and not the design's: nothing of yours is lost. \
                      Save the scenario to send it along with a report, or start it again." }</p>
                <p class="failure-reason">{ reason }</p>
                <div class="dialog-actions">
                    <button class="btn" data-control="save-failed" onclick={save}>{ "Save as file" }</button>
                    <button class="btn primary" data-control="restart" onclick={restart}>{ "Start it again" }</button>
                </div>
            </div>
        };
    }
    if app.state.document.problems.is_empty() {
        return html! {};
    }
    html! {
        <div class="failure" role="alert" data-testid="problems">
            <h2>{ "This design can't run yet" }</h2>
            <ul>
                { for app.state.document.problems.iter().map(|problem| html! {
                    <li><code>{ &problem.path }</code>{ " " }{ &problem.message }</li>
                }) }
            </ul>
        </div>
    }
}

fn dialog(app: &App, link: &Scope<App>) -> Html {
    let close = app.intents.reform(|()| Intent::Show(None));
    match &app.state.look.dialog {
        None => html! {},
        Some(Dialog::Keys) => html! { <Keys {close} /> },
        Some(Dialog::Share) => html! {
            <Share scenario={app.state.document.scenario.clone()} now_ns={app.state.run.now_ns()}
                selected={app.state.look.selection.as_ref().and_then(|s| s.component()).map(str::to_owned)}
                panel={app.state.look.tab.panel()} open={link.callback(|file| Msg::FileRead(Box::new(file)))} {close} />
        },
        Some(Dialog::Damaged(damaged)) => html! {
            <Unopened damaged={damaged.clone()} name={app.state.title().to_owned()} {close} />
        },
    }
}

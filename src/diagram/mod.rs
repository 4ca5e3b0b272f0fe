//! The diagram: the design drawn as what it is, with its requests moving along the wires.
//!
//! What is sparse and can be picked is SVG by Yew, drawn anew with every snapshot; what moves is
//! painted on a canvas above it for every frame, outside of Yew.

mod camera;
mod canvas;
mod clicks;
mod complaint;
mod dots;
mod flights;
mod geometry;
mod gestures;
mod labels;
mod layout;
mod menu;
mod motion;
mod node;
mod offer;
pub mod palette;
mod program;
mod running;
mod scene;
mod sprites;
mod steering;
mod still;
mod trouble;
mod webgl;
mod wire;
mod zoom;

use std::rc::Rc;

use headroom_engine::happening::Happening;
use headroom_engine::snapshot::Snapshot;
use headroom_scenario::{Action, Problem, Scenario};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlElement, ResizeObserver};
use yew::prelude::*;

use crate::selection::Selection;
use crate::stage::StageHandle;
use camera::Lens;
use clicks::Clicks;
use complaint::{complaint, homeless};
use geometry::Rect;
use layout::{Layout, Sheet, SiteFrame};
pub use node::idle;
use offer::{Hung, menu_at, menu_of, use_closing};
use palette::{LOOKS, Look};
use running::use_motion;
use scene::Scene;
use steering::{PLACED, fit_of, on_key, placed, use_steer};
pub use still::{use_reduced_motion, wants_less_motion};

/// Below this speed the slots of a moment can be followed by eye; above, those of the last seconds are shown.
const EXACT_BELOW: f64 = 0.1;

/// The diagram of a running design.
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The design as it is now, with its traffic.
    pub scenario: Rc<Scenario>,
    /// Its figures, once there are some.
    pub snapshot: Option<Rc<Snapshot>>,
    /// What moves.
    pub stage: StageHandle,
    /// What is selected.
    pub selection: Option<Selection>,
    /// Something was picked, or nothing.
    pub on_select: Callback<Option<Selection>>,
    /// Something was done to an instance or a link.
    pub on_action: Callback<Action>,
    /// The dot of a request was clicked.
    pub on_trace: Callback<u64>,
    /// The last single event: the diagram points at its place.
    pub happening: Option<Rc<Happening>>,
    /// What is wrong with the design.
    pub problems: Rc<Vec<Problem>>,
    /// Nothing can be done to its parts.
    pub read_only: bool,
}

/// The diagram.
#[component]
pub fn Diagram(props: &Props) -> Html {
    let host = use_node_ref();
    let canvas = use_node_ref();
    let sheet = use_sheet(&host);
    let still = use_reduced_motion();
    let menu = use_state_eq(|| None::<Hung>);
    let layout = use_layout(props, sheet);
    let looks = use_memo(props.scenario.traffic.classes.clone(), |classes| {
        palette::looks(classes)
    });
    let ground = (layout.clone(), looks.clone(), sheet.size, still);
    let motion = use_motion(&props.stage, &host, &canvas, ground);
    let lens = use_state_eq(Lens::default);
    let steer = use_steer(&host, &motion, &lens, &menu);
    let Clicks {
        on_pick,
        on_link,
        onclick,
    } = Clicks::on(props, &layout, &host, &motion, &menu);
    let scene = Scene {
        scenario: &props.scenario,
        snapshot: props.snapshot.as_deref(),
        layout: &layout,
        widths: &[],
        looks: &looks,
        selection: props.selection.as_ref(),
        pointed: pointed(props.happening.as_deref()),
        exact: is_followed_by_eye(&props.stage),
        moves: !still && !props.stage.borrow().clock.paused(),
        fit: fit_of(&motion, &layout, sheet.size),
        on_pick: &on_pick,
        on_link: &on_link,
    };
    let widths = wire::widths(&scene);
    let scene = Scene {
        widths: &widths,
        ..scene
    };
    if let Some(motion) = motion.borrow().as_ref() {
        motion.borrow_mut().set_widths(widths.clone());
    }
    let hung = menu.and_then(|hung| Some((hung, menu_of(&scene, hung.pick)?)));
    use_closing(&menu, hung.is_some());
    let onkeydown = on_key(&steer);
    html! {
        <>
        <div ref={&host} class={classes!("diagram", (*lens != Lens::Fitted).then_some("near"))} data-testid="diagram" {onclick} {onkeydown}>
            { drawing(&scene, sheet, &props.problems) }
            <canvas ref={&canvas} class="dots" aria-hidden="true" data-testid="dots" />
            { words_above(&scene, sheet, still) }
            { probes() }
            { homeless(&scene, &props.problems) }
            if let Some((hung, of)) = hung {
                if !props.read_only {
                    { menu_at(props, scene.fit, hung, of, &menu, &host) }
                }
            }
        </div>
        { zoom::buttons(*lens, &steer) }
        </>
    }
}

/// What can be picked, below the dots.
fn drawing(scene: &Scene<'_>, sheet: Sheet, problems: &[Problem]) -> Html {
    let (width, height) = sheet.size;
    html! {
        <svg class="drawing" width={scene::px(width)} height={scene::px(height)}
            role="group" aria-label={summary(scene)} aria-keyshortcuts="+ - 0" tabindex="0" data-control="diagram">
            <g class={PLACED} transform={placed(scene.fit)}>
                { sites(scene) }
                { wire::wires(scene) }
                { for scene.layout.order.iter().map(|number| html! {
                    <>
                        { node::component(scene, *number) }
                        { wire::links(scene, *number) }
                    </>
                }) }
                { for problems.iter().filter_map(|problem| complaint(scene, problem)) }
            </g>
        </svg>
    }
}

/// Words that no dot may hide.
fn words_above(scene: &Scene<'_>, sheet: Sheet, still: bool) -> Html {
    let (width, height) = sheet.size;
    let badges = node::badges(scene);
    html! {
        <svg class="drawing above" width={scene::px(width)} height={scene::px(height)} aria-hidden="true">
            <g class={PLACED} transform={placed(scene.fit)}>
                // Apart, so that those of one sort stay the same elements while others come and go.
                <g>{ for badges.iter().map(node::badge) }</g>
                <g>{ wire::notes(scene, &badges, still) }</g>
            </g>
        </svg>
    }
}

/// Whether what happens goes by so slowly that it can be followed by eye.
fn is_followed_by_eye(stage: &StageHandle) -> bool {
    let clock = &stage.borrow().clock;
    clock.paused() || clock.speed() < EXACT_BELOW
}

fn pointed(happening: Option<&Happening>) -> Option<(usize, Option<u16>)> {
    let happening = happening?;
    Some((happening.component? as usize, happening.instance))
}

/// The places of the design, where there are several.
fn sites(scene: &Scene<'_>) -> Html {
    let frame = |site: &SiteFrame| {
        let Rect { x, y, .. } = site.frame;
        html! {
            <g class="site">
                { scene::boxed("site-frame", &site.frame, 16.0) }
                { scene::words("soft", x + 14.0, y + 18.0, site.name.clone()) }
            </g>
        }
    };
    scene.layout.sites.iter().map(frame).collect()
}

/// The diagram in one sentence.
fn summary(scene: &Scene<'_>) -> String {
    let names: Vec<String> = scene
        .layout
        .order
        .iter()
        .map(|number| scene.name(*number))
        .collect();
    format!("Architecture diagram: {}", names.join(", "))
}

/// Elements that wear the theme's colours, for the canvas to read them off.
fn probes() -> Html {
    html! {
        <div class="probes" aria-hidden="true">
            { for (0..LOOKS as u8).map(|look| html! {
                <i class={classes!("probe", Look(look).css())} />
            }) }
            <i class="probe look-failed" />
            <i class="probe look-ground" />
        </div>
    }
}

/// What the diagram is drawn on.
#[hook]
fn use_sheet(host: &NodeRef) -> Sheet {
    let sheet = use_state_eq(|| Sheet::from((772.0, 732.0)));
    {
        let (host, sheet) = (host.clone(), sheet.clone());
        use_effect_with((), move |()| {
            let element = host.cast::<HtmlElement>();
            let measured = element.clone();
            let measure = Closure::<dyn FnMut()>::new(move || {
                if let Some(element) = &measured {
                    let (wide, high) = (element.client_width(), element.client_height());
                    if wide > 0 && high > 0 {
                        // Below the badge rather than under it, where there is not so much room.
                        let is_under_badge = element.offset_top() == 0;
                        let size = (f64::from(wide), f64::from(high));
                        sheet.set(Sheet::new(size, is_under_badge));
                    }
                }
            });
            let observer = ResizeObserver::new(measure.as_ref().unchecked_ref()).ok();
            if let (Some(observer), Some(element)) = (&observer, &element) {
                observer.observe(element);
            }
            move || {
                if let Some(observer) = observer {
                    observer.disconnect();
                }
                drop(measure);
            }
        });
    }
    *sheet
}

#[hook]
fn use_layout(props: &Props, sheet: Sheet) -> Rc<Layout> {
    use headroom_engine::snapshot::InstanceState;
    // Only who is there moves things, not how busy they are.
    let present: Vec<Vec<bool>> = props
        .snapshot
        .iter()
        .flat_map(|snapshot| {
            snapshot.components.iter().map(|component| {
                let gone = |state| state == InstanceState::Gone;
                component
                    .instances
                    .iter()
                    .map(|instance| !gone(instance.state))
                    .collect()
            })
        })
        .collect();
    let snapshot = props.snapshot.clone();
    use_memo(
        (props.scenario.design.clone(), present, sheet),
        move |(design, _, sheet)| layout::layout(design, snapshot.as_deref(), *sheet),
    )
}

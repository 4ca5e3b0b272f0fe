//! The diagram: the design drawn as what it is, with its requests moving along the wires.
//!
//! What is sparse and can be picked is SVG by Yew, drawn anew with every snapshot; what moves is
//! painted on a canvas above it for every frame, outside of Yew.

mod camera;
mod canvas;
mod dots;
mod flights;
mod geometry;
mod gestures;
mod labels;
mod layout;
mod menu;
mod motion;
mod node;
pub mod palette;
mod program;
mod scene;
mod sprites;
mod trouble;
mod webgl;
mod wire;
mod zoom;

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use headroom_engine::happening::Happening;
use headroom_engine::snapshot::{LinkGauge, Snapshot};
use headroom_scenario::{Action, Problem, Scenario};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlCanvasElement, HtmlElement, MediaQueryList, ResizeObserver};
use yew::prelude::*;

use crate::deed::{self, Deed};
use crate::selection::Selection;
use crate::stage::StageHandle;
use camera::Lens;
use geometry::{Fit, Point, Rect};
use gestures::Steer;
use layout::{Layout, Sheet, SiteFrame};
use menu::Menu;
use motion::Motion;
pub use node::idle;
use palette::{LOOKS, Look};
use scene::{Pick, Scene};

/// Below this speed the slots of a moment can be followed by eye; above, those of the last seconds are shown.
const EXACT_BELOW: f64 = 0.1;

/// Dots that the bench asks for, by an event of the window: `headroom-crowd`.
const CROWD: usize = 10_000;

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
    let size = sheet.size;
    let still = use_reduced_motion();
    let menu = use_state_eq(|| None::<Hung>);
    let layout = use_layout(props, sheet);
    let looks = use_memo(props.scenario.traffic.classes.clone(), |classes| {
        palette::looks(classes)
    });
    let ground = (layout.clone(), looks.clone(), size, still);
    let motion = use_motion(&props.stage, &host, &canvas, ground);
    let lens = use_state_eq(Lens::default);
    let steer = use_steer(&host, &motion, &lens, &menu);

    let on_pick = {
        let (host, menu) = (host.clone(), menu.clone());
        let (scenario, on_select) = (props.scenario.clone(), props.on_select.clone());
        Callback::from(move |(pick, event): (Pick, Option<MouseEvent>)| {
            let at = event.and_then(|event| place_of(&host, &event));
            menu.set(has_menu(&scenario, pick).then_some(Hung { pick, at }));
            on_select.emit(pick.selection(&scenario));
        })
    };
    let onclick = {
        let (host, motion, menu) = (host.clone(), motion.clone(), menu.clone());
        let (on_select, on_trace) = (props.on_select.clone(), props.on_trace.clone());
        Callback::from(move |event: MouseEvent| {
            menu.set(None);
            match hit(&host, &motion, &event) {
                Some(request) => on_trace.emit(request),
                None => on_select.emit(None),
            }
        })
    };
    let on_link = {
        let (host, motion, on_pick) = (host.clone(), motion.clone(), on_pick.clone());
        let (menu, on_trace) = (menu.clone(), props.on_trace.clone());
        Callback::from(move |(link, event): (usize, MouseEvent)| {
            match hit(&host, &motion, &event) {
                Some(request) => {
                    menu.set(None);
                    on_trace.emit(request);
                }
                None => on_pick.emit((Pick::Link(link), Some(event))),
            }
        })
    };
    let speed = {
        let stage = props.stage.borrow();
        if stage.clock.paused() {
            0.0
        } else {
            stage.clock.speed()
        }
    };
    let scene = Scene {
        scenario: &props.scenario,
        snapshot: props.snapshot.as_deref(),
        layout: &layout,
        widths: &[],
        looks: &looks,
        selection: props.selection.as_ref(),
        pointed: pointed(props.happening.as_deref()),
        exact: speed < EXACT_BELOW,
        fit: fit_of(&motion, &layout, size),
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
    let badges = node::badges(&scene);
    let placed = placed(scene.fit);
    let onkeydown = on_key(&steer);
    html! {
        <>
        <div ref={&host} class={classes!("diagram", (*lens != Lens::Fitted).then_some("near"))} data-testid="diagram" {onclick} {onkeydown}>
            <svg class="drawing" width={scene::px(size.0)} height={scene::px(size.1)}
                role="group" aria-label={summary(&scene)} aria-keyshortcuts="+ - 0" tabindex="0" data-control="diagram">
                <g class={PLACED} transform={placed.clone()}>
                    { sites(&scene) }
                    { wire::wires(&scene) }
                    { for layout.order.iter().map(|number| html! {
                        <>
                            { node::component(&scene, *number) }
                            { wire::links(&scene, *number) }
                        </>
                    }) }
                    { for props.problems.iter().filter_map(|problem| complaint(&scene, problem)) }
                </g>
            </svg>
            <canvas ref={&canvas} class="dots" aria-hidden="true" data-testid="dots" />
            // Words that no dot may hide.
            <svg class="drawing above" width={scene::px(size.0)} height={scene::px(size.1)} aria-hidden="true">
                <g class={PLACED} transform={placed}>
                    // Apart, so that those of one sort stay the same elements while others come and go.
                    <g>{ for badges.iter().map(node::badge) }</g>
                    <g>{ wire::notes(&scene, &badges, still) }</g>
                </g>
            </svg>
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

/// The groups of the drawing that the camera places.
const PLACED: &str = "placed";

/// How those groups are placed.
fn placed(fit: Fit) -> String {
    format!(
        "translate({} {}) scale({:.4})",
        scene::px(fit.x),
        scene::px(fit.y),
        fit.scale
    )
}

/// How the drawing is placed in a box of that size: where the reader has brought it.
fn fit_of(motion: &MotionSlot, layout: &Layout, size: (f64, f64)) -> Fit {
    let motion = motion.borrow();
    let camera = motion.as_ref().map(|motion| motion.borrow().camera());
    camera.unwrap_or_default().within(size).over(layout.fit)
}

/// Keys that work while the diagram, or something in it, has the focus.
fn on_key(steer: &Steer) -> Callback<KeyboardEvent> {
    let steer = steer.clone();
    Callback::from(move |event: KeyboardEvent| {
        let is_meant = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if !is_meant || event.default_prevented() {
            return;
        }
        if let Some(by) = gestures::move_of_key(&event.key())
            && steer(by)
        {
            event.prevent_default();
        }
    })
}

/// What moves the camera. The drawing follows at once, without being drawn anew; its dots with the next frame.
#[hook]
fn use_steer(
    host: &NodeRef,
    motion: &MotionSlot,
    lens: &UseStateHandle<Lens>,
    menu: &UseStateHandle<Option<Hung>>,
) -> Steer {
    let steer = {
        let (host, motion) = (host.clone(), motion.clone());
        let (lens, menu) = (lens.setter(), menu.setter());
        use_memo((), move |()| -> Steer {
            Rc::new(move |by| {
                let Some(motion) = motion.borrow().clone() else {
                    return false;
                };
                if !motion.borrow_mut().steer(by) {
                    return false;
                }
                let (fit, camera) = (motion.borrow().fit(), motion.borrow().camera());
                place(&host, fit);
                lens.set(camera.lens());
                menu.set(None);
                true
            })
        })
    };
    let steer = Steer::clone(&steer);
    {
        let (host, steer) = (host.clone(), steer.clone());
        use_effect_with((), move |()| {
            let host = host.cast::<Element>();
            let listeners = host.map(|host| gestures::listen(&host, &steer));
            move || drop(listeners)
        });
    }
    steer
}

/// Places what is drawn.
fn place(host: &NodeRef, fit: Fit) {
    let Some(host) = host.cast::<Element>() else {
        return;
    };
    let groups = host.get_elements_by_class_name(PLACED);
    for group in (0..groups.length()).filter_map(|number| groups.item(number)) {
        // The name of the attribute is a good one.
        let _ = group.set_attribute("transform", &placed(fit));
    }
}

/// A menu that is open.
#[derive(Clone, Copy, PartialEq)]
struct Hung {
    /// What it is of.
    pick: Pick,
    /// Where the pointer asked for it, in pixels of the diagram's box; none where a key did.
    at: Option<Point>,
}

/// Whether something can be done to what was picked, beside changing its parameters.
fn has_menu(scenario: &Scenario, pick: Pick) -> bool {
    match pick {
        Pick::Instance(..) | Pick::Link(_) => true,
        Pick::Component(number) => {
            let component = scenario.design.components.get(number);
            // The whole is its only instance.
            component.is_some_and(|component| component.kind.facts().is_one_machine)
        }
    }
}

fn menu_at(
    props: &Props,
    fit: Fit,
    Hung { pick, at }: Hung,
    of: MenuOf,
    open: &UseStateHandle<Option<Hung>>,
    host: &NodeRef,
) -> Html {
    let MenuOf {
        name,
        part,
        deeds,
        testid,
        place,
    } = of;
    let on_close = {
        let (open, host) = (open.clone(), host.clone());
        Callback::from(move |()| {
            open.set(None);
            focus_part(&host, &part);
        })
    };
    let place = fit.pixels_of(&place);
    let spot = Rect::around(at.unwrap_or(place.center()), SPOT);
    // A wire's box is most of the drawing: beside the pointer is beside the wire.
    let beside = match pick {
        Pick::Link(_) => [spot, spot],
        Pick::Component(_) | Pick::Instance(..) => [place, spot],
    };
    html! {
        <Menu {name} {deeds} {testid} {beside} on_action={props.on_action.clone()} {on_close} />
    }
}

/// Closes a menu for good that is of nothing any more.
#[hook]
fn use_closing(menu: &UseStateHandle<Option<Hung>>, is_of_something: bool) {
    let (menu, is_stale) = (menu.clone(), menu.is_some() && !is_of_something);
    use_effect_with(is_stale, move |is_stale| {
        if *is_stale {
            menu.set(None);
        }
    });
}

/// Half the width of what a menu must not cover around the pointer.
const SPOT: f64 = 12.0;

/// What a menu is of, and what it offers.
struct MenuOf {
    name: String,
    /// Finds its part, which has the focus again when it closes.
    part: String,
    deeds: Vec<Deed>,
    testid: &'static str,
    /// Where its part is, in units of the drawing.
    place: Rect,
}

/// The menu of what was picked, as long as it is there, and is what is selected.
fn menu_of(scene: &Scene<'_>, pick: Pick) -> Option<MenuOf> {
    let menu = match pick {
        Pick::Component(number) => instance_menu(scene, number, 0),
        Pick::Instance(number, instance) => instance_menu(scene, number, instance),
        Pick::Link(link) => link_menu(scene, link),
    };
    menu.filter(|menu| scene.is_selected(pick) && !menu.deeds.is_empty())
}

fn instance_menu(scene: &Scene<'_>, number: usize, instance: u16) -> Option<MenuOf> {
    let component = scene.scenario.design.components.get(number)?;
    let rect = scene.layout.rect(number, Some(instance))?;
    let present = scene.place(number).form.count();
    let (name, part) = if component.kind.facts().is_scalable {
        let name = component.instance_name(instance);
        let part = format!("[data-instance=\"{name}\"]");
        (name, part)
    } else {
        let part = format!("[data-component=\"{}\"]", component.id);
        (component.title().to_owned(), part)
    };
    let resting = idle();
    let gauge = scene.instance(number, instance).unwrap_or(&resting);
    Some(MenuOf {
        name,
        part,
        deeds: deed::of_instance(component, instance, gauge, present),
        testid: "instance-menu",
        place: rect,
    })
}

fn link_menu(scene: &Scene<'_>, number: usize) -> Option<MenuOf> {
    let link = scene.scenario.design.links.get(number)?;
    let wires = scene.layout.wires_of(number);
    let wire = scene.layout.wires.get(wires.start + wires.len() / 2)?;
    let sound = LinkGauge::default();
    Some(MenuOf {
        name: scene.link_name(number),
        part: format!("[data-control=link][data-of=\"{}-{}\"]", link.from, link.to),
        deeds: deed::of_link(link, scene.link(number).unwrap_or(&sound)),
        testid: "link-menu",
        place: Rect::around(wire.curve.at(0.5), 0.0),
    })
}

/// Gives the focus back to what the menu hung at.
fn focus_part(host: &NodeRef, part: &str) {
    let found = host
        .cast::<Element>()
        .and_then(|host| host.query_selector(part).ok().flatten());
    if let Some(part) = found.and_then(|part| part.dyn_into::<web_sys::SvgElement>().ok()) {
        // What is gone by now does not take the focus.
        let _ = part.focus();
    }
}

/// Where the pointer is, in pixels of the diagram's box.
fn place_of(host: &NodeRef, event: &MouseEvent) -> Option<Point> {
    let corner = host.cast::<Element>()?.get_bounding_client_rect();
    Some(Point::new(
        f64::from(event.client_x()) - corner.left(),
        f64::from(event.client_y()) - corner.top(),
    ))
}

fn hit(host: &NodeRef, motion: &MotionSlot, event: &MouseEvent) -> Option<u64> {
    let place = place_of(host, event)?;
    let now_ms = gloo::utils::window().performance()?.now();
    let motion = motion.borrow();
    let motion = motion.as_ref()?.borrow();
    motion.hit(place, now_ms).map(|trip| trip.flight.request)
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

/// What is wrong with a component, said below it.
fn complaint(scene: &Scene<'_>, problem: &Problem) -> Option<Html> {
    let (number, _) = scene
        .scenario
        .design
        .component(problem.component.as_deref()?)?;
    let frame = scene.place(number).frame;
    Some(html! {
        <foreignObject x={scene::px(frame.center().x - 110.0)} y={scene::px(frame.bottom() + 56.0)}
            width="220" height="90">
            <p class="complaint">{ problem.message.clone() }</p>
        </foreignObject>
    })
}

/// What is wrong with the design as a whole.
fn homeless(scene: &Scene<'_>, problems: &[Problem]) -> Html {
    let known = |problem: &&Problem| {
        problem
            .component
            .as_deref()
            .is_none_or(|id| scene.scenario.design.component(id).is_none())
    };
    let sentences: Vec<&Problem> = problems.iter().filter(known).collect();
    if sentences.is_empty() {
        return Html::default();
    }
    html! {
        <ul class="complaints" data-testid="design-problems">
            { for sentences.into_iter().map(|problem| html! {
                <li>{ problem.message.clone() }</li>
            }) }
        </ul>
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

/// The question whether the reader has asked for less motion.
fn motion_query() -> Option<MediaQueryList> {
    let window = gloo::utils::window();
    let query = window.match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten()
}

/// Whether the reader has asked for less motion.
pub fn wants_less_motion() -> bool {
    motion_query().is_some_and(|query| query.matches())
}

/// Whether the reader has asked for less motion, kept up to date.
#[hook]
pub fn use_reduced_motion() -> bool {
    let query = use_memo((), |()| motion_query());
    let still = use_state_eq(|| query.as_ref().as_ref().is_some_and(|query| query.matches()));
    {
        let (still, query) = (still.clone(), query.clone());
        use_effect_with((), move |()| {
            let listener = query.as_ref().clone().map(|query| {
                let watched = query.clone();
                EventListener::new(&query, "change", move |_| still.set(watched.matches()))
            });
            move || drop(listener)
        });
    }
    *still
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

/// Where the motion is kept once the canvas is there.
type MotionSlot = Rc<RefCell<Option<Rc<RefCell<Motion>>>>>;

/// What the dots are painted over: the layout, the looks, the size of the box, and whether
/// nothing is to move.
type Ground = (Rc<Layout>, Rc<Vec<Look>>, (f64, f64), bool);

#[hook]
fn use_motion(stage: &StageHandle, host: &NodeRef, canvas: &NodeRef, ground: Ground) -> MotionSlot {
    let slot: MotionSlot = use_mut_ref(|| None);
    {
        let (slot, host, canvas) = (slot.clone(), host.clone(), canvas.clone());
        use_effect_with(stage.clone(), move |stage| {
            let nodes = host
                .cast::<Element>()
                .zip(canvas.cast::<HtmlCanvasElement>());
            let running = nodes.map(|(host, canvas)| {
                let motion = Motion::new(stage.clone(), host, canvas.clone());
                let motion = Rc::new(RefCell::new(motion));
                slot.replace(Some(motion.clone()));
                (motion::run(&motion), listen(&motion, &canvas))
            });
            move || {
                slot.replace(None);
                drop(running);
            }
        });
    }
    {
        let slot = slot.clone();
        use_effect_with((stage.clone(), ground), move |(_, ground)| {
            if let Some(motion) = slot.borrow().as_ref() {
                let (layout, looks, size, still) = ground;
                let mut motion = motion.borrow_mut();
                motion.set_layout(layout.clone(), looks, *size);
                motion.set_still(*still);
            }
        });
    }
    slot
}

/// What happens to a canvas and its colours from outside.
fn listen(motion: &Rc<RefCell<Motion>>, canvas: &HtmlCanvasElement) -> [EventListener; 4] {
    use gloo::events::EventListenerOptions;
    let [lost, restored, theme, crowd] = [(); 4].map(|()| motion.clone());
    [
        EventListener::new_with_options(
            canvas,
            "webglcontextlost",
            EventListenerOptions::enable_prevent_default(),
            move |event| {
                // Without this the browser never gives the context back.
                event.prevent_default();
                lost.borrow_mut().lose();
            },
        ),
        EventListener::new(canvas, "webglcontextrestored", move |_| {
            restored.borrow_mut().restore();
        }),
        EventListener::new(&gloo::utils::window(), "headroom-theme", move |_| {
            theme.borrow_mut().recolour();
        }),
        EventListener::new(&gloo::utils::window(), "headroom-crowd", move |event| {
            crowd.borrow_mut().crowd(CROWD, event.time_stamp());
        }),
    ]
}

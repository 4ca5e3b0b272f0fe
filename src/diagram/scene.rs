//! What the drawing of a component needs to know, and what the reader may do with it.

use headroom_engine::reason::Reason;
use headroom_engine::snapshot::{
    ComponentGauge, InstanceGauge, InstanceState, LinkGauge, Snapshot,
};
use headroom_scenario::{Component, Kind, Scenario};
use yew::prelude::*;

use super::geometry::{Fit, Rect};
use super::layout::{Flow, Form, Layout, Place};
use super::palette::Look;
use crate::format;
use crate::lettering::Lettering;
use crate::selection::Selection;

/// Something on the drawing that can be picked, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// A component.
    Component(usize),
    /// One of its instances.
    Instance(usize, u16),
    /// A link of the design.
    Link(usize),
}

impl Pick {
    /// The same by name, as the page knows it.
    pub fn selection(self, scenario: &Scenario) -> Option<Selection> {
        let id = |number: usize| {
            let component = scenario.design.components.get(number)?;
            Some(component.id.clone())
        };
        match self {
            Pick::Component(number) => id(number).map(Selection::Component),
            Pick::Instance(number, instance) => {
                id(number).map(|id| Selection::Instance(id, instance))
            }
            Pick::Link(number) => scenario
                .design
                .links
                .get(number)
                .map(|link| Selection::Link {
                    from: link.from.clone(),
                    to: link.to.clone(),
                }),
        }
    }
}

/// One picture of the design.
pub struct Scene<'a> {
    /// The design and its traffic.
    pub scenario: &'a Scenario,
    /// The figures, once there are some.
    pub snapshot: Option<&'a Snapshot>,
    /// Where everything stands.
    pub layout: &'a Layout,
    /// How broad each wire is.
    pub widths: &'a [f64],
    /// The looks of the classes.
    pub looks: &'a [Look],
    /// What is selected.
    pub selection: Option<&'a Selection>,
    /// Where the last single event happened.
    pub pointed: Option<(usize, Option<u16>)>,
    /// Time runs slowly enough to show what is busy this very moment instead of lately.
    pub exact: bool,
    /// Time passes, and what moves may be drawn.
    pub moves: bool,
    /// How the drawing is placed in its box.
    pub fit: Fit,
    /// Something was picked: by this click, or by a key.
    pub on_pick: &'a Callback<(Pick, Option<MouseEvent>)>,
    /// A link was clicked: what was meant may be a dot on it.
    pub on_link: &'a Callback<(usize, MouseEvent)>,
}

impl<'a> Scene<'a> {
    /// A component of the design.
    pub fn component(&self, number: usize) -> &'a Component {
        &self.scenario.design.components[number]
    }

    /// What it is called.
    pub fn name(&self, number: usize) -> String {
        self.component(number).title().to_owned()
    }

    /// Where it stands.
    pub fn place(&self, number: usize) -> &'a Place {
        &self.layout.places[number]
    }

    /// Whether the drawing is narrow, so that words are few.
    pub fn narrow(&self) -> bool {
        self.layout.flow == Flow::Downwards
    }

    /// Its figures.
    pub fn gauge(&self, number: usize) -> Option<&'a ComponentGauge> {
        self.snapshot?.components.get(number)
    }

    /// The figures of one of its instances.
    pub fn instance(&self, number: usize, instance: u16) -> Option<&'a InstanceGauge> {
        self.gauge(number)?.instances.get(instance as usize)
    }

    /// Its state in a word or two; none when it simply works.
    pub fn state_words(&self, number: usize, gauge: Option<&InstanceGauge>) -> Option<String> {
        let design = &self.scenario.design;
        let id = &self.component(number).id;
        let is_balancer = |from: &str| {
            let from = design.component(from);
            from.is_some_and(|(_, from)| matches!(from.kind, Kind::LoadBalancer(_)))
        };
        let mut links = design.links.present();
        let is_balanced = links.any(|(_, link)| link.to == *id && is_balancer(&link.from));
        state_words(gauge?, is_balanced)
    }

    /// The figures of a link.
    pub fn link(&self, number: usize) -> Option<&'a LinkGauge> {
        self.snapshot?.links.get(number)
    }

    /// What a link is called, by the names of its ends: `Web tier → Database`.
    pub fn link_name(&self, number: usize) -> String {
        let design = &self.scenario.design;
        let link = &design.links[number];
        format!("{} → {}", design.title(&link.from), design.title(&link.to))
    }

    /// Slots that are busy, as they are drawn.
    pub fn busy(&self, gauge: &InstanceGauge) -> u32 {
        busy(gauge, self.exact)
    }

    /// What a reason is called on the drawing.
    pub fn reasons(&self) -> fn(Reason) -> &'static str {
        if self.narrow() {
            format::short_reason
        } else {
            Reason::words
        }
    }

    fn about(&self, pick: Pick) -> About {
        let utilisation = |share: f64| Some(format!("{share:.4}"));
        match pick {
            Pick::Component(number) => {
                let id = self.component(number).id.clone();
                About {
                    control: "component",
                    of: id.clone(),
                    component: Some(id),
                    instance: None,
                    state: self.instance(number, 0).map(state_name),
                    utilisation: utilisation(self.gauge(number).map_or(0.0, |g| g.utilisation)),
                }
            }
            Pick::Instance(number, instance) => {
                let name = self.component(number).instance_name(instance);
                let gauge = self.instance(number, instance);
                About {
                    control: "instance",
                    of: name.clone(),
                    component: None,
                    instance: Some(name),
                    state: gauge.map(state_name),
                    utilisation: utilisation(gauge.map_or(0.0, |g| g.utilisation)),
                }
            }
            Pick::Link(number) => {
                let link = &self.scenario.design.links[number];
                About {
                    control: "link",
                    of: format!("{}-{}", link.from, link.to),
                    component: None,
                    instance: None,
                    state: None,
                    utilisation: None,
                }
            }
        }
    }

    /// Whether it is what is selected; what is drawn as one thing, also where its only instance is.
    pub fn is_selected(&self, pick: Pick) -> bool {
        let Some(selection) = self.selection else {
            return false;
        };
        let is_its_machine = match (pick, selection) {
            (Pick::Component(number), Selection::Instance(id, _)) => {
                self.place(number).form.is_whole() && self.component(number).id == *id
            }
            _ => false,
        };
        is_its_machine || pick.selection(self.scenario).as_ref() == Some(selection)
    }

    fn is_pointed(&self, pick: Pick) -> bool {
        match (pick, self.pointed) {
            (Pick::Component(number), Some((pointed, None))) => number == pointed,
            (Pick::Component(number), Some((pointed, Some(_)))) => {
                number == pointed
                    && matches!(self.place(number).form, Form::Single | Form::Compact(_))
            }
            (Pick::Instance(number, instance), Some((pointed, Some(at)))) => {
                number == pointed && instance == at
            }
            _ => false,
        }
    }

    /// A part of the drawing that can be picked: by click, and by Enter when it has the focus.
    pub fn part(&self, part: Part<'_>, drawing: Html) -> Html {
        let Part {
            pick,
            label,
            rect,
            radius,
            dim,
            tooltip,
        } = part;
        let selected = self.is_selected(pick);
        let on_pick = self.on_pick.clone();
        let onclick = Callback::from(move |event: MouseEvent| {
            event.stop_propagation();
            on_pick.emit((pick, Some(event)));
        });
        let on_pick = self.on_pick.clone();
        let onkeydown = Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" || event.key() == " " {
                event.prevent_default();
                on_pick.emit((pick, None));
            }
        });
        let about = self.about(pick);
        let class = classes!(
            "part",
            selected.then_some("selected"),
            self.is_pointed(pick).then_some("pointed"),
            dim.then_some("dim"),
            (about.state == Some(HANGING)).then_some("hanging")
        );
        html! {
            <g {class}>
                <g aria-hidden="true">{ drawing }</g>
                <rect class="halo" x={px(rect.x - 3.0)} y={px(rect.y - 3.0)}
                    width={px(rect.width + 6.0)} height={px(rect.height + 6.0)}
                    rx={px(radius + 3.0)} role="button" tabindex="0" aria-label={label}
                    aria-pressed={if selected { "true" } else { "false" }}
                    data-control={about.control} data-of={about.of}
                    data-component={about.component} data-instance={about.instance}
                    data-state={about.state} data-utilisation={about.utilisation}
                    {onclick} {onkeydown}>
                    if let Some(tooltip) = tooltip { <title>{ tooltip }</title> }
                </rect>
            </g>
        }
    }
}

/// What a part of the drawing is to tests and tools.
struct About {
    control: &'static str,
    of: String,
    component: Option<String>,
    instance: Option<String>,
    state: Option<&'static str>,
    utilisation: Option<String>,
}

/// What a part of the drawing is to the reader.
pub struct Part<'a> {
    /// What picking it picks.
    pub pick: Pick,
    /// Its name and state in words.
    pub label: String,
    /// Its extent.
    pub rect: &'a Rect,
    /// How round its corners are.
    pub radius: f64,
    /// Drawn faint: it does not work.
    pub dim: bool,
    /// Its name in full, where it is cut off on the drawing.
    pub tooltip: Option<String>,
}

/// Names of things, as they stand on their cards.
const NAMES: Lettering = Lettering::bold(13.0);

/// A name as far as there is room for it, and in full as a tooltip where that is not all of it.
pub fn cut(name: &str, room: f64) -> (String, Option<String>) {
    let shown = NAMES.cut_name(name, room);
    let tooltip = (shown != name).then(|| name.to_owned());
    (shown, tooltip)
}

/// Slots that are busy: at this moment where the eye can follow, or where something waits at this
/// moment, beside which a slot that is free only on average would be a riddle; else lately.
fn busy(gauge: &InstanceGauge, exact: bool) -> u32 {
    if exact || gauge.queue_depth > 0 {
        gauge.busy
    } else {
        (gauge.utilisation * f64::from(gauge.slots)).round() as u32
    }
}

/// A length as an attribute: to a tenth of a pixel.
#[inline(never)]
pub fn px(length: f64) -> AttrValue {
    let text = format!("{length:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    AttrValue::from(text.to_owned())
}

/// A box with corners that round.
#[inline(never)]
pub fn boxed(class: &'static str, rect: &Rect, radius: f64) -> Html {
    html! {
        <rect {class} x={px(rect.x)} y={px(rect.y)} width={px(rect.width)} height={px(rect.height)} rx={px(radius)} />
    }
}

/// Words on the drawing.
pub fn words(class: &'static str, x: f64, y: f64, text: impl Into<AttrValue>) -> Html {
    written(class, x, y, text.into())
}

// Once for all that is written: in each of its places it would weigh more than the call.
#[inline(never)]
fn written(class: &'static str, x: f64, y: f64, text: AttrValue) -> Html {
    html! { <text class={class} x={px(x)} y={px(y)}>{ text }</text> }
}

/// The state of an instance in a word or two; none when it simply works. Only a balancer takes any out of
/// rotation.
fn state_words(gauge: &InstanceGauge, is_balanced: bool) -> Option<String> {
    let words = |words: &str| Some(words.to_owned());
    let with_rotation = |state: &str| {
        Some(match (is_balanced, gauge.in_rotation) {
            (false, _) => state.to_owned(),
            (true, true) => format!("{state} · in rotation"),
            (true, false) => format!("{state} · out of rotation"),
        })
    };
    match gauge.state {
        InstanceState::Down => with_rotation("down"),
        InstanceState::Gone => words("gone"),
        InstanceState::Up if gauge.hangs => with_rotation("hangs"),
        InstanceState::Booting | InstanceState::Draining if gauge.hangs => words("hangs"),
        InstanceState::Up | InstanceState::Booting if gauge.is_cut_off => words("cut off"),
        InstanceState::Booting => words("booting"),
        InstanceState::Draining => words("draining"),
        InstanceState::Up if !gauge.in_rotation => words("out of rotation"),
        InstanceState::Up if gauge.slow_factor > 1.0 => Some(slower(gauge.slow_factor)),
        InstanceState::Up => None,
    }
}

/// The state of an instance that hangs.
const HANGING: &str = "hanging";

/// The state of an instance as one name.
pub fn state_name(gauge: &InstanceGauge) -> &'static str {
    match gauge.state {
        InstanceState::Down => "down",
        InstanceState::Gone => "gone",
        _ if gauge.hangs => HANGING,
        InstanceState::Up if gauge.slow_factor > 1.0 => "slow",
        InstanceState::Up => "up",
        InstanceState::Booting => "booting",
        InstanceState::Draining => "draining",
    }
}

/// `3× slower`.
pub fn slower(factor: f64) -> String {
    format!("{}× slower", (factor * 10.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauge(state: InstanceState) -> InstanceGauge {
        InstanceGauge {
            state,
            in_rotation: true,
            slow_factor: 1.0,
            ..super::super::node::idle()
        }
    }

    #[test]
    fn an_instance_that_works_needs_no_words() {
        assert_eq!(state_words(&gauge(InstanceState::Up), true), None);
    }

    #[test]
    fn a_dead_instance_says_whether_it_still_gets_requests() {
        let mut dead = gauge(InstanceState::Down);
        assert_eq!(
            state_words(&dead, true).as_deref(),
            Some("down · in rotation")
        );
        dead.in_rotation = false;
        assert_eq!(
            state_words(&dead, true).as_deref(),
            Some("down · out of rotation")
        );
        assert_eq!(
            state_words(&dead, false).as_deref(),
            Some("down"),
            "no balancer, no rotation"
        );
    }

    #[test]
    fn a_slow_instance_says_by_how_much() {
        let mut slow = gauge(InstanceState::Up);
        slow.slow_factor = 2.5;
        assert_eq!(state_words(&slow, true).as_deref(), Some("2.5× slower"));
    }

    #[test]
    fn a_copy_that_the_others_do_not_reach_says_so_unless_it_is_dead_or_hangs() {
        let mut cut_off = gauge(InstanceState::Up);
        cut_off.is_cut_off = true;
        assert_eq!(state_words(&cut_off, false).as_deref(), Some("cut off"));
        cut_off.hangs = true;
        assert_eq!(state_words(&cut_off, false).as_deref(), Some("hangs"));
        cut_off.state = InstanceState::Down;
        assert_eq!(state_words(&cut_off, false).as_deref(), Some("down"));
    }

    #[test]
    fn an_instance_that_hangs_says_so_whatever_else_it_is() {
        let mut hangs = gauge(InstanceState::Up);
        (hangs.hangs, hangs.slow_factor) = (true, 3.0);
        let told = |gauge: &InstanceGauge| (state_name(gauge), state_words(gauge, true));
        let words = |words: &str| ("hanging", Some(words.to_owned()));
        assert_eq!(told(&hangs), words("hangs · in rotation"));
        hangs.in_rotation = false;
        assert_eq!(told(&hangs), words("hangs · out of rotation"));
        for state in [InstanceState::Booting, InstanceState::Draining] {
            hangs.state = state;
            assert_eq!(told(&hangs), words("hangs"));
        }
        hangs.state = InstanceState::Down;
        assert_eq!(state_name(&hangs), "down");
    }

    #[test]
    fn no_slot_is_drawn_free_while_something_waits() {
        let mut gauge = gauge(InstanceState::Up);
        (gauge.slots, gauge.busy, gauge.utilisation) = (4, 4, 0.7);
        assert_eq!(busy(&gauge, false), 3, "lately");
        assert_eq!(busy(&gauge, true), 4, "at this moment");
        gauge.queue_depth = 280;
        assert_eq!(busy(&gauge, false), 4, "of the moment of which the line is");
    }

    #[test]
    fn a_name_without_room_is_told_in_full_beside_it() {
        assert_eq!(cut("web/1", 120.0), ("web/1".into(), None));
        let (shown, tooltip) = cut("orders-of-all-our-customers/1", 120.0);
        assert!(shown.ends_with("…/1"));
        assert_eq!(tooltip.as_deref(), Some("orders-of-all-our-customers/1"));
    }

    #[test]
    fn lengths_are_short() {
        assert_eq!(px(12.0), "12");
        assert_eq!(px(12.345), "12.3");
    }
}

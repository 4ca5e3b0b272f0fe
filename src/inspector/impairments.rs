//! What is wrong with a link: a field for each sort of it, and what mends it all.

use std::rc::Rc;

use headroom_engine::snapshot::LinkGauge;
use headroom_scenario::parameter::Range;
use headroom_scenario::{Action, Bounds, Direction, Impairment, Link, Scenario, limits};
use yew::prelude::*;

use super::field;
use super::subject;
use crate::choice::Choice;
use crate::deed;
use crate::entry::Entry;
use crate::format;
use crate::intent::{Intent, Intents};

/// What the fields need.
#[derive(Clone, PartialEq, Properties)]
pub struct ImpairmentsProps {
    /// The link.
    pub link: Link,
    /// The same at this moment.
    pub gauge: LinkGauge,
    /// The design that it is of.
    pub live: Rc<Scenario>,
    /// The link is what is selected.
    pub chosen: bool,
    /// Nothing can be done.
    pub read_only: bool,
    /// Where wishes go.
    pub intents: Intents,
}

/// Something that may be wrong, in an amount.
struct Amount {
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    help: &'static str,
    range: Range,
    /// The amount, of an impairment of this sort.
    get: fn(Impairment) -> Option<f64>,
    set: fn(f64) -> Impairment,
}

/// A range of the document in a unit of the screen, of which so many are one of the document's.
const fn range(bounds: Bounds<f64>, units: f64) -> Range {
    Range {
        bounds: Bounds {
            min: units * bounds.min,
            max: units * bounds.max,
        },
        is_whole: false,
        count_max: 1,
    }
}

const AMOUNTS: [Amount; 3] = [
    Amount {
        key: "delay_ms",
        label: "Slower by",
        unit: "ms",
        help: "Each way, on top of its latency.",
        range: range(limits::LATENCY_MS, 1.0),
        get: |impairment| match impairment {
            Impairment::Delay { delay_ms } => Some(delay_ms),
            Impairment::Loss { .. } | Impairment::Bandwidth { .. } | Impairment::Cut { .. } => None,
        },
        set: |delay_ms| Impairment::Delay { delay_ms },
    },
    Amount {
        key: "loss_percent",
        label: "Loses",
        unit: "%",
        help: "What is lost is sent again after 200 ms, and after twice as long each further time.",
        range: range(limits::LOSS_SHARE, 100.0),
        get: |impairment| match impairment {
            Impairment::Loss { share } => Some(100.0 * share),
            Impairment::Delay { .. } | Impairment::Bandwidth { .. } | Impairment::Cut { .. } => {
                None
            }
        },
        set: |percent| Impairment::Loss {
            share: percent / 100.0,
        },
    },
    Amount {
        key: "bandwidth_mbps",
        label: "Carries at most",
        unit: "Mbit/s",
        help: "Each way. What is sent waits its turn.",
        range: range(limits::BANDWIDTH_MBPS, 1.0),
        get: |impairment| match impairment {
            Impairment::Bandwidth { mbps } => Some(mbps),
            Impairment::Delay { .. } | Impairment::Loss { .. } | Impairment::Cut { .. } => None,
        },
        set: |mbps| Impairment::Bandwidth { mbps },
    },
];

/// The ways of a cut, in their order on screen, after that there is none.
const DIRECTIONS: [Direction; 3] = [Direction::Both, Direction::Calls, Direction::Answers];
const CUTS: [&str; 4] = ["no", "both ways", "for calls", "for answers"];

/// The fields, folded up where the link is one of several and sound.
#[component]
pub fn Impairments(props: &ImpairmentsProps) -> Html {
    let refusal = use_state(|| None::<String>);
    let words = deed::link_words(&props.gauge);
    let is_sound = words.is_empty();
    if props.read_only && is_sound {
        return Html::default();
    }
    let Link { from, to, .. } = &props.link;
    let of = format!("{from}-{to}");
    let repair = {
        let (intents, action) = (props.intents.clone(), deed::repair(from, to));
        Callback::from(move |_: MouseEvent| intents.emit(Intent::Apply(action.clone())))
    };
    html! {
        <>
            if !is_sound {
                <div class="link-state">
                    <span data-testid="link-state" data-of={of.clone()}>{ words.join(" · ") }</span>
                    if !props.read_only {
                        <button class="btn small" data-control="repair-link" data-of={of.clone()}
                            aria-label={format!("Repair the link from {from} to {to}")}
                            onclick={repair}>{ "Repair" }</button>
                    }
                </div>
            }
            if !props.read_only {
                <details class="break-link" open={props.chosen || !is_sound}>
                    <summary data-control="break-link" data-of={of.clone()}>{ "Break this link" }</summary>
                    { for AMOUNTS.iter().map(|amount| amount_field(props, &of, amount)) }
                    { cut(props, &of, &refusal) }
                </details>
            }
        </>
    }
}

fn amount_field(props: &ImpairmentsProps, of: &str, amount: &'static Amount) -> Html {
    let mut impairments = props.gauge.impairments.iter();
    let now = impairments.find_map(|impairment| (amount.get)(*impairment));
    let commit = {
        let props = props.clone();
        Callback::from(move |text: String| {
            let wanted = amount.read(&text)?.map(amount.set);
            props.ask(now.map(amount.set), wanted)
        })
    };
    let id = format!("impair-{of}-{}", amount.key);
    let help_id = format!("{id}-help");
    html! {
        <div class="control">
            <label for={id.clone()}>{ amount.label }</label>
            <div class="control-value">
                <Entry {id} control="impair" of={of.to_owned()} name={amount.key} described_by={help_id.clone()}
                    value={now.map_or_else(String::new, format::plain)} {commit} />
                <span class="unit">{ amount.unit }</span>
            </div>
            <p class="help" id={help_id}>{ amount.help }<span class="range-words">{ format!(" {}.", field::ends(amount.range)) }</span></p>
        </div>
    }
}

fn cut(props: &ImpairmentsProps, of: &str, refusal: &UseStateHandle<Option<String>>) -> Html {
    let mut impairments = props.gauge.impairments.iter();
    let now = impairments.find(|impairment| matches!(impairment, Impairment::Cut { .. }));
    let now = now.copied();
    let ways = DIRECTIONS.map(|direction| Some(Impairment::Cut { direction }));
    let place = ways.iter().position(|way| *way == now);
    let choose = {
        let (props, refusal) = (props.clone(), refusal.clone());
        Callback::from(move |chosen: usize| {
            let wanted = chosen.checked_sub(1).and_then(|way| ways[way]);
            let refused = props.ask(now, wanted).err();
            let is_taken = refused.is_none();
            refusal.set(refused);
            is_taken
        })
    };
    let id = format!("impair-{of}-cut");
    let help_id = format!("{id}-help");
    html! {
        <div class="control">
            <label for={id.clone()}>{ "Cut" }</label>
            <div class="control-value">
                <Choice {id} control="impair" of={of.to_owned()} name="cut" described_by={help_id.clone()}
                    words={CUTS.to_vec()} place={place.map_or(0, |way| way + 1)} {choose} />
            </div>
            <p class="help" id={help_id}>{ "What is sent into a cut waits, and sets out again once the link is repaired." }</p>
            if let Some(reason) = &**refusal { <p class="refusal" role="alert" data-testid="refused" data-of={of.to_owned()} data-name="cut">{ reason }</p> }
        </div>
    }
}

impl Amount {
    /// Reads what was typed: nothing, or 0, is that nothing is wrong.
    fn read(&self, text: &str) -> Result<Option<f64>, String> {
        if ["", "0"].contains(&text.trim()) {
            return Ok(None);
        }
        field::number(text, self.range).map(Some)
    }
}

impl ImpairmentsProps {
    /// Asks for another impairment of a sort than there is now, or for none.
    fn ask(&self, now: Option<Impairment>, wanted: Option<Impairment>) -> Result<(), String> {
        let is_all = self.gauge.impairments.len() < 2;
        if let Some(action) = action(&self.link, now, wanted, is_all)? {
            self.intents.emit(subject::apply(&self.live, action)?);
        }
        Ok(())
    }
}

/// What brings a link from one impairment to another, or to none: a repair is of all that is wrong with it.
fn action(
    Link { from, to, .. }: &Link,
    now: Option<Impairment>,
    wanted: Option<Impairment>,
    is_all: bool,
) -> Result<Option<Action>, String> {
    match wanted {
        _ if now == wanted => Ok(None),
        Some(impairment) => Ok(Some(deed::impair(from, to, impairment))),
        None if is_all => Ok(Some(deed::repair(from, to))),
        None => Err("A link is repaired as a whole: “Repair” mends all of it.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_their_range_and_nothing_is_that_nothing_is_wrong() {
        let [delay, loss, bandwidth] = &AMOUNTS;
        assert_eq!(delay.read(" "), Ok(None));
        assert_eq!(loss.read("0"), Ok(None));
        assert_eq!(
            loss.read("5").map(|percent| percent.map(loss.set)),
            Ok(Some(Impairment::Loss { share: 0.05 }))
        );
        assert_eq!(bandwidth.read("2.5"), Ok(Some(2.5)));
        let refused = loss.read("95").unwrap_err();
        assert_eq!(refused, "95 is too large: give 0 to 90.");
        assert!(delay.read("soon").unwrap_err().contains("not a number"));
        for amount in &AMOUNTS {
            assert_eq!((amount.get)((amount.set)(3.0)), Some(3.0), "{}", amount.key);
        }
    }

    #[test]
    fn a_link_is_impaired_by_one_sort_at_a_time_and_repaired_as_a_whole() {
        let link = Link {
            from: "web".into(),
            to: "db".into(),
            ..Link::default()
        };
        let loss = Impairment::Loss { share: 0.05 };
        let asked = |now, wanted, is_all| action(&link, now, wanted, is_all);
        assert_eq!(asked(Some(loss), Some(loss), true), Ok(None));
        assert_eq!(asked(None, None, true), Ok(None));
        let impair = deed::impair("web", "db", loss);
        assert_eq!(asked(None, Some(loss), false), Ok(Some(impair)));
        let repair = deed::repair("web", "db");
        assert_eq!(asked(Some(loss), None, true), Ok(Some(repair)));
        assert!(asked(Some(loss), None, false).is_err());
    }
}

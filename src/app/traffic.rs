//! The traffic slider: from 1 to 1,000,000 requests a second, or users where the loop is closed, each
//! tenfold as far as the last, with the load to be typed as well.

use std::rc::Rc;

use headroom_engine::lab::Load;
use headroom_scenario::{Scenario, read_number};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use crate::entry::Entry;
use crate::format;
use crate::intent::{Intent, Intents};
use crate::mathematics::{decade, power};

/// Slider positions in a tenfold.
const DECADE: f64 = 100.0;
/// Positions of the whole slider.
const POSITIONS: f64 = 6.0 * DECADE;
/// While the slider is dragged, the rate is changed no more often than this, in milliseconds.
const DRAG_EVERY_MS: f64 = 200.0;

/// What the traffic control shows.
#[derive(Clone, PartialEq, Properties)]
pub struct TrafficProps {
    /// The design now, with its traffic.
    pub live: Rc<Scenario>,
    /// Largest load that the design holds, if it is known.
    pub capacity: Option<Load>,
    /// Nothing can be edited.
    pub read_only: bool,
    /// Where wishes go.
    pub intents: Intents,
}

/// The traffic control.
#[component]
pub fn Traffic(props: &TrafficProps) -> Html {
    let now = Load::of(&props.live.traffic);
    let dragged = use_state(|| None::<Load>);
    let sent = use_mut_ref(|| (now, 0.0_f64));
    let shown = dragged.unwrap_or(now);

    let apply = {
        let (intents, live) = (props.intents.clone(), props.live.clone());
        move |load: Load| intents.emit(Intent::Apply(load.action(&live.traffic)))
    };
    let send = {
        let (apply, sent) = (apply.clone(), sent.clone());
        move |load: Load, at_ms: f64| {
            *sent.borrow_mut() = (load, at_ms);
            apply(load);
        }
    };
    let oninput = {
        let (dragged, sent, send) = (dragged.clone(), sent.clone(), send.clone());
        Callback::from(move |event: InputEvent| {
            let load = load_at(now, position_of(&event));
            dragged.set(Some(load));
            let (sent_load, sent_ms) = *sent.borrow();
            if load != sent_load && event.time_stamp() - sent_ms >= DRAG_EVERY_MS {
                send(load, event.time_stamp());
            }
        })
    };
    let onchange = {
        let (dragged, send) = (dragged.clone(), send.clone());
        Callback::from(move |event: Event| {
            let load = load_at(now, position_of(&event));
            dragged.set(None);
            if load != now {
                send(load, event.time_stamp());
            }
        })
    };
    let commit = Callback::from(move |text: String| {
        apply(parse_load(now, &text)?);
        Ok(())
    });
    let words = Words::of(now);
    let shown_amount = format::rate(shown.amount());
    let on_scale = now.least().amount()..now.most().amount();
    let capacity = props
        .capacity
        .map(Load::amount)
        .filter(|amount| on_scale.contains(amount));
    let (filled, limit) = (position_at(shown.amount()), capacity.map(position_at));
    let held = limit.map_or(filled, |limit| filled.min(limit));
    html! {
        <section class="traffic" aria-labelledby="traffic-title">
            <div class="traffic-head">
                <h2 class="eyebrow" id="traffic-title">{ "Traffic" }</h2>
                <div class="traffic-rate">
                    <Entry id="rate" control="rate" label={words.label} value={shown_amount.clone()}
                        disabled={props.read_only} {commit} />
                    <span>{ words.unit }</span>
                </div>
            </div>
            <div class="range">
                <svg class="range-track" aria-hidden="true">
                    <line class="track" x1="0" y1="10" x2="100%" y2="10" />
                    if filled > held {
                        <line class="track-over" x1={percent(held)} y1="10" x2={percent(filled)} y2="10" />
                    }
                    <line class="track-fill" x1="0" y1="10" x2={percent(held)} y2="10" />
                    if let Some(limit) = limit {
                        <line class="track-limit" x1={percent(limit)} x2={percent(limit)} y1="3" y2="17" />
                    }
                </svg>
                <input type="range" data-control="traffic" min="0" max={POSITIONS.to_string()} step="1"
                    aria-label={format!("Traffic, {}", words.spoken)} aria-valuetext={format!("{shown_amount} {}", words.spoken)}
                    disabled={props.read_only}
                    value={position_at(shown.amount()).to_string()} {oninput} {onchange} />
            </div>
            { scale(capacity, shown.amount()) }
        </section>
    }
}

/// What a load is called beside the control.
struct Words {
    label: &'static str,
    unit: &'static str,
    spoken: &'static str,
}

impl Words {
    const fn of(load: Load) -> Self {
        match load {
            Load::RateRps(_) => Self {
                label: "Requests a second",
                unit: "requests/s",
                spoken: "requests a second",
            },
            Load::Users(_) => Self {
                label: "Users at work",
                unit: "users",
                spoken: "users at work",
            },
        }
    }
}

/// The words of the scale: where they stand, and how far those of the limit keep off.
const SCALE: [(f64, &str, &str, f64); 4] = [
    (0.0, "1", "first", 1.0 * DECADE),
    (2.0 * DECADE, "100", "", 1.4 * DECADE),
    (4.0 * DECADE, "10,000", "", 1.7 * DECADE),
    (POSITIONS, "1 million", "last", 2.3 * DECADE),
];

fn scale(capacity: Option<f64>, shown: f64) -> Html {
    let is_over = capacity.is_some_and(|amount| amount < shown);
    let limit = capacity.map(|amount| {
        (
            position_at(amount),
            format!("holds {}", format::rate(amount)),
        )
    });
    let is_free = |position: f64, apart: f64| {
        let taken = limit.as_ref().map(|(taken, _)| *taken);
        taken.is_none_or(|taken| (position - taken).abs() >= apart)
    };
    html! {
        <svg class="range-scale" aria-hidden="true">
            { for SCALE.iter().filter(|(position, _, _, apart)| is_free(*position, *apart)).map(|(position, words, class, _)| html! {
                <text class={*class} x={percent(*position)} y="12">{ *words }</text>
            }) }
            if let Some((position, words)) = &limit {
                <text class={classes!("limit", is_over.then_some("over"), end_of_scale(*position))} x={percent(*position)} y="12">{ words }</text>
            }
        </svg>
    }
}

/// Words near an end of the scale begin or end with it.
fn end_of_scale(position: f64) -> &'static str {
    if position < 0.5 * DECADE {
        "first"
    } else if position > POSITIONS - 0.5 * DECADE {
        "last"
    } else {
        ""
    }
}

fn position_of(event: &impl TargetCast) -> f64 {
    let input: HtmlInputElement = event.target_unchecked_into();
    read_number(&input.value()).unwrap_or(0.0)
}

/// The position's share of the track, thumb's width allowed for by the style sheet.
fn percent(position: f64) -> String {
    format!("{:.2}%", position / POSITIONS * 100.0)
}

/// Where a load stands on the slider.
fn position_at(amount: f64) -> f64 {
    (amount.max(1.0).log10() * DECADE)
        .round()
        .clamp(0.0, POSITIONS)
}

/// The load of a position, to two figures.
fn load_at(now: Load, position: f64) -> Load {
    let amount = power(10.0, position / DECADE);
    let unit = decade(amount) / 10.0;
    now.with_amount((amount / unit).round() * unit)
}

/// A load as people type it: `1500`, `1,500`, `1.5k`, `2 M`.
fn parse_load(now: Load, text: &str) -> Result<Load, String> {
    let text = text
        .trim()
        .to_ascii_lowercase()
        .replace([',', ' ', '\u{a0}', '_'], "");
    let (digits, unit) = match text.strip_suffix(['k', 'm']) {
        Some(digits) if text.ends_with('k') => (digits, 1e3),
        Some(digits) => (digits, 1e6),
        None => (text.as_str(), 1.0),
    };
    let bounds = now.least().amount()..=now.most().amount();
    match read_number(digits).map(|number| number * unit) {
        Some(amount) if bounds.contains(&amount) => Ok(now.with_amount(amount)),
        Some(_) => Err(format!(
            "Between 1 and 1,000,000 {}.",
            Words::of(now).spoken
        )),
        None => Err("A number, such as 1500 or 20k.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Load = Load::RateRps(100.0);

    #[test]
    fn the_slider_spans_one_to_a_million_and_every_position_returns() {
        let rate_at = |position| load_at(RATE, position).amount();
        assert_eq!(rate_at(0.0), 1.0);
        assert_eq!(rate_at(POSITIONS), 1_000_000.0);
        assert_eq!(rate_at(position_at(1_500.0)), 1_500.0);
        for position in 0..=POSITIONS as u32 {
            let rate = rate_at(f64::from(position));
            assert!((position_at(rate) - f64::from(position)).abs() <= 2.0);
        }
    }

    #[test]
    fn in_a_closed_loop_it_is_users_that_are_turned_up() {
        let users = Load::Users(20);
        assert_eq!(load_at(users, 0.0), Load::Users(1));
        assert_eq!(load_at(users, POSITIONS), Load::Users(1_000_000));
        assert_eq!(load_at(users, position_at(34.0)), Load::Users(34));
        assert_eq!(parse_load(users, "1.5k"), Ok(Load::Users(1_500)));
        assert_eq!(
            parse_load(users, "0").unwrap_err(),
            "Between 1 and 1,000,000 users at work."
        );
    }

    #[test]
    fn rates_are_read_as_people_type_them() {
        let parse_rate = |text| parse_load(RATE, text).map(Load::amount);
        assert_eq!(parse_rate("1500"), Ok(1_500.0));
        assert_eq!(parse_rate(" 1,500 "), Ok(1_500.0));
        assert_eq!(parse_rate("1.5k"), Ok(1_500.0));
        assert_eq!(parse_rate("1M"), Ok(1_000_000.0));
        assert_eq!(
            parse_rate("0.5").unwrap_err(),
            "Between 1 and 1,000,000 requests a second."
        );
        assert!(parse_rate("1.1M").is_err());
        assert!(parse_rate("").is_err());
        assert!(parse_rate("NaN").is_err());
        assert!(parse_rate("inf").is_err());
    }
}

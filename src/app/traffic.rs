//! The traffic slider: from 1 to 1,000,000 requests a second, each tenfold as far as the last, with
//! the rate to be typed as well.

use headroom_scenario::{Action, RATE_MAX_RPS, RATE_MIN_RPS, read_number};
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::entry::Entry;
use super::intent::{Intent, Intents};
use crate::format;

/// Slider positions in a tenfold.
const DECADE: f64 = 100.0;
/// Positions of the whole slider.
const POSITIONS: f64 = 6.0 * DECADE;
/// While the slider is dragged, the rate is changed no more often than this, in milliseconds.
const DRAG_EVERY_MS: f64 = 200.0;

/// What the traffic control shows.
#[derive(Clone, PartialEq, Properties)]
pub struct TrafficProps {
    /// The rate now, in requests a second.
    pub rate_rps: f64,
    /// Largest rate that the design holds, if it is known.
    pub capacity_rps: Option<f64>,
    /// Nothing can be edited.
    pub read_only: bool,
    /// Where wishes go.
    pub intents: Intents,
}

/// The traffic control.
#[component]
pub fn Traffic(props: &TrafficProps) -> Html {
    let dragged = use_state(|| None::<f64>);
    let sent = use_mut_ref(|| (props.rate_rps, 0.0_f64));
    let shown_rps = dragged.unwrap_or(props.rate_rps);

    let send = {
        let (intents, sent) = (props.intents.clone(), sent.clone());
        move |rate_rps: f64, at_ms: f64| {
            *sent.borrow_mut() = (rate_rps, at_ms);
            intents.emit(Intent::Apply(Action::SetRate { rate_rps }));
        }
    };
    let oninput = {
        let (dragged, sent, send) = (dragged.clone(), sent.clone(), send.clone());
        Callback::from(move |event: InputEvent| {
            let rate_rps = rate_at(position_of(&event));
            dragged.set(Some(rate_rps));
            let (sent_rps, sent_ms) = *sent.borrow();
            if rate_rps != sent_rps && event.time_stamp() - sent_ms >= DRAG_EVERY_MS {
                send(rate_rps, event.time_stamp());
            }
        })
    };
    let onchange = {
        let (dragged, send, now_rps) = (dragged.clone(), send.clone(), props.rate_rps);
        Callback::from(move |event: Event| {
            let rate_rps = rate_at(position_of(&event));
            dragged.set(None);
            if rate_rps != now_rps {
                send(rate_rps, event.time_stamp());
            }
        })
    };
    let commit = {
        let intents = props.intents.clone();
        Callback::from(move |text: String| {
            let rate_rps = parse_rate(&text)?;
            intents.emit(Intent::Apply(Action::SetRate { rate_rps }));
            Ok(())
        })
    };
    let capacity_rps = props
        .capacity_rps
        .filter(|rps| (RATE_MIN_RPS..RATE_MAX_RPS).contains(rps));
    let (filled, limit) = (position_at(shown_rps), capacity_rps.map(position_at));
    let held = limit.map_or(filled, |limit| filled.min(limit));
    html! {
        <section class="traffic" aria-labelledby="traffic-title">
            <div class="traffic-head">
                <h2 class="eyebrow" id="traffic-title">{ "Traffic" }</h2>
                <div class="traffic-rate">
                    <Entry id="rate" control="rate" label="Requests a second" value={format::rate(shown_rps)}
                        disabled={props.read_only} {commit} />
                    <span>{ "requests/s" }</span>
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
                    aria-label="Traffic, requests a second" aria-valuetext={format!("{} requests a second", format::rate(shown_rps))}
                    disabled={props.read_only}
                    value={position_at(shown_rps).to_string()} {oninput} {onchange} />
            </div>
            { scale(capacity_rps, shown_rps) }
        </section>
    }
}

/// The words of the scale: where they stand, and how far those of the limit keep off.
const SCALE: [(f64, &str, &str, f64); 4] = [
    (0.0, "1", "first", 1.0 * DECADE),
    (2.0 * DECADE, "100", "", 1.4 * DECADE),
    (4.0 * DECADE, "10,000", "", 1.7 * DECADE),
    (POSITIONS, "1 million", "last", 2.3 * DECADE),
];

fn scale(capacity_rps: Option<f64>, rate_rps: f64) -> Html {
    let is_over = capacity_rps.is_some_and(|rps| rps < rate_rps);
    let limit = capacity_rps.map(|rps| (position_at(rps), format!("holds {}", format::rate(rps))));
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

/// Where a rate stands on the slider.
fn position_at(rate_rps: f64) -> f64 {
    (rate_rps.max(RATE_MIN_RPS).log10() * DECADE)
        .round()
        .clamp(0.0, POSITIONS)
}

/// The rate of a position, to two figures.
fn rate_at(position: f64) -> f64 {
    let rate_rps = 10f64.powf(position / DECADE);
    let unit = 10f64.powf(rate_rps.log10().floor() - 1.0);
    ((rate_rps / unit).round() * unit).clamp(RATE_MIN_RPS, RATE_MAX_RPS)
}

/// A rate as people type it: `1500`, `1,500`, `1.5k`, `2 M`.
fn parse_rate(text: &str) -> Result<f64, String> {
    let text = text
        .trim()
        .to_ascii_lowercase()
        .replace([',', ' ', '\u{a0}', '_'], "");
    let (digits, unit) = match text.strip_suffix(['k', 'm']) {
        Some(digits) if text.ends_with('k') => (digits, 1e3),
        Some(digits) => (digits, 1e6),
        None => (text.as_str(), 1.0),
    };
    match read_number(digits).map(|number| number * unit) {
        Some(rate_rps) if (RATE_MIN_RPS..=RATE_MAX_RPS).contains(&rate_rps) => Ok(rate_rps),
        Some(_) => Err("Between 1 and 1,000,000 requests a second.".into()),
        None => Err("A number, such as 1500 or 20k.".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slider_spans_one_to_a_million_and_every_position_returns() {
        assert_eq!(rate_at(0.0), 1.0);
        assert_eq!(rate_at(POSITIONS), 1_000_000.0);
        assert_eq!(rate_at(position_at(1_500.0)), 1_500.0);
        for position in 0..=POSITIONS as u32 {
            let rate = rate_at(f64::from(position));
            assert!((position_at(rate) - f64::from(position)).abs() <= 2.0);
        }
    }

    #[test]
    fn rates_are_read_as_people_type_them() {
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

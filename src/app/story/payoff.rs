//! From which load on a step pays off, in words.

use headroom_engine::lab::Load;
use yew::prelude::*;

use super::StoryProps;
use crate::app::breach::past;
use crate::format;
use crate::lab::{Finding, Progress};
use crate::mathematics::decade;

/// What pays off from fewer requests a second, or users, than this does so whatever the load.
const ANY_LOAD_BELOW: f64 = 2.0;

/// The load from which it pays off, and what breaks there without it.
pub fn payoff(props: &StoryProps) -> Html {
    let words = match &props.payoff {
        None => {
            html! {
                <>
                    <span class="measuring">{ "Looking for the load from which it pays off" }</span>
                    if let Some(load) = props.payoff_progress.and_then(Progress::load) {
                        <small data-testid="trying">{ format!("trying {}", format::load(load)) }</small>
                    }
                </>
            }
        }
        Some(Finding::Payoff {
            load: Some(load),
            breach,
        }) => html! {
            <>
                { "Pays off " }
                <b data-testid="pays-off-from" data-value={load.amount().to_string()}>{ from_load(*load, up_to(props.capacity, props.is_bounded)) }</b>
                if let Some(breach) = breach {
                    <small>{ format!("{} the step before {}.", at_load(*load), past(breach)) }</small>
                }
            </>
        },
        Some(Finding::Payoff { load: None, .. }) => html! {
            <span data-testid="never-pays-off">{ "No load was found that this design holds and the one before does not." }</span>
        },
        Some(Finding::Unanswerable(reason)) => html! { { reason } },
        Some(_) => html! {},
    };
    html! { <div class="pay" aria-live="polite">{ words }</div> }
}

/// The load up to which the design itself holds, where that is known and is of what paid off: past it, neither
/// design holds.
fn up_to(capacity: Option<Load>, is_bounded: bool) -> Option<Load> {
    let is_within = |load: &Load| 0.0 < load.amount() && load.amount() < load.most().amount();
    capacity.filter(|_| is_bounded).filter(is_within)
}

/// From which load on, in words, and up to which.
fn from_load(load: Load, up_to: Option<Load>) -> String {
    let up_to = up_to.filter(|up_to| up_to.amount() > load.amount());
    let figure = |rate_rps: f64| format::rate(two_figures(rate_rps));
    match (load, up_to) {
        (_, None) if is_any(load) => "from the smallest load on".into(),
        (_, Some(up_to)) if is_any(load) => format!("at any load up to {}", format::load(up_to)),
        (Load::RateRps(from_rps), Some(Load::RateRps(to_rps))) => {
            format!("from {} to {} requests/s", figure(from_rps), figure(to_rps))
        }
        (Load::RateRps(rate_rps), _) => format!("from {} requests/s", figure(rate_rps)),
        (Load::Users(_), Some(up_to)) => {
            format!(
                "from {} to {}",
                format::count(load.amount() as u64),
                format::load(up_to)
            )
        }
        (Load::Users(_), None) => format!("from {}", format::load(load)),
    }
}

/// At that load, at the start of a sentence.
fn at_load(load: Load) -> String {
    if is_any(load) {
        format!("Even at {}", format::load(load.least()))
    } else {
        "There".into()
    }
}

fn is_any(load: Load) -> bool {
    load.amount() < ANY_LOAD_BELOW
}

/// A search ends within 2 %: more figures than two would claim more.
fn two_figures(rate_rps: f64) -> f64 {
    let unit = decade(rate_rps.max(1.0)) / 10.0;
    (rate_rps / unit).round() * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pay_off_ends_at_a_capacity_of_the_same_conditions_only() {
        let capacity = Some(Load::RateRps(1_156.0));
        assert_eq!(up_to(capacity, true), capacity);
        assert_eq!(up_to(capacity, false), None);
        assert_eq!(up_to(Some(Load::RateRps(0.0)), true), None);
    }

    #[test]
    fn a_pay_off_says_from_where_from_where() {
        let rate = Load::RateRps;
        // Not at any: how large a load it holds is not known.
        let open = from_load(rate(1.0), None);
        assert_eq!(open, "from the smallest load on");
        let both = from_load(rate(658.3), Some(rate(2_361.0)));
        assert_eq!(both, "from 660 to 2,400 requests/s");
        let any = from_load(rate(1.0), Some(rate(759.0)));
        assert_eq!(any.replace('\u{a0}', " "), "at any load up to 759/s");
        assert_eq!(
            from_load(rate(700.0), Some(rate(500.0))),
            "from 700 requests/s"
        );
        assert_eq!(at_load(rate(1.0)), "Even at 1/s");
        assert_eq!(at_load(rate(2.0)), "There");
        assert_eq!(from_load(rate(2.0), None), "from 2 requests/s");
        assert_eq!(from_load(rate(658.3), None), "from 660 requests/s");
        assert_eq!(
            from_load(Load::Users(34), None).replace('\u{a0}', " "),
            "from 34 users"
        );
    }
}

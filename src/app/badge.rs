//! Headroom itself: the load the design can still take, and what gives way first.

use yew::prelude::*;

use crate::format;

/// What the badge is about.
#[derive(Clone, PartialEq, Properties)]
pub struct BadgeProps {
    /// The load now, in requests a second.
    pub rate_rps: f64,
    /// Largest load that holds the objectives, once it has been found.
    pub capacity_rps: Option<f64>,
    /// What the component that gives way first is called.
    pub limited: Option<String>,
    /// Why it can't be found.
    pub unanswerable: Option<String>,
}

/// From here up, what is left is told as a multiple.
const MULTIPLE_FROM: f64 = 10.0;

/// The badge at the top of the diagram.
#[component]
pub fn Badge(props: &BadgeProps) -> Html {
    let (tone, figure, words) = sentence(props);
    html! {
        <div class={classes!("headroom-badge", tone)} data-testid="headroom" role="group" aria-label="Headroom">
            <h2 class="eyebrow">{ "Headroom" }</h2>
            <div class="badge-figure">{ figure }</div>
            <div class="badge-words">{ words }</div>
            if let Some(capacity_rps) = props.capacity_rps.filter(|rps| *rps > 0.0) {
                <div class="badge-words">{ format!("holds up to {}/s", format::rate(capacity_rps)) }</div>
            }
        </div>
    }
}

/// The tone, the figure and the words.
fn sentence(props: &BadgeProps) -> (&'static str, String, String) {
    if let Some(reason) = &props.unanswerable {
        return ("unknown", "–".into(), reason.clone());
    }
    let Some(capacity_rps) = props.capacity_rps else {
        return ("unknown", "…".into(), "measuring what it can take".into());
    };
    let first = match &props.limited {
        // Tiers of several servers are named in the plural.
        Some(name) if name.ends_with('s') => format!("{name} give way first"),
        Some(name) => format!("{name} gives way first"),
        None => "takes all that the slider has".into(),
    };
    if capacity_rps <= 0.0 {
        return (
            "bad",
            "none left".into(),
            "not even 1 request/s holds the objectives".into(),
        );
    }
    let left = capacity_rps / props.rate_rps - 1.0;
    if left < 0.0 {
        return ("bad", "none left".into(), first);
    }
    let figure = if left >= MULTIPLE_FROM {
        format!("{}\u{a0}× more", format::count(left.round() as u64))
    } else {
        format!("{} left", format::gauge(left))
    };
    (if left < 0.15 { "warn" } else { "ok" }, figure, first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(rate_rps: f64) -> (&'static str, String, String) {
        sentence(&BadgeProps {
            rate_rps,
            capacity_rps: Some(1_380.0),
            limited: Some("Database".into()),
            unanswerable: None,
        })
    }

    #[test]
    fn headroom_is_what_is_left_of_what_it_takes_now() {
        assert_eq!(at(1_000.0).1, "38\u{a0}% left");
        assert_eq!(at(1_000.0).2, "Database gives way first");
        assert_eq!(at(1_300.0).0, "warn");
        assert_eq!(
            at(2_000.0),
            ("bad", "none left".into(), "Database gives way first".into())
        );
        assert_eq!(at(10.0).1, "137\u{a0}× more");
    }
}

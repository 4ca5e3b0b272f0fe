//! The story: what hurts, what this step does about it, and what that changed, measured.

use headroom_engine::lab::{Breach, Load, Objective};
use headroom_scenario::step::{LADDER, Step};
use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition, window};
use yew::prelude::*;

use super::building::{Building, Site};
use super::header::short_title;
use super::icon;
use crate::diagram::wants_less_motion;
use crate::format;
use crate::intent::{Intent, Intents};
use crate::lab::{CacheOutcome, Finding, Outcome, Progress};
use crate::mathematics::decade;

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

/// What pays off from fewer requests a second, or users, than this does so whatever the load.
const ANY_LOAD_BELOW: f64 = 2.0;

/// The story at the left.
#[component]
pub fn Story(props: &StoryProps) -> Html {
    let building = use_memo(props.site.clone(), |site| {
        site.as_ref().and_then(Building::at)
    });
    let told_before = use_mut_ref(|| false);
    use_effect_with((props.step, props.title.clone()), move |_| {
        if told_before.replace(true) {
            show_from_its_start();
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
                if place > 0 { { payoff(props) } { changed(props) } }
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
        show_stage();
    });
    html! {
        <button class="btn build-here" data-control={control} {onclick} title={format!("{words} in this design, while it runs: {next}")}
            aria-label={format!("{words} here: {next}")}>{ words }</button>
    }
}

/// Brings a story that has just been opened into sight: its title, how it begins, and its diagram.
fn show_from_its_start() {
    if let Some(story) = find(".story") {
        story.set_scroll_top(0);
    }
    show_stage();
}

fn find(selector: &str) -> Option<Element> {
    let document = window()?.document()?;
    document.query_selector(selector).ok()?
}

/// Brings the diagram into sight, where the page is one column and one reads below it.
fn show_stage() {
    if let Some(stage) = find(".stage") {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        options.set_behavior(if wants_less_motion() {
            ScrollBehavior::Instant
        } else {
            ScrollBehavior::Smooth
        });
        stage.scroll_into_view_with_scroll_into_view_options(&options);
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

fn payoff(props: &StoryProps) -> Html {
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

/// What a design does of whose answers nothing is known.
const NOBODY: &str = "answers nobody";

/// And to which nobody comes.
const NO_REQUEST: &str = "gets no request";

/// Which objective does not hold, after the design that breaks it: by how much depends on how far the search
/// ran.
pub fn past(breach: &Breach) -> String {
    if breach.found.is_none() {
        return NOBODY.into();
    }
    let share = format!("{}\u{a0}%", format::plain(breach.limit * 100.0));
    match breach.objective {
        Objective::LatencyP99Ms => format!("has a p99 over {}", format::ms(breach.limit)),
        Objective::FailedShare => format!("fails more than {share} of requests"),
        Objective::SessionsLostShare => format!("makes more than {share} of users log in anew"),
        Objective::BacklogShare => "falls further and further behind".into(),
        Objective::Requests => NO_REQUEST.into(),
    }
}

/// What breaking an objective means, after the design that does it.
pub fn breaking(breach: &Breach) -> String {
    let Breach {
        objective, limit, ..
    } = *breach;
    let Some(found) = breach.found else {
        return NOBODY.into();
    };
    let share = |share: f64| format!("{}\u{a0}%", format::plain(share * 100.0));
    match objective {
        Objective::LatencyP99Ms => format!(
            "has a p99 of {}, over {}",
            format::ms(found),
            format::ms(limit)
        ),
        Objective::FailedShare => format!(
            "fails {} of requests, over {}",
            format::share(found),
            share(limit)
        ),
        Objective::SessionsLostShare => format!(
            "makes {} of users log in anew, over {}",
            format::share(found),
            share(limit)
        ),
        Objective::BacklogShare => "falls further and further behind".into(),
        Objective::Requests => NO_REQUEST.into(),
    }
}

/// A search ends within 2 %: more figures than two would claim more.
fn two_figures(rate_rps: f64) -> f64 {
    let unit = decade(rate_rps.max(1.0)) / 10.0;
    (rate_rps / unit).round() * unit
}

fn changed(props: &StoryProps) -> Html {
    let load = format!("At {}", format::load(props.load));
    let (before, after) = match &props.comparison {
        Some(Finding::Comparison { before, after }) => (before, after),
        Some(Finding::Unanswerable(reason)) => return html! { <p>{ reason }</p> },
        _ => {
            let percent = props.comparison_progress.map_or(0, Progress::percent);
            return html! {
                <>
                    <h2 class="eyebrow as-said">{ load }</h2>
                    <p class="measuring" data-testid="comparing" data-value={percent.to_string()}>{ comparing(percent) }</p>
                </>
            };
        }
    };
    let rows = rows(before, after);
    let same: Vec<String> = rows
        .iter()
        .filter(|row| row.tone == Tone::Same)
        .map(|row| format!("{} {}", row.name, row.after))
        .collect();
    html! {
        <table class="delta" data-testid="comparison">
            <caption class="visually-hidden">{ "What this step changed, on the same requests" }</caption>
            <thead class="eyebrow"><tr><th>{ load }</th><th>{ "before" }</th><th>{ "after" }</th></tr></thead>
            <tbody>
                { for rows.iter().filter(|row| row.tone != Tone::Same).map(|row| html! {
                    <tr>
                        <th scope="row">{ row.name }</th><td>{ &row.before }</td>
                        <td class={row.tone.css()}>{ &row.after }</td>
                    </tr>
                }) }
            </tbody>
            <tfoot>
                if !same.is_empty() {
                    <tr><td colspan="3">{ format!("Much the same: {}.", same.join(", ")) }</td></tr>
                }
                if props.is_resized_by_hand {
                    <tr><td colspan="3" data-testid="with-your-servers">{ "After with the servers that you added or removed, from the start: how they come and go is seen live." }</td></tr>
                }
                if props.is_built_on {
                    <tr><td colspan="3" data-testid="without-what-is-built">{ "Both without what you built since: that is seen live." }</td></tr>
                }
                if props.leaves_out_faults {
                    <tr><td colspan="3" data-testid="without-your-faults">{ "Both without the faults that are not the step's own: they are seen live." }</td></tr>
                }
                if before.failed_share - after.failed_share > SILENCED_SHARE {
                    <tr><td colspan="3">{ format!("p99 is of answers: {} got none before.", format::share(before.failed_share)) }</td></tr>
                }
            </tfoot>
        </table>
    }
}

/// That both designs are running, and how far they have come.
fn comparing(percent: u8) -> String {
    let running = "Running both designs on the same requests";
    match percent {
        0 => running.into(),
        _ => format!("{running}, {percent}\u{a0}% done"),
    }
}

/// When so many fewer fail, latencies before and after are not of the same requests.
const SILENCED_SHARE: f64 = 0.3;

/// Figures that differ by no more than this share of the larger are the same.
const SAME_WITHIN: f64 = 0.03;

struct Row {
    name: &'static str,
    before: String,
    after: String,
    tone: Tone,
}

/// Which way a figure went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Better,
    Worse,
    Same,
    /// Neither: the reader judges.
    Plain,
}

impl Tone {
    const fn css(self) -> &'static str {
        match self {
            Tone::Better => "good",
            Tone::Worse => "worse",
            Tone::Same | Tone::Plain => "soft",
        }
    }

    fn of(before: f64, after: f64, less_is_better: bool) -> Self {
        let larger = before.max(after);
        if before == after || (larger.is_finite() && (before - after).abs() <= SAME_WITHIN * larger)
        {
            Tone::Same
        } else if (after < before) == less_is_better {
            Tone::Better
        } else {
            Tone::Worse
        }
    }
}

/// The figures that a reader compares, what matters most first; those that neither design has are
/// left out.
fn rows(before: &Outcome, after: &Outcome) -> Vec<Row> {
    // What is missing, as nobody was answered, is worse than any.
    let answered = |figure: Option<f64>, words: fn(f64) -> String| match figure {
        Some(figure) => (figure, words(figure)),
        None => (f64::INFINITY, "no answer".to_owned()),
    };
    let row = |name, before: (f64, String), after: (f64, String), less_is_better: bool| Row {
        name,
        tone: Tone::of(before.0, after.0, less_is_better),
        before: before.1,
        after: after.1,
    };
    let share = |value: f64| (value, format::share(value));
    let latency = |value: Option<f64>| answered(value, format::ms);
    let served = |value: f64| (value, format::rate(value));
    let mut rows = vec![
        row(
            "failed",
            share(before.failed_share),
            share(after.failed_share),
            true,
        ),
        row(
            "served/s",
            served(before.completed_rps),
            served(after.completed_rps),
            false,
        ),
        row(
            "p99",
            latency(before.latency_p99_ms),
            latency(after.latency_p99_ms),
            true,
        ),
    ];
    let p50 = row(
        "p50",
        latency(before.latency_p50_ms),
        latency(after.latency_p50_ms),
        true,
    );
    // It is told where it tells something else than p99.
    if rows.last().is_some_and(|p99| p99.tone != p50.tone) {
        rows.push(p50);
    }
    let lost = |outcome: &Outcome| outcome.sessions_lost_share.unwrap_or_default();
    if lost(before).max(lost(after)) > 0.0005 {
        rows.push(row(
            "users logged in anew",
            answered(before.sessions_lost_share, format::share),
            answered(after.sessions_lost_share, format::share),
            true,
        ));
        rows.push(row(
            "requests with a log-in",
            answered(before.login_share, format::share),
            answered(after.login_share, format::share),
            true,
        ));
    }
    if let (Some(before), Some(after)) = (before.queries_rps, after.queries_rps) {
        // Fewer are good where as much is served, and bad where less is.
        rows.push(Row {
            tone: match Tone::of(before, after, true) {
                Tone::Same => Tone::Same,
                _ => Tone::Plain,
            },
            ..row("queries/s", served(before), served(after), true)
        });
    }
    if let Some(cache) = &after.cache {
        rows.extend(cache_rows(before.cache.as_ref(), cache));
    }
    if before.writes_lost.max(after.writes_lost) >= 1.0 {
        let lost = |count: f64| (count, format::rate(count));
        rows.push(row(
            "writes lost",
            lost(before.writes_lost),
            lost(after.writes_lost),
            true,
        ));
    }
    rows.push(Row {
        // Servers that came and went are paid for as long as they were there.
        name: if before.cost_has_changed() || after.cost_has_changed() {
            "cost a month, mean of the run"
        } else {
            "cost a month"
        },
        before: format::usd(before.usd_month),
        after: format::usd(after.usd_month),
        tone: if (before.usd_month - after.usd_month).abs() < 0.5 {
            Tone::Same
        } else {
            Tone::Plain
        },
    });
    rows
}

/// What a cache answers, and the price of its policies, where they have one.
fn cache_rows(before: Option<&CacheOutcome>, after: &CacheOutcome) -> Vec<Row> {
    type Figure = fn(&CacheOutcome) -> Option<f64>;
    type Words = fn(f64) -> String;
    let row = |name, figure: Figure, words: Words, less_is_better| {
        let (was, is) = (before.and_then(figure), figure(after));
        let told = |figure: Option<f64>, is_there: bool| match (figure, is_there) {
            (Some(figure), _) => words(figure),
            (None, true) => "not asked".into(),
            (None, false) => "no cache".into(),
        };
        Row {
            name,
            before: told(was, before.is_some()),
            after: told(is, true),
            tone: Tone::of(
                was.unwrap_or_default(),
                is.unwrap_or_default(),
                less_is_better,
            ),
        }
    };
    let mut rows = vec![row(
        "cache hits",
        |cache| cache.hit_ratio,
        format::share,
        false,
    )];
    // So little of it is none in the words.
    const NOTICED_SHARE: f64 = 0.0005;
    const NOTICED_RPS: f64 = 0.05;
    let prices: [(&'static str, Figure, f64, Words); 2] = [
        (
            "stale hits",
            |cache| Some(cache.stale_share),
            NOTICED_SHARE,
            format::share,
        ),
        (
            "evictions/s",
            |cache| Some(cache.evictions_rps),
            NOTICED_RPS,
            format::rate,
        ),
    ];
    for (name, figure, noticed, words) in prices {
        let is_noticed = |cache: &CacheOutcome| figure(cache).is_some_and(|it| it >= noticed);
        if before.is_some_and(is_noticed) || is_noticed(after) {
            rows.push(row(name, figure, words, true));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_say_which_way_a_figure_went() {
        let before = Outcome {
            latency_p99_ms: Some(4_100.0),
            failed_share: 0.31,
            completed_rps: 600.0,
            sessions_lost_share: Some(0.0),
            login_share: Some(0.0),
            ..Outcome::default()
        };
        let after = Outcome {
            latency_p99_ms: Some(138.0),
            completed_rps: 600.0,
            cache: Some(CacheOutcome {
                hit_ratio: Some(0.8),
                ..CacheOutcome::default()
            }),
            writes_lost: 50.0,
            sessions_lost_share: Some(0.5),
            login_share: Some(0.1),
            queries_rps: Some(120.0),
            usd_month: 210.0,
            usd_month_at_end: 210.0,
            ..Outcome::default()
        };
        let told: Vec<_> = rows(&before, &after)
            .iter()
            .map(|row| (row.name, row.tone))
            .collect();
        let expected = [
            ("failed", Tone::Better),
            ("served/s", Tone::Same),
            ("p99", Tone::Better),
            ("p50", Tone::Same),
            ("users logged in anew", Tone::Worse),
            ("requests with a log-in", Tone::Worse),
            ("cache hits", Tone::Better),
            ("writes lost", Tone::Worse),
            ("cost a month", Tone::Plain),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn where_nobody_was_answered_no_session_was_kept_and_where_nothing_was_asked_nothing_hit() {
        let silent = Outcome {
            failed_share: 1.0,
            cache: Some(CacheOutcome::default()),
            ..Outcome::default()
        };
        let losing = Outcome {
            sessions_lost_share: Some(0.5),
            login_share: Some(0.1),
            ..silent
        };
        let told = rows(&silent, &losing);
        let of = |name: &str| {
            let row = told.iter().find(|row| row.name == name).expect(name);
            (row.before.as_str(), row.tone)
        };
        assert_eq!(of("users logged in anew"), ("no answer", Tone::Better));
        assert_eq!(of("requests with a log-in"), ("no answer", Tone::Better));
        assert_eq!(of("cache hits"), ("not asked", Tone::Same));
    }

    #[test]
    fn writes_that_were_lost_are_told_with_a_cache_or_without() {
        let told = |before: f64, after: f64| {
            let [before, after] = [before, after].map(|writes_lost| Outcome {
                writes_lost,
                ..Outcome::default()
            });
            let rows = rows(&before, &after);
            let lost = rows.into_iter().find(|row| row.name == "writes lost");
            lost.map(|row| (row.before, row.after, row.tone))
        };
        assert_eq!(told(0.0, 0.0), None);
        let lost = Some(("0".into(), "1,234".into(), Tone::Worse));
        assert_eq!(told(0.0, 1_234.0), lost);
    }

    #[test]
    fn a_cost_that_changed_is_said_to_be_the_mean_of_its_run() {
        let name = |usd_month_at_end| {
            let before = Outcome {
                usd_month: 210.0,
                usd_month_at_end: 210.0,
                ..Outcome::default()
            };
            let after = Outcome {
                usd_month: 340.0,
                usd_month_at_end,
                ..Outcome::default()
            };
            rows(&before, &after).last().map(|row| row.name)
        };
        assert_eq!(name(340.0), Some("cost a month"));
        assert_eq!(name(490.0), Some("cost a month, mean of the run"));
    }

    #[test]
    fn a_price_that_is_next_to_nothing_is_left_out() {
        let told = |cache: CacheOutcome| -> Vec<&'static str> {
            cache_rows(None, &cache)
                .iter()
                .map(|row| row.name)
                .collect()
        };
        let mut cache = CacheOutcome {
            hit_ratio: Some(0.8),
            stale_share: 0.0004,
            ..CacheOutcome::default()
        };
        assert_eq!(told(cache), ["cache hits"]);
        cache.stale_share = 0.01;
        cache.evictions_rps = 220.0;
        let all = ["cache hits", "stale hits", "evictions/s"];
        assert_eq!(told(cache), all);
    }

    #[test]
    fn a_pay_off_ends_at_a_capacity_of_the_same_conditions_only() {
        let capacity = Some(Load::RateRps(1_156.0));
        assert_eq!(up_to(capacity, true), capacity);
        assert_eq!(up_to(capacity, false), None);
        assert_eq!(up_to(Some(Load::RateRps(0.0)), true), None);
    }

    #[test]
    fn a_pay_off_says_from_where_and_what_breaks_there() {
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
        let breach = |objective, found, limit| Breach {
            objective,
            found: Some(found),
            limit,
        };
        for (breach, words) in [
            (
                breach(Objective::LatencyP99Ms, 2_210.0, 500.0),
                "has a p99 of 2.2 s, over 500 ms",
            ),
            (
                breach(Objective::FailedShare, 0.75, 0.01),
                "fails 75 % of requests, over 1 %",
            ),
            (
                breach(Objective::SessionsLostShare, 0.184, 0.08),
                "makes 18 % of users log in anew, over 8 %",
            ),
            (
                breach(Objective::BacklogShare, 0.3, 0.01),
                "falls further and further behind",
            ),
            (breach(Objective::Requests, 0.0, 1.0), "gets no request"),
        ] {
            assert_eq!(breaking(&breach).replace('\u{a0}', " "), words);
        }
    }

    #[test]
    fn no_answer_is_slower_than_any() {
        let silent = Outcome::default();
        let slow = Outcome {
            latency_p99_ms: Some(9e9),
            ..Outcome::default()
        };
        let p99 = |rows: Vec<Row>| {
            rows.into_iter()
                .find(|row| row.name == "p99")
                .map(|row| row.tone)
        };
        assert_eq!(p99(rows(&silent, &slow)), Some(Tone::Better));
        assert_eq!(p99(rows(&slow, &silent)), Some(Tone::Worse));
        assert_eq!(p99(rows(&silent, &silent)), Some(Tone::Same));
    }

    #[test]
    fn what_hardly_differs_is_the_same() {
        assert_eq!(Tone::of(998.0, 1_009.0, false), Tone::Same);
        assert_eq!(Tone::of(0.0, 0.0, true), Tone::Same);
        assert_eq!(Tone::of(0.0, 0.004, true), Tone::Worse);
        assert_eq!(Tone::of(1_317.0, 3_410.0, false), Tone::Better);
    }
}

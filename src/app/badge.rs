//! Headroom itself: how much of what the design can take is asked of it, and what gives way first.

use std::iter;
use std::rc::Rc;

use headroom_engine::lab::{Breach, Headroom, Load, Objective, Strain};
use headroom_engine::series::Bin;
use headroom_engine::snapshot::Snapshot;
use headroom_engine::time::NS_PER_S;
use headroom_scenario::Objectives;
use yew::prelude::*;

use super::stop::Stop;
use super::story::breaking;
use crate::format;
use crate::lettering::Lettering;

/// What the badge is about.
#[derive(Clone, PartialEq, Properties)]
pub struct BadgeProps {
    /// The load now.
    pub load: Load,
    /// What the design as it stands now holds, as far as that is known.
    pub capacity: Capacity,
    /// The gauges.
    pub snapshot: Option<Rc<Snapshot>>,
    /// What the design must hold.
    pub objectives: Objectives,
    /// What lets nothing through.
    pub stop: Option<Stop>,
    /// What is broken, and may leave some of it through.
    pub wound: Option<Stop>,
}

/// What a design holds, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Capacity {
    /// It is being searched.
    Searching {
        /// The load that is being tried.
        tried: Option<Load>,
    },
    /// It has been found.
    Found {
        /// Largest load that holds the objectives.
        load: Load,
        /// Requests answered a second at that load.
        reached_rps: f64,
        /// It is the largest load there is.
        is_unlimited: bool,
        /// It also comes up under that load from a cold start.
        holds_from_cold: bool,
        /// What the component that gives way first is called.
        limited: Option<String>,
    },
    /// It can't be found, and why.
    Unanswerable(String),
}

impl Capacity {
    /// Largest load that holds, where it has been found.
    pub fn load(&self) -> Option<Load> {
        match self {
            Self::Found { load, .. } => Some(*load),
            Self::Searching { .. } | Self::Unanswerable(_) => None,
        }
    }
}

/// The badge at the top of the diagram.
#[component]
pub fn Badge(props: &BadgeProps) -> Html {
    let Told {
        tone,
        figure,
        lines,
        named,
    } = told(props);
    html! {
        <div class={classes!("headroom-badge", tone)} data-testid="headroom" role="group" aria-label="Headroom"
            title={named} data-value={props.capacity.load().map(|load| load.amount().to_string())}>
            <h2 class="eyebrow">{ "Headroom" }</h2>
            <div class="badge-figure">{ figure }</div>
            { for lines.into_iter().map(|line| html! { <div class="badge-words">{ line }</div> }) }
        </div>
    }
}

/// What the badge says.
#[derive(Debug, PartialEq)]
struct Told {
    tone: &'static str,
    figure: String,
    lines: Vec<String>,
    /// The name in one of the lines in full, where it is cut off.
    named: Option<String>,
}

fn told(props: &BadgeProps) -> Told {
    let mut told = said(props);
    let limited = match &props.capacity {
        Capacity::Found { limited, .. } => limited,
        _ => &None,
    };
    let named = match culprit(props) {
        Some(stop) => stop.name(),
        None => limited.as_ref(),
    };
    told.named = named.filter(|name| cut(name) != **name).cloned();
    told
}

/// A name, as far as one line of the badge has room for it.
fn cut(name: &str) -> String {
    const ROOM: f64 = 150.0;
    Lettering::plain(12.0).cut(name, ROOM)
}

fn said(props: &BadgeProps) -> Told {
    let failing = props
        .snapshot
        .as_deref()
        .and_then(|snapshot| broken_now(snapshot, &props.objectives));
    match (&props.capacity, failing) {
        (Capacity::Unanswerable(reason), _) => Told {
            tone: "unknown",
            figure: "–".into(),
            lines: vec![reason.clone()],
            named: None,
        },
        (Capacity::Searching { tried }, None) => Told {
            tone: "unknown",
            figure: "…".into(),
            lines: measuring(*tried),
            named: None,
        },
        (Capacity::Searching { tried }, Some(breach)) => Told {
            lines: iter::once(format!("it {}", breaking(&breach)))
                .chain(measuring(*tried))
                .collect(),
            ..failing_now()
        },
        (
            Capacity::Found {
                load,
                reached_rps,
                is_unlimited,
                holds_from_cold,
                limited,
            },
            failing,
        ) => {
            let headroom = Headroom::new(*load, props.load, *is_unlimited);
            let holds = |when: &str| Some(holds(*load, *reached_rps)? + when);
            let culprit = culprit(props);
            let once_warm = if *holds_from_cold {
                ""
            } else {
                ", once it is warm"
            };
            match failing {
                // That it is asked too much says why, and not what comes of it.
                Some(breach) if headroom.strain() == Strain::Over => Told {
                    tone: "bad",
                    figure: nowrap(&headroom.figure()),
                    lines: [format!("it {}", breaking(&breach)), first(culprit, limited)]
                        .into_iter()
                        .chain(holds(once_warm))
                        .collect(),
                    named: None,
                },
                // What it can take is of no use to those who get no answer now.
                Some(breach) => Told {
                    // By then it is warm.
                    lines: iter::once(format!("it {}", breaking(&breach)))
                        .chain(holds(" once it has recovered"))
                        .collect(),
                    ..failing_now()
                },
                None => Told {
                    tone: match headroom.strain() {
                        Strain::Over => "bad",
                        Strain::Close => "warn",
                        Strain::Roomy => "ok",
                    },
                    figure: nowrap(&headroom.figure()),
                    lines: [
                        headroom.share(),
                        Some(first(culprit, limited)),
                        holds(once_warm),
                    ]
                    .into_iter()
                    .flatten()
                    .collect(),
                    named: None,
                },
            }
        }
    }
}

fn measuring(tried: Option<Load>) -> Vec<String> {
    let tried = tried.map(|load| format!("trying {}", format::load(load)));
    iter::once("measuring what it can take".into())
        .chain(tried)
        .collect()
}

fn failing_now() -> Told {
    Told {
        tone: "bad",
        figure: "failing now".into(),
        lines: Vec::new(),
        named: None,
    }
}

/// What is to blame rather than what gives way first: what lets nothing through, and where not even the
/// smallest load holds, what is broken.
fn culprit(props: &BadgeProps) -> Option<&Stop> {
    let takes_none = props
        .capacity
        .load()
        .is_some_and(|load| load.amount() == 0.0);
    let wound = props.wound.as_ref().filter(|_| takes_none);
    props.stop.as_ref().or(wound)
}

/// What is to blame, else what gives way first.
fn first(culprit: Option<&Stop>, limited: &Option<String>) -> String {
    if let Some(stop) = culprit {
        return stop.words(cut);
    }
    match limited {
        Some(name) => {
            let verb = format::verb(name, "gives way", "give way");
            format!("{} {verb} first", cut(name))
        }
        None => "takes all that the slider has".into(),
    }
}

/// How much it holds; none where that is nothing, which the figure says.
fn holds(load: Load, reached_rps: f64) -> Option<String> {
    let amount = format::load(load);
    (load.amount() > 0.0).then(|| match load {
        Load::RateRps(_) => format!("holds up to {amount}"),
        Load::Users(_) => format!(
            "holds up to {amount}, who reach {}/s",
            format::rate(reached_rps)
        ),
    })
}

/// The figure and its unit on one line.
fn nowrap(words: &str) -> String {
    words.replace(" ×", "\u{a0}×")
}

/// The first objective that the gauges show broken.
fn broken_now(snapshot: &Snapshot, objectives: &Objectives) -> Option<Breach> {
    let found = [
        (
            Objective::FailedShare,
            snapshot.recent.failed_share(),
            objectives.failed_share,
        ),
        (
            Objective::LatencyP99Ms,
            snapshot.recent.latency_ms.p99,
            objectives.latency_p99_ms,
        ),
    ];
    let broken = found.into_iter().find(|(_, found, limit)| found > limit);
    let (objective, found, limit) = broken.or_else(|| piling_up(&snapshot.recent))?;
    Some(Breach {
        objective,
        found: Some(found),
        limit,
    })
}

/// More of those who came lately than this have got no answer, good or bad, where lately is at least so long:
/// they wait for one who does not answer, and have not given up yet.
const UNANSWERED_SHARE: f64 = 0.3;
const UNANSWERED_FROM_NS: u64 = 2 * NS_PER_S;

/// What piles up lately, if it is so much.
fn piling_up(recent: &Bin) -> Option<(Objective, f64, f64)> {
    let ended = recent.completed + recent.failed_total();
    let share = recent.arrived.saturating_sub(ended) as f64 / recent.arrived.max(1) as f64;
    let is_long = recent.length_ns >= UNANSWERED_FROM_NS;
    (is_long && share > UNANSWERED_SHARE).then_some((
        Objective::BacklogShare,
        share,
        UNANSWERED_SHARE,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn props(rate_rps: f64, snapshot: Snapshot) -> BadgeProps {
        BadgeProps {
            load: Load::RateRps(rate_rps),
            capacity: Capacity::Found {
                load: Load::RateRps(1_380.0),
                reached_rps: 1_380.0,
                is_unlimited: false,
                holds_from_cold: true,
                limited: Some("Database".into()),
            },
            snapshot: Some(Rc::new(snapshot)),
            objectives: Objectives::default(),
            stop: None,
            wound: None,
        }
    }

    fn at(rate_rps: f64) -> Told {
        told(&props(rate_rps, Snapshot::default()))
    }

    #[test]
    fn headroom_says_how_many_times_this_load_it_takes() {
        let told = at(800.0);
        assert_eq!(
            (told.tone, told.figure.as_str()),
            ("ok", "takes 1.7\u{a0}× this load")
        );
        let lines = [
            "58 % of its capacity used",
            "Database gives way first",
            "holds up to 1,380/s",
        ];
        assert_eq!(told.lines, lines);
        assert_eq!(at(1_300.0).tone, "warn");
        let over = at(2_000.0);
        assert_eq!(
            (over.tone, over.figure.as_str()),
            ("bad", "takes 0.69\u{a0}× this load")
        );
    }

    #[test]
    fn what_only_a_warm_design_holds_is_said_to_be_so() {
        let mut props = props(800.0, Snapshot::default());
        if let Capacity::Found {
            holds_from_cold, ..
        } = &mut props.capacity
        {
            *holds_from_cold = false;
        }
        let last = |props: &BadgeProps| told(props).lines.pop();
        let warm = "holds up to 1,380/s, once it is warm";
        assert_eq!(last(&props).as_deref(), Some(warm));
        let mut failing = Snapshot::default();
        (failing.recent.completed, failing.recent.failed[0]) = (88, 12);
        props.snapshot = Some(Rc::new(failing));
        let recovered = "holds up to 1,380/s once it has recovered";
        assert_eq!(last(&props).as_deref(), Some(recovered));
    }

    #[test]
    fn a_long_name_is_cut_and_told_in_full_beside_it() {
        let mut props = props(800.0, Snapshot::default());
        let long = "Orders of all our customers in all countries of the world";
        props.stop = Some(Stop::Down(long.into()));
        let told = told(&props);
        assert!(told.lines[1].contains('…') && told.lines[1].ends_with(" is down"));
        assert_eq!(told.named.as_deref(), Some(long));
    }

    #[test]
    fn where_no_load_holds_what_is_broken_is_to_blame() {
        let mut props = props(800.0, Snapshot::default());
        props.wound = Some(Stop::Down("web/1".into()));
        assert_eq!(told(&props).lines[1], "Database gives way first");
        if let Capacity::Found {
            load,
            holds_from_cold,
            ..
        } = &mut props.capacity
        {
            (*load, *holds_from_cold) = (Load::RateRps(0.0), false);
        }
        let lines = told(&props).lines;
        assert_eq!(told(&props).figure, "holds at no load");
        assert_eq!(lines, ["web/1 is down"]);
    }

    #[test]
    fn users_of_a_closed_loop_are_counted() {
        let found = Capacity::Found {
            load: Load::Users(34),
            reached_rps: 98.8,
            is_unlimited: false,
            holds_from_cold: true,
            limited: None,
        };
        let told = told(&BadgeProps {
            load: Load::Users(20),
            capacity: found,
            ..props(1.0, Snapshot::default())
        });
        assert_eq!(told.figure, "takes 1.7\u{a0}× this load");
        assert_eq!(
            told.lines
                .last()
                .map(|line| line.replace('\u{a0}', " "))
                .as_deref(),
            Some("holds up to 34 users, who reach 99/s")
        );
    }

    #[test]
    fn a_design_that_fails_now_has_nothing_left() {
        let mut failing = Snapshot::default();
        failing.recent.completed = 88;
        failing.recent.failed[0] = 12;
        let now = told(&props(800.0, failing.clone()));
        assert_eq!((now.tone, now.figure.as_str()), ("bad", "failing now"));
        assert_eq!(
            now.lines[0].replace('\u{a0}', " "),
            "it fails 12 % of requests, over 1 %"
        );
        assert_eq!(now.lines[1], "holds up to 1,380/s once it has recovered");
        let searching = told(&BadgeProps {
            capacity: Capacity::Searching {
                tried: Some(Load::RateRps(1_600.0)),
            },
            ..props(800.0, failing.clone())
        });
        assert_eq!(searching.figure, "failing now");
        let lines = ["measuring what it can take", "trying 1,600/s"];
        assert_eq!(searching.lines[1..], lines);
        let mut waiting = Snapshot::default();
        (waiting.recent.arrived, waiting.recent.completed) = (100, 60);
        waiting.recent.length_ns = NS_PER_S;
        assert_ne!(told(&props(800.0, waiting.clone())).figure, "failing now");
        waiting.recent.length_ns = 3 * NS_PER_S;
        let piling = told(&props(800.0, waiting));
        assert_eq!(piling.figure, "failing now");
        assert_eq!(piling.lines[0], "it falls further and further behind");
        // Who is dead does not give way: it is down.
        let dead = told(&BadgeProps {
            stop: Some(Stop::Down("Web servers".into())),
            ..props(2_000.0, failing.clone())
        });
        assert_eq!(dead.lines[1], "Web servers are down");
        for (stop, words) in [
            (Stop::Hangs("Database".into()), "Database hangs"),
            (Stop::Hangs("Web servers".into()), "Web servers hang"),
            (Stop::Cut, "a link is cut"),
        ] {
            assert_eq!(first(Some(&stop), &Some("Cache".into())), words);
        }
        let lines = told(&props(2_000.0, failing.clone())).lines;
        assert!(lines[0].starts_with("it fails 12"), "{lines:?}");
        assert_eq!(lines[1], "Database gives way first");
        // Too much load is said as such.
        assert_eq!(told(&props(2_000.0, failing)).figure, at(2_000.0).figure);
    }
}

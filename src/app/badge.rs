//! Headroom itself: how much of what the design can take is asked of it, and what gives way first.

use std::iter;
use std::rc::Rc;

use headroom_engine::lab::{Breach, Headroom, Load, Objective, Strain};
use headroom_engine::series::Bin;
use headroom_engine::snapshot::Snapshot;
use headroom_engine::time::NS_PER_S;
use headroom_scenario::Objectives;
use yew::prelude::*;

use super::booting::Booting;
use super::breach::{breaking, past};
use super::stop::Stop;
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
    /// What is counted in what the design holds, and does not serve yet.
    pub booting: Option<Booting>,
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
    Found(Found),
    /// It can't be found, and why.
    Unanswerable(String),
}

/// What a search has found that a design holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Largest load that holds the objectives.
    pub load: Load,
    /// Requests answered a second at that load.
    pub reached_rps: f64,
    /// It is the largest load there is.
    pub is_unlimited: bool,
    /// It also comes up under that load from a cold start.
    pub holds_from_cold: bool,
    /// What gives way first.
    pub limited: Option<Limited>,
    /// The first objective that breaks just past that load.
    pub breach: Option<Breach>,
}

/// What gives way first, in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Limited {
    /// What it is called.
    pub name: String,
    /// What is wrong with it, where it is the way between two components.
    pub wrong: Option<String>,
}

impl Capacity {
    /// Largest load that holds, where it has been found.
    pub fn load(&self) -> Option<Load> {
        match self {
            Self::Found(found) => Some(found.load),
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
    let named = match culprit(props) {
        Some(stop) => stop.name(),
        None => limited(props).map(|limited| &limited.name),
    };
    told.named = named.filter(|name| cut(name) != **name).cloned();
    told
}

fn limited(props: &BadgeProps) -> Option<&Limited> {
    match &props.capacity {
        Capacity::Found(found) => found.limited.as_ref(),
        Capacity::Searching { .. } | Capacity::Unanswerable(_) => None,
    }
}

/// A name, as far as one line of the badge has room for it.
fn cut(name: &str) -> String {
    const ROOM: f64 = 150.0;
    Lettering::plain(12.0).cut(name, ROOM)
}

fn said(props: &BadgeProps) -> Told {
    let recent = props.snapshot.as_deref().map(|snapshot| &snapshot.recent);
    let failing = recent.and_then(|recent| broken_now(recent, &props.objectives));
    match &props.capacity {
        Capacity::Unanswerable(reason) => unknown("–", vec![reason.clone()]),
        Capacity::Searching { tried } => match failing {
            None => unknown("…", measuring(*tried)),
            Some(failing) => failing_now(iter::once(failing).chain(measuring(*tried)).collect()),
        },
        Capacity::Found(found) => held(props, found, failing),
    }
}

fn unknown(figure: &str, lines: Vec<String>) -> Told {
    Told {
        tone: "unknown",
        figure: figure.into(),
        lines,
        named: None,
    }
}

fn failing_now(lines: Vec<String>) -> Told {
    Told {
        tone: "bad",
        figure: "failing now".into(),
        lines,
        named: None,
    }
}

/// Of a design of which it is known what it holds, and what the gauges show broken.
fn held(props: &BadgeProps, found: &Found, failing: Option<String>) -> Told {
    let headroom = Headroom::new(found.load, props.load, found.is_unlimited);
    let booted = props.booting.as_ref().map(|booting| booting.over(cut));
    let once = |gap: &str, state: Option<&str>| {
        let states: Vec<&str> = booted.as_deref().into_iter().chain(state).collect();
        match states.is_empty() {
            true => String::new(),
            false => format!("{gap}once {}", states.join(" and ")),
        }
    };
    let (strain, failing) = match (headroom.strain(), failing) {
        // What it can take is of no use to those who get no answer now. By then it is warm.
        (Strain::Roomy | Strain::Close, Some(failing)) => {
            let once = once(" ", Some("it has recovered"));
            let holds = found.holds().map(|holds| holds + &once);
            return failing_now(iter::once(failing).chain(holds).collect());
        }
        now => now,
    };
    let warm = (!found.holds_from_cold).then_some("it is warm");
    let once = once(", ", warm);
    let lines = [
        // That it is asked too much says why, and not what comes of it.
        failing.or_else(|| headroom.share()),
        found.first(culprit(props)),
        found.nothing_holds(),
        found.holds().map(|holds| holds + &once),
    ];
    Told {
        tone: match strain {
            Strain::Over => "bad",
            Strain::Close => "warn",
            Strain::Roomy => "ok",
        },
        figure: nowrap(&headroom.figure()),
        lines: lines.into_iter().flatten().collect(),
        named: None,
    }
}

fn measuring(tried: Option<Load>) -> Vec<String> {
    let tried = tried.map(|load| format!("trying {}", format::load(load)));
    iter::once("measuring what it can take".into())
        .chain(tried)
        .collect()
}

/// What is to blame rather than what gives way first: what lets nothing through, and where not even the
/// smallest load holds, what is broken.
fn culprit(props: &BadgeProps) -> Option<&Stop> {
    let takes_none = props
        .capacity
        .load()
        .is_some_and(|load| load.amount() == 0.0);
    let wound = props.wound.as_ref().filter(|_| takes_none);
    // A search that has found which link it is says more than that it is one.
    let is_found = limited(props).is_some_and(|limited| limited.wrong.is_some());
    let stop = props.stop.as_ref().or(wound);
    stop.filter(|stop| stop.name().is_some() || !is_found)
}

impl Found {
    /// What is to blame, else what gives way first.
    fn first(&self, culprit: Option<&Stop>) -> Option<String> {
        if let Some(stop) = culprit {
            return Some(stop.words(cut));
        }
        if self.is_unlimited {
            return Some("takes all that the slider has".into());
        }
        let Limited { name, wrong } = self.limited.as_ref()?;
        Some(match wrong {
            Some(wrong) => format!("{} {wrong}", cut(name)),
            None => {
                let verb = format::verb(name, "gives way", "give way");
                format!("{} {verb} first", cut(name))
            }
        })
    }

    /// What is wrong at the smallest load, where not even that holds.
    fn nothing_holds(&self) -> Option<String> {
        let breach = self.breach.filter(|_| self.load.amount() == 0.0)?;
        let least = format::load(self.load.least());
        let what = match breach.objective {
            // The gauges have the percentile of those answered.
            Objective::LatencyP99Ms if breach.found.is_some() => {
                format!("1 in 100 waits over {}", format::ms(breach.limit))
            }
            _ => format!("it {}", past(&breach)),
        };
        Some(format!("even at {least} {what}"))
    }

    /// How much it holds; none where that is nothing, which the figure says.
    fn holds(&self) -> Option<String> {
        let amount = format::load(self.load);
        (self.load.amount() > 0.0).then(|| match self.load {
            Load::RateRps(_) => format!("holds up to {amount}"),
            Load::Users(_) => format!(
                "holds up to {amount}, who reach {}/s",
                format::rate(self.reached_rps)
            ),
        })
    }
}

/// The figure and its unit on one line.
fn nowrap(words: &str) -> String {
    words.replace(" ×", "\u{a0}×")
}

/// What the gauges show broken, the first of it: `it fails 12 % of requests, over 1 %`.
fn broken_now(recent: &Bin, objectives: &Objectives) -> Option<String> {
    let found = [
        (
            Objective::FailedShare,
            recent.failed_share(),
            objectives.failed_share,
        ),
        (
            Objective::LatencyP99Ms,
            recent.latency_ms.p99,
            objectives.latency_p99_ms,
        ),
    ];
    let broken = found.into_iter().find(|(_, found, limit)| found > limit);
    if broken.is_none() && recent.is_overdue() {
        let limit = format::ms(objectives.latency_p99_ms);
        return Some(format!(
            "{} wait longer than {limit}",
            format::count(recent.overdue)
        ));
    }
    let (objective, found, limit) = broken.or_else(|| piling_up(recent))?;
    let breach = Breach {
        objective,
        found: Some(found),
        limit,
    };
    Some(format!("it {}", breaking(&breach)))
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

    fn database() -> Limited {
        Limited {
            name: "Database".into(),
            wrong: None,
        }
    }

    fn found() -> Found {
        Found {
            load: Load::RateRps(1_380.0),
            reached_rps: 1_380.0,
            is_unlimited: false,
            holds_from_cold: true,
            limited: Some(database()),
            breach: Some(Breach {
                objective: Objective::LatencyP99Ms,
                found: Some(700.0),
                limit: 500.0,
            }),
        }
    }

    fn props(rate_rps: f64, snapshot: Snapshot) -> BadgeProps {
        BadgeProps {
            load: Load::RateRps(rate_rps),
            capacity: Capacity::Found(found()),
            snapshot: Some(Rc::new(snapshot)),
            objectives: Objectives::default(),
            stop: None,
            wound: None,
            booting: None,
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
        props.capacity = Capacity::Found(Found {
            holds_from_cold: false,
            ..found()
        });
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
    fn what_counts_servers_that_boot_is_said_to_hold_once_they_have() {
        let mut props = props(800.0, Snapshot::default());
        props.booting = Some(Booting::One("srv/2".into()));
        let last = |props: &BadgeProps| told(props).lines.pop();
        let booted = "holds up to 1,380/s, once srv/2 has booted";
        assert_eq!(last(&props).as_deref(), Some(booted));
        props.capacity = Capacity::Found(Found {
            holds_from_cold: false,
            ..found()
        });
        let warm = "holds up to 1,380/s, once srv/2 has booted and it is warm";
        assert_eq!(last(&props).as_deref(), Some(warm));
        let mut failing = Snapshot::default();
        (failing.recent.completed, failing.recent.failed[0]) = (88, 12);
        props.snapshot = Some(Rc::new(failing));
        let recovered = "holds up to 1,380/s once srv/2 has booted and it has recovered";
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
        props.capacity = Capacity::Found(Found {
            load: Load::RateRps(0.0),
            holds_from_cold: false,
            ..found()
        });
        assert_eq!(told(&props).figure, "holds at no load");
        assert_eq!(told(&props).lines[0], "web/1 is down");
    }

    #[test]
    fn a_link_that_gives_way_is_named_rather_than_that_there_is_one() {
        let mut props = props(800.0, Snapshot::default());
        props.capacity = Capacity::Found(Found {
            load: Load::RateRps(0.0),
            limited: Some(Limited {
                name: "Web → Database".into(),
                wrong: Some("loses 90 %".into()),
            }),
            ..found()
        });
        for stop in [None, Some(Stop::Cut), Some(Stop::Impaired)] {
            props.wound = stop;
            assert_eq!(told(&props).lines[0], "Web → Database loses 90 %");
        }
        props.stop = Some(Stop::Down("Database".into()));
        assert_eq!(told(&props).lines[0], "Database is down");
    }

    #[test]
    fn where_no_load_holds_it_is_said_why_whatever_gives_way() {
        for limited in [None, Some(database())] {
            let found = Found {
                load: Load::RateRps(0.0),
                limited,
                ..found()
            };
            let told = told(&BadgeProps {
                capacity: Capacity::Found(found.clone()),
                ..props(800.0, Snapshot::default())
            });
            assert_eq!(told.figure, "holds at no load");
            let why = told.lines.last().map(|line| line.replace('\u{a0}', " "));
            let least = format::load(found.load.least());
            assert_eq!(
                why,
                Some(format!("even at {least} 1 in 100 waits over 500 ms"))
            );
            assert_eq!(told.lines.len(), 1 + usize::from(found.limited.is_some()));
        }
    }

    #[test]
    fn a_design_in_which_users_wait_for_ever_fails_now_however_fast_its_answers_are() {
        let mut hanging = Snapshot::default();
        let recent = &mut hanging.recent;
        (recent.arrived, recent.completed, recent.overdue) = (495, 485, 4);
        recent.latency_ms.p99 = 46.0;
        assert_ne!(told(&props(800.0, hanging.clone())).figure, "failing now");
        hanging.recent.overdue = 1_412;
        let told = told(&props(800.0, hanging));
        assert_eq!(told.figure, "failing now");
        let why = told.lines[0].replace('\u{a0}', " ");
        assert_eq!(why, "1,412 wait longer than 500 ms");
    }

    #[test]
    fn users_of_a_closed_loop_are_counted() {
        let found = Capacity::Found(Found {
            load: Load::Users(34),
            reached_rps: 98.8,
            ..found()
        });
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
            assert_eq!(found().first(Some(&stop)).as_deref(), Some(words));
        }
        let lines = told(&props(2_000.0, failing.clone())).lines;
        assert!(lines[0].starts_with("it fails 12"), "{lines:?}");
        assert_eq!(lines[1], "Database gives way first");
        // Too much load is said as such.
        assert_eq!(told(&props(2_000.0, failing)).figure, at(2_000.0).figure);
    }
}

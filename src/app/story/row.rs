//! A figure before and after.

use crate::format;
use crate::lab::{CacheOutcome, Outcome};

/// Figures that differ by no more than this share of the larger are the same.
const SAME_WITHIN: f64 = 0.03;

/// A smaller share than this is none in the words, as is a smaller rate.
const NOTICED_SHARE: f64 = 0.0005;
const NOTICED_RPS: f64 = 0.05;

/// A figure's name, what it was and what it is.
pub struct Row {
    /// What it is of.
    pub name: &'static str,
    /// In words.
    pub before: String,
    /// In words.
    pub after: String,
    /// Which way it went.
    pub tone: Tone,
}

/// Which way a figure went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// The step made it better.
    Better,
    /// It made it worse.
    Worse,
    /// It hardly changed.
    Same,
    /// Neither: the reader judges.
    Plain,
}

/// What is wanted of a figure.
#[derive(Clone, Copy)]
enum Aim {
    Less,
    More,
}

impl Tone {
    /// Its class in the style sheet.
    pub const fn css(self) -> &'static str {
        match self {
            Tone::Better => "good",
            Tone::Worse => "worse",
            Tone::Same | Tone::Plain => "soft",
        }
    }

    fn of(before: f64, after: f64, aim: Aim) -> Self {
        let larger = before.max(after);
        if before == after || (larger.is_finite() && (before - after).abs() <= SAME_WITHIN * larger)
        {
            return Tone::Same;
        }
        let is_better = match aim {
            Aim::Less => after < before,
            Aim::More => after > before,
        };
        if is_better { Tone::Better } else { Tone::Worse }
    }

    /// Of what differs, it is for the reader to judge which is better.
    fn left_open(self) -> Self {
        match self {
            Tone::Better | Tone::Worse | Tone::Plain => Tone::Plain,
            Tone::Same => Tone::Same,
        }
    }
}

type Words = fn(f64) -> String;
type CacheFigure = fn(&CacheOutcome) -> Option<f64>;

/// A figure, and how it is said.
struct Told {
    figure: f64,
    words: String,
}

impl Told {
    fn new(figure: f64, words: Words) -> Self {
        Self {
            figure,
            words: words(figure),
        }
    }

    /// What is missing, as nobody was answered, is worse than any.
    fn answered(figure: Option<f64>, words: Words) -> Self {
        figure.map_or_else(
            || Self::new(f64::INFINITY, |_| "no answer".into()),
            |figure| Self::new(figure, words),
        )
    }

    /// One machine alone is never behind itself.
    fn copied(stale_share: Option<f64>) -> Self {
        stale_share.map_or_else(
            || Self::new(0.0, |_| "no copies".into()),
            |share| Self::new(share, format::share),
        )
    }

    fn cached(cache: Option<&CacheOutcome>, figure: CacheFigure, words: Words) -> Self {
        match (cache, cache.and_then(figure)) {
            (_, Some(figure)) => Self::new(figure, words),
            (Some(_), None) => Self::new(0.0, |_| "not asked".into()),
            (None, None) => Self::new(0.0, |_| "no cache".into()),
        }
    }
}

impl Row {
    /// What is told alike did not go anywhere.
    fn new(name: &'static str, before: Told, after: Told, aim: Aim) -> Self {
        let tone = match before.words == after.words {
            true => Tone::Same,
            false => Tone::of(before.figure, after.figure, aim),
        };
        Self {
            name,
            tone,
            before: before.words,
            after: after.words,
        }
    }
}

/// The figures that a reader compares, what matters most first; those that neither design has are
/// left out.
pub fn rows(before: &Outcome, after: &Outcome) -> Vec<Row> {
    let row =
        |name, told: fn(&Outcome) -> Told, aim| Row::new(name, told(before), told(after), aim);
    let served = row(
        "served/s",
        |it| Told::new(it.completed_rps, format::rate),
        Aim::More,
    );
    let p99 = row(
        "p99",
        |it| Told::answered(it.latency_p99_ms, format::ms),
        Aim::Less,
    );
    let p50 = row(
        "p50",
        |it| Told::answered(it.latency_p50_ms, format::ms),
        Aim::Less,
    );
    // It is told where it tells something else than p99.
    let is_told_too = p99.tone != p50.tone;
    let mut rows = vec![
        row(
            "failed",
            |it| Told::new(it.failed_share, format::share),
            Aim::Less,
        ),
        served,
        p99,
    ];
    if is_told_too {
        rows.push(p50);
    }
    let lost = |outcome: &Outcome| outcome.sessions_lost_share.unwrap_or_default();
    if lost(before).max(lost(after)) > NOTICED_SHARE {
        rows.push(row(
            "users logged in anew",
            |it| Told::answered(it.sessions_lost_share, format::share),
            Aim::Less,
        ));
        rows.push(row(
            "requests with a log-in",
            |it| Told::answered(it.login_share, format::share),
            Aim::Less,
        ));
    }
    if let (Some(before), Some(after)) = (before.queries_rps, after.queries_rps) {
        rows.push(queries_row(before, after));
    }
    if let Some(cache) = &after.cache {
        rows.extend(cache_rows(before.cache.as_ref(), cache));
    }
    if before
        .stale_reads_share
        .or(after.stale_reads_share)
        .is_some()
    {
        rows.push(row(
            "stale reads",
            |it| Told::copied(it.stale_reads_share),
            Aim::Less,
        ));
    }
    if before.writes_lost.max(after.writes_lost) >= 1.0 {
        rows.push(row(
            "writes lost",
            |it| Told::new(it.writes_lost, format::rate),
            Aim::Less,
        ));
    }
    rows.push(cost_row(before, after));
    rows
}

/// Fewer are good where as much is served, and bad where less is.
fn queries_row(before_rps: f64, after_rps: f64) -> Row {
    let told = |rate_rps| Told::new(rate_rps, format::rate);
    let row = Row::new("queries/s", told(before_rps), told(after_rps), Aim::Less);
    Row {
        tone: row.tone.left_open(),
        ..row
    }
}

/// What a cache answers, and the price of its policies, where they have one.
fn cache_rows(before: Option<&CacheOutcome>, after: &CacheOutcome) -> Vec<Row> {
    let row = |name, figure, words, aim| {
        let told = |cache| Told::cached(cache, figure, words);
        Row::new(name, told(before), told(Some(after)), aim)
    };
    let mut rows = vec![row(
        "cache hits",
        |cache| cache.hit_ratio,
        format::share,
        Aim::More,
    )];
    let prices: [(_, CacheFigure, _, Words); 2] = [
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
            rows.push(row(name, figure, words, Aim::Less));
        }
    }
    rows
}

/// Servers that came and went are paid for as long as they were there. To the dollar it is the same or it is not:
/// whether it is worth it, the reader judges.
fn cost_row(before: &Outcome, after: &Outcome) -> Row {
    Row {
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
    }
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
    fn what_is_told_alike_went_nowhere() {
        let [less, more] = [0.0001, 0.0004].map(|failed_share| Outcome {
            failed_share,
            ..Outcome::default()
        });
        let failed = &rows(&less, &more)[0];
        assert_eq!(failed.before, failed.after);
        assert_eq!(failed.tone, Tone::Same);
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
        assert_eq!(Tone::of(998.0, 1_009.0, Aim::More), Tone::Same);
        assert_eq!(Tone::of(0.0, 0.0, Aim::Less), Tone::Same);
        assert_eq!(Tone::of(0.0, 0.004, Aim::Less), Tone::Worse);
        assert_eq!(Tone::of(1_317.0, 3_410.0, Aim::More), Tone::Better);
    }
}

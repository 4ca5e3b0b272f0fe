//! Figures that agree with one another: gauges with charts, cost with what there is, "All" with the run.

use headroom_e2e::session::key;
use headroom_e2e::{Look, Outcome, Page};
use serde_json::json;

use crate::fixture;

const COST: &str = "[data-testid=figure-cost-usd-month]";

#[test]
fn gauges_and_charts_say_the_same_of_the_same_seconds() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    page.figure_becoming("[data-testid=clock]", "past 7 s", |clock| clock > 7.0)?;
    page.pause()?;
    page.until("both are of the last five seconds", |page| {
        let beside = page.text("[data-testid=chart-throughput] h2 .at")?;
        let now = page.text("[data-testid=lately]")?;
        Ok(now.to_lowercase() == "last 5\u{a0}s" && beside.to_lowercase() == now.to_lowercase())
    })?;
    let label = |chart: &str, name: &str| {
        let found = page.session().run(
            "const texts = document.querySelectorAll(`[data-testid=chart-${arguments[0]}] .labels text`);\
             return [...texts].map(text => text.textContent).find(text => text.startsWith(arguments[1])) ?? ''",
            &json!([chart, name]),
        )?;
        let found = found.as_str().unwrap_or_default().to_owned();
        Ok::<_, headroom_e2e::Failure>(found)
    };
    let served = page.text("[data-testid=figure-completed-rps]")?;
    assert_eq!(label("throughput", "served")?, format!("served {served}/s"));
    let p99 = page.text("[data-testid=figure-p99-ms]")?;
    assert_eq!(label("latency", "p99")?, format!("p99 {p99}"));
    Ok(())
}

#[test]
fn the_whole_run_is_drawn_from_its_start() -> Outcome {
    // A quarter of an hour: more than is kept by the second.
    let page = fixture::page("#step=one-server&at=900&paused=1", Look::DESK)?;
    page.figure_becoming("[data-testid=clock]", "at 15 minutes", |clock| {
        clock >= 900.0
    })?;
    page.click("[data-control=history][data-of=all]")?;
    let chart = "[data-testid=chart-throughput] [data-control=chart]";
    page.until("there is a chart", |page| page.exists(chart))?;
    page.session().run(
        "document.querySelector(arguments[0]).focus()",
        &json!([chart]),
    )?;
    page.session().press(&key::HOME.to_string())?;
    page.until("the first figures are of the first seconds", |page| {
        Ok(page
            .attribute(chart, "aria-valuetext")?
            .starts_with("0:00 to 0:10"))
    })?;
    page.session().press(&key::END.to_string())?;
    page.until("the last figures are of the last seconds", |page| {
        Ok(page
            .attribute(chart, "aria-valuetext")?
            .starts_with("14:50 to 15:00"))
    })
}

#[test]
fn the_cost_follows_servers_that_come_and_go_and_grow() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    let start = page.figure_becoming(COST, "there", |usd| usd > 100.0)?;
    let server = 730.0 * 0.096;
    // A mean of hardly any time is what there is now.
    page.figure_becoming("[data-testid=clock]", "past 2 s", |clock| clock > 2.0)?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=web]")?;
    page.click("[data-control=add-instance][data-of=web]")?;
    let near = |usd: f64, wanted: f64| (usd - wanted).abs() < 0.01;
    page.figure_becoming(COST, "one server more", |usd| near(usd, start + server))?;
    page.until("the inspector says so, with the mean", |page| {
        let words = page.text("[data-testid=cost]")?;
        Ok(words.starts_with("$280 a month now, $2") && words.ends_with("on average so far"))
    })?;
    let mean = "[data-testid=figure-cost-usd-month-mean]";
    page.figure_becoming(mean, "between the two", |mean| {
        start < mean && mean < start + server
    })?;
    page.set(
        "[data-control=parameter][data-of=web][data-name=size]",
        "2xlarge: 8 vCPU, 32 GiB",
    )?;
    page.figure_becoming(COST, "that of four bigger ones", |usd| {
        near(usd, start + 13.0 * server)
    })?;
    page.click("[data-control=remove-instance][data-of='web/4']")?;
    page.figure_becoming(COST, "that of three bigger ones", |usd| {
        near(usd, start + 9.0 * server)
    })?;
    page.until("the cost is measured before and after", |page| {
        Ok(page
            .text("[data-testid=comparison]")?
            .contains("cost a month"))
    })
}

/// What a browser says of paths that it can't draw to their end.
fn broken_paths(page: &Page) -> Outcome<String> {
    let found = page.session().run(
        "return [...document.querySelectorAll('path[d]')].map(path => path.getAttribute('d'))\
         .filter(d => /--|NaN|inf|e-/i.test(d)).join(' | ')",
        &json!([]),
    )?;
    Ok(found.as_str().unwrap_or_default().to_owned())
}

#[test]
fn every_path_draws_however_little_a_part_is_used() -> Outcome {
    let page = fixture::page("#step=cache&rate=60", Look::DESK)?;
    page.figure_becoming("[data-testid=clock]", "past 3 s", |clock| clock > 3.0)?;
    for _ in 0..40 {
        assert_eq!(broken_paths(&page)?, "");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    Ok(())
}

#[test]
fn the_price_of_write_policies_stands_in_chart_gauge_and_before_and_after() -> Outcome {
    let page = fixture::page("#step=cache&speed=10", Look::DESK)?;
    for chart in ["stale", "evictions", "hit-ratio", "queries"] {
        let chart = format!("[data-testid=chart-{chart}] svg");
        page.until(&format!("{chart} is drawn"), |page| page.exists(&chart))?;
    }
    assert!(
        !page.exists("[data-testid=chart-writes-lost]")?,
        "nothing is held back"
    );
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=cache]")?;
    for gauge in ["hits", "stale-hits", "evictions"] {
        let gauge = format!("[data-testid=lately-{gauge}]");
        page.until(&format!("{gauge} is there"), |page| page.exists(&gauge))?;
    }
    assert!(page.exists("[data-testid=since-start-writes-lost]")?);
    page.set(
        "[data-control=parameter][data-of=cache][data-name=write_mode]",
        "write-back",
    )?;
    page.click("[data-control=panel][data-of=figures]")?;
    page.until("what is lost is drawn", |page| {
        page.exists("[data-testid=chart-writes-lost] svg")
    })?;
    page.until(
        "before and after tell what the database has to do",
        |page| {
            let table = page.text("[data-testid=comparison]")?;
            Ok(table.contains("queries/s") && table.contains("cache hits"))
        },
    )
}

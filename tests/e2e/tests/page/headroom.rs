//! What a design takes follows what is done to it, and is told in users where the loop is closed.

use headroom_e2e::{Look, Outcome, Page};
use headroom_scenario::{Class, Kind, fragment, step};

use crate::fixture;

const HEADROOM: &str = "[data-testid=headroom]";

/// The largest load that holds, once it has been found anew.
fn holds(page: &Page, what: &str, seen: impl Fn(f64) -> bool) -> Outcome<f64> {
    page.until_within(std::time::Duration::from_secs(120), what, |page| {
        Ok(page
            .attribute(HEADROOM, "data-value")?
            .parse()
            .is_ok_and(&seen))
    })?;
    page.figure(HEADROOM)
}

fn choose(page: &Page, instance: &str, control: &str) -> Outcome {
    page.click(&format!("[data-instance='{instance}']"))?;
    page.choose(control)
}

#[test]
fn headroom_follows_what_is_killed_repaired_and_added() -> Outcome {
    let page = fixture::page("#step=sticky-sessions", Look::DESK)?;
    let whole = holds(&page, "the capacity is found", |load| load > 0.0)?;
    let told = page.text(HEADROOM)?;
    assert!(
        told.contains("× this load") && told.contains("% of its capacity"),
        "{told}"
    );

    choose(&page, "web/1", "kill")?;
    holds(&page, "two servers hold less", |load| load < 0.9 * whole)?;
    choose(&page, "web/1", "repair")?;
    holds(&page, "three hold as much as before", |load| load == whole)?;
    choose(&page, "web/1", "remove-instance")?;
    holds(&page, "one that was removed is missing", |load| {
        load < 0.9 * whole
    })?;
    choose(&page, "web/2", "add-instance")?;
    holds(&page, "three hold as much as before", |load| load == whole)?;
    Ok(())
}

#[test]
fn headroom_follows_a_jump_to_before_and_after_a_kill() -> Outcome {
    let page = fixture::page("#step=sticky-sessions", Look::DESK)?;
    let whole = holds(&page, "the capacity is found", |load| load > 0.0)?;
    page.figure_becoming("[data-testid=clock]", "it runs", |clock| clock > 2.5)?;
    page.pause()?;
    choose(&page, "web/1", "kill")?;
    holds(&page, "two servers hold less", |load| load < 0.9 * whole)?;
    let moment = "[data-control=moment]";
    page.set(moment, "1000")?;
    holds(&page, "nobody has died yet", |load| load == whole)?;
    page.set(moment, "120000")?;
    holds(&page, "it has died again", |load| load < 0.9 * whole)?;
    Ok(())
}

#[test]
fn the_traffic_of_a_closed_loop_is_its_users() -> Outcome {
    let page = fixture::page("#step=one-server", Look::DESK)?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=users]")?;
    page.set(
        "[data-control=parameter][data-name='client.loop']",
        "closed: users who wait and think",
    )?;
    page.until("users are turned up", |page| {
        Ok(page.text(".traffic-rate")?.contains("users"))
    })?;
    assert_eq!(page.value("[data-control=rate]")?, "200");
    page.set("[data-control=traffic]", "100")?;
    page.until("ten users are at work", |page| {
        Ok(page.value("[data-control=rate]")? == "10")
    })?;
    holds(&page, "what it takes is found", |load| load > 10.0)?;
    let told = page.text(HEADROOM)?;
    assert!(told.contains("users, who reach"), "{told}");
    Ok(())
}

#[test]
fn who_waits_for_ever_is_told_beside_the_percentile_of_those_answered() -> Outcome {
    let mut scenario = step::LADDER[0].scenario();
    scenario.traffic.client.timeout_ms = 0.0;
    let read = scenario.traffic.classes[1].clone();
    scenario.traffic.classes = [("quick", 95.0, 0.001), ("hangs", 5.0, 1_000.0)]
        .map(|(id, weight, work)| Class {
            id: id.into(),
            weight,
            work,
            lookups: 0,
            ..read.clone()
        })
        .into();
    for component in &mut scenario.design.components {
        if let Kind::Service(service) = &mut component.kind {
            (service.service_time_ms, service.workers) = (600.0, 1_024);
        }
    }
    let page = fixture::page(&format!("#{}", fragment::encode(&scenario)), Look::DESK)?;
    page.until("the gauge says how many wait", |page| {
        let beside = page.text(".figure.past")?;
        Ok(beside.contains("p99") && beside.contains("wait over\u{a0}500"))
    })?;
    assert!(page.figure("[data-testid=figure-p99-ms]")? < 500.0);
    page.until("they are drawn", |page| {
        page.exists("[data-testid=chart-overdue]")
    })?;
    holds(&page, "no load holds", |load| load == 0.0)?;
    let told = page.text(HEADROOM)?;
    for why in [
        "holds at no load",
        "wait longer than",
        "1 in 100 waits over",
    ] {
        assert!(told.contains(why), "{why}: {told}");
    }
    Ok(())
}

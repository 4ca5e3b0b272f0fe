//! Databases with copies: drawn with their lag, told of in the panel of data, broken and grown by hand.

use headroom_e2e::session::key;
use headroom_e2e::{Look, Outcome, Page, accessibility};
use serde_json::json;

use crate::fixture;

/// The step, stopped before its primary dies, and brought to a moment by the seconds of the clock.
fn at(look: Look, moment_s: f64) -> Outcome<fixture::Window> {
    let page = fixture::page(
        &format!("#step=replication&at={moment_s}&paused=1&panel=data"),
        look,
    )?;
    page.figure_becoming("[data-testid=clock]", "there", |clock| clock >= moment_s)?;
    page.until("its copies are drawn", |page| {
        page.exists("[data-instance='db/3']")
    })?;
    Ok(page)
}

fn label(page: &Page, instance: &str) -> Outcome<String> {
    page.attribute(&format!("[data-instance='{instance}']"), "aria-label")
}

fn told(page: &Page) -> Outcome {
    page.until("the panel tells of copies", |page| {
        page.exists("[data-testid=data-panel] [data-testid=copy]")
    })
}

fn role(page: &Page, copy: &str) -> Outcome<String> {
    page.text(&format!("[data-testid=copy][data-of='{copy}'] .role"))
}

#[test]
fn a_primary_and_its_replicas_are_drawn_with_how_far_they_are_and_the_log() -> Outcome {
    for look in [Look::DESK, Look::PHONE] {
        let page = at(look, 8.0)?;
        assert!(label(&page, "db/1")?.contains("db/1, primary"));
        for replica in ["db/2", "db/3"] {
            let label = label(&page, replica)?;
            assert!(label.contains(&format!("{replica}, replica")), "{label}");
            let is_told = label.contains(" behind · ") || label.contains("up to date");
            assert!(is_told, "{label}");
        }
        assert_eq!(page.count("[data-testid=log] .log-wire")?, 2);
        assert_eq!(
            page.count("[data-testid=log] .log-writes")?,
            0,
            "it is paused"
        );
        page.click("[data-control=play]")?;
        page.until("writes go along the log", |page| {
            page.exists("[data-testid=log] .log-writes")
        })?;
        assert!(page.text(".legend")?.contains("log"));
    }
    let still = at(Look::DESK.still(), 8.0)?;
    still.click("[data-control=play]")?;
    still.figure_becoming("[data-testid=clock]", "past 9 s", |clock| clock > 9.0)?;
    assert_eq!(still.count("[data-testid=log] .log-writes")?, 0);
    Ok(())
}

#[test]
fn the_panel_of_data_tells_of_every_copy_and_of_what_would_be_lost() -> Outcome {
    let page = at(Look::DESK, 8.0)?;
    told(&page)?;
    assert_eq!(page.count("[data-testid=copy]")?, 3);
    assert_eq!(role(&page, "db/1")?, "primary");
    assert_eq!(role(&page, "db/2")?, "replica");
    let behind = "[data-testid=copy][data-of='db/2'] [data-testid=copy-behind]";
    let behind: u64 = page
        .attribute(behind, "data-value")?
        .parse()
        .unwrap_or(u64::MAX);
    assert!(behind < 1_000, "{behind}");
    assert!(page.text("[data-testid=unreceived]")?.contains("write"));
    assert_eq!(page.count("[data-testid=tape] .mark")?, 3);
    let tape = page.attribute("[data-testid=tape]", "aria-label")?;
    assert!(
        tape.contains("db/1, primary") && tape.contains("db/3, replica"),
        "{tape}"
    );
    for count in [
        "stale-reads",
        "missed-their-own-write",
        "writes-lost",
        "promotions",
    ] {
        let count = format!("[data-testid=data-{count}]");
        assert!(page.exists(&count)?, "{count}");
    }
    assert_eq!(page.text("[data-testid=data-promotions]")?, "0");
    // A copy in the table leads to itself.
    page.click("[data-control=copy][data-of='db/2']")?;
    page.until("it is marked on the diagram", |page| {
        page.exists("[data-instance='db/2'][aria-pressed=true]")
    })
}

#[test]
fn a_replica_takes_the_place_of_the_primary_that_dies() -> Outcome {
    let page = at(Look::DESK, 10.0)?;
    told(&page)?;
    page.click("[data-instance='db/1']")?;
    page.choose("kill")?;
    page.click("[data-control=panel][data-of=data]")?;
    page.set("[data-control=speed]", "10 ×")?;
    page.click("[data-control=play]")?;
    page.until("another is the primary", |page| {
        Ok(label(page, "db/2")?.contains("primary") || label(page, "db/3")?.contains("primary"))
    })?;
    page.until("the time line tells of it", |page| {
        Ok(page.text(".timeline")?.contains("promoted"))
    })?;
    page.until("so does the panel", |page| {
        Ok(page.text("[data-testid=data-promotions]")? == "1")
    })?;
    assert!(page.exists("[data-instance='db/1'][data-state=down]")?);
    Ok(())
}

#[test]
fn replicas_come_and_go_by_the_menu_and_the_primary_stays() -> Outcome {
    let page = at(Look::DESK, 8.0)?;
    page.click("[data-instance='db/1']")?;
    let menu = "[data-testid=instance-menu]";
    page.until("its menu is open", |page| page.exists(menu))?;
    assert!(!page.exists(&format!("{menu} [data-control=remove-instance]"))?);
    assert_eq!(
        page.text(&format!("{menu} [data-control=add-instance]"))?,
        "Add a replica"
    );
    page.choose("add-instance")?;
    page.until("there is a fourth", |page| {
        page.exists("[data-instance='db/4']")
    })?;
    page.until("it is new", |page| {
        Ok(label(page, "db/4")?.contains("db/4, new"))
    })?;
    page.click("[data-instance='db/3']")?;
    page.choose("remove-instance")?;
    page.click("[data-control=play]")?;
    page.until("db/3 is gone", |page| {
        Ok(!page.exists("[data-instance='db/3']")?)
    })
}

#[test]
fn a_copy_is_chosen_and_broken_by_keyboard() -> Outcome {
    let page = at(Look::DESK, 8.0)?;
    let focus = "document.querySelector(\"[data-instance='db/2']\").focus()";
    page.session().run(focus, &json!([]))?;
    page.session().press(&key::ENTER.to_string())?;
    page.until("its menu is open", |page| {
        page.exists("[data-testid=instance-menu]")
    })?;
    page.session().press(&key::ENTER.to_string())?;
    page.until("it is dead", |page| {
        page.exists("[data-instance='db/2'][data-state=down]")
    })?;
    let focused = "return document.activeElement.dataset.instance ?? ''";
    page.until("the focus is back", |page| {
        Ok(page.session().run(focused, &json!([]))? == json!("db/2"))
    })
}

#[test]
fn a_database_alone_says_what_a_replica_would_do_and_gets_one() -> Outcome {
    let page = fixture::page("#step=hash-ring&panel=data", Look::DESK)?;
    let panel = "[data-testid=data-panel]";
    page.until("it says so", |page| {
        Ok(page.text(panel)?.contains("One database, no copies"))
    })?;
    assert!(page.exists("[data-component=db]")?, "drawn as one thing");
    page.click("[data-testid=data-panel] [data-control=add-instance]")?;
    page.until("both are drawn", |page| {
        Ok(page.exists("[data-instance='db']")? && page.exists("[data-instance='db/2']")?)
    })?;
    page.until("both are in the panel", |page| {
        Ok(page.count("[data-testid=copy]")? == 2)
    })
}

#[test]
fn accessibility_of_copies_and_of_the_panel_of_data() -> Outcome {
    for look in [
        Look::DESK,
        Look::DESK.dark(),
        Look::PHONE,
        Look::PHONE.dark(),
    ] {
        let page = at(look, 17.0)?;
        told(&page)?;
        let found = accessibility::violations(&page, &fixture::axe()?)?;
        assert!(found.is_empty(), "{}:\n{}", look.name(), found.join("\n"));
    }
    Ok(())
}

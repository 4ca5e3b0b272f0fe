//! Instances killed, hung, destroyed, repaired, slowed, added and removed while the design runs.

use headroom_e2e::session::key;
use headroom_e2e::{Look, Outcome, Page};
use serde_json::json;

use crate::fixture;

/// Opens the menu of an instance of the web tier and chooses from it.
fn choose(page: &Page, instance: &str, control: &str) -> Outcome {
    page.click(&format!("[data-instance='{instance}']"))?;
    page.choose(control)
}

fn state_becomes(page: &Page, instance: &str, state: &str) -> Outcome {
    page.until(&format!("{instance} is {state}"), |page| {
        page.exists(&format!("[data-instance='{instance}'][data-state={state}]"))
    })
}

#[test]
fn a_killed_instance_is_down_and_a_repaired_one_serves_again() -> Outcome {
    let page = fixture::page("#step=balancing-algorithm", Look::DESK)?;
    state_becomes(&page, "web/1", "up")?;
    choose(&page, "web/1", "kill")?;
    state_becomes(&page, "web/1", "down")?;
    choose(&page, "web/1", "repair")?;
    state_becomes(&page, "web/1", "up")
}

#[test]
fn an_added_instance_serves_and_a_removed_one_is_gone() -> Outcome {
    let page = fixture::page("#step=balancing-algorithm", Look::DESK)?;
    let instances = "[data-instance^='web/']";
    page.until("the web tier is drawn", |page| page.exists(instances))?;
    let before = page.count(instances)?;
    choose(&page, "web/1", "add-instance")?;
    page.until("there is one more", |page| {
        Ok(page.count(instances)? == before + 1)
    })?;
    choose(&page, "web/2", "remove-instance")?;
    page.until("web/2 is gone", |page| {
        Ok(!page.exists("[data-instance='web/2']")?
            || page.exists("[data-instance='web/2'][data-state=gone]")?)
    })
}

#[test]
fn a_slowed_instance_says_so() -> Outcome {
    let page = fixture::page("#step=balancing-algorithm", Look::DESK)?;
    choose(&page, "web/1", "slow-down")?;
    page.until("web/1 says that it is slow", |page| {
        let label = page.attribute("[data-instance='web/1']", "aria-label")?;
        Ok(label.contains("slow"))
    })?;
    choose(&page, "web/1", "repair")
}

#[test]
fn a_server_that_hangs_is_drawn_so_and_its_callers_time_out() -> Outcome {
    let page = fixture::page("#step=one-server", Look::DESK)?;
    page.set("[data-control=speed]", "10 ×")?;
    choose(&page, "web/1", "hang")?;
    state_becomes(&page, "web/1", "hanging")?;
    page.until("it is drawn as what stands still", |page| {
        Ok(page.exists(".part.hanging .pause")? && page.exists(".part.hanging .card")?)
    })?;
    page.until("its badge and its name say so", |page| {
        let label = page.attribute("[data-instance='web/1']", "aria-label")?;
        Ok(label.contains("hangs") && badges(page)?.contains("hangs"))
    })?;
    page.until("its callers time out", |page| {
        Ok(page
            .text("[data-testid=figures-panel]")?
            .contains("timed out"))
    })?;
    page.until("the headroom says what is wrong", |page| {
        Ok(page.text("[data-testid=headroom]")?.contains("hangs"))
    })?;
    // A dead one looks otherwise: it is faint, and stands still no more.
    choose(&page, "web/1", "kill")?;
    state_becomes(&page, "web/1", "down")?;
    assert!(page.exists(".part.dim")? && !page.exists(".pause")?);
    choose(&page, "web/1", "repair")?;
    state_becomes(&page, "web/1", "up")
}

/// The words of all badges on the drawing.
fn badges(page: &Page) -> Outcome<String> {
    let words = page.session().run(
        "return [...document.querySelectorAll('[data-testid=badge]')].map((badge) => badge.textContent).join(', ')",
        &json!([]),
    )?;
    Ok(words.as_str().unwrap_or_default().to_owned())
}

#[test]
fn what_is_done_while_time_stands_still_is_seen_at_once() -> Outcome {
    let page = fixture::page("#step=sticky-sessions", Look::DESK)?;
    page.figure_becoming("[data-testid=clock]", "past 1 s", |clock| clock > 1.0)?;
    page.pause()?;
    let before = page.text("[data-testid=clock]")?;
    choose(&page, "web/1", "hang")?;
    state_becomes(&page, "web/1", "hanging")?;
    choose(&page, "web/1", "repair")?;
    state_becomes(&page, "web/1", "up")?;
    assert_eq!(page.text("[data-testid=clock]")?, before);
    Ok(())
}

#[test]
fn what_hangs_is_told_by_the_inspector_and_repaired_from_above() -> Outcome {
    let page = fixture::page("#step=sticky-sessions", Look::DESK)?;
    choose(&page, "web/2", "hang")?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=web]")?;
    page.until("the inspector says so", |page| {
        Ok(page.text(".instances")?.contains("hangs"))
    })?;
    assert!(!page.exists("[data-control=hang][data-of='web/2']")?);
    assert!(page.exists("[data-control=hang][data-of='web/1']")?);
    page.click("[data-control=break]")?;
    state_becomes(&page, "web/2", "up")
}

#[test]
fn a_database_destroyed_with_its_disk_tells_the_writes_that_are_lost() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    page.figure_becoming("[data-testid=clock]", "past 3 s", |clock| clock > 3.0)?;
    page.click("[data-component=db]")?;
    let destroy = "[data-testid=instance-menu] [data-control=destroy]";
    page.until("its menu is open", |page| page.exists(destroy))?;
    assert_eq!(page.text(destroy)?, "Destroy with its disk");
    page.choose("destroy")?;
    page.until("it is dead", |page| {
        page.exists("[data-component=db][data-state=down]")
    })?;
    page.until("the inspector counts what is lost", |page| {
        Ok(!page
            .text("[data-testid=since-start-writes-lost]")?
            .is_empty())
    })?;
    page.click("[data-control=panel][data-of=figures]")?;
    page.until("so do the figures", |page| {
        Ok(page
            .text("[role=tabpanel]")?
            .to_lowercase()
            .contains("writes lost"))
    })
}

#[test]
fn nothing_is_offered_to_be_destroyed_that_only_dies() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    page.click("[data-component=lb]")?;
    let menu = "[data-testid=instance-menu]";
    page.until("its menu is open", |page| page.exists(menu))?;
    assert!(page.exists(&format!("{menu} [data-control=kill]"))?);
    assert!(!page.exists(&format!("{menu} [data-control=destroy]"))?);
    Ok(())
}

#[test]
fn a_double_click_on_a_part_does_nothing_to_it_but_open_its_menu() -> Outcome {
    for look in [Look::DESK, Look::PHONE] {
        let page = fixture::page("#step=cache", look)?;
        page.figure_becoming("[data-testid=clock]", "past 1 s", |clock| clock > 1.0)?;
        for part in [
            "[data-instance='web/1']",
            "[data-instance='db/1']",
            "[data-instance='cache/1']",
            "[data-component=lb]",
            "[data-testid=rate][data-of=lb-web]",
            "[data-testid=rate][data-of=users-lb]",
        ] {
            page.until("it is drawn", |page| page.exists(part))?;
            page.double_click(part)?;
            page.until("its menu is open", |page| page.exists(".node-menu"))?;
            let covers =
                "const part = document.querySelector(arguments[0]).getBoundingClientRect(),
                menu = document.querySelector('.node-menu').getBoundingClientRect(),
                x = part.x + part.width / 2, y = part.y + part.height / 2;
                return x > menu.left && x < menu.right && y > menu.top && y < menu.bottom";
            let covered = page.session().run(covers, &json!([part]))?;
            assert_eq!(covered, json!(false), "{part} in {}", look.name());
            page.session().press(&key::ESCAPE.to_string())?;
            page.until("its menu is closed", |page| Ok(!page.exists(".node-menu")?))?;
        }
        assert!(
            !page.exists("[data-control=undo]:enabled")?,
            "nothing was done"
        );
    }
    Ok(())
}

#[test]
fn a_menu_goes_with_its_part() -> Outcome {
    let page = fixture::page("#step=bigger-server", Look::DESK)?;
    page.figure_becoming("[data-testid=clock]", "past 1 s", |clock| clock > 1.0)?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=add-part][data-of^=Cache]")?;
    page.until("there is a cache", |page| {
        page.exists("[data-component=cache]")
    })?;
    page.click("[data-component=db]")?;
    page.until("its menu is open", |page| page.exists(".node-menu"))?;
    page.click("[data-control=take-out]")?;
    page.until("it goes", |page| Ok(!page.exists("[data-component=db]")?))?;
    page.until("so does the menu", |page| Ok(!page.exists(".node-menu")?))?;
    page.click("[data-control=undo]")?;
    page.until("it is back", |page| page.exists("[data-component=db]"))?;
    page.until("no menu is", |page| Ok(!page.exists(".node-menu")?))?;
    // Another part inspected is another one's menu, or none.
    page.click("[data-component=db]")?;
    page.until("its menu is open", |page| page.exists(".node-menu"))?;
    page.click("[data-control=next-step]")?;
    page.until("it is gone", |page| Ok(!page.exists(".node-menu")?))
}

//! Instances killed, repaired, slowed, added and removed while the design runs.

use headroom_e2e::{Look, Outcome, Page};

use crate::fixture;

/// Opens the menu of an instance of the web tier and chooses from it.
fn choose(page: &Page, instance: &str, control: &str) -> Outcome {
    let line = format!("[data-testid=instance-menu] [data-control={control}]");
    page.click(&format!("[data-instance='{instance}']"))?;
    page.click(&line)?;
    page.until("the menu is closed", |page| {
        Ok(!page.exists("[data-testid=instance-menu]")?)
    })
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

//! Files: one that opens can be undone, and one that does not is told of as a file.

use std::{env, fs};

use headroom_e2e::{Look, Outcome, Page};
use headroom_scenario::{Scenario, step};
use serde_json::json;

use crate::fixture;

/// Chooses a file of this name and content in the share dialog.
fn choose(page: &Page, name: &str, content: &[u8]) -> Outcome {
    // A name may be as long as names of files get: it stands for itself in its folder's by a part of it.
    let short: String = name.chars().take(40).collect();
    let folder = env::temp_dir().join(format!("headroom-file-{}-{short}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    fs::write(&path, content)?;
    page.click("[data-control=share]")?;
    page.until("the dialog is open", |page| {
        page.exists("[data-testid=share-dialog][open]")
    })?;
    page.session()
        .type_into("[data-control=open-file]", &path.to_string_lossy())?;
    page.until("the file is read", |page| {
        Ok(!page.exists("[data-testid=share-dialog]")?)
    })?;
    fs::remove_dir_all(folder).map_err(Into::into)
}

/// A design of one's own, told from others by its seed.
fn own_design() -> Scenario {
    let mut scenario = step::LADDER[1].scenario();
    scenario.step = None;
    scenario.name = "Of my own".into();
    scenario.seed = 4_711;
    scenario
}

fn shows(page: &Page, step: &str, seed: &str) -> Outcome {
    page.until(
        &format!("step '{step}' with seed {seed} is shown"),
        |page| {
            Ok(page.attribute("[data-step]", "data-step")? == step
                && page.value("[data-control=seed]")? == seed)
        },
    )
}

#[test]
fn file_opened_is_undone_to_what_was_there_before_and_done_again() -> Outcome {
    let page = fixture::page("#step=cache&seed=7", Look::DESK)?;
    assert!(
        page.exists("[data-control=undo][disabled]")?,
        "the page has just begun"
    );
    page.set("[data-control=rate]", "123")?;
    page.until("the rate is taken", |page| {
        Ok(!page.exists("[data-control=undo][disabled]")?)
    })?;
    choose(&page, "own.json", own_design().to_json().as_bytes())?;
    shows(&page, "", "4711")?;
    page.click("[data-control=undo]")?;
    shows(&page, "cache", "7")?;
    page.until("the rate of then is back", |page| {
        Ok(page.value("[data-control=rate]")? == "123")
    })?;
    page.click("[data-control=redo]")?;
    shows(&page, "", "4711")
}

#[test]
fn file_dropped_on_the_page_opens_and_one_held_over_it_is_awaited() -> Outcome {
    let page = fixture::page("#step=cache&seed=7", Look::DESK)?;
    // What a browser sends while a file of that text is dragged over the page, and dropped.
    let drag = |event: &str, text: &str| {
        let send = "const data = new DataTransfer();
            data.items.add(new File([arguments[1]], 'own.json'));
            const event = new DragEvent(arguments[0], { bubbles: true, cancelable: true, dataTransfer: data });
            document.querySelector('.stage').dispatchEvent(event);
            return event.defaultPrevented";
        page.session().run(send, &json!([event, text]))
    };
    assert_eq!(
        drag("dragover", "")?,
        json!(true),
        "the browser would open it"
    );
    page.until("it says what comes of it", |page| {
        Ok(page.text("[data-testid=drop-target]")? == "Drop the file to open it")
    })?;
    drag("dragleave", "")?;
    page.until("no file is awaited", |page| {
        Ok(!page.exists("[data-testid=drop-target]")?)
    })?;
    drag("dragover", "")?;
    drag("drop", &own_design().to_json())?;
    shows(&page, "", "4711")?;
    assert!(!page.exists("[data-testid=drop-target]")?);
    page.click("[data-control=undo]")?;
    shows(&page, "cache", "7")
}

#[test]
fn file_that_is_read_only_can_be_left_by_undo_and_not_be_changed() -> Outcome {
    let page = fixture::page("#step=cache&seed=7", Look::DESK)?;
    let mut scenario = own_design();
    scenario.view.read_only = true;
    choose(&page, "lesson.json", scenario.to_json().as_bytes())?;
    shows(&page, "", "4711")?;
    assert!(page.exists("[data-control=rate][disabled]")?);
    page.click("[data-control=undo]")?;
    shows(&page, "cache", "7")?;
    assert!(!page.exists("[data-control=rate][disabled]")?);
    Ok(())
}

#[test]
fn link_followed_from_a_design_is_undone_to_it() -> Outcome {
    let page = fixture::page("#step=cache&seed=7", Look::DESK)?;
    page.session().run(
        "location.hash = '#step=hash-ring&seed=8'",
        &serde_json::json!([]),
    )?;
    shows(&page, "hash-ring", "8")?;
    page.click("[data-control=undo]")?;
    shows(&page, "cache", "7")
}

/// Opens a bad file from a design: it must say `why` of a file, and leave the design as it was.
fn refused(name: &str, content: &[u8], why: &str) -> Outcome {
    let page = fixture::page("#step=cache&seed=7", Look::DESK)?;
    page.set("[data-control=rate]", "123")?;
    page.until("the rate is taken", |page| {
        Ok(!page.exists("[data-control=undo][disabled]")?)
    })?;
    choose(&page, name, content)?;
    page.until("the problem is explained", |page| {
        page.exists("[data-testid=unopened-reason]")
    })?;
    let said = page.text("[data-testid=damaged-dialog]")?;
    assert!(said.contains("This file could not be opened"), "{said}");
    assert!(
        said.contains(&format!("The file {name}")) && said.contains(why),
        "{said}"
    );
    for untrue in ["link", "address", "first step", "one server"] {
        assert!(!said.contains(untrue), "{untrue}: {said}");
    }
    let title = step::find("cache").expect("it is a step").title;
    let behind = page.text("[data-testid=behind]")?;
    assert!(
        behind.contains(title) && behind.contains("unchanged"),
        "{behind}"
    );
    page.click("[data-control=go-on]")?;
    page.until("the dialog is closed", |page| {
        Ok(!page.exists("dialog[open]")?)
    })?;
    shows(&page, "cache", "7")?;
    assert_eq!(page.value("[data-control=rate]")?, "123");
    page.click("[data-control=undo]")?;
    page.until("the edit before is undone", |page| {
        Ok(page.value("[data-control=rate]")? != "123")
    })
}

#[test]
fn file_is_called_by_its_own_name_whatever_step_it_came_from() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    let mut scenario = own_design();
    scenario.step = Some("cache".into());
    choose(&page, "mine.json", scenario.to_json().as_bytes())?;
    shows(&page, "cache", "4711")?;
    assert_eq!(page.text("[data-testid=step-title]")?, "Of my own");
    choose(&page, "bad.json", b"{")?;
    page.until("the problem is explained", |page| {
        Ok(page
            .text("[data-testid=behind]")?
            .contains("unchanged: Of my own"))
    })
}

#[test]
fn file_with_a_very_long_name_is_named_within_the_dialog() -> Outcome {
    for look in [Look::DESK, Look::PHONE] {
        let page = fixture::page("", look)?;
        choose(&page, &format!("{}.json", "m".repeat(240)), b"{")?;
        page.until("the problem is explained", |page| {
            page.exists("[data-testid=unopened-reason]")
        })?;
        let fits = "const dialog = document.querySelector('dialog'); return dialog.scrollWidth <= dialog.clientWidth";
        let fits = page.session().run(fits, &json!([]))?;
        assert_eq!(fits, json!(true), "{}", look.name());
    }
    Ok(())
}

#[test]
fn file_that_is_no_json_says_so() -> Outcome {
    refused("notes.txt.json", b"Dear diary", "not a JSON document")
}

#[test]
fn file_with_problems_lists_them() -> Outcome {
    let mut scenario = own_design();
    scenario.traffic.rate_rps = -1.0;
    scenario.objectives.failed_share = 7.0;
    refused(
        "bad.json",
        scenario.to_json().as_bytes(),
        "objectives.failed_share",
    )
}

#[test]
fn file_with_a_key_given_twice_says_which() -> Outcome {
    let text = own_design().to_json();
    let twice = text.replacen("\"seed\":", "\"seed\":5,\"seed\":", 1);
    refused("twice.json", twice.as_bytes(), "seed: it is given twice")
}

#[test]
fn file_that_is_too_large_says_how_large() -> Outcome {
    refused("large.json", &vec![b' '; 2_000_000], "2000000 bytes")
}

#[test]
fn file_in_another_encoding_is_told_so_and_one_with_a_byte_order_mark_opens() -> Outcome {
    let text = own_design().to_json();
    // With its mark, some browsers read it.
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    refused("utf16.json", &bytes, "UTF-8")?;
    let mut accented = own_design();
    accented.design.components[0].name = "Usérs".into();
    // Latin-1 has the first 256 letters of Unicode, a byte each.
    let latin: Vec<u8> = accented
        .to_json()
        .chars()
        .map(|letter| letter as u8)
        .collect();
    refused("latin1.json", &latin, "UTF-8")?;
    let page = fixture::page("#step=cache&seed=7", Look::DESK)?;
    choose(&page, "marked.json", format!("\u{feff}{text}").as_bytes())?;
    shows(&page, "", "4711")
}

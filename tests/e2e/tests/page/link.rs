//! Links: what was done is in the address, and a bad one is explained and kept.

use headroom_e2e::{Look, Outcome, Page};

use crate::fixture;

/// Changes the traffic and waits until the address has it.
fn changed(page: &Page) -> Outcome<String> {
    page.set("[data-control=rate]", "123")?;
    // Until then the address may still name the step that was opened.
    page.until("the address follows the design", |page| {
        Ok(page.fragment()?.starts_with("#s1="))
    })?;
    page.fragment()
}

#[test]
fn link_round_trip_opens_what_was_shared() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    let fragment = changed(&page)?;
    assert!(fragment.starts_with("#s1="), "{fragment}");
    let other = fixture::page(&fragment, Look::DESK)?;
    other.until("the change is replayed", |page| {
        Ok(page.value("[data-control=rate]")? == "123")
    })?;
    assert_eq!(
        other.count("[data-component]")?,
        page.count("[data-component]")?
    );
    Ok(())
}

#[test]
fn link_of_a_step_with_a_seed_opens_both() -> Outcome {
    let page = fixture::page("#step=hash-ring&seed=7", Look::DESK)?;
    assert_eq!(page.attribute("[data-step]", "data-step")?, "hash-ring");
    assert_eq!(page.value("[data-control=seed]")?, "7");
    Ok(())
}

/// Opens a bad link: it must say `why`, stay in the address, and leave a start that works.
fn refused(fragment: &str, why: &str) -> Outcome {
    let page = fixture::page(fragment, Look::DESK)?;
    page.until("the problem is explained", |page| {
        page.exists("[data-testid=unopened-reason]")
    })?;
    let said = page.text("[data-testid=unopened-reason]")?;
    assert!(said.to_lowercase().contains(why), "{said}");
    assert_eq!(page.fragment()?, fragment);
    page.click("[data-control=start]")?;
    page.until("the start that works is open", |page| {
        Ok(!page.exists("[data-testid=unopened-reason]")?
            && page.attribute("[data-step]", "data-step")? == "one-server")
    })
}

#[test]
fn link_cut_short_says_so() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    let fragment = changed(&page)?;
    refused(&fragment[..fragment.len() - 9], "cut short")
}

#[test]
fn link_with_one_changed_character_is_called_damaged() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    let fragment = changed(&page)?;
    let middle = fragment.len() / 2;
    let other = if fragment.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    let damaged = format!("{}{other}{}", &fragment[..middle], &fragment[middle + 1..]);
    refused(&damaged, "damaged")
}

#[test]
fn link_of_a_newer_version_says_so() -> Outcome {
    refused("#s9=AAAA", "newer")
}

#[test]
fn link_that_is_too_large_says_so() -> Outcome {
    refused(&format!("#s1={}", "A".repeat(1_500_001)), "large")
}

#[test]
fn link_to_an_unknown_step_says_so() -> Outcome {
    refused("#step=no-such-step", "no-such-step")
}

#[test]
fn link_with_an_unknown_key_says_which_was_meant() -> Outcome {
    refused("#step=cache&rte=2000", "did you mean rate?")
}

#[test]
fn link_as_it_comes_out_of_a_chat_opens() -> Outcome {
    for fragment in [
        "#step=hash-ring&seed=7>,",
        "#step=hash-ring&seed=7\u{201d}.",
        "#step=hash-ring&seed=7%22)",
        "#step=hash-ring&seed=7_",
        "#step=hash-ring&seed=7**.",
        "#step%3Dhash-ring%26seed%3D7",
        "#step=hash-ring&amp;seed=7",
    ] {
        let page = fixture::page(fragment, Look::DESK)?;
        assert_eq!(
            page.attribute("[data-step]", "data-step")?,
            "hash-ring",
            "{fragment}"
        );
        assert_eq!(page.value("[data-control=seed]")?, "7", "{fragment}");
        assert!(!page.exists("dialog[open]")?, "{fragment}");
    }
    Ok(())
}

#[test]
fn link_that_did_not_open_stays_in_the_address_until_something_is_changed() -> Outcome {
    let page = fixture::page("#step=no-such-step", Look::DESK)?;
    page.click("[data-control=start]")?;
    assert_eq!(page.fragment()?, "#step=no-such-step");
    changed(&page).map(drop)
}

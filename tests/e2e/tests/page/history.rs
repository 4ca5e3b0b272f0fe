//! Undo and redo, and refusals in place.

use headroom_e2e::{Look, Outcome, Page};
use serde_json::json;

use crate::fixture;

/// The marks of the time line, those ahead in brackets.
fn marks(page: &Page) -> Outcome<Vec<String>> {
    let read = "return [...document.querySelectorAll('[data-testid=mark]')].map((mark) => {
        const words = mark.textContent.replace(/^.*?: /, '');
        return mark.dataset.ahead === 'true' ? `(${words})` : words;
    })";
    let marks = page.session().run(read, &json!([]))?;
    let marks = marks.as_array().cloned().unwrap_or_default();
    Ok(marks
        .iter()
        .filter_map(|mark| mark.as_str().map(str::to_owned))
        .collect())
}

fn seek(page: &Page, second: u32) -> Outcome {
    page.set("[data-control=moment]", &(second * 1_000).to_string())?;
    let second = f64::from(second);
    page.figure_becoming("[data-testid=clock]", "there", |clock| {
        (second - 0.1..second + 0.1).contains(&clock)
    })
    .map(drop)
}

#[test]
fn what_is_scheduled_is_hollow_until_it_happens_and_stays_when_one_goes_back() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    page.pause()?;
    assert_eq!(marks(&page)?, ["(web/1 dies)", "(web/1 works again)"]);
    seek(&page, 20)?;
    let happened = [
        "web/1 dies",
        "web/1 out after 2 failed checks",
        "(web/1 works again)",
    ];
    assert_eq!(marks(&page)?, happened);
    assert_eq!(page.count(".track-line .mark.ahead")?, 1);
    seek(&page, 5)?;
    let ahead = [
        "(web/1 dies)",
        "(web/1 out after 2 failed checks)",
        "(web/1 works again)",
    ];
    assert_eq!(marks(&page)?, ahead);
    Ok(())
}

#[test]
fn an_edit_says_on_the_time_line_what_from_and_to_and_so_does_its_link() -> Outcome {
    let page = fixture::page("#step=cache", Look::DESK)?;
    page.figure_becoming("[data-testid=clock]", "past 1 s", |clock| clock > 1.0)?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=cache]")?;
    let before = page.fragment()?;
    page.set(
        "[data-control=parameter][data-of=cache][data-name=ttl_s]",
        "2",
    )?;
    page.until("the edit has its mark", |page| {
        Ok(marks(page)?
            .iter()
            .any(|mark| mark.starts_with("Cache: TTL ") && mark.ends_with(" → 2 s")))
    })?;
    page.until("the link has followed", |page| {
        Ok(page.fragment()? != before)
    })?;
    page.pause()?;
    let told = marks(&page)?;
    let link = page.fragment()?;
    page.session().open("about:blank")?;
    page.go(&link)?;
    page.until("the same marks are there again", |page| {
        let again = marks(page)?;
        let plain = |marks: &[String]| marks.join("|").replace(['(', ')'], "");
        Ok(plain(&again) == plain(&told))
    })
}

#[test]
fn undo_takes_back_the_last_edit_and_redo_does_it_again() -> Outcome {
    let page = fixture::page("", Look::DESK)?;
    let (rate, seed) = ("[data-control=rate]", "[data-control=seed]");
    let (first_rate, first_seed) = (page.value(rate)?, page.value(seed)?);
    page.set(rate, "120")?;
    page.until("the rate is taken", |page| {
        Ok(!page.exists("[data-control=undo][disabled]")?)
    })?;
    page.set(seed, "7")?;
    for (control, field, expected) in [
        ("undo", seed, first_seed.as_str()),
        ("undo", rate, first_rate.as_str()),
        ("redo", rate, "120"),
        ("redo", seed, "7"),
    ] {
        page.click(&format!("[data-control={control}]"))?;
        page.until(&format!("{control} shows {expected}"), |page| {
            Ok(page.value(field)? == expected)
        })?;
    }
    Ok(())
}

#[test]
fn undo_and_redo_say_what_they_did() -> Outcome {
    let page = fixture::page("#step=sticky-sessions", Look::DESK)?;
    page.figure_becoming("[data-testid=clock]", "past 1 s", |clock| clock > 1.0)?;
    let says = |words: &'static str| {
        page.until(words, |page| Ok(page.text("[data-testid=live]")? == words))
    };
    page.click("[data-instance='web/1']")?;
    page.choose("kill")?;
    says("web/1 dies")?;
    page.click("[data-control=undo]")?;
    says("Undone: web/1 dies")?;
    page.until("it lives", |page| {
        page.exists("[data-instance='web/1'][data-state=up]")
    })?;
    assert_eq!(page.text("[data-testid=live]")?, "Undone: web/1 dies");
    page.click("[data-control=redo]")?;
    says("Done again: web/1 dies")
}

#[test]
fn a_seed_that_cannot_be_stays_as_it_was_typed_with_what_would_be_right() -> Outcome {
    let page = fixture::page("#step=cache", Look::DESK)?;
    let seed = "[data-control=seed]";
    // Of more than 64 bits.
    let typed = "18446744073709551617";
    page.set(seed, typed)?;
    page.until("it is refused", |page| {
        let said = page.text("#seed-refusal")?;
        Ok(said == "The seed is too large: give 0 to 9,007,199,254,740,991.")
    })?;
    assert_eq!(page.value(seed)?, typed);
    page.set(seed, "7")?;
    page.until("a good one is taken", |page| {
        Ok(page.fragment()?.contains("seed=7") && page.text("#seed-refusal")?.is_empty())
    })?;
    page.go(&format!("#step=cache&seed={typed}"))?;
    page.until("the link's is told as it was typed", |page| {
        let said = page.text("dialog")?;
        Ok(said.contains(typed) && said.contains("give 0 to 9007199254740991"))
    })
}

#[test]
fn a_bad_parameter_is_refused_in_place_and_changes_nothing() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    page.until("the address has followed the design", |page| {
        Ok(page.fragment()?.contains("&v="))
    })?;
    let fragment = page.fragment()?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=web]")?;
    let field = "[data-control=parameter][data-of=web][data-name=workers]";
    for (bad, reason) in [("0", "small"), ("999999999", "large"), ("many", "number")] {
        page.set(field, bad)?;
        page.until("the refusal is there", |page| {
            let said = page.text("[data-testid=refused][data-name=workers]")?;
            Ok(said.contains(reason))
        })?;
        assert_eq!(page.attribute(field, "aria-invalid")?, "true");
    }
    assert_eq!(page.fragment()?, fragment);
    page.set(field, "9")?;
    page.until("a good value is taken", |page| {
        Ok(!page.exists("[data-testid=refused]")? && page.fragment()? != fragment)
    })
}

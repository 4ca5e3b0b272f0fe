//! Links cut, slowed and repaired while the design runs: by mouse, by keyboard, and in the inspector.

use headroom_e2e::session::key;
use headroom_e2e::{Look, Outcome, Page, accessibility};
use serde_json::json;

use crate::fixture;

/// The link from the balancer to its servers.
const LINK: &str = "g[data-control=link][data-of=lb-web]";
const WORDS: &str = "[data-testid=trouble][data-of=lb-web]";
const MENU: &str = "[data-testid=link-menu]";

/// Opens the menu of the link by the words beside it, and chooses from it.
fn choose(page: &Page, control: &str) -> Outcome {
    page.click("[data-testid=rate][data-of=lb-web], [data-testid=trouble][data-of=lb-web]")?;
    page.choose(control)
}

/// The words beside the link, its lines one after the other.
fn words(page: &Page) -> Outcome<String> {
    let words = page.session().run(
        "return [...document.querySelectorAll(arguments[0] + ' text')].map((line) => line.textContent).join(' ')",
        &json!([WORDS]),
    )?;
    Ok(words.as_str().unwrap_or_default().to_owned())
}

fn is_cut(page: &Page) -> Outcome {
    page.until("it is drawn as cut, and said so", |page| {
        let label = page.attribute(LINK, "aria-label")?;
        let is_said = words(page)?.starts_with("cut") && label.contains(", cut");
        Ok(is_said && page.exists("[data-testid=cut] .cross")?)
    })
}

fn is_sound(page: &Page) -> Outcome {
    page.until("it is drawn as sound", |page| {
        Ok(page.exists(LINK)?
            && !page.exists("[data-testid=cut]")?
            && !page.exists("[data-testid=trouble]")?)
    })
}

#[test]
fn a_link_is_cut_by_mouse_drawn_so_undone_and_in_the_shared_link() -> Outcome {
    let page = fixture::page("#step=sticky-sessions", Look::DESK)?;
    choose(&page, "cut")?;
    is_cut(&page)?;
    let wires = page.count("[data-instance^='web/']")?;
    let crosses = page.count("[data-testid=cut]")?;
    assert_eq!(crosses, wires, "each of its wires has a cross");
    page.until("what is held up is told", |page| {
        Ok(words(page)?.contains("held"))
    })?;
    page.until("the badge says why nothing comes through", |page| {
        let said = page.text("[data-testid=headroom]")?;
        Ok(said.contains("Load balancer →") && said.contains("is cut"))
    })?;
    page.until("the time line has it", |page| {
        Ok(page
            .text("[data-testid=mark]")?
            .contains("Load balancer to Web tier: cut"))
    })?;
    page.click("[data-control=undo]")?;
    is_sound(&page)?;
    assert_eq!(
        page.text("[data-testid=live]")?,
        "Undone: Load balancer to Web tier: cut"
    );
    page.click("[data-control=redo]")?;
    is_cut(&page)?;
    page.until("the address has it", |page| {
        Ok(page.fragment()?.starts_with("#s1="))
    })?;
    page.click("[data-control=share]")?;
    page.click("[data-control=at-moment]")?;
    let shared = page.value("dialog [data-control=link]")?;
    let (_, fragment) = shared.split_once('#').expect("a link has a fragment");
    let other = fixture::page(&format!("#{fragment}"), Look::DESK)?;
    is_cut(&other)?;
    choose(&other, "repair-link")?;
    is_sound(&other)
}

#[test]
fn a_link_is_cut_and_repaired_by_keyboard_alone() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    page.until("the wires are drawn", |page| page.exists(LINK))?;
    crate::keyboard::tab_to(&page, LINK)?;
    let press = |key: char| page.session().press(&key.to_string());
    let focused = || {
        let script = "return document.activeElement?.dataset.control ?? ''";
        page.session().run(script, &json!([]))
    };
    press(key::ENTER)?;
    page.until("its menu is open, on its first line", |_| {
        Ok(focused()? == json!("slow-link"))
    })?;
    (0..3).try_for_each(|_| press(key::DOWN))?;
    assert_eq!(focused()?, json!("cut"));
    press(key::ENTER)?;
    is_cut(&page)?;
    page.until("the link has the focus again", |_| {
        Ok(focused()? == json!("link"))
    })?;
    press(key::ENTER)?;
    page.until("its menu is open again", |_| {
        Ok(focused()? == json!("slow-link"))
    })?;
    press(key::UP)?;
    assert_eq!(focused()?, json!("repair-link"), "the last of the menu");
    press(key::ENTER)?;
    is_sound(&page)
}

#[test]
fn what_is_wrong_with_a_link_is_set_in_the_inspector_and_refused_in_place() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=lb]")?;
    page.click("[data-control=break-link][data-of=lb-web]")?;
    let loses = "[data-control=impair][data-of=lb-web][data-name=loss_percent]";
    page.set(loses, "95")?;
    page.until("too much is refused where it was typed", |page| {
        let refusal = "[data-testid=refused][data-of=lb-web][data-name=loss_percent]";
        Ok(page.text(refusal)? == "95 is too large: give 0 to 90.")
    })?;
    page.set(loses, "7")?;
    page.until("7 % is taken, drawn and said", |page| {
        Ok(words(page)? == "loses 7 %"
            && page.exists(".wire.lossy")?
            && page.text("[data-testid=link-state]")? == "loses 7 %"
            && page.attribute(LINK, "aria-label")?.contains(", loses 7 %"))
    })?;
    page.set(
        "[data-control=impair][data-of=lb-web][data-name=delay_ms]",
        "50",
    )?;
    page.until("both are said", |page| {
        Ok(page.text("[data-testid=link-state]")? == "50 ms slower · loses 7 %")
    })?;
    page.set(
        "[data-control=impair][data-of=lb-web][data-name=cut]",
        "for answers",
    )?;
    page.until("it is cut one way", |page| {
        Ok(page.exists("[data-testid=cut] .arrow")? && page.value(loses)? == "7")
    })?;
    page.click("[data-control=repair-link][data-of=lb-web]")?;
    is_sound(&page)?;
    assert_eq!(page.value(loses)?, "");
    Ok(())
}

#[test]
fn a_broken_link_is_repaired_with_all_that_is_broken() -> Outcome {
    let page = fixture::page("#step=load-balancer", Look::DESK)?;
    choose(&page, "limit")?;
    page.until("it can be repaired from above", |page| {
        Ok(page.text("[data-control=break]")? == "Repair it")
    })?;
    page.click("[data-control=break]")?;
    is_sound(&page)
}

#[test]
fn trouble_is_drawn_the_same_where_nothing_is_to_move() -> Outcome {
    for look in [Look::DESK.still(), Look::PHONE.still()] {
        let page = fixture::page("#step=load-balancer", look)?;
        page.until("the wires are drawn", |page| page.exists(LINK))?;
        choose(&page, "cut-calls")?;
        page.until("an arrow runs against a cross", |page| {
            Ok(page.exists("[data-testid=cut] .arrow")?
                && words(page)?.starts_with("cut for calls"))
        })?;
    }
    Ok(())
}

/// Words and signs of trouble that lie on a card, a badge, or a rate, by their texts.
const COVERED: &str = "
    const boxes = (selector) => [...document.querySelectorAll(selector)]
      .map((part) => [part.textContent, part.getBoundingClientRect()]);
    const overlap = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left) - 1)
      * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) - 1);
    const there = boxes('.part .card, [data-testid=badge], [data-testid=rate], [data-testid=headroom]');
    const found = [];
    for (const [words, place] of boxes('[data-testid=trouble], [data-testid=cut], [data-testid=sign]'))
      for (const [other, at] of there)
        if (overlap(place, at) > 0) found.push(`${words} on ${other}`);
    return found;
";

#[test]
fn trouble_covers_no_card_no_badge_and_no_rate() -> Outcome {
    for look in [Look::DESK, Look::PHONE] {
        let page = fixture::page("#step=cache", look)?;
        for (link, control) in [("lb-web", "lose"), ("users-lb", "slow-link")] {
            page.click(&format!("[data-testid=rate][data-of={link}]"))?;
            page.choose(control)?;
            page.until("it is said", |page| {
                page.exists(&format!("[data-testid=trouble][data-of={link}]"))
            })?;
        }
        page.pause()?;
        let found = page.session().run(COVERED, &json!([]))?;
        assert_eq!(found, json!([]), "{}", look.name());
    }
    Ok(())
}

#[test]
fn accessibility_of_what_hangs_and_of_what_is_cut() -> Outcome {
    for look in [
        Look::DESK,
        Look::DESK.dark(),
        Look::PHONE,
        Look::PHONE.dark(),
    ] {
        let page = fixture::page("#step=sticky-sessions", look)?;
        choose(&page, "cut-answers")?;
        page.click("[data-component=lb]")?;
        page.choose("hang")?;
        page.until("it hangs", |page| {
            page.exists("[data-component=lb][data-state=hanging]")
        })?;
        // With its menu and its fields.
        page.click(WORDS)?;
        page.until("the menu is open", |page| page.exists(MENU))?;
        let found = accessibility::violations(&page, &fixture::axe()?)?;
        assert!(found.is_empty(), "{}:\n{}", look.name(), found.join("\n"));
    }
    Ok(())
}

#[test]
fn a_link_of_another_policy_is_said_to_be_unused_until_it_is_used() -> Outcome {
    let page = fixture::page("#step=cache", Look::DESK)?;
    let words = "[data-testid=rate][data-of=cache-db]";
    page.until("it says so", |page| Ok(page.text(words)? == "0/s"))?;
    let link = "[data-control=link][data-of=cache-db]";
    assert!(page.attribute(link, "aria-label")?.contains("not used"));
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=cache]")?;
    page.set(
        "[data-control=parameter][data-of=cache][data-name=write_mode]",
        "write-back",
    )?;
    page.figure_becoming(words, "above 0", |rate_rps| rate_rps > 0.0)
        .map(drop)
}

#[test]
fn links_over_which_nothing_passes_any_more_say_so() -> Outcome {
    for look in [Look::DESK, Look::PHONE] {
        let page = fixture::page("#step=database-apart", look)?;
        page.figure_becoming(
            "[data-testid=rate][data-of=web-db]",
            "above 0",
            |rate_rps| rate_rps > 0.0,
        )?;
        page.click("[data-instance='web/1']")?;
        page.choose("kill")?;
        page.until("it has no rate any more", |page| {
            Ok(page.text("[data-testid=rate][data-of=web-db]")? == "0/s")
        })?;
    }
    Ok(())
}

#[test]
fn a_wire_to_a_dead_server_says_that_nothing_passes_beside_the_rate_of_the_others() -> Outcome {
    let page = fixture::page("#step=balancing-algorithm", Look::DESK)?;
    let (rate, idle) = (
        "[data-testid=rate][data-of=lb-web]",
        "[data-testid=idle][data-of=lb-web]",
    );
    page.figure_becoming(rate, "above 0", |rate_rps| rate_rps > 0.0)?;
    page.click("[data-instance='web/1']")?;
    page.choose("kill")?;
    page.until("nothing passes over one wire", |page| {
        Ok(page.exists(idle)? && page.text(idle)? == "0/s")
    })?;
    assert_eq!(page.count(idle)?, 1);
    page.figure_becoming(rate, "above 0", |rate_rps| rate_rps > 0.0)?;
    page.click("[data-instance='web/1']")?;
    page.choose("repair")?;
    page.until("it passes again", |page| Ok(!page.exists(idle)?))
}

//! Many hands: things done at random, one right after the other. None of them may stop the page.
//! `HEADROOM_HANDS=20 cargo xtask test --only e2e -- hands` tries twenty seeds instead of one.

use headroom_e2e::{Failure, Look, Outcome};
use serde_json::json;

use crate::fixture;

/// Does so many things, by the numbers of a seed, and returns the last of them and all their kinds; stops
/// early when the engine has stopped.
const HANDLE: &str = "
    let [state, things] = arguments;
    const below = (count) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor(state / 4294967296 * count);
    };
    const one = (list) => list[below(list.length)];
    // A file dialog or a download would leave the page.
    const AWAY = ['open-file', 'save-file'];
    const done = [];
    const say = (element, what) => {
      const { control, of } = element.dataset;
      done.push(`${control ?? element.tagName}${of ? ` of ${of}` : ''}: ${what}`);
    };
    const enter = (field, value) => {
      say(field, value);
      field.focus();
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    };
    const act = (element) => {
      if (element.tagName === 'SELECT') {
        enter(element, one([...element.options]).value);
      } else if (element.tagName === 'INPUT' && element.type !== 'checkbox' && !element.readOnly) {
        const { min, max } = element;
        const between = Number(min) + below(1000) / 1000 * (Number(max) - Number(min));
        const near = Number(element.value) * one([0.5, 0.9, 1.1, 2]);
        enter(element, String(one([min, max, between, Math.round(between), near, Math.round(near)])));
      } else {
        say(element, 'pressed');
        element.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, view: window }));
      }
    };
    const KEYS = ['Escape', ' ', '.', 'n', 'p', 'ArrowRight', 'ArrowLeft', 'Enter', '?', 'z'];
    for (let thing = 0; thing < things; thing++) {
      const controls = [...document.querySelectorAll('[data-control]')].filter((element) =>
        !AWAY.includes(element.dataset.control) && !element.disabled && element.getClientRects().length > 0);
      if (below(12) === 0 || controls.length === 0) {
        const key = one(KEYS);
        const ctrlKey = key === 'z';
        done.push(`key ${key}`);
        (document.activeElement ?? document.body).dispatchEvent(
          new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true, cancelable: true }));
      } else {
        act(one(controls));
      }
      await new Promise((resume) => setTimeout(resume, one([0, 0, 5, 40])));
      if (document.querySelector('[data-engine=panicked]')) break;
    }
    const kinds = new Set(done.map((thing) => thing.split(/ of |: /)[0]));
    return { last: done.slice(-25), kinds: [...kinds].sort() };
";

fn hands(seed: u32, step: &str, things: u32) -> Outcome {
    let page = fixture::page(&format!("#step={step}"), Look::DESK.still())?;
    let done = page.session().run_async(HANDLE, &json!([seed, things]))?;
    let failed = |what: &str| {
        Failure::new(format!(
            "{what}; the last things done with seed {seed}: {:#}",
            done["last"]
        ))
    };
    if page.exists("[data-engine=panicked]")? {
        return Err(failed("the engine stopped"));
    }
    let complaints = page.session().complaints()?;
    if !complaints.is_empty() {
        return Err(failed(&format!("the page complains: {complaints:?}")));
    }
    let kinds = done["kinds"].as_array().map_or(0, Vec::len);
    println!("{step}, seed {seed}: {kinds} kinds of things done");
    assert!(kinds > 20, "hardly anything was done: {}", done["kinds"]);
    // It still does what it is asked.
    page.session().open("about:blank")?;
    page.go("#step=one-server")
}

#[test]
fn many_hands_stop_nothing() -> Outcome {
    let seeds = std::env::var("HEADROOM_HANDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok());
    for seed in 0..seeds.unwrap_or(1) {
        for step in ["one-server", "cache"] {
            hands(seed, step, 300)?;
        }
    }
    Ok(())
}

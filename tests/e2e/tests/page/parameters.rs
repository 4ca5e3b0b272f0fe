//! Every parameter that the inspector edits: changed, it is in the link, and a page opened on that
//! link has it.

use std::collections::BTreeMap;

use headroom_e2e::{Failure, Look, Outcome, Page};
use serde_json::{Value, json};

use crate::fixture;

/// The parameters on screen: name and value now.
const READ: &str = "
    return Object.fromEntries([...document.querySelectorAll('[data-control=parameter]')]
      .map((field) => [field.dataset.of + ' ' + field.dataset.name,
        field.type === 'checkbox' ? String(field.checked) : field.value]));
";

/// Values to try one after the other: some are refused where they are out of range or unchanged.
const TRIED: [fn(f64) -> f64; 5] = [
    |x| x + 1.0,
    |x| x - 1.0,
    |x| x + 0.1,
    |x| x * 2.0,
    |x| x / 2.0,
];

/// Opens the parts of the design one after the other.
fn open_part(page: &Page, part: &str) -> Outcome {
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click(&format!("[data-control=inspect][data-of='{part}']"))?;
    page.until("the part is shown", |page| {
        page.exists(&format!(
            "[data-control=inspect][data-of='{part}'][aria-pressed=true]"
        ))
    })
}

fn values(page: &Page) -> Outcome<BTreeMap<String, String>> {
    let read = page.session().run(READ, &json!([]))?;
    Ok(read
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect())
}

fn selector(name: &str) -> String {
    let (of, parameter) = name.split_once(' ').unwrap_or((name, ""));
    format!("[data-control=parameter][data-of='{of}'][data-name='{parameter}']")
}

/// Changes one parameter; the address must follow. Returns its new value.
fn change(page: &Page, name: &str, now: &str) -> Outcome<String> {
    let field = selector(name);
    let before = page.fragment()?;
    let taken = |page: &Page| -> Outcome<bool> {
        for _ in 0..30 {
            if page.fragment()? != before {
                return Ok(true);
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        Ok(false)
    };
    let kind = page.session().run(
        "const field = document.querySelector(arguments[0]);\
         return field.matches('select') ? [...field.options].map((option) => option.value) : field.type",
        &json!([field]),
    )?;
    let candidates: Vec<String> = match &kind {
        Value::Array(options) => options
            .iter()
            .filter_map(Value::as_str)
            .filter(|option| *option != now)
            .map(str::to_owned)
            .collect(),
        Value::String(kind) if kind == "checkbox" => {
            page.click(&field)?;
            return match taken(page)? {
                true => Ok((now != "true").to_string()),
                false => Err(Failure::new(format!("{name} does nothing"))),
            };
        }
        _ => match now.replace(',', "").parse::<f64>() {
            Ok(number) => TRIED
                .iter()
                .map(|tried| tried(number).to_string())
                .collect(),
            // A list: more of it.
            Err(_) => vec!["2".to_owned(), "3, 1".to_owned(), "1, 2".to_owned()],
        },
    };
    for candidate in candidates {
        page.set(&field, &candidate)?;
        if taken(page)? {
            // Until the run on screen has come to the moment of the change, the old value stands.
            page.until(&format!("{name} is another"), |page| {
                Ok(values(page)?.get(name).is_some_and(|value| value != now))
            })?;
            return Ok(values(page)?.remove(name).unwrap_or_default());
        }
    }
    Err(Failure::new(format!("no value of {name} changes the link")))
}

/// Every parameter of one part of a step's design.
fn every_parameter(step: &str, part: &str) -> Outcome {
    let page = fixture::page(&format!("#step={step}"), Look::DESK)?;
    open_part(&page, part)?;
    let names: Vec<String> = values(&page)?.into_keys().collect();
    assert!(!names.is_empty(), "{part} has parameters");
    for name in names {
        // A change of one may hide another: each is tried in a design of its own.
        page.go(&format!("#step={step}"))?;
        open_part(&page, part)?;
        let now = values(&page)?.remove(&name).unwrap_or_default();
        let new = change(&page, &name, &now)?;
        assert_ne!(new, now, "{name}");
        let link = page.fragment()?;
        page.go(&link)?;
        open_part(&page, part)?;
        page.until(&format!("{name} of the opened link is {new}"), |page| {
            Ok(values(page)?.get(&name) == Some(&new))
        })?;
    }
    Ok(())
}

#[test]
fn parameters_of_the_clients() -> Outcome {
    every_parameter("cache", "users")
}

#[test]
fn parameters_of_the_name_service() -> Outcome {
    every_parameter("cache", "dns")
}

#[test]
fn parameters_of_the_load_balancer() -> Outcome {
    every_parameter("cache", "lb")
}

#[test]
fn parameters_of_the_web_tier() -> Outcome {
    every_parameter("cache", "web")
}

#[test]
fn parameters_of_the_cache() -> Outcome {
    every_parameter("cache", "cache")
}

#[test]
fn parameters_of_the_database() -> Outcome {
    every_parameter("cache", "db")
}

//! What axe-core, the usual checker of accessibility rules, has against the page.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::page::Page;

/// The rules of WCAG 2.2 up to AA, and the best practices beside them.
const RULES: [&str; 6] = [
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22aa",
    "best-practice",
];

/// Every violation that axe-core (its script at `axe`) finds, a line for each element.
pub fn violations(page: &Page, axe: &Path) -> Outcome<Vec<String>> {
    let source = fs::read_to_string(axe)
        .map_err(|error| Failure::new(format!("{}: {error}", axe.display())))?;
    page.session().run(&source, &json!([]))?;
    let found = page.session().run_async(
        "const { violations } = await axe.run(document, \
           { runOnly: arguments[0], resultTypes: ['violations'] });\
         return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, any, all, none }) =>\
           `${id}: ${help}: ${target.join(' ')} ${[...any, ...all, ...none].map((check) => check.message).join('; ')}`))",
        &json!([RULES]),
    )?;
    let lines = found
        .as_array()
        .ok_or_else(|| Failure::new("axe-core gave no list"))?;
    Ok(lines
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect())
}

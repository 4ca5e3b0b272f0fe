//! Every parameter that the inspector edits: wrong input is refused where it was typed, with the
//! reason; a good value takes effect; and who opens the link has it too.
//!
//! A design is edited in one window. Another follows its links, and must come to show the same.
//! Parameters that mean something only under some choice are met there: every option is chosen.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use headroom_e2e::{Failure, Look, Outcome, Page};
use serde_json::{Value, json};

use crate::fixture::{self, Window};

/// The parameters on screen: by part and name the value now, the kind of control, and what may be
/// entered. A list is told by its range: `1 to 9 each, separated by commas`.
const READ: &str = "
    return Object.fromEntries([...document.querySelectorAll('[data-control=parameter]')].map((field) => {
      const range = field.closest('.control').querySelector('.range-words')?.textContent ?? '';
      const [min, max] = range.split(' to ').map((bound) => parseFloat(bound.replaceAll(',', '')));
      const kind = field.matches('select') ? 'choice' : field.type === 'checkbox' ? 'switch'
        : range.includes('each') ? 'list' : 'number';
      return [field.dataset.of + ' ' + field.dataset.name, {
        kind, min, max,
        value: kind === 'switch' ? String(field.checked) : field.value,
        options: kind === 'choice' ? [...field.options].map((option) => option.value) : [],
        refusal: field.closest('.control').querySelector('[data-testid=refused]')?.textContent ?? '',
      }];
    }));
";

/// Enters values into fields, as someone does who types: into each first those of `entries`, then
/// `others` until one is taken. Says for each field why its entries were not taken, empty where one
/// was, and which other was; nothing of a field that is gone by its turn.
const ENTER: &str = "
    const enter = async (selector, entry) => {
      const field = document.querySelector(selector);
      field.focus();
      field.value = entry;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
      // The page draws itself anew before its next task.
      await new Promise((resume) => setTimeout(resume));
      await new Promise((resume) => setTimeout(resume));
      const refusal = field.closest('.control').querySelector('[data-testid=refused]')?.textContent ?? '';
      const invalid = field.getAttribute('aria-invalid') === 'true';
      return invalid === (refusal !== '') ? refusal : `${refusal}, and its field says otherwise`;
    };
    const tried = [];
    for (const { selector, entries, others } of arguments[0]) {
      if (!document.querySelector(selector)) {
        tried.push(null);
        continue;
      }
      const answers = [];
      for (const entry of entries) answers.push(await enter(selector, entry));
      let taken = null;
      for (const other of others) {
        if (await enter(selector, other) === '') {
          taken = other;
          break;
        }
      }
      tried.push({ answers, taken });
    }
    return tried;
";

/// Enters a value into each of several fields, one right after the other.
const HURRY: &str = "
    for (const [selector, entry] of arguments[0]) {
      const field = document.querySelector(selector);
      field.focus();
      field.value = entry;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
      // The page draws itself anew before its next task.
      await new Promise((resume) => setTimeout(resume));
    }
";

/// Puts a fragment into the address, and waits until the page has opened it: what is chosen before
/// that is forgotten with the design it was chosen of.
const FOLLOW: &str = "
    if (location.hash === arguments[0]) return;
    const opened = new Promise((resume) => addEventListener('hashchange', resume, { once: true }));
    location.hash = arguments[0];
    await opened;
    // The page draws itself anew before its next task.
    await new Promise((resume) => setTimeout(resume));
";

/// A parameter on screen.
struct Parameter {
    kind: Kind,
    value: String,
    /// Why what was entered last is not taken; empty if it is.
    refusal: String,
}

enum Kind {
    Number { min: f64, max: f64 },
    List { min: f64, max: f64 },
    Choice { options: Vec<String> },
    Switch,
}

impl Parameter {
    fn of(read: &Value) -> Self {
        let text = |name: &str| read[name].as_str().unwrap_or_default().to_owned();
        let number = |name: &str| read[name].as_f64().unwrap_or(f64::NAN);
        let (min, max) = (number("min"), number("max"));
        let options = read["options"].as_array().into_iter().flatten();
        Self {
            kind: match text("kind").as_str() {
                "number" => Kind::Number { min, max },
                "list" => Kind::List { min, max },
                "choice" => Kind::Choice {
                    options: options
                        .filter_map(|option| option.as_str().map(str::to_owned))
                        .collect(),
                },
                _ => Kind::Switch,
            },
            value: text("value"),
            refusal: text("refusal"),
        }
    }
}

fn parameters(page: &Page) -> Outcome<BTreeMap<String, Parameter>> {
    let read = page.session().run(READ, &json!([]))?;
    let read = read.as_object().into_iter().flatten();
    Ok(read
        .map(|(name, parameter)| (name.clone(), Parameter::of(parameter)))
        .collect())
}

fn parameter(page: &Page, name: &str) -> Outcome<Parameter> {
    parameters(page)?
        .remove(name)
        .ok_or_else(|| Failure::new(format!("{name} is not on screen")))
}

fn values(page: &Page) -> Outcome<BTreeMap<String, String>> {
    let parameters = parameters(page)?.into_iter();
    Ok(parameters
        .map(|(name, parameter)| (name, parameter.value))
        .collect())
}

fn field(name: &str) -> String {
    let (of, parameter) = name.split_once(' ').unwrap_or((name, ""));
    format!("[data-control=parameter][data-of='{of}'][data-name='{parameter}']")
}

/// A number, or a list of them, to be tried.
struct Number {
    name: String,
    value: String,
    min: f64,
    max: f64,
    is_list: bool,
}

impl Number {
    fn of(name: String, parameter: &Parameter) -> Option<Self> {
        let (min, max, is_list) = match parameter.kind {
            Kind::Number { min, max } => (min, max, false),
            Kind::List { min, max } => (min, max, true),
            _ => return None,
        };
        assert!(min < max, "{name} says its range");
        Some(Self {
            name,
            value: parameter.value.clone(),
            min,
            max,
            is_list,
        })
    }

    /// What is wrong, each in its way, then the value now: no edit, and it ends a refusal.
    fn entries(&self) -> [String; 4] {
        [
            "many".to_owned(),
            (self.max + 1.0).to_string(),
            (self.min - 1.0).to_string(),
            self.value.clone(),
        ]
    }

    /// Values that differ from the one now; not all need be taken.
    fn others(&self) -> Vec<String> {
        if self.is_list {
            return ["2", "3, 1", "1, 2"].map(str::to_owned).into();
        }
        let now: f64 = self.value.replace(',', "").parse().unwrap_or(self.min);
        [
            now + 1.0,
            now - 1.0,
            now / 2.0,
            now * 2.0,
            now + 0.1,
            now + 2e3,
        ]
        .into_iter()
        .filter(|other| (self.min..=self.max).contains(other) && *other != now)
        .map(|other| other.to_string())
        .collect()
    }

    fn wanted(&self) -> Value {
        json!({
            "selector": field(&self.name),
            "entries": self.entries(),
            "others": self.others(),
        })
    }

    /// Whether each entry was answered as it should be, and another value was taken.
    fn check(&self, tried: &Value) -> Outcome {
        let expected = ["is not a number", "is too large", "is too small", ""];
        let answers = tried["answers"].as_array().into_iter().flatten();
        let answers: Vec<&str> = answers.filter_map(Value::as_str).collect();
        assert_eq!(answers.len(), expected.len(), "{}", self.name);
        for ((entry, answer), reason) in self.entries().iter().zip(answers).zip(expected) {
            let fits = answer.contains(reason) && answer.is_empty() == reason.is_empty();
            assert!(fits, "{}, {entry}: {answer}", self.name);
        }
        if tried["taken"].is_null() {
            let others = self.others().join("; ");
            return Err(Failure::new(format!(
                "{} takes none of {others}",
                self.name
            )));
        }
        Ok(())
    }
}

/// One part of a design, in a window that edits it and in one that follows its links.
struct Walk {
    editor: Window,
    follower: Window,
    /// The part whose parameters are walked; empty for those of the whole design.
    part: String,
    tried: BTreeSet<String>,
}

impl Walk {
    fn begin(step: &str, part: &str) -> Outcome<Self> {
        let open = |speed: &str| -> Outcome<Window> {
            let page = fixture::page(&format!("#step={step}&speed={speed}"), Look::DESK.still())?;
            page.click("[data-control=panel][data-of=inspector]")?;
            Ok(page)
        };
        // What moves is not looked at here. The edits all come early in the run, and the follower is soon past them.
        let walk = Self {
            editor: open("0.001")?,
            follower: open("10")?,
            part: part.to_owned(),
            tried: BTreeSet::new(),
        };
        walk.show(&walk.editor)?;
        Ok(walk)
    }

    fn show(&self, page: &Page) -> Outcome {
        if !self.part.is_empty() {
            page.click(&format!("[data-control=inspect][data-of='{}']", self.part))?;
        }
        page.until("its parameters are shown", |page| {
            page.exists("[data-control=parameter]")
        })
    }

    /// The first parameter of a kind that has not been tried yet.
    fn next(&self, wanted: impl Fn(&Kind) -> bool) -> Outcome<Option<(String, Parameter)>> {
        Ok(parameters(&self.editor)?
            .into_iter()
            .find(|(name, parameter)| wanted(&parameter.kind) && !self.tried.contains(name)))
    }

    /// Tries every parameter, and those that come up while others change.
    fn every_parameter(&mut self) -> Outcome {
        self.every_number()?;
        self.follow()?;
        while let Some((name, parameter)) =
            self.next(|kind| matches!(kind, Kind::Choice { .. } | Kind::Switch))?
        {
            self.tried.insert(name.clone());
            match parameter.kind {
                Kind::Choice { options } => self.every_option(&name, &options)?,
                _ => {
                    self.editor.session().click(&field(&name))?;
                    self.until_changed(&name, &parameter.value)?;
                    self.every_number()?;
                    self.follow()?;
                }
            }
        }
        Ok(())
    }

    fn every_option(&mut self, name: &str, options: &[String]) -> Outcome {
        let mut taken = 0;
        for option in options {
            let now = parameter(&self.editor, name)?;
            if now.value == *option {
                continue;
            }
            self.editor.set(&field(name), option)?;
            // Not every option goes with every design; then it says why, and goes back.
            self.editor.until(&format!("{name} is {option}"), |page| {
                let seen = parameter(page, name)?;
                Ok(seen.value == *option || !seen.refusal.is_empty())
            })?;
            if parameter(&self.editor, name)?.refusal.is_empty() {
                taken += 1;
                // What comes up with this option goes with it: the next may hide it.
                if self.every_number()? > 0 {
                    self.follow()?;
                }
            }
        }
        assert!(taken > 0, "{name}: no option is taken");
        self.follow()
    }

    /// Tries every number and list on screen that has not been tried, and says how many.
    fn every_number(&mut self) -> Outcome<usize> {
        let before = self.tried.len();
        loop {
            let fresh: Vec<Number> = parameters(&self.editor)?
                .into_iter()
                .filter(|(name, _)| !self.tried.contains(name))
                .filter_map(|(name, parameter)| Number::of(name, &parameter))
                .collect();
            if fresh.is_empty() {
                return Ok(self.tried.len() - before);
            }
            self.every_one(&fresh)?;
        }
    }

    fn every_one(&mut self, numbers: &[Number]) -> Outcome {
        let wanted: Vec<Value> = numbers.iter().map(Number::wanted).collect();
        let tried = self.editor.session().run_async(ENTER, &json!([wanted]))?;
        for (number, tried) in numbers.iter().zip(tried.as_array().into_iter().flatten()) {
            // What is gone while others change may come up again.
            if !tried.is_null() {
                number.check(tried)?;
                self.tried.insert(number.name.clone());
            }
        }
        self.editor.until("every number tried is another", |page| {
            let now = values(page)?;
            Ok(numbers.iter().all(|number| {
                let is_tried = self.tried.contains(&number.name);
                !is_tried || now.get(&number.name) != Some(&number.value)
            }))
        })
    }

    fn until_changed(&self, name: &str, before: &str) -> Outcome {
        self.editor.until(&format!("{name} changes"), |page| {
            Ok(parameter(page, name)?.value != before)
        })
    }

    /// The follower opens the editor's link, and comes to show the same.
    fn follow(&self) -> Outcome {
        let expected = values(&self.editor)?;
        let opened = RefCell::new(String::new());
        let followed = self.follower.until("the link brings every value", |page| {
            // The address follows the design with a little delay.
            let link = self.editor.fragment()?;
            if link != *opened.borrow() {
                page.session().run_async(FOLLOW, &json!([link]))?;
                self.show(page)?;
                opened.replace(link);
            }
            Ok(values(page)? == expected)
        });
        followed.map_err(|failure| {
            let seen = values(&self.follower).unwrap_or_default();
            let differing: Vec<String> = expected
                .iter()
                .filter(|(name, value)| seen.get(*name) != Some(value))
                .map(|(name, value)| format!("{name}: {value}, followed: {:?}", seen.get(name)))
                .collect();
            Failure::new(format!("{failure}; {}", differing.join("; ")))
        })
    }
}

/// Edits come faster than the engine answers, and the second and the last but one start the run
/// anew: none is lost with the run that it was meant for, nor on the way to the moment on screen.
#[test]
fn parameters_entered_in_a_hurry_are_all_kept() -> Outcome {
    let walk = Walk::begin("cache", "cache")?;
    let edits = [
        ("entries_per_node", "3000"),
        ("nodes", "4"),
        ("ttl_s", "50"),
        ("operation_ms", "0.25"),
        ("nodes", "5"),
        ("virtual_nodes", "200"),
    ];
    let entries: Vec<_> = edits
        .iter()
        .map(|(name, entry)| (field(&format!("cache {name}")), entry))
        .collect();
    walk.editor.session().run_async(HURRY, &json!([entries]))?;
    walk.follow()?;
    for (name, entry) in &edits[2..] {
        let followed = parameter(&walk.follower, &format!("cache {name}"))?;
        assert_eq!(followed.value, *entry, "{name}");
    }
    let room = parameter(&walk.follower, "cache entries_per_node")?;
    assert_eq!(room.value.replace(',', ""), edits[0].1);
    Ok(())
}

/// Every parameter of one part of a step's design.
fn every_parameter(step: &str, part: &str) -> Outcome {
    let mut walk = Walk::begin(step, part)?;
    walk.every_parameter()?;
    assert!(!walk.tried.is_empty(), "{part} has parameters");
    Ok(())
}

#[test]
fn parameters_of_the_objectives() -> Outcome {
    every_parameter("cache", "")
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

/// A database's page with its parameters.
fn database(step: &str) -> Outcome<Window> {
    let page = fixture::page(&format!("#step={step}"), Look::DESK.still())?;
    page.click("[data-control=panel][data-of=inspector]")?;
    page.click("[data-control=inspect][data-of=db]")?;
    page.until("its parameters are shown", |page| {
        page.exists(&field("db disk"))
    })?;
    Ok(page)
}

fn label_of_database(page: &Page) -> Outcome<String> {
    page.attribute("[data-component=db][aria-label]", "aria-label")
}

/// The disk's size, what is on it at the start and what a write adds: full, then with room again.
#[test]
fn a_full_disk_is_shown_and_a_bigger_one_takes_what_is_written() -> Outcome {
    let page = database("database-apart")?;
    page.set(&field("db disk"), "nobody looks")?;
    page.until("nobody looks", |page| {
        Ok(!page.exists(&field("db data_gb"))?)
    })?;
    page.set(&field("db disk"), "so many GB")?;
    page.set(&field("db disk_gb"), "1")?;
    page.until("the data may be said", |page| {
        page.exists(&field("db data_gb"))
    })?;
    page.set(&field("db data_gb"), "1")?;
    page.until("the disk is full", |page| {
        Ok(label_of_database(page)?.contains("disk 100\u{a0}%")
            && page.text("[data-testid=disk]")?
                == "1\u{a0}GB of data on a disk of 1\u{a0}GB: 100\u{a0}% full")
    })?;
    page.until("it says why writes fail", |page| {
        Ok(page.text("[data-testid=diagram]")?.contains("disk full"))
    })?;
    page.set(&field("db disk_gb"), "100")?;
    let has_a_hundredth = |page: &Page| Ok(label_of_database(page)?.contains("disk 1\u{a0}%"));
    page.until("it has room", has_a_hundredth)?;
    page.set(&field("db write_kb"), "100000")?;
    page.until("it fills by what writes add", |page| {
        Ok(!has_a_hundredth(page)?)
    })
}

#[test]
fn the_largest_machine_is_offered_for_a_database_alone() -> Outcome {
    let page = database("database-apart")?;
    page.set(&field("db size"), "24tb: 448 vCPU, 24 TiB")?;
    page.until("it runs as many queries", |page| {
        Ok(label_of_database(page)?.contains("of 896 busy"))
    })?;
    page.click("[data-control=inspect][data-of=web]")?;
    page.until("the web tier is shown", |page| {
        page.exists(&field("web size"))
    })?;
    let size = parameter(&page, "web size")?;
    let Kind::Choice { options } = size.kind else {
        return Err(Failure::new("a machine is chosen"));
    };
    assert_eq!(
        options.last().map(String::as_str),
        Some("24xlarge: 96 vCPU, 384 GiB")
    );
    Ok(())
}

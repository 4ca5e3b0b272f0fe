//! The page as a reader of it sees it: what can be found, pressed, typed and read.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::session::Session;

/// How long the page may take to show what it should. Two busy cores are slow.
const PATIENCE: Duration = Duration::from_secs(20);
/// A clock that has not moved for so long stands still.
const STILLNESS: Duration = Duration::from_millis(250);
/// How long to wait between two looks.
const GLANCE: Duration = Duration::from_millis(50);

/// The page in a browser window.
pub struct Page {
    session: Session,
    url: String,
}

impl Page {
    /// Opens the page at `url`, with the fragment `#...` or none, and waits until it runs.
    pub fn open(session: Session, url: &str, fragment: &str) -> Outcome<Self> {
        let page = Self {
            session,
            url: url.to_owned(),
        };
        page.session.open(&format!("{url}{fragment}"))?;
        page.wait_for_start()?;
        Ok(page)
    }

    /// Opens another fragment in the same window, as following a link does.
    pub fn go(&self, fragment: &str) -> Outcome {
        // Only the fragment differs, so the browser would not load the page again by itself.
        self.session.open("about:blank")?;
        self.session.open(&format!("{}{fragment}", self.url))?;
        self.wait_for_start()
    }

    fn wait_for_start(&self) -> Outcome {
        self.until("the page says that its engine runs", |page| {
            page.exists("[data-engine=ready]")
        })
    }

    /// The window it is in.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Gives the window away.
    pub fn leave(self) -> Session {
        self.session
    }

    /// Waits until `seen` holds; fails with `what` if it does not in time.
    pub fn until(&self, what: &str, seen: impl Fn(&Self) -> Outcome<bool>) -> Outcome {
        self.until_within(PATIENCE, what, seen)
    }

    /// The same, with another patience.
    pub fn until_within(
        &self,
        patience: Duration,
        what: &str,
        seen: impl Fn(&Self) -> Outcome<bool>,
    ) -> Outcome {
        let start = Instant::now();
        while !seen(self)? {
            if start.elapsed() > patience {
                return Err(Failure::new(format!(
                    "waited {} s in vain until {what}",
                    patience.as_secs()
                )));
            }
            std::thread::sleep(GLANCE);
        }
        Ok(())
    }

    /// Stops simulated time.
    pub fn pause(&self) -> Outcome {
        if self.exists("[data-playing=true]")? {
            self.click("[data-control=play]")?;
        }
        // What the engine had begun when it was told to stop is still shown.
        self.until("time stands still", |page| {
            let clock = "[data-testid=clock]";
            let before = page.figure(clock)?;
            std::thread::sleep(STILLNESS);
            Ok(page.exists("[data-playing=false]")? && page.figure(clock)? == before)
        })
    }

    /// Whether something matches the selector.
    pub fn exists(&self, selector: &str) -> Outcome<bool> {
        Ok(self.count(selector)? > 0)
    }

    /// How many elements match the selector.
    pub fn count(&self, selector: &str) -> Outcome<u64> {
        self.session
            .run(
                "return document.querySelectorAll(arguments[0]).length",
                &json!([selector]),
            )?
            .as_u64()
            .ok_or_else(|| Failure::new("a count is a number"))
    }

    /// The text of the first element that matches, as it shows; empty if none does.
    pub fn text(&self, selector: &str) -> Outcome<String> {
        self.read(
            // What is drawn has no text as it shows.
            "const found = document.querySelector(arguments[0]);
             return found?.innerText ?? found?.textContent ?? ''",
            selector,
        )
    }

    /// An attribute of the first element that matches; empty if it has none.
    pub fn attribute(&self, selector: &str, name: &str) -> Outcome<String> {
        let value = self.session.run(
            "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? ''",
            &json!([selector, name]),
        )?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// An attribute of every element that matches.
    pub fn attributes(&self, selector: &str, name: &str) -> Outcome<Vec<String>> {
        let values = self.session.run(
            "return [...document.querySelectorAll(arguments[0])].map((found) => found.getAttribute(arguments[1]) ?? '')",
            &json!([selector, name]),
        )?;
        let values = values.as_array().into_iter().flatten();
        Ok(values
            .filter_map(|value| Some(value.as_str()?.to_owned()))
            .collect())
    }

    /// The value of the first field that matches.
    pub fn value(&self, selector: &str) -> Outcome<String> {
        self.read(
            "return String(document.querySelector(arguments[0])?.value ?? '')",
            selector,
        )
    }

    /// The fragment of the page's address, with its `#`.
    pub fn fragment(&self) -> Outcome<String> {
        self.read("return location.hash", "")
    }

    fn read(&self, body: &str, selector: &str) -> Outcome<String> {
        let value = self.session.run(body, &json!([selector]))?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Waits for the figure to become what `wanted` says, and returns it.
    pub fn figure_becoming(
        &self,
        selector: &str,
        what: &str,
        wanted: impl Fn(f64) -> bool,
    ) -> Outcome<f64> {
        self.until(&format!("{selector} is {what}"), |page| {
            Ok(page.figure(selector).is_ok_and(&wanted))
        })?;
        self.figure(selector)
    }

    /// The number that an element's `data-value` says: figures as the page has them, unrounded.
    pub fn figure(&self, selector: &str) -> Outcome<f64> {
        let text = self.attribute(selector, "data-value")?;
        text.parse().map_err(|_| {
            Failure::new(format!(
                "{selector} should carry a number in data-value, and has '{text}'"
            ))
        })
    }

    /// Clicks, once there is something to click.
    pub fn click(&self, selector: &str) -> Outcome {
        self.until(&format!("there is {selector}"), |page| {
            page.exists(selector)
        })?;
        self.session.click(selector)
    }

    /// Chooses from the menu that is open, or about to be. In its first moments it takes no press.
    pub fn choose(&self, control: &str) -> Outcome {
        let line = format!(".node-menu [data-control={control}]");
        self.click(&line)?;
        self.until("the menu is closed", |page| {
            let is_open = page.exists(&line)?;
            if is_open {
                page.session.click(&line)?;
            }
            Ok(!is_open)
        })
    }

    /// Clicks there twice, as fast as a hand can.
    pub fn double_click(&self, selector: &str) -> Outcome {
        let place = self.session.run(
            "const box = document.querySelector(arguments[0]).getBoundingClientRect();\
             return [box.x + box.width / 2, box.y + box.height / 2]",
            &json!([selector]),
        )?;
        for (count, kind) in [1, 2]
            .into_iter()
            .flat_map(|count| ["mousePressed", "mouseReleased"].map(|kind| (count, kind)))
        {
            let press = json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": count});
            self.session.devtools("Input.dispatchMouseEvent", press)?;
        }
        Ok(())
    }

    /// Sets a field or a slider or a choice to a value, as a user who types or picks it does.
    pub fn set(&self, selector: &str, value: &str) -> Outcome {
        self.until(&format!("there is {selector}"), |page| {
            page.exists(selector)
        })?;
        let found = self.session.run(
            "const field = document.querySelector(arguments[0]);\
             field.focus();\
             const kind = Object.getPrototypeOf(field);\
             Object.getOwnPropertyDescriptor(kind, 'value').set.call(field, arguments[1]);\
             field.dispatchEvent(new Event('input', { bubbles: true }));\
             field.dispatchEvent(new Event('change', { bubbles: true }));\
             return true",
            &json!([selector, value]),
        )?;
        if found == Value::Bool(true) {
            Ok(())
        } else {
            Err(Failure::new(format!("{selector} can't be set")))
        }
    }
}

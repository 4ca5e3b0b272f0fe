//! One browser window, driven by WebDriver: the few commands that the tests need.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;

use crate::failure::{Failure, Outcome};
use crate::image;

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// No single command takes longer than this, benchmarks in the page included.
const COMMAND_MAX: Duration = Duration::from_secs(300);

/// A browser window. It is closed when dropped.
pub struct Session {
    agent: Agent,
    url: String,
}

impl Session {
    /// Opens a window by the driver at `driver_url`.
    pub fn new(driver_url: &str, capabilities: &Value) -> Outcome<Self> {
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(COMMAND_MAX))
            .build()
            .into();
        let mut session = Self {
            agent,
            url: driver_url.to_owned(),
        };
        let opened = session.post(
            "/session",
            &json!({ "capabilities": { "alwaysMatch": capabilities } }),
        )?;
        let id = opened["sessionId"]
            .as_str()
            .ok_or_else(|| Failure::new("the driver opened no window"))?;
        session.url = format!("{driver_url}/session/{id}");
        session.post(
            "/timeouts",
            &json!({ "script": COMMAND_MAX.as_millis() as u64, "pageLoad": 60_000 }),
        )?;
        Ok(session)
    }

    /// Opens an address.
    pub fn open(&self, url: &str) -> Outcome {
        self.post("/url", &json!({ "url": url })).map(drop)
    }

    /// Leaves the window as a new one is: nothing shown, and nothing known of what was. Chromium only.
    pub fn empty(&self) -> Outcome {
        let origin = self.run("return location.origin", &json!([]))?;
        self.open("about:blank")?;
        self.devtools(
            "Storage.clearDataForOrigin",
            json!({ "origin": origin, "storageTypes": "all" }),
        )?;
        self.devtools("Browser.resetPermissions", json!({}))?;
        self.devtools(
            "Browser.setDownloadBehavior",
            json!({ "behavior": "default" }),
        )?;
        self.complaints().map(drop)
    }

    /// Loads the page again.
    pub fn reload(&self) -> Outcome {
        self.post("/refresh", &json!({})).map(drop)
    }

    /// Runs the body of a function in the page; `arguments[0]` and so on are `arguments`.
    pub fn run(&self, body: &str, arguments: &Value) -> Outcome<Value> {
        self.post(
            "/execute/sync",
            &json!({ "script": body, "args": arguments }),
        )
    }

    /// Runs the body of an async function in the page, and waits for what it returns.
    pub fn run_async(&self, body: &str, arguments: &Value) -> Outcome<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];\
             (async function () {{ {body} }}).apply(null, arguments)\
             .then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
        );
        let answer = self.post(
            "/execute/async",
            &json!({ "script": script, "args": arguments }),
        )?;
        match answer["error"].as_str() {
            Some(error) => Err(Failure::new(error)),
            None => Ok(answer["value"].clone()),
        }
    }

    /// Clicks the first element that matches, as a pointer does: one hidden under another is
    /// not reached.
    pub fn click(&self, selector: &str) -> Outcome {
        let element = self.element(selector)?;
        self.post(&format!("/element/{element}/click"), &json!({}))
            .map(drop)
            .map_err(|failure| Failure::new(format!("clicking {selector}: {failure}")))
    }

    /// Types into the first element that matches. Special keys are in the private range of
    /// WebDriver, see [`key`].
    pub fn type_into(&self, selector: &str, text: &str) -> Outcome {
        let element = self.element(selector)?;
        self.post(
            &format!("/element/{element}/value"),
            &json!({ "text": text }),
        )
        .map(drop)
        .map_err(|failure| Failure::new(format!("typing into {selector}: {failure}")))
    }

    /// Presses keys one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) -> Outcome {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|stroke| json!({ "type": stroke, "value": key }))
            })
            .collect();
        self.perform_keys(strokes)
    }

    /// Presses a key while others are held.
    pub fn press_with(&self, held: &[char], key: char) -> Outcome {
        let down = |key: &char| json!({ "type": "keyDown", "value": key });
        let up = |key: &char| json!({ "type": "keyUp", "value": key });
        let strokes = held
            .iter()
            .map(down)
            .chain([down(&key), up(&key)])
            .chain(held.iter().rev().map(up))
            .collect();
        self.perform_keys(strokes)
    }

    fn perform_keys(&self, strokes: Vec<Value>) -> Outcome {
        self.post(
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        )
        .map(drop)
    }

    /// A picture of the window, as PNG.
    pub fn picture(&self) -> Outcome<Vec<u8>> {
        let text = self.get("/screenshot")?;
        text.as_str()
            .and_then(image::from_base64)
            .ok_or_else(|| Failure::new("the driver sent no picture"))
    }

    /// Sets the size of the window, CSS pixels.
    pub fn resize(&self, width_px: u32, height_px: u32) -> Outcome {
        self.post(
            "/window/rect",
            &json!({ "width": width_px, "height": height_px }),
        )
        .map(drop)
    }

    /// Errors and warnings of the page since it was last asked, violations of its content security
    /// policy among them; what the browser says of its own graphics is left out. Chromium only.
    pub fn complaints(&self) -> Outcome<Vec<String>> {
        let entries = self.post("/se/log", &json!({ "type": "browser" }))?;
        let is_complaint = |entry: &&Value| {
            matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING"))
                && entry["source"] != "rendering"
        };
        Ok(entries
            .as_array()
            .into_iter()
            .flatten()
            .filter(is_complaint)
            .map(|entry| entry["message"].as_str().unwrap_or_default().to_owned())
            .collect())
    }

    /// A command of Chromium's developer tools. Chromium only.
    pub fn devtools(&self, command: &str, parameters: Value) -> Outcome<Value> {
        self.post(
            "/goog/cdp/execute",
            &json!({ "cmd": command, "params": parameters }),
        )
    }

    fn element(&self, selector: &str) -> Outcome<String> {
        let found = self
            .post(
                "/element",
                &json!({ "using": "css selector", "value": selector }),
            )
            .map_err(|_| Failure::new(format!("nothing on the page matches {selector}")))?;
        found[ELEMENT]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| Failure::new(format!("nothing on the page matches {selector}")))
    }

    fn post(&self, path: &str, body: &Value) -> Outcome<Value> {
        let answer = self
            .agent
            .post(format!("{}{path}", self.url))
            .send_json(body)?;
        value_of(answer)
    }

    fn get(&self, path: &str) -> Outcome<Value> {
        value_of(self.agent.get(format!("{}{path}", self.url)).call()?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A window that is gone already needs no closing.
        self.agent.delete(&self.url).call().ok();
    }
}

/// The value of a driver's answer, or what the driver says is wrong.
fn value_of(mut answer: ureq::http::Response<ureq::Body>) -> Outcome<Value> {
    let succeeded = answer.status().is_success();
    let mut body: Value = answer
        .body_mut()
        .with_config()
        .limit(64 << 20)
        .read_json()?;
    let value = body["value"].take();
    if succeeded {
        return Ok(value);
    }
    let message = value["message"].as_str().unwrap_or("no reason given");
    Err(Failure::new(message.lines().next().unwrap_or(message)))
}

/// The keys that have no character, as WebDriver names them.
pub mod key {
    /// To the next control.
    pub const TAB: char = '\u{E004}';
    /// Enter.
    pub const ENTER: char = '\u{E007}';
    /// Escape.
    pub const ESCAPE: char = '\u{E00C}';
    /// Shift.
    pub const SHIFT: char = '\u{E008}';
    /// Control.
    pub const CONTROL: char = '\u{E009}';
    /// Left.
    pub const LEFT: char = '\u{E012}';
    /// Up.
    pub const UP: char = '\u{E013}';
    /// Right.
    pub const RIGHT: char = '\u{E014}';
    /// Down.
    pub const DOWN: char = '\u{E015}';
    /// The first.
    pub const HOME: char = '\u{E011}';
    /// The last.
    pub const END: char = '\u{E010}';
}

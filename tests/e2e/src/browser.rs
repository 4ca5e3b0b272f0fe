//! The browsers that the page is tried in, and the driver program of each.

use std::env;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::failure::{Failure, Outcome};
use crate::look::{Look, Theme};
use crate::session::Session;

/// How long a driver program may take to listen.
const DRIVER_START_MAX: Duration = Duration::from_secs(20);

/// A browser engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Browser {
    /// Chromium or Chrome, driven by `chromedriver`.
    Chromium,
    /// Firefox, driven by `geckodriver`.
    Firefox,
    /// WebKitGTK's MiniBrowser, driven by `WebKitWebDriver` (Linux only).
    WebKit,
}

impl Browser {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Its name on the command line: `chromium`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The browser with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|browser| browser.name() == name)
    }

    /// The program that drives it, where it is found. `CHROMEDRIVER`, `GECKODRIVER` and
    /// `WEBKITWEBDRIVER` name another.
    pub fn driver_program(self) -> Option<PathBuf> {
        let (variable, program) = match self {
            Self::Chromium => ("CHROMEDRIVER", "chromedriver"),
            Self::Firefox => ("GECKODRIVER", "geckodriver"),
            Self::WebKit => ("WEBKITWEBDRIVER", "WebKitWebDriver"),
        };
        env::var_os(variable)
            .map(PathBuf::from)
            .or_else(|| find_program(program))
    }

    /// The browser itself, where it is found.
    pub fn program(self) -> Option<PathBuf> {
        let (names, places): (&[&str], &[&str]) = match self {
            Self::Chromium => (
                &["chromium", "chromium-browser", "google-chrome", "chrome"],
                &["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"],
            ),
            Self::Firefox => (
                &["firefox", "firefox-esr"],
                &["/Applications/Firefox.app/Contents/MacOS/firefox"],
            ),
            Self::WebKit => (
                &["MiniBrowser"],
                &[
                    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                    "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
                    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
                    "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
                ],
            ),
        };
        names
            .iter()
            .find_map(|name| find_program(name))
            .or_else(|| places.iter().map(PathBuf::from).find(|path| path.exists()))
    }

    fn capabilities(self, look: Look) -> Outcome<Value> {
        let program = self
            .program()
            .ok_or_else(|| Failure::new(format!("{} is not installed", self.name())))?;
        Ok(match self {
            Self::Chromium => chromium_capabilities(&program, look),
            Self::Firefox => firefox_capabilities(&program, look),
            Self::WebKit => json!({
                "browserName": "MiniBrowser",
                "webkitgtk:browserOptions": { "binary": program, "args": ["--automation"] },
            }),
        })
    }
}

fn chromium_capabilities(program: &Path, look: Look) -> Value {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        format!("--window-size={},{}", look.width_px, look.height_px),
        // Containers run as root and lend little shared memory.
        "--no-sandbox".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        // A test asks no host but the page's own.
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        // Several sessions run side by side; none may be slowed for not being in front.
        "--disable-renderer-backgrounding".to_owned(),
        "--disable-background-timer-throttling".to_owned(),
        "--disable-backgrounding-occluded-windows".to_owned(),
        "--hide-scrollbars".to_owned(),
    ];
    if look.reduced_motion {
        arguments.push("--force-prefers-reduced-motion".to_owned());
    }
    json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": { "binary": program, "args": arguments },
    })
}

fn firefox_capabilities(program: &Path, look: Look) -> Value {
    json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": program,
            "args": [
                "-headless",
                format!("--width={}", look.width_px),
                format!("--height={}", look.height_px),
            ],
            "prefs": {
                "ui.systemUsesDarkTheme": i32::from(look.theme == Theme::Dark),
                "ui.prefersReducedMotion": i32::from(look.reduced_motion),
            },
        },
    })
}

/// A running driver program. It is ended when dropped.
pub struct Driver {
    browser: Browser,
    url: String,
    process: Child,
    _screen: Option<Screen>,
}

impl Driver {
    /// Starts the driver program of `browser` on a free port.
    pub fn start(browser: Browser, program: &Path) -> Outcome<Self> {
        let port = free_port()?;
        let port_argument = match browser {
            Browser::Firefox => vec!["--port".to_owned(), port.to_string()],
            Browser::Chromium | Browser::WebKit => vec![format!("--port={port}")],
        };
        // MiniBrowser has no headless mode.
        let screen = (browser == Browser::WebKit && env::var_os("DISPLAY").is_none())
            .then(Screen::start)
            .transpose()?;
        let mut command = Command::new(program);
        if let Some(screen) = &screen {
            command.env("DISPLAY", &screen.display);
        }
        let process = command
            .args(port_argument)
            // WebKit's sandbox needs rights that a container's root lacks.
            .env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| {
                Failure::new(format!("{} did not start: {error}", program.display()))
            })?;
        let driver = Self {
            browser,
            url: format!("http://127.0.0.1:{port}"),
            process,
            _screen: screen,
        };
        driver.wait()?;
        Ok(driver)
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens a browser window that sees pages as `look` says.
    pub fn open(&self, look: Look) -> Outcome<Session> {
        open(self.browser, &self.url, look)
    }

    /// Closes the windows that were left open: they would outlive the driver.
    fn close_windows(&self) {
        let url = format!("{}/sessions", self.url);
        // Only Chromium's driver lists them, and only its windows are left open.
        let listed = ureq::get(&url).call().ok();
        let listed: Option<Value> =
            listed.and_then(|mut answer| answer.body_mut().read_json().ok());
        let windows = listed
            .as_ref()
            .and_then(|listed| listed["value"].as_array());
        for id in windows
            .into_iter()
            .flatten()
            .filter_map(|window| window["id"].as_str())
        {
            // One that is gone by now needs no closing.
            ureq::delete(&format!("{}/session/{id}", self.url))
                .call()
                .ok();
        }
    }

    fn wait(&self) -> Outcome {
        let start = Instant::now();
        let status = format!("{}/status", self.url);
        while ureq::get(&status).call().is_err() {
            if start.elapsed() > DRIVER_START_MAX {
                return Err(Failure::new(format!(
                    "the driver of {} does not listen",
                    self.browser.name()
                )));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.close_windows();
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// A screen in memory, for a browser that must have one. It is taken away when dropped.
struct Screen {
    display: String,
    process: Child,
}

impl Screen {
    fn start() -> Outcome<Self> {
        let mut process = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1600x1200x24",
                "-nolisten",
                "tcp",
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Failure::new(format!("Xvfb did not start: {error}")))?;
        // It says the number of the display once it is there.
        let mut number = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut number)?;
        }
        Ok(Self {
            display: format!(":{}", number.trim()),
            process,
        })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Opens a window of `browser` by the driver that listens at `driver_url`.
pub fn open(browser: Browser, driver_url: &str, look: Look) -> Outcome<Session> {
    let session = Session::new(driver_url, &browser.capabilities(look)?)?;
    match browser {
        Browser::Chromium => {
            session.devtools(
                "Emulation.setDeviceMetricsOverride",
                json!({
                    "width": look.width_px,
                    "height": look.height_px,
                    "deviceScaleFactor": 1,
                    "mobile": false,
                }),
            )?;
            session.devtools(
                "Emulation.setEmulatedMedia",
                json!({ "features": [
                    { "name": "prefers-color-scheme", "value": look.theme.name() },
                    {
                        "name": "prefers-reduced-motion",
                        "value": if look.reduced_motion { "reduce" } else { "no-preference" },
                    },
                ] }),
            )?;
        }
        Browser::Firefox | Browser::WebKit => {
            session.resize(look.width_px, look.height_px)?;
        }
    }
    Ok(session)
}

fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// The first program of this name on `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(&file))
        .find(|path| path.is_file())
}

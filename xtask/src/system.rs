//! Packages of the operating system: installed where that is possible without asking, else named
//! in a sentence.

use std::path::PathBuf;
use std::process::Command;

use headroom_e2e::{Browser, Failure, Outcome, browser};

use crate::run::{output, run};
use crate::tools;

/// Makes sure that a browser and its driver are there, and says where the driver is.
pub fn browser(browser: Browser) -> Outcome<PathBuf> {
    let driver = || match browser.driver_program() {
        // Not every Firefox comes with it.
        None if browser == Browser::Firefox => tools::geckodriver().ok(),
        found => found,
    };
    let there = || browser.program().and_then(|_| driver());
    if let Some(driver) = there() {
        return Ok(driver);
    }
    install(debian_packages(browser))?;
    there().ok_or_else(|| Failure::new(advice(browser)))
}

/// Makes sure that valgrind is there, and says where.
pub fn valgrind() -> Outcome<PathBuf> {
    let there = || browser::find_program("valgrind");
    if there().is_none() {
        install(&["valgrind"])?;
    }
    let advice = "valgrind is needed, which counts instructions. On Debian: apt install valgrind; it exists for \
                  Linux and FreeBSD only.";
    there().ok_or_else(|| Failure::new(advice))
}

/// Installs packages where that is possible without asking.
fn install(packages: &[&str]) -> Outcome {
    let Some(privilege) = debian_privilege() else {
        return Ok(());
    };
    aside!("Installing {} with apt.", packages.join(" "));
    run(privilege.apt().args(["update", "-qq"]))?;
    run(privilege
        .apt()
        .args(["install", "--yes", "-qq", "--no-install-recommends"])
        .args(packages))
}

fn debian_packages(browser: Browser) -> &'static [&'static str] {
    match browser {
        Browser::Chromium => &["chromium", "chromium-driver"],
        Browser::Firefox => &["firefox-esr"],
        Browser::WebKit => &["webkit2gtk-driver", "xvfb"],
    }
}

/// How this user may run apt.
#[derive(Clone, Copy)]
enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    fn apt(self) -> Command {
        let mut command = match self {
            Self::Root => Command::new("apt-get"),
            Self::Sudo => {
                let mut command = Command::new("sudo");
                command.args(["-n", "apt-get"]);
                command
            }
        };
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }
}

/// Whether this is Debian and the user may install packages without being asked a password.
fn debian_privilege() -> Option<Privilege> {
    browser::find_program("apt-get")?;
    if output(Command::new("id").arg("-u"))?.trim() == "0" {
        return Some(Privilege::Root);
    }
    output(Command::new("sudo").args(["-n", "true"])).map(|_| Privilege::Sudo)
}

fn advice(browser: Browser) -> String {
    let packages = debian_packages(browser).join(" ");
    let elsewhere = match browser {
        Browser::Chromium => {
            "elsewhere, Chrome or Chromium and a chromedriver of the same version on PATH \
             (macOS: brew install --cask chromium chromedriver), or CHROMEDRIVER naming it"
        }
        Browser::Firefox => "elsewhere, Firefox (macOS: brew install --cask firefox)",
        Browser::WebKit => "WebKitGTK's driver exists for Linux only",
    };
    format!(
        "{} and its driver are needed. On Debian: apt install {packages}; {elsewhere}.",
        browser.name()
    )
}

//! The tools that build and check the page: taken from `PATH` where they have the right version,
//! else built once under `target/tools`.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use headroom_e2e::{Failure, Outcome, browser};

use crate::project;
use crate::run::{cargo, command, output, run};

/// A tool that cargo can install.
struct Tool {
    package: &'static str,
    program: &'static str,
    /// How long it takes to build, on two cores.
    minutes: &'static str,
}

const TRUNK: Tool = Tool {
    package: "trunk",
    program: "trunk",
    minutes: "3 to 4 minutes",
};
const WASM_BINDGEN: Tool = Tool {
    package: "wasm-bindgen-cli",
    program: "wasm-bindgen",
    minutes: "about a minute",
};
const CARGO_DENY: Tool = Tool {
    package: "cargo-deny",
    program: "cargo-deny",
    minutes: "about 2 minutes",
};
const GECKODRIVER: Tool = Tool {
    package: "geckodriver",
    program: "geckodriver",
    minutes: "about 2 minutes",
};

/// Trunk, which builds the page. Later versions want a newer compiler.
pub fn trunk() -> Outcome<PathBuf> {
    TRUNK.provide("0.21.14")
}

/// The wasm-bindgen command, which must equal the library in Cargo.lock. Its test runner lies
/// beside it.
pub fn wasm_bindgen() -> Outcome<PathBuf> {
    WASM_BINDGEN.provide(&locked_version("wasm-bindgen")?)
}

/// The checker of licences and sources.
pub fn cargo_deny() -> Outcome<PathBuf> {
    CARGO_DENY.provide("0.20.2")
}

/// Firefox's driver.
pub fn geckodriver() -> Outcome<PathBuf> {
    GECKODRIVER.provide("0.37.1")
}

impl Tool {
    /// Finds the tool in this version, or builds it.
    fn provide(&self, version: &str) -> Outcome<PathBuf> {
        let folder = project::tools().join("bin");
        let built = folder.join(format!("{}{}", self.program, env::consts::EXE_SUFFIX));
        if let Some(found) = browser::find_program(self.program)
            .into_iter()
            .chain([built.clone()])
            .find(|path| has_version(path, version))
        {
            return Ok(found);
        }
        self.build(version)?;
        Ok(built)
    }

    /// Builds for use now rather than for speed later: these tools run for seconds.
    fn build(&self, version: &str) -> Outcome {
        aside!(
            "{} {version} is not on PATH: building it once into target/tools, which takes {}.",
            self.program,
            self.minutes
        );
        run(cargo()
            .args(["install", self.package, "--version", version, "--locked"])
            .args(["--quiet", "--force", "--root"])
            .arg(project::tools())
            .env("CARGO_TARGET_DIR", project::tools().join("build"))
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0"))?;
        // Needed no more, and large.
        fs::remove_dir_all(project::tools().join("build")).ok();
        Ok(())
    }
}

fn has_version(program: &Path, version: &str) -> bool {
    output(command(program).arg("--version"))
        .is_some_and(|text| text.split_whitespace().any(|word| word == version))
}

/// The version of a package in Cargo.lock.
fn locked_version(package: &str) -> Outcome<String> {
    let lock = fs::read_to_string(project::root().join("Cargo.lock"))?;
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \""))
        .and_then(|rest| rest.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("Cargo.lock has no {package}")))
}

/// The standard library for WebAssembly.
pub fn wasm_target() -> Outcome {
    const TARGET: &str = "wasm32-unknown-unknown";
    let installed = output(command("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .is_some_and(|folder| Path::new(folder.trim()).exists());
    if installed {
        return Ok(());
    }
    run(command("rustup").args(["target", "add", TARGET])).map_err(|_| {
        Failure::new(format!(
            "the target {TARGET} is missing; with rustup: rustup target add {TARGET}"
        ))
    })
}

/// `PATH` with the folder of this tool before all others.
pub fn path_with(tool: &Path) -> Outcome<OsString> {
    let folder = tool.parent().map(Path::to_path_buf);
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(folder.into_iter().chain(env::split_paths(&path)))
        .map_err(|error| Failure::new(error.to_string()))
}

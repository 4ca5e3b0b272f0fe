//! Packages from npm, where Node is there: they are fetched once into `target/tools/node`.

use std::path::PathBuf;

use headroom_e2e::{Outcome, browser};

use crate::project;
use crate::run::{command, run};

/// The optimiser of WebAssembly. Distributions' own are too old for what rustc writes now.
const BINARYEN: &str = "132.0.0";
/// The checker of accessibility.
const AXE: &str = "4.14.1";

/// The optimiser `wasm-opt`, as a script for `node`; nothing without Node.
pub fn wasm_opt() -> Outcome<Option<PathBuf>> {
    package_file("binaryen", BINARYEN, "bin/wasm-opt")
}

/// The script of axe-core; nothing without Node.
pub fn axe() -> Outcome<Option<PathBuf>> {
    package_file("axe-core", AXE, "axe.min.js")
}

fn package_file(package: &str, version: &str, file: &str) -> Outcome<Option<PathBuf>> {
    let folder = project::tools()
        .join("node")
        .join(format!("{package}-{version}"));
    let path = folder.join("node_modules").join(package).join(file);
    if path.exists() {
        return Ok(Some(path));
    }
    let npm = browser::find_program("npm").or_else(|| browser::find_program("npm.cmd"));
    let (Some(npm), Some(_)) = (npm, browser::find_program("node")) else {
        return Ok(None);
    };
    std::fs::create_dir_all(&folder)?;
    aside!("Fetching {package} {version} from npm into target/tools.");
    run(command(npm)
        .args([
            "install",
            "--no-save",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .args(["--ignore-scripts", "--prefix"])
        .arg(&folder)
        .arg(format!("{package}@{version}")))?;
    Ok(Some(path))
}

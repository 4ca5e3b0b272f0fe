//! `cargo xtask build`: the release page, into `dist/`.

use std::fs;
use std::path::{Path, PathBuf};

use headroom_e2e::{Failure, Outcome};

use crate::run::{cargo, command, run};
use crate::{no_arguments, node, project, tools};

/// Features of WebAssembly that rustc uses and `wasm-opt` must be told of.
const WASM_FEATURES: [&str; 5] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
];

/// The verb.
pub fn verb(arguments: lexopt::Parser) -> Outcome {
    no_arguments(arguments)?;
    release_page()
}

/// Builds the release page.
pub fn release_page() -> Outcome {
    tools::wasm_target()?;
    let wasm_bindgen = tools::wasm_bindgen()?;
    let trunk = tools::trunk()?;
    // Trunk would fetch its helpers from the web itself; offline, it takes those on PATH. What
    // cargo needs is fetched before.
    run(cargo().args(["fetch", "--locked", "--target", "wasm32-unknown-unknown"]))?;
    run(command(trunk)
        .args(["build", "--release", "--offline", "--log", "warn"])
        .env("PATH", tools::path_with(&wasm_bindgen)?)
        // Trunk reads this variable as a switch of its own, and refuses a plain 1.
        .env_remove("NO_COLOR"))?;
    optimise(&page_wasm()?)
}

/// Trunk would do this itself, but would fail where there is no Node to bring `wasm-opt`.
fn optimise(wasm: &Path) -> Outcome {
    let Some(wasm_opt) = node::wasm_opt()? else {
        eprintln!(
            "Without Node there is no wasm-opt: the page is somewhat larger than it could be."
        );
        return Ok(());
    };
    let before = fs::metadata(wasm)?.len();
    let pass = |flags: &[&str]| {
        run(command("node")
            .arg(&wasm_opt)
            .args(WASM_FEATURES)
            .args(flags)
            .arg(wasm)
            .arg("-o")
            .arg(wasm))
    };
    pass(&["-O3", "--debuginfo"])?;
    // Instances of one generic function bear one name: side by side, they compress into each other.
    pass(&[
        "--reorder-functions-by-name",
        "--strip-debug",
        "--strip-producers",
    ])?;
    let after = fs::metadata(wasm)?.len();
    eprintln!("wasm-opt: {} KB, was {} KB", after / 1000, before / 1000);
    Ok(())
}

/// The page's module in `dist/`.
fn page_wasm() -> Outcome<PathBuf> {
    fs::read_dir(project::dist())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "wasm")
        })
        .ok_or_else(|| Failure::new("Trunk left no .wasm file in dist/"))
}

//! `cargo xtask build`: the release page, into `dist/`.

use std::fs;
use std::path::{Path, PathBuf};

use headroom_e2e::{Failure, Outcome};

use crate::run::{cargo, command, run};
use crate::{no_arguments, node, project, slim, style, tools};

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
    style::join(&project::dist())?;
    let wasm = page_wasm()?;
    optimise(&wasm)?;
    number_imports(&wasm)?;
    slim::slim(&project::dist())
}

/// wasm-bindgen tells the imports of one name apart by hashes, in the module and in its script.
/// Numbers do as well, and compress.
fn number_imports(wasm: &Path) -> Outcome {
    let script = wasm
        .to_str()
        .and_then(|path| path.strip_suffix("_bg.wasm"))
        .map(|stem| PathBuf::from(format!("{stem}.js")))
        .ok_or_else(|| Failure::new("the module is not named as wasm-bindgen names it"))?;
    let mut hashes = Vec::new();
    for path in [wasm, &script] {
        let mut bytes = fs::read(path)?;
        number_names(&mut bytes, &mut hashes);
        fs::write(path, bytes)?;
    }
    Ok(())
}

/// Puts in the place of each hash at the end of a name its number among those seen.
fn number_names(bytes: &mut [u8], hashes: &mut Vec<[u8; 16]>) {
    const PREFIX: &[u8] = b"__wbg_";
    let mut rest = bytes;
    while let Some(start) = rest.windows(PREFIX.len()).position(|part| part == PREFIX) {
        let length = rest[start..]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        let (name, after) = rest[start..].split_at_mut(length);
        if let Some(hash) = name.last_chunk_mut::<16>()
            && hash.iter().all(u8::is_ascii_hexdigit)
        {
            let seen = hashes.iter().position(|seen| seen == hash);
            let number = seen.unwrap_or_else(|| {
                hashes.push(*hash);
                hashes.len() - 1
            });
            hash.copy_from_slice(format!("{number:016}").as_bytes());
        }
        rest = after;
    }
}

/// Trunk would do this itself, but would fail where there is no Node to bring `wasm-opt`.
fn optimise(wasm: &Path) -> Outcome {
    let Some(wasm_opt) = node::wasm_opt()? else {
        aside!("Without Node there is no wasm-opt: the page is somewhat larger than it could be.");
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
    // The lowest 1,024 bytes are the end of the stack: no address is computed from one among them.
    pass(&["-O3", "--converge", "--low-memory-unused", "--debuginfo"])?;
    // Instances of one generic function bear one name: side by side, they compress into each other.
    pass(&[
        "--reorder-functions-by-name",
        "--strip-debug",
        "--strip-producers",
    ])?;
    let after = fs::metadata(wasm)?.len();
    aside!("wasm-opt: {} KB, was {} KB", after / 1000, before / 1000);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_files_get_the_same_numbers_and_keep_their_length() {
        let mut hashes = Vec::new();
        let mut wasm = *b"\x1e__wbg_new_00c0ffee00c0ffee\0\x05__wbg_new_0123456789abcdef\0";
        number_names(&mut wasm, &mut hashes);
        assert_eq!(
            &wasm,
            b"\x1e__wbg_new_0000000000000000\0\x05__wbg_new_0000000000000001\0"
        );
        let mut script = *b"function __wbg_get_imports() { __wbg_new_0123456789abcdef: f }";
        number_names(&mut script, &mut hashes);
        assert_eq!(
            &script,
            b"function __wbg_get_imports() { __wbg_new_0000000000000001: f }"
        );
    }
}

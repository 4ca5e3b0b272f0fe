//! What a visitor downloads before the first running picture, held to a budget.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use headroom_e2e::{Failure, Outcome};

use crate::{node, project};

/// The most that the page may weigh, compressed, with all steps there are.
const BUDGET_BYTES: usize = 815_000;
/// The same where no wasm-opt is to be had.
const UNOPTIMISED_BUDGET_BYTES: usize = 970_000;

/// Prints the compressed size of the page's code and style, and fails if it is above budget.
pub fn within_budget() -> Outcome {
    let mut total_bytes = 0;
    for entry in fs::read_dir(project::dist())? {
        let path = entry?.path();
        let counts = path.extension().is_some_and(|extension| {
            ["wasm", "js", "css", "html"]
                .map(Some)
                .contains(&extension.to_str())
        });
        if counts {
            let bytes = compressed_bytes(&path)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            say!("{:>9.1} KB  {name}", bytes as f64 / 1000.0);
            total_bytes += bytes;
        }
    }
    let budget_bytes = match node::wasm_opt()? {
        Some(_) => BUDGET_BYTES,
        None => UNOPTIMISED_BUDGET_BYTES,
    };
    say!(
        "{:>9.1} KB  compressed by gzip; the budget is {} KB",
        total_bytes as f64 / 1000.0,
        budget_bytes / 1000
    );
    if total_bytes <= budget_bytes {
        Ok(())
    } else {
        Err(Failure::new("the page has outgrown its budget"))
    }
}

fn compressed_bytes(path: &Path) -> Outcome<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&fs::read(path)?)?;
    Ok(encoder.finish()?.len())
}

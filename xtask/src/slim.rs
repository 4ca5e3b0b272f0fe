//! Takes out of the built files what only people read: comments and indents weigh 4 KB compressed.

use std::fs;
use std::path::Path;

use headroom_e2e::Outcome;

/// Slims every style sheet and script of the built page.
pub fn slim(dist: &Path) -> Outcome {
    for entry in fs::read_dir(dist)? {
        let path = entry?.path();
        let slimmed: fn(&str) -> String = match path.extension().and_then(|name| name.to_str()) {
            Some("css") => slim_sheet,
            Some("js") => slim_script,
            _ => continue,
        };
        let text = fs::read_to_string(&path)?;
        fs::write(path, slimmed(&text))?;
    }
    Ok(())
}

/// A style sheet on one line. No string of it holds a comment, or one of these pairs.
fn slim_sheet(text: &str) -> String {
    let bare = without_blocks(text, "/*");
    let mut sheet = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    for (pair, one) in [
        (" {", "{"),
        ("{ ", "{"),
        (" }", "}"),
        ("} ", "}"),
        (": ", ":"),
        ("; ", ";"),
        (", ", ","),
        (";}", "}"),
    ] {
        sheet = sheet.replace(pair, one);
    }
    sheet
}

/// A script without indents, and without comments that have lines of their own. No string of it goes over a
/// line's end.
fn slim_script(text: &str) -> String {
    let bare = without_blocks(text, "/**");
    let lines = bare.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// A text without what stands from `start` to the next `*/`.
fn without_blocks(text: &str, start: &str) -> String {
    let mut rest = text;
    let mut bare = String::new();
    while let Some((before, block)) = rest.split_once(start) {
        bare += before;
        rest = block.split_once("*/").map_or("", |(_, after)| after);
    }
    bare + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_means_the_same_on_one_line() {
        let sheet = "/* Of\n two lines. */\n.a :hover,\n.b {\n  width: calc(100% - 8px);\n}\n\n@media (max-width: 9px) {\n  .a { top: 0; }\n}\n";
        let slim = ".a :hover,.b{width:calc(100% - 8px)}@media (max-width:9px){.a{top:0}}";
        assert_eq!(slim_sheet(sheet), slim);
    }

    #[test]
    fn a_script_keeps_its_lines() {
        let script = "// What it is.\n/** Of this. */\nconst a = () => {\n  // Why.\n  return \"//\"; // here\n};\n";
        let slim = "const a = () => {\nreturn \"//\"; // here\n};\n";
        assert_eq!(slim_script(script), slim);
    }
}

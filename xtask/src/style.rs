//! The style sheet: written by part, and sent as one file, which compresses better and is one request.

use std::fs;
use std::path::Path;

use headroom_e2e::{Failure, Outcome};

/// What a link to a part looks like as Trunk writes it, and what stands behind its address.
const LINK: &str = r#"<link rel="stylesheet" href="./"#;
const LINK_END: &str = "/>";

/// Puts one sheet in the place of all parts that the built page links, in their order.
pub fn join(dist: &Path) -> Outcome {
    let index = dist.join("index.html");
    let html = fs::read_to_string(&index)?;
    let parts: Vec<&str> = parts(&html).collect();
    let mut sheet = String::new();
    for part in &parts {
        sheet += &fs::read_to_string(dist.join(address(part)?))?;
    }
    let name = format!("style-{:016x}.css", hash(sheet.as_bytes()));
    fs::write(index, relinked(&html, &parts, &name))?;
    for part in &parts {
        fs::remove_file(dist.join(address(part)?))?;
    }
    Ok(fs::write(dist.join(name), sheet)?)
}

/// The links to parts.
fn parts(html: &str) -> impl Iterator<Item = &str> {
    html.match_indices(LINK).filter_map(|(start, _)| {
        let link = &html[start..];
        Some(&link[..link.find(LINK_END)? + LINK_END.len()])
    })
}

fn address(link: &str) -> Outcome<&str> {
    let address = link
        .strip_prefix(LINK)
        .and_then(|link| link.split('"').next());
    address.ok_or_else(|| Failure::new("a style sheet is not linked as Trunk links it"))
}

/// The page with one link in the place of the first, and none in those of the others.
fn relinked(html: &str, parts: &[&str], name: &str) -> String {
    let mut html = html.to_owned();
    let mut link = format!("{LINK}{name}\"{LINK_END}");
    for part in parts {
        html = html.replacen(part, &std::mem::take(&mut link), 1);
    }
    html
}

/// FNV-1a: the sheet is named by what is in it, so that what browsers keep of it never is an old one.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_link_stands_where_the_first_part_stood() {
        let html = r#"<a/><link rel="stylesheet" href="./a-1.css" integrity="x"/>
<link rel="stylesheet" href="./b-2.css"/><link rel="icon" href="c.svg">"#;
        let parts: Vec<&str> = parts(html).collect();
        let addresses: Vec<&str> = parts.iter().filter_map(|part| address(part).ok()).collect();
        assert_eq!(addresses, ["a-1.css", "b-2.css"]);
        let joined = relinked(html, &parts, "style-3.css");
        let wanted = "<a/><link rel=\"stylesheet\" href=\"./style-3.css\"/>\n<link rel=\"icon\" href=\"c.svg\">";
        assert_eq!(joined, wanted);
    }
}

//! What is brought into sight as the reader goes on, where the page is one column.

use web_sys::{Element, ScrollBehavior, ScrollIntoViewOptions, ScrollLogicalPosition, window};

use crate::diagram::wants_less_motion;

/// Brings a story that has just been opened into sight: its title, how it begins, and its diagram.
pub fn show_from_its_start() {
    if let Some(story) = find(".story") {
        story.set_scroll_top(0);
    }
    show_stage();
}

fn find(selector: &str) -> Option<Element> {
    let document = window()?.document()?;
    document.query_selector(selector).ok()?
}

/// Brings the diagram into sight, where the page is one column and one reads below it.
pub fn show_stage() {
    if let Some(stage) = find(".stage") {
        let options = ScrollIntoViewOptions::new();
        options.set_block(ScrollLogicalPosition::Nearest);
        options.set_behavior(if wants_less_motion() {
            ScrollBehavior::Instant
        } else {
            ScrollBehavior::Smooth
        });
        stage.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

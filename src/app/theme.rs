//! Light and dark: kept by the browser for the next visit.

use web_sys::{Event, Storage, window};

use crate::intent::Theme;

const KEY: &str = "headroom-theme";

fn storage() -> Option<Storage> {
    // A browser that keeps nothing has none, or says so by an error.
    window()?.local_storage().ok().flatten()
}

/// The theme kept, applied to the page.
pub(super) fn stored() -> Theme {
    let name = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let theme = Theme::named(name.as_deref().unwrap_or_default());
    apply(theme);
    theme
}

/// Shows the page in a theme, tells the canvases, and keeps it.
pub(super) fn apply(theme: Theme) {
    let Some(window) = window() else { return };
    if let Some(root) = window
        .document()
        .and_then(|document| document.document_element())
    {
        // The attribute's name is a valid one, so neither can fail.
        match theme {
            Theme::Auto => root.remove_attribute("data-theme").ok(),
            Theme::Light | Theme::Dark => root.set_attribute("data-theme", theme.name()).ok(),
        };
    }
    if let Some(storage) = storage() {
        // Where nothing may be kept, the theme holds for this visit.
        storage.set_item(KEY, theme.name()).ok();
    }
    if let Ok(event) = Event::new("headroom-theme") {
        window.dispatch_event(&event).ok();
    }
}

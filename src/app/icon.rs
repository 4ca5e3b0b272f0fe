//! The page's few icons: strokes of one width, in the colour of the text beside them.

use yew::prelude::*;

/// A picture of 16 by 16 drawn from one path; decorative, its control has a name of its own.
fn stroke(path: &'static str) -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path d={path} fill="none" stroke="currentColor" stroke-width="1.6"
                stroke-linecap="round" stroke-linejoin="round" />
        </svg>
    }
}

fn solid(path: &'static str) -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path d={path} fill="currentColor" />
        </svg>
    }
}

/// The mark: a machine with room left above what fills it.
pub fn logo() -> Html {
    html! {
        <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
            <rect x="1" y="1" width="20" height="20" rx="5" fill="none" stroke="currentColor" stroke-width="1.6" />
            <rect class="logo-fill" x="4.5" y="11" width="13" height="6.5" rx="1.5" />
        </svg>
    }
}

/// Time passes.
pub fn play() -> Html {
    solid("M4.5 2.6v10.8a.6.6 0 0 0 .9.5l8.6-5.4a.6.6 0 0 0 0-1L5.4 2.1a.6.6 0 0 0-.9.5z")
}

/// Time stands.
pub fn pause() -> Html {
    solid("M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z")
}

/// One event.
pub fn one_event() -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3 3v10l7.2-5z" fill="currentColor" />
            <path d="M12.6 3v10" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" />
        </svg>
    }
}

/// Take back.
pub fn undo() -> Html {
    stroke("M6 3 2.5 6.5 6 10M2.8 6.5h6.4a4 4 0 0 1 0 8H6.5")
}

/// Do again.
pub fn redo() -> Html {
    stroke("M10 3l3.5 3.5L10 10M13.2 6.5H6.8a4 4 0 0 0 0 8h2.7")
}

/// Draw another seed.
pub fn dice() -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <rect x="2" y="2" width="12" height="12" rx="3" fill="none" stroke="currentColor" stroke-width="1.5" />
            <circle cx="5.4" cy="5.4" r="1.2" fill="currentColor" />
            <circle cx="8" cy="8" r="1.2" fill="currentColor" />
            <circle cx="10.6" cy="10.6" r="1.2" fill="currentColor" />
        </svg>
    }
}

/// As the system has it.
pub fn theme_auto() -> Html {
    html! {
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
            <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="1.6" />
            <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
        </svg>
    }
}

/// Light.
pub fn theme_light() -> Html {
    stroke(
        "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.2M8 13.8V15M1 8h1.2M13.8 8H15M3 3l.9.9M12.1 12.1l.9.9M3 13l.9-.9M12.1 3.9 13 3",
    )
}

/// Dark.
pub fn theme_dark() -> Html {
    stroke("M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z")
}

/// Close.
pub fn close() -> Html {
    stroke("M3.5 3.5l9 9M12.5 3.5l-9 9")
}

/// Something is not as it should be.
pub fn warning() -> Html {
    stroke("M8 2 14.6 13.6H1.4zM8 6.4v3.2M8 11.6v.1")
}

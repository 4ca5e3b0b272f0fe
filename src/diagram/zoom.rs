//! The buttons of the camera.

use yew::prelude::*;

use super::camera::{Lens, Move, STEP};
use super::gestures::Steer;

/// The buttons, given which way the camera can go.
pub fn buttons(lens: Lens, steer: &Steer) -> Html {
    let button = |control, name: &'static str, key, path, by: Move, unless: Lens| {
        let steer = steer.clone();
        let onclick = move |_: MouseEvent| {
            steer(by);
        };
        html! {
            <button class="btn" data-control={control} aria-label={name} title={format!("{name} ({key}); or Ctrl and the wheel, or two fingers")}
                disabled={lens == unless} {onclick}>
                <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true"><path d={path} /></svg>
            </button>
        }
    };
    let buttons = [
        (
            "zoom-out",
            "Zoom out",
            "−",
            "M3 7h8",
            Move::Zoom(1.0 / STEP, None),
            Lens::Fitted,
        ),
        (
            "zoom-fit",
            "Fit",
            "0",
            "M2.5 5V2.5H5M9 2.5h2.5V5M11.5 9v2.5H9M5 11.5H2.5V9",
            Move::Fit,
            Lens::Fitted,
        ),
        (
            "zoom-in",
            "Zoom in",
            "+",
            "M7 3v8M3 7h8",
            Move::Zoom(STEP, None),
            Lens::Nearest,
        ),
    ];
    html! {
        <div class="zoom" role="group" aria-label="The diagram nearer or further away">
            { for buttons.map(|(control, name, key, path, by, unless)| button(control, name, key, path, by, unless)) }
        </div>
    }
}

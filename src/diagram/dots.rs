//! The moving requests: a canvas above the drawing, painted each frame from the simulated time.

use headroom_scenario::read_number;
use web_sys::{Element, HtmlCanvasElement};

use super::flights::{Changed, Crowd, Flights, View};
use super::geometry::Fit;
use super::layout::Layout;
use super::palette::{LOOKS, Look};
use super::{canvas, webgl};

/// Radius of a dot, in pixels of the style sheet.
pub const RADIUS: f64 = 3.6;
/// Width of the rim of the ground that keeps neighbours apart, in radii.
const RIM: f64 = 0.32;
/// Half the width over which an edge fades, in pixels of the device.
const SOFTNESS: f64 = 0.75;
/// As many dots are drawn at full size. Of more, each is smaller, so that they can still be told
/// apart, and so that ten times the dots are not ten times the paint.
const ROOMY: f64 = 1_500.0;
/// The same where many are close together, for each pixel of wire.
const ROOMY_PER_PX: f64 = 0.2;
/// No crowd makes dots smaller than this share of their size.
const SMALLEST: f64 = 0.5;
/// Sizes that a crowd makes lie so far apart: too near to see a dot jump from one to the next.
const SIZE_STEP: f64 = 0.05;

/// One picture to paint.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// The moment.
    pub view: View,
    /// How the drawing is placed.
    pub fit: Fit,
    /// Pixels of the device per pixel of the style sheet.
    pub ratio: f64,
    /// Size of the canvas in pixels of the device.
    pub pixels: (u32, u32),
    /// Size of the dots as a share of their full size, see [`size_of`].
    pub size: f64,
}

/// How large each dot is among so many, as a share of its full size.
pub fn size_of(crowd: Crowd) -> f64 {
    let many = ROOMY / (crowd.dots as f64).max(ROOMY);
    let crowded = many.min(ROOMY_PER_PX / crowd.per_px.max(ROOMY_PER_PX));
    let size = crowded.cbrt().max(SMALLEST);
    (size / SIZE_STEP).round() * SIZE_STEP
}

impl Frame {
    /// Scale and offset in pixels of the device.
    pub fn device_fit(&self) -> (f64, f64, f64) {
        (
            self.fit.scale * self.ratio,
            self.fit.x * self.ratio,
            self.fit.y * self.ratio,
        )
    }

    /// Radius of a dot in pixels of the device; smaller where the drawing is.
    pub fn radius(&self) -> f64 {
        RADIUS * self.size * self.ratio * self.fit.scale.clamp(0.75, 1.1)
    }

    /// Width of a dot's rim, in radii. A crowd has none: dot upon dot, nothing but rims would show.
    pub fn rim(&self) -> f64 {
        RIM * (self.size - SMALLEST) / (1.0 - SMALLEST)
    }

    /// Half the width of an edge, in radii.
    pub fn softness(&self) -> f64 {
        SOFTNESS / self.radius()
    }
}

/// Paints the dots by whatever the browser has.
pub enum Painter {
    /// By shader.
    WebGl(Box<webgl::Painter>),
    /// Dot by dot.
    Canvas(Box<canvas::Painter>),
}

impl Painter {
    /// Takes the canvas. It can be of one kind only, so WebGL2 is asked for first.
    pub fn new(canvas: &HtmlCanvasElement) -> Option<Self> {
        webgl::Painter::new(canvas)
            .map(|painter| Painter::WebGl(Box::new(painter)))
            .or_else(|| {
                canvas::Painter::new(canvas).map(|painter| Painter::Canvas(Box::new(painter)))
            })
    }

    /// The wires have moved.
    pub fn set_wires(&self, layout: &Layout) {
        if let Painter::WebGl(painter) = self {
            painter.set_wires(layout);
        }
    }

    /// The theme has changed.
    pub fn set_colours(&mut self, colours: &Colours) {
        match self {
            Painter::WebGl(painter) => painter.set_colours(colours),
            Painter::Canvas(painter) => painter.set_colours(colours),
        }
    }

    /// Trips have come; without saying which, all are taken anew.
    pub fn write(&mut self, flights: &Flights, changed: Option<Changed>, looks: &[u8]) {
        if let Painter::WebGl(painter) = self {
            painter.write(flights, changed, looks);
        }
    }

    /// Draws the moment.
    pub fn draw(&mut self, frame: &Frame, flights: &Flights, layout: &Layout, looks: &[u8]) {
        match self {
            Painter::WebGl(painter) => painter.draw(frame, flights, looks),
            Painter::Canvas(painter) => painter.draw(frame, flights, layout, looks),
        }
    }
}

/// The colours of the theme as numbers: the looks, failure, the ground.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Colours([[f32; 3]; LOOKS + 2]);

impl Colours {
    /// Reads them off elements that wear them: the style sheet alone knows colours.
    pub fn of(host: &Element) -> Self {
        let window = gloo::utils::window();
        let worn = |class: &str| {
            let element = host.query_selector(&format!(".probe.{class}")).ok()??;
            let style = window.get_computed_style(&element).ok()??;
            rgb(&style.get_property_value("color").ok()?)
        };
        let mut colours = Self::default();
        let names = (0..LOOKS as u8)
            .map(|look| Look(look).css())
            .chain(["look-failed", "look-ground"]);
        for (colour, name) in colours.0.iter_mut().zip(names) {
            *colour = worn(name).unwrap_or([0.5; 3]);
        }
        colours
    }

    /// One number after the other.
    pub fn flat(&self) -> Vec<f32> {
        self.0.iter().flatten().copied().collect()
    }

    /// The colour of a look, as a style sheet writes it.
    pub fn look(&self, look: usize) -> Option<String> {
        self.0.get(look).map(css)
    }

    /// The colour of failure.
    pub fn bad(&self) -> String {
        css(&self.0[LOOKS])
    }

    /// The colour behind everything.
    pub fn ground(&self) -> String {
        css(&self.0[LOOKS + 1])
    }
}

fn css(colour: &[f32; 3]) -> String {
    let [red, green, blue] = colour.map(|part| (part * 255.0).round() as u8);
    format!("rgb({red}, {green}, {blue})")
}

/// Reads `rgb(11, 101, 194)` as browsers write computed colours; any alpha is left aside.
fn rgb(text: &str) -> Option<[f32; 3]> {
    let inner = text.split_once('(')?.1.split_once(')')?.0;
    let mut parts = inner
        .split([',', ' ', '/'])
        .filter(|part| !part.is_empty())
        .map(|part| read_number(part).map(|part| part as f32 / 255.0));
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_browsers_write_them() {
        assert_eq!(rgb("rgb(255, 0, 51)"), Some([1.0, 0.0, 0.2]));
        assert_eq!(rgb("rgba(255, 0, 51, 0.5)"), Some([1.0, 0.0, 0.2]));
        assert_eq!(rgb("rgb(255 0 51)"), Some([1.0, 0.0, 0.2]));
        assert_eq!(rgb("transparent"), None);
        assert_eq!(css(&[1.0, 0.0, 0.2]), "rgb(255, 0, 51)");
    }

    #[test]
    fn a_frame_knows_pixels_of_the_device() {
        let frame = Frame {
            view: View {
                now_ns: 0.0,
                speed: 1.0,
            },
            fit: Fit {
                scale: 1.5,
                x: 10.0,
                y: 20.0,
            },
            ratio: 2.0,
            pixels: (100, 100),
            size: 0.5,
        };
        assert_eq!(frame.device_fit(), (3.0, 20.0, 40.0));
        assert!((frame.radius() - RADIUS * 1.1).abs() < 1e-9);
    }

    #[test]
    fn only_a_crowd_makes_dots_smaller_and_not_too_small_to_see() {
        let size = |dots, per_px| size_of(Crowd { dots, per_px });
        assert_eq!(size(0, 0.0), 1.0);
        assert_eq!(size(ROOMY as usize, ROOMY_PER_PX), 1.0);
        assert!((size(10_000, 0.1) - 0.55).abs() < 1e-9);
        assert_eq!(size(1_000_000, 0.1), SMALLEST);
        assert!(
            (size(300, 0.6) - 0.7).abs() < 1e-9,
            "few, but all on one wire"
        );
        assert_eq!(size(1_000, 3.0), SMALLEST);
    }
}

//! The dots on a plain 2D canvas, where WebGL2 is missing.

use headroom_engine::flight::Flight;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, Path2d};

use super::dots::{Colours, Frame};
use super::flights::Flights;
use super::layout::Layout;
use super::palette::{LOOKS, Look};

/// More dots than this are too slow without a shader; the latest are drawn.
const DRAWN_MAX: usize = 2_000;

/// Width of a line, in radii of a dot.
const LINE: f64 = 0.45;

/// Paints on a 2D canvas.
pub struct Painter {
    context: CanvasRenderingContext2d,
    shapes: Vec<Path2d>,
    cross: Path2d,
    colours: Colours,
}

impl Painter {
    /// Takes the canvas; `None` when it is taken already.
    pub fn new(canvas: &HtmlCanvasElement) -> Option<Self> {
        let context = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let shapes = (0..LOOKS as u8)
            .map(|look| Path2d::new_with_path_string(&Look(look).path(1.0)))
            .collect::<Result<_, _>>()
            .ok()?;
        Some(Self {
            context,
            shapes,
            cross: Path2d::new_with_path_string("M-1 -1L1 1M1 -1L-1 1").ok()?,
            colours: Colours::default(),
        })
    }

    /// The theme has changed.
    pub fn set_colours(&mut self, colours: &Colours) {
        self.colours = colours.clone();
    }

    /// Draws the moment.
    pub fn draw(&self, frame: &Frame, flights: &Flights, layout: &Layout, looks: &[u8]) {
        let context = &self.context;
        let (ratio, radius) = (frame.ratio, frame.radius());
        let (width, height) = frame.pixels;
        // Only a matrix of numbers that are not numbers is refused, and these come from the box.
        let _ = context.set_transform(1.0, 0.0, 0.0, 1.0, 0.0, 0.0);
        context.clear_rect(0.0, 0.0, f64::from(width), f64::from(height));
        let seen = flights.trips().iter().filter_map(|trip| {
            let place = frame.fit.pixels(trip.place(layout, frame.view)?);
            Some((trip, place))
        });
        for (trip, place) in seen.take(DRAWN_MAX) {
            let _ =
                context.set_transform(radius, 0.0, 0.0, radius, place.x * ratio, place.y * ratio);
            let look = looks.get(trip.flight.class as usize).copied().unwrap_or(0) as usize;
            let (Some(shape), Some(colour)) = (self.shapes.get(look), self.colours.look(look))
            else {
                continue;
            };
            context.set_line_width(LINE);
            if trip.is(Flight::FAILED) {
                context.set_stroke_style_str(&self.colours.bad());
                context.stroke_with_path(&self.cross);
            } else if trip.is(Flight::BACK) {
                context.set_fill_style_str(&self.colours.ground());
                context.fill_with_path_2d(shape);
                context.set_stroke_style_str(&colour);
                context.stroke_with_path(shape);
            } else {
                context.set_fill_style_str(&colour);
                context.fill_with_path_2d(shape);
            }
        }
    }
}

//! What moves, beside Yew: each frame takes in the trips that came and paints the moment.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use gloo::render::{AnimationFrame, request_animation_frame};
use web_sys::{Element, HtmlCanvasElement};

use super::camera::{Camera, Move};
use super::dots::{self, Colours, Frame, Painter};
use super::flights::{self, Crowd, Flights, Trip, View};
use super::geometry::{Fit, Point};
use super::layout::Layout;
use super::palette::Look;
use crate::stage::{STRIDE, StageHandle};

/// How often the dots are counted, in milliseconds.
const COUNTED_EVERY_MS: f64 = 500.0;

/// A click this near to a dot means the dot, in pixels.
const REACH: f64 = 9.0;

/// What is painted where nothing moves: one moment looks like any other, and is painted once.
const STANDING: View = View {
    now_ns: 0.0,
    speed: 1.0,
};

/// The dots and all they need.
pub struct Motion {
    stage: StageHandle,
    host: Element,
    canvas: HtmlCanvasElement,
    painter: Option<Painter>,
    layout: Rc<Layout>,
    looks: Vec<u8>,
    flights: Flights,
    epoch: u32,
    box_size: (f64, f64),
    camera: Camera,
    /// Readers who asked for less motion see counters instead.
    still: bool,
    painted: Option<Frame>,
    crowd: Crowd,
    counted_at_ms: f64,
    is_counted: bool,
}

impl Motion {
    /// Dots for that canvas within that host, which wears the theme's colours.
    pub fn new(stage: StageHandle, host: Element, canvas: HtmlCanvasElement) -> Self {
        let mut motion = Self {
            stage,
            host,
            canvas,
            painter: None,
            layout: Rc::new(super::layout::layout(
                &headroom_scenario::Design::default(),
                None,
                (1.0, 1.0),
            )),
            looks: Vec::new(),
            flights: Flights::default(),
            epoch: 0,
            box_size: (1.0, 1.0),
            camera: Camera::default(),
            still: false,
            painted: None,
            crowd: Crowd::default(),
            counted_at_ms: f64::MIN,
            is_counted: false,
        };
        motion.restore();
        motion
    }

    /// Takes the canvas, anew after the graphics context was lost.
    pub fn restore(&mut self) {
        self.painter = Painter::new(&self.canvas);
        self.recolour();
        self.rewire();
    }

    /// The graphics context is gone: nothing is painted until it is back.
    pub fn lose(&mut self) {
        self.painter = None;
    }

    /// The theme has changed.
    pub fn recolour(&mut self) {
        let colours = Colours::of(&self.host);
        if let Some(painter) = &mut self.painter {
            painter.set_colours(&colours);
        }
        self.painted = None;
    }

    /// The drawing below has changed.
    pub fn set_layout(&mut self, layout: Rc<Layout>, looks: &[Look], box_size: (f64, f64)) {
        self.layout = layout;
        self.looks = looks.iter().map(|look| look.0).collect();
        self.box_size = box_size;
        self.camera = self.camera.within(box_size);
        self.flights.rewire(&self.layout);
        self.rewire();
    }

    /// The camera that the drawing is seen by.
    pub fn camera(&self) -> Camera {
        self.camera
    }

    /// Moves the camera; says whether that moved anything.
    pub fn steer(&mut self, by: Move) -> bool {
        let moved = self.camera.moved(by, self.box_size);
        std::mem::replace(&mut self.camera, moved) != moved
    }

    /// How the drawing is placed in its box.
    pub fn fit(&self) -> Fit {
        self.camera.over(self.layout.fit)
    }

    /// How broad the wires of the drawing are.
    pub fn set_widths(&mut self, widths: Vec<f64>) {
        self.flights.set_widths(widths);
    }

    fn rewire(&mut self) {
        if let Some(painter) = &mut self.painter {
            painter.set_wires(&self.layout);
            painter.write(&self.flights, None, &self.looks);
        }
        self.painted = None;
    }

    /// Less motion: counters instead of dots.
    pub fn set_still(&mut self, still: bool) {
        if self.still != still {
            self.still = still;
            self.counted_at_ms = f64::MIN;
            self.rewire();
        }
    }

    fn view(&self, now_ms: f64) -> View {
        let mut stage = self.stage.borrow_mut();
        View {
            now_ns: stage.clock.now_ns(now_ms),
            speed: stage.clock.speed(),
        }
    }

    /// Paints the moment that the screen shows at `now_ms`.
    pub fn frame(&mut self, now_ms: f64) {
        self.take_in();
        let view = if self.still {
            STANDING
        } else {
            self.view(now_ms)
        };
        let frame = self.framed(view);
        if self.painted != Some(frame) {
            self.paint(frame);
            self.is_counted = false;
        }
        // What is painted last is counted too, though nothing moves after it.
        if !self.is_counted && now_ms - self.counted_at_ms > COUNTED_EVERY_MS {
            self.is_counted = true;
            self.counted_at_ms = now_ms;
            self.count(view);
        }
    }

    fn paint(&mut self, frame: Frame) {
        if self.canvas.width() != frame.pixels.0 || self.canvas.height() != frame.pixels.1 {
            self.canvas.set_width(frame.pixels.0);
            self.canvas.set_height(frame.pixels.1);
        }
        self.flights.retire(&self.layout, frame.view);
        if let Some(painter) = &mut self.painter {
            if self.still {
                painter.draw(&frame, &Flights::default(), &self.layout, &self.looks);
            } else {
                painter.draw(&frame, &self.flights, &self.layout, &self.looks);
            }
        }
        self.painted = Some(frame);
    }

    /// Counts the dots, for their size and for tools.
    fn count(&mut self, view: View) {
        self.crowd = if self.still {
            Crowd::default()
        } else {
            self.flights.under_way(&self.layout, view)
        };
        let dots = self.crowd.dots.to_string();
        // The name of the attribute is a good one.
        let _ = self.canvas.set_attribute("data-dots", &dots);
    }

    fn framed(&self, view: View) -> Frame {
        let ratio = gloo::utils::window().device_pixel_ratio().clamp(1.0, 3.0);
        let pixels = |length: f64| (length * ratio).round().max(1.0) as u32;
        Frame {
            view,
            fit: self.fit(),
            ratio,
            pixels: (pixels(self.box_size.0), pixels(self.box_size.1)),
            size: dots::size_of(self.crowd),
        }
    }

    /// Takes the trips that came since the last frame.
    fn take_in(&mut self) {
        let (epoch, batches) = {
            let mut stage = self.stage.borrow_mut();
            (stage.epoch, std::mem::take(&mut stage.incoming))
        };
        if epoch != self.epoch {
            self.epoch = epoch;
            self.flights.clear();
            if let Some(painter) = &mut self.painter {
                painter.write(&self.flights, None, &self.looks);
            }
            self.painted = None;
        }
        for batch in batches {
            let changed = self.flights.take(&batch.to_vec(), STRIDE, &self.layout);
            if let Some(painter) = &mut self.painter {
                painter.write(&self.flights, Some(changed), &self.looks);
            }
            if !self.still {
                self.painted = None;
            }
        }
    }

    /// Puts a crowd on the wires, for the bench.
    pub fn crowd(&mut self, count: usize, now_ms: f64) {
        let now_ns = self.view(now_ms).now_ns;
        let batch = flights::crowd(count, self.looks.len(), &self.layout, now_ns);
        let changed = self.flights.take(&batch, STRIDE, &self.layout);
        if let Some(painter) = &mut self.painter {
            painter.write(&self.flights, Some(changed), &self.looks);
        }
        self.painted = None;
    }

    /// The trip whose dot was clicked, at a place in pixels of the box.
    pub fn hit(&self, place: Point, now_ms: f64) -> Option<Trip> {
        if self.still {
            return None;
        }
        let fit = self.fit();
        self.flights
            .nearest(
                &self.layout,
                fit.units(place),
                REACH / fit.scale,
                self.view(now_ms),
            )
            .copied()
    }
}

/// The chain of frames; it ends when this is dropped.
pub struct Frames(
    #[expect(dead_code, reason = "held for its drop, which cancels the next frame")]
    Rc<RefCell<Option<AnimationFrame>>>,
);

/// Calls the motion's frame for every frame of the screen.
pub fn run(motion: &Rc<RefCell<Motion>>) -> Frames {
    let next = Rc::new(RefCell::new(None));
    schedule(Rc::downgrade(motion), Rc::downgrade(&next));
    Frames(next)
}

fn schedule(motion: Weak<RefCell<Motion>>, next: Weak<RefCell<Option<AnimationFrame>>>) {
    let Some(slot) = next.upgrade() else {
        return;
    };
    let frame = request_animation_frame(move |now_ms| {
        if let Some(running) = motion.upgrade() {
            running.borrow_mut().frame(now_ms);
            schedule(motion, next);
        }
    });
    slot.replace(Some(frame));
}

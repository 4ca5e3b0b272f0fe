//! The camera: how near the reader has come to the drawing, and to which part of it.

use super::geometry::{Fit, Point};

/// No nearer: the smallest design at the limits can be read there.
const ZOOM_MAX: f64 = 8.0;
/// This near to fitted is fitted.
const FITTED_BELOW: f64 = 1.02;
/// One press of a key or a button.
pub const STEP: f64 = 1.4;

/// Pixels of the box are `zoom * pixels of the fitted drawing + offset`. The drawing always covers the box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    zoom: f64,
    offset: Point,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            zoom: 1.0,
            offset: Point::new(0.0, 0.0),
        }
    }
}

/// What may be done to the camera.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// Nearer by a factor, or further away below 1: to a place in pixels of the box, or to its middle.
    Zoom(f64, Option<Point>),
    /// So many pixels of the box to the right and downwards.
    Pan(f64, f64),
    /// All of the drawing.
    Fit,
}

/// Which way the camera can go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lens {
    /// All of the drawing is seen.
    #[default]
    Fitted,
    /// A part of it.
    Between,
    /// As near as can be.
    Nearest,
}

impl Camera {
    /// How the drawing is placed, given how it is while fitted.
    pub fn over(&self, fit: Fit) -> Fit {
        Fit {
            scale: fit.scale * self.zoom,
            x: fit.x * self.zoom + self.offset.x,
            y: fit.y * self.zoom + self.offset.y,
        }
    }

    /// Which way it can go.
    pub fn lens(&self) -> Lens {
        match self.zoom {
            zoom if zoom <= 1.0 => Lens::Fitted,
            zoom if zoom >= ZOOM_MAX => Lens::Nearest,
            _ => Lens::Between,
        }
    }

    /// The camera after a move, in a box of that size.
    pub fn moved(self, by: Move, size: (f64, f64)) -> Self {
        let moved = match by {
            Move::Fit => Self::default(),
            Move::Pan(x, y) => Self {
                offset: Point::new(self.offset.x + x, self.offset.y + y),
                ..self
            },
            Move::Zoom(factor, at) => {
                let at = at.unwrap_or(Point::new(size.0 / 2.0, size.1 / 2.0));
                let wanted = (self.zoom * factor).clamp(1.0, ZOOM_MAX);
                // Slow hands come nearer by little at a time: only on the way back the rest is taken at once.
                let is_fitted = factor < 1.0 && wanted < FITTED_BELOW;
                let zoom = if is_fitted { 1.0 } else { wanted };
                // What is there stays there.
                let stay = |offset: f64, at: f64| at - (at - offset) / self.zoom * zoom;
                Self {
                    zoom,
                    offset: Point::new(stay(self.offset.x, at.x), stay(self.offset.y, at.y)),
                }
            }
        };
        moved.within(size)
    }

    /// The camera with the drawing covering a box of that size.
    pub fn within(self, size: (f64, f64)) -> Self {
        let cover = |offset: f64, length: f64| offset.clamp(length * (1.0 - self.zoom), 0.0);
        Self {
            offset: Point::new(cover(self.offset.x, size.0), cover(self.offset.y, size.1)),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: (f64, f64) = (800.0, 600.0);
    const FIT: Fit = Fit {
        scale: 0.5,
        x: 0.0,
        y: 0.0,
    };

    #[test]
    fn what_the_reader_points_at_stays_there() {
        let at = Point::new(200.0, 450.0);
        let unit = FIT.units(at);
        let mut camera = Camera::default();
        for factor in [2.0, 1.5, 0.8] {
            camera = camera.moved(Move::Zoom(factor, Some(at)), SIZE);
            let seen = camera.over(FIT).pixels(unit);
            assert!(seen.distance_squared(at) < 1e-12);
        }
        assert!((camera.over(FIT).scale - 0.5 * 2.4).abs() < 1e-12);
    }

    #[test]
    fn the_drawing_covers_the_box_wherever_it_is_moved() {
        let near = Camera::default().moved(Move::Zoom(2.0, None), SIZE);
        for by in [(1e6, 1e6), (-1e6, -1e6), (-30.0, 1e6)] {
            let fit = near.moved(Move::Pan(by.0, by.1), SIZE).over(FIT);
            let (left, top) = (fit.x, fit.y);
            assert!(left <= 0.0 && top <= 0.0);
            assert!(left + 2.0 * SIZE.0 >= SIZE.0 && top + 2.0 * SIZE.1 >= SIZE.1);
        }
        let fitted = Camera::default();
        assert_eq!(fitted.moved(Move::Pan(40.0, 40.0), SIZE), fitted);
    }

    #[test]
    fn it_comes_no_nearer_than_that_and_goes_back_to_all_of_it() {
        let nearest = Camera::default().moved(Move::Zoom(1e9, None), SIZE);
        assert_eq!(nearest.lens(), Lens::Nearest);
        assert_eq!(nearest.over(FIT).scale, 0.5 * ZOOM_MAX);
        assert_eq!(nearest.moved(Move::Fit, SIZE), Camera::default());
        let away = nearest.moved(Move::Zoom(1e-9, None), SIZE);
        assert_eq!(away, Camera::default(), "no further than all of it");
        let slowly = |camera: Camera| camera.moved(Move::Zoom(1.005, None), SIZE);
        let nearer = (0..4).fold(Camera::default(), |camera, _| slowly(camera));
        assert_eq!(nearer.lens(), Lens::Between, "slow hands get there too");
        let hardly = nearer.moved(Move::Zoom(0.995, None), SIZE);
        assert_eq!(
            hardly,
            Camera::default(),
            "on the way back the rest is nothing"
        );
    }

    #[test]
    fn a_smaller_box_keeps_as_much_of_the_place_as_it_can() {
        let corner = Camera::default()
            .moved(Move::Zoom(2.0, None), SIZE)
            .moved(Move::Pan(-1e6, -1e6), SIZE);
        let fit = corner.within((400.0, 300.0)).over(FIT);
        assert_eq!((fit.x, fit.y), (-400.0, -300.0));
    }
}

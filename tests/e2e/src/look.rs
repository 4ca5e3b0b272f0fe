//! How the page is looked at: window size, theme, and whether motion is wanted.

/// The theme that the system asks pages for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on a light ground.
    #[default]
    Light,
    /// Light text on a dark ground.
    Dark,
}

impl Theme {
    /// Its name, as `prefers-color-scheme` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// How the page is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Width of the page, CSS pixels.
    pub width_px: u32,
    /// Height of the page, CSS pixels.
    pub height_px: u32,
    /// The theme asked for.
    pub theme: Theme,
    /// Whether the system asks for reduced motion.
    pub reduced_motion: bool,
}

impl Look {
    /// The screen of a laptop.
    pub const DESK: Self = Self {
        width_px: 1440,
        height_px: 900,
        theme: Theme::Light,
        reduced_motion: false,
    };
    /// A phone held upright.
    pub const PHONE: Self = Self {
        width_px: 390,
        height_px: 844,
        ..Self::DESK
    };

    /// The same in the dark.
    pub fn dark(self) -> Self {
        Self {
            theme: Theme::Dark,
            ..self
        }
    }

    /// The same for someone whom motion disturbs.
    pub fn still(self) -> Self {
        Self {
            reduced_motion: true,
            ..self
        }
    }

    /// A short name for files: `1440x900-dark`.
    pub fn name(self) -> String {
        format!("{}x{}-{}", self.width_px, self.height_px, self.theme.name())
    }
}

//! The dots as sprites: a sheet with a cell for every way a dot can look, drawn once for each theme
//! and size. A pixel of a dot is then one look-up in it, which is what a machine without a graphics
//! card can do for thousands of dots a frame.

use web_sys::{
    WebGl2RenderingContext as Gl, WebGlFramebuffer, WebGlProgram, WebGlTexture,
    WebGlUniformLocation,
};

use super::dots::{Colours, Frame};
use super::palette::LOOKS;
use super::program::program;

/// Cells in a row of the sheet: the looks, then failure. As the shaders have it.
const COLUMNS: usize = LOOKS + 1;
/// Rows of the sheet: requests and answers, then both again as the user sees them who has stopped
/// waiting. As the shaders have it.
const ROWS: usize = 4;
/// From the middle of a cell to its edge, in radii of a dot. As the shaders have it.
const REACH: f64 = 1.75;

/// One triangle over the whole sheet.
const VERTEX: &str = r"#version 300 es
void main() {
    vec2 corner = vec2(float(gl_VertexID % 2), float(gl_VertexID / 2));
    gl_Position = vec4(corner * 4.0 - 1.0, 0.0, 1.0);
}
";

const FRAGMENT: &str = r"#version 300 es
precision highp float;
uniform vec3 colours[10]; // the looks, then failure, then the ground
uniform float extent;     // of a cell, in texels
uniform float rim;        // of the ground, which keeps neighbours apart; in radii
uniform float soft;       // half the width of an edge, in radii
out vec4 pixel;

float shape(vec2 p, int which) {
    vec2 a = abs(p);
    if (which == 0) return length(p) - 1.0;
    if (which == 1) return max(a.x * 0.876 - (p.y + 1.15) * 0.482, p.y - 0.85);
    if (which == 2) return max(a.x, a.y) - 0.88;
    if (which == 3) return (a.x + a.y - 1.25) * 0.707;
    if (which == 4) return max(a.y - 0.95, a.x * 0.865 + a.y * 0.501 - 0.952);
    if (which == 5) return max(a.x * 0.876 + (p.y - 1.15) * 0.482, -p.y - 0.85);
    if (which == 6) return max(a.x - 0.5, a.y - 1.2);
    if (which == 7) return max(a.x - 1.2, a.y - 0.5);
    vec2 q = abs(vec2(p.x + p.y, p.x - p.y)) * 0.707;
    return min(max(q.x - 0.38, q.y - 1.35), max(q.y - 0.38, q.x - 1.35));
}

void main() {
    vec2 place = gl_FragCoord.xy / extent;
    int look = int(place.x);
    bool back = int(place.y) % 2 == 1;
    bool abandoned = int(place.y) / 2 == 1;
    float d = shape((fract(place) * 2.0 - 1.0) * 1.75, look);
    float whole = 1.0 - smoothstep(-soft, soft, d - rim);
    float body = 1.0 - smoothstep(-soft, soft, d);
    if (back && look != 8) body *= smoothstep(-soft, soft, d + 0.42);
    vec3 colour = mix(colours[9], colours[look], body);
    float alpha = whole * (abandoned ? 0.45 : 1.0);
    pixel = vec4(colour * alpha, alpha);
}
";

/// The sheet, and what draws it.
pub struct Sprites {
    program: WebGlProgram,
    colours_place: Option<WebGlUniformLocation>,
    extent_place: Option<WebGlUniformLocation>,
    soft_place: Option<WebGlUniformLocation>,
    rim_place: Option<WebGlUniformLocation>,
    texture: WebGlTexture,
    canvas: WebGlFramebuffer,
    colours: Vec<f32>,
    // The radius, the device's pixels, and the rim it is drawn for.
    drawn: Option<[f64; 3]>,
}

/// Texels across a cell for dots of that radius, in pixels of the device. Dots move by less than a
/// pixel a frame: the sheet tells quarters of a pixel of the style sheet apart, and on sharp screens
/// halves of the device's.
fn extent(radius: f64, ratio: f64) -> usize {
    let fineness = (4.0 / ratio).ceil().max(2.0);
    (2.0 * REACH * radius * fineness).ceil() as usize
}

impl Sprites {
    /// An empty sheet in the texture unit that is active.
    pub fn new(gl: &Gl) -> Option<Self> {
        let program = program(gl, VERTEX, FRAGMENT)?;
        let place = |name| gl.get_uniform_location(&program, name);
        let texture = gl.create_texture()?;
        gl.bind_texture(Gl::TEXTURE_2D, Some(&texture));
        for side in [Gl::TEXTURE_MIN_FILTER, Gl::TEXTURE_MAG_FILTER] {
            gl.tex_parameteri(Gl::TEXTURE_2D, side, Gl::NEAREST as i32);
        }
        Some(Self {
            colours_place: place("colours"),
            extent_place: place("extent"),
            soft_place: place("soft"),
            rim_place: place("rim"),
            texture,
            canvas: gl.create_framebuffer()?,
            colours: Vec::new(),
            drawn: None,
            program,
        })
    }

    /// The theme has changed.
    pub fn set_colours(&mut self, colours: &Colours) {
        self.colours = colours.flat();
        self.drawn = None;
    }

    /// Draws the sheet for the dots of a frame, unless it is drawn already. True when it was: then
    /// the program, the viewport and the blending are the caller's to set again. Its texture unit is
    /// active.
    pub fn draw(&mut self, gl: &Gl, frame: &Frame) -> bool {
        let wanted = Some([frame.radius(), frame.ratio, frame.rim()]);
        if self.drawn == wanted {
            return false;
        }
        self.drawn = wanted;
        let extent = extent(frame.radius(), frame.ratio);
        let (width, height) = ((extent * COLUMNS) as i32, (extent * ROWS) as i32);
        // A sheet that could not be made shows no dots; the figures beside them still stand.
        let _ = gl
            .tex_image_2d_with_i32_and_i32_and_i32_and_format_and_type_and_opt_array_buffer_view(
                Gl::TEXTURE_2D,
                0,
                Gl::RGBA8 as i32,
                width,
                height,
                0,
                Gl::RGBA,
                Gl::UNSIGNED_BYTE,
                None,
            );
        gl.bind_framebuffer(Gl::FRAMEBUFFER, Some(&self.canvas));
        gl.framebuffer_texture_2d(
            Gl::FRAMEBUFFER,
            Gl::COLOR_ATTACHMENT0,
            Gl::TEXTURE_2D,
            Some(&self.texture),
            0,
        );
        gl.use_program(Some(&self.program));
        gl.uniform3fv_with_f32_array(self.colours_place.as_ref(), &self.colours);
        gl.uniform1f(self.extent_place.as_ref(), extent as f32);
        gl.uniform1f(self.rim_place.as_ref(), frame.rim() as f32);
        gl.uniform1f(self.soft_place.as_ref(), frame.softness() as f32);
        gl.disable(Gl::BLEND);
        gl.viewport(0, 0, width, height);
        gl.draw_arrays(Gl::TRIANGLES, 0, 3);
        gl.bind_framebuffer(Gl::FRAMEBUFFER, None);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sheet_is_finer_than_the_screen_and_not_too_large_for_any_card() {
        for (radius, ratio) in [(1.8, 1.0), (3.6, 1.0), (5.4, 1.5), (12.0, 3.0)] {
            let extent = extent(radius, ratio);
            assert!(extent as f64 >= 2.0 * 2.0 * REACH * radius);
            assert!(extent * COLUMNS <= 2_048);
        }
    }

    #[test]
    fn the_shaders_know_how_many_looks_there_are() {
        assert_eq!(COLUMNS, 9);
    }
}

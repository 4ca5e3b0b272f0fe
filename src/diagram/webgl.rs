//! The dots as WebGL2 points. A trip's start, end and wire are written once; the vertex shader
//! finds its place from the time, so a frame costs the page one number; the fragment shader looks a
//! dot's pixel up among the sprites.

use js_sys::Float32Array;
use wasm_bindgen::JsCast;
use web_sys::{
    HtmlCanvasElement, WebGl2RenderingContext as Gl, WebGlBuffer, WebGlContextAttributes,
    WebGlProgram, WebGlTexture, WebGlUniformLocation,
};

use super::dots::{Colours, Frame};
use super::flights::{Changed, Flights, KEPT_MAX, Trip};
use super::layout::Layout;
use super::program::program;
use super::sprites::Sprites;

/// Numbers a trip takes in the buffer.
const NUMBERS: usize = 4;
/// No dot keeps so far beside its wire. As the shader has it.
const ASIDE_MAX: f64 = 64.0;
/// Texels in a row of the wires' texture; two texels make a wire.
const ROW: usize = 256;
/// The texture unit of the sprites; the wires' is the first.
const SHEET_UNIT: u32 = 1;
/// Simulated nanoseconds after which times are written anew from a later origin: 32-bit floats
/// then still tell a microsecond.
const REBASE_NS: f64 = 8e9;

const VERTEX: &str = r"#version 300 es
precision highp float;
in vec4 trip;             // start and end, seconds from the origin; wire; look, flags and how far aside
uniform sampler2D wires;  // two texels each: start and first handle, second handle and end
uniform vec2 time;        // now, and how long a trip is seen at least for each pixel
uniform vec3 fit;         // scale and offset, in pixels of the device
uniform vec2 size;        // of the canvas
uniform float radius;     // of a dot, in pixels of the device
uniform float margin;     // of its rim and of that rim's softness, in radii
flat out vec4 sprite;     // corner and extent of what the dot shows of the sheet

// How far a shape reaches from its middle, in radii: no pixel is painted where nothing is.
const float reaches[9] = float[9](1.0, 1.45, 0.88, 1.45, 1.15, 1.45, 1.25, 1.25, 1.25);

vec4 texel(int number) {
    return texelFetch(wires, ivec2(number % 256, number / 256), 0);
}

void main() {
    int wire = max(int(trip.z), 0) * 2;
    vec4 near = texel(wire);
    vec4 far = texel(wire + 1);
    float extent = (distance(near.xy, far.zw) + distance(near.xy, near.zw)
        + distance(near.zw, far.xy) + distance(far.xy, far.zw)) / 2.0;
    float part = (time.x - trip.x) / max(trip.y - trip.x, time.y * extent);
    if (trip.z < 0.0 || part < 0.0 || part > 1.0) {
        gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
        gl_PointSize = 1.0;
        sprite = vec4(0.0);
        return;
    }
    int style = int(trip.w);
    float far_aside = fract(trip.w) * 64.0;
    int flags = style / 8;
    bool back = flags % 2 == 1;
    bool failed = (flags / 2) % 2 == 1;
    bool abandoned = (flags / 8) % 2 == 1;
    if (back) part = 1.0 - part;
    float rest = 1.0 - part;
    vec2 place = near.xy * (rest * rest * rest) + near.zw * (3.0 * rest * rest * part)
        + far.xy * (3.0 * rest * part * part) + far.zw * (part * part * part);
    vec2 ahead = (near.zw - near.xy) * (rest * rest) + (far.xy - near.zw) * (2.0 * rest * part)
        + (far.zw - far.xy) * (part * part);
    vec2 leaving = near.zw - near.xy;
    vec2 lane = normalize(vec2(-ahead.y, ahead.x) + 1e-6) * 2.7;
    vec2 spread = normalize(vec2(-leaving.y, leaving.x) + 1e-6) * (far_aside - 2.7);
    // Requests keep to one side of the wire, answers to the other.
    vec2 pixel = (place + (lane + spread) * (back ? 1.0 : -1.0)) * fit.x + fit.yz;
    gl_Position = vec4(pixel.x / size.x * 2.0 - 1.0, 1.0 - pixel.y / size.y * 2.0, 0.0, 1.0);
    int look = failed ? 8 : style % 8;
    float reach = min(reaches[look] + margin, 1.75);
    gl_PointSize = 2.0 * reach * radius;
    vec2 cell = vec2(float(look), (back ? 1.0 : 0.0) + (abandoned ? 2.0 : 0.0));
    vec2 share = vec2(reach / 1.75);
    sprite = vec4(cell + 0.5 - share * 0.5, share) / vec4(9.0, 4.0, 9.0, 4.0);
}
";

const FRAGMENT: &str = r"#version 300 es
precision highp float;
uniform sampler2D sheet;
flat in vec4 sprite;
out vec4 pixel;

void main() {
    pixel = texture(sheet, sprite.xy + gl_PointCoord * sprite.zw);
}
";

/// Paints by WebGL2.
pub struct Painter {
    gl: Gl,
    places: Places,
    program: WebGlProgram,
    buffer: WebGlBuffer,
    wires: WebGlTexture,
    sprites: Sprites,
    origin_ns: f64,
}

/// Where the program keeps its uniforms.
struct Places {
    time: Option<WebGlUniformLocation>,
    fit: Option<WebGlUniformLocation>,
    size: Option<WebGlUniformLocation>,
    radius: Option<WebGlUniformLocation>,
    margin: Option<WebGlUniformLocation>,
}

impl Places {
    fn of(gl: &Gl, program: &WebGlProgram) -> Self {
        let place = |name| gl.get_uniform_location(program, name);
        Self {
            time: place("time"),
            fit: place("fit"),
            size: place("size"),
            radius: place("radius"),
            margin: place("margin"),
        }
    }
}

impl Painter {
    /// Takes the canvas; `None` where WebGL2 is missing.
    pub fn new(canvas: &HtmlCanvasElement) -> Option<Self> {
        let attributes = WebGlContextAttributes::new();
        attributes.set_antialias(false);
        attributes.set_depth(false);
        attributes.set_premultiplied_alpha(true);
        let gl: Gl = canvas
            .get_context_with_context_options("webgl2", &attributes)
            .ok()??
            .dyn_into()
            .ok()?;
        let program = program(&gl, VERTEX, FRAGMENT)?;
        let buffer = trips_buffer(&gl, &program)?;
        let wires = gl.create_texture()?;
        gl.bind_texture(Gl::TEXTURE_2D, Some(&wires));
        for side in [Gl::TEXTURE_MIN_FILTER, Gl::TEXTURE_MAG_FILTER] {
            gl.tex_parameteri(Gl::TEXTURE_2D, side, Gl::NEAREST as i32);
        }
        gl.active_texture(Gl::TEXTURE0 + SHEET_UNIT);
        let sprites = Sprites::new(&gl)?;
        gl.blend_func(Gl::ONE, Gl::ONE_MINUS_SRC_ALPHA);
        gl.use_program(Some(&program));
        let places = Places::of(&gl, &program);
        let sheet = gl.get_uniform_location(&program, "sheet");
        gl.uniform1i(sheet.as_ref(), SHEET_UNIT as i32);
        Some(Self {
            gl,
            places,
            program,
            buffer,
            wires,
            sprites,
            origin_ns: 0.0,
        })
    }

    /// The wires have moved.
    pub fn set_wires(&self, layout: &Layout) {
        let rows = (layout.wires.len() * 2).div_ceil(ROW).max(1);
        let mut texels = vec![0f32; rows * ROW * 4];
        for (wire, numbers) in layout.wires.iter().zip(texels.chunks_exact_mut(8)) {
            for (point, pair) in wire.curve.points.iter().zip(numbers.chunks_exact_mut(2)) {
                pair[0] = point.x as f32;
                pair[1] = point.y as f32;
            }
        }
        let gl = &self.gl;
        gl.active_texture(Gl::TEXTURE0);
        gl.bind_texture(Gl::TEXTURE_2D, Some(&self.wires));
        // A texture that could not be made draws no dots; the figures beside it still stand.
        let _ = gl
            .tex_image_2d_with_i32_and_i32_and_i32_and_format_and_type_and_opt_array_buffer_view(
                Gl::TEXTURE_2D,
                0,
                Gl::RGBA32F as i32,
                ROW as i32,
                rows as i32,
                0,
                Gl::RGBA,
                Gl::FLOAT,
                Some(&Float32Array::from(texels.as_slice())),
            );
        gl.active_texture(Gl::TEXTURE0 + SHEET_UNIT);
    }

    /// The theme has changed.
    pub fn set_colours(&mut self, colours: &Colours) {
        self.sprites.set_colours(colours);
    }

    /// Trips have come, or all are to be written again.
    pub fn write(&mut self, flights: &Flights, changed: Option<Changed>, looks: &[u8]) {
        let trips = flights.trips();
        let Some(changed) = changed else {
            self.write_slots(trips, 0, looks);
            return;
        };
        let end = (changed.first + changed.count)
            .min(KEPT_MAX)
            .min(trips.len());
        if let Some(slots) = trips.get(changed.first..end) {
            self.write_slots(slots, changed.first, looks);
        }
        let wrapped = (changed.first + changed.count).saturating_sub(KEPT_MAX);
        if let Some(slots) = trips.get(..wrapped) {
            self.write_slots(slots, 0, looks);
        }
    }

    fn write_slots(&self, trips: &[Trip], first: usize, looks: &[u8]) {
        if trips.is_empty() {
            return;
        }
        let seconds = |ns: u64| ((ns as f64 - self.origin_ns) / 1e9) as f32;
        let mut numbers = Vec::with_capacity(trips.len() * NUMBERS);
        for trip in trips {
            let look = looks.get(trip.flight.class as usize).copied().unwrap_or(0);
            let style = u32::from(look) + 8 * u32::from(trip.flight.flags & 15);
            numbers.extend([
                seconds(trip.flight.start_ns),
                seconds(trip.flight.end_ns),
                trip.wire.map_or(-1.0, f32::from),
                style as f32 + (trip.aside / ASIDE_MAX) as f32,
            ]);
        }
        let gl = &self.gl;
        gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&self.buffer));
        gl.buffer_sub_data_with_i32_and_array_buffer_view(
            Gl::ARRAY_BUFFER,
            (first * NUMBERS * 4) as i32,
            &Float32Array::from(numbers.as_slice()),
        );
    }

    /// Draws the moment.
    pub fn draw(&mut self, frame: &Frame, flights: &Flights, looks: &[u8]) {
        let now_ns = frame.view.now_ns;
        if now_ns < self.origin_ns || now_ns - self.origin_ns > REBASE_NS {
            self.origin_ns = now_ns;
            self.write(flights, None, looks);
        }
        let gl = &self.gl;
        if self.sprites.draw(gl, frame) {
            gl.use_program(Some(&self.program));
            gl.enable(Gl::BLEND);
        }
        let (width, height) = frame.pixels;
        gl.viewport(0, 0, width as i32, height as i32);
        gl.clear_color(0.0, 0.0, 0.0, 0.0);
        gl.clear(Gl::COLOR_BUFFER_BIT);
        let since = (now_ns - self.origin_ns) / 1e9;
        let shortest = (frame.view.seen_ns_per_px() / 1e9).max(1e-12);
        let places = &self.places;
        gl.uniform2f(places.time.as_ref(), since as f32, shortest as f32);
        let (scale, x, y) = frame.device_fit();
        gl.uniform3f(places.fit.as_ref(), scale as f32, x as f32, y as f32);
        gl.uniform2f(places.size.as_ref(), width as f32, height as f32);
        gl.uniform1f(places.radius.as_ref(), frame.radius() as f32);
        let margin = frame.rim() + frame.softness();
        gl.uniform1f(places.margin.as_ref(), margin as f32);
        for slots in flights.stretches() {
            gl.draw_arrays(Gl::POINTS, slots.start as i32, slots.len() as i32);
        }
    }
}

/// The buffer of all trips, read by the program.
fn trips_buffer(gl: &Gl, program: &WebGlProgram) -> Option<WebGlBuffer> {
    let buffer = gl.create_buffer()?;
    gl.bind_buffer(Gl::ARRAY_BUFFER, Some(&buffer));
    gl.buffer_data_with_i32(
        Gl::ARRAY_BUFFER,
        (KEPT_MAX * NUMBERS * 4) as i32,
        Gl::DYNAMIC_DRAW,
    );
    let place = u32::try_from(gl.get_attrib_location(program, "trip")).ok()?;
    gl.enable_vertex_attrib_array(place);
    gl.vertex_attrib_pointer_with_i32(place, NUMBERS as i32, Gl::FLOAT, false, 0, 0);
    Some(buffer)
}

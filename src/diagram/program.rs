//! A program of the graphics card.

use wasm_bindgen::JsValue;
use web_sys::{WebGl2RenderingContext as Gl, WebGlProgram};

/// Makes a program of its two shaders; `None`, with the reason on the console, where it can't be.
pub fn program(gl: &Gl, vertex: &str, fragment: &str) -> Option<WebGlProgram> {
    let program = gl.create_program()?;
    for (kind, source) in [(Gl::VERTEX_SHADER, vertex), (Gl::FRAGMENT_SHADER, fragment)] {
        let shader = gl.create_shader(kind)?;
        gl.shader_source(&shader, source);
        gl.compile_shader(&shader);
        gl.attach_shader(&program, &shader);
    }
    gl.link_program(&program);
    if gl.get_program_parameter(&program, Gl::LINK_STATUS) == JsValue::TRUE {
        Some(program)
    } else {
        let log = gl.get_program_info_log(&program).unwrap_or_default();
        gloo::console::warn!("the dots are drawn without WebGL2:", log);
        None
    }
}

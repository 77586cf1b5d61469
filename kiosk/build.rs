//! Compiles the pages, with the translations inside.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../assets/translations");
    let debug = std::env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    let config = slint_build::CompilerConfiguration::new()
        .with_bundled_translations("../assets/translations")
        // Tests find elements by their ids and types.
        .with_debug_info(debug);
    slint_build::compile_with_config("ui/app-window.slint", config)?;
    Ok(())
}

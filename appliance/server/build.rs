//! Makes the folder of the built web console, so that the appliance compiles before `make web`.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let dist = Path::new("../../web/dist");
    fs::create_dir_all(dist)?;
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}

//! Packs the API's document, and makes the folder of the built web console, so that the appliance compiles before `make web`.

use std::{
    env, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

fn main() -> io::Result<()> {
    let dist = Path::new("../../web/dist");
    fs::create_dir_all(dist)?;
    println!("cargo:rerun-if-changed={}", dist.display());

    let document = Path::new("src/ops/openapi.json");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let mut packed = GzEncoder::new(fs::File::create(out.join("openapi.json.gz"))?, Compression::best());
    packed.write_all(&fs::read(document)?)?;
    packed.finish()?;
    println!("cargo:rerun-if-changed={}", document.display());

    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}

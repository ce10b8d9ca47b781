//! How large the program is, and what a browser loads for the console at first.

use std::{fs, path::Path};

use crate::{Figure, program};

/// Sizes of what `make web` and `scripts/build-static.sh` made.
pub fn measure() -> Result<Vec<Figure>, Box<dyn std::error::Error>> {
    let binary = fs::metadata(program::binary()?)?.len();
    let mut loaded = fs::metadata("web/dist/console.html.br")?.len();
    for entry in fs::read_dir(Path::new("web/dist/assets"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let for_console = ["app-", "boot-console-", "console-", "theme-", "favicon-"];
        if name.ends_with(".br") && for_console.iter().any(|prefix| name.starts_with(prefix)) {
            loaded += entry.metadata()?.len();
        }
    }
    let (binary, loaded) = (megabytes(binary), megabytes(loaded) * 1000.0);
    Ok(vec![
        Figure::goal(
            "program, static, pages embedded",
            format!("{binary:.1} MB"),
            "goal: at most 15 MB".to_owned(),
            binary <= 15.0,
        ),
        Figure::goal(
            "console, first load, brotli",
            format!("{loaded:.0} kB"),
            "goal: at most 150 kB".to_owned(),
            loaded <= 150.0,
        ),
    ])
}

fn megabytes(bytes: u64) -> f64 {
    // No file of ours is near 2³² kB.
    f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) / 1000.0
}

//! How large the program is. (What a browser loads at first is measured by `tests/browser/parts.test.mjs`, in a browser.)

use std::fs;

use crate::{Figure, program};

/// The size of what `scripts/build-static.sh` made.
pub fn measure() -> Result<Vec<Figure>, Box<dyn std::error::Error>> {
    let bytes = fs::metadata(program::binary()?)?.len();
    // No file of ours is near 2³² kB.
    let megabytes = f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) / 1000.0;
    Ok(vec![Figure::goal(
        "program, static, pages embedded",
        format!("{megabytes:.1} MB"),
        "goal: at most 15 MB".to_owned(),
        megabytes <= 15.0,
    )])
}

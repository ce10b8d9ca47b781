//! ARCHITECTURE.md names folders that exist.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;

#[test]
fn every_folder_that_architecture_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let named: Vec<&str> = text.split('`').skip(1).step_by(2).filter(|word| word.ends_with('/')).collect();
    assert!(named.len() > 20, "the page names its folders in backquotes");
    let missing: Vec<&&str> = named
        .iter()
        // Folders of a feature are named from the crate they are in.
        .filter(|folder| {
            let within = ["", "appliance/server/", "sim/key/"];
            !within.iter().any(|base| root.join(base).join(folder).is_dir())
        })
        .collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names folders that do not exist: {missing:?}");
}

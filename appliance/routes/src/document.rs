//! The document, made from handlers and compared with its file.

use std::{env, fs, path::Path};

use utoipa::{
    __dev::{SchemaReferences, Tags},
    openapi::OpenApi as Document,
};

pub use crate::answers::{API_KEY, complete};

/// Adds one endpoint with its schemas to `document`.
pub(crate) fn describe<P: utoipa::Path + for<'t> Tags<'t> + SchemaReferences>(document: &mut Document) {
    let mut operation = P::operation();
    let tags = P::tags();
    if !tags.is_empty() {
        operation.tags.get_or_insert_default().extend(tags.into_iter().map(str::to_owned));
    }
    let mut schemas = Vec::new();
    P::schemas(&mut schemas);
    document.components.get_or_insert_default().schemas.extend(schemas);
    document.paths.add_path_operation(P::path(), P::methods(), operation);
}

/// Compares `document` with `file`, which a running program answers with; with `UPDATE_API=1` writes the file.
///
/// # Panics
/// If they differ, or the file cannot be written.
pub fn check(document: &Document, file: impl AsRef<Path>) {
    let file = file.as_ref();
    let made = document.to_pretty_json().map(|json| json + "\n").unwrap_or_default();
    if env::var_os("UPDATE_API").is_some() {
        fs::write(file, &made).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    let kept = fs::read_to_string(file).unwrap_or_default();
    assert!(
        made == kept,
        "{} is not what the handlers say. Run: UPDATE_API=1 cargo test -p pocketkey-server -p pocketkey-world api_document",
        file.display()
    );
}

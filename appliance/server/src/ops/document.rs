//! The OpenAPI document, made of what the handlers say. Only the test below makes it; what is served is its file.

use pocketkey_routes::document::{self, API_KEY};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        OpenApi as Document,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use crate::{admins, start};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pocketkey",
        description = "The one API of console, phone and pairing tool. Times are Unix milliseconds; errors are \
                       RFC 9457 problem documents with a stable `code`.",
        license(name = "MIT OR Apache-2.0")
    ),
    // Those of query strings are not collected from the handlers.
    components(schemas(
        pocketkey_api::Problem,
        pocketkey_api::GroupId,
        pocketkey_api::import::MatchBy,
        pocketkey_api::key::KeyKind,
        pocketkey_api::key::KeySort,
        pocketkey_api::key::KeyStanding,
        pocketkey_api::user::HasKey,
        pocketkey_api::user::Standing,
        pocketkey_api::user::UserSort,
        pocketkey_api::workflow::ResultState
    )),
    modifiers(&Schemes)
)]
struct Base;

/// Adds the ways in to the document: the admin's session cookie, and API keys.
struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut Document) {
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
            "__Host-pocketkey",
            "The admin's session; named `pocketkey` where the public address is plain http.",
        ));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let key = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("pk_…").description(Some(
            "An API key, made in the console or with `POST /api/v1/api-keys`. It acts for the admin who made it, within its \
             scopes.",
        ));
        components.add_security_scheme(API_KEY, SecurityScheme::Http(key.build()));
    }
}

#[test]
fn api_document() {
    let mut document = Base::openapi();
    start::features().describe(&mut document);
    document::complete(&mut document, admins::needed);
    document::check(&document, concat!(env!("CARGO_MANIFEST_DIR"), "/src/ops/openapi.json"));
}

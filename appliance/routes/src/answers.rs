//! What every endpoint can answer besides its own answers, and what callers need; added to the document in one place.

use axum::http::Method;
use pocketkey_api::permission::Permission;
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, OpenApi as Document, PathItem, Ref, RefOr, Required, ResponseBuilder,
    path::{Operation, ParameterBuilder, ParameterIn},
    schema::Type,
    security::SecurityRequirement,
};

/// The name of the security scheme of API keys; the scopes of a requirement are what the key must have.
pub const API_KEY: &str = "api_key";

const PROBLEM: &str = "application/problem+json";

/// Completes the document that was collected from the handlers; `needed` is what an admin needs for a method and path.
pub fn complete(document: &mut Document, needed: impl Fn(&Method, &str) -> Option<Permission>) {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            complete_operation(&method, needed(&method, path), operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn complete_operation(method: &Method, needed: Option<Permission>, operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && let Some(content) = response.content.shift_remove("application/json")
        {
            let kind = if is_problem(&content) { PROBLEM } else { "application/json" };
            response.content.insert(kind.to_owned(), content);
        }
    }
    let signed_in = operation.security.is_some();
    if signed_in {
        can_answer(operation, 401, "signed_out");
        if let Some(scope) = needed.filter(|scope| scope.is_scope()) {
            let key = SecurityRequirement::new(API_KEY, [scope.as_str()]);
            operation.security.get_or_insert_default().push(key);
            can_answer(operation, 401, "wrong_api_key");
        }
        can_answer(operation, 403, "not_permitted");
    }
    if *method != Method::GET {
        can_answer(operation, 403, "cross_site");
    }
    if has_parameter(operation, ParameterIn::Query) {
        can_answer(operation, 400, "malformed_query");
    }
    if has_parameter(operation, ParameterIn::Path) {
        can_answer(operation, 404, "not_found");
    }
    if takes_json(operation) {
        can_answer(operation, 400, "malformed_json");
        can_answer(operation, 413, "too_large");
        can_answer(operation, 415, "not_json");
        can_answer(operation, 422, "wrong_shape");
    }
    let takes_key = needed.is_some_and(|needed| needed != Permission::Own);
    if *method == Method::POST && signed_in && takes_key {
        take_idempotency_key(operation);
    }
}

fn take_idempotency_key(operation: &mut Operation) {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(255));
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .schema(Some(text.pattern(Some("^[ -~]*$"))))
        .description(Some(
            "The same request with the same key within 24 hours is not done again: it gets the answer of the first, \
             with the header `Idempotency-Replayed: true`.",
        ));
    operation.parameters.get_or_insert_default().push(RefOr::T(key.build()));
    can_answer(operation, 400, "malformed_idempotency_key");
    can_answer(operation, 409, "idempotency_in_progress");
    can_answer(operation, 413, "too_large");
    can_answer(operation, 422, "idempotency_key_reused");
}

/// Adds the problem `code` to what an operation can answer.
fn can_answer(operation: &mut Operation, status: u16, code: &str) {
    let code = format!("`{code}`");
    match operation.responses.responses.get_mut(&status.to_string()) {
        Some(RefOr::T(response)) if response.description.contains(&code) => {}
        Some(RefOr::T(response)) => {
            response.description = format!("{}; {code}", response.description);
        }
        Some(RefOr::Ref(_)) => {}
        None => {
            let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response = ResponseBuilder::new().description(code).content(PROBLEM, problem).build();
            operation.responses.responses.insert(status.to_string(), response.into());
        }
    }
}

fn is_problem(content: &RefOr<utoipa::openapi::Content>) -> bool {
    let RefOr::T(content) = content else { return false };
    matches!(&content.schema, Some(RefOr::Ref(of)) if of.ref_location.ends_with("/Problem"))
}

fn has_parameter(operation: &Operation, place: ParameterIn) -> bool {
    operation
        .parameters
        .iter()
        .flatten()
        .any(|one| matches!(one, RefOr::T(parameter) if parameter.parameter_in == place))
}

fn takes_json(operation: &Operation) -> bool {
    matches!(&operation.request_body, Some(RefOr::T(body)) if body.content.contains_key("application/json"))
}

//! Endpoints, and the OpenAPI document that is made of what their `#[utoipa::path]` says.
//!
//! Whoever serves them has the document in a file beside the handlers. Only tests make it anew, and compare: a program
//! holds nothing that builds it, and builds nothing when it starts.

mod answers;
pub mod document;

use axum::{
    Router,
    handler::Handler,
    routing::{MethodFilter, on},
};
use utoipa::{
    __dev::{SchemaReferences, Tags},
    openapi::{HttpMethod, OpenApi as Document},
};

#[doc(hidden)]
pub use pastey::paste;

/// Handlers with their `#[utoipa::path]` as [`Routes`].
#[macro_export]
macro_rules! routes {
    ($($handler:ident),+ $(,)?) => {{
        let routes = $crate::Routes::new();
        $($crate::paste! {
            let routes = routes.on::<[<__path_ $handler>], _, _>($handler);
            #[cfg(test)]
            let routes = routes.described::<[<__path_ $handler>]>();
        })+
        routes
    }};
}

/// Endpoints of some feature.
#[derive(Clone)]
pub struct Routes<S = ()> {
    router: Router<S>,
    /// Empty but in tests.
    descriptions: Vec<fn(&mut Document)>,
}

impl<S: Clone + Send + Sync + 'static> Default for Routes<S> {
    fn default() -> Self {
        Self { router: Router::new(), descriptions: Vec::new() }
    }
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No endpoints; [`routes!`] makes some.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `handler` where `P`, its `#[utoipa::path]`, says.
    #[must_use]
    pub fn on<P: utoipa::Path, H: Handler<T, S>, T: 'static>(mut self, handler: H) -> Self {
        let path = P::path();
        for method in P::methods() {
            self.router = self.router.route(&path, on(filter(&method), handler.clone()));
        }
        self
    }

    /// Has `P` in the document.
    #[must_use]
    pub fn described<P: utoipa::Path + for<'t> Tags<'t> + SchemaReferences>(mut self) -> Self {
        self.descriptions.push(document::describe::<P>);
        self
    }

    /// These endpoints and `others`.
    #[must_use]
    pub fn merge(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.descriptions.extend(others.descriptions);
        self
    }

    /// Changes how these endpoints are served; to add layers.
    #[must_use]
    pub fn map(mut self, change: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        self.router = change(self.router);
        self
    }

    /// Gives the handlers their state.
    #[must_use]
    pub fn with_state<S2>(self, state: S) -> Routes<S2> {
        Routes { router: self.router.with_state(state), descriptions: self.descriptions }
    }

    /// Adds the endpoints to `document`. They are known in tests of the crates they are in only.
    pub fn describe(&self, document: &mut Document) {
        for describe in &self.descriptions {
            describe(document);
        }
    }
}

impl<S> From<Routes<S>> for Router<S> {
    fn from(routes: Routes<S>) -> Self {
        routes.router
    }
}

fn filter(method: &HttpMethod) -> MethodFilter {
    match method {
        HttpMethod::Get => MethodFilter::GET,
        HttpMethod::Put => MethodFilter::PUT,
        HttpMethod::Post => MethodFilter::POST,
        HttpMethod::Head => MethodFilter::HEAD,
        HttpMethod::Patch => MethodFilter::PATCH,
        HttpMethod::Trace => MethodFilter::TRACE,
        HttpMethod::Delete => MethodFilter::DELETE,
        HttpMethod::Options => MethodFilter::OPTIONS,
    }
}

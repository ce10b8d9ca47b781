//! Errors as RFC 9457 `application/problem+json`.

use crate::api_type;

api_type! {
    /// What every failed request answers with.
    pub struct Problem {
        /// `about:blank`, or a URI that names the kind of problem.
        #[serde(rename = "type")]
        pub kind: String,
        /// The HTTP status, repeated.
        pub status: u16,
        /// A stable machine-readable name, for example `activation_expired`.
        pub code: String,
        /// One line for people.
        pub title: String,
        /// What to do about it, for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub detail: Option<String>,
        /// Which fields of the request are at fault, if any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub fields: Vec<FieldProblem>,
    }
}

api_type! {
    /// One field at fault.
    pub struct FieldProblem {
        /// The field's name as in the request.
        pub field: String,
        /// What is wrong with it, for people.
        pub message: String,
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)?;
        if let Some(detail) = &self.detail {
            write!(f, " {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

//! `Idempotency-Key`: whoever does not know whether a request arrived sends it again with the same key, and it is done once.
//!
//! As in the [IETF draft](https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/): the same request is
//! given the stored answer, another one with the same key is refused. Answers are kept for a day, over restarts.

mod layer;
mod model;
mod store;

pub use layer::{HEADER, REPLAYED, answer_once};
pub use model::{IdempotencyError, UnderWay};

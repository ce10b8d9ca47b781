//! A request's way over connections that break: asked again until it is taken, answered again until the answer is
//! acknowledged, and never shown twice.
//!
//! What lies between the ends may lose, repeat or reorder frames; it is not trusted to count them. The computer
//! ([`Requests`]) sends the very same sealed request again until the phone says [`Frame::Taken`] or answers, and at
//! once when a connection is new or the phone came back. The phone ([`Answers`]) remembers every exchange until it
//! would be stale: a repeated request is the same request, not a second one, and a repeated answer is the same bytes.
//!
//! ```text
//! computer ─ Request ─▶ … ─▶ phone        again after a while, until Taken or an answer
//!          ◀─ Taken ──── … ◀─
//!          ◀─ Response ─ … ◀─             again after a while, until Got
//!          ─ Got ──────▶ … ─▶
//! ```
//!
//! A request that is called off goes the same way: `Cancel`, again until `Got`. `Taken`, `Got` and `Cancel` are not
//! sealed: whoever forges one achieves no more than by dropping frames, which the relay can do anyway. What decides,
//! the request and its answer, is.
//!
//! [`Frame::Taken`]: crate::frame::Frame::Taken

mod computer;
mod phone;

pub use computer::{Asked, Ended, Progress, Requests};
pub use phone::{Answers, Known, Stale, WINDOW_MS};

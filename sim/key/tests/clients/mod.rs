//! Several clients at one key, under a scheduler with a seed.
//!
//! | module | subject |
//! |---|---|
//! | [`wire`] | packets and messages, a second time |
//! | [`random`] | what the scheduler draws from |
//! | [`client`] | one client, as the specification lets it behave and as programs misbehave |
//! | [`referee`] | what the specification says must come of each packet |
//! | [`world`] | the scheduler: who sends, how time passes, when the phone answers |

pub mod client;
pub mod random;
pub mod referee;
pub mod wire;
pub mod world;

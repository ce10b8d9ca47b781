//! Admins through the real router: who may do what, invitations, accounts, signing in.

#![allow(clippy::unwrap_used, reason = "a panic in a helper is the failure we want to see, too")]

mod account;
mod guessing;
mod invitations;
mod managing;
mod matrix;
mod passkeys;
mod required;
mod two_step;

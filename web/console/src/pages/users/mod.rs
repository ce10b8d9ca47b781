//! Users and their security keys.

pub mod activation;
mod activity;
mod block;
pub mod bulk;
pub mod draft;
pub mod filters;
pub mod group_picker;
pub mod import;
mod info;
pub mod key_card;
pub mod key_steps;
pub mod list;
mod memberships;
pub mod new;
pub mod new_key;
pub mod show;
pub mod view;
pub mod wizard;

//! Users and their security keys.

pub mod activation;
pub mod draft;
pub mod group_picker;
pub mod key_card;
pub mod key_steps;
pub mod list;
pub mod new;
pub mod new_key;
pub mod show;
pub mod wizard;

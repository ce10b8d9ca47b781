//! Every word the console says, in every language, a file for each part of it.

mod admins;
mod integrations;
mod keys;
mod logs;
mod mail;
mod people;
mod shared;
mod shell;
mod workflows;

pub use admins::*;
pub use integrations::*;
pub use keys::*;
pub use logs::*;
pub use mail::*;
pub use people::*;
pub use shared::*;
pub use shell::*;
pub use workflows::*;

pub use pocketkey_kit::chart::number;

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(pocketkey_kit::chart::number(number), text);
        }
    }
}

//! The virtual security key: what browsers and FIDO tools of a computer see, answered for by a phone.
//!
//! | module | subject |
//! |---|---|
//! | [`hid`] | CTAPHID, sans-IO; also compiles for the browser, without the feature `native` (on by default) |
//! | `uhid` | a HID device of the Linux kernel's making, and what to do where it cannot be made |
//! | `key` | reports in, requests to whoever answers them, replies and keep-alives out |
//! | `u2f` | U2F clients, which ask again and again until the person has answered |
//! | `fail` | which CTAP status a request ends with when the phone does not answer, and what people are told |
//! | `computer` | the computer's side of pairing and of requests, over the relay |
//! | `pairing_tool` | `pocketkey pair`: the QR on the terminal and on a local page, the state line |
//! | `udev` | `pocketkey udev`: what lets ordinary users plug a key in and use it |
//! | `machine` | what this machine says of itself |

pub mod hid;

#[cfg(feature = "native")]
pub mod computer;
#[cfg(feature = "native")]
pub mod fail;
#[cfg(feature = "native")]
pub mod key;
#[cfg(feature = "native")]
pub mod machine;
#[cfg(feature = "native")]
pub mod pairing_tool;
#[cfg(feature = "native")]
mod u2f;
#[cfg(feature = "native")]
pub mod udev;
#[cfg(feature = "native")]
pub mod uhid;

#[cfg(feature = "native")]
pub use computer::{Computer, ComputerOptions, KeepState, View};

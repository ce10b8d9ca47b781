//! The console in parts: pages that a browser fetches once somebody goes there. Pages of one part name the same module.
//!
//! scripts/build-web.sh cuts the program here: what only one part needs is in that part's file, what several need in a
//! file they share. Everything else comes with the first load: a page drawn by `crate::app` itself would.

#![allow(unsafe_code, reason = "a part's functions are linked when they are called; the attribute writes that")]

use leptos::{prelude::*, wasm_split::{SplitLoaderError as Missing, wasm_split}};
use pocketkey_api::{GroupId, MailId, UserId};

use crate::pages::{computers, groups, inbox, setup, sign_in, users};

type Page = Result<AnyView, Missing>;

#[wasm_split(welcome, wasm_split_path = leptos::wasm_split, fallible)]
pub fn set_up() -> Page {
    Ok(view! { <setup::SetupPage/> }.into_any())
}

#[wasm_split(welcome, wasm_split_path = leptos::wasm_split, fallible)]
pub fn sign_in() -> Page {
    Ok(view! { <sign_in::SignInPage/> }.into_any())
}

#[wasm_split(users, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_users))]
pub fn user_list() -> Page {
    Ok(view! { <users::list::UserList/> }.into_any())
}

#[wasm_split(user, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_user))]
pub fn user(id: UserId) -> Page {
    Ok(view! { <users::show::UserPage id/> }.into_any())
}

#[wasm_split(new_user, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_new_user))]
pub fn new_user() -> Page {
    Ok(view! { <users::new::NewUserPage/> }.into_any())
}

#[wasm_split(new_user, wasm_split_path = leptos::wasm_split, fallible)]
pub fn new_key(user_id: UserId) -> Page {
    Ok(view! { <users::new_key::NewKeyPage user_id/> }.into_any())
}

#[wasm_split(new_user, wasm_split_path = leptos::wasm_split, fallible)]
pub fn import_users() -> Page {
    Ok(view! { <users::import::ImportPage/> }.into_any())
}

#[wasm_split(groups, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_groups))]
pub fn group_list() -> Page {
    Ok(view! { <groups::list::GroupList/> }.into_any())
}

#[wasm_split(groups, wasm_split_path = leptos::wasm_split, fallible)]
pub fn group(id: GroupId) -> Page {
    Ok(view! { <groups::show::GroupPage id/> }.into_any())
}

#[wasm_split(computers, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_computers))]
pub fn computers() -> Page {
    Ok(view! { <computers::ComputerList/> }.into_any())
}

#[wasm_split(inbox, wasm_split_path = leptos::wasm_split, fallible, preload(fetch_inbox))]
pub fn mail_list() -> Page {
    Ok(view! { <inbox::list::MailList/> }.into_any())
}

#[wasm_split(inbox, wasm_split_path = leptos::wasm_split, fallible)]
pub fn mail(id: MailId) -> Page {
    Ok(view! { <inbox::show::MailPage id/> }.into_any())
}

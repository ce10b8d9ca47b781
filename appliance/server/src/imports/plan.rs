//! What a row comes to: the same decision for a check, which changes nothing, and for the import itself.

use std::{
    collections::{HashMap, hash_map::RandomState},
    hash::BuildHasher,
};

use pocketkey_api::{
    GroupId, UserId,
    import::{ImportField, MatchBy},
    problem::FieldProblem,
    user::{NewUser, User},
};

use super::{ImportOptions, Person, model::match_field};
use crate::{
    db::{Connection, DbError},
    groups,
    users::{self, store},
    validate::{self, Fields},
};

/// What is to be done with a row.
#[derive(Debug)]
pub enum Plan {
    /// A user is added to these groups and those still to be made.
    Create(NewUser, Vec<String>),
    /// A user is changed, and added to groups; never taken out of one.
    Update(UserId, NewUser, Vec<String>),
    /// There is nothing to do.
    Unchanged,
    /// It cannot be done.
    Problems(Vec<FieldProblem>),
}

/// What must not be twice in a file, and where it was: hashes, as a file may be long.
#[derive(Debug, Default)]
pub struct Seen {
    hasher: RandomState,
    lines: HashMap<u64, u32>,
}

impl Seen {
    /// The earlier line that has the same value in this field.
    fn before(&mut self, field: &str, value: &str, line: u32) -> Option<u32> {
        self.lines.insert(self.hasher.hash_one((field, value)), line)
    }
}

/// Decides what a row comes to.
pub fn plan(
    conn: &Connection,
    person: Person,
    options: &ImportOptions,
    seen: &mut Seen,
    now: i64,
) -> Result<Plan, DbError> {
    if person.is_blank() {
        return Ok(Plan::Unchanged);
    }
    let mut fields = Fields::default();
    let unique = [
        (ImportField::Username, person.username.as_deref().map(validate::key)),
        (ImportField::Email, person.email.as_deref().map(validate::key)),
        (ImportField::ExternalId, person.external_id.clone()),
    ];
    for (field, value) in &unique {
        let Some(value) = value else { continue };
        if let Some(before) = seen.before(field.key(), value, person.line) {
            fields.wrong(field.key(), format!("Line {before} has this already."));
        }
    }
    let by = match_field(options.match_by);
    let wanted = unique.iter().find(|(field, _)| *field == by).and_then(|(_, value)| value.clone());
    let Some(wanted) = wanted else {
        fields.wrong(by.key(), "Fill this in: it tells who the row is about.");
        return Ok(problems(fields));
    };
    let column = match options.match_by {
        MatchBy::Username => "username_key",
        MatchBy::Email => "email_key",
        MatchBy::ExternalId => "external_id",
    };
    let user = store::find_by(conn, column, &wanted, now)?;
    if user.is_some() && !options.update {
        return Ok(if fields.is_empty() { Plan::Unchanged } else { problems(fields) });
    }
    let (groups, to_make) = resolve(conn, person.groups.as_deref(), options, &mut fields)?;
    let new = match users::check(merged(person, user.as_ref(), groups)) {
        Ok(new) => new,
        Err(wrong) => {
            wrong.into_iter().for_each(|wrong| fields.wrong(&wrong.field, wrong.message));
            return Ok(problems(fields));
        }
    };
    for field in store::taken(conn, &new, user.as_ref().map(|user| &user.id))? {
        fields.wrong(field, "Another user has this already.");
    }
    if !fields.is_empty() {
        return Ok(problems(fields));
    }
    Ok(match user {
        None => Plan::Create(new, to_make),
        Some(user) if to_make.is_empty() && is_same(&user, &new) => Plan::Unchanged,
        Some(user) => Plan::Update(user.id, new, to_make),
    })
}

fn problems(fields: Fields) -> Plan {
    Plan::Problems(fields.finish().err().unwrap_or_default())
}

/// The user as the row wants them: what it does not say stays.
fn merged(person: Person, user: Option<&User>, groups: Vec<GroupId>) -> NewUser {
    let or = |said: Option<String>, stays: fn(&User) -> &String| {
        said.or_else(|| user.map(|user| stays(user).clone())).unwrap_or_default()
    };
    NewUser {
        external_id: or(person.external_id, |user| &user.external_id),
        username: or(person.username, |user| &user.username),
        name: or(person.name, |user| &user.name),
        email: or(person.email, |user| &user.email),
        groups,
    }
}

fn is_same(user: &User, new: &NewUser) -> bool {
    let has = |id: &GroupId| user.groups.iter().any(|group| group.id == *id);
    user.external_id == new.external_id
        && user.username == new.username
        && user.name == new.name
        && user.email == new.email
        && new.groups.iter().all(has)
}

/// The groups named in a cell: those there are, and the names of those to be made.
fn resolve(
    conn: &Connection,
    cell: Option<&str>,
    options: &ImportOptions,
    fields: &mut Fields,
) -> Result<(Vec<GroupId>, Vec<String>), DbError> {
    let (mut ids, mut to_make) = (Vec::new(), Vec::new());
    for part in cell.unwrap_or_default().split('|') {
        // A group may well have a semicolon in its name.
        let whole = groups::store::named(conn, part.trim())?;
        if let Some(id) = whole {
            ids.push(id);
            continue;
        }
        for name in part.split(';').map(str::trim).filter(|name| !name.is_empty()) {
            match groups::store::named(conn, name)? {
                Some(id) => ids.push(id),
                None if options.create_groups => to_make.push(fields.line("groups", name, 100)),
                None => fields.wrong("groups", format!("There is no group “{name}”.")),
            }
        }
    }
    Ok((ids, to_make))
}

//! Importing: chunk by chunk, so that neither memory nor other people's requests feel the size of the file.

use pocketkey_api::{
    GroupId, UserId,
    audit::Action,
    event::Event,
    group::Group,
    import::ImportField,
    job::{Job, JobKind, JobProblem, Outcome},
    problem::FieldProblem,
    user::NewUser,
};
use serde_json::{Value, json};

use super::{
    ImportError, ImportOptions, Person, Row, Table,
    plan::{Plan, Seen, plan},
};
use crate::{
    App,
    audit::{self, Actor, Target},
    db::{Connection, DbError},
    groups,
    jobs::JobHandle,
    secret,
    users::{as_created, difference, store},
    workflows,
};

/// So many rows share a transaction.
const CHUNK: usize = 1000;

/// Begins to import `table`, or to check it; the job goes on by itself.
///
/// # Errors
/// [`ImportError::Columns`].
pub fn begin(app: &App, table: Table, options: ImportOptions, by: &Actor) -> Result<Job, ImportError> {
    let mapping = options.mapping()?;
    if mapping.len() > table.width() {
        let message = format!("The file has {} columns, not {}.", table.width(), mapping.len());
        return Err(ImportError::Columns(crate::validate::one("columns", message)));
    }
    let kind = if options.dry_run { JobKind::ImportCheck } else { JobKind::Import };
    let job = app.jobs().begin(app, kind, table.len() as usize);
    let begun = job.show();
    let (app, by) = (app.clone(), by.clone());
    tokio::spawn(async move {
        let each = by.clone().by_job(&job.show().id);
        let work = run(&app, &job, &table, &mapping, &options, &each);
        if options.dry_run {
            job.end(work.await);
        } else {
            let detail = json!({
                "columns": options.columns,
                "match_by": options.match_by,
                "update": options.update,
                "create_groups": options.create_groups,
            });
            job.run(&app, &by, detail, work).await;
            app.events().send(Event::Groups);
            app.events().send(Event::Users);
        }
    });
    Ok(begun)
}

async fn run(
    app: &App,
    job: &JobHandle,
    table: &Table,
    mapping: &[Option<ImportField>],
    options: &ImportOptions,
    by: &Actor,
) -> Result<(), DbError> {
    let (now, width) = (app.now(), table.width());
    let mut seen = Seen::default();
    let mut rows = table.rows();
    loop {
        let chunk: Vec<Row> = rows.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        let people: Vec<_> = chunk.into_iter().map(|row| Person::of(row, mapping, width)).collect();
        let (dry_run, options, by) = (options.dry_run, options.clone(), by.clone());
        let work = move |conn: &Connection| -> Result<(Report, Seen), DbError> {
            let mut report = Report::default();
            for person in people {
                report.row(conn, person, &options, &mut seen, (now, width), &by)?;
            }
            Ok((report, seen))
        };
        let (report, seen_so_far) =
            if dry_run { app.db().read(work).await? } else { app.db().write(move |tx| work(tx)).await? };
        seen = seen_so_far;
        job.add(report.outcome, report.problems);
    }
}

/// What came of a chunk.
#[derive(Default)]
struct Report {
    outcome: Outcome,
    problems: Vec<JobProblem>,
}

impl Report {
    fn row(
        &mut self,
        conn: &Connection,
        person: Result<Person, (u32, usize)>,
        options: &ImportOptions,
        seen: &mut Seen,
        (now, width): (i64, usize),
        by: &Actor,
    ) -> Result<(), DbError> {
        let person = match person {
            Ok(person) => person,
            Err((line, cells)) => {
                let message = format!("This row has {cells} columns; the headings have {width}.");
                self.failed(line, String::new(), crate::validate::one("row", message));
                return Ok(());
            }
        };
        let (line, about) = (person.line, about(&person));
        let dry_run = options.dry_run;
        match plan(conn, person, options, seen, now)? {
            Plan::Unchanged => self.outcome.unchanged += 1,
            Plan::Problems(fields) => self.failed(line, about, fields),
            Plan::Create(new, to_make) => {
                self.outcome.created += 1;
                if !dry_run {
                    let id = UserId(secret::new_id());
                    store::insert(conn, &id, &new, now)?;
                    join(conn, &id, &new, to_make, now, by)?;
                    if let Some(user) = store::find(conn, &id, now)? {
                        let detail = as_created(&user);
                        audit::record(
                            conn,
                            now,
                            by,
                            Action::UserCreated,
                            Target::new(&id.0, &user.name),
                            &detail,
                        )?;
                    }
                    workflows::service::imported(conn, &id)?;
                }
            }
            Plan::Update(id, new, to_make) => {
                self.outcome.changed += 1;
                if !dry_run {
                    let before = store::find(conn, &id, now)?;
                    store::update(conn, &id, &new)?;
                    join(conn, &id, &new, to_make, now, by)?;
                    if let Some((before, after)) = before.zip(store::find(conn, &id, now)?) {
                        let detail = difference(&before, &after);
                        audit::record(
                            conn,
                            now,
                            by,
                            Action::UserChanged,
                            Target::new(&id.0, &before.name),
                            &detail,
                        )?;
                    }
                }
            }
        }
        Ok(())
    }

    fn failed(&mut self, line: u32, about: String, fields: Vec<FieldProblem>) {
        self.outcome.failed += 1;
        self.problems.extend(fields.into_iter().map(|wrong| JobProblem {
            line: Some(line),
            user_id: None,
            about: about.clone(),
            field: Some(wrong.field),
            message: wrong.message,
        }));
    }
}

/// What people know a row by.
fn about(person: &Person) -> String {
    [&person.username, &person.email, &person.name, &person.external_id]
        .into_iter()
        .flatten()
        .next()
        .cloned()
        .unwrap_or_default()
}

/// Adds a user to the groups there are, and to those that are made now.
fn join(
    conn: &Connection,
    id: &UserId,
    new: &NewUser,
    to_make: Vec<String>,
    now: i64,
    by: &Actor,
) -> Result<(), DbError> {
    let mut groups = new.groups.clone();
    for name in to_make {
        // The row before may have wanted the same one.
        let id = match groups::store::named(conn, &name)? {
            Some(id) => id,
            None => {
                let group = Group { id: GroupId(secret::new_id()), name };
                groups::store::insert(conn, &group)?;
                let target = Target::new(&group.id.0, &group.name);
                audit::record(conn, now, by, Action::GroupCreated, target, &Value::Null)?;
                group.id
            }
        };
        groups.push(id);
    }
    for group in groups {
        groups::store::join(conn, &id.0, &group)?;
    }
    Ok(())
}

//! Users from CSV and to CSV.

use axum::http::Method;
use pocketkey_api::{
    Page,
    group::{GroupSummary, NewGroup},
    import::{ImportField, ImportPreview},
    job::{Job, JobKind, JobState, Outcome},
    user::{User, UserDetail},
};
use pocketkey_tests_api::{Answer, Appliance, Client};

use crate::people::finished;

const COLUMNS: &str = "columns=username,given_name,family_name,email,external_id,groups";
const HEADINGS: &str = "login;First name;Last name;Mail;Personnel number;Teams;Shoe size\n";

async fn upload(admin: &mut Client, path: &str, file: &str) -> Answer {
    admin.send(Method::POST, path, Some("text/csv"), file.to_owned()).await
}

async fn import(admin: &mut Client, options: &str, file: &str) -> Job {
    let job: Job =
        upload(admin, &format!("/api/v1/imports?{COLUMNS}{options}"), file).await.expect(202).json();
    finished(admin, &job).await
}

async fn users(admin: &mut Client) -> Vec<User> {
    admin.get("/api/v1/users").await.expect(200).json::<Page<User>>().items
}

/// Line, field and message of each problem.
fn problems(job: &Job) -> Vec<(u32, &str, &str)> {
    job.problems
        .iter()
        .map(|it| (it.line.unwrap_or(0), it.field.as_deref().unwrap_or_default(), &*it.message))
        .collect()
}

#[tokio::test]
async fn a_file_is_looked_into() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let file = format!("\u{feff}{HEADINGS}ada;Ada;Lovelace;ada@example.org;1;\"A|B\";38\n");
    let preview: ImportPreview =
        upload(&mut admin, "/api/v1/imports/preview", &file).await.expect(200).json();
    use ImportField::*;
    assert_eq!(
        preview.suggested,
        [
            Some(Username),
            Some(GivenName),
            Some(FamilyName),
            Some(Email),
            Some(ExternalId),
            Some(Groups),
            None
        ]
    );
    assert_eq!((preview.rows, &*preview.delimiter, &*preview.columns[0]), (1, ";", "login"));
    assert_eq!(preview.sample, [["ada", "Ada", "Lovelace", "ada@example.org", "1", "A|B", "38"]]);

    for path in ["/api/v1/imports/preview".to_owned(), format!("/api/v1/imports?{COLUMNS}")] {
        upload(&mut admin, &path, "").await.expect_problem(422, "empty_file");
        let latin = admin.send(Method::POST, &path, Some("text/csv"), &b"name\nJ\xfcrgen\n"[..]).await;
        assert!(latin.expect_problem(422, "not_utf8").detail.unwrap().contains("Line 2"));
        let wide = "a,".repeat(500);
        upload(&mut admin, &path, &wide).await.expect_problem(422, "too_many_columns");
        let large = "x".repeat(33 * 1024 * 1024);
        upload(&mut admin, &path, &large).await.expect_problem(413, "too_large");
    }
}

#[tokio::test]
async fn columns_have_to_make_sense() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    for (query, word) in [
        ("columns=username,shoe", "shoe"),
        ("columns=email,email", "two columns"),
        ("columns=name", "username"),
        ("columns=username&match_by=email", "email"),
        ("columns=username,,,name", "2 columns"),
    ] {
        let answer = upload(&mut admin, &format!("/api/v1/imports?{query}"), "a,b\n1,2\n").await;
        let problem = answer.expect_problem(422, "invalid_fields");
        assert_eq!(problem.fields[0].field, "columns");
        assert!(problem.fields[0].message.contains(word), "{problem:?}");
    }
    for malformed in ["", "columns=username&match_by=shoe", "columns=username&dry_run=perhaps"] {
        let answer = upload(&mut admin, &format!("/api/v1/imports?{malformed}"), "a\n1\n").await;
        answer.expect_problem(400, "malformed_query");
    }
}

#[tokio::test]
async fn a_check_says_what_the_import_then_does() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    admin.add_user("ada").await;
    admin.add_user("bob").await;
    admin.post("/api/v1/groups", &NewGroup { name: "R;D".into() }).await.expect(201);
    admin.post("/api/v1/groups", &NewGroup { name: "Board".into() }).await.expect(201);
    let file = format!(
        "{HEADINGS}ada;Ada;King;;7;R;D|board;\n\
         bob;;;;;;\n\
         \n\
         eve;Eve;Moneypenny;eve@example.org;;\"R;D|Board; board\";41\n\
         ;;;;;;\n\
         ivy;Ivy;;no address;;;\n\
         EVE;Eve;Again;eve2@example.org;;;\n\
         joe;Joe;J;bob@example.org;;;\n\
         ;Nobody;;x@example.org;;;\n\
         kim;Kim;K;kim@example.org;;Nowhere;\n\
         short;row\n"
    )
    // The first row's groups hold the separator and have to be quoted.
    .replace("R;D|board", "\"R;D|board\"");
    let expected = Outcome { created: 1, changed: 1, unchanged: 2, failed: 6 };

    let checked = import(&mut admin, "&dry_run=true", &file).await;
    assert_eq!((checked.kind, checked.state), (JobKind::ImportCheck, JobState::Done));
    assert_eq!((checked.outcome, checked.total), (expected, 10));
    assert_eq!(
        problems(&checked),
        [
            (7, "email", "This is not an e-mail address."),
            (8, "username", "Line 5 has this already."),
            (9, "email", "Another user has this already."),
            (10, "username", "Fill this in: it tells who the row is about."),
            (11, "groups", "There is no group “Nowhere”."),
            (12, "row", "This row has 2 columns; the headings have 7."),
        ]
    );
    assert_eq!(checked.problems[0].about, "ivy");
    assert_eq!(users(&mut admin).await.len(), 2, "a check changes nothing");

    let imported = import(&mut admin, "", &file).await;
    assert_eq!((imported.kind, imported.outcome), (JobKind::Import, expected));
    assert_eq!(imported.problems, checked.problems);
    let all = users(&mut admin).await;
    let seen: Vec<_> = all
        .iter()
        .map(|user| (&*user.username, &*user.name, &*user.email, &*user.external_id, user.groups.len()))
        .collect();
    assert_eq!(
        seen,
        [
            ("ada", "Ada King", "ada@example.org", "7", 2),
            ("bob", "bob Lovelace", "bob@example.org", "", 0),
            ("eve", "Eve Moneypenny", "eve@example.org", "", 2),
        ]
    );
    let again = import(&mut admin, "", &file).await;
    assert_eq!(again.outcome, Outcome { created: 0, changed: 0, unchanged: 4, failed: 6 });
}

#[tokio::test]
async fn existing_users_are_left_alone_or_found_by_something_else_and_groups_made_if_wanted() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let ada = admin.add_user("ada").await;
    let file = "login,f,l,mail,id,teams\nada,New,Name,,,Fresh\neve,Eve,E,eve@example.org,9,Fresh|Other\n";
    let left = import(&mut admin, "&update=false&create_groups=true", file).await;
    assert_eq!(left.outcome, Outcome { created: 1, unchanged: 1, ..Outcome::default() });
    let groups: Vec<GroupSummary> = admin.get("/api/v1/groups").await.json();
    let counts: Vec<_> = groups.iter().map(|group| (&*group.name, group.member_count)).collect();
    assert_eq!(counts, [("Fresh", 1), ("Other", 1)]);

    // By user ID, the username itself can change.
    let moved = import(&mut admin, "&match_by=external_id", "a,b,c,d,e,f\neva,,,,9,\n").await;
    assert_eq!(moved.outcome, Outcome { changed: 1, ..Outcome::default() });
    let moved = import(&mut admin, "&match_by=email", "a,b,c,d,e,f\nada2,,,ADA@example.org,,\n").await;
    assert_eq!(moved.outcome, Outcome { changed: 1, ..Outcome::default() });
    let names: Vec<_> = users(&mut admin).await.into_iter().map(|user| user.username).collect();
    assert_eq!(names, ["ada2", "eva"]);
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{}", ada.id)).await.json();
    assert_eq!(detail.user.email, "ADA@example.org", "as the file writes it");
}

#[tokio::test]
async fn what_is_exported_can_be_imported() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let file = "username,name,email,groups\n=1+1,\"Doe, Jane \"\"JD\"\"\",jane@example.org,A|B\nada,Ada,ada@example.org,\n";
    let options = "columns=username,name,email,groups&create_groups=true";
    let job: Job = upload(&mut admin, &format!("/api/v1/imports?{options}"), file).await.expect(202).json();
    assert_eq!(finished(&mut admin, &job).await.outcome.created, 2);

    let export = admin.get("/api/v1/exports/users.csv").await.expect(200);
    assert_eq!(export.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(export.header("content-disposition"), "attachment; filename=\"users.csv\"");
    assert_eq!(
        export.text(),
        "User ID,Username,Name,E-mail,Groups,Status,Keys\r\n\
         ,'=1+1,\"Doe, Jane \"\"JD\"\"\",jane@example.org,A|B,not invited,0\r\n\
         ,ada,Ada,ada@example.org,,not invited,0\r\n"
    );
    let some = admin.get("/api/v1/exports/users.csv?search=jane").await.expect(200);
    assert_eq!(some.text().lines().count(), 2);

    let preview: ImportPreview =
        upload(&mut admin, "/api/v1/imports/preview", &export.text()).await.expect(200).json();
    let columns: Vec<_> =
        preview.suggested.iter().map(|field| field.map_or("", |field| field.key())).collect();
    let path = format!("/api/v1/imports?columns={}", columns.join(","));
    let job: Job = upload(&mut admin, &path, &export.text()).await.expect(202).json();
    let outcome = finished(&mut admin, &job).await.outcome;
    assert_eq!(outcome, Outcome { unchanged: 2, ..Outcome::default() });
}

#[tokio::test]
async fn a_long_file_is_imported_chunk_by_chunk_and_exported_page_by_page() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let mut file = String::from("username,name,email\n");
    for number in 0..1700 {
        file += &format!("user{number:04},Person {number},user{number}@example.org\n");
    }
    // In another chunk than the one it repeats.
    file += "user0003,Again,again@example.org\n";
    let path = "/api/v1/imports?columns=username,name,email";
    let job: Job = upload(&mut admin, path, &file).await.expect(202).json();
    assert_eq!((job.total, job.state), (1701, JobState::Running));
    let job = finished(&mut admin, &job).await;
    assert_eq!(job.outcome, Outcome { created: 1700, failed: 1, ..Outcome::default() });
    assert_eq!(problems(&job), [(1702, "username", "Line 5 has this already.")]);
    let export = admin.get("/api/v1/exports/users.csv").await.expect(200).text();
    assert_eq!(export.lines().count(), 1701);
    assert!(export.contains("user1699,Person 1699,user1699@example.org"));
}

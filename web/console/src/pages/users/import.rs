//! Importing users from a CSV file (A10): choose it, say what its columns are, check, import.

use leptos::{html, prelude::*};
use pocketkey_api::{
    JobId,
    import::{ImportField, ImportPreview, MatchBy},
    job::{Job, JobKind, JobState},
};
use pocketkey_kit::{api, prelude::*};
use web_sys::File;

use crate::{
    pages::job::{JobProblems, JobProgress, use_job},
    strings,
};

const CSV: &str = "text/csv";

/// What is asked of the person. Copies are handles to the same.
#[derive(Clone, Copy)]
struct Draft {
    file: StoredValue<Option<File>, LocalStorage>,
    name: RwSignal<String>,
    preview: RwSignal<Option<ImportPreview>>,
    columns: RwSignal<Vec<Option<ImportField>>>,
    match_by: RwSignal<MatchBy>,
    update: RwSignal<bool>,
    create_groups: RwSignal<bool>,
    /// The check or the import that was begun last.
    job: RwSignal<Option<JobId>>,
    form: FormState,
}

impl Draft {
    fn new() -> Self {
        Self {
            file: StoredValue::new_local(None),
            name: RwSignal::new(String::new()),
            preview: RwSignal::new(None),
            columns: RwSignal::new(Vec::new()),
            match_by: RwSignal::new(MatchBy::Username),
            update: RwSignal::new(true),
            create_groups: RwSignal::new(false),
            job: RwSignal::new(None),
            form: FormState::new(),
        }
    }

    /// Sends a file to be looked into.
    fn look_into(self, file: File) {
        self.job.set(None);
        self.preview.set(None);
        self.name.set(file.name());
        self.file.set_value(Some(file.clone()));
        let request = async move { api::post_file("/api/v1/imports/preview", CSV, &file).await };
        self.form.send(request, move |preview: ImportPreview| {
            self.columns.set(preview.suggested.clone());
            let has = |field| preview.suggested.contains(&Some(field));
            self.match_by.set(match () {
                () if has(ImportField::Username) || !has(ImportField::Email) => MatchBy::Username,
                () => MatchBy::Email,
            });
            self.preview.set(Some(preview));
        });
    }

    /// Begins a check, or the import.
    fn send(self, dry_run: bool) {
        let Some(file) = self.file.get_value() else { return };
        let columns = self.columns.with_untracked(|columns| {
            columns.iter().map(|field| field.map_or("", ImportField::key)).collect::<Vec<_>>().join(",")
        });
        let match_by = match self.match_by.get_untracked() {
            MatchBy::Username => "username",
            MatchBy::Email => "email",
            MatchBy::ExternalId => "external_id",
        };
        let (update, create_groups) = (self.update.get_untracked(), self.create_groups.get_untracked());
        let path = format!(
            "/api/v1/imports?columns={columns}&match_by={match_by}&update={update}&create_groups={create_groups}&dry_run={dry_run}"
        );
        self.job.set(None);
        self.form.send(async move { api::post_file::<Job>(&path, CSV, &file).await }, move |job| {
            self.job.set(Some(job.id));
        });
    }
}

/// The page.
#[component]
pub fn ImportPage() -> impl IntoView {
    let draft = Draft::new();
    // What was checked is not what would be imported any more.
    Effect::new(move |_| {
        draft.columns.track();
        draft.match_by.track();
        draft.update.track();
        draft.create_groups.track();
        draft.job.set(None);
    });
    let steps = move || draft.preview.get().map(|preview| view! { <Mapping draft preview/> });
    let job = move || draft.job.get().map(|id| view! { <Result draft id/> });
    view! {
        <PageHeader
            title=strings::import_users()
            text=strings::import_text()
            back=("/users".to_owned(), strings::users_label().to_owned())
        />
        <div class="space-y-4">
            <ChooseFile draft/>
            {move || {
                // What is wrong with the columns stands there as well as anywhere.
                draft.form.problem().get().map(|problem| {
                    let detail = problem.fields.first().map(|field| field.message.clone());
                    let problem = pocketkey_api::Problem { detail: detail.or(problem.detail.clone()), ..problem };
                    view! { <ProblemNote problem/> }
                })
            }}
            {steps}
            {job}
        </div>
    }
}

#[component]
fn ChooseFile(draft: Draft) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        let file = input.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0));
        if let Some(file) = file {
            draft.look_into(file);
        }
        // The same file, corrected, can be chosen again.
        if let Some(input) = input.get_untracked() {
            input.set_value("");
        }
    };
    let dropped = move |event: leptos::ev::DragEvent| {
        event.prevent_default();
        let file = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0));
        if let Some(file) = file {
            draft.look_into(file);
        }
    };
    let label = move || match draft.name.with(String::is_empty) {
        true => strings::choose_file().to_owned(),
        false => strings::choose_another_file().to_owned(),
    };
    let what = move || {
        draft.preview.with(|preview| {
            preview
                .as_ref()
                .map_or_else(|| strings::drop_file().to_owned(), |preview| strings::rows(preview.rows))
        })
    };
    view! {
        <div
            class="card flex flex-wrap items-center gap-x-5 gap-y-3 p-5"
            on:dragover=|event| event.prevent_default()
            on:drop=dropped
        >
            <label class="btn btn-secondary has-focus-visible:outline-2 has-focus-visible:outline-offset-2">
                <Icon kind=IconKind::Upload/>
                {label}
                <input
                    node_ref=input
                    class="sr-only"
                    type="file"
                    accept=".csv,text/csv,text/plain"
                    data-testid="file"
                    on:change=chosen
                />
            </label>
            <p class="min-w-0 grow text-sm" role="status">
                <span class="block font-medium break-words">{move || draft.name.get()}</span>
                <span class="text-muted" data-testid="file-rows">
                    {move || if draft.form.busy().get() { strings::reading().to_owned() } else { what() }}
                </span>
            </p>
        </div>
    }
}

/// What each column is, beside what is in it, and how to go about it.
#[component]
fn Mapping(draft: Draft, preview: ImportPreview) -> impl IntoView {
    let ImportPreview { columns, sample, .. } = preview;
    let row = move |(index, heading): (usize, String)| {
        let example: Vec<_> =
            sample.iter().filter_map(|row| row.get(index)).filter(|cell| !cell.is_empty()).cloned().collect();
        let now = move || draft.columns.with(|columns| columns.get(index).copied().flatten());
        let choose = move |event| {
            let field = ImportField::of(&event_target_value(&event));
            draft.columns.update(|columns| {
                // A field belongs to one column.
                columns.iter_mut().filter(|it| it.is_some() && **it == field).for_each(|it| *it = None);
                if let Some(column) = columns.get_mut(index) {
                    *column = field;
                }
            });
        };
        let option = move |field: ImportField| {
            view! {
                <option value=field.key() selected=move || now() == Some(field)>
                    {strings::field(field.key())}
                </option>
            }
        };
        view! {
            <tr data-testid="import-column">
                <td class="font-medium break-words">{heading.clone()}</td>
                <td class="w-px">
                    <select
                        class="input w-40!"
                        aria-label=strings::column_is(&heading)
                        data-testid="import-field"
                        on:change=choose
                    >
                        <option value="" selected=move || now().is_none()>{strings::leave_out()}</option>
                        {ImportField::ALL.map(option).collect_view()}
                    </select>
                </td>
                <td class="hidden max-w-0 w-1/2 truncate text-muted sm:table-cell">{example.join(" · ")}</td>
            </tr>
        }
    };
    let heads = vec![
        Column::new(strings::column(), ""),
        Column::new(strings::import_as(), ""),
        Column::new(strings::examples(), "hidden sm:table-cell"),
    ];
    let matches = vec![
        Choice { value: MatchBy::Username, key: "username", label: strings::username(), hint: "" },
        Choice { value: MatchBy::Email, key: "email", label: strings::email(), hint: "" },
        Choice { value: MatchBy::ExternalId, key: "external_id", label: strings::user_id(), hint: "" },
    ];
    view! {
        <div class="card overflow-hidden">
            <Table caption=strings::columns() columns=heads test_id="import-columns">
                {columns.into_iter().enumerate().map(row).collect_view()}
            </Table>
        </div>
        <div class="card space-y-4 p-5">
            <Select
                name="match_by"
                label=strings::match_by()
                hint=strings::match_by_hint()
                options=matches
                value=draft.match_by
            />
            <Switch name="update" label=strings::update_users() hint=strings::update_users_hint() value=draft.update/>
            <Switch
                name="create_groups"
                label=strings::create_groups()
                hint=strings::create_groups_hint()
                value=draft.create_groups
            />
            <div class="flex flex-wrap justify-end gap-2">
                <Button
                    label=strings::check_import()
                    icon=IconKind::Check
                    kind=ButtonKind::Primary
                    loading=draft.form.busy()
                    on_click=move || draft.send(true)
                    test_id="check-import"
                />
            </div>
        </div>
    }
}

/// What a check found, with the button that imports; or what the import did.
#[component]
fn Result(draft: Draft, id: JobId) -> impl IntoView {
    let job = use_job(id);
    let draw = move |job: Job| {
        let over = job.state != JobState::Running;
        let good = job.outcome.created + job.outcome.changed;
        let next = match (job.kind, over) {
            (JobKind::ImportCheck, true) if good > 0 => view! {
                <Button
                    label=strings::import_rows(good)
                    icon=IconKind::Upload
                    kind=ButtonKind::Primary
                    loading=draft.form.busy()
                    on_click=move || draft.send(false)
                    test_id="start-import"
                />
            }
            .into_any(),
            (JobKind::Import, true) => {
                view! { <LinkButton label=strings::to_users() href="/users" test_id="to-users"/> }.into_any()
            }
            _ => ().into_any(),
        };
        let test_id = if job.kind == JobKind::Import { "imported" } else { "checked" };
        view! {
            <div class="flex flex-wrap items-center gap-x-4 gap-y-3 p-5" data-testid=over.then_some(test_id)>
                <div class="min-w-0 grow basis-60"><JobProgress job=job.clone()/></div>
                {next}
            </div>
            <JobProblems job/>
        }
        .into_any()
    };
    view! { <div class="card overflow-hidden" data-testid="import-result">{job.show(draw)}</div> }
}

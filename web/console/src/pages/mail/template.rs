//! What one kind of mail says: the editor, and how it will look.

use std::time::Duration;

use leptos::prelude::*;
use pocketkey_api::{
    Problem,
    mail::{MailTemplate, MailTrial, Placeholder, SendPreview, TemplatePreview, TemplateText},
};
use pocketkey_kit::{api, dom, prelude::*};

use super::trial::Trial;
use crate::{session::own_email, strings};

/// A preview is made when typing has paused this long.
const PAUSE: Duration = Duration::from_millis(400);

/// The parts of a template: field and id.
const PARTS: [&str; 3] = ["field-subject", "field-html", "field-text"];

/// The page.
#[component]
pub fn TemplatePage(name: String) -> impl IntoView {
    let path = StoredValue::new(format!("/api/v1/settings/templates/{name}"));
    let template = load(move || async move { api::get::<MailTemplate>(&path.get_value()).await });
    let title = move || template.with(|template| template.title.clone()).unwrap_or_default();
    let drawn = Memo::new(move |_| template.with(|_| ()).is_some());
    let editor = move || {
        if drawn.get() {
            let first = template.with_untracked(Clone::clone);
            first.map(|first| view! { <Editor first template path/> }.into_any())
        } else {
            Some(view! { <div class="card">{template.show(|_| ().into_any())}</div> }.into_any())
        }
    };
    view! {
        <PageHeader
            title=Signal::derive(title)
            back=("/settings/templates".to_owned(), strings::templates().to_owned())
        />
        {editor}
    }
}

/// What is being written.
#[derive(Clone, Copy)]
struct Draft {
    subject: RwSignal<String>,
    html: RwSignal<String>,
    text: RwSignal<String>,
}

impl Draft {
    fn new(content: TemplateText) -> Self {
        let TemplateText { subject, html, text } = content;
        Self { subject: RwSignal::new(subject), html: RwSignal::new(html), text: RwSignal::new(text) }
    }

    fn get(self) -> TemplateText {
        TemplateText { subject: self.subject.get(), html: self.html.get(), text: self.text.get() }
    }

    fn set(self, content: TemplateText) {
        self.subject.set(content.subject);
        self.html.set(content.html);
        self.text.set(content.text);
    }

    /// Types `text` where the cursor is in the field with this id.
    fn insert(self, id: &str, text: &str) {
        let Some(value) = dom::type_into(id, text) else { return };
        match id {
            "field-subject" => self.subject.set(value),
            "field-text" => self.text.set(value),
            _ => self.html.set(value),
        }
    }
}

#[component]
fn Editor(first: MailTemplate, template: Load<MailTemplate>, path: StoredValue<String>) -> impl IntoView {
    let draft = Draft::new(first.content);
    let (form, toasts) = (FormState::new(), use_toasts());
    let show = move |saved: MailTemplate| {
        draft.set(saved.content.clone());
        template.put(saved);
    };
    let save = move || {
        let content = untrack(|| draft.get());
        form.send(async move { api::put(&path.get_value(), &content).await }, move |saved| {
            show(saved);
            toasts.say(strings::template_saved());
        });
    };
    let reset = move || {
        let Some(before) = template.with_untracked(|template| template.content.clone()) else { return };
        let request = async move {
            api::delete(&path.get_value()).await?;
            api::get::<MailTemplate>(&path.get_value()).await
        };
        form.send(request, move |built_in| {
            show(built_in);
            let path = path.get_value();
            toasts.say_undo(strings::template_reset(), move || {
                let (path, before) = (path.clone(), before.clone());
                async move {
                    let saved = api::put(&path, &before).await?;
                    if !draft.html.is_disposed() {
                        show(saved);
                    }
                    Ok(())
                }
            });
        });
    };
    let built_in =
        Signal::derive(move || template.with(|template| template.changed_at.is_none()).unwrap_or(true));
    // Where a placeholder goes: the part that was written in last.
    let part = RwSignal::new(PARTS[1]);
    let preview = use_preview(draft, path);
    let error = move |field: &'static str| {
        let saving = form.error(field);
        let (_, problem) = preview;
        Signal::derive(move || {
            saving.get().or_else(|| problem.with(|problem| at_fault(problem.as_ref(), field)))
        })
    };
    view! {
        <div class="grid items-start gap-5 xl:grid-cols-2">
            <Form on_submit=save class="card min-w-0 space-y-4 p-5" test_id="template">
                <FormProblem state=form/>
                <Placeholders all=first.placeholders draft part/>
                <div
                    class="space-y-4"
                    on:focusin=move |event| {
                        let id = event_target::<web_sys::Element>(&event).id();
                        if let Some(found) = PARTS.into_iter().find(|part| *part == id) {
                            part.set(found);
                        }
                    }
                >
                    <TextField name="subject" label=strings::subject_label() value=draft.subject error=error("subject")/>
                    <TextArea name="html" label=strings::html_part() rows=16 value=draft.html error=error("html")/>
                    <TextArea name="text" label=strings::text_part() rows=12 value=draft.text error=error("text")/>
                </div>
                <div class="flex flex-wrap justify-end gap-2">
                    <Button
                        label=strings::back_to_default()
                        disabled=built_in
                        on_click=reset
                        test_id="reset"
                    />
                    <Button
                        label=strings::save()
                        kind=ButtonKind::Primary
                        loading=form.busy()
                        test_id="save"
                    />
                </div>
            </Form>
            <Preview shown=preview.0 draft path/>
        </div>
    }
}

/// Buttons that put a placeholder where the cursor is.
#[component]
fn Placeholders(all: Vec<Placeholder>, draft: Draft, part: RwSignal<&'static str>) -> impl IntoView {
    let button = move |placeholder: Placeholder| {
        let text = format!("{{{{{}}}}}", placeholder.name);
        let typed = text.clone();
        let title = placeholder.meaning.clone();
        view! {
            <button
                type="button"
                class="chip font-mono"
                title=title
                data-testid=format!("insert-{}", placeholder.name)
                on:click=move |_| draft.insert(part.get_untracked(), &typed)
            >
                {text}
                <span class="sr-only">": " {placeholder.meaning}</span>
            </button>
        }
    };
    view! {
        <div role="group" aria-label=strings::insert()>
            <p class="field-hint mb-1.5">{strings::insert()}</p>
            <div class="flex flex-wrap gap-1.5">{all.into_iter().map(button).collect_view()}</div>
        </div>
    }
}

/// The latest preview that could be made, and why there is no newer one.
type Shown = (RwSignal<Option<TemplatePreview>>, RwSignal<Option<Problem>>);

/// Makes a preview now, and whenever typing pauses.
fn use_preview(draft: Draft, path: StoredValue<String>) -> Shown {
    let (shown, problem) = (RwSignal::new(None), RwSignal::new(None));
    let number = StoredValue::new(0_u64);
    Effect::new(move |before: Option<()>| {
        let content = draft.get();
        let mine = number.get_value() + 1;
        number.set_value(mine);
        let ask = move || {
            // Typing went on meanwhile, or the page is gone.
            if number.try_get_value() != Some(mine) {
                return;
            }
            leptos::task::spawn_local(async move {
                let Some(path) = path.try_get_value() else { return };
                let answer = api::post::<_, TemplatePreview>(&format!("{path}/preview"), &content).await;
                if number.try_get_value() != Some(mine) {
                    return;
                }
                match answer {
                    Ok(preview) => {
                        problem.set(None);
                        shown.set(Some(preview));
                    }
                    Err(found) => problem.set(Some(found)),
                }
            });
        };
        set_timeout(ask, if before.is_some() { PAUSE } else { Duration::ZERO });
    });
    (shown, problem)
}

fn at_fault(problem: Option<&Problem>, field: &str) -> Option<String> {
    let fields = &problem?.fields;
    fields.iter().find(|at_fault| at_fault.field == field).map(|at_fault| at_fault.message.clone())
}

/// How the mail will look, and a button that sends it.
#[component]
fn Preview(
    shown: RwSignal<Option<TemplatePreview>>,
    draft: Draft,
    path: StoredValue<String>,
) -> impl IntoView {
    let form = FormState::new();
    let outcome = RwSignal::new(None::<MailTrial>);
    let me = StoredValue::new(own_email());
    let send = move || {
        let asked = SendPreview { to: me.get_value(), content: untrack(|| draft.get()) };
        outcome.set(None);
        form.send(
            async move { api::post(&format!("{}/send", path.get_value()), &asked).await },
            move |trial| {
                outcome.set(Some(trial));
            },
        );
    };
    let mail = move || {
        match shown.get() {
        None => view! { <Skeleton/> }.into_any(),
        Some(preview) => view! {
            <p class="border-b border-line px-5 py-3 font-medium break-words" data-testid="preview-subject">
                {preview.subject}
            </p>
            <iframe
                class="block h-[34rem] w-full border-0 bg-white"
                src=preview.html_path
                sandbox=""
                title=strings::mail_html()
                data-testid="preview-html"
            ></iframe>
            <pre class="mail-text border-t border-line" data-testid="preview-text" tabindex="0">{preview.text}</pre>
        }
        .into_any(),
    }
    };
    view! {
        <section class="min-w-0 space-y-4" aria-label=strings::mail_preview()>
            <div class="flex flex-wrap items-center justify-between gap-2">
                <h2>{strings::mail_preview()}</h2>
                <Button
                    label=strings::send_preview()
                    icon=IconKind::Mail
                    loading=form.busy()
                    on_click=send
                    test_id="send-preview"
                />
            </div>
            <FormProblem state=form/>
            <div aria-live="polite">{move || outcome.get().map(|trial| view! { <Trial trial/> })}</div>
            <div class="card overflow-hidden">{mail}</div>
        </section>
    }
}

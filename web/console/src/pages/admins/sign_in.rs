//! Whether every admin needs a second step, for owners to choose.

use leptos::prelude::*;
use pocketkey_api::{Problem, event::Event, session::SignInSettings};
use pocketkey_kit::{api, prelude::*};

use crate::strings;

const PATH: &str = "/api/v1/settings/sign-in";

async fn require(second_step_required: bool) -> Result<SignInSettings, Problem> {
    api::put(PATH, &SignInSettings { second_step_required }).await
}

/// The card.
#[component]
pub fn SignInCard() -> impl IntoView {
    let (form, toasts) = (FormState::new(), use_toasts());
    let settings = load(|| async { api::get::<SignInSettings>(PATH).await })
        .refetch_on(|event| matches!(event, Event::Admin { .. }));
    let set = move |required| {
        form.send(require(required), move |set: SignInSettings| {
            settings.put(set);
            toasts.say(strings::second_step_required(set.second_step_required));
        });
    };
    let draw = move |settings: SignInSettings| {
        if settings.second_step_required {
            view! {
                <div class="flex flex-wrap items-center gap-x-4 gap-y-2">
                    <Badge label=strings::on() tone=Tone::Good dot=true test_id="second-step-required"/>
                    <Button
                        label=strings::turn_off()
                        loading=form.busy()
                        on_click=move || set(false)
                        test_id="require-no-second-step"
                    />
                </div>
            }
            .into_any()
        } else {
            view! {
                <Button
                    label=strings::require_second_step()
                    icon=IconKind::Key
                    loading=form.busy()
                    on_click=move || set(true)
                    test_id="require-second-step"
                />
            }
            .into_any()
        }
    };
    view! {
        <Card title=strings::second_step_of_all()>
            <div class="space-y-4">
                <p class="text-muted">{strings::second_step_of_all_text()}</p>
                <FormProblem state=form/>
                {settings.show(draw)}
            </div>
        </Card>
    }
}

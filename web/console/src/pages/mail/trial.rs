//! How sending a mail right now went, step by step.

use leptos::prelude::*;
use pocketkey_api::mail::{MailTrial, TrialStage, TrialStep};
use pocketkey_kit::prelude::*;

use crate::strings;

/// The steps, and what to change if one failed.
#[component]
pub fn Trial(trial: MailTrial) -> impl IntoView {
    let step = |step: TrialStep| {
        let (icon, class) = if step.ok {
            (IconKind::Check, "mt-0.5 size-5 shrink-0 text-good")
        } else {
            (IconKind::Alert, "mt-0.5 size-5 shrink-0 text-bad")
        };
        view! {
            <li class="flex gap-2.5" data-testid="trial-step" data-ok=step.ok.to_string()>
                <Icon kind=icon class/>
                <span class="min-w-0 break-words">
                    <span class="font-medium">{stage(step.stage)}</span>
                    " "
                    <span class="text-muted">{step.words}</span>
                </span>
            </li>
        }
    };
    let (tone, words) = if trial.accepted {
        (Tone::Good, strings::trial_accepted())
    } else {
        (Tone::Bad, strings::trial_failed())
    };
    view! {
        <div class="space-y-3" data-testid="trial">
            <ol class="space-y-1.5 text-sm">{trial.steps.into_iter().map(step).collect_view()}</ol>
            <Note tone test_id="trial-outcome">
                <strong class="font-semibold">{words}</strong>
                {trial.advice.map(|advice| view! { " " {advice} })}
            </Note>
        </div>
    }
}

fn stage(stage: TrialStage) -> &'static str {
    match stage {
        TrialStage::Connect => strings::stage_connect(),
        TrialStage::Tls => strings::stage_tls(),
        TrialStage::LogIn => strings::stage_log_in(),
        TrialStage::Send => strings::stage_send(),
    }
}

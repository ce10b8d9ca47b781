//! Inviting and redeeming: every way in, every way it fails.

use pocketkey_api::{
    KeyId, Page,
    activation::{
        Activation, ActivationCode, ActivationMethod, ActivationPreview, ActivationStatus, NewActivation,
        PreviewActivation, Redeem, Redeemed,
    },
    inbox::{Mail, MailSummary},
    key::{Key, KeyStatus},
    user::{UserDetail, UserStatus},
};
use pocketkey_tests_api::{ADMIN, Answer, Appliance, Client, PASSWORD, Phone};

const DAY: i64 = 24 * 60 * 60;

async fn preview(client: &mut Client, code: ActivationCode) -> Answer {
    client.post("/api/v1/activations/preview", &PreviewActivation { code }).await
}

fn typed(digits: &str) -> ActivationCode {
    ActivationCode::PairingKey(digits.to_owned())
}

/// The same selector with another secret.
fn wrong(digits: &str) -> String {
    let last = if digits.ends_with('0') { '1' } else { '0' };
    format!("{}{last}", &digits[..11])
}

async fn only_key(admin: &mut Client, detail_of: &str) -> (UserStatus, Key) {
    let detail: UserDetail = admin.get(&format!("/api/v1/users/{detail_of}")).await.expect(200).json();
    (detail.user.status, detail.keys.into_iter().next().unwrap())
}

#[tokio::test]
async fn a_link_is_shown_previewed_and_redeemed_once() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (user, key, codes) = admin.invite_new("ada").await;
    assert!(codes.link.starts_with(&format!("{}/activate#", appliance.app.url())));
    assert!(Phone::code_of(&codes.link) != Phone::code_of("") && codes.link.len() >= 22);
    assert!(codes.qr_svg.contains("<svg"));
    assert!(codes.pairing_key.len() == 12 && codes.pairing_key.bytes().all(|digit| digit.is_ascii_digit()));
    let (status, shown) = only_key(&mut admin, &user.id.0).await;
    assert_eq!((status, shown.status), (UserStatus::Pending, KeyStatus::Pending));

    // Opening the landing page and asking what the code is for consume nothing.
    let mut phone_client = appliance.client();
    for _ in 0..3 {
        phone_client.get("/activate").await;
        let seen: ActivationPreview =
            preview(&mut phone_client, Phone::code_of(&codes.link)).await.expect(200).json();
        assert_eq!((seen.organisation.as_str(), seen.name.as_str()), ("Example Labs", "ada Lovelace"));
        assert_eq!(seen.expires_at, shown.activation.unwrap().expires_at);
    }

    let phone = Phone::default();
    let redeemed: Redeemed = phone.redeem_link(&mut phone_client, &codes.link).await.expect(200).json();
    assert_eq!((&redeemed.key_id, &redeemed.email), (&key.id, &user.email));
    assert_eq!((redeemed.settings, redeemed.organisation.as_str()), (key.settings.unwrap(), "Example Labs"));
    let (status, shown) = only_key(&mut admin, &user.id.0).await;
    assert_eq!((status, shown.status), (UserStatus::Active, KeyStatus::Active));
    assert_eq!(shown.activation.unwrap().status, ActivationStatus::Redeemed);
    let info = shown.phone.unwrap();
    assert_eq!((info.model.as_str(), info.os.as_str()), ("Pixel 9 (simulated)", "Android 16"));

    // Used: for another phone, for a preview, for the pairing key. The phone itself may ask again.
    let other = Phone::default().redeem_link(&mut phone_client, &codes.link).await;
    other.expect_problem(410, "activation_used");
    preview(&mut phone_client, typed(&codes.pairing_key)).await.expect_problem(410, "activation_used");
    let again: Redeemed = phone.redeem_link(&mut phone_client, &codes.link).await.expect(200).json();
    assert_eq!(again, redeemed);
    let invite = NewActivation { method: ActivationMethod::Now };
    let path = format!("/api/v1/keys/{}/activation", key.id);
    admin.post(&path, &invite).await.expect_problem(409, "key_active");
}

#[tokio::test]
async fn the_pairing_key_may_be_typed_with_spaces_and_dashes() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, key, codes) = admin.invite_new("ada").await;
    let digits = &codes.pairing_key;
    let grouped = format!(" {} {}-{} ", &digits[..4], &digits[4..8], &digits[8..]);
    let redeemed = Phone::default().redeem(&mut appliance.client(), typed(&grouped)).await.expect(200);
    assert_eq!(redeemed.json::<Redeemed>().key_id, key.id);
    for not_one in ["", "123", "12345678901x", "1234567890123"] {
        let answer = preview(&mut appliance.client(), typed(not_one)).await;
        assert_eq!(answer.expect_problem(422, "invalid_fields").fields[0].field, "pairing_key");
    }
}

#[tokio::test]
async fn of_many_phones_at_once_exactly_one_wins() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, _, codes) = admin.invite_new("ada").await;
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (mut client, codes) = (appliance.client(), codes.clone());
        tries.spawn(async move {
            let by_link = Phone::code_of(&codes.link);
            let code = if number % 2 == 0 { by_link } else { typed(&codes.pairing_key) };
            Phone::default().redeem(&mut client, code).await
        });
    }
    let answers = tries.join_all().await;
    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!((won.len(), lost.len()), (1, 7));
    for answer in lost {
        answer.expect_problem(410, "activation_used");
    }
}

#[tokio::test]
async fn unknown_codes_are_not_found() {
    let appliance = Appliance::start().await;
    appliance.set_up().await;
    let mut client = appliance.client();
    for code in
        [ActivationCode::Code(String::new()), ActivationCode::Code("A".repeat(5000)), typed("000000000000")]
    {
        preview(&mut client, code.clone()).await.expect_problem(404, "activation_not_found");
        Phone::default().redeem(&mut client, code).await.expect_problem(404, "activation_not_found");
    }
}

#[tokio::test]
async fn an_invitation_expires() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (user, _, codes) = admin.invite_new("ada").await;
    let mut client = appliance.client();
    appliance.clock.advance_seconds(DAY - 1);
    preview(&mut client, Phone::code_of(&codes.link)).await.expect(200);
    appliance.clock.advance_seconds(1);
    let code = || [Phone::code_of(&codes.link), typed(&codes.pairing_key)];
    for code in code() {
        preview(&mut client, code.clone()).await.expect_problem(410, "activation_expired");
        Phone::default().redeem(&mut client, code).await.expect_problem(410, "activation_expired");
    }
    admin = sign_in_again(&appliance).await;
    let (status, key) = only_key(&mut admin, &user.id.0).await;
    assert_eq!((status, key.status), (UserStatus::NotInvited, KeyStatus::NotActivated));
    assert_eq!(key.activation.unwrap().status, ActivationStatus::Expired);
}

async fn sign_in_again(appliance: &Appliance) -> Client {
    let mut admin = appliance.client();
    let sign_in = pocketkey_api::session::SignIn { email: ADMIN.into(), password: PASSWORD.into() };
    admin.post("/api/v1/session", &sign_in).await.expect(200);
    admin
}

#[tokio::test]
async fn five_wrong_pairing_keys_lock_all_of_the_invitation() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (user, key, codes) = admin.invite_new("ada").await;
    let mut client = appliance.client();
    let guess = wrong(&codes.pairing_key);
    // Previews and redemptions count alike.
    for number in 0..4 {
        let answer = match number % 2 {
            0 => preview(&mut client, typed(&guess)).await,
            _ => Phone::default().redeem(&mut client, typed(&guess)).await,
        };
        answer.expect_problem(404, "activation_not_found");
    }
    preview(&mut client, typed(&codes.pairing_key)).await.expect(200);
    preview(&mut client, typed(&guess)).await.expect_problem(423, "activation_locked");
    for code in [typed(&codes.pairing_key), Phone::code_of(&codes.link), typed(&guess)] {
        Phone::default().redeem(&mut client, code).await.expect_problem(423, "activation_locked");
    }
    let (status, shown) = only_key(&mut admin, &user.id.0).await;
    assert_eq!((status, shown.status), (UserStatus::NotInvited, KeyStatus::NotActivated));
    assert_eq!(shown.activation.unwrap().status, ActivationStatus::Locked);

    let again = admin.invite(&key.id, ActivationMethod::Now).await.codes.unwrap();
    Phone::default().redeem_link(&mut client, &again.link).await.expect(200);
}

#[tokio::test]
async fn a_later_invitation_voids_the_earlier_one() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, key, first) = admin.invite_new("ada").await;
    let second = admin.invite(&key.id, ActivationMethod::Now).await.codes.unwrap();
    let mut client = appliance.client();
    for code in [Phone::code_of(&first.link), typed(&first.pairing_key)] {
        Phone::default().redeem(&mut client, code).await.expect_problem(410, "activation_voided");
    }
    Phone::default().redeem_link(&mut client, &second.link).await.expect(200);
}

#[tokio::test]
async fn a_phone_that_proves_nothing_consumes_nothing() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, _, codes) = admin.invite_new("ada").await;
    let mut client = appliance.client();
    let (honest, thief) = (Phone::default().introduction(), Phone::default().introduction());
    let mut forged = honest.clone();
    forged.channel_key = thief.channel_key;
    let malformed = pocketkey_api::device::NewDevice { proof: "?".into(), model: String::new(), ..honest };
    for (device, code) in [(forged, "device_not_proven"), (malformed, "invalid_fields")] {
        let redeem = Redeem { code: Phone::code_of(&codes.link), device };
        client.post("/api/v1/activations/redeem", &redeem).await.expect_problem(422, code);
    }
    Phone::default().redeem_link(&mut client, &codes.link).await.expect(200);
}

#[tokio::test]
async fn guessing_codes_is_slowed_down_and_right_ones_are_free() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, _, codes) = admin.invite_new("ada").await;
    let mut client = appliance.client();
    for _ in 0..40 {
        preview(&mut client, Phone::code_of(&codes.link)).await.expect(200);
    }
    for number in 0..30 {
        let unknown = ActivationCode::Code(format!("unknown{number}"));
        preview(&mut client, unknown).await.expect_problem(404, "activation_not_found");
    }
    let limited = preview(&mut client, Phone::code_of(&codes.link)).await;
    limited.expect_problem(429, "too_many_tries");
    assert_eq!(limited.header("retry-after"), "2");
    Phone::default().redeem_link(&mut client, &codes.link).await.expect_problem(429, "too_many_tries");
    appliance.clock.advance_seconds(2);
    Phone::default().redeem_link(&mut client, &codes.link).await.expect(200);
}

#[tokio::test]
async fn by_e_mail_the_codes_are_in_the_mail_only() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let user = admin.add_user("ada").await;
    let key = admin.add_key(&user.id).await;
    let mut events = appliance.app.events().subscribe();
    let activation: Activation = admin.invite(&key.id, ActivationMethod::Email).await;
    assert_eq!((activation.codes, activation.mailed_to.as_deref()), (None, Some("ada@example.org")));
    while !matches!(events.recv().await.unwrap(), pocketkey_api::event::Event::Mail { .. }) {}

    let inbox: Page<MailSummary> = admin.get("/api/v1/inbox").await.expect(200).json();
    let [summary] = &inbox.items[..] else { panic!("one mail is expected: {inbox:?}") };
    assert_eq!(summary.to, ["ada@example.org"]);
    let mail: Mail = admin.get(&format!("/api/v1/inbox/{}", summary.id)).await.expect(200).json();
    let link = mail.links.iter().find(|link| link.contains("/activate#")).expect("a link");
    Phone::default().redeem_link(&mut appliance.client(), link).await.expect(200);
}

#[tokio::test]
async fn only_hashes_of_the_codes_are_stored() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let (_, _, codes) = admin.invite_new("ada").await;
    let code = codes.link.split_once('#').unwrap().1;
    for entry in std::fs::read_dir(appliance.folder()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(code) && !text.contains(&codes.pairing_key));
    }
}

#[tokio::test]
async fn a_key_that_does_not_exist_is_said_so() {
    let appliance = Appliance::start().await;
    let mut admin = appliance.set_up().await;
    let path = format!("/api/v1/keys/{}/activation", KeyId::from("nothing"));
    let invite = NewActivation { method: ActivationMethod::Email };
    admin.post(&path, &invite).await.expect_problem(404, "not_found");
}

// Admins, one's own account and the ways to sign in: by mouse, and by keyboard alone.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page, until } from './lib.mjs';

const PASSWORD = 'correct horse battery';
let server, launched, owner, ada;

before(async () => {
  server = await appliance('serve');
  launched = await browser();
  owner = await page(launched);
  await owner.goto(await server.setupLink());
  for (const [field, value] of [['organisation', 'Example organisation'], ['name', 'First owner'],
    ['email', 'owner@example.test'], ['password', PASSWORD]]) {
    await owner.getByTestId(`field-${field}`).fill(value);
  }
  await owner.getByTestId('setup-submit').click();
  await owner.getByTestId('account').waitFor();
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

/** Presses Tab until the element with this `data-testid` has the focus. */
async function tabTo(opened, testId, key = 'Tab') {
  for (let presses = 0; presses < 80; presses += 1) {
    await opened.keyboard.press(key);
    if (await opened.evaluate(() => document.activeElement?.dataset.testid) === testId) return;
  }
  assert.fail(`${testId} is not reached with ${key}`);
}

/** The link in the latest mail to this address. */
async function mailedLink(to, not) {
  return until(`a mail to ${to}`, async () => {
    const found = await owner.evaluate(async (address) => {
      const list = await (await fetch(`/api/v1/inbox?search=to:${address}`)).json();
      return list.items.length ? (await fetch(`/api/v1/inbox/${list.items[0].id}`)).json() : null;
    }, to);
    const link = found?.links.find((one) => one.includes('/join#'));
    return link !== not && link;
  });
}

/** What an authenticator app shows now. */
function appCode(secret) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

async function signIn(opened, email, password) {
  await opened.getByTestId('field-email').fill(email);
  await opened.getByTestId('field-password').fill(password);
  await opened.getByTestId('sign-in-submit').click();
}

test('an owner invites by keyboard alone, sends again, and the invited one joins', async () => {
  await owner.getByTestId('nav-settings').click();
  await owner.getByTestId('settings-admins').click();
  await owner.getByTestId('no-invitations').waitFor();
  await everyLook(owner, 'admins-alone');
  await tabTo(owner, 'invite-admin');
  await owner.keyboard.press('Enter');
  await tabTo(owner, 'field-name');
  await owner.keyboard.type('Ada Lovelace');
  await tabTo(owner, 'field-email');
  await owner.keyboard.type('ada@example.test');
  await everyLook(owner, 'admins-invite');
  await tabTo(owner, 'field-role-help_desk');
  await owner.keyboard.press('Enter');
  await owner.getByTestId('invitation-row').filter({ hasText: 'ada@example.test' }).waitFor();
  const first = await mailedLink('ada@example.test');
  await owner.getByTestId('send-invitation').click();
  const second = await mailedLink('ada@example.test', first);
  await everyLook(owner, 'admins-invited');

  ada = await page(launched);
  await ada.goto(first);
  await ada.getByTestId('problem').filter({ hasText: 'does not work any more' }).waitFor();
  await ada.getByTestId('to-sign-in').waitFor();
  await everyLook(ada, 'join-over');
  await ada.goto('about:blank');
  await ada.goto(second);
  await ada.getByTestId('join-email').filter({ hasText: 'ada@example.test' }).waitFor();
  await everyLook(ada, 'join');
  await ada.getByTestId('field-password').fill(PASSWORD);
  await ada.keyboard.press('Enter');
  await ada.waitForURL('**/dashboard');
  await ada.getByTestId('account').waitFor();
  // The owner's open page shows it by itself.
  await owner.getByTestId('admin-row').filter({ hasText: 'Ada Lovelace' }).waitFor();
  await owner.getByTestId('no-invitations').waitFor();
  noFaults(owner);
  noFaults(ada);
});

test('what the help desk may not do it does not see; a new role shows at once', async () => {
  assert.equal(await ada.getByTestId('nav-inbox').count(), 0);
  assert.equal(await ada.getByTestId('nav-settings').count(), 0);
  const row = owner.getByTestId('admin-row').filter({ hasText: 'Ada Lovelace' });
  await row.getByTestId('role-select').selectOption('admin');
  await owner.getByTestId('toast').filter({ hasText: 'Ada Lovelace is now: Admin.' }).waitFor();
  await ada.getByTestId('nav-inbox').waitFor();
  await ada.getByTestId('nav-settings').click();
  await ada.getByTestId('settings-admins').click();
  await ada.getByTestId('admin-row').nth(1).waitFor();
  // Owners and other admins are out of an admin's reach.
  assert.equal(await ada.getByTestId('block-admin').count(), 0);
  await everyLook(ada, 'admins-as-admin');
  noFaults(ada);
});

test('an authenticator app is set up by keyboard, asked for at sign-in, and a recovery code stands in for it', async () => {
  await ada.getByTestId('account').click();
  await ada.getByTestId('own-account').click();
  await ada.getByTestId('own-role').filter({ hasText: 'Admin' }).waitFor();
  await ada.getByTestId('session-row').waitFor();
  await everyLook(ada, 'account');
  await tabTo(ada, 'set-up-app');
  await ada.keyboard.press('Enter');
  const secret = await ada.getByTestId('totp-secret').innerText();
  await everyLook(ada, 'account-two-step');
  await tabTo(ada, 'field-code');
  await ada.keyboard.type('000000');
  await ada.keyboard.press('Enter');
  await ada.locator('#field-code-error').filter({ hasText: 'not the code' }).waitFor();
  await ada.getByTestId('field-code').fill(appCode(secret));
  await ada.keyboard.press('Enter');
  await ada.getByTestId('recovery-codes').waitFor();
  const codes = await ada.getByTestId('recovery-codes').locator('li').allInnerTexts();
  assert.equal(codes.length, 10);
  const [download] = await Promise.all([ada.waitForEvent('download'), ada.getByTestId('download-codes').click()]);
  assert.equal(download.suggestedFilename(), 'pocketkey-recovery-codes.txt');
  await everyLook(ada, 'account-codes');
  await ada.getByTestId('codes-saved').click();
  await ada.getByTestId('two-step-on').waitFor();

  const other = await page(launched);
  await other.goto(`${server.url}/users`);
  await signIn(other, 'ada@example.test', PASSWORD);
  await other.getByTestId('code-form').waitFor();
  await everyLook(other, 'sign-in-code');
  await other.getByTestId('field-code').fill('000000');
  await other.keyboard.press('Enter');
  await other.getByTestId('problem').waitFor();
  await other.getByTestId('code-back').click();
  await signIn(other, 'ada@example.test', PASSWORD);
  await other.getByTestId('field-code').fill(codes[0]);
  await other.keyboard.press('Enter');
  await other.getByTestId('account').waitFor();
  // Shown on the first page by itself.
  await ada.getByTestId('session-row').nth(1).waitFor();
  await ada.getByTestId('codes-left').filter({ hasText: '9 recovery codes' }).waitFor();
  await ada.getByTestId('sign-out-elsewhere').click();
  await other.getByTestId('sign-in-form').waitFor();
  noFaults(other);
  await other.context().close();

  await ada.getByTestId('turn-off').click();
  await everyLook(ada, 'account-turn-off');
  await ada.getByTestId('turn-off-confirm').click();
  await ada.getByTestId('set-up-app').waitFor();
  noFaults(ada);
});

test('a passkey is added and signs in alone', async () => {
  const session = await ada.context().newCDPSession(ada);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true },
  });
  await ada.getByTestId('add-passkey').click();
  await ada.getByTestId('field-passkey-name').fill('My phone');
  await everyLook(ada, 'account-passkey-add');
  await ada.keyboard.press('Enter');
  await ada.getByTestId('passkey-row').filter({ hasText: 'My phone' }).waitFor();
  const { credentials } = await session.send('WebAuthn.getCredentials', { authenticatorId });
  assert.equal(credentials.length, 1);
  assert.ok(credentials[0].isResidentCredential);
  await everyLook(ada, 'account-passkeys');
  // The same authenticator is not to hold two.
  await ada.getByTestId('add-passkey').click();
  await ada.getByTestId('field-passkey-name').fill('Again');
  await ada.keyboard.press('Enter');
  await ada.getByTestId('passkey-dialog').getByTestId('problem').filter({ hasText: 'already' }).waitFor();
  await ada.keyboard.press('Escape');

  await ada.getByTestId('account').click();
  await ada.getByTestId('sign-out').click();
  await ada.getByTestId('sign-in-passkey').waitFor();
  await everyLook(ada, 'sign-in-ways');
  await tabTo(ada, 'sign-in-passkey');
  await ada.keyboard.press('Enter');
  await ada.getByTestId('account').waitFor();
  await ada.goto(`${server.url}/account`);
  await ada.getByTestId('passkey-row').filter({ hasText: 'used' }).waitFor();
  await ada.getByTestId('rename-passkey').click();
  await ada.getByTestId('field-passkey-name').fill('Work phone');
  await ada.keyboard.press('Enter');
  await ada.getByTestId('passkey-row').filter({ hasText: 'Work phone' }).waitFor();

  // Declined at the authenticator.
  await ada.getByTestId('account').click();
  await ada.getByTestId('sign-out').click();
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
  await ada.getByTestId('sign-in-passkey').click();
  await ada.getByTestId('problem').filter({ hasText: 'No passkey was used' }).waitFor();
  await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  await ada.getByTestId('sign-in-passkey').click();
  await ada.getByTestId('account').waitFor();
  noFaults(ada);
});

test('the password is changed after confirming with a passkey, and the old one is void', async () => {
  await ada.goto(`${server.url}/account`);
  await ada.getByTestId('passkey-row').waitFor();
  // As it is ten minutes after: the appliance asks first.
  await ada.route('**/api/v1/account/password', (route) => route.fulfill({
    status: 403, contentType: 'application/problem+json',
    body: JSON.stringify({ type: 'about:blank', status: 403, code: 'confirm_first', title: 'Confirm that it is you.' }),
  }), { times: 1 });
  await ada.getByTestId('field-new-password').fill('staple staple staple');
  await ada.getByTestId('change-password').click();
  await ada.getByTestId('confirm-yourself').getByTestId('field-password').waitFor();
  await everyLook(ada, 'account-confirm');
  await ada.getByTestId('field-password').fill('not the password');
  await ada.getByTestId('confirm-password').click();
  await ada.locator('#field-password-error').filter({ hasText: 'not your password' }).waitFor();
  await ada.getByTestId('confirm-passkey').click();
  await ada.getByTestId('toast').filter({ hasText: 'The password was changed' }).waitFor();
  const other = await page(launched);
  await other.goto(server.url);
  await signIn(other, 'ada@example.test', PASSWORD);
  await other.getByTestId('problem').waitFor();
  await everyLook(other, 'sign-in-wrong');
  await signIn(other, 'ada@example.test', 'staple staple staple');
  await other.getByTestId('account').waitFor();
  await other.context().close();
  noFaults(ada);
});

test('a colleague who lost the phone is let in by password again, and told', async () => {
  await owner.goto(`${server.url}/settings/admins`);
  const row = owner.getByTestId('admin-row').filter({ hasText: 'Ada Lovelace' });
  await row.filter({ hasText: '1 passkey' }).waitFor();
  // Nobody resets their own.
  assert.equal(await owner.getByTestId('reset-second-step').count(), 1);
  await everyLook(owner, 'admins-second-step');
  await tabTo(owner, 'reset-second-step');
  await owner.keyboard.press('Enter');
  await owner.getByTestId('confirm').filter({ hasText: 'Reset the second step of Ada Lovelace?' }).waitFor();
  await everyLook(owner, 'admins-reset-second-step');
  await tabTo(owner, 'confirm-yes');
  await owner.keyboard.press('Enter');
  await owner.getByTestId('toast').filter({ hasText: 'signs in with the password alone' }).waitFor();
  await until('nothing is left to reset', async () => await row.getByTestId('reset-second-step').count() === 0);
  await until('the mail', () => owner.evaluate(async () => {
    const list = await (await fetch('/api/v1/inbox?search=to:ada@example.test')).json();
    return list.items[0]?.subject === 'Your second step for Pocketkey was reset';
  }));
  await ada.getByTestId('sign-in-form').waitFor();
  await signIn(ada, 'ada@example.test', 'staple staple staple');
  await ada.getByTestId('account').waitFor();
  await ada.goto(`${server.url}/account`);
  await ada.getByTestId('set-up-app').waitFor();
  assert.equal(await ada.getByTestId('passkey-row').count(), 0);
  noFaults(owner);
  noFaults(ada);
});

/** Sets up an authenticator app on a page that offers it. */
async function setUpApp(opened) {
  await opened.getByTestId('set-up-app').click();
  const secret = await opened.getByTestId('totp-secret').innerText();
  await opened.getByTestId('field-code').fill(appCode(secret));
  await opened.getByTestId('turn-on').click();
  await opened.getByTestId('codes-saved').click();
  await opened.getByTestId('two-step-on').waitFor();
}

test('an owner demands a second step, and who has none sees nothing but the way to one', async () => {
  await owner.goto(`${server.url}/settings/admins`);
  await owner.getByTestId('require-second-step').click();
  await owner.getByTestId('problem').filter({ hasText: 'Sign in with a second step yourself first' }).waitFor();
  await everyLook(owner, 'admins-own-second-step');
  await owner.goto(`${server.url}/account`);
  await setUpApp(owner);
  await owner.goto(`${server.url}/settings/admins`);
  await tabTo(owner, 'require-second-step');
  await owner.keyboard.press('Enter');
  await owner.getByTestId('toast').filter({ hasText: 'Every admin needs a second step now' }).waitFor();
  await owner.getByTestId('second-step-required').waitFor();
  await everyLook(owner, 'admins-second-step-required');

  // In a session under way, by itself.
  await ada.getByTestId('second-step-first').waitFor();
  await everyLook(ada, 'second-step-first');
  assert.equal(await ada.getByTestId('second-step-continue').count(), 0);
  await ada.goto(`${server.url}/users`);
  await ada.getByTestId('second-step-first').waitFor();
  await setUpApp(ada);
  await everyLook(ada, 'second-step-done');
  await tabTo(ada, 'second-step-continue');
  await ada.keyboard.press('Enter');
  await ada.getByTestId('account').waitFor();
  await ada.goto(`${server.url}/account`);
  await ada.getByTestId('turn-off').click();
  await ada.getByTestId('turn-off-confirm').click();
  await ada.getByTestId('problem').filter({ hasText: 'This is your only second step' }).waitFor();
  await ada.keyboard.press('Escape');
  await owner.getByTestId('require-no-second-step').click();
  await owner.getByTestId('require-second-step').waitFor();
  noFaults(owner);
  noFaults(ada);
});

test('blocked, an admin is signed out at once; deleted by keyboard, they are gone', async () => {
  await owner.goto(`${server.url}/settings/admins`);
  const row = owner.getByTestId('admin-row').filter({ hasText: 'Ada Lovelace' });
  await row.getByTestId('block-admin').click();
  await everyLook(owner, 'admins-block');
  await owner.getByTestId('confirm-yes').click();
  await row.getByTestId('admin-status').filter({ hasText: 'Blocked' }).waitFor();
  await ada.getByTestId('sign-in-form').waitFor();
  await everyLook(owner, 'admins-blocked');
  await tabTo(owner, 'delete-admin');
  await owner.keyboard.press('Enter');
  await tabTo(owner, 'confirm-yes');
  await owner.keyboard.press('Enter');
  await until('one admin is left', async () => await owner.getByTestId('admin-row').count() === 1);
  noFaults(owner);
});

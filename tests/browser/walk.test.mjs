// The admin's walk: set-up → New user wizard → mail → activation → the open page turns Active.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { BINARY, appliance, browser, everyLook, noFaults, page, until } from './lib.mjs';

let server, launched, admin;

before(async () => {
  server = await appliance('serve');
  launched = await browser();
  admin = await page(launched);
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

/** A simulated phone, as a process of its own. */
function phone(...args) {
  const child = spawn(BINARY, ['phone', '--model', 'Test phone', ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (bytes) => { output += bytes; });
  return { says: (text) => until(`the phone says ${text}`, () => output.includes(text)), stop: () => child.kill() };
}

async function fillPerson(name, email, username) {
  await admin.getByTestId('field-name').fill(name);
  await admin.getByTestId('field-email').fill(email);
  await admin.getByTestId('field-username').fill(username);
}

test('the first admin sets the appliance up, once', async () => {
  const link = await server.setupLink();
  await admin.goto(server.url);
  await admin.goto(link);
  await admin.getByTestId('setup-form').waitFor();
  await everyLook(admin, 'setup');
  await admin.getByTestId('field-organisation').fill('Example organisation');
  await admin.getByTestId('field-name').fill('First admin');
  await admin.getByTestId('field-email').fill('admin@example.test');
  await admin.getByTestId('field-password').fill('correct horse battery');
  await admin.getByTestId('setup-submit').click();
  await admin.waitForURL('**/dashboard');
  const other = await page(launched);
  await other.goto(link);
  await other.getByTestId('sign-in-form').waitFor();
  await everyLook(other, 'sign-in');
  await other.context().close();
});

test('an empty organisation shows the next step', async () => {
  await admin.getByTestId('next-steps').waitFor();
  await admin.getByTestId('nav-users').click();
  await admin.getByTestId('first-user').waitFor();
  await everyLook(admin, 'users-empty');
  noFaults(admin);
});

test('the wizard adds a user and activates by e-mail; the open page turns Active by itself', async () => {
  await admin.goto(`${server.url}/users/new`);
  await fillPerson('Ada Lovelace', 'ada@example.test', 'ada');
  await admin.getByTestId('field-external_id').fill('1001');
  await everyLook(admin, 'new-user');
  await admin.getByTestId('assign-key').click();
  await admin.getByTestId('continue').waitFor();
  await everyLook(admin, 'new-user-key');
  await admin.getByTestId('continue').click();
  await admin.getByRole('switch', { name: /default settings/i }).click();
  await admin.getByTestId('key-settings').waitFor();
  await everyLook(admin, 'new-user-settings');
  await admin.getByTestId('continue').click();
  await admin.getByTestId('activate-by-email').waitFor();
  await everyLook(admin, 'new-user-activation');
  await admin.getByTestId('activate-by-email').click();
  await admin.getByTestId('mailed-to').waitFor();
  await admin.getByTestId('to-user').click();
  await admin.getByTestId('key').waitFor();
  assert.match(await admin.getByTestId('key').innerText(), /Pending|Invited|Waiting/i);
  await everyLook(admin, 'user-pending');

  // The mail is in the inbox, with a link and a pairing key.
  const inbox = await admin.context().newPage();
  await inbox.goto(`${server.url}/inbox`);
  await inbox.getByTestId('mail-row').first().waitFor();
  await everyLook(inbox, 'inbox');
  await inbox.getByTestId('mail-row').first().click();
  const link = await inbox.getByTestId('mail-link').filter({ hasText: '/activate#' }).first().innerText();
  await everyLook(inbox, 'mail');

  // Opening the link, as a scanner or the person would, consumes nothing.
  for (const method of ['GET', 'HEAD']) assert.ok((await fetch(link, { method })).ok);
  const person = await page(launched);
  await person.goto(link.trim());
  await person.getByTestId('activation-hello').waitFor();
  await everyLook(person, 'activate');
  noFaults(person);

  const ada = phone('--scan', link.trim());
  try {
    await ada.says('Ada Lovelace, Example organisation');
    await admin.getByTestId('key-phone').filter({ hasText: 'Test phone' }).waitFor();
    await everyLook(admin, 'user-active');
    // The link is used up, and says so.
    await person.reload();
    await person.getByTestId('activation-closed').waitFor();
    await everyLook(person, 'activate-used');
  } finally {
    ada.stop();
  }
  noFaults(admin);
});

test('"Activate now" shows a QR and a pairing key that a phone can type', async () => {
  await admin.goto(`${server.url}/users/new`);
  await fillPerson('Grace Hopper', 'grace@example.test', 'grace');
  await admin.getByTestId('assign-key').click();
  await admin.getByTestId('continue').click();
  await admin.getByTestId('continue').click();
  await admin.getByTestId('activate-now').click();
  const digits = (await admin.getByTestId('pairing-key').innerText()).replace(/\D/g, '');
  assert.equal(digits.length, 12);
  await everyLook(admin, 'activate-now');
  const grace = phone('--server', server.url, '--scan', digits);
  try {
    await grace.says('Grace Hopper');
    await admin.getByTestId('activated').waitFor();
    await everyLook(admin, 'activated');
  } finally {
    grace.stop();
  }
  await admin.goto(`${server.url}/users`);
  await admin.getByTestId('user-row').nth(1).waitFor();
  await everyLook(admin, 'users');
  noFaults(admin);
});

test('what the appliance refuses is said at the field, and nothing typed is lost', async () => {
  await admin.goto(`${server.url}/users/new`);
  await fillPerson('Ada Again', 'ada@example.test', 'ada2');
  await admin.getByTestId('done').click();
  await admin.locator('#field-email-error:not([hidden])').waitFor();
  assert.equal(await admin.getByTestId('field-name').inputValue(), 'Ada Again');
  await everyLook(admin, 'new-user-refused');
});

test('groups are listed and made', async () => {
  await admin.goto(`${server.url}/groups`);
  await admin.getByTestId('no-groups').waitFor();
  await everyLook(admin, 'groups-empty');
  await admin.getByTestId('first-group').click();
  await admin.getByTestId('group-dialog').getByRole('textbox').fill('Engineering');
  await admin.getByTestId('create-group').click();
  await admin.getByTestId('group-row').filter({ hasText: 'Engineering' }).waitFor();
  await everyLook(admin, 'groups');
  noFaults(admin);
});

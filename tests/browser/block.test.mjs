// Blocking and deleting in the console (A21), while the demo site asks the phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page } from './lib.mjs';

let server, launched, sandbox, admin;

before(async () => {
  server = await appliance('sandbox', '--no-uhid');
  launched = await browser();
  sandbox = await page(launched);
  await sandbox.goto(`${server.url}/sandbox`);
  admin = await page(launched);
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const screen = (kind) => sandbox.locator(`[data-testid=phone-screen][data-screen=${kind}]`).waitFor();
const says = (words) => sandbox.getByTestId('phone-screen').filter({ hasText: words }).waitFor();
const outcome = (state) => sandbox.locator(`[data-testid=demo-outcome][data-state=${state}]`).waitFor();
const badge = (testId, word) => admin.getByTestId(testId).filter({ hasText: word }).waitFor();

async function confirm() {
  await admin.getByTestId('confirm-yes').click();
  await admin.getByTestId('confirm').waitFor({ state: 'hidden' });
}

test('computers: the stand-in is listed with its phone and whose it is', async () => {
  await screen('home');
  await admin.goto(`${server.url}/api/v1/sandbox/console`);
  await admin.getByTestId('user-row').first().waitFor();
  await admin.getByTestId('nav-computers').click();
  const row = admin.getByTestId('computer-row');
  await row.filter({ hasText: 'Ada Lovelace' }).waitFor();
  await badge('computer-status', 'Online');
  await everyLook(admin, 'computers');
});

test('a key that is blocked while its phone is asked: the site is told, the phone says so', async () => {
  await admin.goto(`${server.url}/users`);
  await admin.getByRole('link', { name: 'Ada Lovelace' }).click();
  await admin.getByTestId('tab-keys').click();
  await badge('key-status', 'Active');
  await badge('key-presence', 'connected');
  await everyLook(admin, 'key-active');
  await sandbox.getByTestId('demo-register').click();
  await screen('request');
  await admin.getByTestId('block-key').click();
  await admin.getByTestId('confirm-yes').waitFor();
  await everyLook(admin, 'key-block-question');
  await confirm();
  await outcome('failed');
  assert.match(await sandbox.getByTestId('demo-outcome').innerText(), /blocked/i);
  await says('administrator blocked');
  await everyLook(sandbox, 'sandbox-blocked');
  await badge('key-status', 'Blocked');
  await everyLook(admin, 'key-blocked');
});

test('unblocked, the phone comes back by itself', async () => {
  await admin.getByTestId('block-key').click();
  await badge('key-status', 'Active');
  await says('not blocked any more');
  await sandbox.getByTestId('demo-register').click();
  await screen('request');
  await sandbox.getByTestId('phone-deny').click();
  await outcome('failed');
});

test('a user is blocked and unblocked with all keys', async () => {
  await admin.getByTestId('tab-info').click();
  await everyLook(admin, 'user-info');
  await admin.getByTestId('block-user').click();
  await confirm();
  await badge('user-status', 'Blocked');
  await everyLook(admin, 'user-blocked');
  await admin.getByTestId('tab-keys').click();
  await badge('key-status', 'Blocked');
  await everyLook(admin, 'key-blocked-by-user');
  await admin.getByTestId('tab-info').click();
  await admin.getByTestId('block-user').click();
  await badge('user-status', 'Active');
  noFaults(admin);
});

test('a computer is blocked, unblocked and deleted', async () => {
  await admin.getByTestId('nav-computers').click();
  await admin.getByTestId('block-computer').click();
  await confirm();
  await badge('computer-status', 'Blocked');
  await everyLook(admin, 'computers-blocked');
  await admin.getByTestId('block-computer').click();
  await badge('computer-status', 'Online');
  await sandbox.close();
  await admin.getByTestId('delete-computer').click();
  await confirm();
  await admin.getByTestId('no-computers').waitFor();
  assert.match(await admin.getByTestId('pair-command').innerText(), /^pocketkey pair --server http/);
  await everyLook(admin, 'computers-empty');
  noFaults(admin);
});

test('a deleted user is gone, with their keys', async () => {
  await admin.goto(`${server.url}/users`);
  await admin.getByRole('link', { name: 'Grace Hopper' }).click();
  await admin.getByTestId('delete-user').click();
  await admin.getByTestId('field-confirm').fill('grace');
  await admin.getByTestId('delete-confirm').click();
  await admin.waitForURL('**/users');
  await admin.getByTestId('user-row').first().waitFor();
  assert.equal(await admin.getByRole('link', { name: 'Grace Hopper' }).count(), 0);
  noFaults(admin);
});

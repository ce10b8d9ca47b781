// The sandbox on a machine without /dev/uhid: register, sign in and deny at the demo site, through the in-page
// stand-in, the real channel, relay and phone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page, until } from './lib.mjs';

let server, launched, sandbox;

before(async () => {
  server = await appliance('sandbox', '--no-uhid');
  launched = await browser();
  sandbox = await page(launched);
  await sandbox.goto(`${server.url}/sandbox`);
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const outcome = (state) => sandbox.locator(`[data-testid=demo-outcome][data-state=${state}]`).waitFor();
const screen = (kind) => sandbox.locator(`[data-testid=phone-screen][data-screen=${kind}]`).waitFor();
const press = (testId) => sandbox.getByTestId(testId).click();

async function paired() {
  await until('the stand-in is paired with the phone', async () =>
    (await server.get('/api/v1/sandbox')).phones[0]?.screen.computers?.length > 0);
}

test('the sandbox comes up with a phone that is somebody\'s key', async () => {
  await screen('home');
  await paired();
  await everyLook(sandbox, 'sandbox');
  assert.match(await sandbox.locator('body').innerText(), /stand-in/i, 'the stand-in is labelled');
});

test('register: the phone shows who asks, the person approves and unlocks', async () => {
  await press('demo-register');
  await screen('request');
  assert.match(await sandbox.getByTestId('phone-screen').innerText(), /localhost/);
  await everyLook(sandbox, 'sandbox-request');
  await press('phone-approve');
  await screen('unlock');
  await everyLook(sandbox, 'sandbox-unlock');
  await press('phone-unlock');
  await outcome('registered');
  await everyLook(sandbox, 'sandbox-registered');
});

test('sign in with that key', async () => {
  await press('demo-sign-in');
  await screen('request');
  await press('phone-approve');
  await outcome('signed-in');
});

test('a passkey: registered, then signs in without a name', async () => {
  for (const [button, state] of [['demo-passkey-register', 'registered'], ['demo-passkey-sign-in', 'signed-in']]) {
    await press(button);
    await screen('request');
    await press('phone-approve');
    await screen('unlock');
    await press('phone-unlock');
    await outcome(state);
    assert.match(await sandbox.getByTestId('demo-details').innerText(), /yes/i, 'the user was verified');
  }
  await everyLook(sandbox, 'sandbox-signed-in');
});

test('deny: the site is told, in words', async () => {
  await press('demo-sign-in');
  await screen('request');
  await press('phone-deny');
  await outcome('failed');
  assert.equal(await sandbox.getByTestId('demo-outcome').getAttribute('data-code'), 'NotAllowedError');
  await everyLook(sandbox, 'sandbox-denied');
});

test('cancel on the computer takes the request off the phone', async () => {
  await press('demo-sign-in');
  await screen('request');
  await press('demo-cancel');
  await outcome('failed');
  await screen('home');
});

test('a phone without network is said, and waited for', async () => {
  await server.post('/api/v1/sandbox/phones/phone-1/online', { online: false });
  await until('offline', async () => !(await server.get('/api/v1/sandbox')).phones[0].connected);
  await press('demo-sign-in');
  await sandbox.getByText('The phone is offline').first().waitFor();
  await everyLook(sandbox, 'sandbox-offline');
  await server.post('/api/v1/sandbox/phones/phone-1/online', { online: true });
  await screen('request');
  await press('phone-approve');
  await outcome('signed-in');
});

test('a sleeping phone is woken by a push', async () => {
  await press('phone-asleep');
  await until('asleep', async () => !(await server.get('/api/v1/sandbox')).phones[0].connected);
  await everyLook(sandbox, 'sandbox-asleep');
  await press('demo-sign-in');
  await screen('request');
  assert.equal(await sandbox.getByTestId('phone-asleep').isChecked(), false);
  await press('phone-approve');
  await outcome('signed-in');
});

test('a phone that has to be near refuses when it is far', async () => {
  const far = (wanted) => until('far or near', async () => (await server.get('/api/v1/sandbox')).phones[0].far === wanted);
  const near = (wanted) => sandbox.evaluate(async (bluetooth_proximity) => {
    await fetch('/api/v1/sandbox/console?to=/sandbox');
    const headers = { 'content-type': 'application/json' };
    await fetch('/api/v1/settings/keys', { method: 'PUT', headers, body: JSON.stringify({ bluetooth_proximity }) });
  }, wanted);
  await near(true);
  await until('the phone knows', async () => (await server.get('/api/v1/sandbox')).phones[0].settings.bluetooth_proximity);
  await press('phone-far');
  await far(true);
  await press('demo-sign-in');
  await sandbox.getByText('not near the computer').first().waitFor();
  await everyLook(sandbox, 'sandbox-far');
  await press('phone-far');
  await far(false);
  await near(false);
  await until('the phone knows', async () => !(await server.get('/api/v1/sandbox')).phones[0].settings.bluetooth_proximity);
});

test('a reload keeps the pairing', async () => {
  await sandbox.reload();
  await screen('home');
  await server.post('/api/v1/sandbox/phones/phone-1/script', { mode: 'approve' });
  await until('signed in again', async () => {
    await press('demo-sign-in');
    await sandbox.locator('[data-testid=demo-outcome]:is([data-state=signed-in],[data-state=failed])').waitFor();
    return await sandbox.locator('[data-testid=demo-outcome][data-state=signed-in]').isVisible();
  });
  const { phones: [{ screen: { computers } }] } = await server.get('/api/v1/sandbox');
  assert.equal(computers.length, 1);
});

test('the demo site and the phone stand alone, too', async () => {
  for (const path of ['demo', 'phone']) {
    const alone = await page(launched);
    await alone.goto(`${server.url}/${path}`);
    await alone.getByRole('heading', { level: 1 }).first().waitFor();
    await everyLook(alone, path);
    noFaults(alone);
    await alone.context().close();
  }
  noFaults(sandbox);
});

test('the console opens signed in, with the seeded people', async () => {
  const console = await page(launched);
  await console.goto(`${server.url}/api/v1/sandbox/console`);
  await console.getByTestId('user-row').nth(2).waitFor();
  await everyLook(console, 'sandbox-users');
  noFaults(console);
});

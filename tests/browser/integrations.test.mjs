// API keys and webhooks: made by mouse and by keyboard alone, used, seen to work and to fail, ended. And the API's own page.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page, until } from './lib.mjs';

let server, launched, admin, receiver, came;
let status = 204;

before(async () => {
  server = await appliance('serve');
  launched = await browser();
  admin = await page(launched);
  const token = (await server.setupLink()).split('#')[1];
  const answer = await admin.request.post(`${server.url}/api/v1/setup`, { data: {
    token, organisation: 'Example organisation', name: 'First admin', email: 'admin@example.test', password: 'correct horse battery',
  } });
  assert.equal(answer.status(), 201);
  came = [];
  receiver = createServer((request, response) => {
    came.push(request.headers);
    request.resume();
    response.writeHead(status).end();
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
});

after(async () => {
  receiver?.close();
  await launched?.close();
  await server?.stop();
});

const secretOf = () => admin.getByTestId('secret').innerText();
const as = (secret, path) => fetch(server.url + path, { headers: { authorization: `Bearer ${secret}` } });

test('an API key is made with scopes, shown once, used, and revoked', async () => {
  await admin.goto(`${server.url}/users`);
  await admin.getByTestId('nav-settings').click();
  await admin.getByTestId('settings-api-keys').click();
  await admin.getByTestId('no-api-keys').waitFor();
  await everyLook(admin, 'api-keys-empty');
  await admin.getByTestId('first-api-key').click();
  await admin.getByTestId('field-name').fill('Nightly import');
  await admin.getByTestId('create-api-key').click();
  await admin.locator('#field-scopes-error:not([hidden])').waitFor();
  await admin.getByTestId('scope-see_people').check();
  await admin.locator('#field-scopes-error[hidden]').waitFor({ state: 'attached' });
  await everyLook(admin, 'api-keys-new');
  await admin.getByTestId('create-api-key').click();
  const secret = await secretOf();
  assert.match(secret, /^pk_[a-z2-7]{32}$/);
  await everyLook(admin, 'api-keys-secret');
  await admin.getByTestId('secret-done').click();
  assert.equal((await as(secret, '/api/v1/users')).status, 200);
  assert.equal((await as(secret, '/api/v1/inbox')).status, 403);

  await admin.reload();
  const row = admin.getByTestId('api-key-row');
  await row.filter({ hasText: 'last used' }).waitFor();
  assert.ok(!(await admin.content()).includes(secret));
  await everyLook(admin, 'api-keys');
  await row.getByTestId('revoke').click();
  await admin.getByTestId('ask-yes').click();
  await admin.getByTestId('no-api-keys').waitFor();
  assert.equal((await as(secret, '/api/v1/users')).status, 401);
  noFaults(admin);
});

test('by keyboard alone: an API key is made', async () => {
  await admin.goto(`${server.url}/settings/api-keys`);
  await admin.getByTestId('new-api-key').focus();
  await admin.keyboard.press('Enter');
  await admin.getByTestId('field-name').focus();
  await admin.keyboard.type('By keyboard');
  await admin.keyboard.press('Tab');
  await admin.keyboard.press('Space');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('secret').waitFor();
  await admin.keyboard.press('Escape');
  await admin.getByTestId('api-key-row').filter({ hasText: 'By keyboard' }).waitFor();
  noFaults(admin);
});

test('a webhook is added, tried, seen to fail, retried, switched off and deleted', async () => {
  await admin.goto(`${server.url}/settings/webhooks`);
  await admin.getByTestId('no-webhooks').waitFor();
  await everyLook(admin, 'webhooks-empty');
  await admin.getByTestId('first-webhook').click();
  await admin.getByTestId('field-url').fill('nonsense');
  await admin.getByTestId('save-webhook').click();
  await admin.locator('#field-url-error:not([hidden])').waitFor();
  await admin.getByTestId('field-url').fill(`http://127.0.0.1:${receiver.address().port}/hook`);
  await admin.getByTestId('field-everything').uncheck();
  await admin.getByTestId('actions-group').locator('summary').click();
  await admin.getByTestId('action-group.created').check();
  await everyLook(admin, 'webhooks-new');
  await admin.getByTestId('save-webhook').click();
  assert.match(await secretOf(), /^whsec_/);
  await admin.getByTestId('secret-done').click();
  await admin.getByTestId('webhook-row').getByRole('link').click();

  await admin.getByTestId('no-deliveries').waitFor();
  await admin.getByTestId('test-webhook').click();
  await admin.getByTestId('delivery-state').filter({ hasText: 'Arrived' }).waitFor();
  assert.ok(came[0]['webhook-signature'].startsWith('v1,'));
  await admin.getByTestId('webhook-health').filter({ hasText: 'Arrives' }).waitFor();

  status = 500;
  await admin.getByTestId('test-webhook').click();
  await admin.getByTestId('failing').filter({ hasText: '500' }).waitFor();
  await everyLook(admin, 'webhook');
  status = 204;
  await admin.getByTestId('delivery-row').first().getByRole('link').click();
  await admin.getByTestId('payload').filter({ hasText: 'webhook.test' }).waitFor();
  await everyLook(admin, 'webhook-delivery');
  const before = came.length;
  await admin.getByTestId('retry-delivery').click();
  await until('it is sent once more', () => came.length > before);
  await admin.getByTestId('dialog-close').click();

  await admin.getByTestId('field-enabled').uncheck();
  await admin.getByTestId('webhook-health').filter({ hasText: 'Off' }).waitFor();
  await admin.getByTestId('delete-webhook').click();
  await admin.getByTestId('ask-yes').click();
  await admin.getByTestId('no-webhooks').waitFor();
  noFaults(admin);
});

test('the API has a page of its own', async () => {
  await admin.goto(`${server.url}/api/docs`);
  await admin.locator('#get-api-v1-users > summary').click();
  await everyLook(admin, 'api-docs');
  assert.ok(await admin.locator('#get-api-v1-users').getByText('see_people').isVisible());
  noFaults(admin);
});

// Outgoing mail: set by mouse and by keyboard alone, tried out, worded, seen to leave.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page, until } from './lib.mjs';

let server, launched, admin;

before(async () => {
  server = await appliance('serve');
  launched = await browser();
  admin = await page(launched);
  const token = (await server.setupLink()).split('#')[1];
  const answer = await admin.request.post(`${server.url}/api/v1/setup`, { data: {
    token, organisation: 'Example organisation', name: 'First admin', email: 'admin@example.test', password: 'correct horse battery',
  } });
  assert.equal(answer.status(), 201);
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const json = async (answer) => (await answer).json();
const settings = () => json(admin.request.get(`${server.url}/api/v1/settings/mail`));

async function invite(name) {
  const post = (path, data) => json(admin.request.post(`${server.url}/api/v1${path}`, { data }));
  const user = await post('/users', { username: name, name, email: `${name}@example.test` });
  const key = await post(`/users/${user.id}/keys`, { kind: 'smartphone' });
  await post(`/keys/${key.id}/activation`, { method: 'email' });
}

test('a test mail into the inbox arrives, and every step is told', async () => {
  await admin.goto(`${server.url}/users`);
  await admin.getByTestId('nav-settings').click();
  await admin.waitForURL('**/settings/mail');
  await admin.getByTestId('field-via-inbox').waitFor();
  await everyLook(admin, 'mail-settings-inbox');
  assert.equal(await admin.getByTestId('field-to').inputValue(), 'admin@example.test');
  await admin.getByTestId('send-test').click();
  await admin.getByTestId('trial-outcome').filter({ hasText: 'took the mail' }).waitFor();
  assert.equal(await admin.locator('[data-testid=trial-step][data-ok=true]').count(), 3);
  await everyLook(admin, 'mail-settings-tested');
  noFaults(admin);
});

test('a server that cannot be trusted is not saved before it is tried; what to change is said', async () => {
  await admin.goto(`${server.url}/settings/mail`);
  await admin.getByTestId('field-via-server').check();
  await admin.getByTestId('field-host').fill('localhost');
  await admin.getByTestId('field-tls').selectOption('tls');
  assert.equal(await admin.getByTestId('field-port').inputValue(), '465');
  await admin.getByTestId('field-tls').selectOption('starttls');
  assert.equal(await admin.getByTestId('field-port').inputValue(), '587');
  await admin.getByTestId('field-port').fill(String(server.smtp));
  await admin.getByTestId('send-test').click();
  await admin.getByTestId('trial-outcome').filter({ hasText: 'does not trust' }).waitFor();
  await everyLook(admin, 'mail-settings-untrusted');
  assert.equal((await settings()).settings.via, 'inbox');
  await admin.getByTestId('field-host').fill('smtp://localhost');
  await admin.getByTestId('save').click();
  await admin.locator('#field-host-error:not([hidden])').waitFor();
  await admin.getByTestId('field-tls').selectOption('none');
  await admin.getByTestId('unencrypted').waitFor();
  await everyLook(admin, 'mail-settings-wrong');
  noFaults(admin);
});

test('by keyboard alone: a server is set', async () => {
  await admin.goto(`${server.url}/settings/mail`);
  await admin.getByTestId('field-via-inbox').focus();
  await admin.keyboard.press('ArrowDown');
  await admin.keyboard.press('Tab');
  await admin.keyboard.type('127.0.0.1');
  await admin.keyboard.press('Tab');
  await admin.keyboard.type('None');
  await admin.keyboard.press('Tab');
  await admin.keyboard.press('Control+a');
  await admin.keyboard.type(String(server.smtp));
  await admin.keyboard.press('Enter');
  await admin.getByTestId('toast').filter({ hasText: 'Saved' }).waitFor();
  const saved = await settings();
  assert.deepEqual([saved.settings.via, saved.settings.server.host, saved.settings.server.tls, saved.settings.server.port],
    ['server', '127.0.0.1', 'none', server.smtp]);
  noFaults(admin);
});

test('a template is changed with its preview beside it, sent, and put back, which can be undone', async () => {
  await admin.goto(`${server.url}/settings/templates`);
  await admin.getByTestId('template-row').first().waitFor();
  await everyLook(admin, 'templates');
  await admin.getByRole('link', { name: 'Invitation', exact: true }).click();
  const frame = admin.frameLocator('[data-testid=preview-html]');
  await frame.getByRole('heading', { name: 'Activate your phone' }).waitFor();
  await everyLook(admin, 'template');
  await admin.getByTestId('field-subject').fill('Hej ');
  await admin.getByTestId('insert-name').click();
  assert.equal(await admin.getByTestId('field-subject').inputValue(), 'Hej {{name}}');
  await admin.getByTestId('preview-subject').filter({ hasText: 'Hej Ada Lovelace' }).waitFor();
  await admin.getByTestId('field-text').fill('Only a word, {{nmae}}');
  await admin.locator('#field-text-error').filter({ hasText: 'Line 1: {{nmae}} is no placeholder' }).waitFor();
  await everyLook(admin, 'template-wrong');
  await admin.getByTestId('field-text').fill('Hej {{name}}\n{{link}}\n{{code}}');
  await admin.getByTestId('preview-text').filter({ hasText: '1234 5678 9012' }).waitFor();
  await admin.getByTestId('send-preview').click();
  await admin.getByTestId('trial-outcome').filter({ hasText: 'took the mail' }).waitFor();
  await admin.getByTestId('save').focus();
  await admin.keyboard.press('Enter');
  await admin.getByTestId('toast').filter({ hasText: 'The next mail says this' }).waitFor();
  await admin.getByTestId('reset').click();
  await admin.getByTestId('undo').waitFor();
  assert.equal(await admin.getByTestId('field-subject').inputValue(), 'Activate your phone for {{organisation}}');
  await admin.getByTestId('undo').click();
  await until('the words are back', async () => await admin.getByTestId('field-subject').inputValue() === 'Hej {{name}}');
  noFaults(admin);
});

test('mails are seen to leave, to fail and to be tried again', async () => {
  await admin.goto(`${server.url}/outbox`);
  await admin.getByTestId('no-outbox').waitFor();
  await everyLook(admin, 'outbox-empty');
  const fault = (data) => admin.request.put(`${server.url}/api/v1/inbox/fault`, { data });
  await fault({ fault: { kind: 'refuse' }, to: 'eve' });
  await invite('ada');
  await invite('eve');
  const row = (name) => admin.getByTestId('outbox-row').filter({ hasText: `${name}@example.test` });
  await row('ada').getByText('Sent').waitFor();
  await row('eve').getByText('Failed').waitFor();
  assert.match(await row('eve').getByTestId('outbox-error').innerText(), /550/);
  await everyLook(admin, 'outbox');
  await admin.getByTestId('filter-state').selectOption('failed');
  await admin.waitForURL('**/outbox?state=failed');
  await row('ada').waitFor({ state: 'detached' });
  await admin.getByTestId('search').fill('nobody');
  await admin.waitForURL('**/outbox?state=failed&q=nobody');
  await admin.getByTestId('no-match').waitFor();
  await everyLook(admin, 'outbox-no-match');
  await admin.goBack();
  await fault({ to: '' });
  await admin.goto(`${server.url}/outbox`);
  await row('eve').getByTestId('retry-mail').focus();
  await admin.keyboard.press('Enter');
  await row('eve').getByText('Sent').waitFor();
  await fault({ fault: { kind: 'greylist', seconds: 3600 }, to: '' });
  await invite('bob');
  await row('bob').getByText('next try').waitFor();
  await everyLook(admin, 'outbox-waiting');
  await row('bob').getByTestId('drop-mail').click();
  await row('bob').getByText('Dropped').waitFor();
  noFaults(admin);
});

test('who only looks sees no buttons', async () => {
  const session = await json(admin.request.get(`${server.url}/api/v1/session`));
  const auditor = { ...session, admin: { ...session.admin, role: 'auditor' } };
  await admin.route('**/api/v1/session', (route) => route.fulfill({ json: auditor }));
  await admin.goto(`${server.url}/outbox`);
  await admin.getByTestId('outbox-row').first().waitFor();
  assert.equal(await admin.getByTestId('retry-all').count(), 0);
  await admin.getByTestId('nav-settings').click();
  await admin.getByTestId('settings-admins').waitFor();
  assert.equal(await admin.getByTestId('settings-mail').count(), 0);
  await admin.unroute('**/api/v1/session');
});

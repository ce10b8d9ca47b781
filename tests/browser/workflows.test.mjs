// Keys of all kinds, settings that are inherited, and workflows: each page's main job by mouse, and by keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page, until } from './lib.mjs';

let server, launched, admin;

before(async () => {
  server = await appliance('serve');
  launched = await browser();
  admin = await page(launched);
  await admin.goto(await server.setupLink());
  for (const [field, value] of [['organisation', 'Example organisation'], ['name', 'First admin'],
    ['email', 'admin@example.test'], ['password', 'correct horse battery']]) {
    await admin.getByTestId(`field-${field}`).fill(value);
  }
  await admin.getByTestId('setup-submit').click();
  await admin.getByTestId('organisation').waitFor();
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const at = (id) => admin.getByTestId(id);
const open = (path) => admin.goto(server.url + path);

/** A request with the browser's session. */
async function api(method, path, body) {
  const answer = await admin.evaluate(async ([method, path, body]) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    return [response.status, await response.text()];
  }, [method, path, body]);
  assert.ok(answer[0] < 300, `${method} ${path}: ${answer[1]}`);
  return answer[1] ? JSON.parse(answer[1]) : undefined;
}

const user = (username, groups = []) => api('POST', '/api/v1/users', {
  username, name: `${username} Lovelace`, email: `${username}@example.test`, groups });

/** Presses Tab until the element with this `data-testid` has the focus. */
async function tabTo(testId) {
  for (let presses = 0; presses < 150; presses += 1) {
    await admin.keyboard.press('Tab');
    if (await admin.evaluate(() => document.activeElement?.dataset.testid) === testId) return;
  }
  assert.fail(`${testId} is not reached with Tab`);
}

test('keys: every list says what to do while it is empty', async () => {
  await open('/keys');
  await at('no-keys').waitFor();
  await everyLook(admin, 'keys-empty');
  await open('/workflows');
  await at('no-workflows').waitFor();
  await everyLook(admin, 'workflows-empty');
  noFaults(admin);
});

test('a card is assigned in the wizard, and the console says that its reader comes later', async () => {
  const ada = await user('ada');
  await open(`/users/${ada.id}?tab=keys`);
  await at('new-key').click();
  await at('field-kind-card').check();
  await at('field-label').fill('No. 4711');
  await everyLook(admin, 'key-type');
  await at('continue').click();
  await at('no-device').waitFor();
  await everyLook(admin, 'key-no-device');
  await at('assign').click();
  await at('key').waitFor();
  assert.match(await at('key').innerText(), /Card[\s\S]*Card number No\. 4711[\s\S]*cannot be activated yet/);
  assert.equal(await at('activate-now').count(), 0);
  await everyLook(admin, 'user-card');
  // Found by its number, by keyboard alone.
  await open('/keys?tab=all');
  await at('key-row').waitFor();
  await admin.keyboard.press('/');
  await admin.keyboard.type('4711');
  await until('the address follows', async () => admin.url().includes('q=4711'));
  await at('key-row').filter({ hasText: 'No. 4711' }).waitFor();
  noFaults(admin);
});

test('settings: the organisation, a group and a key choose; what holds and where from is shown', async () => {
  const group = await api('POST', '/api/v1/groups', { name: 'Lab' });
  const bob = await user('bob', [group.id]);
  const key = await api('POST', `/api/v1/users/${bob.id}/keys`, { kind: 'smartphone' });

  await open('/keys');
  await at('default-settings').click();
  await at('field-offline_login').selectOption('true');
  await at('save-settings').click();
  await at('holds-offline_login').filter({ hasText: 'On – chosen here' }).waitFor();
  // At once: it can be undone for a few seconds.
  await at('undo').click();
  await at('holds-offline_login').filter({ hasText: 'Off – built in' }).waitFor();
  await everyLook(admin, 'settings-organisation');
  assert.equal(await at('field-offline_login').inputValue(), '');

  await open(`/groups/${group.id}?tab=settings`);
  // By keyboard: the first field, its first value, save.
  await at('field-bluetooth_proximity').waitFor();
  await tabTo('field-bluetooth_proximity');
  await admin.keyboard.press('ArrowDown');
  await tabTo('save-settings');
  await admin.keyboard.press('Enter');
  await at('holds-bluetooth_proximity').filter({ hasText: 'On – chosen here' }).waitFor();
  await everyLook(admin, 'settings-group');

  await open(`/keys/${key.id}`);
  await at('holds-bluetooth_proximity').filter({ hasText: 'On – from the group Lab' }).waitFor();
  await at('field-bluetooth_proximity').selectOption('false');
  await at('save-settings').click();
  await at('holds-bluetooth_proximity').filter({ hasText: 'Off – chosen here' }).waitFor();
  await everyLook(admin, 'key');
  noFaults(admin);
});

test('keys: invite, revoke, and the lists follow', async () => {
  await open('/keys?tab=all&kind=smartphone');
  await at('key-row').click();
  await at('send-again').click();
  await at('revoke-key').waitFor();
  const pending = await page(launched, { storageState: await admin.context().storageState() });
  await pending.goto(`${server.url}/keys?tab=pending`);
  await pending.getByTestId('key-row').filter({ hasText: 'bob' }).waitFor();
  await everyLook(pending, 'keys-pending');
  await at('revoke-key').click();
  await pending.getByTestId('no-keys').waitFor();
  await at('key-status').filter({ hasText: 'Not activated' }).waitFor();
  await pending.context().close();
  noFaults(admin);
});

test('a workflow is made step by step, runs by itself, and shows a result for every user', async () => {
  await user('cara');
  await open('/workflows');
  await at('first-workflow').click();
  await at('field-name').fill('Everybody');
  await everyLook(admin, 'workflow-name');
  await at('continue').click();
  await at('group-choice').waitFor();
  await everyLook(admin, 'workflow-groups');
  await at('continue').click();
  await everyLook(admin, 'workflow-type');
  await at('continue').click();
  await at('field-uses_defaults').waitFor();
  await at('continue').click();
  await at('field-when-weekly').check();
  await at('field-time').waitFor();
  await everyLook(admin, 'workflow-when');
  await at('field-when-once').check();
  await at('continue').click();
  await at('effect').filter({ hasText: '3 of 3 users would be invited' }).waitFor();
  await everyLook(admin, 'workflow-review');
  const first = at('review').locator('dt, dd').first();
  const value = at('review').getByText('Everybody');
  assert.ok((await first.boundingBox()).x < (await value.boundingBox()).x, 'the term stands before its value');
  await at('submit').click();
  await at('run-row').filter({ hasText: 'Done' }).filter({ hasText: '3 invited' }).waitFor();
  await everyLook(admin, 'workflow');
  await at('run-row').click();
  await until('three results', async () => (await at('result-row').count()) === 3);
  await at('count-mailed').filter({ hasText: '3' }).waitFor();
  await everyLook(admin, 'run');
  await at('search').fill('cara');
  await until('one result', async () => (await at('result-row').count()) === 1);

  // The same name again: back to where it was typed.
  await open('/workflows/new');
  await at('field-name').fill('everybody');
  for (let step = 0; step < 5; step += 1) await at('continue').click();
  await at('submit').click();
  await at('field-name').waitFor();
  assert.match(await admin.locator('.field-error:visible').innerText(), /already/);
  noFaults(admin);
});

test('a workflow is edited: from the review to a step and back, and nothing is saved before Save', async () => {
  await open('/workflows');
  await at('workflow-row').click();
  await at('edit-workflow').click();
  await at('review').filter({ hasText: 'Everybody' }).waitFor();
  assert.match(await at('effect').innerText(), /Saving begins no run/);
  await everyLook(admin, 'workflow-edit');
  // The same step as when it was made, filled in; a name that is taken leads back to it.
  await api('POST', '/api/v1/workflows', { name: 'Lab', kind: 'smartphone', trigger: { on: 'joined' } });
  await at('edit-step-0').click();
  assert.equal(await at('field-name').inputValue(), 'Everybody');
  await at('field-name').fill('lab');
  await at('continue').click();
  await at('submit').click();
  await at('field-name').waitFor();
  assert.match(await admin.locator('.field-error:visible').innerText(), /already/);
  await at('field-name').fill('All staff');
  await at('continue').click();
  await at('edit-step-1').click();
  await at('group-choice').check();
  await at('continue').click();
  await at('edit-step-3').click();
  await at('field-uses_defaults').uncheck();
  await at('field-offline_login').check();
  await at('continue').click();
  await at('edit-step-4').click();
  await at('field-when-weekly').check();
  await at('field-time').fill('09:30');
  await everyLook(admin, 'workflow-edit-when');
  await at('continue').click();
  await at('review').filter({ hasText: 'All staff' }).filter({ hasText: 'Lab' }).filter({ hasText: 'Offline login: On' })
    .filter({ hasText: 'Every Monday, 09:30 UTC' }).waitFor();
  await at('submit').click();
  await at('workflow').filter({ hasText: 'Lab' }).filter({ hasText: 'Every Monday, 09:30 UTC' }).waitFor();
  await until('the new name', async () => (await admin.locator('h1').innerText()) === 'All staff');
  assert.equal(await at('run-row').count(), 1, 'no run began');
  // Without a change, and by keyboard alone: back as it was.
  const [workflow] = (await api('GET', '/api/v1/workflows')).filter((it) => it.name === 'All staff');
  await api('PATCH', `/api/v1/workflows/${workflow.id}`, { name: 'Everybody', groups: [], settings: {}, trigger: { on: 'once' } });
  await open(`/workflows/${workflow.id}/edit?step=review`);
  await at('review').waitFor();
  await tabTo('submit');
  await admin.keyboard.press('Enter');
  await at('workflow').filter({ hasText: 'All users' }).waitFor();
  const lab = (await api('GET', '/api/v1/workflows')).find((it) => it.name === 'Lab');
  await api('DELETE', `/api/v1/workflows/${lab.id}`);
  noFaults(admin);
});

test('failures are run again', async () => {
  await api('PUT', '/api/v1/inbox/fault', { fault: { kind: 'refuse' }, to: 'cara@' });
  await open('/workflows');
  await at('workflow-row').click();
  await at('run-now').click();
  await at('count-mail_failed').waitFor();
  await everyLook(admin, 'run-failed');
  await api('PUT', '/api/v1/inbox/fault', {});
  await at('retry-failures').filter({ hasText: '1 failure' }).click();
  await until('a run of one', async () => (await at('run-progress').innerText()).includes('1 invited')
    && (await at('result-row').count()) === 1);
  await at('count-mailed').waitFor();
  noFaults(admin);
});

test('a workflow is made, paused and deleted by keyboard alone', async () => {
  await open('/workflows/new');
  await at('field-name').waitFor();
  await tabTo('field-name');
  await admin.keyboard.type('Newcomers');
  for (let step = 0; step < 4; step += 1) {
    await tabTo('continue');
    await admin.keyboard.press('Enter');
  }
  await at('field-when-once').waitFor();
  await tabTo('field-when-once');
  for (let presses = 0; presses < 3; presses += 1) await admin.keyboard.press('ArrowDown');
  await tabTo('continue');
  await admin.keyboard.press('Enter');
  await at('effect').waitFor();
  await tabTo('submit');
  await admin.keyboard.press('Enter');
  await at('workflow').filter({ hasText: 'When a user is added to a group' }).waitFor();
  await at('no-runs').waitFor();
  await everyLook(admin, 'workflow-no-runs');
  await tabTo('pause-workflow');
  await admin.keyboard.press('Enter');
  await at('workflow-state').filter({ hasText: 'Paused' }).waitFor();
  await tabTo('delete-workflow');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('field-confirm').waitFor();
  await tabTo('field-confirm');
  await admin.keyboard.type('Newcomers');
  await admin.keyboard.press('Enter');
  await until('the list', async () => new URL(admin.url()).pathname === '/workflows');
  await until('one workflow', async () => (await at('workflow-row').count()) === 1);
  await everyLook(admin, 'workflows');
  noFaults(admin);
});

test('an auditor sees everything and is offered nothing that fails', async () => {
  const auditor = await page(launched, { storageState: await admin.context().storageState() });
  // The role is the appliance's to say: here its answer is changed on the way.
  await auditor.route('**/api/v1/session', async (route) => {
    const response = await route.fetch();
    const session = await response.json();
    session.admin.role = 'auditor';
    await route.fulfill({ response, json: session });
  });
  await auditor.goto(`${server.url}/workflows`);
  await auditor.getByTestId('workflow-row').click();
  await auditor.getByTestId('run-row').first().waitFor();
  for (const button of ['run-now', 'edit-workflow', 'pause-workflow', 'delete-workflow']) {
    assert.equal(await auditor.getByTestId(button).count(), 0, button);
  }
  await auditor.goto(`${server.url}/settings/keys`);
  assert.ok(await auditor.getByTestId('field-offline_login').isDisabled());
  assert.equal(await auditor.getByTestId('save-settings').count(), 0);
  await auditor.context().close();
});

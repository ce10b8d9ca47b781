// Users, groups and import in the console: each page's main job by mouse, and by keyboard alone.
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
  await admin.getByTestId('nav-users').click();
  await admin.getByTestId('no-users').waitFor();
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const rows = () => admin.getByTestId('user-row');
const query = () => new URL(admin.url()).searchParams;

/** Presses Tab until the element with this `data-testid` has the focus. */
async function tabTo(testId, key = 'Tab') {
  for (let presses = 0; presses < 150; presses += 1) {
    await admin.keyboard.press(key);
    if (await admin.evaluate(() => document.activeElement?.dataset.testid) === testId) return;
  }
  assert.fail(`${testId} is not reached with ${key}`);
}

function people(count) {
  let file = 'Login;First name;Last name;E-mail;Department;Teams\n';
  for (let number = 0; number < count; number += 1) {
    const digits = String(number).padStart(3, '0');
    file += `user${digits};Person ${digits};Lovelace;user${digits}@example.test;Mathematics;${number % 2 ? 'Odd' : ''}\n`;
  }
  return file;
}

const upload = (name, text) => admin.getByTestId('file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

test('import: a file is looked into, checked, imported; what is wrong is named by line', async () => {
  await admin.getByTestId('import').click();
  await admin.getByTestId('file').waitFor({ state: 'attached' });
  await everyLook(admin, 'import-empty');
  await upload('latin.csv', Buffer.from([0x6e, 0x0a, 0xfc, 0x0a]));
  await admin.getByTestId('problem').filter({ hasText: 'UTF-8' }).waitFor();
  await everyLook(admin, 'import-refused');

  await upload('people.csv', `${people(120)}bad one;Bad;One;nowhere;;\nuser003;Twice;Once;twice@example.test;;\n`);
  await admin.getByTestId('file-rows').filter({ hasText: '122 rows' }).waitFor();
  const fields = await admin.getByTestId('import-field').evaluateAll((all) => all.map((one) => one.value));
  assert.deepEqual(fields, ['username', 'given_name', 'family_name', 'email', '', 'groups']);
  await everyLook(admin, 'import-columns');
  await admin.getByTestId('check-import').click();
  await admin.getByTestId('checked').waitFor();
  assert.match(await admin.getByTestId('job-done').innerText(), /60 would be added, 62 with a problem/);
  // The groups do not exist: that can be put right here, and then the check is of no use any more.
  await admin.getByTestId('field-create_groups').click();
  await admin.getByTestId('import-result').waitFor({ state: 'detached' });
  await admin.getByTestId('check-import').click();
  await admin.getByTestId('checked').waitFor();
  assert.match(await admin.getByTestId('job-done').innerText(), /120 would be added, 2 with a problem/);
  const problems = await admin.getByTestId('job-problem').allInnerTexts();
  assert.match(problems.join('\n'), /122\s+bad one\s+E-mail address: This is not an e-mail address/);
  assert.match(problems.join('\n'), /123\s+user003\s+Username: Line 5 has this already/);
  await everyLook(admin, 'import-checked');
  await admin.getByTestId('start-import').click();
  await admin.getByTestId('imported').waitFor();
  await everyLook(admin, 'import-done');
  await admin.getByTestId('to-users').click();
  await admin.getByTestId('user-count').filter({ hasText: '120 users' }).waitFor();
  noFaults(admin);
});

test('import by keyboard alone: the same file changes nothing', async () => {
  await admin.goto(`${server.url}/users/import`);
  let chooser;
  // The page moves the focus to its heading when it is there, which may be between the two keys.
  await until('the file dialog opens', async () => {
    await tabTo('file');
    const opens = admin.waitForEvent('filechooser', { timeout: 3_000 }).catch(() => undefined);
    [chooser] = await Promise.all([opens, admin.keyboard.press('Enter')]);
    return chooser !== undefined;
  });
  await chooser.setFiles({ name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(people(120)) });
  await admin.getByTestId('import-column').first().waitFor();
  await tabTo('check-import');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('job-done').filter({ hasText: '120 unchanged' }).waitFor();
  assert.equal(await admin.getByTestId('start-import').count(), 0, 'there is nothing to import');
});

test('the list: search, filters, order and columns are in the address', async () => {
  await admin.goto(`${server.url}/users`);
  await rows().nth(49).waitFor();
  await everyLook(admin, 'people');
  await admin.keyboard.press('/');
  await admin.keyboard.type('lovelace user11');
  await until('ten are left', async () => await rows().count() === 10);
  assert.equal(query().get('q'), 'lovelace user11');
  await admin.getByTestId('filter-group').selectOption({ label: 'Odd' });
  await until('five are left', async () => await rows().count() === 5);
  await admin.getByTestId('filter-sort').selectOption('-name');
  await rows().first().filter({ hasText: 'Person 119' }).waitFor();
  await admin.getByTestId('columns').click();
  await admin.getByTestId('column-username').check();
  await everyLook(admin, 'people-columns');
  await admin.keyboard.press('Escape');
  await admin.getByRole('columnheader', { name: 'Username' }).waitFor();
  await admin.getByRole('link', { name: 'Name', exact: true }).click();
  await rows().first().filter({ hasText: 'Person 111' }).waitFor();
  assert.equal(await admin.locator('th[aria-sort=ascending]').innerText(), 'Name');
  await everyLook(admin, 'people-filtered');

  const address = admin.url();
  await admin.reload();
  await until('the same five', async () => await rows().count() === 5);
  assert.equal(await admin.getByTestId('search').inputValue(), 'lovelace user11');
  assert.equal(admin.url(), address);
  const download = await Promise.all([admin.waitForEvent('download'), admin.getByTestId('export').click()]);
  assert.equal(download[0].suggestedFilename(), 'users.csv');

  await admin.getByTestId('filter-status').selectOption('stale');
  await admin.getByTestId('no-match').waitFor();
  await everyLook(admin, 'people-nobody');
  await admin.getByTestId('show-all').click();
  await rows().nth(49).waitFor();
  await admin.getByTestId('load-more').click();
  await rows().nth(99).waitFor();
  noFaults(admin);
});

test('many at once: into a group and out again, with undo; invited', async () => {
  await admin.goto(`${server.url}/users?q=user00`);
  await until('ten', async () => await rows().count() === 10);
  for (const index of [0, 2]) await rows().nth(index).getByTestId('choose').check();
  assert.match(await admin.getByTestId('chosen-count').innerText(), /2 chosen/);
  await everyLook(admin, 'people-chosen');
  await admin.getByTestId('bulk-join').click();
  await admin.getByTestId('bulk-group').first().check();
  await everyLook(admin, 'people-join');
  await admin.getByTestId('bulk-confirm').click();
  await admin.getByTestId('job-done').filter({ hasText: '2 added' }).waitFor();
  await rows().nth(2).filter({ hasText: 'Odd' }).waitFor();
  await everyLook(admin, 'people-joined');
  await admin.getByTestId('job-undo').click();
  await admin.getByTestId('job-done').filter({ hasText: '2 removed' }).waitFor();
  await until('they are out', async () => !/Odd/.test(await rows().nth(2).innerText()));
  await admin.getByTestId('job-dismiss').click();

  await rows().nth(0).getByTestId('choose').check();
  await admin.getByTestId('bulk-invite').click();
  await admin.getByTestId('bulk-confirm').click();
  await admin.getByTestId('job-done').filter({ hasText: '1 invited' }).waitFor();
  await rows().nth(0).filter({ hasText: 'Pending' }).waitFor();
  noFaults(admin);
});

test('many at once by keyboard alone: everybody a search finds is deleted, after the number was typed', async () => {
  await admin.goto(`${server.url}/users`);
  await rows().first().waitFor();
  await admin.keyboard.press('/');
  await admin.keyboard.type('user1');
  await admin.getByTestId('user-count').filter({ hasText: '20 users' }).waitFor();
  await admin.keyboard.press('Control+A');
  await admin.keyboard.type('lovelace');
  await admin.getByTestId('user-count').filter({ hasText: '120 users' }).waitFor();
  // A part of the word finds as many, and each letter begins a new choice.
  await admin.waitForURL((url) => url.searchParams.get('q') === 'lovelace');
  await rows().nth(49).waitFor();
  await tabTo('choose-shown');
  await admin.keyboard.press('Space');
  await tabTo('choose-all', 'Shift+Tab');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('chosen-count').filter({ hasText: '120 chosen' }).waitFor();
  await admin.getByTestId('choose-nobody').press('Enter');
  // These few will do.
  await admin.keyboard.press('/');
  await admin.keyboard.type('user11');
  await admin.getByTestId('user-count').filter({ hasText: '10 users' }).waitFor();
  await tabTo('choose-shown');
  await admin.keyboard.press('Space');
  await tabTo('bulk-delete', 'Shift+Tab');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('bulk-dialog').getByTestId('field-confirm').waitFor();
  await everyLook(admin, 'people-delete');
  await tabTo('field-confirm');
  await admin.keyboard.type('10');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('job-done').filter({ hasText: '10 deleted' }).waitFor();
  await admin.getByTestId('no-match').waitFor();
  noFaults(admin);
});

test('a user is changed in place, by mouse and by keyboard, and that can be undone', async () => {
  await admin.goto(`${server.url}/users?q=user020`);
  await rows().first().getByRole('link').click();
  await admin.getByTestId('user-info').waitFor();
  await admin.getByTestId('edit-name').click();
  await admin.getByTestId('field-name').fill('Augusta Ada King');
  await everyLook(admin, 'user-edit');
  await admin.getByTestId('save-name').click();
  await admin.getByRole('heading', { level: 1, name: 'Augusta Ada King' }).waitFor();
  // At once: it can be undone for a few seconds.
  await admin.getByTestId('undo').click();
  await admin.getByRole('heading', { level: 1, name: 'Person 020 Lovelace' }).waitFor();
  await everyLook(admin, 'user-info');

  const focused = (testId) => until(`the focus is on ${testId}`, () =>
    admin.evaluate((wanted) => document.activeElement.dataset.testid === wanted, testId));
  await tabTo('edit-email');
  await admin.keyboard.press('Enter');
  await focused('field-email');
  await admin.keyboard.type('user021@example.test');
  await admin.keyboard.press('Enter');
  await admin.locator('#field-email-error').filter({ hasText: 'Another user has this' }).waitFor();
  await everyLook(admin, 'user-refused');
  await admin.keyboard.press('Escape');
  await admin.getByTestId('value-email').filter({ hasText: 'user020@example.test' }).waitFor();
  await focused('edit-email');
  await admin.keyboard.press('Enter');
  await focused('field-email');
  await admin.keyboard.type('ada@example.test');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('value-email').filter({ hasText: 'ada@example.test' }).waitFor();

  await admin.getByTestId('tab-groups').click();
  await admin.getByTestId('group-choice').first().check();
  await admin.getByTestId('save-groups').click();
  await admin.getByTestId('toast').filter({ hasText: 'Groups: saved' }).waitFor();
  await everyLook(admin, 'user-groups');
  await admin.getByTestId('tab-activity').click();
  await admin.getByTestId('activity').filter({ hasText: 'added' }).waitFor();
  await everyLook(admin, 'user-activity');
  noFaults(admin);
});

test('a user is deleted after the username was typed', async () => {
  await admin.goto(`${server.url}/users?q=user030`);
  await rows().first().getByRole('link').click();
  await admin.getByTestId('delete-user').click();
  await admin.getByTestId('field-confirm').fill('user03');
  assert.ok(await admin.getByTestId('delete-confirm').isDisabled());
  await everyLook(admin, 'user-delete');
  await admin.getByTestId('field-confirm').fill('user030');
  await admin.getByTestId('delete-confirm').click();
  await admin.waitForURL('**/users');
  await admin.getByTestId('user-count').filter({ hasText: '109 users' }).waitFor();
  noFaults(admin);
});

test('a group: renamed, members added and removed, deleted – by mouse', async () => {
  await admin.goto(`${server.url}/groups`);
  await admin.getByTestId('group-row').getByRole('link', { name: 'Odd' }).click();
  await admin.getByTestId('member').nth(20).waitFor();
  await admin.getByTestId('rename-group').click();
  await admin.getByTestId('field-name').fill('Odd ones');
  await admin.getByTestId('rename-confirm').click();
  await admin.getByRole('heading', { level: 1, name: 'Odd ones' }).waitFor();
  const count = async () => Number((await admin.getByTestId('member-count').innerText()).match(/\d+/)[0]);
  const before = await count();
  await admin.getByTestId('add-search').fill('user04');
  await admin.getByTestId('found-user').nth(5).waitFor();
  await everyLook(admin, 'group');
  await admin.getByTestId('add-member').first().click();
  await until('one more', async () => await count() === before + 1);
  await admin.getByTestId('undo').last().click();
  await until('as before', async () => await count() === before);
  noFaults(admin);
});

test('a group by keyboard alone: made, a member added and removed, deleted after its name was typed', async () => {
  await admin.goto(`${server.url}/groups`);
  await admin.getByTestId('group-row').first().waitFor();
  await everyLook(admin, 'groups-counted');
  await tabTo('new-group');
  await admin.keyboard.press('Enter');
  await tabTo('field-name');
  await admin.keyboard.type('Board');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('group-row').nth(1).waitFor();
  const id = (await admin.getByTestId('group-row').filter({ hasText: 'Board' }).getByRole('link').getAttribute('href'));
  await admin.goto(server.url + id);
  await admin.getByTestId('no-members').waitFor();
  await everyLook(admin, 'group-empty');
  await admin.keyboard.press('/');
  await admin.keyboard.type('user050');
  await until('one is found', async () => await admin.getByTestId('found-user').count() === 1);
  await tabTo('add-member');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('member').waitFor();
  await tabTo('remove-member');
  await admin.keyboard.press('Enter');
  await admin.getByTestId('no-members').waitFor();
  await tabTo('delete-group', 'Shift+Tab');
  await admin.keyboard.press('Enter');
  await tabTo('field-confirm');
  await admin.keyboard.type('Board');
  await admin.keyboard.press('Enter');
  await admin.waitForURL('**/groups');
  await until('one group is left', async () => await admin.getByTestId('group-row').count() === 1);
  noFaults(admin);
});

// The console by keyboard alone: the palette, the keys, and each page's main job; and what is said when the connection
// is lost. (Users, groups, import, mail settings and the audit log by keyboard: people, mail and logs tests.)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page, until } from './lib.mjs';

let server, launched, sandbox, admin;

before(async () => {
  server = await appliance('sandbox', '--no-uhid');
  launched = await browser();
  sandbox = await page(launched);
  await sandbox.goto(`${server.url}/sandbox`);
  await sandbox.locator('[data-testid=phone-screen][data-screen=home]').waitFor();
  admin = await page(launched);
  await admin.goto(`${server.url}/api/v1/sandbox/console`);
  await admin.getByTestId('user-row').first().waitFor();
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const press = (...keys) => keys.reduce((before, key) => before.then(() => admin.keyboard.press(key)), Promise.resolve());
const type = (text) => admin.keyboard.type(text);
const heading = (name) => admin.getByRole('heading', { level: 1, name }).waitFor();
const palette = () => admin.getByTestId('palette');
const chosen = () => palette().locator('[aria-selected=true]');
const focus = () => admin.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.tagName);
const focused = (wanted) => until(`the focus is on ${wanted}`, async () => (await focus()) === wanted);

/**
 * Whether what has the focus shows it: itself, the label around it, or the row it covers. The page has it, or its heading
 * when it has just arrived: those are no controls.
 */
const shown = () => admin.evaluate(() => {
  const outlined = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  const element = document.activeElement;
  const label = element.closest('label');
  return element.matches('body, h1, h2') || outlined(getComputedStyle(element))
    || outlined(getComputedStyle(element, '::after')) || (label !== null && outlined(getComputedStyle(label)));
});

/** Presses Tab until the focus is where `there` says: on a `data-testid`, or on what a selector matches. */
async function tabTo(there, key = 'Tab') {
  const selector = /^[\w-]+$/.test(there) ? `[data-testid="${there}"]` : there;
  for (let presses = 0; presses < 150; presses += 1) {
    if (await admin.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    await press(key);
    assert.ok(await shown(), `${await focus()} does not show that it has the focus`);
  }
  assert.fail(`${there} is not reached with ${key}`);
}

test('the palette finds pages, actions, users and groups, and goes there', async () => {
  await admin.getByTestId('search').focus();
  await press('Control+k');
  await focused('palette-input');
  await everyLook(admin, 'palette');
  await type('nobody at all');
  await admin.getByTestId('palette-note').filter({ hasText: 'Nothing matches' }).waitFor();
  await everyLook(admin, 'palette-nobody');
  await press('Escape');
  await palette().waitFor({ state: 'hidden' });
  await focused('search');

  await press('Control+k');
  assert.equal(await admin.getByTestId('palette-input').inputValue(), '', 'it begins anew');
  await type('new us');
  await chosen().filter({ hasText: 'New user' }).waitFor();
  await press('Enter');
  await admin.waitForURL('**/users/new');
  await focused('H1');

  await press('Control+k');
  await type('ada love');
  await palette().getByRole('option', { name: /Ada Lovelace/ }).waitFor();
  await everyLook(admin, 'palette-user');
  await chosen().filter({ hasText: 'Ada Lovelace' }).waitFor();
  await press('ArrowDown');
  await chosen().filter({ hasText: 'All users that match' }).waitFor();
  await press('ArrowDown');
  await chosen().filter({ hasText: 'Ada Lovelace' }).waitFor();
  await press('ArrowUp', 'ArrowUp');
  assert.equal(await admin.getByTestId('palette-input').getAttribute('aria-activedescendant'), await chosen().getAttribute('id'));
  await chosen().filter({ hasText: 'Ada Lovelace' }).waitFor();
  await press('Enter');
  await heading('Ada Lovelace');
  await focused('H1');

  await press('Control+k');
  await type('new group');
  await chosen().filter({ hasText: 'New group' }).waitFor();
  await press('Enter');
  await focused('field-name');
  await type('Navigators');
  await press('Enter');
  await admin.getByTestId('group-row').filter({ hasText: 'Navigators' }).waitFor();
  assert.ok(admin.url().endsWith('/groups'));
  await press('Control+k');
  await type('navig');
  await chosen().filter({ hasText: 'Navigators' }).waitFor();
  await press('Enter');
  await heading('Navigators');
  noFaults(admin);
});

test('by touch: the palette has a button, a way out, and options to press', async () => {
  await admin.setViewportSize({ width: 360, height: 800 });
  await admin.getByTestId('open-palette').click();
  await focused('palette-input');
  await admin.getByTestId('palette-close').click();
  await palette().waitFor({ state: 'hidden' });
  await focused('open-palette');
  await admin.getByTestId('open-palette').click();
  await palette().getByRole('option', { name: 'Computers' }).click();
  await heading('Computers');
  await admin.setViewportSize({ width: 1280, height: 900 });
});

test('keys: ? lists them, g and a letter go to a page, and none of them when somebody types', async () => {
  await press('?');
  await admin.getByTestId('shortcuts').getByText('Search this page').waitFor();
  await everyLook(admin, 'shortcuts');
  await press('g', 'u');
  assert.match(admin.url(), /computers/, 'not while a dialog is open');
  await press('Escape');
  await press('g', 'u');
  await heading('Users');
  await admin.getByTestId('user-row').first().waitFor();
  await press('/');
  await focused('search');
  await type('g?k/');
  await until('it is searched', () => admin.url().includes('q=g'));
  assert.equal(await admin.getByTestId('search').inputValue(), 'g?k/');
  assert.ok(!(await admin.getByTestId('shortcuts').isVisible()));
  await press('Escape');
  await until('the search is over', () => !admin.url().includes('q='));
  assert.equal(await admin.getByTestId('search').inputValue(), '');
  await admin.getByTestId('account').click();
  await admin.getByTestId('show-shortcuts').click();
  await admin.getByTestId('shortcuts').getByText('Search this page').waitFor();
  await press('Escape');
  await focused('account');
  noFaults(admin);
});

test('who only looks is offered nothing to do', async () => {
  const session = await (await admin.request.get(`${server.url}/api/v1/session`)).json();
  const auditor = { ...session, admin: { ...session.admin, role: 'auditor' } };
  await admin.route('**/api/v1/session', (route) => route.fulfill({ json: auditor }));
  await admin.reload();
  await admin.getByTestId('user-row').first().waitFor();
  await press('Control+k');
  await palette().getByRole('option', { name: 'Audit' }).waitFor();
  assert.equal(await palette().getByRole('option', { name: 'New user' }).count(), 0);
  await press('Escape');
  await admin.unroute('**/api/v1/session');
  await admin.reload();
  await admin.getByTestId('user-row').first().waitFor();
});

test('by keyboard alone: a user is added, with a key, and invited', async () => {
  await heading('Users');
  await tabTo('new-user');
  await press('Enter');
  await tabTo('field-name');
  await type('Mary Somerville');
  await press('Tab');
  await type('mary@example.test');
  await press('Tab');
  await type('mary');
  await tabTo('assign-key');
  await press('Enter');
  await focused('H2');
  await tabTo('continue');
  await press('Enter');
  await admin.getByRole('switch').first().waitFor();
  await focused('H2');
  await tabTo('continue');
  await press('Enter');
  await admin.getByTestId('activate-by-email').waitFor();
  await focused('H2');
  await tabTo('activate-by-email');
  await press('Enter');
  await admin.getByTestId('mailed-to').waitFor();
  await tabTo('to-user');
  await press('Enter');
  await heading('Mary Somerville');
  noFaults(admin);
});

test('by keyboard alone: a mail is opened and deleted', async () => {
  await press('g', 'i');
  await heading('Inbox');
  const mail = admin.getByTestId('mail-row').filter({ hasText: 'mary@example.test' });
  await mail.waitFor();
  await tabTo('.row-link');
  await press('Enter');
  await admin.getByTestId('mail-to').filter({ hasText: 'mary@example.test' }).waitFor();
  await tabTo('delete-mail');
  await press('Enter');
  await admin.getByTestId('confirm-yes').waitFor();
  await everyLook(admin, 'mail-delete');
  await press('Escape');
  await focused('delete-mail');
  await press('Enter');
  await tabTo('confirm-yes');
  await press('Enter');
  await heading('Inbox');
  await mail.waitFor({ state: 'detached' });
  noFaults(admin);
});

test('by keyboard alone: a computer is blocked; the focus stays though the list is drawn anew', async () => {
  await press('g', 'c');
  await heading('Computers');
  await admin.getByTestId('computer-row').waitFor();
  await tabTo('block-computer');
  await press('Enter');
  await tabTo('confirm-yes');
  await press('Enter');
  await admin.getByTestId('computer-status').filter({ hasText: 'Blocked' }).waitFor();
  await focused('block-computer');
  await press('Enter');
  await admin.getByTestId('computer-status').filter({ hasText: 'Online' }).waitFor();
  await focused('block-computer');
  noFaults(admin);
});

test('by keyboard alone: the focus is kept in a list that changes, and passed on when its row is gone', async () => {
  await press('g', 'u');
  const rows = admin.getByTestId('user-row');
  await rows.first().waitFor();
  await tabTo('choose');
  await press('Space');
  await admin.getByTestId('chosen-count').filter({ hasText: '1 chosen' }).waitFor();
  const first = await admin.evaluate(() => document.activeElement.ariaLabel);
  const before = await rows.count();
  const added = await (await admin.request.post(`${server.url}/api/v1/users`, {
    data: { username: '0', name: 'Caroline Herschel', email: 'caroline@example.test' },
  })).json();
  await until('it is listed', async () => (await rows.count()) === before + 1);
  await until(`the focus is on: ${first}`, async () =>
    (await admin.evaluate(() => document.activeElement.ariaLabel)) === first, 5_000);

  await press('Shift+Tab');
  while ((await admin.evaluate(() => document.activeElement.ariaLabel)) !== 'Choose Caroline Herschel') await press('Shift+Tab');
  assert.ok((await admin.request.delete(`${server.url}/api/v1/users/${added.id}`)).ok());
  await until('it is gone', async () => (await rows.count()) === before);
  await focused('choose');
  noFaults(admin);
});

test('by keyboard alone: the dashboard leads to a list, the log is filtered', async () => {
  await press('g', 'd');
  await heading('Dashboard');
  await admin.getByTestId('people').waitFor();
  await tabTo('[data-testid=people] a');
  const href = await admin.evaluate(() => document.activeElement.getAttribute('href'));
  await press('Enter');
  await admin.waitForURL(`**${href}`);
  await press('g', 'l');
  await heading('Logs');
  await tabTo('filter-outcome');
  await type('Failed');
  await admin.waitForURL('**/logs?outcome=failed');
  await admin.getByTestId('no-match').waitFor();
  noFaults(admin);
});

test('a lost connection is said, and no more when it is back, with the page as it is now', async () => {
  const own = await appliance('serve');
  try {
    const other = await page(launched);
    const token = (await own.setupLink()).split('#')[1];
    await other.request.post(`${own.url}/api/v1/setup`, { data: {
      token, organisation: 'Example organisation', name: 'First admin', email: 'admin@example.test', password: 'correct horse battery',
    } });
    await other.goto(`${own.url}/users`);
    await other.getByTestId('no-users').waitFor();
    await own.halt();
    assert.ok(!(await other.getByTestId('connection-lost').isVisible()), 'a moment is not worth a word');
    await other.getByTestId('connection-lost').waitFor();
    await everyLook(other, 'connection-lost');
    await own.start();
    const added = await other.request.post(`${own.url}/api/v1/users`, { data: { username: 'ada', name: 'Ada', email: 'ada@example.test' } });
    assert.ok(added.ok());
    await other.getByTestId('user-row').waitFor();
    await other.getByTestId('connection-lost').waitFor({ state: 'detached' });
    await other.context().close();
  } finally {
    await own.stop();
  }
});

// Dashboard (A16), sign-ins (A14) and audit (A15): filled by the sandbox, live, filtered, and by keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page, until } from './lib.mjs';

let server, launched, sandbox, admin;

before(async () => {
  server = await appliance('sandbox', '--no-uhid');
  launched = await browser();
  sandbox = await page(launched);
  await sandbox.goto(`${server.url}/sandbox`);
  admin = await page(launched);
  await admin.goto(`${server.url}/api/v1/sandbox/console`);
  await admin.getByTestId('user-row').first().waitFor();
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const outcome = (state) => sandbox.locator(`[data-testid=demo-outcome][data-state=${state}]`).waitFor();
const screen = (kind) => sandbox.locator(`[data-testid=phone-screen][data-screen=${kind}]`).waitFor();
const press = (testId) => sandbox.getByTestId(testId).click();
const rows = (testId) => admin.getByTestId(testId);
const shows = (testId, count) => until(`${count} of ${testId}`, async () => (await rows(testId).count()) === count);

test('the dashboard says what to do next', async () => {
  await admin.getByTestId('nav-dashboard').click();
  await admin.getByTestId('dashboard').waitFor();
  await everyLook(admin, 'dashboard-new');
  const blocked = admin.getByTestId('people').getByRole('link', { name: /Never invited/ });
  const count = Number((await blocked.innerText()).match(/\d+$/)[0]);
  await blocked.click();
  await admin.waitForURL('**/users?status=never_invited');
  await (count ? shows('user-row', count) : admin.getByTestId('no-match').waitFor());
});

test('sign-ins appear by themselves, with what the phone says of them', async () => {
  await admin.goto(`${server.url}/logs`);
  await admin.getByTestId('no-sign-ins').waitFor();
  await everyLook(admin, 'sign-ins-empty');
  await screen('home');
  await press('demo-register');
  await screen('request');
  await press('phone-approve');
  await screen('unlock');
  await press('phone-unlock');
  await outcome('registered');
  await shows('sign-in-row', 1);
  await press('demo-sign-in');
  await screen('request');
  await press('phone-deny');
  await outcome('failed');
  await shows('sign-in-row', 2);
  await press('demo-sign-in');
  await screen('request');
  await press('phone-approve');
  await outcome('signed-in');
  await shows('sign-in-row', 3);
  assert.match(await rows('sign-in-row').first().innerText(), /Ada Lovelace[\s\S]*Sign in at localhost[\s\S]*Succeeded/);
  assert.match(await rows('sign-in-row').nth(1).innerText(), /Denied/);
  await everyLook(admin, 'sign-ins');
});

test('sign-ins are filtered by what the address says, and told in full beside the list', async () => {
  await admin.getByTestId('outcome').first().waitFor();
  await admin.locator('select[data-testid=filter-reason]').selectOption('denied');
  await admin.waitForURL('**/logs?reason=denied');
  await shows('sign-in-row', 1);
  await admin.reload();
  await shows('sign-in-row', 1);
  await rows('sign-in-row').getByRole('link').click();
  const facts = admin.getByTestId('entry-facts');
  await facts.waitFor();
  assert.match(await facts.innerText(), /Web site\s+localhost/);
  await everyLook(admin, 'sign-in');
  await admin.keyboard.press('Escape');
  await facts.waitFor({ state: 'detached' });
  assert.ok(!admin.url().includes('entry='));
  await admin.locator('select[data-testid=filter-reason]').selectOption('busy');
  await admin.getByTestId('no-match').waitFor();
  await admin.getByRole('link', { name: 'Show the whole log' }).click();
  await shows('sign-in-row', 3);
  noFaults(admin);
});

test('a user’s activity shows theirs', async () => {
  await rows('sign-in-row').first().getByRole('link').click();
  await admin.getByTestId('entry-facts').getByRole('link', { name: 'Ada Lovelace' }).click();
  await admin.getByTestId('tab-activity').click();
  await shows('recent-sign-in', 3);
  await everyLook(admin, 'user-activity');
  await admin.getByTestId('all-sign-ins').click();
  await admin.waitForURL('**/logs?user=*');
  await shows('sign-in-row', 3);
  await admin.getByTestId('without-user').click();
  await admin.waitForURL('**/logs');
});

test('the dashboard counts them, and each number leads to its list', async () => {
  await admin.getByTestId('nav-dashboard').click();
  await admin.getByTestId('failures').getByText('Denied').waitFor();
  await everyLook(admin, 'dashboard');
  await admin.getByTestId('days').locator('summary').click();
  const today = admin.getByTestId('days').locator('tbody tr').first();
  assert.deepEqual((await today.locator('td').allInnerTexts()).map(Number), [1, 1, 1]);
  await everyLook(admin, 'dashboard-numbers');
  await today.getByRole('link').first().click();
  await shows('sign-in-row', 1);
  await admin.goBack();
  await admin.getByTestId('failures').getByRole('link').first().click();
  await admin.waitForURL('**/logs?reason=denied&since=30d');
  await shows('sign-in-row', 1);
  noFaults(admin);
});

test('the audit log: found, opened and narrowed by keyboard alone', async () => {
  await admin.goto(`${server.url}/logs/audit`);
  await rows('audit-row').first().waitFor();
  await everyLook(admin, 'audit');
  await admin.keyboard.press('/');
  await admin.keyboard.type('computer paired');
  await admin.waitForURL('**/logs/audit?q=computer+paired');
  await shows('audit-row', 1);
  await admin.keyboard.press('Tab');
  for (let tabs = 0; tabs < 6 && !(await admin.evaluate(() => document.activeElement.matches('.row-link'))); tabs += 1) {
    await admin.keyboard.press('Tab');
  }
  await admin.keyboard.press('Enter');
  await admin.getByTestId('entry-facts').waitFor();
  assert.match(await admin.getByTestId('entry-facts').innerText(), /By whom\s+Pocketkey/);
  await everyLook(admin, 'audit-entry');
  await admin.keyboard.press('Escape');
  await admin.getByTestId('entry-facts').waitFor({ state: 'detached' });
  await admin.goto(`${server.url}/logs/audit?action=group`);
  await rows('audit-row').first().waitFor();
  noFaults(admin);
});

test('exports are what is listed', async () => {
  await admin.goto(`${server.url}/logs?reason=denied`);
  await shows('sign-in-row', 1);
  const [download] = await Promise.all([admin.waitForEvent('download'), admin.getByTestId('export-csv').click()]);
  assert.equal(download.suggestedFilename(), 'authentications.csv');
});

test('what is logged is a setting', async () => {
  await admin.getByTestId('log-settings').click();
  await admin.getByTestId('log-settings-dialog').getByRole('switch').click();
  await admin.getByTestId('field-keep_days').fill('0');
  await admin.getByTestId('save-log-settings').click();
  await admin.locator('#field-keep_days-error:not([hidden])').waitFor();
  await everyLook(admin, 'log-settings');
  await admin.getByTestId('field-keep_days').fill('30');
  await admin.getByTestId('save-log-settings').click();
  await admin.getByTestId('log-settings-dialog').getByRole('switch').waitFor({ state: 'detached' });
  await press('demo-sign-in');
  await screen('request');
  await press('phone-approve');
  await outcome('signed-in');
  await admin.goto(`${server.url}/logs?action=sign_in`);
  await shows('sign-in-row', 3);
  assert.doesNotMatch(await rows('sign-in-row').first().innerText(), /localhost/);
  noFaults(admin);
});

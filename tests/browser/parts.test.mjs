// The console comes in parts: what a first load fetches, that a page's part arrives when it is gone to, and what is said
// when it cannot be had.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, appliance, browser, everyLook, noFaults, page } from './lib.mjs';

/**
 * Pages most begin with: their part, what shows that they are there, and what their first load may weigh, in bytes as they
 * are sent: what it weighs now (docs/benchmarks.md) and a little more, since another compiler makes another program.
 */
const FIRST_PAGES = [
  { part: 'welcome', address: '/', shown: 'sign-in-form', limit: 152_000 },
  { part: 'dashboard', address: '/dashboard', shown: 'next-steps', limit: 152_000, signedIn: true },
  { part: 'users', address: '/users', shown: 'no-users', limit: 177_000, signedIn: true },
];

let server, launched, state;

before(async () => {
  server = await appliance('serve');
  launched = await browser();
  const admin = await page(launched);
  await admin.goto(await server.setupLink());
  for (const [field, value] of [['organisation', 'Example organisation'], ['name', 'First admin'],
    ['email', 'admin@example.test'], ['password', 'correct horse battery']]) {
    await admin.getByTestId(`field-${field}`).fill(value);
  }
  await admin.getByTestId('setup-submit').click();
  await admin.getByTestId('organisation').waitFor();
  noFaults(admin);
  state = await admin.context().storageState();
  await admin.context().close();
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const parts = (opened) => opened.evaluate(() => performance.getEntriesByType('resource')
  .map((entry) => new URL(entry.name).pathname).filter((path) => path.endsWith('.wasm')));

for (const { part, address, shown, limit, signedIn } of FIRST_PAGES) {
  test(`${address} is there after its own part (${part}) and no other`, async () => {
    const opened = await page(launched, signedIn ? { storageState: state } : {});
    // What is fetched by itself once the console was at rest for three seconds is not the first load.
    await opened.addInitScript(() => {
      const later = window.setTimeout;
      window.setTimeout = (act, time, ...more) => (time === 3000 ? 0 : later(act, time, ...more));
    });
    await opened.goto(`${server.url}${address}`);
    await opened.getByTestId(shown).waitFor();
    const fetched = await opened.evaluate(() => [performance.getEntriesByType('navigation')[0],
      ...performance.getEntriesByType('resource')].map((entry) => [entry.name, entry.encodedBodySize]));
    const program = fetched.filter(([name]) => !name.includes('/api/'));
    const bytes = program.reduce((sum, [, size]) => sum + size, 0);
    console.log(`first load of ${address}: ${program.length} files, ${bytes} bytes`);
    assert.ok(bytes > 50_000 && bytes <= limit, `${bytes} bytes:\n${program.join('\n')}`);
    // A file is for the parts it names: console-first_dashboard_users-….wasm.
    const own = new RegExp(`first_(\\w+_)?${part}[_-]`);
    const others = program.filter(([name]) => /(first|split|chunk)_/.test(name) && !own.test(name));
    assert.ok(program.some(([name]) => own.test(name)), 'the part of this page');
    assert.deepEqual(others, [], 'no other part');
    noFaults(opened);
    await opened.context().close();
  });
}

test('the part of a page arrives when it is gone to', async () => {
  const admin = await page(launched, { storageState: state });
  await admin.goto(`${server.url}/users`);
  await admin.getByTestId('nav-inbox').click();
  await admin.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
  assert.ok((await parts(admin)).some((path) => path.includes('split_operations')), 'the part of the page gone to');
  noFaults(admin);
  await admin.context().close();
});

test('a page not gone to yet is there already once the console was at rest', async () => {
  const admin = await page(launched, { storageState: state });
  await admin.goto(`${server.url}/users`);
  await admin.getByTestId('no-users').waitFor();
  await admin.waitForFunction(() => ['people', 'operations'].every((part) =>
    performance.getEntriesByType('resource').some((entry) => entry.name.includes(`split_${part}`))));
  await admin.context().setOffline(true);
  await admin.getByTestId('nav-groups').click();
  await admin.getByRole('heading', { level: 1, name: 'Groups' }).waitFor();
  await admin.context().close();
});

test('a page whose part is gone says so; reloading brings it', async () => {
  const admin = await page(launched, { storageState: state });
  const gone = (route) => route.fulfill({ status: 404, body: 'There is no such file.\n' });
  await admin.route(/split_operations/, gone);
  await admin.goto(`${server.url}/inbox`);
  await admin.getByTestId('missing-part').waitFor();
  await everyLook(admin, 'missing-part');
  // The rest of the console goes on.
  await admin.getByTestId('nav-users').click();
  await admin.getByTestId('no-users').waitFor();
  await admin.getByTestId('nav-inbox').click();
  await admin.getByTestId('missing-part').waitFor();
  await admin.unroute(/split_operations/, gone);
  await admin.getByTestId('reload').click();
  await admin.getByRole('heading', { level: 1, name: 'Inbox' }).waitFor();
  await accessible(admin, 'inbox');
  await admin.context().close();
});

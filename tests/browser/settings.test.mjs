// Settings of a key that are changed while its phone is away: the key's page says that they wait, and, by itself, that the
// phone has taken them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page, until } from './lib.mjs';

let server, launched, admin, key;

before(async () => {
  server = await appliance('sandbox', '--no-uhid');
  launched = await browser();
  admin = await page(launched);
  await admin.goto(`${server.url}/api/v1/sandbox/console`);
  key = await until('a phone is somebody\'s key', async () =>
    (await (await admin.request.get(`${server.url}/api/v1/keys?status=active`)).json()).items[0]?.key);
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const online = (on) => server.post('/api/v1/sandbox/phones/phone-1/online', { online: on });
const says = (text) => admin.getByTestId('settings-taken').filter({ hasText: text }).waitFor();

test('new settings wait for a phone that is away, and are taken when it comes', async () => {
  await admin.goto(`${server.url}/keys/${key.id}`);
  await says('Taken by the phone');
  await everyLook(admin, 'settings-taken');
  await online(false);
  const chosen = await admin.request.put(`${server.url}/api/v1/keys/${key.id}/settings`, {
    data: { verification: 'reader_tap_and_pin' },
  });
  assert.equal(chosen.status(), 200);
  await says('Waiting for the phone');
  await everyLook(admin, 'settings-wait');
  await online(true);
  await says('Taken by the phone');
  const [phone] = (await server.get('/api/v1/sandbox')).phones;
  assert.equal(phone.settings.verification, 'reader_tap_and_pin');
  noFaults(admin);
});

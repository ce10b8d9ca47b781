// The inbox: mails appear by themselves, are found, taken apart and deleted; faults are set, seen and ended.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { appliance, browser, everyLook, noFaults, page } from './lib.mjs';

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

/** Sends a mail; gives what the server said last but for its good-bye. */
function send(mail, to = 'bob@example.test') {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(server.smtp, '127.0.0.1', () => socket.write(
      `EHLO test\r\nMAIL FROM:<ada@example.test>\r\nRCPT TO:<${to}>\r\nDATA\r\n${mail.replaceAll('\n', '\r\n')}\r\n.\r\nQUIT\r\n`));
    socket.on('data', (bytes) => { said += bytes; });
    socket.on('end', () => resolve(said));
    socket.on('error', reject);
  });
}

const WITH_EVERYTHING = `Subject: Your verification code
From: Ada Lovelace <ada@example.test>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html

<h1>Hello</h1><p>Your code is <b>246 810</b>.</p><p><a href="https://keys.example.org/go">Go on</a></p>
<script>document.body.textContent = 'script ran'</script><img src="http://127.0.0.1:9/x.png" alt="blocked">
--b
Content-Type: text/csv
Content-Disposition: attachment; filename="prices.csv"

a,b
--b--`;

test('an empty inbox says what comes; mails appear by themselves', async () => {
  await admin.goto(`${server.url}/inbox`);
  await admin.getByTestId('no-mail').waitFor();
  await everyLook(admin, 'inbox-empty');
  await send('Subject: Minutes of the meeting\n\nAll were there.');
  await admin.getByTestId('mail-row').filter({ hasText: 'Minutes' }).waitFor();
  await send(WITH_EVERYTHING);
  await admin.getByTestId('attached').waitFor();
  assert.equal(await admin.getByTestId('mail-row').count(), 2);
  await everyLook(admin, 'inbox-mails');
  noFaults(admin);
});

test('the search is in the address, and says what it does not understand', async () => {
  await admin.getByTestId('search').fill('has:attachment from:lovelace');
  await admin.waitForURL('**/inbox?q=has%3Aattachment**');
  await admin.getByTestId('mail-row').filter({ hasText: 'Minutes' }).waitFor({ state: 'detached' });
  assert.equal(await admin.getByTestId('mail-row').count(), 1);
  await admin.getByTestId('search').fill('before:soon');
  await admin.getByTestId('problem').filter({ hasText: 'before:2026-01-31' }).waitFor();
  await everyLook(admin, 'inbox-search-problem');
  await admin.getByTestId('search').fill('nowhere');
  await admin.getByTestId('no-match').waitFor();
  await everyLook(admin, 'inbox-no-match');
  noFaults(admin);
});

test('a mail is taken apart, and its script does not run', async () => {
  await admin.goto(`${server.url}/inbox?q=verification`);
  await admin.getByTestId('mail-row').first().click();
  assert.equal(await admin.getByTestId('mail-code').innerText(), '246810');
  assert.equal(await admin.getByTestId('mail-link').first().innerText(), 'https://keys.example.org/go');
  const frame = admin.frameLocator('[data-testid=mail-html]');
  await frame.getByRole('heading', { name: 'Hello' }).waitFor();
  await everyLook(admin, 'mail-everything');
  const [saved] = await Promise.all([admin.waitForEvent('download'), admin.getByTestId('mail-attachment').click()]);
  assert.equal(saved.suggestedFilename(), 'prices.csv');
  for (const tab of ['text', 'headers', 'source']) {
    await admin.getByTestId(`tab-${tab}`).click();
    await admin.getByTestId(`mail-${tab}`).waitFor();
    await everyLook(admin, `mail-${tab}`);
  }
  // The frame refuses the script and the picture, and says so in the console; nothing else may complain.
  const others = admin.faults.filter((fault) => !/Content Security Policy|sandboxed/.test(fault));
  assert.deepEqual(others, []);
  admin.faults.length = 0;
});

test('a fault is set, seen on every open page, and ended', async () => {
  await admin.goto(`${server.url}/inbox`);
  const other = await admin.context().newPage();
  await other.goto(`${server.url}/inbox`);
  await other.getByTestId('mail-row').first().waitFor();
  // A page behind another one stands still.
  await admin.bringToFront();
  await admin.getByTestId('set-fault').click();
  await admin.getByTestId('field-kind-greylist').check();
  await admin.getByTestId('field-seconds').fill('0');
  await admin.getByTestId('field-to').fill('@example.test');
  await admin.getByTestId('start-fault').click();
  await admin.locator('#field-seconds-error:not([hidden])').waitFor();
  await everyLook(admin, 'inbox-fault-dialog');
  await admin.getByTestId('field-seconds').fill('60');
  await admin.getByTestId('start-fault').click();
  for (const one of [admin, other]) await one.getByTestId('fault').filter({ hasText: '60 seconds' }).waitFor();
  await everyLook(admin, 'inbox-fault');
  assert.match(await send('Subject: put off\n\nhi'), /451 4\.7\.1/);
  await other.bringToFront();
  await other.getByTestId('end-fault').click();
  await admin.getByTestId('fault').waitFor({ state: 'detached' });
  assert.match(await send('Subject: taken\n\nhi'), /250 2\.6\.0/);
  await other.close();
  noFaults(admin);
});

test('all that a search finds is deleted, after a question', async () => {
  await admin.goto(`${server.url}/inbox?q=subject:minutes`);
  await admin.getByTestId('mail-row').waitFor();
  await admin.getByTestId('delete-all').click();
  await admin.getByTestId('delete-dialog').getByText('matches “subject:minutes”').waitFor();
  await everyLook(admin, 'inbox-delete');
  await admin.getByTestId('confirm-delete').click();
  await admin.getByTestId('no-match').waitFor();
  await admin.goto(`${server.url}/inbox`);
  await admin.getByTestId('mail-row').first().waitFor();
  assert.equal(await admin.getByTestId('mail-row').count(), 2);
  noFaults(admin);
});

// The console in German: as the browser wishes, as chosen, and back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, appliance, browser, noFaults, page } from './lib.mjs';

let server, launched, admin;

before(async () => {
  server = await appliance('serve');
  launched = await browser();
  admin = await page(launched, { locale: 'de-AT' });
  await admin.goto(await server.setupLink());
  for (const [field, value] of [['organisation', 'Beispiel GmbH'], ['name', 'Erste Admin'],
    ['email', 'admin@example.test'], ['password', 'correct horse battery']]) {
    await admin.getByTestId(`field-${field}`).fill(value);
  }
  await admin.getByTestId('setup-submit').click();
  await admin.getByTestId('account').waitFor();
});

after(async () => {
  await launched?.close();
  await server?.stop();
});

const language = () => admin.locator('html').getAttribute('lang');
const heading = (name) => admin.getByRole('heading', { level: 1, name, exact: true }).waitFor();

async function narrow(name) {
  await admin.setViewportSize({ width: 360, height: 800 });
  await admin.screenshot({ path: `screenshots/german-${name}-360.png`, fullPage: true });
  const { wide, screen } = await admin.evaluate(
    () => ({ wide: document.documentElement.scrollWidth, screen: document.documentElement.clientWidth }));
  assert.ok(wide <= screen, `${name} is ${wide} px wide on a screen of ${screen}`);
  await accessible(admin, `${name} in German, 360 px`);
  await admin.setViewportSize({ width: 1280, height: 900 });
}

async function choose(key) {
  await admin.getByTestId('account').click();
  const reloaded = admin.waitForEvent('load');
  await admin.getByTestId(`language-${key}`).check({ force: true }).catch(() => {});
  await reloaded;
  await admin.getByTestId('account').waitFor();
}

test('a German browser sees German', async () => {
  await admin.goto(`${server.url}/users`);
  await heading('Benutzer');
  assert.equal(await language(), 'de');
  await admin.getByText('Noch keine Benutzer').waitFor();
  await narrow('users');
  await admin.goto(`${server.url}/settings/mail`);
  await admin.getByText('Wohin Mails gehen').waitFor();
  await narrow('mail-settings');
  await admin.goto(`${server.url}/settings/admins`);
  await admin.getByText('Zweiter Schritt für alle Admins').waitFor();
  await narrow('admins');
  noFaults(admin);
});

test('the choice goes over the browser’s wish, and can be taken back', async () => {
  await admin.goto(`${server.url}/users`);
  await heading('Benutzer');
  await admin.getByTestId('account').click();
  await admin.getByTestId('language-en').waitFor();
  await admin.screenshot({ path: 'screenshots/german-menu.png' });
  await admin.keyboard.press('Escape');
  await choose('en');
  await heading('Users');
  assert.equal(await language(), 'en');
  await choose('de');
  await heading('Benutzer');
  await choose('system');
  await heading('Benutzer');
  assert.equal(await admin.evaluate(() => localStorage.getItem('pocketkey-language')), null);
  noFaults(admin);
});

test('signing in is in German, too; other languages get English', async () => {
  const german = await page(launched, { locale: 'de-DE' });
  await german.goto(`${server.url}/sign-in`);
  await german.getByRole('button', { name: 'Anmelden', exact: true }).waitFor();
  const french = await page(launched, { locale: 'fr-FR' });
  await french.goto(`${server.url}/sign-in`);
  await french.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  assert.equal(await french.locator('html').getAttribute('lang'), 'en');
});

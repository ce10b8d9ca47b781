// Real clients against the virtual key on a real kernel: starts the sandbox, then one client after the other.
// Environment: POCKETKEY the binary, CLIENTS what scripts/setup-vm-clients.sh made, OUT a folder for logs and pictures,
// ONLY the names of the clients to try (default: all), GUEST if the machine is there to be changed. One line a check,
// "N passed, N failed" last.
import { mkdirSync } from 'node:fs';
import { assert, check, note, seconds, summary } from './kit.mjs';
import { Sandbox } from './sandbox.mjs';
import { hidraw } from './hidraw.mjs';
import { libfido2 } from './libfido2.mjs';
import { ctapHidFido2 } from './ctap-hid-fido2.mjs';
import { pythonFido2, pythonFido2Client } from './python-fido2.mjs';
import { openssh } from './openssh.mjs';
import { Browser } from './browser.mjs';
import { chromium } from './chromium.mjs';
import { chromiumByHand } from './chromium-by-hand.mjs';
import { chromiumPin } from './chromium-pin.mjs';
import { FirefoxBrowser } from './firefox-browser.mjs';
import { firefox } from './firefox.mjs';
import { firefoxPin } from './firefox-pin.mjs';
import { ordinaryUser } from './ordinary-user.mjs';
import { faults } from './faults.mjs';
import { libfido2Pin, pin } from './libfido2-pin.mjs';
import { libfido2Management } from './libfido2-management.mjs';
import { libfido2Reset } from './libfido2-reset.mjs';
import { opensshProtected } from './openssh-protected.mjs';
import { pamU2f } from './pam-u2f.mjs';

const { POCKETKEY: binary, OUT: out, ONLY: only, GUEST: guest } = process.env;
mkdirSync(out, { recursive: true });
const launched = {};

/** The clients, in their order. What is `launched` first takes an emulated machine a while: meanwhile others are tried. */
const clients = {
  hidraw,
  libfido2,
  'ctap-hid-fido2': ctapHidFido2,
  'python-fido2': pythonFido2,
  'python-fido2-client': pythonFido2Client,
  openssh,
  ...(guest && { 'pam-u2f': pamU2f }),
  faults,
  chromium: (sandbox) => chromium(sandbox, launched.chromium, out),
  'chromium-by-hand': (sandbox) => chromiumByHand(sandbox, launched.chromium),
};
/** With a phone of its own: where that has Chromium's passkeys for the same site, Firefox asks which to use. */
const second = {
  firefox: (sandbox) => firefox(sandbox, launched.firefox, out),
};
/** With a key that takes a PIN, too. Those below libfido2-pin use the PIN it leaves. */
const withPin = {
  'libfido2-pin': libfido2Pin,
  'libfido2-management': libfido2Management,
  'openssh-protected': (sandbox) => opensshProtected(sandbox, pin),
  'libfido2-reset': libfido2Reset,
};
/** With a key that verifies by PIN alone. */
const pinOnly = {
  'chromium-pin': (sandbox) => chromiumPin(sandbox, launched.chromium, pin),
  'firefox-pin': (sandbox) => firefoxPin(sandbox, launched.firefox, pin),
};
/** Those that want no sandbox beside them. */
const alone = guest ? { 'ordinary-user': () => ordinaryUser(binary, out) } : {};

/** Starts the browsers that are wanted, one after the other: together they would starve what is being tried. */
function launch(wanted) {
  let before;
  for (const [name, kind] of Object.entries({ chromium: Browser, firefox: FirefoxBrowser })) {
    if (!wanted.some((each) => each.split('-')[0] === name)) continue;
    const start = async () => {
      await before;
      const begun = Date.now();
      const browser = await kind.launch(`${out}/${name}.log`).catch((error) => ({ error }));
      if (!browser.error) note(`${name} is up (${seconds(begun)} s)`);
      return browser;
    };
    before = launched[name] = start();
  }
}

/** Tries these, and says how long each took. */
async function tryAll(table, wanted, ...args) {
  for (const name of wanted.filter((each) => table[each])) {
    const begun = Date.now();
    await table[name](...args).catch((error) => check(`${name}: comes to its end`, () => Promise.reject(error)));
    note(`${name} took ${seconds(begun)} s`);
  }
}

/** Starts a sandbox and tries those of the table that are wanted. */
async function withSandbox(name, table, wanted, authenticator) {
  if (!wanted.some((each) => table[each])) return;
  const sandbox = new Sandbox(binary, `${out}/${name}.log`, ['--data', `/tmp/${name}`]);
  let ready = false;
  await check('sandbox: starts, with a key on this kernel', async () => {
    const { key } = await sandbox.ready();
    assert(key.kind === 'uhid', `the key is ${JSON.stringify(key)}`);
    if (authenticator) await sandbox.authenticator(authenticator);
    ready = true;
  });
  if (ready) {
    await tryAll(table, wanted, sandbox);
    await check('sandbox: stops when asked to', async () => {
      assert(!sandbox.ended, `it was gone already: ${sandbox.ended}`);
      await sandbox.stop();
    });
  } else {
    await sandbox.stop();
    note(`no client was tried; see ${out}/${name}.log`);
  }
}

const any = { ...clients, ...withPin, ...second, ...pinOnly, ...alone };
const wanted = only ? only.split(',') : Object.keys(any);
const unknown = wanted.filter((name) => !any[name]);
if (unknown.length) await check('the clients to try', () => assert(false, `there is no ${unknown}`));
else {
  launch(wanted);
  await withSandbox('sandbox', clients, wanted);
  await withSandbox('sandbox-with-pin', withPin, wanted, { verification: 'phone_and_pin' });
  await withSandbox('second-sandbox', second, wanted);
  await withSandbox('sandbox-with-pin-only', pinOnly, wanted, { verification: 'pin' });
  for (const browser of await Promise.all(Object.values(launched))) await browser.close?.();
  await tryAll(alone, wanted);
}
process.exit(summary());

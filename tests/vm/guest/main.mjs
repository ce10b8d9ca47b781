// Real clients against the virtual key on a real kernel: starts the sandbox, then libfido2's tools, then Chromium.
// Environment: POCKETKEY the binary, OUT a folder for logs and pictures. One line a check, "N passed, N failed" last.
import { mkdirSync } from 'node:fs';
import { assert, check, note, seconds, summary } from './kit.mjs';
import { Sandbox } from './sandbox.mjs';
import { libfido2 } from './libfido2.mjs';
import { Browser } from './browser.mjs';
import { chromium } from './chromium.mjs';

const { POCKETKEY: binary, OUT: out } = process.env;
mkdirSync(out, { recursive: true });

const sandbox = new Sandbox(binary, `${out}/sandbox.log`);
let ready = false;
await check('sandbox: starts, with a key on this kernel', async () => {
  const { key } = await sandbox.ready();
  assert(key.kind === 'uhid', `the key is ${JSON.stringify(key)}`);
  ready = true;
});

if (ready) {
  // Under emulation Chromium takes a while to start: it may do so while libfido2 is being tried.
  const begun = Date.now();
  const launching = Browser.launch(`${out}/chromium.log`).catch((error) => ({ error }));
  launching.then(({ error }) => error || note(`Chromium is up (${seconds(begun)} s)`));
  await libfido2(sandbox);
  await chromium(sandbox, launching, out);
  await check('sandbox: stops when asked to', async () => {
    assert(!sandbox.ended, `it was gone already: ${sandbox.ended}`);
    await sandbox.stop();
  });
} else {
  await sandbox.stop();
  note(`nothing else was tried; see ${out}/sandbox.log`);
}
process.exit(summary());

// Unmodified Chromium at the demo site: the request goes through the kernel's HID layer to the virtual key and the phone.
//
// What Chromium 156 makes of the key's answers, as measured here, and why the checks are as they are:
// - OPERATION_DENIED (0x27): its dialog "Something went wrong" with "Cancel" and "Try again"; the page learns of it, as
//   NotAllowedError, when the person closes that dialog. The page's own "Cancel" closes it here.
// - Most others (USER_ACTION_TIMEOUT, NOT_ALLOWED, UP_REQUIRED, OTHER …): it forgets the key and goes on asking for one.
// - A request's own time limit counts as at least 3 minutes; the demo site keeps its own by aborting.
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, check, note } from './kit.mjs';
import { ChromiumDialog } from './chromium-dialog.mjs';
import { DemoPage } from './demo-page.mjs';

/** `launching` resolves with the browser or with { error }: it was begun while something else was being checked. */
export async function chromium(sandbox, launching, out) {
  let browser;
  await check('chromium: starts', async () => {
    const launched = await launching;
    if (launched.error) throw launched.error;
    browser = launched;
  });
  if (!browser) return;
  const dialog = new ChromiumDialog(browser.views);
  const demo = new DemoPage(browser);
  let shots = 0;

  /** A check with a picture of how the page looked at its end. A dialog it left open is closed. */
  const seen = (name, fn) =>
    check(`chromium: ${name}`, async () => {
      try {
        return await fn();
      } finally {
        const file = `${out}/${String(++shots).padStart(2, '0')}-${name.replace(/\W+/g, '-')}.png`;
        await browser.picture(file).catch((error) => note(`no picture: ${error.message}`));
        await demo.cancel().catch(() => {}); // only where a request is still open
      }
    });
  const came = (outcome, state, code) => {
    assert(
      outcome.state === state && (code === undefined || outcome.code === code),
      `expected ${state} ${code ?? ''}, the page says ${JSON.stringify(outcome)}`,
    );
  };

  await seen('opens the demo site', async () => demo.open());

  await seen('registers with the phone', async () => {
    await sandbox.script('approve');
    await demo.account('alice');
    came(await demo.ceremony('register'), 'registered');
  });
  await seen('signs in with the phone', async () => {
    came(await demo.ceremony('signIn'), 'signed-in');
  });
  await seen('registers a passkey, user verified', async () => {
    await demo.account('bob');
    came(await demo.ceremony('passkeyRegister'), 'registered');
  });
  await seen('signs in with the passkey alone, user verified', async () => {
    await demo.open();
    came(await demo.ceremony('passkeySignIn'), 'signed-in');
  });

  await seen('the phone denies', async () => {
    await sandbox.script('deny');
    await demo.account('alice');
    await demo.press('signIn');
    const said = await dialog.says(/Something went wrong/);
    await demo.cancel();
    came(await demo.outcome(), 'failed', 'AbortError');
    return said;
  });
  await seen('nobody answers: the site gives up, and the request leaves the phone', async () => {
    await sandbox.script('ignore');
    await demo.open('?timeout=8000');
    await demo.account('alice');
    await demo.press('signIn');
    await sandbox.asking();
    came(await demo.outcome(), 'failed', 'TimeoutError');
    await sandbox.home(30_000);
    await demo.open();
    await demo.account('alice');
  });
  await seen('the phone is off: the request waits, and passes once it is back', async () => {
    await sandbox.script('approve');
    await sandbox.online(false);
    try {
      await demo.press('signIn');
      await sleep(2_000);
    } finally {
      await sandbox.online(true);
    }
    came(await demo.outcome(), 'signed-in');
  });
  await seen('cancelling on the page takes the request off the phone', async () => {
    await sandbox.script('ask');
    await demo.press('signIn');
    await sandbox.asking();
    await demo.cancel();
    came(await demo.outcome(), 'failed', 'AbortError');
    await sandbox.home(30_000);
  });
  await seen('and the next sign-in passes', async () => {
    await sandbox.script('approve');
    came(await demo.ceremony('signIn'), 'signed-in');
  });
  await browser.open('about:blank'); // a page that is left open keeps the sandbox from stopping
}

// Unmodified Firefox at the demo site. Other than Chromium it keeps no dialog open when the key refuses: the page learns of
// it at once, as NotAllowedError.
//
// As measured here with Firefox 153: where the key verifies users without a pinUvAuthToken, it writes the options of a
// sign-in as {uv, up}, which is not the canonical order; a key that insists on that cannot sign in. With a token it sends no uv.
import { assert, check, note } from './kit.mjs';
import { DemoPage } from './demo-page.mjs';

/** `launching` resolves with the browser or with { error }: it was begun while something else was being checked. */
export async function firefox(sandbox, launching, out) {
  let browser;
  await check('firefox: starts', async () => {
    const launched = await launching;
    if (launched.error) throw launched.error;
    browser = launched;
  });
  if (!browser) return;
  const demo = new DemoPage(browser);
  let shots = 0;

  /** A check with a picture of how the page looked at its end. */
  const seen = (name, fn) =>
    check(`firefox: ${name}`, async () => {
      try {
        return await fn();
      } finally {
        const file = `${out}/firefox-${String(++shots).padStart(2, '0')}-${name.replace(/\W+/g, '-')}.png`;
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

  await seen('opens the demo site', () => demo.open());
  await seen('registers with the phone', async () => {
    await sandbox.script('approve');
    await demo.account('fiona');
    came(await demo.ceremony('register'), 'registered');
  });
  await seen('signs in with the phone', async () => {
    came(await demo.ceremony('signIn'), 'signed-in');
  });
  await seen('registers a passkey, user verified', async () => {
    await demo.account('frank');
    came(await demo.ceremony('passkeyRegister'), 'registered');
  });
  await seen('signs in with the passkey alone, user verified', async () => {
    await demo.open();
    came(await demo.ceremony('passkeySignIn'), 'signed-in');
  });
  await seen('the phone denies', async () => {
    await sandbox.script('deny');
    await demo.account('fiona');
    came(await demo.ceremony('signIn'), 'failed', 'NotAllowedError');
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

// The key's PIN, typed in Chromium's own dialog. For a key that verifies by PIN alone.
import { assert, check } from './kit.mjs';
import { ByHand, creation, flag, request } from './by-hand.mjs';
import { ChromiumDialog } from './chromium-dialog.mjs';
import { hasPin } from './pin-only.mjs';

/** `launching` resolves with the browser or with { error }. */
export async function chromiumPin(sandbox, launching, pin) {
  let browser;
  await check('chromium with a PIN: starts', async () => {
    const launched = await launching;
    if (launched.error) throw launched.error;
    browser = launched;
    await hasPin(sandbox, pin);
    await new ByHand(browser).open();
  });
  if (!browser) return;
  const site = new ByHand(browser);
  const dialog = new ChromiumDialog(browser.views);
  let made;

  const tried = (name, fn) =>
    check(`chromium with a PIN: ${name}`, async () => {
      try {
        return await fn();
      } catch (error) {
        const said = await dialog.text().catch(() => '');
        throw new Error(`${error.message}${said && `\nits dialog says "${said}"`}`);
      } finally {
        await site.abort().catch(() => {});
      }
    });
  /** Waits for the dialog's question, types and goes on; what it asked. */
  const typed = async (text, pattern = /PIN/) => {
    const said = await dialog.says(pattern, 30_000);
    await dialog.type(text);
    await dialog.press(/^Next$/);
    return said;
  };

  await sandbox.script('approve');
  const verified = { authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' } };
  await tried('registers', async () => {
    await site.begin('create', creation('pin', verified));
    const said = await typed(pin);
    made = await site.credential();
    assert(flag(made, 'uv'), 'nobody was verified');
    return said;
  });
  await tried('signs in, after a wrong PIN', async () => {
    await site.begin('get', request([made], { userVerification: 'required' }));
    await typed('000000');
    const said = await typed(pin, /incorrect|wrong/i);
    assert(flag(await site.credential(), 'uv'), 'nobody was verified');
    return said;
  });
  await tried('signs in without, where that is discouraged', async () => {
    assert(!flag(await site.get(request([made])), 'uv'), 'somebody was verified');
  });
  await tried('a large blob, written with the PIN', async () => {
    const blob = Buffer.from('written with a PIN').toString('base64url');
    const large = { residentKey: 'required', userVerification: 'required' };
    await site.begin('create', creation('pin-blob', { authenticatorSelection: large, extensions: { largeBlob: { support: 'required' } } }));
    await typed(pin);
    const keeper = await site.credential();
    await site.begin('get', request([keeper], { userVerification: 'required', extensions: { largeBlob: { write: blob } } }));
    await typed(pin);
    const wrote = await site.credential();
    assert(wrote.clientExtensionResults.largeBlob?.written, `it says ${JSON.stringify(wrote.clientExtensionResults)}`);
  });
}

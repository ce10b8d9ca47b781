// The key's PIN, typed in Firefox's own dialog. For a key that verifies by PIN alone.
import { assert, check } from './kit.mjs';
import { ByHand, creation, flag, request } from './by-hand.mjs';
import { hasPin } from './pin-only.mjs';

/** `launching` resolves with the browser or with { error }. */
export async function firefoxPin(sandbox, launching, pin) {
  let browser;
  await check('firefox with a PIN: starts', async () => {
    const launched = await launching;
    if (launched.error) throw launched.error;
    browser = launched;
    await hasPin(sandbox, pin);
    await new ByHand(browser).open();
  });
  if (!browser) return;
  const site = new ByHand(browser);
  let made;

  const tried = (name, fn) =>
    check(`firefox with a PIN: ${name}`, async () => {
      try {
        return await fn();
      } finally {
        await site.abort().catch(() => {});
      }
    });

  await sandbox.script('approve');
  const verified = { authenticatorSelection: { residentKey: 'discouraged', userVerification: 'required' } };
  await tried('registers', async () => {
    await browser.typeInDialogs([pin]);
    await site.begin('create', creation('pin', verified));
    made = await site.credential();
    assert(flag(made, 'uv'), 'nobody was verified');
    return browser.dialogs();
  });
  await tried('signs in, after a wrong PIN', async () => {
    await browser.typeInDialogs(['000000', pin]);
    await site.begin('get', request([made], { userVerification: 'required' }));
    assert(flag(await site.credential(), 'uv'), 'nobody was verified');
    const said = await browser.dialogs();
    assert(said.length === 2, `it asked ${said.length} times`);
    return said[1];
  });
  await tried('signs in without, where that is discouraged', async () => {
    await browser.typeInDialogs([]);
    assert(!flag(await site.get(request([made])), 'uv'), 'somebody was verified');
  });
}

// What sites ask of Chromium beyond the demo site's buttons: the forms of user verification, known credentials, large
// blobs, the PRF extension, giving up, two tabs at once.
import { assert, check, until } from './kit.mjs';
import { ByHand, creation, flag, page, request } from './by-hand.mjs';
import { ChromiumDialog } from './chromium-dialog.mjs';

/** `launching` resolves with the browser or with { error }. */
export async function chromiumByHand(sandbox, launching) {
  let browser;
  await check('chromium by hand: starts', async () => {
    const launched = await launching;
    if (launched.error) throw launched.error;
    browser = launched;
    await new ByHand(browser).open();
  });
  if (!browser) return;
  const site = new ByHand(browser);
  const dialog = new ChromiumDialog(browser.views);
  let known;

  /** A check; what it left open is given up. */
  const tried = (name, fn) =>
    check(`chromium by hand: ${name}`, async () => {
      try {
        return await fn();
      } catch (error) {
        const said = await dialog.text().catch(() => '');
        throw new Error(`${error.message}${said && `\nits dialog says "${said}"`}`);
      } finally {
        await site.abort().catch(() => {});
      }
    });

  await sandbox.script('approve');
  for (const userVerification of ['required', 'preferred', 'discouraged']) {
    await tried(`verification ${userVerification}`, async () => {
      const authenticatorSelection = { residentKey: 'discouraged', userVerification };
      known = await site.create(creation(`verify-${userVerification}`, { authenticatorSelection }));
      const got = await site.get(request([known], { userVerification }));
      assert(got.id === known.id, 'another credential answered');
      const verified = [flag(known, 'uv'), flag(got, 'uv')];
      if (userVerification !== 'discouraged') assert(verified.every(Boolean), `verified: ${verified}`);
      return `verified when registering: ${verified[0]}, when signing in: ${verified[1]}`;
    });
  }
  await tried('a phone that is registered already says so', async () => {
    await site.begin('create', creation('twice', { excludeCredentials: request([known]).allowCredentials }));
    const said = await until('the answer or a dialog', async () => (await site.peek()) ?? (await dialog.text()).match(/.*already.*/i)?.[0]);
    if (typeof said === 'string') await dialog.press(/./);
    const { error } = await site.answer();
    assert(error === 'InvalidStateError', `it came to ${error ?? 'another credential'}`);
    return typeof said === 'string' ? said : '';
  });
  await tried('a large blob, written and read', async () => {
    const blob = Buffer.from('a large blob: '.padEnd(300, '0123456789')).toString('base64url');
    const made = await site.create(
      creation('blob', {
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        extensions: { largeBlob: { support: 'required' } },
      }),
    );
    assert(made.clientExtensionResults.largeBlob?.supported, `it says ${JSON.stringify(made.clientExtensionResults)}`);
    const verified = { userVerification: 'required' };
    const wrote = await site.get(request([made], { ...verified, extensions: { largeBlob: { write: blob } } }));
    assert(wrote.clientExtensionResults.largeBlob?.written, `it says ${JSON.stringify(wrote.clientExtensionResults)}`);
    const read = await site.get(request([made], { ...verified, extensions: { largeBlob: { read: true } } }));
    assert(read.clientExtensionResults.largeBlob?.blob === blob, `it says ${JSON.stringify(read.clientExtensionResults)}`);
  });
  await tried('secrets from a salt (PRF)', async () => {
    const salt = (text) => Buffer.from(text.padEnd(32)).toString('base64url');
    const made = await site.create(creation('prf', { extensions: { prf: {} } }));
    assert(made.clientExtensionResults.prf?.enabled, `it says ${JSON.stringify(made.clientExtensionResults)}`);
    const secrets = async (...salts) => {
      const [first, second] = salts.map(salt);
      const evaluated = { eval: second ? { first, second } : { first } };
      const got = await site.get(request([made], { userVerification: 'required', extensions: { prf: evaluated } }));
      const { results } = got.clientExtensionResults.prf;
      return [results.first, results.second].map((each) => each && Buffer.from(each, 'base64url'));
    };
    const [one] = await secrets('one');
    const [again, two] = await secrets('one', 'two');
    assert(one.length === 32 && two.length === 32, `${one.length} and ${two.length} bytes`);
    assert(one.equals(again), 'the same salt gave another secret');
    assert(!one.equals(two), 'another salt gave the same secret');
  });
  await tried('giving up takes the request off the phone', async () => {
    await sandbox.script('ask');
    await site.begin('get', request([known]));
    await sandbox.asking();
    await site.abort();
    const { error } = await site.answer();
    assert(error === 'AbortError', `it came to ${error}`);
    await sandbox.home(30_000);
  });
  await tried('two tabs at once', async () => {
    await sandbox.script('ask');
    await site.begin('get', request([known]));
    await sandbox.asking();
    const tab = await browser.tab(page);
    const second = new ByHand(tab);
    try {
      await second.stands();
      await second.begin('get', request([known]));
      // A person who says yes to whatever is on the screen.
      const answers = await until(
        'both tabs to have an answer',
        async () => {
          const both = await Promise.all([site.peek(), second.peek()]);
          if (both.every(Boolean)) return both;
          const { screen } = await sandbox.phone();
          const touch = { request: 'approve', unlock: 'unlock' }[screen.kind];
          if (touch) await sandbox.touch(touch).catch(() => {}); // gone by now
          throw new Error(`answers ${JSON.stringify(both.map((each) => each && (each.error ?? 'signed in')))}, the phone at "${screen.kind}"`);
        },
        30_000,
      );
      const words = answers.map(({ credential, message }) => (credential ? 'signed in' : message));
      assert(answers.some(({ credential }) => credential), `nobody was served: ${words.join('; ')}`);
      return `the first ${words[0]}, the second ${words[1]}`;
    } finally {
      await second.abort().catch(() => {});
      await tab.page.ask('Page.close').catch(() => {});
      await browser.page.ask('Page.bringToFront');
    }
  });
  await tried('and the next sign-in passes', async () => {
    await site.abort();
    await sandbox.script('approve');
    await site.get(request([known]));
  });
  await tried('offering passkeys in a form leaves the phone alone', async () => {
    const available = await browser.evaluate(() => PublicKeyCredential.isConditionalMediationAvailable());
    assert(available, 'Chromium offers no conditional mediation');
    await sandbox.script('ask');
    await site.begin('get', request([], { allowCredentials: [] }), { mediation: 'conditional' });
    const asked = await sandbox.asking(2_000).then(() => true, () => false);
    const answer = await site.peek();
    assert(!answer && !asked, `it came to ${JSON.stringify(answer)}, the phone was ${asked ? '' : 'not '}asked`);
    await site.abort();
    await sandbox.script('approve');
    await site.get(request([known]));
    return 'available, security keys are not asked, and an ordinary sign-in passes after it';
  });
  await sandbox.script('approve');
}

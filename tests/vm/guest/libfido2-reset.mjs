// Emptying the key with libfido2's tool. A key lets itself be emptied only within ten seconds of being plugged in. Runs after
// libfido2-pin.mjs: the PIN goes, too.
import { assert, check, run, runs } from './kit.mjs';
import { pin } from './libfido2-pin.mjs';

export async function libfido2Reset(sandbox) {
  const device = async () => (await runs('fido2-token', ['-L'])).split(':')[0];
  const info = async () => runs('fido2-token', ['-I', await device()]);
  await sandbox.script('approve');
  await check('libfido2: a key with something in it', () => runs(`${process.env.CLIENTS}/vm-client`, ['round-trip', 'reset.test', 'resident', `pin=${pin}`]));
  await check('libfido2: empties the key, once it is plugged in anew', async () => {
    await sandbox.replug();
    await runs('fido2-token', ['-R', await device()]);
    const { code, stderr } = await run('fido2-assert', ['-G', '-r', await device()], {
      input: `${Buffer.alloc(32).toString('base64')}\nreset.test\n`,
    });
    assert(code !== 0 && stderr.includes('FIDO_ERR_NO_CREDENTIALS'), `the credential is still there:\n${stderr}`);
    const said = await info();
    assert(/options:.*\bnoclientPin\b/.test(said), `it says:\n${said}`);
    return `room for ${said.match(/remaining rk\(s\): (\d+)/)?.[1]} credentials`;
  });
}

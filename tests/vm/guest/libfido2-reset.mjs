// Emptying the key with libfido2's tool. A key lets itself be emptied only within ten seconds of power-up, the phone's here:
// so this has a sandbox of its own, and asks as soon as its key is there.
import { assert, check, run, runs } from './kit.mjs';
import { Sandbox } from './sandbox.mjs';

export async function libfido2Reset(binary, out) {
  const client = `${process.env.CLIENTS}/vm-client`;
  const start = async (name) => {
    const sandbox = new Sandbox(binary, `${out}/sandbox-${name}.log`, ['--data', '/tmp/sandbox-to-empty']);
    await sandbox.ready();
    await sandbox.script('approve');
    return sandbox;
  };
  const keeps = async () => Number((await runs('fido2-token', ['-I', '/dev/hidraw0'])).match(/remaining rk\(s\): (\d+)/)?.[1]);

  let sandbox = await start('before-reset');
  await check('libfido2: a key with something in it', () => runs(client, ['round-trip', 'reset.test', 'resident', 'uv']));
  await sandbox.stop();
  sandbox = await start('reset');
  await check('libfido2: empties the key', async () => {
    await runs('fido2-token', ['-R', '/dev/hidraw0']);
    const { code, stderr } = await run('fido2-assert', ['-G', '-r', '/dev/hidraw0'], {
      input: `${Buffer.alloc(32).toString('base64')}\nreset.test\n`,
    });
    assert(code !== 0 && stderr.includes('FIDO_ERR_NO_CREDENTIALS'), `the credential is still there:\n${stderr}`);
    return `room for ${await keeps()} credentials`;
  });
  await sandbox.stop();
}

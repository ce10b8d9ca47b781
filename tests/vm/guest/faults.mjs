// Faults on demand: clients notice each, people see that one is on, and none is there by itself.
import { randomBytes } from 'node:crypto';
import { assert, check, run, runs } from './kit.mjs';

const client = `${process.env.CLIENTS}/vm-client`;

/** What each fault does to a client that verifies what it gets. */
const noticed = {
  bad_signature: async () => fails(client, ['round-trip', 'faults.test'], 'the assertion does not verify'),
  wrong_attestation: async () => fails(client, ['round-trip', 'faults.test'], 'the attestation does not verify'),
  malformed_reply: async () => fails(client, ['round-trip', 'faults.test'], 'registering'),
  wrong_rp_id_hash: async () => {
    const [device] = (await runs('fido2-token', ['-L'])).split(':');
    const input = [randomBytes(32).toString('base64'), 'faults.test', 'alice', randomBytes(16).toString('base64'), ''].join('\n');
    const made = await run('fido2-cred', ['-M', device, 'es256'], { input });
    const [program, args] = made.code === 0 ? ['fido2-cred', ['-V', 'es256']] : ['false', []];
    const verified = await run(program, args, { input: made.stdout });
    assert(verified.code !== 0, `fido2-cred takes it:\n${verified.stdout}`);
    return (made.stderr || verified.stderr).trim();
  },
};

async function fails(program, args, words) {
  const { code, stdout, stderr } = await run(program, args);
  assert(code !== 0 && stderr.includes(words), `it left with ${code}, without "${words}":\n${stdout}${stderr}`);
  return stderr.trim().split('\n')[0];
}

export async function faults(sandbox) {
  await sandbox.script('approve');
  for (const [fault, notices] of Object.entries(noticed)) {
    await check(`faults: ${fault} is shown, and noticed`, async () => {
      await sandbox.authenticator({ fault });
      const { authenticator } = await sandbox.phone();
      assert(authenticator.fault === fault, `the phone shows ${JSON.stringify(authenticator)}`);
      return notices();
    });
  }
  await check('faults: none is left when switched off', async () => {
    await sandbox.authenticator({});
    assert(!(await sandbox.phone()).authenticator.fault, 'the phone still shows one');
    await runs(client, ['round-trip', 'faults.test']);
  });
  for (const keepalives of ['late', 'missing']) {
    await check(`faults: ${keepalives} keep-alives end by being switched off`, async () => {
      await sandbox.keepalives(keepalives);
      const { code } = await run(client, ['round-trip', 'faults.test']);
      await sandbox.keepalives('prompt');
      await runs(client, ['round-trip', 'faults.test']);
      return code === 0 ? 'this client does not mind' : `this client leaves with ${code}`;
    });
  }
}

// OpenSSH with what it wants a complete authenticator for: Ed25519, and keys that the phone guards (credProtect) or keeps.
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { assert, check, run, runs } from './kit.mjs';
import { authorize, home, keygen, login, roundTrip, startSshd } from './openssh.mjs';

/** ssh and ssh-keygen ask for the PIN through a program where there is no terminal. */
function askpass(pin) {
  const program = `${home}/askpass`;
  writeFileSync(program, `#!/bin/sh\necho '${pin}'\n`);
  chmodSync(program, 0o700);
  return { env: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' } };
}

/** `pin` is the key's PIN, if it has one. */
export async function opensshProtected(sandbox, pin = '') {
  let sshd;
  await check('openssh: a local sshd', async () => {
    sshd = await startSshd();
  });
  if (!sshd) return;
  const asked = askpass(pin);
  await sandbox.script('approve');
  await check('openssh: ed25519-sk, made and logged in with', async () => {
    await roundTrip('ed25519-sk', 'id_ed25519_sk');
    const key = readFileSync(`${home}/id_ed25519_sk.pub`, 'utf8');
    assert(key.startsWith('sk-ssh-ed25519@openssh.com '), `the key is ${key}`);
  });
  await check('openssh: verify-required, which sshd insists on', async () => {
    await runs('ssh-keygen', keygen('ecdsa-sk', 'id_verified', ['verify-required']), asked);
    authorize('id_verified', 'verify-required ');
    await runs('ssh', login('id_verified'), asked);
  });
  await check('openssh: a key that was made without is refused then', async () => {
    await runs('ssh-keygen', keygen('ecdsa-sk', 'id_unverified'));
    authorize('id_unverified', 'verify-required ');
    const { code } = await run('ssh', login('id_unverified'));
    assert(code === 255, `ssh left with ${code}`);
  });
  await check('openssh: resident, and found again on another computer', async () => {
    await runs('ssh-keygen', keygen('ecdsa-sk', 'id_resident', ['resident', 'application=ssh:pocketkey']), asked);
    authorize('id_resident');
    await runs('ssh', login('id_resident'), asked);
    const other = `${home}/other`;
    mkdirSync(other);
    const options = { ...asked, cwd: other };
    await runs('ssh-keygen', ['-q', '-K', '-N', ''], options);
    const found = readdirSync(other);
    assert(found.includes('id_ecdsa_sk_rk_pocketkey'), `it found ${found}`);
    await runs('ssh', login('other/id_ecdsa_sk_rk_pocketkey'), asked);
  });
  sshd.stop();
}

// Signing in to the computer itself: pam_u2f with Debian's own sudo and login, set up as docs/linux-sign-in.md says. In the
// guest only, since it makes a user and changes /etc/pam.d.
import { readFileSync, writeFileSync } from 'node:fs';
import { assert, check, run, runs } from './kit.mjs';

const user = 'paula';
const password = 'correct horse';
const mappings = '/etc/u2f_mappings';
const origin = 'pam://guest';
const module = `pam_u2f.so authfile=${mappings} origin=${origin} appid=${origin} cue`;

/** Puts a line before or after Debian's common-auth in the PAM file of a service. */
function configure(service, change) {
  const file = `/etc/pam.d/${service}`;
  const text = readFileSync(file, 'utf8');
  assert(/^@include common-auth$/m.test(text), `${file} is not Debian's:\n${text}`);
  writeFileSync(file, text.replace(/^@include common-auth$/m, change));
}

/** A check of whether the service lets the user in who types this and has the phone do as it is told. */
const signsIn = (name, service, typed, passes = true) =>
  check(`pam_u2f: ${name}`, async () => {
    const { code, stdout, stderr } = await run('pamtester', [service, user, 'authenticate'], { input: `${typed}\n` });
    assert((code === 0) === passes, `pamtester left with ${code}\n${stdout}${stderr}`);
  });

/** What pamu2fcfg prints: user, credential, key, type and what the phone has to do. */
const register = () => runs('pamu2fcfg', ['-u', user, '-o', origin, '-i', origin, '-V']);

export async function pamU2f(sandbox) {
  await sandbox.script('approve');
  let made = false;
  await check('pam_u2f: pamu2fcfg registers the phone', async () => {
    await runs('useradd', ['--create-home', user]);
    await runs('chpasswd', [], { input: `${user}:${password}\n` });
    const mapping = await register();
    assert(mapping.startsWith(`${user}:`), `it printed ${mapping}`);
    writeFileSync(mappings, mapping);
    configure('sudo', `auth sufficient ${module}\n@include common-auth`);
    configure('login', `@include common-auth\nauth required ${module}`);
    made = true;
    return mapping.trim().split(',').slice(-2).join(',');
  });
  if (!made) return;
  await signsIn('sudo: the phone is enough', 'sudo', '');
  await check('pam_u2f: sudo itself, with the phone', async () => {
    writeFileSync(`/etc/sudoers.d/${user}`, `${user} ALL=(ALL:ALL) ALL\n`, { mode: 0o440 });
    const said = await runs('runuser', ['-u', user, '--', 'sudo', '-k', '-S', 'id', '-un']);
    assert(/^root$/m.test(said), `sudo id -un says ${said}`);
  });
  await signsIn('login: the password and the phone', 'login', password);
  await signsIn('login: the phone alone is not enough', 'login', 'wrong', false);
  await check('pam_u2f: the phone has to be unlocked', async () => {
    await sandbox.script('ask');
    const trying = run('pamtester', ['sudo', user, 'authenticate'], { input: `${password}\n` });
    const { request } = await sandbox.asking();
    await sandbox.touch('approve');
    await sandbox.shows('unlock');
    await sandbox.touch('unlock');
    const { code, stdout, stderr } = await trying;
    assert(code === 0 && !stdout.includes('Password'), `pamtester left with ${code}\n${stdout}${stderr}`);
    return `${request.action} at ${request.rp_id}`;
  });
  await sandbox.script('deny');
  await signsIn('sudo: the phone denies, the password still does', 'sudo', password);
  await signsIn('sudo: the phone denies, a wrong password does not', 'sudo', 'wrong', false);
  await signsIn('login: the phone denies, and the password does not help', 'login', password, false);
}

// ctap-hid-fido2, the Rust library, in the small program that tests/vm/client makes of it.
import { assert, check, run, runs } from './kit.mjs';

const client = `${process.env.CLIENTS}/vm-client`;
const rp = 'ctap-hid-fido2.test';

/** Registers, signs in and verifies both; what the program said of it. */
async function roundTrip(...flags) {
  return (await runs(client, ['round-trip', rp, ...flags])).trim().replaceAll('\n', '; ');
}

export async function ctapHidFido2(sandbox) {
  await check('ctap-hid-fido2: lists one key', async () => {
    const listed = (await runs(client, ['list'])).trim().split('\n');
    assert(listed.length === 1 && listed[0].includes('/dev/hidraw'), `it lists:\n${listed.join('\n')}`);
    return listed[0];
  });
  await check('ctap-hid-fido2: reads what the key can do', async () => {
    const info = await runs(client, ['info']);
    for (const wanted of [/versions.*FIDO_2_1"/, /options.*\("rk", true\)/, /options.*\("uv", true\)/, /max_msg_size.*1200/]) {
      assert(wanted.test(info), `no ${wanted} in:\n${info}`);
    }
  });
  await sandbox.script('approve');
  await check('ctap-hid-fido2: registers and signs in', () => roundTrip());
  await check('ctap-hid-fido2: discoverable, user verified', () => roundTrip('resident', 'uv'));
  await check('ctap-hid-fido2: the phone denies', async () => {
    await sandbox.script('deny');
    const answer = await run(client, ['round-trip', rp]);
    assert(answer.code === 1 && /0x27|DENIED/i.test(answer.stderr), `it left with ${answer.code}:\n${answer.stderr}`);
    return answer.stderr.trim().split('\n').at(-1).trim();
  });
}

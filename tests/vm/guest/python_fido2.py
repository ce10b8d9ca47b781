"""What a Python program sees of the key through python-fido2; the server and what it verifies are the library's own.

The client is a short one here, on the library's CTAP2; with the argument "client" it is the library's Fido2Client, which
wants to verify users with a pinUvAuthToken and refuses keys that have none.

Reads one command a line – list, round-trip, discoverable, sign-in – and answers each with one line of JSON, {"ok": …} or
{"error": name}. While a sign-in is under way, the line "cancel" cancels it.
"""

import json
import sys
from queue import Queue
from threading import Event, Thread

from fido2.attestation import Attestation
from fido2.client import AssertionSelection, ClientError, DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap import CtapError
from fido2.ctap2 import Ctap2
from fido2.hid import CtapHidDevice
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationObject,
    AuthenticatorAttestationResponse,
    CollectedClientData,
    RegistrationResponse,
)

RP = {"id": "python-fido2.test", "name": "python-fido2"}
ORIGIN = "https://python-fido2.test"


def verify_attestation(attestation, client_data_hash):
    kind = Attestation.for_type(attestation.fmt)()
    kind.verify(attestation.att_stmt, attestation.auth_data, client_data_hash)


server = Fido2Server(RP, attestation="direct", verify_attestation=verify_attestation)
cancelled = Event()
known = []  # the credentials registered so far


class ShortClient:
    """Asks the key for what the server asks, and no more."""

    def __init__(self, device):
        self.ctap = Ctap2(device)

    def make_credential(self, options):
        wishes = options.authenticator_selection
        data = CollectedClientData.create(CollectedClientData.TYPE.CREATE, options.challenge, ORIGIN)
        made = self.ctap.make_credential(
            data.hash,
            {"id": options.rp.id, "name": options.rp.name},
            {"id": options.user.id, "name": options.user.name, "displayName": options.user.display_name},
            [{"type": "public-key", "alg": each.alg} for each in options.pub_key_cred_params],
            options={"rk": wishes.resident_key == "required", "uv": wishes.user_verification == "required"},
        )
        attestation = AttestationObject.create(made.fmt, made.auth_data, made.att_stmt)
        return RegistrationResponse(
            raw_id=made.auth_data.credential_data.credential_id,
            response=AuthenticatorAttestationResponse(client_data=data, attestation_object=attestation),
        )

    def get_assertion(self, options, event):
        data = CollectedClientData.create(CollectedClientData.TYPE.GET, options.challenge, ORIGIN)
        allowed = [{"type": "public-key", "id": each.id} for each in options.allow_credentials or []]
        uv = {"uv": options.user_verification == "required"}
        given = self.ctap.get_assertions(RP["id"], data.hash, allowed or None, options=uv, event=event)
        return AssertionSelection(data, given)


def client():
    device = next(CtapHidDevice.list_devices())
    if sys.argv[1:] != ["client"]:
        return ShortClient(device)
    return Fido2Client(
        device, client_data_collector=DefaultClientDataCollector(ORIGIN), user_interaction=UserInteraction()
    )


def register(name, **requirements):
    user = {"id": name.encode(), "name": name, "displayName": name.title()}
    options, state = server.register_begin(user, **requirements)
    registered = client().make_credential(options.public_key)
    credential = server.register_complete(state, registered).credential_data
    known.append(credential)
    return credential, registered.response.attestation_object.fmt


def sign_in(allowed, **requirements):
    options, state = server.authenticate_begin(allowed, **requirements)
    selection = client().get_assertion(options.public_key, event=cancelled)
    response = selection.get_response(0)
    used = server.authenticate_complete(state, known, response)
    return used.credential_id, response.response.user_handle


def list_keys():
    return [
        f"{device.descriptor.path} {device.product_name}, CTAPHID {device.version}, {device.capabilities!s}"
        for device in CtapHidDevice.list_devices()
    ]


def round_trip():
    credential, fmt = register("alice", user_verification="discouraged")
    used, _ = sign_in([credential], user_verification="discouraged")
    assert used == credential.credential_id, "another credential signed"
    return f"{fmt} attestation"


def discoverable():
    credential, _ = register("bob", resident_key_requirement="required", user_verification="required")
    used, handle = sign_in(None, user_verification="required")
    assert used == credential.credential_id, "another credential signed"
    assert handle == b"bob", f"the user is {handle!r}"


def sign_in_again():
    sign_in(known, user_verification="discouraged")


COMMANDS = {"list": list_keys, "round-trip": round_trip, "discoverable": discoverable, "sign-in": sign_in_again}


def answer(command):
    try:
        return {"ok": COMMANDS[command]()}
    except Exception as error:
        cause = error.cause if isinstance(error, ClientError) else error
        return {"error": cause.code.name if isinstance(cause, CtapError) else f"{type(error).__name__}: {error}"}


def read(commands):
    for line in sys.stdin:
        if line.strip() == "cancel":
            cancelled.set()
        else:
            commands.put(line.strip())
    commands.put(None)


def main():
    commands = Queue()
    Thread(target=read, args=[commands], daemon=True).start()
    while (command := commands.get()) is not None:
        cancelled.clear()
        print(json.dumps(answer(command)), flush=True)


main()

"""What the appliance sends, taken by another server: aiosmtpd with STARTTLS or TLS, and logins."""

import logging
import os
import ssl
import subprocess
import tempfile
import time
import unittest
import warnings
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from appliance import Appliance, free_port

# It complains of connections that the appliance breaks off, which is what is tested, and of its own attributes.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)
warnings.filterwarnings("ignore", module="aiosmtpd")

USER, PASSWORD = "keys@example.org", "pass: wörd"


def certificates(folder):
    """An authority, and a certificate by it for `localhost`."""
    with open(f"{folder}/names", "w") as names:
        names.write("subjectAltName=DNS:localhost\n")
    for command in [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Example",
        "req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=localhost",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile names",
    ]:
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)


class Taking:
    """Keeps every mail, and who had logged in."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        self.mails.append((session.auth_data, envelope))
        return "250 2.0.0 taken as number 4711"


def authenticator(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login.decode() == USER and data.password.decode() == PASSWORD
    return AuthResult(success=right, handled=right, auth_data=data.login.decode() if right else None)


class Outgoing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        certificates(folder.name)
        cls.folder = folder.name
        # The one that trusts the authority, and one that does not.
        cls.stranger = Appliance()
        cls.addClassCleanup(cls.stranger.stop)
        os.environ["SSL_CERT_FILE"] = f"{folder.name}/ca.pem"
        cls.addClassCleanup(os.environ.pop, "SSL_CERT_FILE")
        cls.appliance = Appliance()
        cls.addClassCleanup(cls.appliance.stop)

    def server(self, implicit=False, newest=ssl.TLSVersion.TLSv1_3):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{self.folder}/cert.pem", f"{self.folder}/key.pem")
        context.maximum_version = newest
        handler, port = Taking(), free_port()
        how = {"ssl_context": context, "auth_require_tls": False} if implicit else \
            {"tls_context": context, "require_starttls": True}
        controller = Controller(handler, hostname="127.0.0.1", port=port, auth_required=True,
                                authenticator=authenticator, **how)
        controller.start()
        self.addCleanup(controller.stop)
        return handler, {
            "via": "server", "sender_name": "Example", "sender_address": "keys@example.org",
            "reply_to": "help@example.org", "rate": 0,
            "server": {"host": "localhost", "port": port, "tls": "tls" if implicit else "starttls",
                       "user": USER, "password": PASSWORD}}

    def trial(self, settings, appliance=None):
        return (appliance or self.appliance).call(
            "POST", "/api/v1/settings/mail/test", {"to": "bob@example.org", "settings": settings})

    def test_a_test_mail_names_every_step(self):
        for implicit in [False, True]:
            for newest, name in [(ssl.TLSVersion.TLSv1_3, "TLS 1.3"), (ssl.TLSVersion.TLSv1_2, "TLS 1.2")]:
                with self.subTest(implicit=implicit, newest=name):
                    handler, settings = self.server(implicit, newest)
                    trial = self.trial(settings)
                    self.assertTrue(trial["accepted"], trial)
                    self.assertEqual([step["stage"] for step in trial["steps"]], ["connect", "tls", "log_in", "send"])
                    self.assertEqual(trial["steps"][1]["words"], name)
                    self.assertIn("4711", trial["steps"][3]["words"])
                    (user, envelope), = handler.mails
                    self.assertEqual((user, envelope.mail_from), (USER, "keys@example.org"))

    def test_a_wrong_password_and_an_unknown_authority_are_named(self):
        _, settings = self.server()
        trial = self.trial(settings, self.stranger)
        self.assertFalse(trial["accepted"])
        self.assertEqual(trial["steps"][-1]["stage"], "tls")
        self.assertIn("does not trust", trial["advice"])
        settings["server"]["host"] = "127.0.0.1"
        trial = self.trial(settings)
        self.assertEqual(trial["steps"][-1]["stage"], "tls")
        self.assertIn("another name", trial["advice"])
        settings["server"] |= {"host": "localhost", "password": "wrong"}
        trial = self.trial(settings)
        self.assertEqual(trial["steps"][-1]["stage"], "log_in")
        self.assertIn("535", trial["steps"][-1]["words"])

    def test_an_invitation_leaves_by_the_server_that_is_set(self):
        for implicit in [False, True]:
            handler, settings = self.server(implicit)
            self.appliance.call("PUT", "/api/v1/settings/mail", settings)
            name = f"ada{int(implicit)}"
            user = self.appliance.call("POST", "/api/v1/users", {
                "username": name, "name": "Ada Lövelace", "email": f"{name}@example.org"})
            key = self.appliance.call("POST", f"/api/v1/users/{user['id']}/keys", {"kind": "smartphone"})
            self.appliance.call("POST", f"/api/v1/keys/{key['id']}/activation", {"method": "email"})
            deadline = time.monotonic() + 60
            while not handler.mails and time.monotonic() < deadline:
                time.sleep(0.05)
            (login, envelope), = handler.mails
            self.assertEqual((login, envelope.rcpt_tos), (USER, [f"{name}@example.org"]))
            mail = message_from_bytes(envelope.content)
            self.assertEqual(mail["From"], "Example <keys@example.org>")
            self.assertEqual(mail["Reply-To"], "help@example.org")
            types = [part.get_content_type() for part in mail.walk()]
            self.assertEqual(types, ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"])
            # The server's answer is heard a moment after the mail is there.
            while (sent := self.appliance.call("GET", f"/api/v1/outbox?search={name}")["items"][0])["state"] == "queued":
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            self.assertEqual((sent["state"], sent["attempts"]), ("sent", 1))


if __name__ == "__main__":
    unittest.main()

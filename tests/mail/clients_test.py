"""smtplib and swaks against the mail sink."""

import smtplib
import ssl
import subprocess
import unittest
from email.message import EmailMessage

from appliance import Appliance


def trusting():
    """Whoever holds the sink's certificate: it is self-signed, and made anew at every start."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def message(subject, text="Your code is 246810: https://keys.example.org/go?x=1", to="bob@example.org"):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ada <ada@example.org>", to, subject
    mail.set_content(text)
    return mail


class WithAppliance(unittest.TestCase):
    options = ()

    @classmethod
    def setUpClass(cls):
        cls.appliance = Appliance(*cls.options)
        cls.addClassCleanup(cls.appliance.stop)

    def smtp(self):
        return smtplib.SMTP("127.0.0.1", self.appliance.smtp, timeout=60)

    def swaks(self, *options):
        command = ["swaks", "--server", "127.0.0.1", "--port", str(self.appliance.smtp), "--from", "ada@example.org",
                   "--to", "bob@example.org", *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)


class Smtplib(WithAppliance):
    def test_what_is_offered(self):
        with self.smtp() as smtp:
            smtp.ehlo()
            for extension in ["starttls", "auth", "size", "8bitmime", "smtputf8", "pipelining", "chunking"]:
                self.assertTrue(smtp.has_extn(extension), extension)
            self.assertEqual(smtp.esmtp_features["size"], "26214400")
            self.assertEqual(smtp.verify("bob@example.org")[0], 502)
            self.assertEqual(smtp.expn("all")[0], 502)

    def test_a_mail_in_tls_after_a_login_with_what_is_found_in_it(self):
        with self.smtp() as smtp:
            smtp.starttls(context=trusting())
            smtp.ehlo()
            self.assertFalse(smtp.has_extn("starttls"))
            smtp.login("anybody", "anything")
            mail = message("in TLS")
            mail.add_attachment(b"a,b\n", maintype="text", subtype="csv", filename="list.csv")
            smtp.send_message(mail)
        found = self.appliance.wait('subject:"in TLS" has:attachment')
        self.assertEqual(found["summary"]["from"], "Ada <ada@example.org>")
        self.assertEqual(found["codes"], ["246810"])
        self.assertEqual(found["links"], ["https://keys.example.org/go?x=1"])
        self.assertEqual([part["name"] for part in found["attachments"]], ["list.csv"])

    def test_addresses_and_texts_beyond_ascii(self):
        with self.smtp() as smtp:
            smtp.send_message(message("Grüße", "Wörter\n", to="jürgen@example.org"),
                              to_addrs=["jürgen@example.org"])
        found = self.appliance.wait("to:jürgen@example.org subject:grüße")
        self.assertEqual(found["summary"]["to"], ["jürgen@example.org"])
        self.assertEqual(found["text"].strip(), "Wörter")

    def test_a_mail_in_chunks(self):
        with self.smtp() as smtp:
            smtp.ehlo()
            smtp.mail("ada@example.org")
            smtp.rcpt("bob@example.org")
            first, last = b"Subject: in chunks\r\n\r\n", b".\r\n"
            smtp.send(b"BDAT %d\r\n%bBDAT %d LAST\r\n%b" % (len(first), first, len(last), last))
            self.assertEqual([smtp.getreply()[0], smtp.getreply()[0]], [250, 250])
        self.assertEqual(self.appliance.source(self.appliance.wait('subject:"in chunks"')), "Subject: in chunks\r\n\r\n.\r\n")

    def test_limits(self):
        with self.smtp() as smtp:
            with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
                smtp.sendmail("ada@example.org", ["bob@example.org"], b"x" * 50_000_000)
            self.assertEqual(refused.exception.smtp_code, 552)
        with self.smtp() as smtp:
            many = [f"r{n}@example.org" for n in range(150)]
            refused = smtp.sendmail("ada@example.org", many, message("to many").as_string())
            self.assertEqual({code for code, _ in refused.values()}, {452})
            self.assertEqual(len(refused), 50)
        self.assertEqual(len(self.appliance.wait('subject:"to many"')["summary"]["to"]), 100)


class Swaks(WithAppliance):
    def test_plain_login_and_starttls(self):
        for number, options in enumerate([
            [], ["--tls"], ["--tls", "--auth", "PLAIN", "--auth-user", "ada", "--auth-password", "x"],
            ["--auth", "LOGIN", "--auth-user", "ada", "--auth-password", "x"], ["--pipeline"],
        ]):
            sent = self.swaks("--header", f"Subject: swaks{number}", *options)
            self.assertEqual(sent.returncode, 0, sent.stdout + sent.stderr)
            self.appliance.wait(f"subject:swaks{number}")


class ConfiguredLogin(WithAppliance):
    options = ("--smtp-login", "ada:open sesame")

    def test_only_that_one_works(self):
        with self.smtp() as smtp:
            smtp.starttls(context=trusting())
            with self.assertRaises(smtplib.SMTPAuthenticationError):
                smtp.login("ada", "wrong")
            smtp.login("ada", "open sesame")
        wrong = self.swaks("--tls", "--auth", "PLAIN", "--auth-user", "ada", "--auth-password", "wrong")
        self.assertEqual(wrong.returncode, 28, wrong.stdout)  # swaks: no login worked
        right = self.swaks("--tls", "--auth", "LOGIN", "--auth-user", "ada", "--auth-password", "open sesame")
        self.assertEqual(right.returncode, 0, right.stdout)


class Faults(WithAppliance):
    def send(self):
        with self.smtp() as smtp:
            smtp.send_message(message("fault"))

    def test_senders_see_them(self):
        self.appliance.fault(fault={"kind": "refuse"}, to="bob@")
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            self.send()
        self.assertEqual(refused.exception.recipients["bob@example.org"][0], 550)
        self.appliance.fault(fault={"kind": "greylist", "seconds": 1})
        with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
            self.send()
        self.assertEqual(refused.exception.recipients["bob@example.org"][0], 451)
        self.appliance.fault(fault={"kind": "drop"})
        with self.assertRaises(smtplib.SMTPServerDisconnected):
            self.send()
        self.appliance.fault()
        self.send()
        self.appliance.wait("subject:fault")
        self.assertEqual(len(self.appliance.call("GET", "/api/v1/inbox")["items"]), 1)


if __name__ == "__main__":
    unittest.main()

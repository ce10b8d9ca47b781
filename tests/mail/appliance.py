"""A `pocketkey serve` of its own for a test: its mail sink's port, and its inbox over the REST API."""

import json
import os
import re
import socket
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Appliance:
    def __init__(self, *options, log="warn"):
        self.folder = tempfile.TemporaryDirectory()
        self.smtp, http = free_port(), free_port()
        self.url = f"http://127.0.0.1:{http}"
        self.cookie = None
        self.process = subprocess.Popen(
            [os.environ["POCKETKEY_BINARY"], "serve", "--data", self.folder.name + "/data", "--log", log,
             "--listen", f"127.0.0.1:{http}", "--smtp-listen", f"127.0.0.1:{self.smtp}", *options],
            stdout=subprocess.PIPE, text=True)
        # The link is the last thing it prints when it starts.
        token = next(found[1] for line in self.process.stdout if (found := re.search(r"/setup#(\S+)", line)))
        self.call("POST", "/api/v1/setup", {
            "token": token, "organisation": "Example", "name": "Admin", "email": "admin@example.test",
            "password": "correct horse battery"})

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def call(self, method, path, body=None):
        """The answer's body; JSON is read."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        if body is not None:
            request.add_header("Content-Type", "application/json")
        if self.cookie:
            request.add_header("Cookie", self.cookie)
        with urllib.request.urlopen(request) as answer:
            if cookie := answer.headers.get("Set-Cookie"):
                self.cookie = cookie.split(";")[0]
            text = answer.read()
            is_json = answer.headers.get_content_type() == "application/json"
        return json.loads(text) if is_json else text.decode()

    def wait(self, search):
        """The mail that a search finds, as soon as there is one."""
        return self.call("GET", "/api/v1/inbox/wait?" + urllib.parse.urlencode({"search": search}))

    def source(self, mail):
        return self.call("GET", f"/api/v1/inbox/{mail['summary']['id']}/source")

    def fault(self, **setting):
        return self.call("PUT", "/api/v1/inbox/fault", setting)

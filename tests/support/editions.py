"""Both editions as real processes: the embedded one with the command of `make demo`, the full one with those of
compose.

The commands are read from docker-compose.yml, so what is tested is what is deployed; only addresses are put in.
"""

import os
import re
import shutil
import signal
import sys
from pathlib import Path

import requests
import yaml

from config.demo import PASSWORD
from tests.support import wait
from tests.support.databases import environment, manage
from tests.support.provision import Leashed, free_port, temporary
from tests.support.settings import ROOT

VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")
READY_SECONDS = 40


class Person:
    """Somebody of the demo, knocking from outside with a real token."""

    def __init__(self, base, email):
        self.base, self.line = f"{base}/api/v1/", requests.Session()
        pair = self.post("auth/token/", {"email": email, "password": PASSWORD})
        self.line.headers["Authorization"] = f"Bearer {pair['access']}"

    def get(self, path, **query):
        return self._said(self.line.get(self.base + path, params=query, timeout=20))

    def post(self, path, body=None):
        return self._said(self.line.post(self.base + path, json=body or {}, timeout=20))

    @staticmethod
    def _said(answer):
        assert answer.ok, f"{answer.request.method} {answer.url} answered {answer.status_code}: {answer.text[:500]}"
        return answer.json() if answer.content else None


class Edition:
    """Processes by name, and an address they answer at."""

    def __init__(self, mail_port):
        self.home = temporary("workfloor-home-")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.processes, self.people = {}, {}
        self.given = {"WORKFLOOR_HOME": self.home, "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}"}

    def person(self, local, organization="north"):
        """The same person each time: whoever signs in for every question meets the limit of sign-ins."""
        email = f"{local}@{organization}.example"
        if email not in self.people:
            self.people[email] = Person(self.base, email)
        return self.people[email]

    def begin(self, name, command, **given):
        """Start a process under a name; one that was killed is started anew under the same."""
        env = environment(**(self.given | given))
        self.processes[name] = Leashed(command, log=self.home / f"{name}.log", cwd=ROOT, env=env)

    def kill(self, name):
        self.processes[name].kill()

    def wait_until_ready(self):
        wait.until(self._is_ready, within=READY_SECONDS, every=0.1, why=lambda: f"{self.base} is ready\n{self.told()}")

    def told(self):
        return "\n".join(f"--- {path.name}\n{path.read_text()[-2000:]}" for path in sorted(self.home.glob("*.log")))

    def stop(self):
        for person in self.people.values():
            person.line.close()
        for process in self.processes.values():
            if process.is_running:
                process.send(signal.SIGTERM)
        for process in self.processes.values():
            process.let_go()
        shutil.rmtree(self.home, ignore_errors=True)

    def _is_ready(self):
        try:
            return requests.get(f"{self.base}/readyz", timeout=5).ok
        except requests.RequestException:  # a machine with much to do may let it wait: that is not ready either
            return False


class Embedded(Edition):
    """One process and one file."""

    def start(self):
        self.begin("serve", [sys.executable, "manage.py", "serve", "--demo", "--port", self.port])
        self.wait_until_ready()
        return self


class Full(Edition):
    """gunicorn, uvicorn, relay and worker, on a database of their own and a real Redis."""

    def __init__(self, urls, redis_url, mail_port):
        super().__init__(mail_port)
        self.urls = urls
        self.live_port = free_port()
        self.given |= {"REDIS_URL": redis_url, "DATABASE_URL": urls.app, "BEHIND_PROXY": "0"}
        self.given |= {"GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{self.port}", "WEB_PROCESSES": "1"}

    def start(self):
        manage(self.urls.owner, "seed_demo", "--force", WORKFLOOR_HOME=self.home)
        manage(self.urls.app, "collectstatic", "--noinput", "--verbosity=0", WORKFLOOR_HOME=self.home)
        for name in ("web", "ws", "relay", "worker"):
            self.service(name)
        self.wait_until_ready()
        return self

    def service(self, name):
        """Start one service of docker-compose.yml, under the database role that it has there."""
        role = {"relay": self.urls.relay}.get(name, self.urls.app)
        self.begin(name, [self._placed(name, word) for word in command_of(name)], DATABASE_URL=role)

    def _placed(self, name, word):
        if name == "ws":
            return {"0.0.0.0": "127.0.0.1", "8001": str(self.live_port)}.get(word, word)
        return word


def command_of(service):
    """A service's command as compose would run it, with this environment's programs."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    words = [
        VARIABLE.sub(lambda found: os.environ.get(found[1]) or found[2], word) for word in services[service]["command"]
    ]
    program = Path(sys.executable).with_name(words[0])
    return [sys.executable if words[0] == "python" else str(program), *(word.replace("$$", "$") for word in words[1:])]

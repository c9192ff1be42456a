#!/usr/bin/env python3
"""Counts what failovers of Redis under Sentinel cost the callers of churnd.

usage: failovers.py CHURND DIRECTORY ROUNDS PORT...
Seven free ports: of churnd, three Redis and three Sentinels. JWT_SECRET in the environment. Each
caller has a subject of its own and one request at a time, so that the RateLimit of its answers shows
every admission that Redis has lost: what is left then rises. Standard library only.
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

LIMIT = 1000
# Requests a second: the first four use up their quota, the others do not.
PACES = [40, 40, 40, 40, 4, 4, 4, 4]
ANSWER_SECONDS = 5
RECOVERY_SECONDS = 2.0
OLD_SECONDS = 2.0
CUSTOMER = json.dumps({
    "customerID": "C-1", "gender": "Female", "SeniorCitizen": 0, "Partner": "Yes",
    "Dependents": "No", "tenure": 2, "PhoneService": "Yes", "MultipleLines": "No",
    "InternetService": "Fiber optic", "OnlineSecurity": "No", "OnlineBackup": "No",
    "DeviceProtection": "No", "TechSupport": "No", "StreamingTV": "Yes", "StreamingMovies": "No",
    "Contract": "Month-to-month", "PaperlessBilling": "Yes", "PaymentMethod": "Electronic check",
    "MonthlyCharges": 80.5, "TotalCharges": 161})


def token(subject):
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    now = int(time.time())
    claims = {"sub": subject, "jti": subject, "iat": now, "exp": now + 3600}
    signed = part(b'{"alg":"HS256"}') + b"." + part(json.dumps(claims).encode())
    mac = hmac.new(os.environ["JWT_SECRET"].encode(), signed, hashlib.sha256).digest()
    return (signed + b"." + part(mac)).decode()


def ask(port, *words, seconds=1.0):
    """What a Redis or a Sentinel answers, flat as a list of texts; None without an answer."""
    try:
        with socket.create_connection(("127.0.0.1", port), seconds) as peer:
            peer.sendall(b"*%d\r\n" % len(words) + b"".join(
                b"$%d\r\n%s\r\n" % (len(word), word.encode()) for word in words))
            file = peer.makefile("rb")

            def read():
                line = file.readline()[:-2]
                kind, rest = line[:1], line[1:].decode()
                if kind in b"+-:":
                    return [rest]
                if kind == b"$":
                    return [] if rest == "-1" else [file.read(int(rest) + 2)[:-2].decode()]
                return [text for _ in range(max(0, int(rest))) for text in read()]
            return read()
    except (OSError, ValueError):
        return None


class Caller(threading.Thread):
    def __init__(self, port, subject, pace):
        super().__init__(daemon=True)
        self.port, self.subject, self.pace = port, subject, pace
        self.token = token(subject)
        self.answers = []  # when it was sent, when answered, the status (0: none), what is left
        self.ends = False

    def run(self):
        connection = None
        while not self.ends:
            begin = time.monotonic()
            status, left = 0, None
            try:
                if connection is None:
                    connection = http.client.HTTPConnection(
                        "127.0.0.1", self.port, timeout=ANSWER_SECONDS)
                connection.request("POST", "/predict", CUSTOMER, {
                    "Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                status = answer.status
                limit = answer.getheader("RateLimit")
                if status == 200:
                    left = int(limit.split(";")[1].removeprefix("r="))
            except (OSError, http.client.HTTPException):
                connection = None
            self.answers.append((begin, time.monotonic(), status, left))
            time.sleep(max(0, 1 / self.pace - (time.monotonic() - begin)))

    def is_served(self, since):
        return any(a[0] >= since and a[2] in (200, 429) for a in list(self.answers))

    def recovery(self, since, until):
        """Seconds from a promotion to the first answer after the last 503 that it has caused."""
        recovered = 0.0
        is_refused = False
        for begin, end, status, _ in self.answers:
            if since <= begin <= until:
                if is_refused and status in (200, 429):
                    recovered = end - since
                is_refused = status not in (200, 429)
        return recovered


class Servers:
    def __init__(self, directory, redis_ports, sentinel_ports):
        self.directory, self.redis_ports = directory, redis_ports
        self.sentinel_ports, self.processes = sentinel_ports, {}
        for port in redis_ports:
            self.start(port, [] if port == redis_ports[0] else [
                "--replicaof", "127.0.0.1", str(redis_ports[0])])
        self.wait("the replicas", 30, lambda: self.has_replicas(redis_ports[0]))
        for port in sentinel_ports:
            path = f"{directory}/sentinel-{port}.conf"
            with open(path, "w", encoding="ascii") as file:
                file.write(
                    f"port {port}\nbind 127.0.0.1\ndir {directory}\n"
                    f"sentinel monitor churn 127.0.0.1 {redis_ports[0]} 2\n"
                    "sentinel down-after-milliseconds churn 1000\n"
                    "sentinel failover-timeout churn 3000\nsentinel parallel-syncs churn 2\n")
            self.processes[port] = self.spawn([path, "--sentinel"])
        self.wait("the Sentinels", 30, self.sentinels_agree)

    def spawn(self, arguments):
        log = open(f"{self.directory}/redis.log", "ab")
        return subprocess.Popen(["redis-server", *arguments], stdout=log, stderr=log)

    def start(self, port, more=()):
        os.makedirs(f"{self.directory}/{port}", exist_ok=True)
        self.processes[port] = self.spawn([
            "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--dir", f"{self.directory}/{port}", "--repl-diskless-sync-delay", "0", "--repl-timeout", "5",
            *more])

    def end(self):
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()

    def has_replicas(self, port):
        text = "".join(ask(port, "INFO", "replication") or [])
        return text.count("state=online") == len(self.redis_ports) - 1

    def sentinels_agree(self):
        for port in self.sentinel_ports:
            text = "".join(ask(port, "INFO", "sentinel") or [])
            if "status=ok" not in text or f"slaves={len(self.redis_ports) - 1},sentinels=3" \
                    not in text:
                return False
        return len(set(self.primaries())) == 1

    def primaries(self):
        found = [ask(port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "churn") or ["", "0"]
                 for port in self.sentinel_ports]
        return [int(place[1]) for place in found]

    def wait(self, what, seconds, condition):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                sys.exit(f"{what}: not within {seconds} s")
            time.sleep(0.05)

    def replace_primary(self, kind):
        """Returns when another server calls itself primary: when that was, and which."""
        old = self.primaries()[0]
        process = self.processes[old]
        if kind == "kill":
            process.kill()
            process.wait()
        elif kind == "hang":
            process.send_signal(signal.SIGSTOP)
        else:
            self.wait("the command", 20, lambda: ask(
                self.sentinel_ports[0], "SENTINEL", "FAILOVER", "churn") == ["OK"])
        others = [port for port in self.redis_ports if port != old]
        found = []

        def is_promoted():
            found[:] = [p for p in others if (ask(p, "ROLE", seconds=0.2) or [""])[0] == "master"]
            return bool(found)
        end = time.monotonic() + 30
        while not is_promoted():
            if time.monotonic() > end:
                sys.exit("no promotion within 30 s")
            time.sleep(0.005)
        promoted = time.monotonic()
        # It comes back immediately, and calls itself primary until a Sentinel sees it; a killed one
        # is empty then, which only the marker key shows.
        if kind == "kill":
            self.start(old)
        elif kind == "hang":
            time.sleep(0.5)
            process.send_signal(signal.SIGCONT)
        return promoted, found[0]


def judge(callers, promotions):
    """Prints a line for each subject. Returns how many admissions were wrong, how many lost, and
    for how long after each promotion the old primary has admitted."""
    wrong = lost_in_all = 0
    olds = {}
    print(f"{'subject':8} {'admitted':>8} {'refused':>8} {'503':>6} {'no answer':>9} {'lost':>6} "
          f"{'beyond limit':>12} {'wrong':>6}")
    for caller in callers:
        counts = {}
        for answer in caller.answers:
            counts[answer[2]] = counts.get(answer[2], 0) + 1
        lost = stray = 0
        before, before_at = LIMIT, None
        for begin, end, status, left in caller.answers:
            if status != 200:
                continue
            # Fewer may be left: Redis has admitted what churnd could not answer in time.
            gained = left - (before - 1)
            if gained > 0:
                lost += gained
                # Only a promotion explains that admissions are gone. A primary that is alive
                # continues to admit until churnd has heard that it was replaced.
                last = [at for at in promotions if at <= end]
                if not last or before_at - last[-1] > OLD_SECONDS:
                    stray += gained
                else:
                    olds[last[-1]] = max(olds.get(last[-1], 0), before_at - last[-1])
            before, before_at = left, begin
        admitted = counts.get(200, 0)
        beyond = max(0, admitted - LIMIT)
        wrong_here = max(stray, beyond - lost, 0)
        wrong += wrong_here
        lost_in_all += lost
        print(f"{caller.subject:8} {admitted:8} {counts.get(429, 0):8} {counts.get(503, 0):6} "
              f"{counts.get(0, 0):9} {lost:6} {beyond:12} {wrong_here:6}")
    return wrong, lost_in_all, olds


def main():
    churnd, directory, rounds, *ports = sys.argv[1:]
    ports = [int(port) for port in ports]
    servers, server = None, None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        servers = Servers.__new__(Servers)
        servers.processes = {}
        servers.__init__(directory, ports[1:4], ports[4:7])
        places = ",".join(f"127.0.0.1:{port}" for port in ports[4:7])
        environment = dict(
            os.environ, REDIS_URL=f"redis+sentinel://{places}/churn",
            CHURND_QUOTA_LIMIT=str(LIMIT), CHURND_REDIS_MARKER_KEY="marker",
            CHURND_HTTP_REACTORS="2")
        ask(ports[1], "SET", "marker", "1")
        with open(f"{directory}/churnd.log", "wb") as log:
            server = subprocess.Popen(
                [churnd, "--http.port", str(ports[0]), "--operations.listen", "off",
                 "--log.requests", "off"], env=environment, stdout=log, stderr=log)
        callers = [Caller(ports[0], f"caller{i + 1}", pace) for i, pace in enumerate(PACES)]
        servers.wait("churnd", 20, lambda: is_healthy(ports[0]))
        for caller in callers:
            caller.start()
        promotions, slowest = [], 0.0
        kinds, taken = [], []
        for index in range(int(rounds)):
            servers.wait("the replicas", 60, lambda: servers.sentinels_agree()
                         and servers.has_replicas(servers.primaries()[0]))
            time.sleep(1)
            kind = {0: "kill", 3: "hang"}.get(index % 5, "command")
            begin = time.monotonic()
            promoted, _ = servers.replace_primary(kind)
            promotions.append(promoted)
            kinds.append(kind)
            taken.append(promoted - begin)
            servers.wait("the callers", 30, lambda: all(
                caller.is_served(promoted) for caller in callers))
            # What the promotion causes has happened by then.
            time.sleep(4)
        for caller in callers:
            caller.ends = True
        for caller in callers:
            caller.join()
        wrong, lost, olds = judge(callers, promotions)
        print(f"{'round':>5} {'how':8} {'until promoted':>14} {'until served':>12} {'old admits':>10}")
        for index, at in enumerate(promotions):
            until = promotions[index + 1] if index + 1 < len(promotions) else time.monotonic()
            # A next one that kills or hangs the primary begins before its promotion.
            until -= taken[index + 1] + 0.1 if index + 1 < len(taken) else 0
            served = max(caller.recovery(at, until) for caller in callers)
            slowest = max(slowest, served)
            print(f"{index + 1:5} {kinds[index]:8} {taken[index]:14.2f} {served:12.2f} "
                  f"{olds.get(at, 0):10.2f}")
        kept = check_kept(servers, callers)
        unanswered = sum(answer[2] == 0 for caller in callers for answer in caller.answers)
        longest = max(end - begin for caller in callers for begin, end, _, _ in caller.answers)
        total = sum(len(caller.answers) for caller in callers)
        print(f"{total} requests, {unanswered} without an answer, the longest took "
              f"{longest:.2f} s; {lost} admissions lost by Redis, {wrong} wrong, {kept} missing at "
              f"the end; all served at most {slowest:.2f} s after a promotion")
        if unanswered or wrong or kept or slowest > RECOVERY_SECONDS:
            sys.exit(1)
    finally:
        if server is not None:
            server.kill()
            server.wait()
        if servers is not None:
            servers.end()


def check_kept(servers, callers):
    """Admissions that the last primary should have by the callers' records, and does not."""
    primary, missing = servers.primaries()[0], 0
    for caller in callers:
        left = next((a[3] for a in reversed(caller.answers) if a[2] == 200), LIMIT)
        length = int((ask(primary, "LLEN", f"quota:{caller.subject}") or ["0"])[0])
        missing += max(0, LIMIT - left - length)
    return missing


def is_healthy(port):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False


main()

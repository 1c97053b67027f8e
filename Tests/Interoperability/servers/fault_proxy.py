# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""A proxy that drops, delays, duplicates, truncates and garbles what passes through it, by a seed."""

import contextlib
import http.client
import http.server
import random
import socket
import threading
import time
import urllib.parse

FAULTS = ["drop", "lose", "delay", "duplicate", "truncate", "garbage", "busy", "break"]
"""
drop: closes before the request arrives        lose: the request arrives, its answer does not
delay: answers after 0.3 s                      duplicate: the request arrives twice, the second answer comes back
truncate: half an answer, then the end          garbage: the request arrives, the answer is not HTTP
busy: 503, and nothing arrives                  break: half the request arrives

Only where they are asked for:
send-flipped: one bit of the request's content changes on its way
receive-flipped: one bit of an object changes on its way back
late: closes, and the request arrives 0.3 s later, when it was sent again
"""


class Proxy(http.server.ThreadingHTTPServer):
    """Passes requests on to one server."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, target, rate, seed, faults, dropped_headers, plan):
        super().__init__(("127.0.0.1", 0), Handler)
        parts = urllib.parse.urlsplit(target)
        self.target = (parts.hostname, parts.port)
        self.rate = rate
        self.faults = faults
        self.dropped_headers = {name.lower() for name in dropped_headers}
        self.plan = plan
        self.random = random.Random(seed)
        self.requests = 0
        self.lock = threading.Lock()
        self.counts = {}

    def choose(self):
        """The fault of the next request, or None."""
        with self.lock:
            self.requests += 1
            fault = self.random.choice(self.faults) if self.random.random() < self.rate else None
            fault = self.plan.get(self.requests, fault)
            self.counts[fault] = self.counts.get(fault, 0) + 1
            return fault


class Handler(http.server.BaseHTTPRequestHandler):
    """Passes one connection on."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.server.choose()
        if fault == "delay":
            time.sleep(0.3)
        if fault == "drop":
            return self.cut()
        if fault == "late":
            self.cut()
            time.sleep(0.3)
            with contextlib.suppress(OSError):
                self.forward(body)
            return None
        if fault == "busy":
            return self.answer(503, [("Content-Type", "text/plain")], b"busy")
        if fault == "break":
            self.send_half(body)
            return self.cut()
        try:
            if fault == "send-flipped":
                body = flipped(body)
            if fault == "duplicate":
                self.forward(body)
            status, headers, content = self.forward(body)
        except OSError:  # the server itself cut the connection
            return self.cut()
        if fault == "lose":
            return self.cut()
        if fault == "receive-flipped" and not content.startswith(b"<?xml"):
            content = flipped(content)
        if fault == "garbage":
            self.wfile.write(b"\x00\x01 this is not HTTP\r\n\r\n" + content[:20])
            return self.cut()
        self.answer(status, headers, content, truncate=fault == "truncate")

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_PATCH = handle_any

    def forward(self, body):
        connection = http.client.HTTPConnection(*self.server.target, timeout=60)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in self.server.dropped_headers:
                    connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def send_half(self, body):
        with socket.create_connection(self.server.target, timeout=60) as connection:
            head = f"{self.command} {self.path} HTTP/1.1\r\n" + "".join(
                f"{name}: {value}\r\n" for name, value in self.headers.items())
            connection.sendall(head.encode() + b"\r\n" + body[: len(body) // 2])

    def answer(self, status, headers, content, truncate=False):
        lines = [f"HTTP/1.1 {status} X"]
        length = str(len(content))
        for name, value in headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value
            elif name.lower() not in ("connection", "transfer-encoding", "content-length", "keep-alive"):
                lines.append(f"{name}: {value}")
        if status not in (204, 304):
            lines.append(f"Content-Length: {length}")
        whole = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        if self.command != "HEAD":
            whole += content
        self.wfile.write(whole[: len(whole) // 2] if truncate else whole)
        if truncate:
            self.cut()

    def cut(self):
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def flipped(content):
    """The bytes with one bit changed."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1:] if content else content


@contextlib.contextmanager
def start(target, rate=0.0, seed=1, faults=FAULTS, dropped_headers=(), plan=None):
    """Starts a proxy in front of a server; yields it, with the attributes url, requests and counts.

    The plan says which fault meets which request, counted from 1; all others meet one of the faults at the rate.
    """
    proxy = Proxy(target, rate, seed, list(faults), dropped_headers, plan or {})
    proxy.url = f"http://127.0.0.1:{proxy.server_address[1]}"
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()

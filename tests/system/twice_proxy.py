"""Stands between an agent and its exchange, and lets everything happen twice.

Contracts are listed twice in one answer, requests are sent twice, and an old list comes again when
the test says so.
"""

import http.client
import http.server
import json
import threading


class TwiceProxy:
    def __init__(self, port):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def serve(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                status, headers, text = proxy.pass_on(self.command, self.path, self.headers, body)
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in ("content-length", "connection", "transfer-encoding"):
                        self.send_header(name, value)
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = serve

        self.port = port
        self.lists = []  # that were passed on, and were not empty
        self.old = 0     # so many times the first of them comes again
        self.doubled = 0
        self.lock = threading.Lock()
        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def stop(self):
        self.http.shutdown()
        self.http.server_close()

    def again(self, count):
        with self.lock:
            self.old = count

    def ask(self, method, path, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            kept = {name: value for name, value in headers.items()
                    if name.lower() not in ("host", "connection", "content-length")}
            connection.request(method, path, body or None, kept)
            reply = connection.getresponse()
            return reply.status, reply.getheaders(), reply.read()
        finally:
            connection.close()

    def pass_on(self, method, path, headers, body):
        is_list = method == "GET" and path.split("?")[0].endswith("/work") and "/hubs/" in path
        if is_list:
            with self.lock:
                if self.old > 0 and self.lists:
                    self.old -= 1
                    return 200, [("content-type", "application/json")], self.lists[0]
        answer = self.ask(method, path, headers, body)
        if method == "POST":
            answer = self.ask(method, path, headers, body)
            self.doubled += 1
        if not is_list or answer[0] != 200:
            return answer
        page = json.loads(answer[2])
        page["items"] += page["items"]
        text = json.dumps(page).encode()
        with self.lock:
            if page["items"]:
                self.lists.append(text)
        return answer[0], answer[1], text

"""An exchange in this process that answers the examples of api/openapi.yaml."""
import http.server
import json
import pathlib
import sys
import threading
from urllib.parse import parse_qsl, urlsplit

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
sys.path.insert(0, str(ROOT / "clients/python"))
from api_schema import load  # noqa: E402

DOCUMENT = load(ROOT / "api/openapi.yaml")
METHODS = ("get", "put", "post", "patch", "delete")


class Step:
    """One step of the replay: what is asked, and what is answered."""

    def __init__(self, path, item, method, step):
        self.operation = item[method]["operationId"]
        self.method, self.step, self.status = method.upper(), step, step["status"]
        target = path
        for name, value in step.get("path", {}).items():
            target = target.replace("{" + name + "}", value)
        self.path = ("" if item.get("servers") else "/v1") + target
        self.body = example(item[method].get("requestBody"), step)[1]
        self.media, self.reply = example(item[method]["responses"][str(self.status)], step)

    @property
    def reply_bytes(self):
        if self.media in ("application/json", "application/problem+json"):
            return json.dumps(self.reply).encode()
        return self.reply.encode()


def example(holder, step):
    for media, content in (holder or {}).get("content", {}).items():
        if step["example"] in content.get("examples", {}):
            return media, content["examples"][step["example"]]["value"]
    return None, None


def steps():
    found = [Step(path, item, method, step) for path, item in DOCUMENT["paths"].items()
             for method in METHODS if method in item for step in item[method]["x-replay"]]
    return sorted(found, key=lambda each: each.step["step"])


class Request:
    def __init__(self, handler):
        parts = urlsplit(handler.path)
        self.method, self.target, self.path = handler.command, handler.path, parts.path
        self.query = dict(parse_qsl(parts.query))
        self.headers = handler.headers
        self.body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))


class FakeExchange:
    """`answers`: functions of (request) → (status, media type, bytes, headers), used in turn; the last
    stays. None hangs up without a reply."""

    def __init__(self, *answers):
        self.requests, self.answers = [], list(answers)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 1 << 16  # head and body in one packet: otherwise each reply waits for an ack

            def answer(self):
                request = Request(self)
                outer.requests.append(request)
                chosen = outer.answers.pop(0) if len(outer.answers) > 1 else outer.answers[0]
                if chosen is None:
                    self.close_connection = True
                    return
                status, media, body, headers = chosen(request)
                self.send_response(status)
                self.send_header("Content-Type", media)
                for name, value in headers.items():
                    self.send_header(name, value)
                if media == "text/event-stream":
                    self.send_header("Connection", "close")
                    self.close_connection = True
                else:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def answer(value, status=200, **headers):
    media = "application/json" if status < 400 else "application/problem+json"
    data = json.dumps(value).encode()
    return lambda request: (status, media, data, headers)

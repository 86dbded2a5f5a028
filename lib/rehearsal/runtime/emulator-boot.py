"""Serves the local AWS emulator on one port of 127.0.0.1, to this run alone, with four of its habits mended.

The environment has FMPATHS_RUN_SECRET, FMPATHS_END_OF_LOG and, where one is wanted, FMPATHS_PORT. The first line of output names the port.
Handlers inherit the environment: they find the emulator, with the secret in its address, as AWS_ENDPOINT_URL.
"""

import asyncio
import hmac
import os
import queue
import re
import signal
import socket
import sys
import threading
import time
from urllib.parse import unquote


def end_with_the_watchdog():
    """Ends this process group once standard input ends: the watchdog that holds the other end was killed."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=end_with_the_watchdog, daemon=True).start()

# bound before the port is known, so that the secret goes to no other server
listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.bind(("127.0.0.1", int(os.environ.get("FMPATHS_PORT", "0"))))
port = listening.getsockname()[1]
prefix = "/t/" + os.environ.pop("FMPATHS_RUN_SECRET")
endpoint = f"http://127.0.0.1:{port}{prefix}"
# read when its modules are loaded
os.environ["GATEWAY_PORT"] = str(port)
os.environ["AWS_ENDPOINT_URL"] = endpoint
print(f"fmpaths: port {port}", flush=True)

from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from ministack.app import app  # noqa: E402
from ministack.core.lambda_runtime import Worker  # noqa: E402
from ministack.services import lambda_svc, s3  # noqa: E402
from ministack.services.cloudformation import custom_resource  # noqa: E402
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS  # noqa: E402

# --- only this run may ask ---

HOSTS = {f"127.0.0.1:{port}".encode(), f"localhost:{port}".encode()}
PREFIX = prefix.encode()
REFUSAL = b'{"__type":"AccessDeniedException","message":"This emulator answers only the rehearsal that started it."}'


def path_of_this_run(scope):
    """The raw path behind the secret, or None where the request is not one of this run.

    Names are compared as they were sent: a path that only means the same is refused. Browsers cannot help sending Origin or
    Sec-Fetch-Site, and the name under which they found this server in Host.
    """
    names = [name.lower() for name, _ in scope["headers"]]
    hosts = [value for name, value in scope["headers"] if name.lower() == b"host"]
    path = scope["raw_path"]
    secret, rest = path[: len(PREFIX)], path[len(PREFIX) :]
    if not hmac.compare_digest(secret, PREFIX) or rest[:1] not in (b"", b"/"):
        return None
    if len(hosts) != 1 or hosts[0] not in HOSTS or b"origin" in names or b"sec-fetch-site" in names:
        return None
    return rest or b"/"


async def refuse(scope, receive, send):
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(REFUSAL)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": REFUSAL})


async def front(scope, receive, send):
    if scope["type"] == "lifespan":
        await app(scope, receive, send)
        return
    path = path_of_this_run(scope)
    if path is None:
        await refuse(scope, receive, send)
        return

    async def send_without_cors(message):
        """The emulator allows every page to read its answers."""
        if "headers" in message:
            kept = [pair for pair in message["headers"] if not pair[0].lower().startswith(b"access-control-")]
            message = {**message, "headers": kept}
        await send(message)

    await app({**scope, "raw_path": path, "path": unquote(path.decode("ascii"))}, receive, send_without_cors)


# where handlers of custom resources send their answers
custom_resource._gateway_url = lambda: endpoint

# --- every line of a function is in its log when its answer is ---

END_OF_LOG = os.environ["FMPATHS_END_OF_LOG"]
LOG_WITHIN_SECONDS = 60


def whole_log_instead_of(drain):
    """The emulator waits up to 50 ms for the first line and loses what comes later. Node.js handlers write where their log ends."""

    def whole_log(worker, *args, **options):
        if not worker.config.get("Runtime", "").startswith("nodejs"):
            return drain(worker, *args, **options)
        lines = []
        # initialization ends with an answer too, and its lines belong to the first invocation
        ends = 2 if vars(worker).pop("initialized", False) else 1
        give_up = time.monotonic() + LOG_WITHIN_SECONDS
        while ends > 0 and time.monotonic() < give_up:
            # a process that was killed writes no end of its log
            killed = not worker._stderr_thread.is_alive()
            try:
                line = worker._stderr_queue.get(timeout=0.05)
            except queue.Empty:
                if killed:
                    break
                continue
            text, end, _ = line.partition(END_OF_LOG)
            ends -= len(end) > 0
            if text or not end:
                lines.append(text)
        return "\n".join(lines)

    return whole_log


def spawn_and_mark(worker):
    spawn(worker)
    worker.initialized = True


spawn = Worker._spawn
Worker._spawn = spawn_and_mark
for name in ("_drain_stderr", "_drain_stderr_bounded"):
    setattr(Worker, name, whole_log_instead_of(getattr(Worker, name)))

# --- the error of a handler has its own name, as on Lambda: the emulator has one name for all, and a state machine goes by them ---

execute = lambda_svc._execute_function_with_config_scope


def execute_by_name(*args, **kwargs):
    result = execute(*args, **kwargs)
    body = result.get("body")
    if result.get("error") and isinstance(body, dict) and body.get("errorType") == "Runtime.HandlerError":
        first_line = body.get("errorMessage", "").split("\n")[0]
        named = re.search(r"^([\w.]+): " + re.escape(first_line), result.get("log") or "", re.M)
        if named:
            body["errorType"] = named.group(1)
    return result


lambda_svc._execute_function_with_config_scope = execute_by_name

# --- a bucket with anything in it is not deleted, as on AWS: the emulator would hide that a stack does not empty its bucket ---

bucket = _RESOURCE_HANDLERS["AWS::S3::Bucket"]
delete = bucket["delete"]


def delete_empty(name, properties):
    if name in s3._buckets and (s3._buckets[name]["objects"] or s3._bucket_has_versions(name)):
        raise ValueError("BucketNotEmpty: the bucket " + name + " is not empty")
    delete(name, properties)


bucket["delete"] = delete_empty

config = Config()
config.bind = [f"fd://{listening.detach()}"]
config.keep_alive_timeout = 75
asyncio.run(serve(front, config))

"""
moto's server on a free port of 127.0.0.1. Writes its URL as a line of its own, and ends with its stdin.

It answers one request at a time: moto_server answers several, and between its threads a condition of DynamoDB does not
hold what it promises.
"""

import logging
import os
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

_app = DomainDispatcherApplication(create_backend_app)
_turn = threading.Lock()


def one_at_a_time(environ, start_response):
    with _turn:
        return _app(environ, start_response)


def end_with_stdin():
    sys.stdin.read()
    os._exit(0)


logging.getLogger('werkzeug').setLevel(logging.WARNING)
server = make_server('127.0.0.1', 0, one_at_a_time, threaded=True)
threading.Thread(target=end_with_stdin, daemon=True).start()
print(f'http://127.0.0.1:{server.server_port}', flush=True)
server.serve_forever()

"""A peer with libzmq: role, endpoint, and heartbeats every so many milliseconds (0 for none).

With CURVE if the environment has keys in Z85: GRAPEVINE_SERVER_PUBLIC, GRAPEVINE_PUBLIC and GRAPEVINE_SECRET for one
that connects, GRAPEVINE_SERVER_SECRET for one that binds.
"""

import os
import sys
import time

import zmq


def say(*words):
    print(*words, flush=True)


def opened(kind, heartbeat_ms):
    socket = zmq.Context.instance().socket(kind)
    if heartbeat_ms:
        socket.setsockopt(zmq.HEARTBEAT_IVL, heartbeat_ms)
        socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 3 * heartbeat_ms)
        socket.setsockopt(zmq.HEARTBEAT_TTL, 3 * heartbeat_ms)
    key = os.environb.get
    if server_public := key(b"GRAPEVINE_SERVER_PUBLIC"):
        socket.curve_serverkey = server_public
        socket.curve_publickey = key(b"GRAPEVINE_PUBLIC")
        socket.curve_secretkey = key(b"GRAPEVINE_SECRET")
    elif server_secret := key(b"GRAPEVINE_SERVER_SECRET"):
        socket.curve_secretkey = server_secret
        socket.curve_server = True
    return socket


def bind(socket, endpoint):
    socket.bind(endpoint)
    say(socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0"))


def sub(endpoint, heartbeat_ms):
    """Subscribes to srv and says all that comes."""
    socket = opened(zmq.SUB, heartbeat_ms)
    socket.connect(endpoint)
    socket.setsockopt_string(zmq.SUBSCRIBE, "srv")
    while True:
        say(*(part.decode() for part in socket.recv_multipart()))


def dealer(endpoint, heartbeat_ms):
    """Greets, says all that comes, and sends it back."""
    socket = opened(zmq.DEALER, heartbeat_ms)
    socket.setsockopt_string(zmq.IDENTITY, "python")
    socket.connect(endpoint)
    socket.send_multipart([b"srv01", b"up"])
    while True:
        parts = socket.recv_multipart()
        say(*(part.decode() for part in parts))
        socket.send_multipart(parts)


def router(endpoint, heartbeat_ms):
    """Says where it listens and all that comes, and sends it back."""
    socket = opened(zmq.ROUTER, heartbeat_ms)
    bind(socket, endpoint)
    while True:
        parts = socket.recv_multipart()
        say(*(part.decode() for part in parts[1:]))
        socket.send_multipart(parts)


def xpub(endpoint, heartbeat_ms):
    """Says where it listens and each subscription, and publishes two messages after it."""
    socket = opened(zmq.XPUB, heartbeat_ms)
    bind(socket, endpoint)
    while True:
        subscription = socket.recv()
        say(subscription[0], subscription[1:].decode())
        socket.send_multipart([b"cmbox", b"up"])
        socket.send_multipart([b"srv01", b"up"])


def pub(endpoint, heartbeat_ms):
    """Says where it listens, and publishes the same two messages over and over, since it does not hear who listens."""
    socket = opened(zmq.PUB, heartbeat_ms)
    bind(socket, endpoint)
    while True:
        socket.send_multipart([b"cmbox", b"up"])
        socket.send_multipart([b"srv01", b"up"])
        time.sleep(0.01)


def push(endpoint, heartbeat_ms):
    """Dials with a socket type that has no business there, and says when it is refused."""
    refused(zmq.PUSH, endpoint, heartbeat_ms)


def stranger(endpoint, heartbeat_ms):
    """Dials as a neighbour that should not be let in, and says when it is refused."""
    refused(zmq.DEALER, endpoint, heartbeat_ms)


def refused(kind, endpoint, heartbeat_ms):
    socket = opened(kind, heartbeat_ms)
    failures = (
        zmq.EVENT_DISCONNECTED
        | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
        | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
        | zmq.EVENT_HANDSHAKE_FAILED_AUTH
    )
    monitor = socket.get_monitor_socket(failures | zmq.EVENT_HANDSHAKE_SUCCEEDED)
    socket.connect(endpoint)
    event = int.from_bytes(monitor.recv_multipart()[0][:2], sys.byteorder)
    say("let in" if event == zmq.EVENT_HANDSHAKE_SUCCEEDED else "refused")
    # It stays and tries again, as a misconfigured program would.
    while True:
        monitor.recv_multipart()


if __name__ == "__main__":
    role, endpoint, heartbeat_ms = sys.argv[1:]
    roles = {role.__name__: role for role in (sub, dealer, router, xpub, pub, push, stranger)}
    roles[role](endpoint, int(heartbeat_ms))

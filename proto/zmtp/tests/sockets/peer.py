"""A peer with libzmq: role, endpoint, and heartbeats every so many milliseconds (0 for none)."""

import sys

import zmq


def say(*words):
    print(*words, flush=True)


def opened(kind, heartbeat_ms):
    socket = zmq.Context.instance().socket(kind)
    if heartbeat_ms:
        socket.setsockopt(zmq.HEARTBEAT_IVL, heartbeat_ms)
        socket.setsockopt(zmq.HEARTBEAT_TIMEOUT, 3 * heartbeat_ms)
        socket.setsockopt(zmq.HEARTBEAT_TTL, 3 * heartbeat_ms)
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


def push(endpoint, heartbeat_ms):
    """Dials with a socket type that has no business there, and says when it is refused."""
    socket = opened(zmq.PUSH, heartbeat_ms)
    monitor = socket.get_monitor_socket(zmq.EVENT_DISCONNECTED | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL)
    socket.connect(endpoint)
    monitor.recv_multipart()
    say("refused")


if __name__ == "__main__":
    role, endpoint, heartbeat_ms = sys.argv[1:]
    {"sub": sub, "dealer": dealer, "router": router, "xpub": xpub, "push": push}[role](endpoint, int(heartbeat_ms))

"""Prints a free port of this machine. Below those that outgoing connections get: one of them could take it before the server does."""

import random
import socket


def free_port():
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket() as candidate:
            try:
                candidate.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


if __name__ == "__main__":
    print(free_port())

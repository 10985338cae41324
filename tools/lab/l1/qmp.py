# SPDX-License-Identifier: GPL-2.0
"""qmp.py SOCKET JSON...: send commands to a QEMU monitor, print the answers."""

import json
import socket
import sys


def answer(stream):
    """The next message that is not an event."""
    while True:
        message = json.loads(stream.readline())
        if "event" not in message:
            return message


def main():
    """Greeting, capabilities, then each command in turn."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(sys.argv[1])
        stream = sock.makefile("rw")
        answer(stream)
        failed = 0
        for command in ['{"execute": "qmp_capabilities"}'] + sys.argv[2:]:
            stream.write(command + "\n")
            stream.flush()
            message = answer(stream)
            failed |= "error" in message
            if "qmp_capabilities" not in command:
                print(json.dumps(message))
        return failed


sys.exit(main())

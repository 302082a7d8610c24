"""One command to a Ceph monitor through librados; a program of its own, for the library is found by its environment.

Used as ``mon_command.py CONF JSON``; prints the answer. Stands in for the ``ceph`` program, whose Python parts fit
Debian's own Python only.
"""

import ctypes
import sys

_SECONDS = b"10"


def main(conf: str, command: str) -> int:
    """Send the command and return 0, or librados' error number."""
    rados = ctypes.CDLL("librados.so.2")
    cluster = ctypes.c_void_p()
    rados.rados_create(ctypes.byref(cluster), None)
    rados.rados_conf_read_file(cluster, conf.encode())
    for name in (b"client_mount_timeout", b"rados_mon_op_timeout"):
        rados.rados_conf_set(cluster, name, _SECONDS)
    failed = rados.rados_connect(cluster)
    if failed:
        return -int(failed)
    lines = (ctypes.c_char_p * 1)(command.encode())
    answer, length = ctypes.c_char_p(), ctypes.c_size_t()
    outcome = rados.rados_mon_command(
        cluster,
        lines,
        ctypes.c_size_t(1),
        None,
        ctypes.c_size_t(0),
        ctypes.byref(answer),
        ctypes.byref(length),
        None,
        None,
    )
    sys.stdout.write(ctypes.string_at(answer, length.value).decode())
    rados.rados_shutdown(cluster)
    return -int(outcome)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The files of a slot: put there for programs, read with their rights, and removed whatever they made of them.

Standard library only; beside supervisor.py.
"""

import contextlib
import errno
import os
import stat


@contextlib.contextmanager
def acting_as(uid):
    """Be `uid` for a moment, with the saved uid as the way back: rights over its files and processes, and no others."""
    if os.getuid() == uid:
        yield
        return
    os.setresuid(uid, uid, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def put_file(folder, name, mode, content):
    """Write a read-only file of ours into `folder`, whose sticky bit keeps programs from replacing it."""
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        while content:
            content = content[os.write(fd, content) :]
    finally:
        os.close(fd)


def read_regular(path):
    """The content of a regular file, or None: links, pipes and devices are not followed, opened or waited for."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(fd, "rb") as f:
        return f.read() if stat.S_ISREG(os.fstat(fd).st_mode) else None


def wipe(top, uid):
    """Remove all that `uid` owns under `top`. Folders are flattened: no depth can exhaust stack or descriptors."""
    top_fd = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    try:
        serial = 0
        names = os.listdir(top_fd)
        while names:
            name = names.pop()
            try:
                found = os.stat(name, dir_fd=top_fd, follow_symlinks=False)
                if found.st_uid != uid:
                    continue
                if not stat.S_ISDIR(found.st_mode):
                    os.unlink(name, dir_fd=top_fd)
                    continue
                os.chmod(name, 0o700, dir_fd=top_fd)
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top_fd)
                try:
                    for child in os.listdir(inner):
                        serial += 1
                        moved = f".wiped-{serial}"
                        if stat.S_ISDIR(
                            os.stat(child, dir_fd=inner, follow_symlinks=False).st_mode
                        ):
                            os.chmod(
                                child, 0o700, dir_fd=inner
                            )  # renaming a folder writes its "..": needs w
                            os.rename(child, moved, src_dir_fd=inner, dst_dir_fd=top_fd)
                            names.append(moved)
                        else:
                            os.unlink(child, dir_fd=inner)
                finally:
                    os.close(inner)
                os.rmdir(name, dir_fd=top_fd)
            except OSError as e:
                if e.errno != errno.ENOENT:
                    return  # reset() looks at what is left and gives the slot up
    finally:
        os.close(top_fd)


def free_space(folder):
    """Blocks and inodes that are left."""
    state = os.statvfs(folder)
    return state.f_bfree, state.f_ffree


def no_queues():
    """POSIX message queues outlive their makers; the limits forbid them, and this is how we know."""
    try:
        return not os.listdir("/dev/mqueue")
    except FileNotFoundError:
        return True

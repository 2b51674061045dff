# SPDX-License-Identifier: Apache-2.0
"""Small programs that the tests run inside the lab, as text. Each prints "ready" when it is."""

# Holds the files named on its command line open for writing.
HOLD_FILES = """
import sys, signal
held = [open(name, "r+b") for name in sys.argv[1:]]
print("ready")
signal.pause()
"""

# Its main thread has exited while another one holds the file: /proc/PID/fd, exe, cwd and cmdline are empty then.
EXITED_LEADER = """
import ctypes, os, sys, threading
def hold():
    held = os.open(sys.argv[1], os.O_RDWR)
    print("ready")
    os.read(os.pipe()[0], 1)
threading.Thread(target=hold).start()
SYS_exit = 60 if os.uname().machine == "x86_64" else 93
ctypes.CDLL(None).syscall(SYS_exit, 0)  # the thread, not the process
"""

# Mounts a FUSE file system that nobody ever answers for: whoever looks into it hangs.
SILENT_FUSE = """
import ctypes, os, signal, sys
fuse = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0,allow_other".encode()
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"silent", sys.argv[1].encode(), b"fuse.silent", 0, options) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
print("ready")
signal.pause()
"""

# Answers each HTTP request on the Unix socket argv[1] with the bytes of the file argv[2], as the user argv[3].
HTTP_SERVER = """
import os, socket, sys
path, answer, uid = sys.argv[1:4]
listener = socket.socket(socket.AF_UNIX)
os.setuid(int(uid))
listener.bind(path)
os.chmod(path, 0o666)
listener.listen(16)
print("ready")
while True:
    connection, _ = listener.accept()
    connection.recv(65536)
    connection.sendall(open(answer, "rb").read())
    connection.close()
"""

# Kills (9) or stops (19) every child of the process argv[2] as soon as it appears.
HUNT_CHILDREN = """
import os, sys
number, parent = int(sys.argv[1]), sys.argv[2]
print("ready")
while True:
    try:
        with open(f"/proc/{parent}/task/{parent}/children") as children:
            for child in children.read().split():
                os.kill(int(child), number)
    except (FileNotFoundError, ProcessLookupError):
        pass
"""

# Mounts the device argv[1] on /mnt in a mount namespace that one of its threads has alone, with data at rest in it.
THREAD_WITH_A_MOUNT = """
import ctypes, os, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000
def must(result):
    if result != 0:
        os._exit(print(os.strerror(ctypes.get_errno())) or 1)
def work():
    must(libc.unshare(CLONE_NEWNS))
    must(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    must(libc.mount(sys.argv[1].encode(), b"/mnt", b"ext4", 0, None))
    os.mkdir("/mnt/mysql")
    open("/mnt/mysql/ibdata1", "w").close()
    print("ready")
    threading.Event().wait()
threading.Thread(target=work).start()
"""

# Told to hang up, it writes that down and ends with 9. Begins by telling that it is there.
AWAIT_HUP = """
import pathlib, signal, sys
def hang_up(*_):
    pathlib.Path("/tmp/exec.hup").touch()
    sys.exit(9)
signal.signal(signal.SIGHUP, hang_up)
pathlib.Path("/tmp/exec.started").touch()
while True:
    signal.pause()
"""

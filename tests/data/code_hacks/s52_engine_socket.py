# id: s52_engine_socket
# format: stdin
# problem: sum
# expect: WA,RE
# what: looks for the engine's socket, host folders and devices
import os, stat
hit = [p for p in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/host", "/dev/kmsg", "/dev/mem", "/dev/kvm", "/dev/fuse") if os.path.exists(p)]
hit += [os.path.join("/dev", n) for n in os.listdir("/dev") if stat.S_ISBLK(os.lstat(os.path.join("/dev", n)).st_mode)]
hit += [p for p, _, F in os.walk("/run") for f in F if stat.S_ISSOCK(os.lstat(os.path.join(p, f)).st_mode) and os.access(os.path.join(p, f), os.W_OK)]
print("FOUND %s" % hit if hit else "nothing")

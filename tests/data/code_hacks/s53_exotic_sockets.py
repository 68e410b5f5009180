# id: s53_exotic_sockets
# format: stdin
# problem: sum
# expect: WA,RE
# what: raw, packet, netlink, VSOCK and Bluetooth sockets: prints SOCK if one opens
import socket
got = []
for f, t, p in ((2, 3, 1), (17, 3, 0), (16, 3, 0), (40, 1, 0), (31, 5, 0), (38, 5, 0), (10, 3, 58)):
    try: socket.socket(f, t, p).close(); got.append(f)
    except OSError: pass
print("SOCK %s" % got if got else "denied")

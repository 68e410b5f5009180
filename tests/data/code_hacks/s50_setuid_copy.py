# id: s50_setuid_copy
# format: stdin
# problem: sum
# expect: WA,RE
# what: makes a set-uid copy of a shell and runs it
import os, shutil, subprocess
shutil.copy("/bin/sh", "sh2"); os.chmod("sh2", 0o6777)
print("ROOT" if "uid=0" in subprocess.run(["./sh2", "-p", "-c", "id"], capture_output=True, text=True).stdout else "denied")

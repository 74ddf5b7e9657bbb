"""Runs a command to its end and says what it took: usage.py COMMAND ARGUMENT…

The command's standard output passes through; the last line is JSON with its wall time and CPU time in seconds, with the processes that
it started and waited for, and its peak of resident memory in bytes (of the largest process). A small process as parent: Linux counts
the memory of the process that starts a command towards that command's peak. Ends with the command's own exit code.
"""
import json
import os
import sys
import time

start = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, used = os.wait4(pid, 0)
seconds = time.perf_counter() - start
unit = 1 if sys.platform == "darwin" else 1024
print(json.dumps({
    "seconds": seconds,
    "cpuInSeconds": used.ru_utime + used.ru_stime,
    "peakInBytes": used.ru_maxrss * unit,
}))
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)

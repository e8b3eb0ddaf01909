#!/usr/bin/env python3
"""How long a program takes to start and say its version: start_time.py PROGRAM...
CPU time, user and system, lower quartile and median of 200; wall time beside it."""
import os
import resource
import sys
import time

RUNS = 200


def used():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(program):
    silence = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    cpu, wall = [], []
    for _ in range(RUNS):
        began, before = time.perf_counter(), used()
        os.waitpid(os.posix_spawn(program, [program, "--version"], os.environ, file_actions=silence), 0)
        wall.append((time.perf_counter() - began) * 1e3)
        cpu.append((used() - before) * 1e3)
    cpu.sort()
    wall.sort()
    return cpu[RUNS // 4], cpu[RUNS // 2], wall[RUNS // 10], wall[RUNS // 2]


for name in sys.argv[1:]:
    print("%s: CPU %.2f ms (lower quartile), %.2f (median); wall %.2f (lowest tenth), %.2f (median)" %
          (name, *measure(os.path.abspath(name))))

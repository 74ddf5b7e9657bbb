"""Answers questions line by line: one JSON object a line on standard input, one a line on standard output, until the input ends."""
import json
import sys


def serve(answer):
    """answer(**question) -> dict"""
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)

"""Recordings: HTTP traffic kept in files, ours or another tool's, to replay, judge and compare."""

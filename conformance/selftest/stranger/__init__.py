"""A lawful server by another hand: written from the documents alone by one who had not seen the rules or the emulator.

It stays a reading of its own: mended only where the documents say otherwise; it chooses by its seed among some eighty
ways to obey the documents. `python -m conformance.selftest.stranger SEED PORT ['{"trait": value}']`.
"""

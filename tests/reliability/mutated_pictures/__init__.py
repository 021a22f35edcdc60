"""Damaged picture files by the hundred thousand: each is refused, or published as it decodes.

``python -m tests.reliability.mutated_pictures --files 100000 --seed 1 --processes 2``
"""

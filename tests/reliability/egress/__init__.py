"""Everything that might lead a fetch inside, counted: no connection may go there.

``python -m tests.reliability.egress --sequences 1000 --seed 1``
"""

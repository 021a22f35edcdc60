"""Shops that are not ours: small projects of their own, run as processes and used over HTTP.

Each differs from the example shop in one thing that real shops do, and shares nothing with it.
"""

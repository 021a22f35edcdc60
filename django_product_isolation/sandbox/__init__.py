"""A local server that speaks Runflow's API and really isolates products, on this machine.

A stand-in for development, tests and demonstrations: it spends no money and never contacts Runflow.
It knows nothing of the rest of the app but ``choices``; the app talks to it over HTTP alone.
"""

from .app import Sandbox

__all__ = ["Sandbox"]

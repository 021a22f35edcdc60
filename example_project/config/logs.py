"""Keeps secrets out of the console. Knows log records only."""

import logging
import re

# The token in a callback's address is what tells Runflow from everybody else.
TOKEN = re.compile(r"(/callback/)[^/\s\"?]+")


class WithoutTokens(logging.Filter):
    """Blots out callback tokens, which servers write down with every address they are asked for."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = TOKEN.sub(r"\1...", record.getMessage()), ()
        return True

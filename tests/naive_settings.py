"""The same shop with naive times, as many that are older than time zones in Django have it."""

from tests.settings import *  # noqa: F403

USE_TZ = False
TIME_ZONE = "America/Sao_Paulo"  # not UTC, so that whoever confuses the two is found

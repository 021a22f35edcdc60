"""The shop's account at the sandbox, as tests look at it: over HTTP, beside the app."""

import requests

KEY = {"Authorization": "Bearer rf_live_for_tests"}


class RunflowAccount:
    """Tells the sandbox how to behave, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url

    def behave(self, **changes) -> None:
        reply = requests.post(f"{self.url}/_sandbox/behaviour", json=changes, timeout=5)
        assert reply.ok, reply.text

    def set_balance(self, usd: str) -> None:
        """Give every account at the sandbox so many USD, written as "41.50"."""
        reply = requests.post(f"{self.url}/_sandbox/balance", json={"balance": usd}, timeout=5)
        assert reply.ok, reply.text

    def reset(self) -> None:
        """As it was in the beginning, for the next test."""
        requests.delete(f"{self.url}/_sandbox/behaviour", timeout=5)
        self.set_balance("1000.00")

    def runs_of(self, run) -> list[dict]:
        """What was accepted, and will be charged, for a run of ours."""
        reply = requests.get(
            f"{self.url}/v1/runs",
            params={"q": f"client_ref.EQ:'{run.pk}'", "limit": 100},
            headers=KEY,
            timeout=5,
        )
        assert reply.ok, reply.text
        return reply.json()["items"]

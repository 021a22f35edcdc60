"""``Sandbox``: one sandbox as an object that is started and stopped.

Knows where it listens and where its data lies; everything else is in ``services`` and ``server``.
"""

import tempfile
import threading
from pathlib import Path
from typing import Any

from django_product_isolation.sandbox.isolation.engines import choose_engine

from .config import SandboxConfig
from .server import Application, Server
from .services import Services


class Sandbox:
    """A sandbox on an address of this machine, usable as a context manager.

    Options are the fields of ``SandboxConfig``: ``data`` (folder; None is a temporary one),
    ``speed`` (quick, instant, realistic), ``engine`` (auto, u2netp, light), ``signing_secret``,
    ``sizes`` (nominal, bucket), ``balance`` (USD), ``allow_local_sources``, ``public_url``.
    """

    def __init__(self, address: tuple[str, int] = ("127.0.0.1", 0), **options: Any) -> None:
        """Port 0 takes a free one. Raises ValueError for an option's bad value, TypeError for an
        unknown option, EngineUnavailable when the engine asked for cannot work here."""
        if options.get("data") is not None:
            options["data"] = Path(options["data"])
        self.config = SandboxConfig(**options)
        self.engine = choose_engine(self.config.engine)
        self._address = address
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._server: Server | None = None
        self._services: Services | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Scheme, host and port, for ``BASE_URL``. Raises RuntimeError when not started."""
        return self.services.base_url

    @property
    def services(self) -> Services:
        """The running parts. Raises RuntimeError when not started."""
        if self._services is None:
            raise RuntimeError("The sandbox is not running.")
        return self._services

    def start(self) -> "Sandbox":
        """Listen and work. Raises OSError when the address is taken, ValueError for a data folder
        that cannot be used."""
        self._server = Server(self._address)
        try:
            self._services = Services(
                self.config, self._data_folder(), self._public_url(self._server), self.engine
            )
        except BaseException:
            self._server.server_close()
            self._remove_temporary()
            raise
        self._services.start()
        self._server.set_app(Application(self._services))
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox-http"
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Finish what is in hand and stop; what is left waits in the data folder."""
        if self._services is None or self._server is None or self._thread is None:
            return
        self._services.stop()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._services.database.close()
        self._services = None
        self._remove_temporary()

    def behave(self, **changes: Any) -> None:
        """Switch variants or arm a fault, as ``POST /_sandbox/behaviour`` does."""
        self.services.behaviour.change(changes)

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _data_folder(self) -> Path:
        if self.config.data is not None:
            return self.config.data
        self._temporary = tempfile.TemporaryDirectory(prefix="runflow-sandbox-")
        return Path(self._temporary.name)

    def _remove_temporary(self) -> None:
        if self._temporary is not None:
            self._temporary.cleanup()
            self._temporary = None

    def _public_url(self, server: Server) -> str:
        if self.config.public_url:
            return self.config.public_url.rstrip("/")
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._address[0], self._address[0])  # noqa: S104
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{server.server_address[1]}"

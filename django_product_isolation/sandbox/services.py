"""What one running sandbox consists of, put together once.

Knows which part needs which; does no work itself.
"""

import secrets
import threading
from pathlib import Path

from django_product_isolation.sandbox.api.records import Records
from django_product_isolation.sandbox.isolation.engines import Engine
from django_product_isolation.sandbox.isolation.judging import Judging
from django_product_isolation.sandbox.isolation.processing import Processing
from django_product_isolation.sandbox.isolation.sources import Sources
from django_product_isolation.sandbox.store.accounts import Accounts
from django_product_isolation.sandbox.store.assets import Assets
from django_product_isolation.sandbox.store.callback_secrets import CallbackSecrets
from django_product_isolation.sandbox.store.database import Database
from django_product_isolation.sandbox.store.deliveries import Deliveries
from django_product_isolation.sandbox.store.evaluations import Evaluations
from django_product_isolation.sandbox.store.folder import Folder
from django_product_isolation.sandbox.store.runs import Runs

from .behaviour import Behaviour
from .callbacks import Callbacks
from .config import SandboxConfig, in_cents
from .delivery import Deliverer
from .signing import UrlSigner
from .worker import WorkerPool

IMAGE_WORKERS = 2
CALLBACK_WORKERS = 4


class Services:
    """The parts of a running sandbox, each made of the ones before it."""

    def __init__(self, config: SandboxConfig, data: Path, base_url: str, engine: Engine) -> None:
        """``data`` is the folder that keeps everything.

        Raises ValueError when it cannot keep this version's data.
        """
        self.config = config
        self.base_url = base_url
        self.engine = engine
        self.stopping = threading.Event()
        self.behaviour = Behaviour()
        self.folder = Folder(data)
        self.database = Database(self.folder.database)
        self._know_organisations()
        self._know_files()
        self._know_callbacks()
        self._know_runs()
        self._know_evaluations()

    def _know_evaluations(self) -> None:
        self.evaluations = Evaluations(self.database)
        judging = Judging(
            self.database, self.evaluations, self.accounts, self.sources, self.behaviour
        )
        self.evaluation_pool = WorkerPool("evaluations", 1, self.evaluations.due, judging.judge)

    def start(self) -> None:
        """Take up what an earlier process left, and begin to work."""
        self.runs.take_up_again()
        self.delivery_pool.start()
        self.run_pool.start()
        self.evaluation_pool.start()

    def stop(self) -> None:
        """Finish what is in hand; the rest waits in the database."""
        self.stopping.set()
        self.run_pool.stop()
        self.evaluation_pool.stop()
        self.delivery_pool.stop()

    def _know_organisations(self) -> None:
        self.accounts = Accounts(self.database, in_cents(self.config.balance))
        self.secrets = CallbackSecrets(self.database, self.config.signing_secret)

    def _know_files(self) -> None:
        key = self.database.meta("url_key", secrets.token_bytes(32))
        self.signer = UrlSigner(key, self.base_url, self.config.url_lifetime)
        self.assets = Assets(self.database, self.folder)
        self.sources = Sources(
            self.assets,
            self.folder,
            self.signer,
            allow_local=self.config.allow_local_sources,
        )
        self.records = Records(self.behaviour, self.signer, self.sources)

    def _know_callbacks(self) -> None:
        delays = self.config.callback_delays
        self.deliveries = Deliveries(self.database, len(delays))
        self.deliverer = Deliverer(
            self.deliveries, self.behaviour, timeout=self.config.callback_timeout, delays=delays
        )
        self.delivery_pool = WorkerPool(
            "callbacks",
            CALLBACK_WORKERS,
            self.deliveries.due,
            self.deliverer.attempt,
        )
        self.callbacks = Callbacks(self.records, self.secrets, self.deliveries)

    def _know_runs(self) -> None:
        self.runs = Runs(self.database)
        self.processing = Processing(
            config=self.config,
            database=self.database,
            runs=self.runs,
            accounts=self.accounts,
            callbacks=self.callbacks,
            sources=self.sources,
            folder=self.folder,
            behaviour=self.behaviour,
            engine=self.engine,
            callbacks_queued=self.delivery_pool.wake,
        )
        self.run_pool = WorkerPool("runs", IMAGE_WORKERS, self.runs.due, self.processing.take_step)

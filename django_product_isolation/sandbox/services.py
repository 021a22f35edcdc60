"""What one running sandbox consists of, put together once.

Knows which part needs which; does no work itself.
"""

import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from .accounts import Accounts
from .assets import Assets
from .behaviour import Behaviour
from .callback_secrets import CallbackSecrets
from .callbacks import Callbacks
from .config import SandboxConfig, in_cents
from .database import Database
from .deliveries import Deliveries
from .delivery import Deliverer
from .engines import Engine
from .folder import Folder
from .processing import Processing
from .records import Records
from .runs import Runs
from .signing import UrlSigner
from .sources import Sources
from .worker import WorkerPool


@dataclass(frozen=True)
class Services:
    """The parts of a running sandbox, for its views."""

    config: SandboxConfig
    base_url: str
    engine: Engine
    folder: Folder
    database: Database
    behaviour: Behaviour
    signer: UrlSigner
    accounts: Accounts
    secrets: CallbackSecrets
    assets: Assets
    sources: Sources
    runs: Runs
    records: Records
    deliveries: Deliveries
    deliverer: Deliverer
    callbacks: Callbacks
    processing: Processing
    delivery_pool: WorkerPool
    run_pool: WorkerPool
    stopping: threading.Event

    def start(self) -> None:
        """Take up what an earlier process left, and begin to work."""
        self.runs.take_up_again()
        self.delivery_pool.start()
        self.run_pool.start()

    def stop(self) -> None:
        """Finish what is in hand; the rest waits in the database."""
        self.stopping.set()
        self.run_pool.stop()
        self.delivery_pool.stop()


def build(config: SandboxConfig, data: Path, base_url: str, engine: Engine) -> Services:
    """Return the parts of a sandbox that keeps its data in a folder.

    Raises ValueError when another version of the sandbox wrote the folder.
    """
    folder = Folder(data)
    database = Database(folder.database)
    behaviour = Behaviour()
    signer = UrlSigner(
        database.meta("url_key", secrets.token_bytes(32)), base_url, config.url_lifetime
    )
    accounts = Accounts(database, in_cents(config.balance))
    callback_secrets = CallbackSecrets(database, config.signing_secret)
    assets = Assets(database, folder)
    sources = Sources(assets, folder, signer, allow_local=config.allow_local_sources)
    runs = Runs(database)
    records = Records(behaviour, signer, sources)
    deliveries = Deliveries(database, len(config.callback_delays))
    deliverer = Deliverer(
        deliveries, behaviour, timeout=config.callback_timeout, delays=config.callback_delays
    )
    delivery_pool = WorkerPool(
        "callbacks", config.callback_workers, deliveries.due, deliverer.attempt
    )
    callbacks = Callbacks(records, callback_secrets, deliveries)
    processing = Processing(
        config=config,
        database=database,
        runs=runs,
        accounts=accounts,
        callbacks=callbacks,
        sources=sources,
        folder=folder,
        behaviour=behaviour,
        engine=engine,
        callbacks_queued=delivery_pool.wake,
    )
    return Services(
        config=config,
        base_url=base_url,
        engine=engine,
        folder=folder,
        database=database,
        behaviour=behaviour,
        signer=signer,
        accounts=accounts,
        secrets=callback_secrets,
        assets=assets,
        sources=sources,
        runs=runs,
        records=records,
        deliveries=deliveries,
        deliverer=deliverer,
        callbacks=callbacks,
        processing=processing,
        delivery_pool=delivery_pool,
        run_pool=WorkerPool("runs", config.image_workers, runs.due, processing.take_step),
        stopping=threading.Event(),
    )

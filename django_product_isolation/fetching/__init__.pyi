from .addresses import is_loopback as is_loopback
from .addresses import is_reachable_from_outside as is_reachable_from_outside
from .transfer import FetchError as FetchError
from .transfer import fetch as fetch
from .transfer import send_file as send_file
from .transfer import serves as serves
from .waiting import read_retry_after as read_retry_after

"""With which key, and where, Runflow is asked: told apart without being kept.

Needs no connection: pages are drawn with it.
"""

from django.utils.crypto import salted_hmac

from django_product_isolation.conf import get_settings


def access() -> str:
    """A fingerprint of the key and the address in force: 32 digits, from which neither is read.

    Another one may mean another account, whose word says nothing about the first one's runs. The
    site's ``SECRET_KEY`` is in it, so that a weak key cannot be guessed from it.
    """
    settings = get_settings()
    both = f"{settings.API_KEY}\n{settings.destination}"
    return salted_hmac(__name__, both, algorithm="sha256").hexdigest()[:32]

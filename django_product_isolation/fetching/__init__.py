"""Files from and to addresses that we did not choose: public https only (but for the local
sandbox's own), bounded, pinned.

Which addresses (``addresses``), one exchange before one deadline (``transport``), whole files
(``transfer``), how long a server asks to be left alone (``waiting``).
"""

from django_product_isolation.exports import when_asked

__getattr__ = when_asked(__name__)

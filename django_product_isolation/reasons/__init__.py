"""Why a run waits, ended or was not begun: ids that stay, and words for shop staff."""

from .reason import Reason
from .sentences import listed, sentence_about, sentence_of

__all__ = ["Reason", "listed", "sentence_about", "sentence_of"]

"""Why a run waits, ended or was not begun: ids that stay, and words for shop staff."""

from .reason import Reason
from .sentences import sentence_about, sentence_of

__all__ = ["Reason", "sentence_about", "sentence_of"]

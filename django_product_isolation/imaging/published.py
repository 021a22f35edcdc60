"""Facts about a result as customers get it, kept so that no page has to open the picture."""

from typing import Any

from .inspection import Prepared
from .provenance import source_type_in


def facts_to_keep(picture: Prepared) -> dict[str, Any]:
    """Format, width and height (pixels), bytes, and IPTC's term for how it was made ("" for none).

    Ready for JSON. The file stands at its beginning afterwards.
    """
    picture.file.seek(0)
    source_type = source_type_in(picture.file.read())
    picture.file.seek(0)
    return {
        "format": picture.facts.format,
        "width": picture.facts.width,
        "height": picture.facts.height,
        "bytes": picture.size,
        "source_type": source_type,
    }

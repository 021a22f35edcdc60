"""What marketplaces ask of a main picture: number, page, day on which it was read.

Only what is required, not what is recommended; nothing that a program cannot check. Plain data.
"""

from datetime import date
from functools import partial

from .place import Place, Rule

MB = 1024 * 1024
READ_ON = date(2026, 11, 29)
WHITE = 1.0  # levels of 255: what is left of white by a lossy format
OFF_WHITE = 26.0  # levels of 255: white, off-white, light grey or beige

page = partial(Rule, read_on=READ_ON)
second_hand = partial(Rule, read_on=READ_ON, is_own_page=False)
not_read_again = partial(Rule, is_own_page=False)  # noted earlier, on a day that nobody kept

GOOGLE_PAGE = "https://support.google.com/merchants/answer/6324350"
GOOGLE_500 = date(2027, 1, 31)
AMAZON_PAGE = "https://mercatuslab.com/blog/amazon-product-image-requirements"
EBAY_PAGE = "https://www.ebay.com/help/policies/listing-policies/picture-policy?id=4370"
ZALANDO_PAGE = "https://partner.zalando.com/university/article/accessories-image-guide"
OTTO_PAGE = "https://portal.marcos-software.de"
OTTO_FORMATS_PAGE = (
    "https://www.hello-pine.com/blog/"
    "bildrichtlinien-otto-haendler-technische-inhaltliche-vorgaben-5df1f"
)
BOL_PAGE = "https://partnerplatform.bol.com/en/need-help/productinformation/optimise-images/"
WALMART_PAGE = (
    "https://marketplacelearn.walmart.com/guides/Item%20setup/"
    "Item%20content,%20imagery,%20and%20media/"
    "Product-detail-page:-Image-guidelines-&-requirements"
)
# Both say that a model took part; which of them a redrawn photo needs, nobody has decided.
SAYS_SO = ("trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia")

PLACES = (
    Place(
        "google",
        "Google Merchant Center",
        (
            page("least_short_side", 100, until=date(2027, 1, 30), source=GOOGLE_PAGE),
            page("least_short_side", 500, since=GOOGLE_500, source=GOOGLE_PAGE),
            page("most_pixels", 64_000_000, source=GOOGLE_PAGE),
            page("most_bytes", 16 * MB, source=GOOGLE_PAGE),
            page("formats", ("JPEG", "WEBP", "PNG", "GIF", "BMP", "TIFF"), source=GOOGLE_PAGE),
            second_hand("source_type", SAYS_SO, source="https://iptc.org/news/2024/02/"),
        ),
    ),
    Place(
        "amazon",
        "Amazon",
        (
            second_hand("least_long_side", 500, source=AMAZON_PAGE),
            second_hand("most_long_side", 10_000, source=AMAZON_PAGE),
            second_hand("formats", ("JPEG", "PNG", "TIFF", "GIF"), source=AMAZON_PAGE),
            second_hand("background", WHITE, source=AMAZON_PAGE),
            second_hand("least_fill", 0.85, source=AMAZON_PAGE),
        ),
    ),
    Place(
        "ebay",
        "eBay",
        (page("least_long_side", 500, source=EBAY_PAGE),),
    ),
    Place(
        "zalando",
        "Zalando",
        (
            page("ratio", 1 / 1.44, source=ZALANDO_PAGE),
            page("least_short_side", 762, source=ZALANDO_PAGE),
            page("least_long_side", 1100, source=ZALANDO_PAGE),
            page("most_bytes", 20 * MB, source=ZALANDO_PAGE),
            page("formats", ("JPEG",), source=ZALANDO_PAGE),
            page("background", WHITE, source=ZALANDO_PAGE),
        ),
    ),
    Place(
        "otto",
        "OTTO Market",
        (
            not_read_again("least_short_side", 480, source=OTTO_PAGE),
            not_read_again("least_long_side", 960, source=OTTO_PAGE),
            not_read_again("most_long_side", 4500, source=OTTO_PAGE),
            second_hand("formats", ("JPEG", "PNG"), source=OTTO_FORMATS_PAGE),
            not_read_again("background", OFF_WHITE, source=OTTO_PAGE),
            not_read_again("least_fill", 0.85, source=OTTO_PAGE),
        ),
    ),
    Place(
        "bol",
        "bol",
        (
            page("least_short_side", 500, source=BOL_PAGE),
            page("most_long_side", 6000, source=BOL_PAGE),
            page("least_bytes", 30 * 1024, source=BOL_PAGE),
            page("most_bytes", 10 * MB, source=BOL_PAGE),
            page("background", WHITE, source=BOL_PAGE),
        ),
    ),
    Place(
        "walmart",
        "Walmart Marketplace",
        (
            page("least_short_side", 2200, source=WALMART_PAGE),
            page("ratio", 1.0, source=WALMART_PAGE),
            page("most_bytes", 5 * MB, source=WALMART_PAGE),
            page("formats", ("JPEG", "PNG", "BMP"), source=WALMART_PAGE),
            page("background", WHITE, source=WALMART_PAGE),
        ),
    ),
)

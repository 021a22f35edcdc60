"""How what we add gets onto the host's own admin pages.

Each ModelAdmin instance that shows images, or products with their images, gets a class that
derives from the host's; the host's classes stay as they are.
"""

from django.contrib.admin.sites import all_sites
from django.core.exceptions import ImproperlyConfigured

from django_product_isolation.host import get_targets, targets_of

from .actions import attach_actions
from .image_page import PanelOnPage
from .inlines import ImagesInlined, may_show
from .mixins import extend, left_alone_if_it_breaks
from .state_column import StateOnList


def attach() -> None:
    """Add actions, column, filter, panel and inline column wherever target models are shown.

    May be called again at any time: what is there already is left as it is.
    """
    attach_actions()
    try:
        get_targets()
    except ImproperlyConfigured:
        return  # the system checks say what is wrong
    for site in all_sites:
        for model, model_admin in site._registry.items():
            with left_alone_if_it_breaks(model_admin):
                if targets_of(model):
                    extend(model_admin, StateOnList, PanelOnPage)
                if may_show(model_admin):
                    extend(model_admin, ImagesInlined)

import pytest

from tests.admin.host.odd_shop import OddImage, odd_site


@pytest.fixture
def boss(client, django_user_model):
    user = django_user_model.objects.create_superuser("boss")
    client.force_login(user)
    return user


@pytest.fixture
def odd(settings, boss):
    """Register a ModelAdmin class for images on a site of its own; returns the instance."""
    sites = []

    def register(admin_class, model=OddImage):
        site = odd_site(settings, (model, admin_class))
        sites.append(site)
        return site.__enter__().get_model_admin(model)

    return register

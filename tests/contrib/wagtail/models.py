from django.conf import settings

if "wagtail.images" in settings.INSTALLED_APPS:
    from django.db import models
    from modelcluster.fields import ParentalKey
    from wagtail.admin.panels import FieldPanel, InlinePanel
    from wagtail.images.models import AbstractImage, AbstractRendition
    from wagtail.models import DraftStateMixin, Orderable, Page, RevisionMixin
    from wagtail.snippets.models import register_snippet

    IF_ANY = {"on_delete": models.SET_NULL, "null": True, "blank": True, "related_name": "+"}

    class GalleryImage(AbstractImage):
        """An image model of the shop's own, which no ModelAdmin shows."""

        back = models.ImageField(upload_to="backs", blank=True)

        admin_form_fields = (
            "title",
            "file",
            "collection",
            "focal_point_x",
            "focal_point_y",
            "focal_point_width",
            "focal_point_height",
        )

    class GalleryRendition(AbstractRendition):
        image = models.ForeignKey(GalleryImage, models.CASCADE, related_name="renditions")

        class Meta:
            unique_together = [("image", "filter_spec", "focal_point_key")]

    class ProductPage(Page):
        """A page with an image of Wagtail's, and a picture of its own."""

        image = models.ForeignKey(
            settings.WAGTAILIMAGES_IMAGE_MODEL,
            models.SET_NULL,
            null=True,
            blank=True,
            related_name="+",
        )
        photo = models.ImageField(
            upload_to="pages", width_field="photo_width", height_field="photo_height", blank=True
        )
        photo_width = models.IntegerField(null=True, editable=False)
        photo_height = models.IntegerField(null=True, editable=False)
        banner = models.ForeignKey(
            "gallery.Banner", models.SET_NULL, null=True, blank=True, related_name="+"
        )

        content_panels = (
            *Page.content_panels,
            FieldPanel("image"),
            FieldPanel("photo"),
            InlinePanel("views"),
        )

    class PageView(Orderable):
        """One of several pictures of a page."""

        page = ParentalKey(ProductPage, related_name="views")
        photo = models.ImageField(upload_to="views")

        panels = ("photo",)

    @register_snippet
    class Banner(DraftStateMixin, RevisionMixin, models.Model):
        """A snippet with drafts."""

        title = models.CharField(max_length=50)
        image = models.ForeignKey(
            settings.WAGTAILIMAGES_IMAGE_MODEL,
            models.SET_NULL,
            null=True,
            blank=True,
            related_name="+",
        )
        photo = models.ImageField(
            upload_to="banners", width_field="photo_width", height_field="photo_height"
        )
        photo_width = models.IntegerField(null=True, editable=False)
        photo_height = models.IntegerField(null=True, editable=False)

        panels = ("title", "photo")

        def __str__(self):
            return self.title

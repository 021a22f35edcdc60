from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("product_isolation", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="selection",
            name="field_name",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="field"),
        ),
    ]

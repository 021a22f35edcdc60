from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("product_isolation", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="isolationrun",
            name="decodings",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
    ]

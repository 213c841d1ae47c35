"""The cases behind what a hospital sees of its own, kept with the release and gone with it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column; the releases that there are get it when they are next renewed."""

    dependencies = [
        ("analytics", "0007_abroad"),
    ]

    operations = [
        migrations.AddField(
            model_name="release",
            name="cases_behind",
            field=models.BinaryField(null=True),
        ),
    ]

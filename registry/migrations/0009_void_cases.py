"""A case that was enrolled by mistake can be taken out of everything but the history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """After the runs of the checks."""

    dependencies = [("registry", "0008_check_runs")]

    operations = [
        migrations.AddField("case", "is_void", models.BooleanField(db_default=False, default=False)),
    ]

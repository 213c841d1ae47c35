"""Tell how often the cases of a hospital changed without reading the changes of all hospitals."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """An index of the outbox that the worklist's look at a hospital is answered from alone."""

    dependencies = [("registry", "0020_redactions")]

    operations = [
        migrations.AddIndex(
            model_name="outbox", index=models.Index(fields=["site_id", "case_id", "id"], name="outbox_of_site")
        )
    ]

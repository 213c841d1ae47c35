"""Find the saves of a case, and those that a dataset took in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two indexes of the outbox."""

    dependencies = [("registry", "0010_own_drafts")]

    operations = [
        migrations.AddIndex(model_name="outbox", index=models.Index(fields=["case_id", "id"], name="outbox_of_case")),
        migrations.AddIndex(
            model_name="outbox", index=models.Index(fields=["dataset_id", "case_id"], name="outbox_of_dataset")
        ),
    ]

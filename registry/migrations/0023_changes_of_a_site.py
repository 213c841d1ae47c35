"""What every worklist asks is answered from indexes: how often the cases of a hospital changed, whose consent is withdrawn."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two indexes: neither question reads what grows with the registry."""

    dependencies = [("registry", "0022_endorsed_and_audited")]

    operations = [
        migrations.AddIndex(
            model_name="outbox", index=models.Index(fields=["site_id", "case_id", "id"], name="outbox_of_site")
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["case"], condition=models.Q(consent_withdrawn=1), name="patient_withdrawn"),
        ),
    ]

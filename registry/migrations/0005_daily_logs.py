"""Daily component logs of CRS and ICANS episodes."""

import django.db.models.deletion
from django.db import migrations, models

from registry.access import guard_sql

FORMS = ("crs_day", "icans_day")


def install(apps, schema_editor):
    """The guards of every form, for the two logs."""

    def run(sql):
        schema_editor.execute(sql, params=None)  # "%" is SQL here, not a placeholder

    for form in FORMS:
        model = apps.get_model("registry", form.replace("_", ""))
        table = model._meta.db_table
        names = {field.name for field in model._meta.fields}
        run(guard_sql.isolate(table) + guard_sql.record(table, form) + guard_sql.same_site_as_case(table))
        run(guard_sql.value_or_reason(table, sorted(name for name in names if f"{name}_mr" in names)))
        run(guard_sql.date_has_precision(table, sorted(name for name in names if f"{name}_p" in names)))
        run(guard_sql.lockable(table))
    run(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {guard_sql.SERVING}")


class Migration(migrations.Migration):
    """After the states."""

    dependencies = [("registry", "0004_states")]
    operations = [
        migrations.CreateModel(
            name="CrsDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0)),
                ("is_void", models.BooleanField(default=False)),
                ("is_complete", models.BooleanField(db_default=False, default=False)),
                ("is_verified", models.BooleanField(db_default=False, default=False)),
                ("is_locked", models.BooleanField(db_default=False, default=False)),
                ("course_no", models.PositiveSmallIntegerField(default=1, verbose_name="CAR-T course")),
                ("crs_day_no", models.IntegerField(blank=True, null=True)),
                ("crs_day_episode", models.IntegerField(blank=True, null=True)),
                ("crs_day_date", models.DateField(blank=True, null=True)),
                ("crs_day_tmax", models.DecimalField(blank=True, decimal_places=8, max_digits=18, null=True)),
                ("crs_day_fever", models.SmallIntegerField(blank=True, null=True)),
                ("crs_day_hypotension", models.SmallIntegerField(blank=True, null=True)),
                ("crs_day_hypoxia", models.SmallIntegerField(blank=True, null=True)),
                ("crs_day_attrib_other", models.SmallIntegerField(blank=True, null=True)),
                ("crs_day_episode_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("crs_day_date_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("crs_day_date_p", models.CharField(blank=True, max_length=1, null=True)),
                ("crs_day_tmax_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("crs_day_fever_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("crs_day_hypotension_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("crs_day_hypoxia_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("crs_day_attrib_other_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "course_no", "crs_day_no"), name="one_crs_day_row")
                ],
            },
        ),
        migrations.CreateModel(
            name="IcansDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(default=0)),
                ("is_void", models.BooleanField(default=False)),
                ("is_complete", models.BooleanField(db_default=False, default=False)),
                ("is_verified", models.BooleanField(db_default=False, default=False)),
                ("is_locked", models.BooleanField(db_default=False, default=False)),
                ("course_no", models.PositiveSmallIntegerField(default=1, verbose_name="CAR-T course")),
                ("icans_day_no", models.IntegerField(blank=True, null=True)),
                ("icans_day_episode", models.IntegerField(blank=True, null=True)),
                ("icans_day_date", models.DateField(blank=True, null=True)),
                ("icans_day_tool", models.SmallIntegerField(blank=True, null=True)),
                ("icans_day_ice_orient", models.IntegerField(blank=True, null=True)),
                ("icans_day_ice_naming", models.IntegerField(blank=True, null=True)),
                ("icans_day_ice_command", models.IntegerField(blank=True, null=True)),
                ("icans_day_ice_writing", models.IntegerField(blank=True, null=True)),
                ("icans_day_ice_attention", models.IntegerField(blank=True, null=True)),
                ("icans_day_ice_total", models.IntegerField(blank=True, null=True)),
                ("icans_day_capd_total", models.IntegerField(blank=True, null=True)),
                ("icans_day_unable", models.SmallIntegerField(blank=True, null=True)),
                ("icans_day_conscious", models.SmallIntegerField(blank=True, null=True)),
                ("icans_day_seizure", models.SmallIntegerField(blank=True, null=True)),
                ("icans_day_motor", models.SmallIntegerField(blank=True, null=True)),
                ("icans_day_edema", models.SmallIntegerField(blank=True, null=True)),
                ("icans_day_alt_cause", models.SmallIntegerField(blank=True, null=True)),
                ("icans_day_episode_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_date_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_date_p", models.CharField(blank=True, max_length=1, null=True)),
                ("icans_day_tool_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_ice_orient_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_ice_naming_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_ice_command_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_ice_writing_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_ice_attention_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_ice_total_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_capd_total_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_unable_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_conscious_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_seizure_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_motor_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_edema_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("icans_day_alt_cause_mr", models.CharField(blank=True, max_length=3, null=True)),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.case")),
                ("site", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="registry.site")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "course_no", "icans_day_no"), name="one_icans_day_row")
                ],
            },
        ),
        migrations.RunPython(install, migrations.RunPython.noop),
    ]

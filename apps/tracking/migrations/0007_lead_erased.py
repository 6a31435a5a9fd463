"""A lead remembers that its personal data were erased; who may see and erase them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tracking", "0006_log_indexes")]

    operations = [
        migrations.AlterModelOptions(
            name="lead",
            options={
                "permissions": [
                    ("unmask_lead", "Can see personal data"),
                    ("erase_lead", "Can erase personal data"),
                ]
            },
        ),
        migrations.AddField(
            model_name="lead",
            name="erased_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                null=True,
                verbose_name="personal data erased",
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(
                        ("email_hash", ""), ("phone_hash", ""), ("sealed_contact", "")
                    ),
                    _connector="OR",
                ),
                name="lead_erased_has_no_contact",
            ),
        ),
    ]

from django.db import migrations, models

from tenants import context


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_nobody_lost")]

    operations = [
        migrations.AddField(
            model_name="webhookcall",
            name="asked_at",
            field=models.DateTimeField(
                default=context.now,
                editable=False,
                help_text="Since when it is tried: for three days, then it is dead.",
            ),
        ),
    ]

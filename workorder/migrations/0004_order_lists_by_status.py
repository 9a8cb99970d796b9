from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workorder", "0003_conversation"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="workorder",
            index=models.Index(fields=["organization", "status", "number", "priority"], name="order_list_by_status"),
        ),
    ]

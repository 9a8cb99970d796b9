from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_approval_overdue")]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("order_submitted", "Order waits for approval"),
                    ("order_approved", "Order approved"),
                    ("order_rejected", "Order rejected"),
                    ("task_assigned", "Task assigned"),
                    ("approval_overdue", "Approval overdue"),
                    ("order_completed", "Order completed"),
                    ("nobody_eligible", "Nobody can take a task"),
                    ("mentioned", "Mentioned in a comment"),
                ],
                max_length=30,
            ),
        ),
    ]

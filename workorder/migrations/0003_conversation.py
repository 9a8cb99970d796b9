import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tenants", "0002_work_orders_in_full"),
        ("workorder", "0002_work_orders_in_full"),
    ]

    operations = [
        migrations.AddField(
            model_name="attachment",
            name="removed_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.member",
            ),
        ),
        migrations.AddField(
            model_name="comment",
            name="removed_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="tenants.member",
            ),
        ),
        migrations.RemoveConstraint(model_name="tag", name="tag_name_once"),
        migrations.AddField(
            model_name="tag",
            name="folded",
            field=models.CharField(default="", editable=False, max_length=120),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(fields=("organization", "folded"), name="tag_name_once"),
        ),
    ]

"""Questions whose SQL is built once, where that is done."""

import uuid

import pytest

from tenants.models import Department
from tenants.models.prepared import Prepared

pytestmark = pytest.mark.django_db


class TestPrepared:
    def test_a_value_that_django_rewords_is_refused(self, world):
        """Kept as it is, it would be asked for in every later call."""
        by_text = Prepared(lambda pk: Department.everywhere.filter(pk=pk).values_list("code"), uuid.uuid4().hex)

        with pytest.raises(TypeError, match="in other words"):
            by_text(str(world.assembly.pk))

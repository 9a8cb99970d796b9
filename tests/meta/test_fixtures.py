"""The fixtures other tests trust. A fixture that promises too much makes every test that uses it a lie."""

import contextlib
import datetime
import smtplib
import time

import pytest
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.utils import timezone

from tenants import context, doorbell
from tenants.access import SESSION_KEY
from tenants.context import tenant
from tenants.models import Delivery, Department, Event, Member, Organization
from tests import factories
from tests.factories import DepartmentFactory, WorkOrderFactory
from tests.support import fingerprints
from tests.support.clients import Door, committed
from tests.support.world import ORDER_STATES
from workorder.models import WorkOrder

BUDGET_SECONDS = 0.05  # of a fingerprint; 10 ms on a quiet machine


@pytest.mark.django_db
class TestEmptyStage:
    """A test that does not ask for the cast does not meet it."""

    def test_no_organization_is_there(self):
        assert Organization.objects.count() == 0


class TestWorld:
    """The same people everywhere, and no test sees what another did to them."""

    def test_cast_is_complete(self, world):
        """Names, roles and places as every docstring takes them for granted."""
        with tenant(world.north):
            cast = {m.name: (m.role, m.department and m.department.code, m.active) for m in Member.objects.all()}

        assert cast == {
            "Vera": ("viewer", None, True),
            "Omar": ("operator", "ASM", True),
            "Sina": ("supervisor", "ASM", True),
            "Pia": ("planner", None, True),
            "Ada": ("admin", None, True),
            "Odd": ("operator", "WLD", True),
            "Ivan": ("operator", "ASM", False),
            "Bea": ("planner", None, True),
        }
        assert (world.zoe.role, world.zoe.organization) == ("admin", world.south)
        assert world.bea.user == world.bea_in_south.user

    def test_there_is_one_order_in_every_state(self, world):
        """Matrices take an order from here instead of walking one: all states must be there."""
        with tenant(world.north):
            states = sorted(WorkOrder.objects.values_list("status", flat=True))

        assert states == sorted(ORDER_STATES)
        assert {name: order.status for name, order in world.orders.items()} == {name: name for name in ORDER_STATES}

    @pytest.mark.parametrize("turn", [1, 2])
    def test_what_a_test_changes_is_gone_for_the_next(self, world, turn):
        """Both turns rename the organization and find it with its old name."""
        assert world.north.name == "Northwind Print"
        assert Organization.objects.get(slug="north").name == "Northwind Print"

        world.north.name = f"turn {turn}"
        world.north.save()

    def test_no_tenant_is_left_open(self, world):
        """A fixture that opened one would let a view pass that forgot to."""
        assert context.organization_id_or_none() is None

    def test_outsider_has_one_of_every_noun(self, world):
        """A foreign id can only be tried where there is a foreign row."""
        with tenant(world.south):
            missing = [model._meta.label for model in world.nouns() if not model.objects.exists()]

        assert missing == []


def told_nobody(world):
    """A statement that goes past Django's cursor, where no wrapper hears it, or one that no wrapper understands:
    PostgreSQL does not count for us what it changed."""
    update = "UPDATE tenants_department SET name = 'Welded' WHERE code = 'WLD'"
    if connection.vendor == "sqlite":
        connection.connection.execute(update)
        return
    with tenant(world.north), connection.cursor() as cursor:
        cursor.execute(f"WITH written AS ({update} RETURNING id) SELECT id FROM written")


def in_a_savepoint(world):
    with transaction.atomic():
        DepartmentFactory(organization=world.south)


def anew(world):
    """The fingerprint as it is without anything kept."""
    fingerprints.WATCH._forget_all()
    return world.fingerprint()


class TestFingerprint:
    """Every refusal rests on it: it must see each write, and nothing but writes."""

    def test_same_rows_same_print(self, world):
        assert world.fingerprint() == world.fingerprint()

    @pytest.mark.parametrize("organization", ["north", "south"])
    def test_one_row_more_shows_in_its_table(self, world, organization):
        """And in no other: the failing test names the table that was written."""
        before = world.fingerprint()
        DepartmentFactory(organization=getattr(world, organization))
        after = world.fingerprint()

        assert {table for table in after if after[table] != before[table]} == {f"{organization}.tenants_department"}

    def test_one_column_changed_shows(self, world):
        before = world.fingerprint()
        with tenant(world.north):
            Department.objects.filter(pk=world.assembly.pk).update(name="Assembly line")

        assert world.fingerprint() != before

    @pytest.mark.parametrize("write", [in_a_savepoint, told_nobody], ids=["in a savepoint", "past Django"])
    def test_what_is_kept_is_what_is_there(self, world, write):
        """A digest kept too long would call a write nothing: those taken back count, and those nobody was told of."""
        first = world.fingerprint()
        with contextlib.suppress(LookupError), transaction.atomic():
            DepartmentFactory(organization=world.north)
            meanwhile = world.fingerprint()
            raise LookupError
        taken_back = world.fingerprint()
        write(world)

        assert meanwhile != first == taken_back
        assert first != world.fingerprint() == anew(world)

    def test_it_costs_next_to_nothing(self, world):
        """It is taken twice in every refused cell of every matrix."""
        world.fingerprint()
        started = time.process_time()
        world.fingerprint()

        assert time.process_time() - started < BUDGET_SECONDS


class TestSignIn:
    """Tests knock as people do; nobody is let in by a back door."""

    def test_api_client_with_user_is_a_real_token(self, api_client_with_user):
        client, user, organization = api_client_with_user
        answer = client.get("me/")

        assert (answer.status_code, answer.body["user"]["email"]) == (200, user.email)
        assert answer.body["organization"]["slug"] == organization.slug

    def test_api_client_is_nobody_until_told(self, api_client):
        assert api_client.get("me/").status_code == 401

    def test_api_client_signs_in_anew_when_its_token_ran_out(self, world, api_client, frozen_clock):
        """A shifted clock must not sign people out by accident."""
        pia = api_client.as_(world.pia)
        first = pia.get("me/").status_code
        frozen_clock.shift(hours=5)

        assert (first, pia.get("me/").status_code) == (200, 200)

    def test_auto_login_user_is_a_member_with_that_role(self, auto_login_user, world):
        client, user = auto_login_user("supervisor", world.north)

        assert user == world.sina.user
        assert client.get("/notifications/").status_code == 200

    def test_a_session_written_at_once_is_the_one_that_signing_in_leaves(self, world):
        """Nothing that the product or Django keeps of a sign-in is missing: most tests of pages begin with it."""
        written, signed_in = Door().sign_in(world.pia), Door()

        signed_in.force_login(world.pia.user)

        chosen = {SESSION_KEY: str(world.north.pk)}
        assert dict(written.session.items()) == dict(signed_in.session.items()) | chosen
        assert written.get("/notifications/").status_code == 200

    def test_admin_client_is_a_member_and_staff_client_is_not(self, admin_client, staff_client):
        """pytest-django's admin_client is a superuser, who may do what no admin of an organization may."""
        assert admin_client.get("/notifications/").status_code == 200
        assert admin_client.get("/platform/").status_code == 302
        assert staff_client.get("/platform/").status_code == 200

    @pytest.mark.parametrize(
        ("who", "status"), [("inactive", 403), ("suspended", 403), ("anonymous", 302), ("outsider", 200)]
    )
    def test_client_for_somebody_special(self, client_for, who, status):
        assert client_for(who).get("/notifications/").status_code == status


class TestBurst:
    """Between an act and its consequences nothing happens by itself."""

    def test_a_doorbell_is_heard_and_nobody_answers(self, world):
        """Half of every side-effect test: nothing happened yet."""
        with committed(), tenant(world.north):
            WorkOrderFactory(organization=world.north)

        with tenant(world.north):
            assert doorbell.woken.is_set()
            assert Event.objects.filter(relayed_at=None).count() == 1
            assert Delivery.objects.count() == 0

    def test_no_doorbell_of_another_test_is_heard(self):
        assert not doorbell.woken.is_set()

    def test_relay_writes_deliveries_and_runs_none(self, world, celery_burst):
        celery_burst.until_quiet()
        WorkOrderFactory(organization=world.north, at="submitted")

        relayed = celery_burst.relay()

        assert relayed == 2
        assert "notifications.subscribers.tell" in celery_burst.waiting(world.north)

    def test_step_runs_one_delivery(self, world, celery_burst):
        WorkOrderFactory(organization=world.north, at="submitted")
        celery_burst.relay()
        before = celery_burst.waiting(world.north)

        ran = celery_burst.step(world.north)

        assert before[0] == ran
        assert celery_burst.waiting(world.north) == before[1:]

    def test_until_quiet_leaves_nothing_waiting(self, world, celery_burst):
        WorkOrderFactory(organization=world.north, at="released")

        celery_burst.until_quiet()

        with tenant(world.north):
            assert Event.objects.filter(relayed_at=None).count() == 0
        assert celery_burst.waiting(world.north) == []


class TestClock:
    """Time stands still, and moves when told."""

    def test_it_stands_still_and_shifts(self, frozen_clock):
        first, again = timezone.now(), timezone.now()
        frozen_clock.shift(hours=2)

        assert first == again == datetime.datetime(2026, 3, 16, 9, tzinfo=datetime.UTC)
        assert timezone.now() - first == datetime.timedelta(hours=2)


@pytest.mark.django_db
class TestQueryCounter:
    """It must fail, too."""

    def test_exact_and_max(self, query_counter):
        with query_counter(exact=1), query_counter(max=2):
            Organization.objects.count()

        with pytest.raises(AssertionError, match="2 queries, not 1"), query_counter(exact=1):
            Organization.objects.count()
            Organization.objects.count()

    def test_constant_over_sees_a_slope(self, query_counter):
        """One query per row is the mistake it is for."""

        def grow(size):
            while Organization.objects.count() < size:
                factories.OrganizationFactory()

        def one_by_one():
            return len([Organization.objects.get(pk=pk) for pk in Organization.objects.values_list("pk", flat=True)])

        assert query_counter.constant_over(grow, lambda: len(Organization.objects.all()), sizes=(1, 2)) == 1
        with pytest.raises(AssertionError, match="queries grow with rows"):
            query_counter.constant_over(grow, one_by_one, sizes=(3, 4))

    def test_constant_over_wants_growth(self, query_counter):
        with pytest.raises(AssertionError, match="did not grow"):
            query_counter.constant_over(lambda size: None, Organization.objects.count)


class TestOutside:
    """Real client code talks to a real server that says what the test wants."""

    def test_a_mail_arrives_as_it_was_sent(self, mock_external_services):
        EmailMessage("Subject", "Words", "from@north.example", ["to@north.example"]).send()

        (mail,) = mock_external_services.mail.arrived
        assert (mail["Subject"], mail.get_content().strip()) == ("Subject", "Words")

    def test_a_scripted_refusal_reaches_the_sender(self, mock_external_services):
        mock_external_services.mail.script("refuse", "accept")
        message = EmailMessage("Subject", "Words", "from@north.example", ["to@north.example"])

        with pytest.raises(smtplib.SMTPDataError, match="no such person"):
            message.send()
        assert message.send() == 1

    def test_no_other_socket_opens(self, world):
        """What talks to the outside by accident fails here, not on a train."""
        with pytest.raises(UserWarning, match="tried to use socket"):
            smtplib.SMTP("127.0.0.1", 25)


@pytest.mark.usefixtures("reset_sequences")
class TestResetSequences:
    @pytest.mark.parametrize("turn", [1, 2])
    def test_factories_begin_anew(self, turn):
        assert DepartmentFactory(organization=factories.OrganizationFactory()).code == "D001"
        assert connection.in_atomic_block is False

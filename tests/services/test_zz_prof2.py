import cProfile, pstats, time
import pytest
from tests.services.test_imports import house, confirmed, LABEL, relay
pytestmark = pytest.mark.django_db(transaction=True)
def test_prof(house, confirmed):
    step = confirmed(5000)
    pr = cProfile.Profile(); t=time.monotonic(); c=time.thread_time()
    pr.enable(); relay.run(LABEL, house, step.pk)
    print("wall", time.monotonic()-t, "cpu", time.thread_time()-c)
    pr.disable(); pstats.Stats(pr).sort_stats("cumtime").print_stats(45)

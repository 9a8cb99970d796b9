import os,threading,time,subprocess
os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.support.settings", "LOG_LEVEL": "ERROR"}
from tests.support import databases, provision
import psycopg
s=provision.postgres(); print(s, flush=True)
def watch():
    while True:
        time.sleep(10)
        with psycopg.connect(s.url) as c:
            for r in c.execute("select now()-query_start, state, wait_event_type, wait_event, left(query,150) from pg_stat_activity where datname like 'test%'"): print(r, flush=True)
threading.Thread(target=watch,daemon=True).start()
t=time.time(); c=databases.Cluster(s).prepare(); print("prepared", time.time()-t); c.close()

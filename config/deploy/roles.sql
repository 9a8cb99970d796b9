-- Three roles, none of them a superuser: the owner migrates, the app works, the relay also sees every organization's outbox.
-- Run by a superuser in the database itself, any number of times:
--     OWNER_PASSWORD=… APP_PASSWORD=… RELAY_PASSWORD=… psql -d workfloor -f config/deploy/roles.sql
-- Rights on tables come with `manage.py isolate`, which the owner runs after each migration.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
\getenv relay_password RELAY_PASSWORD

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['workfloor_owner', 'workfloor_app', 'workfloor_relay']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec

ALTER ROLE workfloor_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE workfloor_app   LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
ALTER ROLE workfloor_relay LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'relay_password';

-- The relay runs what is due itself when the broker is away, so it may do whatever the app may.
GRANT workfloor_app TO workfloor_relay;

SELECT format('ALTER DATABASE %I OWNER TO workfloor_owner', current_database()) \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO workfloor_app, workfloor_relay', current_database()) \gexec
ALTER SCHEMA public OWNER TO workfloor_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- The two roles and the database of a hub. Run by psql as a superuser; running it again changes nothing.
--
-- hub_owner owns the database and its schema and runs the migrations. hub_app is what web and workers
-- connect as: it owns nothing and cannot step over row-level security. What it may do with the tables is
-- granted by the migrations that make them.
--
-- Passwords come from HUB_OWNER_PASSWORD and HUB_APP_PASSWORD. Where one is unset the role has none, and
-- signs in by what pg_hba.conf allows (embedded: by being the account that started the server).

\set ON_ERROR_STOP on
\getenv owner_password HUB_OWNER_PASSWORD
\getenv app_password HUB_APP_PASSWORD

SELECT format('CREATE ROLE %I', role)
  FROM unnest(ARRAY['hub_owner', 'hub_app']) AS role
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\gexec

ALTER ROLE hub_owner LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE hub_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

\if :{?owner_password}
ALTER ROLE hub_owner PASSWORD :'owner_password';
\endif
\if :{?app_password}
ALTER ROLE hub_app PASSWORD :'app_password';
\endif

SELECT 'CREATE DATABASE hub OWNER hub_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'hub')
\gexec

REVOKE ALL ON DATABASE hub FROM PUBLIC;
GRANT CONNECT ON DATABASE hub TO hub_app;

\connect hub
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO hub_owner;
GRANT USAGE ON SCHEMA public TO hub_app;

-- A search by name goes through an index of trigrams. PostgreSQL uses an index before a row-level policy only where
-- the operator is leakproof, and "is like" is as much so as "equals": it tells nothing but whether it holds. Only a
-- superuser may say so. Where nobody has, a search finds the same and takes longer. Databases that are made later
-- (the tests') get it from template1. A restored dump has lost it: run this file again.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER FUNCTION word_similarity_commutator_op(text, text) LEAKPROOF;
\connect template1
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER FUNCTION word_similarity_commutator_op(text, text) LEAKPROOF;

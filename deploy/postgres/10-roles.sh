#!/bin/sh
# Run once by the postgres image on an empty volume: the roles, and the database that one of them owns. Passwords come from the secrets.
set -eu
secret() { cat "/run/secrets/$1"; }
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner="$(secret owner_password)" --set app="$(secret app_password)" \
  --set worker="$(secret worker_password)" --set backup="$(secret backup_password)" <<'SQL'
CREATE ROLE reg_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE reg_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app';
CREATE ROLE reg_worker LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'worker';
CREATE ROLE reg_backup LOGIN NOSUPERUSER REPLICATION BYPASSRLS IN ROLE pg_read_all_data, pg_monitor PASSWORD :'backup';
CREATE DATABASE registry OWNER reg_owner;
SQL
echo "host replication reg_backup samenet scram-sha-256" >> "$PGDATA/pg_hba.conf"

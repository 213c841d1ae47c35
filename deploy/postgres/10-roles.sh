#!/bin/sh
# Run once by the postgres image on an empty volume: the three roles and the database that one of them owns.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner="$OWNER_PASSWORD" --set app="$APP_PASSWORD" --set worker="$WORKER_PASSWORD" <<'SQL'
CREATE ROLE reg_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'owner';
CREATE ROLE reg_app LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'app';
CREATE ROLE reg_worker LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'worker';
CREATE DATABASE registry OWNER reg_owner;
SQL

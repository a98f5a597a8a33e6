#!/bin/sh
# Writes down the one role that may connect, from the environment, then becomes PgBouncer.
set -eu
: "${HUB_APP_PASSWORD:?is not set}"
umask 077
printf '"hub_app" "%s"\n' "$HUB_APP_PASSWORD" > /run/hub-pooler/users.txt
exec pgbouncer /etc/pgbouncer/pgbouncer.ini

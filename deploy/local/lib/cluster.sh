# shellcheck shell=bash disable=SC2034,SC2154
# The private PostgreSQL of a copy: reachable by its Unix socket only, by peer
# authentication. Losing it costs nothing but a publish, so it does not wait
# for the disk.
# Uses: state, sockets, run_user. Sets: pg_bin, url_ops, url_web, url_ingest,
# url_mailer.

find_postgresql() {
	local dir

	pg_bin=
	for dir in /usr/lib/postgresql/*/bin; do
		[[ ! -x $dir/postgres ]] || pg_bin=$dir
	done
	[[ -n $pg_bin ]] || die 'PostgreSQL is missing: run
  deploy/local/install-packages run'
}

# One address a role, as in production, where each program has its own login.
name_urls() {
	local tail="/autopsy?host=$sockets"

	url_ops="postgresql://autopsy_ops@$tail"
	url_web="postgresql://autopsy_web@$tail"
	url_ingest="postgresql://autopsy_ingest@$tail"
	url_mailer="postgresql://autopsy_mailer@$tail"
}

# A cluster is made under another name and renamed when whole.
make_cluster() {
	local made

	if [[ -e $state/pg.new ]]; then
		note 'an earlier start was cut off while it made the database; again'
		rm -rf "$state/pg.new"
	fi
	if [[ -d $state/pg ]]; then
		[[ $EUID -ne 0 || $(stat -c %U "$state/pg") == "$run_user" ]] ||
			chown -R -- "$run_user:$run_user" "$state/pg"
		made=$(as_user cat "$state/pg/PG_VERSION" 2>/dev/null || echo '?')
		[[ /$made/ == /"$(pg_major)"/ ]] || die "the database in \
$state/pg was made by PostgreSQL $made, and $(pg_major) is installed. \
It holds nothing that a start doesn't make again, but for sign-ups; to begin \
anew: $again run --fresh"
		return
	fi
	make_for_user "$state/pg.new"
	step 'making a database cluster' as_user "$pg_bin/initdb" \
		--data-checksums --no-sync --username=postgres --encoding=UTF8 \
		--locale=C.UTF-8 --auth-local=peer --auth-host=reject \
		--pgdata="$state/pg.new"
	mv "$state/pg.new" "$state/pg"
}

pg_major() {
	local dir=${pg_bin%/bin}
	printf '%s\n' "${dir##*/}"
}

# The user of the copy, the one who started it and root may be any of its
# roles; nobody else may enter.
write_access() {
	local user role

	echo 'local all all peer map=copy' |
		as_user tee "$state/pg/pg_hba.conf" >/dev/null
	for user in $(printf '%s\n' "$run_user" "$(id -un)" root | sort -u); do
		for role in postgres autopsy_{ops,web,ingest,mailer}; do
			printf 'copy "%s" %s\n' "$user" "$role"
		done
	done | as_user tee "$state/pg/pg_ident.conf" >/dev/null
}

# Fails when the server dies before it answers, as when it is killed there.
start_cluster() {
	local try

	# We hold the lock and have swept: whose number stands there is gone,
	# even if a dead process still answers to it.
	rm -f "$state/pg.off"
	as_user rm -f "$state/pg/postmaster.pid" "$sockets"/.s.PGSQL.*
	start postgresql INT "$pg_bin/postgres" -D "$state/pg" \
		-c listen_addresses= -c port=5432 \
		-c unix_socket_directories="$sockets" \
		-c unix_socket_permissions=0770 \
		-c fsync=off -c synchronous_commit=off -c full_page_writes=off \
		-c shared_buffers=64MB -c max_connections=100 \
		-c max_wal_size=256MB -c logging_collector=off \
		-c log_min_duration_statement=200ms \
		-c log_parameter_max_length=0 -c timezone=UTC
	for ((try = 0; try < 300; try++)); do
		! psql_as postgres postgres -c 'SELECT 1' >/dev/null 2>&1 ||
			return 0
		is_alive postgresql || break
		[[ -z $stopping ]] || break
		pause 0.1
	done
	# Told to stop before it had started.
	[[ -e $state/pg.off ]]
}

tell_cluster_failed() {
	tail -n 15 "$state/log/postgresql.log" >&2
	die 'PostgreSQL does not start; its last words stand above. If the data
is damaged, begin anew: '"$again run --fresh"
}

# psql_as ROLE DATABASE ARGUMENT...
psql_as() {
	as_user "$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 \
		"postgresql://$1@/$2?host=$sockets" "${@:3}"
}

make_database() {
	local known

	known=$(psql_as postgres postgres -Atc \
		"SELECT 1 FROM pg_database WHERE datname = 'autopsy'")
	[[ $known == 1 ]] || psql_as postgres postgres -c \
		'CREATE DATABASE autopsy' || return 1
	psql_as postgres postgres -v database=autopsy -f - \
		<"$top/deploy/roles.sql"
}

# Somebody else's server: reachable, and with our roles or the right to make
# them.
use_server() {
	local super

	url_ops=$DATABASE_URL
	url_web=$DATABASE_URL
	url_ingest=$DATABASE_URL
	url_mailer=$DATABASE_URL
	super=$(ask_server "SELECT rolsuper FROM pg_roles
		WHERE rolname = current_user") ||
		die 'no session can be had at DATABASE_URL; mend it, or unset it to
use a private server'
	if [[ $super == t ]]; then
		as_user "$pg_bin/psql" -X -q "$DATABASE_URL" \
			-v database="$(ask_server 'SELECT current_database()')" \
			-f - <"$top/deploy/roles.sql" >/dev/null ||
			die 'deploy/roles.sql failed on the server of DATABASE_URL'
	elif [[ $(ask_server "SELECT count(*) FROM pg_roles
		WHERE rolname = 'autopsy_owner'") != 1 ]]; then
		die 'the server of DATABASE_URL lacks our roles. A superuser
makes them: psql -v database=NAME -f deploy/roles.sql'
	fi
}

ask_server() {
	PGCONNECT_TIMEOUT=5 as_user "$pg_bin/psql" -X -At "$DATABASE_URL" \
		-c "$1"
}

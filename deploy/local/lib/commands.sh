# shellcheck shell=bash disable=SC2034,SC2154
# The commands of deploy/local/site.

command_run() {
	prepare
	trap 'stopping=1' INT TERM HUP
	trap stop_all EXIT
	begin
	supervise
}

# Everything that can be told to be wrong before something is started.
prepare() {
	local name missing=()

	umask 022
	forget_other_copy
	for name in web ctl ingest mailer; do
		[[ -x $build/autopsy-$name ]] || missing+=("autopsy-$name")
	done
	[[ ${#missing[@]} -eq 0 ]] ||
		die "$build lacks ${missing[*]}: run make"
	nginx=$(PATH=$PATH:/usr/sbin type -P nginx) || die 'nginx is missing: run
  deploy/local/install-packages run'
	find_postgresql
	choose_user
	make_state
	cd "$state" || die "can't enter $state"
	take_lock
	mkdir -p "$state"/{log,pid}
	# With our number beside it, `start` takes env for that of this run.
	rm -f "$state"/{env,pg.off}
	echo $$ >"$state/pid/site"
	sweep
	need_free_port "$port"
	[[ -z $https_port ]] || need_free_port "$https_port"
	if [[ -n $fresh ]]; then
		rm -rf "$state"/{pg,pg.new,nginx,mail}
	fi
	rm -f "$state"/pid/{postgresql,web,mailer,nginx}
	for name in "$state"/log/*.log; do
		[[ ! -e $name ]] || mv -f "$name" "$name.1"
	done
	if [[ $(stat -c %U "$state/nginx" 2>/dev/null) != "$run_user" ]]; then
		rm -rf "$state/nginx"
	fi
	make_for_user "$state/nginx"
	make_sockets
	site_url=${SITE_URL:-http://localhost:$port}
	stopping=
}

# What `env` hands out, and what another copy must not take over.
copy_settings='DATABASE_URL DATABASE_URL_READ SITE_URL WEB_SOCKET
MIGRATIONS_DIR STATIC_DIR MAIL_URL MAIL_GATHER_S LINK_KEYS_FILE
EMAIL_PEPPER_FILE'

# NAME=SUM of setting $1 as it is now: tells whether it was changed, and puts
# no password where it was not.
fingerprint() {
	local sum

	sum=$(printf '%s' "${!1-}" | cksum)
	printf '%s=%s' "$1" "${sum%% *}"
}

# After `eval "$(make -s env)"` a terminal has the settings of that copy, which
# are for programs beside it. What was set otherwise since counts.
forget_other_copy() {
	local name forgotten=()

	for name in $copy_settings; do
		[[ -n ${!name-} ]] || continue
		[[ " ${AUTOPSY_COPY-} " == *" $(fingerprint "$name") "* ]] ||
			continue
		unset "$name"
		forgotten+=("$name")
	done
	[[ ${#forgotten[@]} -eq 0 ]] ||
		note "not taking over ${forgotten[*]}, which this terminal has \
from the copy on port ${AUTOPSY_COPY%% *}"
	unset AUTOPSY_COPY
}

# The copy runs on copies: a build or a checkout beside it changes nothing,
# and its user need not reach the source tree.
copy_files() {
	rm -rf "${state:?}"/{bin,www,migrations}
	mkdir -p "$state/bin" "$state/www/static" || return 1
	cp "$build"/autopsy-{web,ctl,ingest,mailer} "$state/bin/" || return 1
	cp -R "$top/migrations" "$state/migrations" || return 1
	[[ ! -d $build/static ]] ||
		cp -R "$build/static/." "$state/www/static/" || return 1
	cp "$top/src/static/favicon.svg" "$state/www/" || return 1
	chmod -R u+rwX,go+rX "$state"/{bin,www,migrations}
	make_for_user "$state/www/errors"
}

# program URL NAME ARGUMENT...: runs one of ours to its end.
program() {
	DATABASE_URL=$1 as_user "$state/bin/$2" "${@:3}"
}

migrate() {
	local code

	program "$url_ops" autopsy-ctl migrate up
	code=$?
	[[ $code -ne 3 ]] ||
		echo "The database does not fit migrations/ (another branch?)." \
			"To begin anew: $again run --fresh"
	return $code
}

import_figures() {
	local file sources=$state/migrations/content/benchmarks/sources.json

	[[ ! -e $sources ]] ||
		program "$url_ingest" autopsy-ingest sources "$sources" || return 1
	for file in "$state"/migrations/content/benchmarks/*.csv; do
		[[ -e $file ]] || continue
		program "$url_ingest" autopsy-ingest import "$file" \
			--source "$(basename "$file" .csv)" || return 1
	done
}

begin() {
	local from=$SECONDS

	note "starting Job Autopsy on port $port"
	copy_files || die "can't copy the programs to $state"
	configure_mail || die "can't make keys in $state/secrets"
	export HOME=$state SITE_URL=$site_url
	export MIGRATIONS_DIR=$state/migrations STATIC_DIR=$state/www/static
	if [[ -n ${DATABASE_URL-} ]]; then
		note 'using DATABASE_URL from your environment'
		use_server
	else
		unset "${!PG@}"
		name_urls
		make_cluster
		write_access
		start_cluster || tell_cluster_failed
		step 'database and roles' make_database
	fi
	check_stop
	step 'migrations' migrate
	if [[ -n $publish ]]; then
		step 'content' program "$url_ops" autopsy-ctl content publish
		check_stop
		step 'figures' import_figures
	fi
	step 'error pages' program "$url_web" autopsy-ctl error-pages \
		"$state/www/errors"
	check_stop
	copy_geoip
	step 'nginx configuration' configure_edge
	start_web
	start_mailer
	start_edge
	wait_for_page || die 'the site does not come up'
	write_env
	note "up in $((SECONDS - from)) s; Ctrl-C stops it"
	tell_where_mails_are
	[[ $site_url == "http://localhost:$port" ]] ||
		note "its links lead to $site_url, as SITE_URL says"
	printf 'http://localhost:%s\n' "$port"
	[[ -z $https_port ]] || printf 'https://localhost:%s\n' "$https_port"
}

check_stop() {
	[[ -z $stopping ]] || exit 130
}

start_web() {
	as_user rm -f "$sockets/web.sock"
	DATABASE_URL=$url_web start web TERM "$state/bin/autopsy-web" \
		--socket "$sockets/web.sock"
}

# What a program beside the copy needs. Names come from the settings' list.
write_env() {
	local name

	(
		DATABASE_URL=$url_ops
		MIGRATIONS_DIR=$top/migrations
		STATIC_DIR=$build/static
		WEB_SOCKET=$sockets/web.sock
		for name in DATABASE_URL SITE_URL WEB_SOCKET MIGRATIONS_DIR \
		    STATIC_DIR $(sed -n 's/^#\{0,1\} \{0,1\}\([A-Z][A-Z_]*\)=.*/\1/p' \
			"$top/deploy/env.example" 2>/dev/null); do
			[[ -z ${!name-} ]] || printf 'export %s=%q\n' "$name" "${!name}"
		done | sort -u
		AUTOPSY_COPY=$port
		for name in $copy_settings; do
			[[ -z ${!name-} ]] || AUTOPSY_COPY+=" $(fingerprint "$name")"
		done
		printf 'export AUTOPSY_COPY=%q\n' "$AUTOPSY_COPY"
	) >"$state/env.new"
	chmod 0600 "$state/env.new"
	mv "$state/env.new" "$state/env"
}

# Watches until told to stop, or until whoever started this is gone. What
# crashes is started again, as systemd would; what crashes at once, again and
# again, ends the run.
supervise() {
	local parent=$PPID name code
	local -A crashes=() last=()

	while [[ -z $stopping ]]; do
		pause 0.5
		if [[ -z $detached ]] && ! is_there "$parent"; then
			note 'the process that started this is gone: stopping'
			return
		fi
		for name in "${!pids[@]}"; do
			! is_alive "$name" || continue
			[[ -z $stopping ]] || return 0
			wait "${pids[$name]}" 2>/dev/null
			code=$?
			unset "pids[$name]"
			if [[ $name == postgresql && -e $state/pg.off ]]; then
				continue
			fi
			((SECONDS - ${last[$name]:-0} < 60)) || crashes[$name]=0
			((crashes[$name] += 1))
			((crashes[$name] <= 10)) || tell_hopeless "$name"
			note "$name ended (code $code) and is started again"
			restart "$name"
			last[$name]=$SECONDS
		done
		if [[ -e $state/pg.on ]]; then
			rm -f "$state/pg.on"
			is_alive postgresql || start_cluster
			# If it died again, the next round starts it again.
		fi
	done
}

tell_hopeless() {
	tail -n 3 "$state/log/$1.log" >&2
	die "$1 ends again and again; its last words stand above (all of them \
in $state/log/$1.log)"
}

restart() {
	case $1 in
	postgresql) sweep "$pg_bin/postgres" && start_cluster ;;
	web) sweep "$state/bin/autopsy-web" && start_web ;;
	mailer) sweep "$state/bin/autopsy-mailer" && start_mailer ;;
	nginx) sweep "$nginx" && start_edge ;;
	esac
}

# The edge first, so that no visitor meets a worker that is going. The mailer
# gets the time to finish the mail in hand.
stop_all() {
	local code=$?

	trap '' INT TERM HUP
	trap - EXIT
	[[ ${#pids[@]} -eq 0 ]] || note 'stopping'
	stop nginx TERM 5
	stop web TERM 12
	stop mailer TERM 15
	stop postgresql INT 15
	sweep
	drop_sockets
	rm -f "$state"/{env,pg.off,pg.on} "$state"/pid/*
	exit "$code"
}

# In the background: a session of its own, tied to nothing.
command_start() {
	local options=(--detached --port "$port") child wanted out

	[[ -z $https_port ]] || options+=(--https-port "$https_port")
	[[ -z $state_option ]] || options+=(--state "$state_option")
	[[ -n $publish ]] || options+=(--no-publish)
	[[ -z $fresh ]] || options+=(--fresh)
	wanted=$(wanted_state)
	mkdir -p "$(dirname "$wanted")" || die "can't make $wanted"
	# Made by us, wherever a link of that name would lead.
	rm -f -- "$wanted.out"
	set -o noclobber
	exec {out}>"$wanted.out" || die "can't write $wanted.out"
	set +o noclobber
	setsid "$top/deploy/local/site" run --build "$build" "${options[@]}" \
		</dev/null >&"$out" 2>&1 {out}>&- &
	child=$!
	while is_there "$child"; do
		if find_state earlier && [[ -z $earlier && -e $state/env && \
			$(saved_pid site) == "$child" ]]; then
			cat "$wanted.out"
			return 0
		fi
		pause 0.2
	done
	cat "$wanted.out" >&2
	return 1
}

command_stop() {
	local pid

	find_state earlier || die "there is no copy in $(wanted_state)"
	if is_running; then
		pid=$(saved_pid site)
		is_script "$pid" ||
			die "process $pid, which $state/pid/site names, is not
this copy; find what holds $state/lock"
		kill -s TERM "$pid" || die "process $pid can't be stopped"
		gone_within 40 "$pid" || kill -s KILL "$pid"
	fi
	sweep
	[[ -z $earlier ]] || return 0
	drop_sockets
	rm -f "$state"/{env,pg.off,pg.on} "$state"/pid/*
}

command_status() {
	local name

	find_state || die "there is no copy in $(wanted_state)"
	is_running || die "no copy runs in $state"
	for name in site postgresql web mailer nginx; do
		[[ -e $state/pid/$name ]] || continue
		printf '%-11s %s\n' "$name" "$(saved_pid "$name")"
	done
	printf '%-11s %s\n' page "$(front_page_status 2>/dev/null || echo none)" \
		state "$state"
}

command_env() {
	if ! find_state || ! is_running || [[ ! -e $state/env ]]; then
		die "no copy runs on port $port; start one: PORT=$port make run"
	fi
	cat "$state/env"
}

command_database() {
	local pid try=0

	if ! find_state || ! is_running; then
		die "no copy runs in $(wanted_state)"
	fi
	[[ -e $state/pid/postgresql ]] ||
		die 'this copy has no PostgreSQL of its own: it uses DATABASE_URL'
	if [[ $1 == start ]]; then
		: >"$state/pg.on"
		return
	fi
	pid=$(saved_pid postgresql)
	# One that starts takes a moment until it is what it will be.
	until is_program "$pid"; do
		is_there "$pid" && ((try++ < 20)) || die 'PostgreSQL does not run'
		pause 0.1
	done
	: >"$state/pg.off"
	kill -s INT "$pid"
	gone_within 15 "$pid" || die 'PostgreSQL does not stop'
}

# shellcheck shell=bash disable=SC2034,SC2154
# Starting, watching and stopping the programs of a copy.
#
# Each runs in a session of its own, so that Ctrl-C reaches only the script,
# which stops them in order. Each is told by the kernel when the script dies
# (PDEATHSIG). What outlives even that is swept at the next start: processes
# that work inside the state directory and run one of our programs.

declare -A pids=()

# start NAME SIGNAL COMMAND...: runs it with its output in log/NAME.log; the
# signal is the one that the kernel sends if this script is killed.
start() {
	local name=$1 signal=$2
	local identity=()

	shift 2
	[[ $EUID -ne 0 ]] || identity=(--reuid "$run_user"
		--regid "$run_user" --clear-groups)
	(
		umask 027
		exec setsid setpriv "${identity[@]}" --pdeathsig "$signal" \
			-- "$@" </dev/null >>"$state/log/$name.log" 2>&1 {lock}>&-
	) &
	pids[$name]=$!
	echo "$!" >"$state/pid/$name"
}

is_alive() {
	[[ -n ${pids[$1]-} ]] && kill -0 "${pids[$1]}" 2>/dev/null
}

# stop NAME SIGNAL SECONDS: asks, waits, then insists.
stop() {
	local name=$1 pid=${pids[$1]-}

	[[ -n $pid ]] || return 0
	kill -s "$2" "$pid" 2>/dev/null
	if ! gone_within "$3" "$pid"; then
		note "$name did not stop in $3 s and is killed"
		kill -s KILL "$pid" 2>/dev/null
	fi
	wait "$pid" 2>/dev/null
	unset "pids[$name]"
	rm -f "$state/pid/$name"
}

# gone_within SECONDS PID...: true when none is left (or all are zombies).
gone_within() {
	local until=$((SECONDS + $1)) pid left

	shift
	while :; do
		left=
		for pid; do
			if is_there "$pid"; then left=1; fi
		done
		[[ -n $left ]] || return 0
		((SECONDS < until)) || return 1
		pause 0.1
	done
}

is_there() {
	local status

	{ status=$(</proc/"$1"/stat); } 2>/dev/null || return 1
	status=${status##*) }
	[[ ${status:0:1} != Z ]]
}

# Sleeps without a process; a trapped signal cuts it short.
pause() {
	read -r -t "$1" -u "$never" _ || true
}
exec {never}<> <(:)

# True if process $1 works inside this state; sets exe, which the caller has.
works_here() {
	local cwd

	exe=$(readlink "/proc/$1/exe" 2>/dev/null) || return 1
	cwd=$(readlink "/proc/$1/cwd" 2>/dev/null) || return 1
	cwd=${cwd% (deleted)}
	exe=${exe% (deleted)}
	[[ $cwd == "$state" || $cwd == "$state"/* ]]
}

# True if process $1 is the script of this copy, whatever a file says.
is_script() {
	local exe

	works_here "$1" && [[ -O /proc/$1 && ${exe##*/} == bash ]] &&
		grep -qzE '(^|/)site$' "/proc/$1/cmdline"
}

# True if process $1 runs one of our programs, or the one at path $2.
is_program() {
	local exe

	works_here "$1" && [[ -z ${2-} || $exe == "$2" ]] || return 1
	[[ $exe == "$state"/bin/* || $exe == */sbin/nginx ||
		$exe == */postgresql/*/bin/* ]]
}

# Prints the processes of this state that run one of our programs, or the one
# at path $1.
leftovers() {
	local dir

	for dir in /proc/[0-9]*; do
		! is_program "${dir#/proc/}" "$@" || echo "${dir#/proc/}"
	done
}

# Ends them; a dead nginx master leaves workers that keep the port.
sweep() {
	local found

	mapfile -t found < <(leftovers "$@")
	[[ ${#found[@]} -gt 0 ]] || return 0
	note "stopping ${#found[@]} processes that were left behind"
	kill -s INT "${found[@]}" 2>/dev/null
	kill -s CONT "${found[@]}" 2>/dev/null
	gone_within 10 "${found[@]}" && return
	kill -s KILL "${found[@]}" 2>/dev/null
	gone_within 5 "${found[@]}" || die "processes ${found[*]} do not stop"
}

# Prints who listens on TCP port $1, or nothing.
who_listens() {
	local hex inode fd pid

	hex=$(printf ':%04X' "$1")
	while read -r _ local_address _ tcp_state _ _ _ _ _ inode _; do
		[[ $local_address == *"$hex" && $tcp_state == 0A ]] || continue
		fd=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" \
			-print -quit 2>/dev/null)
		pid=${fd#/proc/}
		pid=${pid%%/*}
		if [[ -n $pid ]]; then
			printf '%s (process %s, in %s)\n' \
				"$(</proc/"$pid"/comm)" "$pid" \
				"$(readlink "/proc/$pid/cwd" || echo '?')"
		else
			echo 'a program of another user'
		fi
		return
	done < <(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
}

need_free_port() {
	local who

	who=$(who_listens "$1")
	[[ -z $who ]] || die "port $1 is in use by $who. \
Choose another, as in: PORT=$(($1 + 1)) make run"
}

# shellcheck shell=bash disable=SC2034,SC2154
# Where a copy lives, who it runs as, and that there is one of it only.
# Sets: state, run_user, sockets. Uses: top, port, state_option.

# The lock's descriptor; children never inherit it.
exec {lock}</dev/null

# Runs a command as the user the copy runs as.
as_user() {
	if [[ $EUID -eq 0 ]]; then
		setpriv --reuid "$run_user" --regid "$run_user" \
			--clear-groups -- "$@" {lock}>&-
	else
		"$@" {lock}>&-
	fi
}

# Root owns nothing of a running copy: PostgreSQL refuses root, and the web
# has no use for it.
choose_user() {
	run_user=$(id -un)
	[[ $EUID -ne 0 ]] || run_user=${RUN_USER:-www-data}
	id -u "$run_user" >/dev/null 2>&1 || die "there is no user $run_user"
}

# Prints what nginx and PostgreSQL could not read in their files.
is_plain_path() {
	[[ $1 =~ ^/[^\"\'\$\\[:cntrl:]]*$ ]]
}

# Where the state is wanted, before any detour.
wanted_state() {
	if [[ -n $state_option ]]; then
		realpath -ms -- "$state_option"
	else
		printf '%s\n' "$top/build/run/$port"
	fi
}

# Finds the state of a copy that may exist; true if there is one.
find_state() {
	state=$(realpath -m -- "$(wanted_state)")
	[[ -d $state ]]
}

# Makes the state directory. One that the copy's user can't reach (below
# /root, say), or whose name could not stand in a configuration file, lives
# below /var/tmp, with a link where it was wanted.
make_state() {
	local wanted

	wanted=$(wanted_state)
	if [[ -L $wanted && ! -e $wanted ]]; then
		rm -- "$wanted"
	fi
	mkdir -p -- "$wanted" || die "can't make $wanted"
	state=$(realpath -- "$wanted")
	take_over "$state"
	if ! is_plain_path "$state" ||
	    ! as_user test -w "$state" 2>/dev/null; then
		[[ ! -L $wanted ]] || rm -- "$wanted"
		if [[ -d $wanted ]]; then
			rmdir -- "$wanted" ||
				die "$wanted can't be used by $run_user: say --state"
		fi
		state=$(mktemp -d /var/tmp/job-autopsy.XXXXXX)
		take_over "$state"
		ln -s -- "$state" "$wanted"
		note "state lives in $state, where $run_user reaches it"
	fi
	mkdir -p "$state"/{bin,log,pid,nginx,www}
	hand_over "$state"
	[[ -O $state || $EUID -eq 0 ]] ||
		die "$state belongs to $(stat -c %U "$state"): say --state"
}

take_over() {
	chmod 0750 -- "$1"
	[[ $EUID -ne 0 ]] || chown -- "$run_user:$run_user" "$1"
}

# Takes the lock of this state for as long as this process lives; children
# are started without it.
take_lock() {
	exec {lock}>>"$state/lock"
	flock -n "$lock" ||
		die "this copy runs already (process $(saved_pid site), state \
$state). Stop it first: $again stop"
}

# True while some process holds the lock.
is_running() {
	[[ -e $state/lock ]] && ! flock -n "$state/lock" true
}

saved_pid() {
	cat "$state/pid/$1" 2>/dev/null || echo '?'
}

# Sockets need short names, so they live in a directory of their own below
# /tmp, which is made by mktemp (nobody else can have it) and remembered.
make_sockets() {
	sockets=$(readlink "$state/sockets" 2>/dev/null || true)
	if [[ -n $sockets && -d $sockets && ! -L $sockets ]] &&
	    [[ $(stat -c %U "$sockets") == "$run_user" ]]; then
		return
	fi
	sockets=$(mktemp -d /tmp/autopsy.XXXXXX)
	take_over "$sockets"
	ln -sfn "$sockets" "$state/sockets"
}

drop_sockets() {
	local dir

	dir=$(readlink "$state/sockets" 2>/dev/null) || return 0
	rm -f "$state/sockets"
	[[ $dir != /tmp/autopsy.?????? ]] || rm -rf -- "$dir"
}

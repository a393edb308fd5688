# shellcheck shell=bash disable=SC2034,SC2154
# Where a copy lives, who it runs as, and that there is one of it only.
# Sets: state, run_user, sockets. Uses: top, port, state_option.
#
# When root starts a copy, the state directory and all that this script reads,
# writes or goes by there stay root's, or whoever takes over a worker would
# have root's rights. The copy's user owns pg, nginx, www/errors and the
# directory of the sockets; there root changes nothing but as that user.

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

# Nothing of a running copy but this script works as root: PostgreSQL refuses
# root, and the web has no use for it.
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

# Finds the state of a copy that may exist; true if there is one. Dies if
# somebody else made it, or the link to it. What the copy's user owns, as an
# earlier version had it, will do with $1 only, which is then the answer in
# $earlier.
find_state() {
	local wanted

	choose_user
	earlier=
	wanted=$(wanted_state)
	[[ -d $wanted ]] || return 1
	state=$(realpath -- "$(dirname -- "$wanted")")/${wanted##*/}
	if is_ours "$state"; then
		state=$(realpath -- "$state")
		is_ours "$state" || earlier=${1-}
	else
		earlier=${1-}
	fi
	[[ -n $earlier || -O $state ]] || die "$state belongs to $run_user, as \
an earlier version had it: $again stop, and start it again"
}

# True if we made directory or link $1; false if the copy's user did.
is_ours() {
	local owner

	owner=$(stat -c %u -- "$1") || die "can't read $1"
	[[ $owner != "$EUID" ]] || return 0
	if [[ -L $1 ]]; then
		[[ $owner != 0 ]] || return 0
		die "$1 is a link that $(stat -c %U -- "$1") made: say --state"
	fi
	[[ $EUID -eq 0 && $owner == "$(id -u "$run_user")" ]] ||
		die "$1 belongs to $(stat -c %U -- "$1"): say --state"
	return 1
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
	find_state earlier || die "can't make $wanted"
	[[ -z $earlier ]] || make_state_again
	lend "$state"
	if ! is_plain_path "$state" || [[ ! -w $state ]] ||
	    ! as_user test -x "$state" 2>/dev/null; then
		[[ ! -L $wanted ]] || rm -- "$wanted"
		if [[ -d $wanted ]]; then
			rmdir -- "$wanted" ||
				die "$wanted can't be used by $run_user: say --state"
		fi
		state=$(mktemp -d /var/tmp/job-autopsy.XXXXXX)
		lend "$state"
		ln -sT -- "$state" "$wanted" || die "can't make $wanted"
		note "state lives in $state, where $run_user reaches it"
	fi
}

# Takes over what an earlier version gave to the copy's user: of that nothing
# can be trusted, so a new directory takes its place, and only the database
# moves there, which stays that user's.
make_state_again() {
	local new

	! is_running || die "this copy runs already, started by an earlier \
version, state $state. Stop it first: $again stop"
	sweep
	new=$(mktemp -d -- "$state.XXXXXX") || die "can't make $state again"
	mv -T -- "$state" "$new/old" || die "can't make $state again"
	# Out of that user's reach, so what is a directory now stays one.
	if [[ -d $new/old && ! -L $new/old ]]; then
		mv -T -- "$new/old/pg" "$new/pg" 2>/dev/null
		[[ -d $new/pg && ! -L $new/pg && \
			$(stat -c %U -- "$new/pg") == "$run_user" ]] ||
			rm -rf -- "$new/pg"
	fi
	rm -rf -- "$new/old"
	mv -T -- "$new" "$state" || die "can't make $state again; see $new"
	note "$state belonged to $run_user and was made again"
}

# Lets the copy's user, and no other, read directory $1.
lend() {
	chmod 0750 -- "$1"
	[[ $EUID -ne 0 ]] || chgrp -- "$run_user" "$1"
}

# Makes directories that belong to the copy's user.
make_for_user() {
	mkdir -p -- "$@"
	[[ $EUID -ne 0 ]] || chown -- "$run_user:$run_user" "$@"
}

# Takes the lock of this state for as long as this process lives; children
# are started without it.
take_lock() {
	exec {lock}>>"$state/lock"
	chmod 0600 -- "$state/lock"
	flock -n "$lock" ||
		die "this copy runs already (process $(saved_pid site), state \
$state). Stop it first: $again stop"
}

# True while some process holds the lock.
is_running() {
	[[ -r $state/lock ]] && ! flock -n 0 <"$state/lock"
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
	chmod 0750 -- "$sockets"
	make_for_user "$sockets"
	ln -sfn "$sockets" "$state/sockets"
}

drop_sockets() {
	local dir

	dir=$(readlink "$state/sockets" 2>/dev/null) || return 0
	rm -f "$state/sockets"
	[[ ! $dir =~ ^/tmp/autopsy\.[A-Za-z0-9]{6}$ ]] || rm -rf -- "$dir"
}

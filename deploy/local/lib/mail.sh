# shellcheck shell=bash disable=SC2034,SC2154
# The mails of a copy: its keys, the mailer, and the Maildir that takes them
# where MAIL_URL is not set.
# Uses: state, run_user, url_mailer.

# Made once. Without the same keys no link in an earlier mail would work, and
# no address could be found again, so --fresh leaves them alone too.
make_secrets() {
	mkdir -p -- "$state/secrets" || return 1
	lend "$state/secrets"
	make_secret link.keys '1 ' && make_secret email.pepper ''
}

# make_secret NAME BEFORE: one line of BEFORE and 64 random digits.
make_secret() {
	local file=$state/secrets/$1 digits

	[[ ! -s $file ]] || return 0
	digits=$(openssl rand -hex 32) || return 1
	(umask 077 && printf '%s%s\n' "$2" "$digits" >"$file.new") || return 1
	[[ $EUID -ne 0 ]] || chgrp -- "$run_user" "$file.new"
	chmod 0640 -- "$file.new"
	mv -T -- "$file.new" "$file"
}

# Local defaults; whatever of this is set in the environment counts. Careers
# share a mail if they are published within seconds, so that who tries it out
# need not wait for an hour.
configure_mail() {
	make_secrets || return 1
	make_for_user "$state/mail"
	export LINK_KEYS_FILE=${LINK_KEYS_FILE:-$state/secrets/link.keys}
	export EMAIL_PEPPER_FILE=${EMAIL_PEPPER_FILE:-$state/secrets/email.pepper}
	export MAIL_URL=${MAIL_URL:-file:$state/mail}
	export MAIL_GATHER_S=${MAIL_GATHER_S:-5}
}

start_mailer() {
	DATABASE_URL=$url_mailer start mailer TERM "$state/bin/autopsy-mailer" run
}

tell_where_mails_are() {
	if [[ $MAIL_URL == file:* ]]; then
		note "mails are in ${MAIL_URL#file:}/new; $again mails prints them"
	else
		note 'mails go where MAIL_URL says'
	fi
}

# Where the mails of this copy are.
mail_folder() {
	local url=file:$state/mail

	# shellcheck disable=SC1091
	[[ ! -e $state/env ]] || url=$(. "$state/env" && echo "${MAIL_URL-}")
	[[ $url == file:* ]] || return 1
	printf '%s\n' "${url#file:}"
}

# All mails that a copy has written, the oldest first. They are read as the
# copy's user, who could have put a link to anything among them, and can't
# read the program.
command_mails() {
	local folder files
	export LC_ALL=C

	find_state || die "there is no copy in $(wanted_state)"
	folder=$(mail_folder) ||
		die 'the mails of this copy go elsewhere, as MAIL_URL says'
	cd "$state" || die "can't enter $state"
	mapfile -d '' files < <(as_user find "$folder/new" "$folder/cur" \
		-type f -printf '%T@ %p\0' 2>/dev/null | sort -zn)
	if [[ ${#files[@]} -eq 0 ]]; then
		note "there is no mail in $folder/new"
		return
	fi
	printf '%s\0' "${files[@]#* }" |
		as_user xargs -0 awk "$(<"$top/deploy/local/lib/mail.awk")"
}

# shellcheck shell=bash disable=SC2034,SC2154
# nginx in front of a copy: the production configuration on local addresses.
# Uses: state, sockets, port, https_port, site_url.

# The host of an address like http://localhost:8080.
host_of() {
	local host=${1#*://}
	host=${host%%/*}
	printf '%s\n' "${host%:*}"
}

listen_on() {
	printf '127.0.0.1:%s' "$1"
	! grep -qw lo /proc/net/if_inet6 2>/dev/null || printf ' [::1]:%s' "$1"
}

make_certificate() {
	[[ ! -s $state/tls.pem || ! -s $state/tls.key ]] || return 0
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -days 365 -subj "/CN=$1" \
		-addext "subjectAltName=DNS:$1,DNS:localhost,IP:127.0.0.1" \
		-keyout "$state/tls.key" -out "$state/tls.pem" || return 1
	if [[ $EUID -eq 0 ]]; then
		chgrp -- "$run_user" "$state/tls.key"
		chmod 0640 "$state/tls.key"
	fi
}

# The database is copied, as the user of the copy may not reach it.
copy_geoip() {
	export GEOIP_DB=${GEOIP_DB-}
	if [[ -z $GEOIP_DB ]]; then
		return
	elif [[ ! -r $GEOIP_DB ]]; then
		note "GEOIP_DB $GEOIP_DB can't be read; going on without"
		GEOIP_DB=
	elif [[ ! -e /usr/lib/nginx/modules/ngx_http_geoip2_module.so ]]; then
		note 'nginx has no geoip2 module; going on without GEOIP_DB'
		GEOIP_DB=
	else
		cp -- "$GEOIP_DB" "$state/country.mmdb"
		chmod 0644 "$state/country.mmdb"
		GEOIP_DB=$state/country.mmdb
	fi
}

# Local defaults; whatever of this is set in the environment counts.
configure_edge() {
	local host

	host=$(host_of "$site_url")
	export SITE_HOST=$host
	export SITE_HOSTS="localhost 127.0.0.1 [::1]"
	[[ " $SITE_HOSTS " == *" $host "* ]] || SITE_HOSTS+=" $host"
	export NGINX_STATE=$state/nginx STATIC_ROOT=$state/www
	export ERROR_PAGES=$state/www/errors WEB_SOCKET=$sockets/web.sock
	export NGINX_PROCESSES=${NGINX_PROCESSES:-2}
	export LIMIT_EXEMPT=${LIMIT_EXEMPT-127.0.0.1 ::1}
	HTTP_LISTEN=$(listen_on "$port")
	HTTPS_LISTEN=
	if [[ -n $https_port ]]; then
		make_certificate "$host" || return 1
		HTTPS_LISTEN=$(listen_on "$https_port")
	fi
	export HTTP_LISTEN HTTPS_LISTEN HTTP_REDIRECT=${HTTP_REDIRECT:-no}
	export TLS_CERTIFICATE=$state/tls.pem
	export TLS_CERTIFICATE_KEY=$state/tls.key
	rm -rf "$state/conf"
	"$top/nginx/render" "$state/conf" || return 1
	chmod -R u+rwX,go+rX "$state/conf"
	as_user "$nginx" -e stderr -t -q -c "$state/conf/nginx.conf"
}

start_edge() {
	start nginx TERM "$nginx" -e stderr \
		-c "$state/conf/nginx.conf" -g 'daemon off;'
}

# Prints the status line's code for / of this copy, by TLS where plain HTTP
# leads there.
front_page_status() {
	local fd line= request='GET / HTTP/1.0\r\nHost: localhost\r\n\r\n'

	if [[ -n $https_port && ${HTTP_REDIRECT-} == yes ]]; then
		# shellcheck disable=SC2059
		read -r -t 10 _ line _ < <(printf "$request" | openssl s_client \
			-quiet -connect "127.0.0.1:$https_port" -servername localhost)
	else
		exec {fd}<>"/dev/tcp/127.0.0.1/$port" || return 1
		# shellcheck disable=SC2059
		printf "$request" >&"$fd"
		read -r -t 10 -u "$fd" _ line _
		exec {fd}>&-
	fi
	printf '%s\n' "${line%$'\r'}"
}

wait_for_page() {
	local try code=

	for ((try = 0; try < 300; try++)); do
		code=$(front_page_status 2>/dev/null)
		[[ $code != 200 ]] || return 0
		if ! is_alive nginx || ! is_alive web; then break; fi
		pause 0.1
	done
	note "the front page answers '$code'; the last words of nginx and web:"
	tail -n 8 "$state/log/nginx.log" "$state/log/web.log" >&2
	as_user tail -n 8 "$state/nginx/error.log" >&2
	return 1
}

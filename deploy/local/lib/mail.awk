# Prints mails for people: when, to whom, about what, and the part that is
# plain text, decoded, so that each link stands there whole. For what our
# mailer writes, which is quoted-printable in UTF-8; run it with LC_ALL=C.

function digit(c) {
	return index("0123456789ABCDEF", toupper(c)) - 1
}

# =3D and the like (RFC 2045, 6.7); what is none of it stays.
function decode(text,    out, at, two) {
	while ((at = index(text, "="))) {
		two = substr(text, at + 1, 2)
		out = out substr(text, 1, at - 1)
		if (two ~ /^[0-9A-Fa-f][0-9A-Fa-f]$/) {
			out = out sprintf("%c", 16 * digit(substr(two, 1, 1)) \
				+ digit(substr(two, 2)))
			text = substr(text, at + 3)
		} else {
			out = out "="
			text = substr(text, at + 1)
		}
	}
	return out text
}

# Without what could command a terminal.
function plain(text) {
	gsub(/[\001-\010\013-\037\177]/, "?", text)
	return text
}

# A field's value, with the words of RFC 2047 that may be in it.
function words(text,    out, word) {
	gsub(/\?=[ \t]+=\?utf-8\?Q\?/, "", text)
	while (match(text, /=\?utf-8\?Q\?[^?]*\?=/)) {
		word = substr(text, RSTART + 10, RLENGTH - 12)
		gsub(/_/, " ", word)
		out = out substr(text, 1, RSTART - 1) decode(word)
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

# A line of a mail's or a part's fields; a line that begins with a blank goes
# on with the last one.
function take_field(line,    colon) {
	if (line ~ /^[ \t]/) {
		fields[name] = fields[name] line
		return
	}
	colon = index(line, ":")
	name = tolower(substr(line, 1, colon - 1))
	fields[name] = substr(line, colon + 1)
	sub(/^ +/, "", fields[name])
}

function forget_fields() {
	for (name in fields)
		delete fields[name]
}

function end_of_fields() {
	if (place == "head") {
		print "Date: " plain(fields["date"])
		print "To: " plain(fields["to"])
		print "Subject: " plain(words(fields["subject"]))
		print ""
		boundary = ""
		if (match(fields["content-type"], /boundary="[^"]*"/))
			boundary = "--" substr(fields["content-type"],
				RSTART + 10, RLENGTH - 11)
	}
	is_quoted = fields["content-transfer-encoding"] ~ /quoted-printable/
	place = fields["content-type"] ~ /^text\/plain/ ? "text" : "between"
}

FNR == 1 {
	for (n = 1; n <= 72; n++)
		printf "-"
	print ""
	place = "head"
	rest = ""
	empty = 0
	forget_fields()
}

{
	sub(/\r$/, "")
}

place != "head" && boundary != "" && index($0, boundary) == 1 {
	place = "fields"
	forget_fields()
	next
}

place == "head" || place == "fields" {
	if ($0 == "")
		end_of_fields()
	else
		take_field($0)
	next
}

place == "text" {
	if (is_quoted) {
		sub(/[ \t]+$/, "")
		if ($0 ~ /=$/) {
			rest = rest substr($0, 1, length($0) - 1)
			next
		}
		$0 = decode(rest $0)
		rest = ""
	}
	# Empty lines at the end are not printed.
	if ($0 == "") {
		empty++
		next
	}
	for (; empty > 0; empty--)
		print ""
	print plain($0)
}

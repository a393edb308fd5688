/*
 * autopsy-ctl subscriber: shows what is stored of an address, or erases it.
 * The address is typed by whoever has asked its owner; it is never printed
 * again, and no mail is sent.
 */
#include "subscriber/subscriber.h"

#include <sodium/utils.h>

#include "base/json.h"
#include "base/settings.h"
#include "base/token.h"
#include "base/usage.h"
#include "db/db.h"
#include "mail/address.h"

#define EXIT_TRY_LATER 75

static const char help_all[] =
	"usage: autopsy-ctl subscriber show EMAIL [--json]\n"
	"       autopsy-ctl subscriber erase EMAIL\n"
	"\n"
	"  show   what is stored of an address\n"
	"  erase  forget it, but for a keyed hash that keeps mail away\n"
	"\n"
	"'autopsy-ctl subscriber show --help' says more of each.\n";

static const char help_show[] =
	"usage: autopsy-ctl subscriber show EMAIL [--json]\n"
	"\n"
	"Prints all that is stored of an address: what its owner asked for and\n"
	"confirmed, when, from which machine and under which words; whether\n"
	"mail is kept from it, and the newest 20 mails. Needs EMAIL_PEPPER_FILE.\n"
	"Exit: 0 done, 1 nothing is stored of it, 75 the database can't be\n"
	"reached.\n";

static const char help_erase[] =
	"usage: autopsy-ctl subscriber erase EMAIL\n"
	"\n"
	"Erases the address, what was asked and the machines it was asked from,\n"
	"at once and for good, and cancels mails that wait. What stays is a\n"
	"keyed hash, so that nothing is sent there unless its owner signs up\n"
	"anew, and when they agreed to what. Needs EMAIL_PEPPER_FILE.\n"
	"Exit: 0 done, 1 nothing is stored that could be erased, 75 the\n"
	"database can't be reached.\n";

/* Text that others chose must not reach a terminal as it is. */
static void print_plain(const char *text)
{
	for (; *text; text++)
		putchar(*text >= ' ' && *text <= '~' ? *text : '?');
}

/* 2026-11-24T05:17:03Z as 2026-11-24 05:17 UTC */
static void print_time(const char *iso)
{
	printf("%.10s %.5s UTC", iso, *iso ? iso + 11 : "");
}

static void print_topics(const cJSON *topics)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, topics)
		printf("%s%s", one == topics->child ? "" : ", ",
		       json_text(one));
	if (!cJSON_GetArraySize(topics))
		fputs("none", stdout);
}

static void print_reader(const cJSON *all)
{
	if (!*json_str(all, "state"))
		return;
	printf("%-12s%s, confirmed ", "reader", json_str(all, "state"));
	print_time(json_str(all, "confirmed_at"));
	printf("\n%-12s", "topics");
	print_topics(json_get(all, "topics"));
	putchar('\n');
}

static void print_signup(const cJSON *signup)
{
	if (!cJSON_IsObject(signup))
		return;
	printf("%-12snot confirmed; asked ", "request");
	print_time(json_str(signup, "requested_at"));
	fputs(" for ", stdout);
	print_topics(json_get(signup, "topics"));
	fputs("; lapses ", stdout);
	print_time(json_str(signup, "expires_at"));
	putchar('\n');
}

static void print_suppression(const cJSON *suppression)
{
	const char *until = json_str(suppression, "until");

	if (cJSON_IsObject(suppression))
		printf("%-12s%s, since %s%s%s\n", "no mail",
		       json_str(suppression, "reason"),
		       json_str(suppression, "since"), *until ? " until " : "",
		       until);
}

static void print_event(const cJSON *event)
{
	printf("%-12s", "event");
	print_time(json_str(event, "at"));
	printf("  %s", json_str(event, "kind"));
	if (cJSON_GetArraySize(json_get(event, "topics"))) {
		fputs(": ", stdout);
		print_topics(json_get(event, "topics"));
	}
	if (*json_str(event, "text_version"))
		printf("; words of %s", json_str(event, "text_version"));
	if (*json_str(event, "ip"))
		printf("; from %s", json_str(event, "ip"));
	if (*json_str(event, "user_agent")) {
		fputs(", ", stdout);
		print_plain(json_str(event, "user_agent"));
	}
	putchar('\n');
}

static void print_mail(const cJSON *mail)
{
	int64_t id;

	printf("%-12s", "mail");
	print_time(json_str(mail, "at"));
	printf("  %s, %s", json_str(mail, "kind"), json_str(mail, "state"));
	if (json_int(mail, "id", &id))
		printf(", number %lld", (long long)id);
	putchar('\n');
}

static int show(const cJSON *all, const char *text, bool is_json)
{
	const cJSON *one;

	if (is_json) {
		puts(text);
		return 0;
	}
	print_reader(all);
	print_signup(json_get(all, "signup"));
	print_suppression(json_get(all, "suppression"));
	cJSON_ArrayForEach (one, json_get(all, "events"))
		print_event(one);
	cJSON_ArrayForEach (one, json_get(all, "mails"))
		print_mail(one);
	return 0;
}

/* all: what was stored before. */
static void say_erased(const cJSON *all)
{
	bool is_reader = *json_str(all, "state") &&
			 strcmp(json_str(all, "state"), "erased") != 0;
	int topics = cJSON_GetArraySize(json_get(all, "topics"));
	int events = cJSON_GetArraySize(json_get(all, "events"));

	fputs("erased: ", stdout);
	if (is_reader)
		printf("the address of a reader (%s) with %d topic%s",
		       json_str(all, "state"), topics, topics == 1 ? "" : "s");
	if (cJSON_IsObject(json_get(all, "signup")))
		printf("%sa request that was not confirmed",
		       is_reader ? ", and " : "");
	else if (!is_reader)
		fputs("a request of former times", stdout);
	printf("\nkept: the keyed hash, and %d event%s of consent without the "
	       "machine\n",
	       events + 1, events ? "s" : "");
}

static int give_up(const struct db *db, enum db_result rc)
{
	bool is_away = rc == DB_DOWN || rc == DB_BUSY;

	fprintf(stderr, "autopsy-ctl: %s: %s\n",
		is_away ? "the database can't be reached"
			: "can't read what is stored",
		db_error(db));
	return is_away ? EXIT_TRY_LATER : 1;
}

static int nothing(const char *words)
{
	fprintf(stderr, "autopsy-ctl: %s\n", words);
	return 1;
}

/* Looks and erases in one transaction: what is said was there. */
static int erase(struct db *db, const char *hash, const cJSON *all)
{
	enum db_result rc = db_write(db, Q_SUBSCRIBER_ERASE, DB_PARAMS(hash));
	bool is_erased = rc == DB_OK && *db_value(db, 0, 0) == 't';

	if (rc == DB_OK)
		rc = db_commit(db);
	if (rc != DB_OK)
		return give_up(db, rc);
	if (!is_erased)
		return nothing("nothing is stored that could be erased");
	say_erased(all);
	return 0;
}

static int look(struct db *db, const char *hash, bool is_erasing, bool is_json)
{
	enum db_result rc = db_begin(db);
	const char *text = NULL;
	cJSON *all;
	char *copy;
	int status;

	if (rc == DB_OK)
		rc = db_read(db, Q_SUBSCRIBER_SHOW, DB_PARAMS(hash));
	if (rc == DB_OK)
		text = db_value(db, 0, 0);
	if (rc != DB_OK)
		return give_up(db, rc);
	if (!text)
		return nothing("nothing is stored of that address");
	copy = xstrdup(text);
	all = cJSON_Parse(copy);
	status = is_erasing ? erase(db, hash, all) : show(all, copy, is_json);
	cJSON_Delete(all);
	free(copy);
	return status;
}

/* "\x…" of the hash that the database knows the address by. */
static bool hash_address(const char *command, const char *typed,
			 struct strbuf *hash, int *status)
{
	const char *path = settings_str(SETTING_EMAIL_PEPPER_FILE);
	unsigned char raw[EMAIL_HASH_SIZE];
	char hex[2 * sizeof(raw) + 1];
	struct strbuf err = STRBUF_INIT;
	struct token_pepper pepper;
	struct address address;
	bool ok = false;

	*status = EXIT_USAGE;
	if (!address_parse(&address, typed, &err)) {
		usage_wrong(command, "%s", err.buf);
	} else if (!*path) {
		fprintf(stderr, "autopsy-ctl: EMAIL_PEPPER_FILE is not set; "
				"without it no address can be found\n");
	} else if (!token_pepper_read(&pepper, path, &err)) {
		fprintf(stderr, "autopsy-ctl: %s\n", err.buf);
	} else {
		email_hash(&pepper, address.text, raw);
		strbuf_addf(hash, "\\x%s",
			    sodium_bin2hex(hex, sizeof(hex), raw, sizeof(raw)));
		ok = true;
	}
	strbuf_release(&err);
	return ok;
}

static int run(const char *command, const char *email, bool is_erasing,
	       bool is_json)
{
	const struct db_options o = {
		.url = settings_str(SETTING_DATABASE_URL),
		.application = "autopsy-ctl subscriber",
		.role = "autopsy_ops",
		.features = "subscriber",
		.is_patient = true,
	};
	struct strbuf hash = STRBUF_INIT;
	struct db *db;
	int status;

	if (hash_address(command, email, &hash, &status)) {
		db = db_new(&o);
		status = look(db, hash.buf, is_erasing, is_json);
		db_free(db);
	}
	strbuf_release(&hash);
	return status;
}

static const struct subcommand {
	const char *name;
	const char *help;
	bool is_erasing;
} subcommands[] = {
	{ "show", help_show, false },
	{ "erase", help_erase, true },
};

static int run_subcommand(const struct subcommand *sub, int argc, char **argv)
{
	const char *email = NULL;
	char command[40];
	bool is_json = false;

	snprintf(command, sizeof(command), "autopsy-ctl subscriber %s",
		 sub->name);
	for (int i = 1; i < argc; i++) {
		if (usage_is_help(argv[i])) {
			fputs(sub->help, stdout);
			return 0;
		}
		if (!sub->is_erasing && strcmp(argv[i], "--json") == 0)
			is_json = true;
		else if (argv[i][0] == '-')
			return usage_wrong(
				command, "there is no option '%.40s'", argv[i]);
		else if (email)
			return usage_wrong(command, "name one EMAIL");
		else
			email = argv[i];
	}
	if (!email)
		return usage_wrong(command, "name one EMAIL");
	return run(command, email, sub->is_erasing, is_json);
}

int subscriber_command(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	if (word && usage_is_help(word)) {
		fputs(help_all, stdout);
		return 0;
	}
	for (size_t i = 0; word && i < ARRAY_SIZE(subcommands); i++)
		if (strcmp(word, subcommands[i].name) == 0)
			return run_subcommand(&subcommands[i], argc - 1,
					      argv + 1);
	return usage_no_command("autopsy-ctl subscriber", word, subcommands,
				ARRAY_SIZE(subcommands), sizeof(*subcommands));
}

#include "career/content.h"

#include "base/settings.h"
#include "base/usage.h"
#include "career/content_publish.h"

struct options {
	char command[40]; /* as it was typed, for messages */
	const char **files;
	size_t count;
	const char *note;
	bool is_json;
	bool is_dry_run;
	bool is_quiet;
	bool wants_help;
};

static const char help_all[] =
	"usage: autopsy-ctl content check [FILE…] [--json]\n"
	"       autopsy-ctl content publish [FILE…] [--dry-run] [--quiet]\n"
	"                                   [--note TEXT]\n"
	"       autopsy-ctl content export SLUG\n"
	"       autopsy-ctl content withdraw SLUG\n"
	"\n"
	"  check    say everything that is wrong with the guides\n"
	"  publish  check them, then store each that changed as a revision\n"
	"  export   print what is published, byte for byte\n"
	"  withdraw take a guide off the site\n"
	"\n"
	"Without a FILE: all of MIGRATIONS_DIR/content/careers.\n"
	"'autopsy-ctl content check --help' says more of each.\n";

static const char help_check[] =
	"usage: autopsy-ctl content check [FILE…] [--json]\n"
	"\n"
	"Prints one line for each fault: file, line, path, what is wrong and\n"
	"what would be right; --json prints a list of objects. A FILE is held\n"
	"against all other guides of MIGRATIONS_DIR. Needs no database.\n"
	"Exit: 0 nothing is wrong, 1 something is.\n"
	"\n"
	"Example:\n"
	"  autopsy-ctl content check "
	"migrations/content/careers/backend-developer.json\n";

static const char help_publish[] =
	"usage: autopsy-ctl content publish [FILE…] [--dry-run] [--quiet]\n"
	"                                   [--note TEXT]\n"
	"\n"
	"Checks first and publishes nothing if anything is wrong. A guide "
	"whose\n"
	"text is published already stays as it is. All is one transaction.\n"
	"A guide that was never published before is announced by mail, once, "
	"to\n"
	"readers who asked for all guides, its category or itself. Guides that\n"
	"are published within MAIL_GATHER_S seconds share a mail.\n"
	"  --dry-run    print what would change and how many would be told;\n"
	"               change nothing, tell nobody\n"
	"  --quiet      announce nothing, now or later\n"
	"  --note TEXT  why, kept with the revisions\n"
	"Exit: 0 done, 1 something is wrong, 75 the database can't be "
	"reached.\n"
	"\n"
	"Example:\n"
	"  autopsy-ctl content publish --dry-run\n";

static const char help_export[] =
	"usage: autopsy-ctl content export SLUG\n"
	"\n"
	"Prints the file that was published last for the career, byte for "
	"byte.\n"
	"Exit: 0 done, 1 no such career, 75 the database can't be reached.\n"
	"\n"
	"Example:\n"
	"  autopsy-ctl content export backend-developer > guide.json\n";

static const char help_withdraw[] =
	"usage: autopsy-ctl content withdraw SLUG\n"
	"\n"
	"Takes the guide off the site: its addresses answer 410 Gone. Its\n"
	"revisions and the evidence of its pay stay; 'content publish' of its\n"
	"file brings it back.\n"
	"Exit: 0 done, 1 no such career, 75 the database can't be reached.\n";

/* Whether the option stands in the list, between blanks. */
static bool takes(const char *allowed, const char *option)
{
	size_t len = strlen(option);

	for (const char *s = allowed; (s = strstr(s, option)); s++)
		if ((s == allowed || s[-1] == ' ') &&
		    (!s[len] || s[len] == ' '))
			return true;
	return false;
}

/* False with a sentence on stderr. allowed: options of this command. */
static bool read_options(struct options *o, int argc, char **argv,
			 const char *allowed)
{
	memset(o, 0, sizeof(*o));
	snprintf(o->command, sizeof(o->command), "autopsy-ctl content %s",
		 argv[0]);
	o->note = "";
	o->files = xcalloc((size_t)argc + 1, sizeof(*o->files));
	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (usage_is_help(arg)) {
			o->wants_help = true;
		} else if (arg[0] != '-' || !arg[1]) {
			o->files[o->count++] = arg;
		} else if (!takes(allowed, arg)) {
			usage_wrong(o->command, "there is no option '%.40s'",
				    arg);
			return false;
		} else if (strcmp(arg, "--json") == 0) {
			o->is_json = true;
		} else if (strcmp(arg, "--dry-run") == 0) {
			o->is_dry_run = true;
		} else if (strcmp(arg, "--quiet") == 0) {
			o->is_quiet = true;
		} else if (i + 1 < argc) {
			o->note = argv[++i];
		} else {
			usage_wrong(o->command, "%.40s needs a text", arg);
			return false;
		}
	}
	return true;
}

/* Loads and checks; whether nothing is wrong. Findings are sorted. */
static bool load(struct content *c, const struct options *o,
		 struct findings *out)
{
	struct strbuf dir = STRBUF_INIT;

	strbuf_addf(&dir, "%s/content", settings_str(SETTING_MIGRATIONS_DIR));
	content_load(c, dir.buf, o->files, o->count, out);
	content_check(c, out);
	strbuf_release(&dir);
	return out->count == 0;
}

static size_t count_wanted(const struct content *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		n += c->guides[i]->is_wanted;
	return n;
}

static void say_count(const struct content *c, const struct findings *f)
{
	size_t files = count_wanted(c), faults = f->count;

	if (!faults)
		fprintf(stderr, "%zu guide%s checked, nothing is wrong\n",
			files, files == 1 ? "" : "s");
	else
		fprintf(stderr, "%zu guide%s checked, %zu fault%s\n", files,
			files == 1 ? "" : "s", faults, faults == 1 ? "" : "s");
}

static int check(const struct options *o)
{
	struct content c = CONTENT_INIT;
	struct findings out = FINDINGS_INIT;
	struct strbuf text = STRBUF_INIT;
	bool ok = load(&c, o, &out);

	if (o->is_json)
		findings_print_json(&out, &text);
	else
		findings_print(&out, &text);
	fputs(text.buf, stdout);
	if (!o->is_json)
		say_count(&c, &out);
	strbuf_release(&text);
	findings_release(&out);
	content_release(&c);
	return ok ? 0 : 1;
}

static int publish(const struct options *o)
{
	struct content c = CONTENT_INIT;
	struct findings out = FINDINGS_INIT;
	struct strbuf text = STRBUF_INIT;
	int rc = 1;

	if (load(&c, o, &out)) {
		struct publishing p = { .note = o->note,
					.is_dry_run = o->is_dry_run,
					.is_quiet = o->is_quiet };

		rc = content_publish(&c, &p);
	} else {
		findings_print(&out, &text);
		fputs(text.buf, stderr);
		say_count(&c, &out);
		fputs("nothing is published\n", stderr);
	}
	strbuf_release(&text);
	findings_release(&out);
	content_release(&c);
	return rc;
}

static int export(const struct options *o)
{
	if (o->count == 1)
		return content_export(o->files[0]);
	return usage_wrong(o->command, "name one SLUG");
}

static int withdraw(const struct options *o)
{
	if (o->count == 1)
		return content_withdraw(o->files[0]);
	return usage_wrong(o->command, "name one SLUG");
}

static const struct subcommand {
	const char *name;
	const char *options;
	const char *help;
	int (*run)(const struct options *o);
} subcommands[] = {
	{ "check", "--json", help_check, check },
	{ "publish", "--dry-run --quiet --note", help_publish, publish },
	{ "export", "", help_export, export },
	{ "withdraw", "", help_withdraw, withdraw },
};

static int run(const struct subcommand *s, int argc, char **argv)
{
	struct options o;
	int rc = EXIT_USAGE;

	if (read_options(&o, argc, argv, s->options)) {
		if (o.wants_help)
			fputs(s->help, stdout);
		rc = o.wants_help ? 0 : s->run(&o);
	}
	free(o.files);
	return rc;
}

int content_command(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(subcommands); i++)
		if (strcmp(argv[1], subcommands[i].name) == 0)
			return run(&subcommands[i], argc - 1, argv + 1);
	if (argc > 1 && usage_is_help(argv[1])) {
		fputs(help_all, stdout);
		return 0;
	}
	return usage_no_command("autopsy-ctl content", argv[1], subcommands,
				ARRAY_SIZE(subcommands), sizeof(*subcommands));
}
